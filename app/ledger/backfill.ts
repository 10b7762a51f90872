/** The last orders from before the install, sent when staff have seen what and how much; can be stopped and goes on where it was. */
import type { ShopId } from '../conversion/facts.ts';
import { writeAudit } from '../store/audit.ts';
import {
  advanceBackfill,
  backfillAlone,
  knownOrders,
  readBackfill,
  startBackfill,
  turnBackfill,
  type Backfill,
  type BackfillState,
} from '../store/reconcile.ts';
import { CHUNK, takeListed, troubleOf, type CompareNeeds } from './compare.ts';

/** TikTok can use a purchase for about a week. */
const USEFUL_MS = 7 * 86_400_000;

/** Orders older than this are of no use any more. */
export const usefulFrom = (now: Date): Date => new Date(now.getTime() - USEFUL_MS);

export interface BackfillPreview {
  fromAt: Date;
  toAt: Date;
  /** Orders that Tock does not know yet: these would be judged and, where the rules allow it, sent. */
  orders: number;
  valueMinor: bigint;
  currency: string;
  /** Orders of the same time that Tock knows already and leaves alone. */
  known: number;
}

export type PreviewOutcome = { ok: true; preview: BackfillPreview } | { ok: false; trouble: string };

export async function previewBackfill(needs: CompareNeeds, shopId: ShopId): Promise<PreviewOutcome> {
  const shop = await needs.shops.byId(shopId);
  const installedAt = await needs.installedAt(shopId);
  if (!shop?.installed || !installedAt) return { ok: false, trouble: 'not installed' };
  const fromAt = usefulFrom(needs.clock.now());
  const preview: BackfillPreview = {
    fromAt,
    toAt: installedAt,
    orders: 0,
    valueMinor: 0n,
    currency: shop.currency,
    known: 0,
  };
  if (fromAt >= installedAt) return { ok: true, preview };
  const orders = needs.ordersOf(shop.domain);
  let after: string | null = null;
  do {
    const page = await orders.page({ by: 'created_at', from: fromAt, to: installedAt, after });
    if (!page.ok) return { ok: false, trouble: troubleOf(page.problem) };
    const known = await knownOrders(
      needs.database,
      shopId,
      page.value.orders.map(({ orderId }) => orderId),
    );
    for (const order of page.value.orders) {
      if (known.has(order.orderId)) preview.known += 1;
      else {
        preview.orders += 1;
        preview.valueMinor += order.totalMinor;
      }
    }
    after = page.value.next;
  } while (after !== null);
  return { ok: true, preview };
}

/** `seen` is the preview that staff agreed to. False when one runs already. */
export function beginBackfill(
  needs: CompareNeeds,
  shopId: ShopId,
  seen: BackfillPreview,
  actor: string,
): Promise<boolean> {
  const at = needs.clock.now();
  return needs.database.transaction(async (sql) => {
    const begun = await startBackfill(sql, shopId, {
      fromAt: seen.fromAt,
      toAt: seen.toAt,
      total: seen.orders,
      actor,
      startedAt: at,
    });
    if (begun)
      await writeAudit(sql, shopId, at, {
        actor,
        action: 'backfill.started',
        target: TARGET,
        before: null,
        after: JSON.stringify({
          from: seen.fromAt,
          to: seen.toAt,
          orders: seen.orders,
          valueMinor: String(seen.valueMinor),
          currency: seen.currency,
        }),
      });
    return begun;
  });
}

const TARGET = 'orders from before the install';

export const stopBackfill = (needs: CompareNeeds, shopId: ShopId, actor: string): Promise<boolean> =>
  turn(needs, shopId, { from: ['running'], to: 'stopped', actor, action: 'backfill.stopped' });

export const resumeBackfill = (needs: CompareNeeds, shopId: ShopId, actor: string): Promise<boolean> =>
  turn(needs, shopId, { from: ['stopped'], to: 'running', actor, action: 'backfill.resumed' });

function turn(
  needs: CompareNeeds,
  shopId: ShopId,
  { actor, action, from, to }: { from: BackfillState[]; to: BackfillState; actor: string; action: string },
): Promise<boolean> {
  const at = needs.clock.now();
  return needs.database.transaction(async (sql) => {
    const turned = await turnBackfill(sql, shopId, { from, to, at });
    if (!turned) return false;
    const now = await readBackfill(sql, shopId);
    await writeAudit(sql, shopId, at, {
      actor,
      action,
      target: TARGET,
      before: JSON.stringify({ state: from[0] }),
      after: JSON.stringify({ state: to, recorded: now?.recorded, total: now?.total }),
    });
    return true;
  });
}

/**
 * Works until it is done, stopped, or Shopify does not answer; may be called again at any time, by any process. Null when
 * another one is at it.
 */
export const runBackfill = (needs: CompareNeeds, shopId: ShopId): Promise<Backfill | null> =>
  backfillAlone(needs.database, shopId, () => work(needs, shopId));

async function work(needs: CompareNeeds, shopId: ShopId): Promise<Backfill | null> {
  for (;;) {
    const backfill = await readBackfill(needs.database, shopId);
    if (backfill?.state !== 'running') return backfill;
    const shop = await needs.shops.byId(shopId);
    if (!shop?.installed) return backfill;
    const { fromAt, toAt, cursor } = backfill;
    const orders = needs.ordersOf(shop.domain);
    const page = await orders.page({ by: 'created_at', from: fromAt, to: toAt, after: cursor });
    if (!page.ok) return backfill;
    for (let at = 0; at < page.value.orders.length; at += CHUNK) {
      // Staff may have stopped it meanwhile: what is recorded stays, and a later run skips what is known.
      const now = await readBackfill(needs.database, shopId);
      if (now?.state !== 'running') return now;
      const taken = await takeListed(needs, shop, orders, page.value.orders.slice(at, at + CHUNK), {
        installedAt: toAt,
        source: 'backfill',
        recorded: (sql, isNew) =>
          advanceBackfill(sql, shopId, {
            recorded: isNew.length,
            valueMinor: isNew.reduce((sum, { totalMinor }) => sum + totalMinor, 0n),
            at: needs.clock.now(),
          }),
      });
      if (taken.trouble !== null) return readBackfill(needs.database, shopId);
    }
    if (page.value.next === null)
      await turn(needs, shopId, { from: ['running'], to: 'done', actor: 'Tock', action: 'backfill.done' });
    else
      await advanceBackfill(needs.database, shopId, {
        recorded: 0,
        valueMinor: 0n,
        cursor: page.value.next,
        at: needs.clock.now(),
      });
  }
}
