/** How an attempt ends in the store: queue row, outcome, request and totals change together or not at all. */
import type { Sql } from '../store/database.ts';
import { closeRequest, insertSettled, insertUnsettled, settledTotal } from '../store/deliveries.ts';
import type { RequestEnd, SettledRow, SettledState } from '../store/deliveries.ts';
import { payloadVersion } from '../conversion/payload/v1.ts';
import { putBack, removeSettled, waitingTotal } from '../store/queue.ts';
import type { PutBack, QueueRow } from '../store/queue.ts';
import { applyTotals } from '../store/totals.ts';
import type { TotalChange } from '../store/totals.ts';
import type { Ready } from './prepare.ts';

export interface Ending {
  row: QueueRow;
  state: SettledState;
  reason: string;
  rule: string | null;
  revision: number | null;
  pixelCode: string;
  /** What was sent, where anything was. */
  sent: Pick<Ready, 'eventName' | 'limitedDataUse' | 'sha256' | 'matchKeys'> | null;
  firstPossibleCopyAt: Date | null;
}

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

function settledRow(ending: Ending, row: QueueRow, now: Date): SettledRow {
  const { sent } = ending;
  return {
    shopId: row.shopId,
    pixelId: row.pixelId,
    kind: row.kind,
    orderId: row.orderId,
    orderName: row.orderName,
    event: row.event,
    eventId: row.eventId,
    occurredAt: row.occurredAt,
    receivedAt: row.receivedAt,
    day: row.day,
    source: row.source,
    state: ending.state,
    reason: ending.reason,
    rule: ending.rule,
    settledAt: now,
    valueMinor: row.valueMinor,
    currency: row.currency,
    eventName: sent?.eventName ?? row.eventName,
    pixelCode: ending.pixelCode,
    revision: ending.revision,
    settingsVersion: row.settingsVersion,
    payloadVersion: sent ? payloadVersion : null,
    payloadSha256: sent?.sha256 ?? null,
    limitedDataUse: sent?.limitedDataUse ?? false,
    firstPossibleCopyAt: ending.firstPossibleCopyAt,
    matchKeys: sent?.matchKeys ?? null,
    requestIds: row.requestIds,
  };
}
