/** How an attempt ends in the store: queue row, outcome, request and totals change together or not at all. */
import type { Sql } from '../store/database.ts';
import { closeRequest, insertSettled, insertUnsettled, settledTotal } from '../store/deliveries.ts';
import type { RequestEnd } from '../store/deliveries.ts';
import { payloadVersion } from '../conversion/payload/v1.ts';
import { putBack, removeSettled, waitingTotal } from '../store/queue.ts';
import type { PutBack } from '../store/queue.ts';
import { applyTotals } from '../store/totals.ts';
import type { TotalChange } from '../store/totals.ts';
import { settledRow } from './ending.ts';
import type { Ending } from './ending.ts';
import type { Ready } from './prepare.ts';

export interface Settlement {
  /** The lease under which we hold the rows. */
  held: string;
  now: Date;
  endings: readonly Ending[];
  back: readonly PutBack[];
  /** Sent with the request that ended, and not settled by it. */
  tried: readonly Ready[];
  request: RequestEnd | null;
}

/** How many of the endings were still ours to write. */
export async function settle(sql: Sql, settlement: Settlement): Promise<number> {
  const { held, now, endings, back, tried, request } = settlement;
  const changes: TotalChange[] = [];
  const removed = await removeSettled(
    sql,
    endings.map(({ row }) => row.id),
    held,
  );
  const ours = new Map(removed.map((row) => [row.id, row]));
  const settled = endings.flatMap((ending) => {
    const row = ours.get(ending.row.id);
    return row ? [settledRow(ending, row, now)] : [];
  });
  await insertSettled(sql, settled);
  changes.push(...removed.map((row) => waitingTotal(row, -1)), ...settled.map(settledTotal));
  changes.push(...(await putBack(sql, back, held)));
  if (request) {
    await closeRequest(sql, request);
    await insertUnsettled(
      sql,
      tried.map((ready) => ({
        shopId: ready.row.shopId,
        requestId: request.id,
        eventId: ready.row.eventId,
        event: ready.row.event,
        revision: ready.revision,
        settingsVersion: ready.row.settingsVersion,
        payloadVersion,
        payloadSha256: ready.sha256,
      })),
    );
  }
  await applyTotals(sql, changes);
  return removed.length;
}
