/** The one answer for each event and pixel: send, wait or skip, with its reason and the rule that gave it. */
import { CONTEXT_EVENTS } from './browser.ts';
import { chooseClick } from './clicks.ts';
import type { ConsentEvidence, Facts, MatchData, OrderFacts } from './facts.ts';
import { occurredAt } from './payload/v1.ts';
import type { PixelSettings, ShopSettings } from './settings.ts';
import { judgeSource } from './sources.ts';
import type { SourceReason, Unanswered } from './sources.ts';

export const SKIP_REASONS = [
  'event_off',
  'context_only',
  'test_order',
  'tiktok_shop',
  'pos',
  'draft',
  'renewal',
  'b2b',
  'staff_made',
  'source_rule',
  'cancelled',
  'unconfirmed',
  'voided',
  'before_active',
  'too_old',
  'not_paid',
  'consent_refused',
  'consent_unproven',
  'sale_opt_out',
  'no_identity',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

export type WaitReason = 'context' | 'identity' | 'payment' | 'shopify';

interface Judged {
  /** What decided: "events.order", "switch:pos", "rule:<id>", "consent:region", … */
  rule: string;
  settingsVersion: number;
  /** Enabled source rules whose field could not be had. */
  unanswered: Unanswered[];
}

export type Decision =
  | ({ state: 'send'; eventName: string; limitedDataUse: boolean } & Judged)
  | ({ state: 'wait'; reason: WaitReason; until: Date } & Judged)
  | ({ state: 'skip'; reason: SkipReason } & Judged);

export interface DecideInput {
  facts: Facts;
  /** Own data and context together. */
  match: MatchData;
  settings: ShopSettings;
  settingsVersion: number;
  pixel: PixelSettings;
  consentEvidence: ConsentEvidence;
  /** A visitor's context for this checkout is stored. Page events are their own context. */
  contextKnown: boolean;
  receivedAt: Date;
  /** When the pixel became active, or the cut-over from another app. */
  activeFrom: Date;
  /** A backfill that the merchant saw and asked for may reach behind activeFrom and seven days. */
  backfill?: boolean;
  now: Date;
}

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** TikTok merges a browser copy for five minutes: an order waits for its context until four have passed. */
const HOLD_END = 240 * SECOND;
/** Half a minute less for Shopify's answer, because a last question may still be on its way. */
const ASK_FOR = 210 * SECOND;
/** An order whose time for questions is over is looked at so soon again: whoever asks ends the wait, not the clock. */
const ASK_AGAIN = 5 * SECOND;
/** Orders are at most this old at intake, and a purchase waits this long for somebody to be recognised. */
const USEFUL = 7 * DAY;
const PAYMENT_WAIT = 28 * DAY;

type Answer =
  | { state: 'send'; eventName: string; limitedDataUse: boolean; rule: string }
  | { state: 'wait'; reason: WaitReason; until: Date; rule: string }
  | { state: 'skip'; reason: SkipReason; rule: string };

export function decide(input: DecideInput): Decision {
  const unanswered: Unanswered[] = [];
  const answer = input.facts.kind === 'order' ? judgeOrder(input, input.facts, unanswered) : judgePage(input);
  return { ...answer, settingsVersion: input.settingsVersion, unanswered };
}

function judgeOrder(input: DecideInput, facts: OrderFacts, unanswered: Unanswered[]): Answer {
  const { settings, pixel, now, receivedAt } = input;
  const mapping = pixel.events.order;
  if (!mapping?.on) return skip('event_off', 'events.order');

  const source = judgeSource(facts, settings);
  unanswered.push(...source.unanswered);
  const asks = source.missing.length > 0;
  if (source.side === 'block' && !asks) return skip(sourceSkip(source.reason), source.rule);

  if (facts.cancelledAt !== undefined) return skip('cancelled', 'order.cancelled');
  if (!facts.confirmed) return skip('unconfirmed', 'order.unconfirmed');
  if (facts.financialStatus === 'voided') return skip('voided', 'order.voided');

  const processed = Date.parse(facts.processedAt);
  if (!input.backfill) {
    if (processed < startOf(input.activeFrom)) return skip('before_active', 'pixel.active_from');
    if (receivedAt.getTime() - processed > USEFUL) return skip('too_old', 'order.age');
  }

  if (asks) {
    const until = Math.max(answerDue(facts, receivedAt).getTime(), now.getTime() + ASK_AGAIN);
    return wait('shopify', new Date(until), 'source.unanswered');
  }

  if (settings.purchaseMoment === 'paid' && !facts.paid) {
    const until = new Date(processed + PAYMENT_WAIT);
    return now < until ? wait('payment', until, 'purchase.paid') : skip('not_paid', 'purchase.paid');
  }

  // A refusal that was heard needs no waiting: another word can only narrow it.
  const consent = judgeConsent(input);
  if (consent.state === 'skip' && consent.reason === 'consent_refused') return consent;

  const holdEnd = new Date(
    Math.min(receivedAt.getTime() + settings.holdSeconds * SECOND, processed + HOLD_END),
  );
  if (!input.contextKnown && now < holdEnd) return wait('context', holdEnd, 'hold');
  if (consent.state === 'skip') return consent;

  if (!purchaseIdentity(input)) {
    const until = new Date(receivedAt.getTime() + USEFUL);
    return now < until
      ? wait('identity', until, 'identity.purchase')
      : skip('no_identity', 'identity.purchase');
  }
  return { state: 'send', eventName: mapping.name, limitedDataUse: consent.limited, rule: consent.rule };
}

/**
 * Until when Shopify may be asked about an order: in time for TikTok to merge a browser's copy. For an order that comes
 * later than that there is nothing to hurry for.
 */
export function answerDue(facts: OrderFacts, receivedAt: Date): Date {
  const merging = Date.parse(facts.processedAt) + ASK_FOR;
  const received = receivedAt.getTime();
  return new Date(received < merging ? merging : received + ASK_FOR);
}

function judgePage(input: DecideInput): Answer {
  const { facts, pixel, match } = input;
  const { event } = facts;
  if (CONTEXT_EVENTS.includes(event)) return skip('context_only', `events.${event}`);
  const mapping = Object.hasOwn(pixel.events, event) ? pixel.events[event] : undefined;
  if (!mapping?.on || event === 'order') return skip('event_off', `events.${event}`);
  const at = Date.parse(occurredAt(facts, input.settings));
  if (!input.backfill && at < startOf(input.activeFrom)) return skip('before_active', 'pixel.active_from');
  if (!input.backfill && input.receivedAt.getTime() - at > USEFUL) return skip('too_old', 'event.age');
  const consent = judgeConsent(input);
  if (consent.state === 'skip') return consent;
  const machine = match.ip !== undefined && match.userAgent !== undefined;
  const known = purchaseIdentity(input) || match.externalIds.length > 0 || match.ttp !== undefined || machine;
  if (!known) return skip('no_identity', 'identity.page');
  return { state: 'send', eventName: mapping.name, limitedDataUse: consent.limited, rule: consent.rule };
}

/**
 * Shopify tells when an order was placed in whole seconds, so a start counts by its second too: what happens in that
 * second is the pixel's, what happened in the second before is not.
 */
const startOf = (activeFrom: Date): number => Math.floor(activeFrom.getTime() / SECOND) * SECOND;

/** A purchase says who: a click that still counts, an email or a phone number. */
function purchaseIdentity({ facts, match, settings }: DecideInput): boolean {
  if (match.emails.length > 0 || match.phones.length > 0) return true;
  return chooseClick(match.clicks, occurredAt(facts, settings), settings.clickWindowDays).click !== undefined;
}

type ConsentAnswer =
  { state: 'allowed'; limited: boolean; rule: string } | { state: 'skip'; reason: SkipReason; rule: string };

function judgeConsent(input: DecideInput): ConsentAnswer {
  const { consentEvidence: evidence, settings } = input;
  if (evidence.choice !== null) {
    if (!evidence.choice.marketing || !evidence.choice.analytics)
      return skip('consent_refused', `consent:${evidence.source}`);
    if (!evidence.choice.saleOfData) return limited(input, `consent:${evidence.source}`);
    return { state: 'allowed', limited: false, rule: `consent:${evidence.source}` };
  }
  switch (settings.consent.withoutEvidence) {
    case 'send':
      return { state: 'allowed', limited: false, rule: 'consent:setting' };
    case 'limited':
      return limited(input, 'consent:setting');
    case 'skip':
      return skip('consent_unproven', 'consent:setting');
    case 'region':
      break;
  }
  switch (evidence.region) {
    case 'consentRequired':
    case 'unknown':
      return skip('consent_unproven', 'consent:region');
    case 'saleOptOut':
      return limited(input, 'consent:region');
    case 'none':
      return { state: 'allowed', limited: false, rule: 'consent:region' };
  }
}

/** TikTok honours limited data use by where the buyer is: without an address it cannot. */
function limited({ match, settings }: DecideInput, rule: string): ConsentAnswer {
  if (settings.consent.saleOptOut === 'skip' || match.ip === undefined) return skip('sale_opt_out', rule);
  return { state: 'allowed', limited: true, rule };
}

function sourceSkip(reason: SourceReason | undefined): SkipReason {
  return reason ?? 'source_rule';
}

function skip(reason: SkipReason, rule: string): { state: 'skip'; reason: SkipReason; rule: string } {
  return { state: 'skip', reason, rule };
}

function wait(
  reason: WaitReason,
  until: Date,
  rule: string,
): { state: 'wait'; reason: WaitReason; until: Date; rule: string } {
  return { state: 'wait', reason, until, rule };
}
