/** One event of the log as the cells of a file: exact values for machines, words beside them for people. */
import { fromMinor } from '../conversion/browser.ts';
import type { CsvCell } from '../base/csv.ts';
import type { LogEntry } from '../store/log.ts';
import { eventWord, ruleWords, shortReason, STATE_WORDS } from './texts.ts';
import { matchWords } from './words-for.ts';

/** In the order of `LOG_TEXT.csv.heading`; moments in UTC, so that no spreadsheet guesses a time zone. */
export function logCells(entry: LogEntry, pixel: string): CsvCell[] {
  const match = matchWords(entry.matchKeys);
  return [
    entry.occurredAt.toISOString(),
    eventWord(entry.event),
    entry.orderName ?? entry.orderId,
    entry.eventId,
    entry.eventName,
    STATE_WORDS[entry.state],
    entry.reason,
    shortReason(entry.reason),
    entry.rule === null ? null : ruleWords(entry.rule),
    pixel,
    entry.pixelCode,
    entry.valueMinor === null || entry.currency === null ? null : fromMinor(entry.valueMinor, entry.currency),
    entry.currency,
    match?.score,
    match?.keys.join(', '),
    entry.receivedAt.toISOString(),
    entry.settledAt?.toISOString(),
  ];
}
