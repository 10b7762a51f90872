/** The net under the webhooks: what Shopify never told is found by comparing its list with ours, and then the books close. */
import type { Clock } from '../../app/base/clock.ts';
import { createLog } from '../../app/base/log.ts';
import { readConfig } from '../../app/config.ts';
import { openHouse } from '../../app/house.ts';
import { WEBHOOKS_FIRST_MS } from '../../app/ledger/compare.ts';
import type { Town } from './chaos.ts';

export interface Closed {
  /** Orders that no webhook had brought. */
  found: number;
  /** Why the books do not close, a line for each reason. */
  faults: string[];
}

const MINUTE = 60_000;

/**
 * By a clock of its own, because the comparison leaves webhooks their five minutes and an order its hold: Tock's own
 * rooms, in this process, with the hour moved on.
 */
export async function closeTheBooks(town: Town): Promise<Closed> {
  let ahead = WEBHOOKS_FIRST_MS + MINUTE;
  const clock: Clock = { now: () => new Date(town.world.clock.now().getTime() + ahead) };
  const house = await openHouse(readConfig(town.environment), { clock, log: createLog({ level: 'error' }) });
  const closed: Closed = { found: 0, faults: [] };
  try {
    for (const shop of town.shops) {
      const { found, trouble } = await house.bookkeeping.compare(shop.id);
      closed.found += found;
      if (trouble !== null) closed.faults.push(`the comparison of ${shop.handle} ended with: ${trouble}`);
    }
    ahead += 10 * MINUTE;
    await house.delivery.runDue();
    const day = (days: number): string =>
      new Date(clock.now().getTime() + days * 24 * 60 * MINUTE).toISOString().slice(0, 10);
    for (const shop of town.shops) {
      const period = await house.bookkeeping.period(shop.id, day(-2), day(2));
      for (const { pixelId, unexplained, waiting } of period?.sums ?? []) {
        if (unexplained.count !== 0 || unexplained.minor !== 0n || waiting.count !== 0)
          closed.faults.push(
            `the ledger of ${shop.handle}, pixel ${pixelId}: unexplained ${unexplained.count} (${unexplained.minor}), waiting ${waiting.count}`,
          );
      }
      if (period?.closes !== true) closed.faults.push(`the ledger of ${shop.handle} does not close`);
      const check = await house.bookkeeping.check(shop.id);
      for (const { day: of, event, state, reason } of check?.totals ?? [])
        closed.faults.push(`the totals of ${shop.handle} on ${of}: ${event} ${state} ${reason}`);
    }
  } finally {
    await house.close();
  }
  return closed;
}
