/** Rows whose pixel cannot send: those of a paused pixel say that they wait for it, those of a removed one end. */
import type { Clock } from '../base/clock.ts';
import type { PixelId } from '../conversion/facts.ts';
import type { Database } from '../store/database.ts';
import { insertSettled, settledTotal } from '../store/deliveries.ts';
import {
  holdForPixel,
  pausedPixelsWithDue,
  removedPixelsWithRows,
  takeOfRemoved,
  waitingTotal,
} from '../store/queue.ts';
import { applyTotals } from '../store/totals.ts';
import { givenUp, settledRow } from './ending.ts';

/** Rows that one transaction touches at most. */
const ROWS_AT_ONCE = 5_000;
/** A row that was due when another process looked away may be committed a little later. */
const OVERLAP_MS = 60_000;

export interface Standstill {
  hold(pixelId: PixelId): Promise<void>;
  /** What became due at a pixel that cannot send, whoever stopped it; costs two small questions, at most every `everyMs`. */
  look(): Promise<void>;
}

export function createStandstill(options: {
  database: Pick<Database, 'rows' | 'run' | 'transaction'>;
  clock: Clock;
  everyMs: number;
}): Standstill {
  const { database, clock } = options;
  let lookedAt: number | null = null;

  async function hold(pixelId: PixelId): Promise<void> {
    for (let moved = 1; moved > 0;) {
      const now = clock.now();
      moved = await database.transaction(async (sql) => {
        const changes = await holdForPixel(sql, pixelId, now, ROWS_AT_ONCE);
        await applyTotals(sql, changes);
        return changes.length;
      });
    }
  }

  async function end(pixelId: PixelId, code: string): Promise<void> {
    for (let taken = 1; taken > 0;) {
      const now = clock.now();
      taken = await database.transaction(async (sql) => {
        const rows = await takeOfRemoved(sql, pixelId, now, ROWS_AT_ONCE);
        const ended = rows.map((row) =>
          settledRow(givenUp(row, code, 'pixel_removed', 'pixel.removed', null), row, now),
        );
        await insertSettled(sql, ended);
        await applyTotals(sql, [...rows.map((row) => waitingTotal(row, -1)), ...ended.map(settledTotal)]);
        return rows.length;
      });
    }
  }

  return {
    hold,
    async look() {
      const now = clock.now();
      const at = now.getTime();
      if (lookedAt !== null && Math.abs(at - lookedAt) < options.everyMs) return;
      const since = lookedAt === null ? null : new Date(Math.min(lookedAt, at) - OVERLAP_MS);
      for (const pixelId of await pausedPixelsWithDue(database, now, since)) await hold(pixelId);
      for (const { pixelId, code } of await removedPixelsWithRows(database, now)) await end(pixelId, code);
      lookedAt = at;
    },
  };
}
