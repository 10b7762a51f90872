/** Match readiness: a score of our own, with a reason for every missing key and one fix worth trying. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Click, ClickOrigin, ConsentEvidence, Facts, MatchData } from '../../../app/conversion/facts.ts';
import { noMatch } from '../../../app/conversion/identity.ts';
import {
  keysOfBits,
  MATCH_KEYS,
  MATCH_WEIGHTS,
  matchBits,
  MISSING_TEXTS,
  readiness,
  scoreOfBits,
} from '../../../app/conversion/readiness.ts';
import type { MatchKey, MissingReason, Readiness } from '../../../app/conversion/readiness.ts';
import { defaultSettings } from '../../../app/conversion/settings.ts';
import { AGREED, arbitraryOrder, page, requireRead, sample } from './orders.ts';

const REFUSED: ConsentEvidence = {
  ...AGREED,
  choice: { analytics: false, marketing: false, preferences: false, saleOfData: false },
};

function ready(
  facts: Facts,
  match: MatchData,
  consentEvidence: ConsentEvidence | undefined = AGREED,
): Readiness {
  return readiness({ facts, match, settings: defaultSettings(), consentEvidence });
}

function reason(result: Readiness, key: MatchKey): MissingReason | undefined {
  const state = result.keys.find((entry) => entry.key === key);
  return state && !state.present ? state.reason : undefined;
}

const order = sample();
const nobody = noMatch();
const bare = sample('synthetic_web_order_no_consent_no_pii').facts;
const counter = sample('synthetic_pos_order').facts;
const renewal = sample('synthetic_subscription_renewal_order').facts;
const draft = sample('synthetic_draft_order').facts;
/** `age` before the order, in milliseconds. */
function clicked(age: number, from: ClickOrigin = 'kept'): MatchData {
  const at = new Date(Date.parse(order.facts.processedAt) - age).toISOString();
  const click: Click = { ttclid: 'E.C.P.x', at, from };
  return { ...nobody, clicks: [click] };
}
const DAY = 86_400_000;

it('the weights make 100', () => {
  expect(MATCH_KEYS.reduce((sum, key) => sum + MATCH_WEIGHTS[key], 0)).toBe(100);
});

it('an order that has everything needs nothing', () => {
  const result = ready(order.facts, order.match);
  expect(result.score).toBe(100);
  expect(result).not.toHaveProperty('fix');
  expect(result.keys.filter((state) => 'note' in state).map(({ key }) => key)).toEqual(['ttclid']);
});

it.each<[MatchKey, Partial<MatchData>]>([
  ['ttclid', clicked(DAY)],
  ['email', { emails: ['h'] }],
  ['phone', { phones: ['h'] }],
  ['external_id', { externalIds: ['h'] }],
  ['ttp', { ttp: 't' }],
  ['ip', { ip: '8.8.8.8' }],
  ['user_agent', { userAgent: 'UA' }],
  ['locale', { locale: 'en' }],
])(
  '%s alone: it is there, it counts its weight, and every other key says why it is missing',
  (key, match) => {
    const result = ready(bare, { ...nobody, ...match });
    expect(result.score).toBe(MATCH_WEIGHTS[key]);
    expect(result.keys.filter(({ present }) => present).map((state) => state.key)).toEqual([key]);
    for (const other of MATCH_KEYS) expect(reason(result, other) === undefined).toBe(other === key);
    const notes = result.keys.filter((state) => 'note' in state && state.note !== undefined);
    expect(notes.map((state) => state.key)).toEqual(key === 'ttclid' ? ['ttclid'] : []);
  },
);

describe('an ad click says where it was found and how old it was', () => {
  it.each<[number, ClickOrigin, string]>([
    [0, 'landing', 'from the page they landed on, less than a day old'],
    [DAY - 1, 'url', 'from the address of the page, less than a day old'],
    [DAY, 'referrer', 'from the page before, 1 day old'],
    [2 * DAY - 1, 'kept', 'kept from an earlier visit, 1 day old'],
    [2 * DAY, 'cookie', 'from TikTok’s cookie, 2 days old'],
    [27 * DAY, 'attribute', 'from the cart, 27 days old'],
  ])('%d ms before, %s: %s', (age, from, note) => {
    const [state] = ready(order.facts, clicked(age, from)).keys;
    expect(state).toEqual({ key: 'ttclid', present: true, weight: 25, note });
  });
});

