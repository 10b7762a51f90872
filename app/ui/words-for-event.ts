/** One event's page in words: its way step by step, its payload for people, its match keys, and what sending again would do. */
import { MATCH_KEYS, MISSING_TEXTS, type MatchKey } from '../conversion/readiness.ts';
import type { EventDetail } from '../delivery/detail.ts';
import type { Difference, Planned } from '../ledger/replay.ts';
import { AGAIN_TEXT, EVENT_TEXT, PAYLOAD_WORDS } from './texts-event.ts';
import { MATCH_KEY_WORDS } from './texts-log.ts';
import { FIELD_WORDS, ruleName, SWITCH_WORDS, UNASKED_WORDS } from './texts-settings.ts';
import { ruleLink } from './rule-link.ts';
import { reasonWords, ruleWords, shortReason, type EventState } from './texts.ts';
import { momentWords, moneyWords, whatWords, type ShopWords } from './words-for.ts';

export interface DetailWords {
  what: string;
  kind: 'order' | 'page';
  state: EventState;
  /** What happened and what it means. */
  meaning: string;
  /** The one thing to do; null when nothing is. */
  next: { text: string; to: string | null } | null;
  rule: { name: string; to: string | null } | null;
  eventId: string;
  eventName: string | null;
  pixel: { id: string; name: string };
  value: string | null;
  way: WayStep[];
  match: MatchWords | null;
  /** Rules that this order could not be asked, a sentence each. */
  unasked: string[];
  payload: { text: string; check: string; lines: { name: string; text: string }[] } | null;
  noPayload: string | null;
}

