/** Turns what the log stores into what staff read: names, money in its currency, moments in the shop's time zone. */
import { fromMinor } from '../conversion/browser.ts';
import type { EventDetail } from '../delivery/detail.ts';
import type { LogEntry } from '../store/log.ts';
import { keysOfBits, MATCH_KEYS, scoreOfBits } from '../conversion/readiness.ts';
import { MATCH_KEY_WORDS } from './texts-log.ts';
import { eventWord, reasonWords, ruleWords, shortReason } from './texts.ts';
import { FIELD_WORDS, ruleName, SWITCH_WORDS, UNASKED_WORDS } from './texts-settings.ts';
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

export interface DetailWords {
  what: string;
  state: LogEntry['state'];
  /** What happened and what it means. */
  meaning: string;
  /** The one thing to do; null when nothing is. */
  next: string | null;
  rule: string | null;
  eventId: string;
  eventName: string | null;
  pixel: { id: string; name: string };
  value: string | null;
  way: { title: string; text: string; at: string | null }[];
  matchKeys: { name: string; there: boolean }[];
  /** Rules that this order could not be asked, a sentence each. */
  unasked: string[];
  payload: { text: string; check: string } | null;
  noPayload: string | null;
}

type Payload = Extract<EventDetail['rebuilt'], { state: 'same' }>['event'];

export function detailWords(
  detail: EventDetail,
  pixel: { id: string; name: string },
  shop: ShopWords,
): DetailWords {
  const { record, rebuilt } = detail;
  const { entry } = record;
  const known = reasonWords(entry.reason);
  const event = rebuilt.state === 'impossible' ? null : rebuilt.event;
  return {
    what: whatWords(entry),
    state: entry.state,
    meaning: detail.words?.meaning ?? known?.meaning ?? entry.reason,
    next: entry.state === 'sent' ? null : (detail.words?.nextStep ?? known?.next ?? null),
    rule: entry.rule === null || entry.state === 'sent' ? null : ruleWords(entry.rule),
    eventId: entry.eventId,
    eventName: entry.eventName,
    pixel,
    value: moneyWords(entry.valueMinor, entry.currency, shop.locale),
    way: wayOf(detail, shop),
    matchKeys: event
      ? MATCH_KEYS.map((key) => ({ name: MATCH_KEY_WORDS[key], there: event.user[key] !== undefined }))
      : [],
    unasked: detail.unasked.map(unaskedWords),
    payload: event && entry.state !== 'skipped' ? payloadWords(rebuilt, event) : null,
    noPayload: rebuilt.state === 'impossible' ? IMPOSSIBLE[rebuilt.why] : null,
  };
}

function unaskedWords({ rule, why }: EventDetail['unasked'][number]): string {
  const name =
    rule === null ? `“${SWITCH_WORDS.b2b.name}”` : `${ruleName(rule.place)} (“${FIELD_WORDS[rule.field]}”)`;
  return `${name}: ${UNASKED_WORDS[why]}`;
}

const IMPOSSIBLE: Record<Extract<EventDetail['rebuilt'], { state: 'impossible' }>['why'], string> = {
  redacted: 'The customer’s data was erased on request, so what was sent can no longer be shown.',
  aged: 'The details of this event are older than your store keeps them.',
  payload_version: 'An older version of Tock sent this event in a form that this version no longer makes.',
};

function payloadWords(rebuilt: EventDetail['rebuilt'], event: Payload): DetailWords['payload'] {
  const check =
    rebuilt.state === 'same'
      ? 'Made again from the stored facts and equal, byte for byte, to what was sent.'
      : rebuilt.state === 'differs'
        ? 'Made again from the stored facts, but different from what was sent. Please tell support.'
        : 'Not sent yet. It would be sent like this.';
  return { text: JSON.stringify(event, null, 2), check };
}

const CAUSE_WORDS: Record<string, { title: string; text: string }> = {
  context: {
    title: 'Joined with the visit',
    text: 'What the storefront knew of this checkout was added.',
  },
  fetched: {
    title: 'Asked Shopify',
    text: 'One of your rules needs what Shopify’s message of the order does not tell.',
  },
};

function wayOf({ record, revisions }: EventDetail, shop: ShopWords): DetailWords['way'] {
  const { entry } = record;
  const at = (moment: Date | null): string | null => (moment === null ? null : momentWords(moment, shop));
  const way = [
    {
      title: 'Happened',
      text: entry.kind === 'order' ? 'The order was placed.' : 'In the storefront.',
      at: at(entry.occurredAt),
    },
    ...(revisions.length > 0
      ? revisions.map((revision) => ({
          ...(CAUSE_WORDS[revision.cause] ?? { title: 'Received from Shopify', text: revision.cause }),
          at: at(revision.receivedAt),
        }))
      : [{ title: 'Received', text: 'From the storefront pixel.', at: at(entry.receivedAt) }]),
    ...record.requests.map((request) => ({
      title: request.outcome === 'accepted' ? 'Sent and taken by TikTok' : 'Sent to TikTok',
      text: answerWords(request),
      at: at(request.finishedAt ?? request.startedAt),
    })),
  ];
  if (entry.state === 'skipped' || entry.state === 'error')
    way.push({
      title: entry.state === 'skipped' ? 'Skipped' : 'Refused',
      text: shortReason(entry.reason),
      at: at(entry.settledAt),
    });
  if (entry.state === 'waiting')
    way.push({ title: 'Next look', text: 'At the latest.', at: at(entry.dueAt) });
  return way;
}

function answerWords(request: EventDetail['record']['requests'][number]): string {
  const batch = request.size > 1 ? `Together with ${request.size - 1} more. ` : '';
  const test = request.test ? 'As a test event. ' : '';
  if (request.outcome === null) return `${batch}${test}No answer yet.`;
  const said = request.message ? `“${request.message}”` : 'no answer';
  const code = request.code === null ? '' : ` (code ${request.code})`;
  const id = request.requestId ? ` Request ${request.requestId}.` : '';
  return `${batch}${test}TikTok answered ${said}${code}.${id}`;
}
