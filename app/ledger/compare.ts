/** Holds Shopify's own list of orders against what was recorded; an order that no webhook brought goes through the same door. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { readAdminOrder } from '../conversion/from-admin-order.ts';
import type { ShopId } from '../conversion/facts.ts';
import { neededFields } from '../conversion/sources.ts';
import { shopDay } from '../record/day.ts';
import { recordOrders } from '../record/orders.ts';
import type { OrderArrival, RecordNeeds } from '../record/orders.ts';
import type { ShopInForce, ShopsInForce } from '../record/shop.ts';
import type { ListedOrder, ShopOrders } from '../shopify/orders.ts';
import type { Arrivals } from '../store/arrivals.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  correctFirstTotals,
  knownOrders,
  markGone,
  readComparison,
  saveComparison,
  saveListed,
} from '../store/reconcile.ts';

export interface CompareNeeds extends RecordNeeds {
  database: Database;
  arrivals: Arrivals;
  shops: Pick<ShopsInForce, 'byId'>;
  installedAt(shopId: ShopId): Promise<Date | null>;
  ordersOf(domain: string): ShopOrders;
  /** Something became due. */
  wake(): void;
  clock: Clock;
  log: Log;
}

export interface CompareSummary {
  /** Orders that Shopify named. */
  listed: number;
  /** Recorded because no webhook had brought them, or brought their newest state. */
  found: number;
  updated: number;
  /** Why it could not be finished, in a few words; null when it was. */
  trouble: string | null;
}

/** Shopify's webhooks have this long before the comparison takes their work. */
export const WEBHOOKS_FIRST_MS = 5 * 60_000;
/** Shopify's list may lag behind; what was compared shortly before is looked at again. */
const OVERLAP_MS = 10 * 60_000;
/** Orders that go through the door in one transaction. */
export const CHUNK = 25;
const TRIES = 5;

/** Everything that changed since the last time. What is found is kept at once, so that a run that breaks off goes on later. */
export async function compareShop(needs: CompareNeeds, shopId: ShopId): Promise<CompareSummary> {
  const summary: CompareSummary = { listed: 0, found: 0, updated: 0, trouble: null };
  const shop = await needs.shops.byId(shopId);
  const installedAt = await needs.installedAt(shopId);
  if (!shop?.installed || !installedAt) return { ...summary, trouble: 'not installed' };
  const before = await readComparison(needs.database, shopId);
  const to = new Date(needs.clock.now().getTime() - WEBHOOKS_FIRST_MS);
  // From before the install too, where a former one had come so far: known orders may have changed while nobody listened.
  let seenUntil = before?.seenUntil ?? installedAt;
  const orders = needs.ordersOf(shop.domain);
  const from = new Date(seenUntil.getTime() - OVERLAP_MS);
  let after: string | null = null;
  if (to > from) {
    do {
      const page = await orders.page({ by: 'updated_at', from, to, after });
      if (!page.ok) {
        summary.trouble = troubleOf(page.problem);
        break;
      }
      const done = await takeListed(needs, shop, orders, page.value.orders, {
        installedAt,
        source: 'reconciled',
      });
      summary.listed += page.value.orders.length;
      summary.found += done.found;
      summary.updated += done.updated;
      if (done.trouble !== null) {
        summary.trouble = done.trouble;
        break;
      }
      const last = page.value.orders.at(-1);
      if (last && last.updatedAt > seenUntil) seenUntil = last.updatedAt;
      after = page.value.next;
    } while (after !== null);
    if (summary.trouble === null && to > seenUntil) seenUntil = to;
  }
  await saveComparison(needs.database, shopId, {
    seenUntil,
    checkedAt: summary.trouble === null ? needs.clock.now() : (before?.checkedAt ?? null),
    listed: summary.listed,
    found: summary.found,
    trouble: summary.trouble,
  });
  if (summary.found > 0)
    needs.log.info('orders that no webhook brought', { shop: shop.domain, found: summary.found });
  if (summary.trouble !== null)
    needs.log.warn('the comparison with Shopify could not be finished', {
      shop: shop.domain,
      trouble: summary.trouble,
    });
  return summary;
}