describe('why a key is missing', () => {
  const offered = (facts: Facts, changes: Partial<Facts['offered']>): Facts => ({
    ...facts,
    offered: { ...facts.offered, ...changes },
  });
  const cases: [string, MatchKey, MissingReason, () => Readiness][] = [
    ['no ad', 'ttclid', 'no_ad_click', () => ready(bare, nobody)],
    ['an ad long ago', 'ttclid', 'click_too_old', () => ready(bare, clicked(60 * DAY))],
    [
      'an ad long ago and a refusal',
      'ttclid',
      'click_too_old',
      () => ready(bare, clicked(60 * DAY), REFUSED),
    ],
    ['a refusal, so no click', 'ttclid', 'consent', () => ready(bare, nobody, REFUSED)],
    ['a refusal, so no cookie', 'ttp', 'consent', () => ready(bare, nobody, REFUSED)],
    ['a refusal at a counter', 'ttp', 'consent', () => ready(counter, nobody, REFUSED)],
    ['no cookie', 'ttp', 'cookie_blocked', () => ready(bare, nobody)],
    ['no cookie on a page', 'ttp', 'cookie_blocked', () => ready(page, nobody)],
    [
      'nobody asked about consent',
      'ttp',
      'cookie_blocked',
      () => readiness({ facts: bare, match: nobody, settings: defaultSettings() }),
    ],
    [
      'no evidence of consent',
      'ttp',
      'cookie_blocked',
      () => ready(bare, nobody, { choice: null, source: 'none', region: 'none' }),
    ],
    [
      'only analytics refused',
      'ttp',
      'cookie_blocked',
      () =>
        ready(bare, nobody, {
          ...AGREED,
          choice: { analytics: false, marketing: true, preferences: true, saleOfData: true },
        }),
    ],
    ['a counter has no cookie', 'ttp', 'no_browser', () => ready(counter, nobody)],
    ['a renewal has no cookie', 'ttp', 'no_browser', () => ready(renewal, nobody)],
    ['no access to personal data', 'email', 'not_approved', () => ready(bare, nobody)],
    ['no access to personal data', 'phone', 'not_approved', () => ready(bare, nobody)],
    [
      'access, and the checkout asks for no email',
      'email',
      'not_asked',
      () => ready(offered(bare, { personalData: true }), nobody),
    ],
    [
      'a checkout without a phone field',
      'phone',
      'not_asked',
      () => ready(offered(bare, { personalData: true }), nobody),
    ],
    [
      'a counter asks for no email',
      'email',
      'not_asked',
      () => ready(offered(counter, { personalData: false }), nobody),
    ],
    [
      'a renewal asks for no phone',
      'phone',
      'not_asked',
      () => ready(offered(renewal, { personalData: false }), nobody),
    ],
    [
      'a phone that cannot be read',
      'phone',
      'unreadable',
      () => ready(offered(bare, { phone: 'unusable' }), nobody),
    ],
    [
      'an email that cannot be read, on a page',
      'email',
      'unreadable',
      () => ready(offered(page, { email: 'unusable' }), nobody),
    ],
    ['a visitor who has not said who they are', 'email', 'not_yet_known', () => ready(page, nobody)],
    ['a visitor who has not said who they are', 'phone', 'not_yet_known', () => ready(page, nobody)],
    ['a visitor who is not signed in', 'external_id', 'not_yet_known', () => ready(page, nobody)],
    ['a guest', 'external_id', 'guest', () => ready(bare, nobody)],
    ["a staff member's address", 'ip', 'staff_browser', () => ready(draft, nobody)],
    ["a staff member's browser", 'user_agent', 'staff_browser', () => ready(draft, nobody)],
    ['a counter has no address', 'ip', 'no_browser', () => ready(counter, nobody)],
    ['a counter has no browser', 'user_agent', 'no_browser', () => ready(counter, nobody)],
    ['a renewal has no browser', 'user_agent', 'no_browser', () => ready(renewal, nobody)],
    ['no browser seen, so no address', 'ip', 'not_seen', () => ready(bare, nobody)],
    ['no browser seen', 'user_agent', 'not_seen', () => ready(bare, nobody)],
    ['a page without its browser', 'user_agent', 'not_seen', () => ready(page, nobody)],
    ['a renewal has no language', 'locale', 'no_browser', () => ready(renewal, nobody)],
    ['a browser without a language', 'locale', 'not_seen', () => ready(bare, nobody)],
    ["a staff member's language says nothing", 'locale', 'not_seen', () => ready(draft, nobody)],
  ];

  it.each(cases)('%s: %s is %s', (_name, key, expected, result) =>
    expect(reason(result(), key)).toBe(expected),
  );

  it('the table above has every reason there is', () => {
    expect(new Set(cases.map(([, , expected]) => expected))).toEqual(new Set(Object.keys(MISSING_TEXTS)));
  });

  it('what the orders themselves offered decides: an unreadable phone, a checkout without one, a first subscription', () => {
    const without = { customer: null, billing_address: {}, shipping_address: null };
    const unreadable = sample('synthetic_web_order_ttclid', { ...without, phone: 'n/a' });
    expect(reason(ready(unreadable.facts, unreadable.match), 'phone')).toBe('unreadable');
    const unasked = sample('synthetic_web_order_ttclid', { ...without, phone: null });
    expect(reason(ready(unasked.facts, unasked.match), 'phone')).toBe('not_asked');
    const first = { ...bare, origin: { ...bare.origin, subscription: 'first' as const } };
    expect(reason(ready(first, nobody), 'ip')).toBe('not_seen');
  });
});

