/** What Home shows of a shop: its pixels, its orders by day, what TikTok could match, and the money that cannot go out. */
import type { Clock } from './base/clock.ts';
import { addDays, daysFrom } from './conversion/calendar.ts';
import { keysOfBits, type MatchKey } from './conversion/readiness.ts';
import { sendableUntil } from './delivery/schedule.ts';
import { usefulFrom } from './ledger/backfill.ts';
import { dayNumbers, type DayNumbers } from './ledger/day-numbers.ts';
import type { StorefrontCheck } from './radar/findings.ts';
import { shopDay } from './record/day.ts';
import { matchKeysSent } from './store/deliveries.ts';
import type { Database, Sql } from './store/database.ts';
import type { InstalledShop } from './store/installs.ts';
import type { Pixel } from './store/pixels.ts';
import { stuckOrders } from './store/queue.ts';
import type { SetupMark } from './store/setup-marks.ts';
import { readBackfill } from './store/reconcile.ts';
import type { ShopStore } from './store/store.ts';
import { everSent, readTotals } from './store/totals.ts';

export interface DayOfOrders extends DayNumbers {
  /** YYYY-MM-DD */
  day: string;
}

/** Orders that wait because their pixel may not send. */
export interface Stuck {
  orders: number;
  /** False: there are more, and only the oldest were counted. */
  whole: boolean;
  /** In the shop's currency. */
  valueMinor: bigint;
  /** When the first of those that can still go becomes too late; null when none waits. */
  until: Date | null;
  /** Too late already: TikTok would count them twice, or could not use them. */
  late: number;
}

export interface Overview {
  pixels: readonly Pixel[];
  today: DayNumbers;
  month: DayNumbers;
  /** Oldest first, days without an order among them. */
  days: readonly DayOfOrders[];
  ever: { real: boolean; test: boolean };
  /** Of the newest sent orders: how many carried each key. */
  match: { orders: number; with: Readonly<Partial<Record<MatchKey, number>>> };
  /** By the pixel's id, of those that cannot send. */
  stuck: ReadonlyMap<string, Stuck>;
  check: StorefrontCheck | null;
  marks: ReadonlySet<SetupMark>;
  /** The store is new enough for orders from before the install to be of use, and nobody has sent them yet. */
  backfillOpen: boolean;
}

interface OverviewNeeds {
  readonly database: Database;
  readonly own: ShopStore;
  readonly radar: { findings(shopId: string): Promise<StorefrontCheck | null> };
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const DAYS = 30;
const MATCH_DAYS = 7;
/** Enough for a share that is right to a few percent; a page of the log reads a quarter of it. */
const MATCH_ORDERS = 200;
const STUCK_ORDERS = 1_000;

export async function overviewOf(needs: OverviewNeeds, shop: InstalledShop): Promise<Overview> {
  const { database, own, radar, clock } = needs;
  const now = clock.now();
  const today = shopDay(now, shop.timeZone);
  const first = addDays(today, 1 - DAYS);
  const [pixels, totals, ever, keys, check, marks, backfill] = await Promise.all([
    own.pixels.list(),
    readTotals(database, shop.id, first, today),
    everSent(database, shop.id),
    matchKeysSent(database, shop.id, new Date(now.getTime() - MATCH_DAYS * DAY_MS), MATCH_ORDERS),
    radar.findings(shop.id),
    own.setup.read(),
    readBackfill(database, shop.id),
  ]);
  const cannot = pixels.filter(({ state }) => state !== 'active');
  const stuck = await Promise.all(
    cannot.map(async ({ id }) => [id, await stuckAt(database, shop, id, now)] as const),
  );
  return {
    pixels,
    today: dayNumbers(
      totals.filter(({ day }) => day === today),
      shop.currency,
    ),
    month: dayNumbers(totals, shop.currency),
    days: daysFrom(first, today).map((day) => ({
      day,
      ...dayNumbers(
        totals.filter((row) => row.day === day),
        shop.currency,
      ),
    })),
    ever,
    match: coverage(keys),
    stuck: new Map(stuck),
    check,
    marks,
    backfillOpen: backfill === null && usefulFrom(now) < shop.installedAt,
  };
}

/** What waits at a pixel that may not send, and how long that is of use. */
export async function stuckAt(
  sql: Sql,
  shop: Pick<InstalledShop, 'id' | 'currency'>,
  pixelId: string,
  now: Date,
): Promise<Stuck> {
  const rows = await stuckOrders(sql, shop.id, pixelId, STUCK_ORDERS);
  const stuck: Stuck = { orders: 0, whole: rows.length < STUCK_ORDERS, valueMinor: 0n, until: null, late: 0 };
  for (const { occurredAt, firstPossibleCopyAt, valueMinor, currency } of rows) {
    const until = sendableUntil({ firstPossibleCopyAt, eventAt: occurredAt });
    if (until <= now) {
      stuck.late += 1;
      continue;
    }
    stuck.orders += 1;
    if (currency === shop.currency) stuck.valueMinor += valueMinor ?? 0n;
    if (stuck.until === null || until < stuck.until) stuck.until = until;
  }
  return stuck;
}

function coverage(sets: readonly { keys: number; orders: number }[]): Overview['match'] {
  const found: Partial<Record<MatchKey, number>> = {};
  let orders = 0;
  for (const set of sets) {
    orders += set.orders;
    for (const key of keysOfBits(set.keys)) found[key] = (found[key] ?? 0) + set.orders;
  }
  return { orders, with: found };
}
