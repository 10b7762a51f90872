/** How an event stands after an attempt, or without one: values in, values out. */
import type { SettledRow, SettledState } from '../store/deliveries.ts';
import { payloadVersion } from '../conversion/payload/v1.ts';
import type { PutBack, QueueRow, WaitingFor } from '../store/queue.ts';
import type { Verdict } from '../tiktok/errors.ts';
import type { Ready } from './prepare.ts';
import { nextTry } from './schedule.ts';
import type { TooLate } from './schedule.ts';

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

export function afterAttempt(
  ready: Ready,
  { policy, entry }: Verdict,
  { test, now, random }: { test: boolean; now: Date; random: () => number },
): { kind: 'ending'; ending: Ending } | { kind: 'back'; back: PutBack } {
  const { row } = ready;
  // What TikTok refused in words is no copy: the window stays where it was. What nobody answered may be one.
  const copyAt =
    policy === 'ambiguous' || policy === 'accepted'
      ? (row.firstPossibleCopyAt ?? now)
      : row.firstPossibleCopyAt;
  const ended = (state: Ending['state'], reason: string): { kind: 'ending'; ending: Ending } => ({
    kind: 'ending',
    ending: {
      row,
      state,
      reason,
      rule: ready.rule,
      revision: ready.revision,
      pixelCode: ready.pixelCode,
      sent: ready,
      firstPossibleCopyAt: copyAt,
    },
  });
  const goesBack = (waitingFor: 'retry' | 'pixel', dueAt: Date): { kind: 'back'; back: PutBack } => ({
    kind: 'back',
    back: waits({ id: row.id, firstPossibleCopyAt: copyAt }, waitingFor, dueAt),
  });
  switch (policy) {
    case 'accepted':
      return ended('sent', test ? 'test' : 'accepted');
    case 'reject':
    case 'split':
      return ended('error', entry.key);
    case 'pause':
      return goesBack('pixel', now);
    case 'retry':
    case 'throttle':
    case 'ambiguous': {
      const standing = { firstPossibleCopyAt: copyAt, receivedAt: row.receivedAt, eventAt: ready.eventAt };
      const at = nextTry(standing, row.tries, now, random);
      return at
        ? goesBack('retry', at)
        : ended('error', policy === 'ambiguous' ? 'never_confirmed' : entry.key);
    }
  }
}

export function waits(
  { id, firstPossibleCopyAt }: Pick<QueueRow, 'id' | 'firstPossibleCopyAt'>,
  waitingFor: WaitingFor,
  dueAt: Date,
): PutBack {
  return { id, waitingFor, dueAt, firstPossibleCopyAt };
}

/** Nothing more is sent. What was sent and never answered for may have counted, whatever became of it since: no skip. */
export function givenUp(
  row: QueueRow,
  pixelCode: string,
  reason: string,
  rule: string,
  revision: number | null,
): Ending {
  const unconfirmed = row.kind === 'order' && row.firstPossibleCopyAt !== null;
  return {
    row,
    state: unconfirmed ? 'error' : 'skipped',
    reason: unconfirmed ? 'never_confirmed' : reason,
    rule,
    revision,
    pixelCode: row.pixelCode ?? pixelCode,
    sent: null,
    firstPossibleCopyAt: row.firstPossibleCopyAt,
  };
}

/** Sent and never confirmed is an error that staff should see; never sent is merely too late. */
export function tooLateToSend({ row, revision, pixelCode }: Ready, late: TooLate): Ending {
  const unconfirmed = late === 'repeat_window' && row.requestIds.length > 0;
  return {
    row,
    state: unconfirmed ? 'error' : 'skipped',
    reason: unconfirmed ? 'never_confirmed' : 'too_late',
    rule: `window:${late}`,
    revision,
    pixelCode,
    sent: null,
    firstPossibleCopyAt: row.firstPossibleCopyAt,
  };
}

/** The row that stays of an event at a pixel. */
export function settledRow(ending: Ending, row: QueueRow, now: Date): SettledRow {
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
