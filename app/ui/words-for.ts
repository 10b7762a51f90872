/** Turns what the log stores into what staff read: names, money in its currency, moments in the shop's time zone. */
import { fromMinor } from '../conversion/browser.ts';
import type { LogEntry } from '../store/log.ts';
import { keysOfBits, MATCH_KEYS, scoreOfBits } from '../conversion/readiness.ts';
import { MATCH_KEY_WORDS } from './texts-log.ts';
import { eventWord, shortReason } from './texts.ts';
import type { LogRow } from './LogTable.tsx';

/** The shop that the page is for, as far as words depend on it. */
export interface ShopWords {
  timeZone: string;
  locale: string;
}

/** Minor units to "$49.90": the exact decimal text is what is formatted, never a float. */
export function moneyWords(minor: bigint | null, currency: string | null, locale: string): string | null {
  if (minor === null || currency === null) return null;
  const decimal = fromMinor(minor, currency);
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(asNumeric(decimal));
}

/** Intl formats decimal text as it is (ES2023); the type asks for a text that looks like a number. */
const asNumeric = (decimal: string): `${number}` => (isNumeric(decimal) ? decimal : '0');
const isNumeric = (text: string): text is `${number}` => /^-?\d+(\.\d+)?$/.test(text);

export function momentWords(at: Date, { timeZone, locale }: ShopWords): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(at);
}

/** With year and time zone, where a moment stands alone: "Nov 21, 2026, 10:20:05 AM EST". */
export function fullMomentWords(at: Date, { timeZone, locale }: ShopWords): string {
  return new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'long' }).format(at);
}

/** "Eastern Time"; a zone that has no name of its own by its city. */
export function zoneName({ timeZone, locale }: ShopWords): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(0);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

export const pathOf = (entry: Pick<LogEntry, 'pixelId' | 'eventId'>): string =>
  `${entry.pixelId}/${encodeURIComponent(entry.eventId)}`;

export const whatWords = (entry: Pick<LogEntry, 'event' | 'orderName' | 'orderId'>): string =>
  entry.event === 'order' ? `Order ${entry.orderName ?? entry.orderId ?? ''}`.trim() : eventWord(entry.event);

export function logRow(entry: LogEntry, pixelName: string, shop: ShopWords): LogRow {
  return {
    path: pathOf(entry),
    what: whatWords(entry),
    eventName: entry.eventName,
    state: entry.state,
    reason: shortReason(entry.reason),
    pixel: pixelName,
    value: moneyWords(entry.valueMinor, entry.currency, shop.locale),
    when: momentWords(entry.occurredAt, shop),
    match: matchWords(entry.matchKeys),
  };
}

/** What was sent to match by: our score, and the keys in words. Null where nothing was sent. */
export function matchWords(bits: number | null): LogRow['match'] {
  if (bits === null) return null;
  const there = new Set(keysOfBits(bits));
  return {
    score: scoreOfBits(bits),
    keys: MATCH_KEYS.filter((key) => there.has(key)).map((key) => MATCH_KEY_WORDS[key]),
  };
}
