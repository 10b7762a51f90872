/** How long things are kept, and the daily work that takes away what is past it. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../store/database.ts';
import type { Partitions } from '../store/partitions.ts';
import { choicesOfShops, deleteOldOrders, deleteOldPages } from '../store/retention.ts';

const DAY_MS = 86_400_000;
/** Page events and what became of them, by whole weeks. */
export const PAGE_DAYS = 30;
/** A year of orders and the same month of the year before. */
const ORDER_MONTHS = 13;

export interface RetentionNeeds {
  database: Database;
  partitions: Partitions;
  clock: Clock;
  log: Log;
}

/** A shop's own choice only ever shortens. */
export async function keepWhatIsDue({ database, partitions, clock, log }: RetentionNeeds): Promise<void> {
  const now = clock.now();
  await partitions.makeAround(now);
  await partitions.dropBefore(new Date(now.getTime() - PAGE_DAYS * DAY_MS));
  for (const { shopId, pageDays, orderMonths } of await choicesOfShops(database)) {
    if (pageDays !== null && pageDays < PAGE_DAYS)
      await deleteOldPages(database, shopId, new Date(now.getTime() - pageDays * DAY_MS));
    const orders = await deleteOldOrders(
      database,
      shopId,
      monthsBefore(now, Math.min(orderMonths ?? ORDER_MONTHS, ORDER_MONTHS)),
    );
    if (orders > 0) log.info('orders past their age were deleted', { shop: shopId, orders });
  }
}

/** The day so many months ago; the last of its month where the month is shorter. */
export function monthsBefore(now: Date, months: number): string {
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(now.getUTCDate(), last));
  return first.toISOString().slice(0, 10);
}
