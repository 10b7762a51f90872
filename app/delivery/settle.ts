/** How an attempt ends in the store: queue row, outcome, request and totals change together or not at all. */
import type { Sql } from '../store/database.ts';
import { closeRequest, insertSettled, insertUnsettled, settledTotal } from '../store/deliveries.ts';
import type { RequestEnd, SettledState } from '../store/deliveries.ts';
import { payloadVersion } from '../conversion/payload/v1.ts';
import { putBack, removeSettled, waitingTotal } from '../store/queue.ts';
import type { PutBack } from '../store/queue.ts';
import { standAgain } from '../store/replays.ts';
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

/** The outcomes that were written: of the endings that were still ours, and whose former outcome does not stand again. */
export async function settle(sql: Sql, settlement: Settlement): Promise<SettledState[]> {
  const { held, now, endings, back, tried, request } = settlement;
  const changes: TotalChange[] = [];
  const removed = await removeSettled(
    sql,
    endings.map(({ row }) => row.id),
    held,
  );
  const ours = new Map(removed.map((row) => [row.id, row]));
  const unsent = endings.flatMap((ending) => {
    const row = ending.sent === null ? ours.get(ending.row.id) : undefined;
    return row?.kind === 'order' && row.requestIds.length > 0 ? [row] : [];
  });
  const again = await standAgain(sql, unsent);
  for (const { row } of again) ours.delete(row.id);
  const settled = endings.flatMap((ending) => {
    const row = ours.get(ending.row.id);
    return row ? [settledRow(ending, row, now)] : [];
  });
  await insertSettled(sql, settled);
  changes.push(...removed.map((row) => waitingTotal(row, -1)), ...again.map(({ total }) => total));
  changes.push(...settled.map(settledTotal));
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
  return settled.map(({ state }) => state);
}
