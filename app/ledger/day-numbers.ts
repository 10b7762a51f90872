/** A day's orders in numbers, added up from the daily totals: every order × pixel counts once, by how it stands. */
import type { DailyTotalRow } from '../store/totals.ts';

export interface DayNumbers {
  orders: number;
  sent: number;
  skipped: number;
  waiting: number;
  error: number;
  /** Value of what TikTok took, in the shop's currency. */
  sentMinor: bigint;
}

export function dayNumbers(totals: readonly DailyTotalRow[], currency: string): DayNumbers {
  const numbers: DayNumbers = { orders: 0, sent: 0, skipped: 0, waiting: 0, error: 0, sentMinor: 0n };
  for (const row of totals) {
    if (row.event !== 'order') continue;
    numbers.orders += row.count;
    numbers[row.state] += row.count;
    if (row.state === 'sent' && row.currency === currency) numbers.sentMinor += row.valueMinor;
  }
  return numbers;
}
