/** Makes the payloads of a period again from what is stored and holds them against the hashes of what was sent. */
import type { PixelId, ShopId } from '../conversion/facts.ts';
import type { Sql } from '../store/database.ts';
import { sentEvents, type SentEvent } from '../store/replays.ts';

export type RebuiltState =
  { state: 'same' | 'differs' } | { state: 'impossible'; why: 'redacted' | 'aged' | 'payload_version' };

export interface RebuildNeeds {
  database: Sql;
  /** Each sending of the event; null for what is not there (any more). */
  rebuild(shopId: ShopId, pixelId: PixelId, eventId: string): Promise<RebuiltState[] | null>;
}

export interface RebuildCheck {
  /** Sendings: an event that was tried twice counts twice. */
  same: number;
  differs: number;
  impossible: Record<'redacted' | 'aged' | 'payload_version', number>;
  /** The first of those that differ. */
  examples: { pixelId: PixelId; eventId: string; day: string }[];
}

const AT_ONCE = 500;
const EXAMPLES = 20;

export async function rebuildPeriod(
  needs: RebuildNeeds,
  shopId: ShopId,
  days: { from: string; to: string },
): Promise<RebuildCheck> {
  const check: RebuildCheck = {
    same: 0,
    differs: 0,
    impossible: { redacted: 0, aged: 0, payload_version: 0 },
    examples: [],
  };
  let after: SentEvent | null = null;
  for (;;) {
    const some: SentEvent[] = await sentEvents(needs.database, shopId, days, after, AT_ONCE);
    for (const event of some) {
      const rebuilt = await needs.rebuild(shopId, event.pixelId, event.eventId);
      if (rebuilt === null) check.impossible.aged += 1;
      for (const one of rebuilt ?? []) {
        if (one.state === 'impossible') check.impossible[one.why] += 1;
        else check[one.state] += 1;
      }
      const differs = rebuilt?.some(({ state }) => state === 'differs') === true;
      if (differs && check.examples.length < EXAMPLES) check.examples.push(event);
    }
    after = some.at(-1) ?? null;
    if (some.length < AT_ONCE) return check;
  }
}