export function detailWords(
  detail: EventDetail,
  pixel: { id: string; name: string },
  shop: ShopWords,
): DetailWords {
  const { record, rebuilt } = detail;
  const { entry } = record;
  const known = reasonWords(entry.reason);
  const event = rebuilt.state === 'impossible' ? null : rebuilt.event;
  const next = entry.state === 'sent' ? null : (detail.words?.nextStep ?? known?.next ?? null);
  const to = entry.rule === null ? null : ruleLink(entry.rule, entry.pixelId);
  return {
    what: whatWords(entry),
    kind: entry.kind,
    state: entry.state,
    meaning: detail.words?.meaning ?? known?.meaning ?? entry.reason,
    next:
      next === null
        ? null
        : { text: next, to: entry.reason === 'pixel' ? `/app/pixels/${entry.pixelId}` : null },
    rule: entry.rule === null || entry.state === 'sent' ? null : { name: ruleWords(entry.rule), to },
    eventId: entry.eventId,
    eventName: entry.eventName,
    pixel,
    value: moneyWords(entry.valueMinor, entry.currency, shop.locale),
    way: wayOf(detail, shop),
    match: matchKeyWords(detail),
    unasked: detail.unasked.map(unaskedWords),
    payload: event && entry.state !== 'skipped' ? payloadWords(rebuilt, event, shop) : null,
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

function payloadWords(
  rebuilt: EventDetail['rebuilt'],
  event: Payload,
  shop: ShopWords,
): DetailWords['payload'] {
  const check =
    rebuilt.state === 'same'
      ? 'Made again from the stored facts and equal, byte for byte, to what was sent.'
      : rebuilt.state === 'differs'
        ? 'Made again from the stored facts, but different from what was sent. Please tell support.'
        : 'Not sent yet. It would be sent like this.';
  return { text: JSON.stringify(event, null, 2), check, lines: payloadLines(event, shop) };
}

export interface WayStep {
  title: string;
  text: string;
  at: string | null;
}

const { steps } = EVENT_TEXT;
/** A shorter wait is no holding back, only the time that work takes. */
const HELD_MS = 5_000;

export function wayOf({ record, revisions }: EventDetail, shop: ShopWords): WayStep[] {
  const { entry, requests } = record;
  const at = (moment: Date): string => momentWords(moment, shop);
  const moments: { when: Date; step: WayStep }[] = [];
  const add = (when: Date, title: string, text: string): void => {
    moments.push({ when, step: { title, text, at: at(when) } });
  };
  add(entry.occurredAt, steps.happened, entry.kind === 'order' ? steps.orderPlaced : steps.inStorefront);
  if (revisions.length === 0) add(entry.receivedAt, steps.received, steps.fromPixel);
  for (const { cause, receivedAt } of revisions) {
    if (cause === 'context') add(receivedAt, EVENT_TEXT.cause.context, EVENT_TEXT.cause.contextText);
    else add(receivedAt, steps.received, causeWords(cause));
  }
  const first = requests[0]?.startedAt ?? entry.settledAt;
  if (first && first.getTime() - entry.receivedAt.getTime() > HELD_MS)
    add(entry.receivedAt, steps.held, heldWords(first.getTime() - entry.receivedAt.getTime()));
  for (const request of requests) {
    const batch = request.size > 1 ? ` Together with ${request.size - 1} more.` : '';
    add(request.startedAt, steps.sent, `${request.test ? steps.asTest : ''}${batch}`.trim());
    if (request.finishedAt)
      add(
        request.finishedAt,
        request.outcome === 'accepted' ? steps.accepted : steps.answered,
        answerWords(request),
      );
  }
  for (const { at: when, actor } of record.replays) add(when, steps.again, actor);
  if (entry.settledAt && (entry.state === 'skipped' || entry.state === 'error'))
    add(
      entry.settledAt,
      entry.state === 'skipped' ? steps.skipped : steps.refused,
      shortReason(entry.reason),
    );
  const way = moments
    .map((moment, place) => ({ ...moment, place }))
    // What happened comes first, whatever two clocks say of it.
    .sort(
      (a, b) =>
        Number(b.place === 0) - Number(a.place === 0) ||
        a.when.getTime() - b.when.getTime() ||
        a.place - b.place,
    )
    .map(({ step }) => step);
  if (entry.state === 'waiting')
    way.push({
      title: steps.nextLook,
      text: `${shortReason(entry.reason)}. ${steps.atTheLatest}`,
      at: entry.dueAt ? at(entry.dueAt) : null,
    });
  return way;
}

const isCause = (cause: string): cause is keyof typeof EVENT_TEXT.cause =>
  Object.hasOwn(EVENT_TEXT.cause, cause);
const causeWords = (cause: string): string => (isCause(cause) ? EVENT_TEXT.cause[cause] : cause);

/** "1 minute", "3 hours". */
export function lengthWords(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  const [length, name] = units.find(([length]) => ms >= length) ?? [1_000, 'second'];
  const count = Math.max(1, Math.floor(ms / length));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

const heldWords = (ms: number): string =>
  `For ${lengthWords(ms)}: until the visit was known, or until nothing stood in the way.`;

function answerWords(request: EventDetail['record']['requests'][number]): string {
  const said = request.message ? `“${request.message}”` : steps.noAnswer;
  const code = request.code === null ? '' : ` Code ${request.code}.`;
  const id = request.requestId ? ` Request ${request.requestId}.` : '';
  return `${said}${code}${id}`;
}

export interface KeyWords {
  name: string;
  there: boolean;
  /** Why it is missing, or what is known of it. */
  text: string | null;
  /** What would bring it next time. */
  fix: string | null;
}

export interface MatchWords {
  score: number;
  keys: KeyWords[];
}

export function matchKeyWords({ readiness }: EventDetail): MatchWords | null {
  if (!readiness) return null;
  const keys = readiness.keys.map((state): KeyWords => {
    const name = MATCH_KEY_WORDS[state.key];
    if (state.present)
      return { name, there: true, text: state.note === undefined ? null : sentence(state.note), fix: null };
    const { why, fix }: { why: string; fix?: string } = MISSING_TEXTS[state.reason];
    return { name, there: false, text: why, fix: fix ?? null };
  });
  return { score: readiness.score, keys };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

type Payload = Extract<EventDetail['rebuilt'], { state: 'same' }>['event'];

/** The payload for people: who it is matched by without what it is matched by. */
export function payloadLines(event: Payload, shop: ShopWords): { name: string; text: string }[] {
  const words = PAYLOAD_WORDS;
  const { properties, page } = event;
  const currency = properties.currency ?? null;
  const money = (amount: number | undefined): string | null =>
    amount === undefined
      ? null
      : currency === null
        ? String(amount)
        : new Intl.NumberFormat(shop.locale, { style: 'currency', currency }).format(amount);
  const keys = MATCH_KEYS.filter((key: MatchKey) => event.user[key] !== undefined);
  const lines: [string, string | null | undefined][] = [
    [words.event, event.event],
    [words.event_time, momentWords(new Date(event.event_time * 1000), shop)],
    [words.event_id, event.event_id],
    [words.value, money(properties.value)],
    [words.order_id, properties.order_id],
    [words.customer_type, properties.customer_type && words.customers[properties.customer_type]],
    [
      words.items,
      properties.contents
        ?.map((item) =>
          words.item(item.content_name ?? item.content_id ?? '', item.quantity ?? 1, money(item.price)),
        )
        .join('; '),
    ],
    [words.matchedBy, keys.map((key) => words.keys[key]).join(', ') || AGAIN_TEXT.none],
    [words.page, page?.url],
    [words.referrer, page?.referrer],
    [words.limited_data_use, event.limited_data_use ? words.limited : null],
  ];
  return lines.flatMap(([name, text]) => (text ? [{ name, text }] : []));
}

export interface AgainWords {
  /** What would happen, in one sentence. */
  verdict: string;
  risk: string;
  /** It would count twice, or may: staff must say that they know. */
  twice: boolean;
  /** It cannot be sent, whatever staff say. */
  stopped: boolean;
  /** The rule that keeps it back. */
  rule: string | null;
  compared: string;
  differences: { name: string; before: string; after: string }[];
  why: string | null;
}

/** Why it cannot be sent again; null where it can. */
export function notAgainWords(
  { kind, state }: { kind: 'order' | 'page'; state: EventState },
  removed: boolean,
): string | null {
  if (removed) return AGAIN_TEXT.noPixel;
  if (state === 'waiting') return AGAIN_TEXT.stillWaits;
  return kind === 'page' ? AGAIN_TEXT.onlyOrders : null;
}

export function againWords(planned: Planned): AgainWords {
  const { verdict, refusal, risk, differences, settings, formerBytes, order } = planned;
  const compared =
    verdict.kind !== 'send' || differences.length > 0
      ? ''
      : formerBytes !== null
        ? AGAIN_TEXT.same
        : order.requestIds.length > 0
          ? AGAIN_TEXT.unknown
          : AGAIN_TEXT.first;
  return {
    verdict: refusal === 'too_old' ? AGAIN_TEXT.tooOld : verdictWords(verdict),
    risk: AGAIN_TEXT.risk[risk],
    twice: refusal === 'counts' || refusal === 'may_count',
    stopped: refusal === 'skipped' || refusal === 'too_old',
    rule: verdict.kind === 'skip' ? verdict.rule : null,
    compared,
    differences: differences.map(differenceWords),
    why:
      differences.length === 0
        ? null
        : settings.before === settings.now
          ? AGAIN_TEXT.dataChanged
          : AGAIN_TEXT.settingsChanged(settings.before, settings.now),
  };
}

function verdictWords(verdict: Planned['verdict']): string {
  switch (verdict.kind) {
    case 'send':
      return AGAIN_TEXT.send(verdict.eventName);
    case 'wait':
      return AGAIN_TEXT.wait(shortReason(verdict.reason));
    case 'skip':
      return AGAIN_TEXT.skip(shortReason(verdict.reason));
  }
}

/** Who somebody is stands in no comparison: only that it changed. */
function differenceWords({ path, before, after }: Difference): AgainWords['differences'][number] {
  const of = (value: string | null): string =>
    value === null ? AGAIN_TEXT.none : path.startsWith('user.') ? AGAIN_TEXT.hidden : value;
  const key = path.startsWith('user.') ? path.split('.')[1] : undefined;
  const known = MATCH_KEYS.find((one) => one === key);
  return { name: known ? PAYLOAD_WORDS.keys[known] : path, before: of(before), after: of(after) };
}
