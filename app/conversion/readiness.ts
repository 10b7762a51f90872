/** How well TikTok could match an event, by our own measure: keys there, keys missing and why, the cheapest fix. */
import { chooseClick } from './clicks.ts';
import type { ClickOrigin, ConsentEvidence, Facts, MatchData } from './facts.ts';
import { occurredAt } from './payload/v1.ts';
import type { ShopSettings } from './settings.ts';

/** Their places are stored (see matchBits): a new key comes last, and none goes. */
export const MATCH_KEYS = [
  'ttclid',
  'email',
  'phone',
  'external_id',
  'ttp',
  'ip',
  'user_agent',
  'locale',
] as const;

export type MatchKey = (typeof MATCH_KEYS)[number];

/** Ours, summing to 100: what finds a person before what describes a machine. TikTok publishes no weights. */
export const MATCH_WEIGHTS: Record<MatchKey, number> = {
  ttclid: 25,
  email: 25,
  phone: 15,
  external_id: 10,
  ttp: 10,
  ip: 7,
  user_agent: 5,
  locale: 3,
};

/** Which keys a payload carries, one bit each: what the log and Home need to know of it, and nothing of a person. */
export function matchBits(user: Readonly<Partial<Record<MatchKey, unknown>>>): number {
  return MATCH_KEYS.reduce((bits, key, place) => (user[key] === undefined ? bits : bits | (1 << place)), 0);
}

export const keysOfBits = (bits: number): MatchKey[] =>
  MATCH_KEYS.filter((_key, place) => (bits & (1 << place)) !== 0);

/** 0 to 100, by the weights above. */
export const scoreOfBits = (bits: number): number =>
  keysOfBits(bits).reduce((sum, key) => sum + MATCH_WEIGHTS[key], 0);

const CLICK_WORDS: Record<ClickOrigin, string> = {
  url: 'from the address of the page',
  referrer: 'from the page before',
  kept: 'kept from an earlier visit',
  cookie: 'from TikTok’s cookie',
  landing: 'from the page they landed on',
  attribute: 'from the cart',
};

const ageWords = (days: number): string =>
  days === 0 ? 'less than a day old' : days === 1 ? '1 day old' : `${days} days old`;

/** Why a key is missing: what it means and the step that would mend it; no step where none would. */
export const MISSING_TEXTS = {
  no_ad_click: { why: 'The visitor did not come from a TikTok ad, as far as anyone could see.' },
  click_too_old: {
    why: 'The ad click is older than your click window.',
    fix: 'Lengthen the click window in Settings.',
  },
  consent: { why: 'The visitor did not agree to marketing cookies.' },
  cookie_blocked: {
    why: 'TikTok’s cookie was not there: its script is off or blocked.',
    fix: 'Switch the browser pixel on, so that TikTok can set its cookie.',
  },
  not_approved: {
    why: 'Shopify hides this from the app.',
    fix: 'Ask for access to protected customer data in the Partner Dashboard.',
  },
  guest: { why: 'A guest: there is no customer account.', fix: 'Offer sign-in at checkout.' },
  not_asked: {
    why: 'The checkout did not ask for it.',
    fix: 'Ask for it in the checkout settings of Shopify.',
  },
  not_yet_known: { why: 'The visitor had not said who they are.' },
  unreadable: { why: 'What was typed is not a full phone number or email address.' },
  staff_browser: { why: 'The browser is a staff member’s, so it is not sent.' },
  no_browser: { why: 'No browser took part in this order.' },
  not_seen: { why: 'No browser of this buyer reached us.', fix: 'Check that the web pixel is connected.' },
} as const satisfies Record<string, { why: string; fix?: string }>;

export type MissingReason = keyof typeof MISSING_TEXTS;

export type KeyState =
  | { key: MatchKey; present: true; weight: number; note?: string }
  | { key: MatchKey; present: false; weight: number; reason: MissingReason };

export interface Readiness {
  /** 0 to 100. Tock's own measure, not TikTok's. */
  score: number;
  keys: KeyState[];
  /** The missing key that is worth most and that something can be done about. */
  fix?: { key: MatchKey; reason: MissingReason; text: string };
}

export interface ReadinessInput {
  facts: Facts;
  match: MatchData;
  settings: ShopSettings;
  consentEvidence?: ConsentEvidence;
}

export function readiness(input: ReadinessInput): Readiness {
  const { facts, match, settings } = input;
  const choice = chooseClick(match.clicks, occurredAt(facts, settings), settings.clickWindowDays);
  const here: Record<MatchKey, boolean> = {
    ttclid: choice.click !== undefined,
    email: match.emails.length > 0,
    phone: match.phones.length > 0,
    external_id: match.externalIds.length > 0,
    ttp: match.ttp !== undefined,
    ip: match.ip !== undefined,
    user_agent: match.userAgent !== undefined,
    locale: match.locale !== undefined,
  };
  const keys = MATCH_KEYS.map((key): KeyState => {
    const weight = MATCH_WEIGHTS[key];
    if (!here[key]) return { key, present: false, weight, reason: missing(key, input, choice.missing) };
    if (key === 'ttclid' && choice.click && choice.ageMs !== undefined) {
      const days = Math.floor(choice.ageMs / 86_400_000);
      return {
        key,
        present: true,
        weight,
        note: `${CLICK_WORDS[choice.click.from]}, ${ageWords(days)}`,
      };
    }
    return { key, present: true, weight };
  });
  const score = keys.reduce((sum, key) => sum + (key.present ? key.weight : 0), 0);
  const fix = cheapestFix(keys);
  return fix ? { score, keys, fix } : { score, keys };
}

function cheapestFix(keys: readonly KeyState[]): Readiness['fix'] {
  let best: { key: MatchKey; reason: MissingReason; text: string; weight: number } | undefined;
  for (const state of keys) {
    if (state.present) continue;
    const text: { why: string; fix?: string } = MISSING_TEXTS[state.reason];
    if (text.fix === undefined || (best && best.weight >= state.weight)) continue;
    best = { key: state.key, reason: state.reason, text: text.fix, weight: state.weight };
  }
  return best && { key: best.key, reason: best.reason, text: best.text };
}

function missing(key: MatchKey, input: ReadinessInput, click: 'none' | 'too_old' | undefined): MissingReason {
  const { facts, consentEvidence } = input;
  const { offered } = facts;
  const refused = consentEvidence?.choice?.marketing === false;
  const paperless =
    facts.kind === 'order' && (facts.origin.pos === true || facts.origin.subscription === 'renewal');
  switch (key) {
    case 'ttclid':
      if (click === 'too_old') return 'click_too_old';
      return refused ? 'consent' : 'no_ad_click';
    case 'ttp':
      if (refused) return 'consent';
      return paperless ? 'no_browser' : 'cookie_blocked';
    case 'email':
    case 'phone': {
      if (offered[key] === 'unusable') return 'unreadable';
      if (facts.kind === 'page') return 'not_yet_known';
      if (!offered.personalData && !paperless) return 'not_approved';
      return 'not_asked';
    }
    case 'external_id':
      return facts.kind === 'page' ? 'not_yet_known' : 'guest';
    case 'ip':
    case 'user_agent':
      if (offered.browser === 'staff') return 'staff_browser';
      return paperless ? 'no_browser' : 'not_seen';
    case 'locale':
      return paperless ? 'no_browser' : 'not_seen';
  }
}
