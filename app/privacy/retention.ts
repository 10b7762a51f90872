/** How long things are kept, and the hourly work that takes away what is past it. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ShopId } from '../conversion/facts.ts';
import type { Database } from '../store/database.ts';
import type { Partitions } from '../store/partitions.ts';
import {
  deleteOldOnceKeys,
  deleteOldOrders,
  deleteOldPages,
  deleteOldVisits,
  keptOfShops,
  sweepRequests,
} from '../store/retention.ts';
import type { Kept } from '../store/retention.ts';

const DAY_MS = 86_400_000;

export interface Bounds {
  readonly least: number;
  /** Also what holds without a choice. */
  readonly most: number;
}

/**
 * Page events and what became of them. A week at least: they are taken three days back, and what TikTok refused is tried
 * for seven. Thirty days at most: they go by whole weeks for everybody.
 */
export const PAGE_DAYS: Bounds = { least: 7, most: 30 };
/**
 * Orders, outcomes and statements. Three months at least: the ledger books changes of closed days for 62. Thirteen at
 * most: a year, and the same month of the year before.
 */
export const ORDER_MONTHS: Bounds = { least: 3, most: 13 };

/** An order may be delivered so long after its purchase; the visit before it must still be there. */
const LATEST_DELIVERY_DAYS = 14;

export interface RetentionNeeds {
  database: Database;
  partitions: Partitions;
  /** For how many days a click counts in this shop. */
  clickWindowDays(shopId: ShopId): Promise<number>;
  clock: Clock;
  log: Log;
}

/** A shop's own choice only ever shortens. One shop's trouble is not another's. */
export async function keepWhatIsDue(needs: RetentionNeeds): Promise<void> {
  const { database, partitions, clock, log } = needs;
  const now = clock.now();
  await partitions.makeAround(now);
  await partitions.dropBefore(daysBefore(now, PAGE_DAYS.most));
  for (const kept of await keptOfShops(database)) {
    try {
      await keepOfShop(needs, kept, now);
    } catch (error) {
      log.error('what is past its age could not be deleted', { shop: kept.shopId, error });
    }
  }
  await deleteOldOnceKeys(database, new Date(`${monthsBefore(now, ORDER_MONTHS.most)}T00:00:00Z`));
}

async function keepOfShop(needs: RetentionNeeds, kept: Kept, now: Date): Promise<void> {
  const { database, log } = needs;
  const { shopId } = kept;
  const pages = pagesFrom(kept, now);
  if (pageDaysOf(kept) < PAGE_DAYS.most) await deleteOldPages(database, shopId, pages);
  const ordersBefore = monthsBefore(now, orderMonthsOf(kept));
  const orders = await deleteOldOrders(database, shopId, ordersBefore);
  if (orders > 0) log.info('orders past their age were deleted', { shop: shopId, orders });
  await sweepRequests(database, shopId, {
    pagesFrom: pages,
    ordersFrom: new Date(`${ordersBefore}T00:00:00Z`),
    sweptTo: kept.requestsSweptTo,
  });
  const seen = Math.max(await needs.clickWindowDays(shopId), pageDaysOf(kept)) + LATEST_DELIVERY_DAYS;
  await deleteOldVisits(database, shopId, daysBefore(now, seen));
}

export const pageDaysOf = ({ pageDays }: Pick<Kept, 'pageDays'>): number =>
  Math.min(pageDays ?? PAGE_DAYS.most, PAGE_DAYS.most);

export const orderMonthsOf = ({ orderMonths }: Pick<Kept, 'orderMonths'>): number =>
  Math.min(orderMonths ?? ORDER_MONTHS.most, ORDER_MONTHS.most);

/** Since when all page events of the shop are there: its own choice, and what an earlier, shorter one took away. */
export function pagesFrom(kept: Pick<Kept, 'pageDays' | 'pagesKeptFrom'>, now: Date): Date {
  const chosen = daysBefore(now, pageDaysOf(kept));
  return kept.pagesKeptFrom !== null && kept.pagesKeptFrom > chosen ? kept.pagesKeptFrom : chosen;
}

/** The first of the shop's days whose orders are all there. */
export function ordersFrom(kept: Pick<Kept, 'orderMonths' | 'ordersKeptFrom'>, now: Date): string {
  const chosen = monthsBefore(now, orderMonthsOf(kept));
  return kept.ordersKeptFrom !== null && kept.ordersKeptFrom > chosen ? kept.ordersKeptFrom : chosen;
}

const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);

/** The day so many months ago; the last of its month where the month is shorter. */
export function monthsBefore(now: Date, months: number): string {
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(now.getUTCDate(), last));
  return first.toISOString().slice(0, 10);
}