describe('the fix', () => {
  it('is for the missing key that is worth most and can be mended', () => {
    expect(ready(bare, nobody).fix).toEqual({
      key: 'email',
      reason: 'not_approved',
      text: MISSING_TEXTS.not_approved.fix,
    });
    expect(ready(bare, { ...nobody, emails: ['h'], phones: ['h'] }).fix).toMatchObject({
      key: 'external_id',
    });
  });

  it('of two that are worth the same, the first is told', () => {
    expect(ready(bare, clicked(60 * DAY)).fix).toMatchObject({ key: 'ttclid', reason: 'click_too_old' });
  });

  it('is not told where none would help', () => {
    const rest = {
      emails: ['h'],
      phones: ['h'],
      externalIds: ['h'],
      ttp: 't',
      ip: '8.8.8.8',
      userAgent: 'UA',
    };
    expect(ready(bare, { ...nobody, ...rest, locale: 'en' })).not.toHaveProperty('fix');
  });
});

it('for any order: the score is the sum of what is there, and every missing key has a plain reason', () => {
  fc.assert(
    fc.property(arbitraryOrder, ({ json }) => {
      const { facts, match } = requireRead(json);
      const result = ready(facts, match);
      let score = 0;
      for (const state of result.keys) {
        if (state.present) score += state.weight;
        else expect(MISSING_TEXTS[state.reason].why.length).toBeGreaterThan(10);
      }
      expect(result.score).toBe(score);
      expect(result.keys.map(({ key }) => key)).toEqual([...MATCH_KEYS]);
    }),
    { numRuns: 100 },
  );
});

it('as bits: each key has its own, and any number of them says again which keys and how much', () => {
  MATCH_KEYS.forEach((key, place) => expect(matchBits({ [key]: 'x' })).toBe(2 ** place));
  for (let bits = 0; bits < 2 ** MATCH_KEYS.length; bits += 1) {
    const keys = keysOfBits(bits);
    expect(matchBits(Object.fromEntries(keys.map((key) => [key, 'x'])))).toBe(bits);
    expect(scoreOfBits(bits)).toBe(keys.reduce((sum, key) => sum + MATCH_WEIGHTS[key], 0));
  }
});

it("never calls itself TikTok's measure", () => {
  expect(JSON.stringify(MISSING_TEXTS)).not.toMatch(/EMQ|event match quality/i);
});
