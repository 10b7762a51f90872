/** Sends orders again: first what would happen, byte for byte, then, where nothing can count twice or staff insist, in truth. */
import type { ShopId } from '../conversion/facts.ts';
import type { PixelInForce, ShopInForce, ShopsInForce } from '../record/shop.ts';
import { writeAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import type { QueueRow } from '../store/queue.ts';
import { asQueueRow, sendAgain, settledOrders } from '../store/replays.ts';
import type { ReplayFilter, SettledOrder } from '../store/replays.ts';
import type { Clock } from '../base/clock.ts';

/** TikTok discards repeats for 48 hours after any copy; an hour is kept for clocks and queues. */
const SAFE_AFTER_COPY_MS = 47 * 3_600_000;

/**
 * none: no copy of it can be at TikTok. discarded: TikTok still knows the id and throws the repeat away.
 * may_count: nobody knows whether a copy arrived, and TikTok no longer discards. counts: TikTok took it and would count
 * it again.
 */
export type Risk = 'none' | 'discarded' | 'may_count' | 'counts';

export function riskOf(
  order: Pick<SettledOrder, 'state' | 'reason' | 'firstPossibleCopyAt' | 'settledAt'>,
  now: Date,
): Risk {
  const accepted = order.state === 'sent' && order.reason !== 'test';
  const copyAt = order.firstPossibleCopyAt ?? (accepted ? order.settledAt : null);
  if (copyAt === null) return 'none';
  if (now.getTime() - copyAt.getTime() <= SAFE_AFTER_COPY_MS) return 'discarded';
  return accepted ? 'counts' : 'may_count';
}

/** What the rules of today say of an order, and the bytes that would leave. */
export type Verdict =
  | { kind: 'send'; bytes: string; eventName: string; eventAt: Date }
  | { kind: 'wait'; reason: string; until: Date }
  | { kind: 'skip'; reason: string; rule: string };

export interface Difference {
  /** Such as `properties.value`. */
  path: string;
  before: string | null;
  after: string | null;
}

export interface Planned {
  order: SettledOrder;
  risk: Risk;
  verdict: Verdict;
  /** Null where nothing was sent before, or where it cannot be made again. */
  formerBytes: string | null;
  /** Against what was sent last time. */
  differences: Difference[];
  /** Settings version then and now: why something differs. */
  settings: { before: number; now: number };
  /** Why it is left alone unless staff insist, or whatever they say; null when it goes. */
  refusal: 'counts' | 'may_count' | 'skipped' | 'too_old' | null;
}

export interface ReplayNeeds {
  database: Database;
  shops: Pick<ShopsInForce, 'byId'>;
  /** Judges by today's rules and makes the bytes, without writing anything. */
  judge(shop: ShopInForce, pixel: PixelInForce, row: QueueRow, now: Date): Promise<Verdict>;
  /** The bytes as they were sent; null when nothing was, or a part is gone. */
  formerBytes(shopId: ShopId, pixelId: string, eventId: string): Promise<string | null>;
  wake(): void;
  clock: Clock;
}

/** One plan is read by a person. */
const MOST = 1_000;
/** Delivery gives up on purchases that are older than this. */
const OLDEST_MS = 14 * 86_400_000;

export async function planReplay(
  needs: ReplayNeeds,
  shopId: ShopId,
  filter: ReplayFilter,
): Promise<{ planned: Planned[]; more: boolean } | null> {
  const shop = await needs.shops.byId(shopId);
  if (!shop?.installed) return null;
  const now = needs.clock.now();
  const found = await settledOrders(needs.database, shopId, filter, MOST + 1);
  const planned: Planned[] = [];
  for (const order of found.slice(0, MOST)) {
    const pixel = shop.pixels.find(({ id }) => id === order.pixelId);
    if (!pixel) continue;
    const row = asQueueRow(shopId, order, {
      settingsVersion: shop.version.version,
      at: now,
      forgetCopy: false,
    });
    const verdict = await needs.judge(shop, pixel, row, now);
    const formerBytes = await needs.formerBytes(shopId, order.pixelId, order.eventId);
    const risk = riskOf(order, now);
    planned.push({
      order,
      risk,
      verdict,
      formerBytes,
      differences:
        verdict.kind === 'send' && formerBytes !== null ? differencesOf(formerBytes, verdict.bytes) : [],
      settings: { before: order.settingsVersion, now: shop.version.version },
      refusal:
        verdict.kind === 'skip'
          ? 'skipped'
          : verdict.kind === 'send' && now.getTime() - verdict.eventAt.getTime() > OLDEST_MS
            ? 'too_old'
            : risk === 'counts' || risk === 'may_count'
              ? risk
              : null,
    });
  }
  return { planned, more: found.length > MOST };
}

export interface ReplayDone {
  queued: number;
  refused: number;
  /** Became something else between the plan and now. */
  changed: number;
}

/** `evenIfTwice`: staff were told that TikTok may count these again and want it all the same. */
export async function runReplay(
  needs: ReplayNeeds,
  shopId: ShopId,
  planned: readonly Planned[],
  how: { actor: string; evenIfTwice: boolean; filter: ReplayFilter },
): Promise<ReplayDone> {
  const at = needs.clock.now();
  const done: ReplayDone = { queued: 0, refused: 0, changed: 0 };
  const orders: string[] = [];
  // Before the first order goes: a process that dies in between must not leave a replay that nobody wrote down.
  await writeAudit(needs.database, shopId, at, {
    actor: how.actor,
    action: 'ledger.replay.begun',
    target: `${planned.length} orders`,
    before: null,
    after: JSON.stringify({ filter: how.filter, evenIfTwice: how.evenIfTwice }),
  });
  for (const { order, refusal, settings } of planned) {
    const risky = refusal === 'counts' || refusal === 'may_count';
    if (refusal !== null && !(risky && how.evenIfTwice)) {
      done.refused += 1;
      continue;
    }
    const row = asQueueRow(shopId, order, { settingsVersion: settings.now, at, forgetCopy: risky });
    const sent = await needs.database.transaction((sql) =>
      sendAgain(sql, shopId, order, row, { actor: how.actor, at }),
    );
    if (sent) {
      done.queued += 1;
      orders.push(order.orderId);
    } else done.changed += 1;
  }
  await writeAudit(needs.database, shopId, at, {
    actor: how.actor,
    action: 'ledger.replay',
    target: `${done.queued} orders`,
    before: JSON.stringify(how.filter),
    after: JSON.stringify({ ...done, evenIfTwice: how.evenIfTwice, orders: orders.slice(0, 200) }),
  });
  if (done.queued > 0) needs.wake();
  return done;
}

/** Every place at which two payloads differ, in the order of their paths. */
export function differencesOf(before: string, after: string): Difference[] {
  if (before === after) return [];
  const [was, is] = [leaves(before), leaves(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .filter((path) => was.get(path) !== is.get(path))
    .map((path) => ({ path, before: was.get(path) ?? null, after: is.get(path) ?? null }));
}

function leaves(bytes: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, path === '' ? key : `${path}.${key}`);
    } else found.set(path, JSON.stringify(value));
  };
  const parsed: unknown = JSON.parse(bytes);
  visit(parsed, '');
  return found;
}
