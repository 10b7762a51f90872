/** How often each event of a pixel was seen lately, from the daily totals. */
import { ORDER_EVENT } from '../conversion/settings.ts';
import type { DailyTotalRow } from '../store/totals.ts';

export interface EventCount {
  seen: number;
  sent: number;
}

/** By Shopify event name. */
export function countEvents(totals: readonly DailyTotalRow[], pixelId: string): Record<string, EventCount> {
  const counts = new Map<string, EventCount>();
  for (const row of totals) {
    if (row.pixelId !== pixelId) continue;
    const known = counts.get(row.event) ?? { seen: 0, sent: 0 };
    known.seen += row.count;
    if (row.state === 'sent') known.sent += row.count;
    counts.set(row.event, known);
  }
  return Object.fromEntries(counts);
}

/** Events that visits brought; each is counted once for every pixel, so one pixel's count is theirs. */
export function countPageEvents(totals: readonly DailyTotalRow[]): number {
  const byPixel = new Map<string, number>();
  for (const { pixelId, event, count } of totals) {
    if (event !== ORDER_EVENT) byPixel.set(pixelId, (byPixel.get(pixelId) ?? 0) + count);
  }
  return Math.max(0, ...byPixel.values());
}