/** One day whole, before it is closed: what Shopify does not name any more is gone there. Null when Shopify did not answer. */
export async function listDay(
  needs: CompareNeeds,
  shopId: ShopId,
  day: string,
): Promise<{ gone: number } | null> {
  const shop = await needs.shops.byId(shopId);
  const installedAt = await needs.installedAt(shopId);
  if (!shop?.installed || !installedAt) return null;
  const orders = needs.ordersOf(shop.domain);
  const startedAt = needs.clock.now();
  // Wide enough for every time zone that the shop may have had; what belongs to the days beside it does no harm.
  const from = new Date(Date.parse(`${day}T00:00:00Z`) - 14 * 3_600_000);
  const to = new Date(Date.parse(`${day}T00:00:00Z`) + 36 * 3_600_000);
  let after: string | null = null;
  do {
    const page = await orders.page({ by: 'created_at', from, to, after });
    if (!page.ok) return null;
    const done = await takeListed(needs, shop, orders, page.value.orders, {
      installedAt,
      source: 'reconciled',
    });
    if (done.trouble !== null) return null;
    after = page.value.next;
  } while (after !== null);
  return { gone: await markGone(needs.database, shopId, { day, startedAt }) };
}

interface Taken {
  found: number;
  updated: number;
  trouble: string | null;
}

/** Records what is missing or older, then writes down what Shopify said of all that concern this install. */
export async function takeListed(
  needs: CompareNeeds,
  shop: ShopInForce,
  orders: ShopOrders,
  listed: readonly ListedOrder[],
  how: {
    installedAt: Date;
    source: 'reconciled' | 'backfill';
    /** Told in the same transaction what was new: it is counted if and only if it is recorded. */
    recorded?: (sql: Sql, isNew: readonly ListedOrder[]) => Promise<void>;
  },
): Promise<Taken> {
  const { settings } = shop.version;
  // What a rule needs comes with the order, so that nobody has to ask for it afterwards.
  const needed = neededFields(settings);
  const taken: Taken = { found: 0, updated: 0, trouble: null };
  const known = await knownOrders(
    needs.database,
    shop.id,
    listed.map(({ orderId }) => orderId),
  );
  // Orders from before the install are nobody's business unless staff ask for them.
  const ours = listed.filter(
    (order) => known.has(order.orderId) || how.source === 'backfill' || order.createdAt >= how.installedAt,
  );
  for (let at = 0; at < ours.length; at += CHUNK) {
    const arrivals: OrderArrival[] = [];
    const isNew: ListedOrder[] = [];
    const chunk = ours.slice(at, at + CHUNK);
    for (const order of chunk) {
      const knownAt = known.get(order.orderId);
      if (knownAt && knownAt >= order.updatedAt) continue;
      const whole = await orders.whole(order.orderId, needed);
      if (!whole.ok) return { ...taken, trouble: troubleOf(whole.problem) };
      // Deleted between the list and the question.
      if (whole.value.node === null) continue;
      const read = readAdminOrder(
        whole.value.node,
        { host: shop.host, country: shop.country, relayDomains: settings.tiktokShop.emailDomains },
        { ...whole.value, fields: needed },
      );
      if (!read.ok) {
        // It stays listed and not recorded: the ledger shows it as unexplained until somebody looks.
        needs.log.error('an order of Shopify cannot be read', {
          shop: shop.domain,
          order: order.orderId,
          field: read.problem.field,
          expected: read.problem.expected,
        });
        continue;
      }
      if (!knownAt) isNew.push(order);
      else taken.updated += 1;
      arrivals.push({
        kind: 'order',
        cause: how.source === 'backfill' ? 'backfill' : 'reconcile',
        source: how.source,
        read: read.value,
        shop,
        receivedAt: needs.clock.now(),
        webhookId: null,
        eventId: null,
      });
    }
    if (arrivals.length > 0) {
      const recorded = await together(needs, async (sql) => {
        const answers = await recordOrders(sql, needs, arrivals);
        await how.recorded?.(sql, isNew);
        return answers;
      });
      if (recorded.some(({ dueAt }) => dueAt !== null)) needs.wake();
    }
    taken.found += isNew.length;
    const rows = chunk.map((order) => ({ ...order, day: shopDay(order.createdAt, shop.timeZone) }));
    await together(needs, async (sql) => {
      await saveListed(sql, shop.id, rows, needs.clock.now());
      await correctFirstTotals(sql, shop.id, rows);
    });
  }
  return taken;
}

/** A webhook may bring the same order at the same moment: whoever comes second looks again. */
async function together<T>({ arrivals }: CompareNeeds, work: (sql: Sql) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await arrivals.together(work);
    } catch (error) {
      if (!arrivals.isPassing(error) || tries >= TRIES) throw error;
    }
  }
}

type Problem = Extract<Awaited<ReturnType<ShopOrders['page']>>, { ok: false }>['problem'];

export function troubleOf(problem: Problem): string {
  switch (problem.kind) {
    case 'reconnect':
      return 'the app must be opened once to reconnect';
    case 'not_connected':
      return 'not connected';
    case 'throttled':
      return 'Shopify asked to slow down';
    case 'unreachable':
      return 'Shopify did not answer';
    case 'refused':
      return problem.messages.join(' ').slice(0, 300);
  }
}
