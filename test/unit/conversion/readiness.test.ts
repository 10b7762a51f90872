/** Match readiness: a score of our own, with a reason for every missing key and one fix worth trying. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderRead } from '../../../app/conversion/facts.ts';
import { noMatch } from '../../../app/conversion/identity.ts';
import { MATCH_KEYS, MATCH_WEIGHTS, MISSING_TEXTS, readiness } from '../../../app/conversion/readiness.ts';
import type { MatchKey, MissingReason, Readiness } from '../../../app/conversion/readiness.ts';
import { defaultSettings } from '../../../app/conversion/settings.ts';
import { AGREED, arbitraryOrder, requireRead, sample } from './orders.ts';

function ready(read: Pick<OrderRead, 'facts' | 'match'>, refused = false): Readiness {
  const evidence = refused
    ? { ...AGREED, choice: { analytics: false, marketing: false, preferences: false, saleOfData: false } }
    : AGREED;
  return readiness({ ...read, settings: defaultSettings(), consentEvidence: evidence });
}

function reason(result: Readiness, key: MatchKey): MissingReason | undefined {
  const state = result.keys.find((entry) => entry.key === key);
  return state && !state.present ? state.reason : undefined;
}

it('the weights make 100', () => {
  expect(MATCH_KEYS.reduce((sum, key) => sum + MATCH_WEIGHTS[key], 0)).toBe(100);
});

it('an order that has everything needs nothing', () => {
  const result = ready(sample());
  expect(result.score).toBe(100);
  expect(result.fix).toBeUndefined();
  expect(result.keys.find(({ key }) => key === 'ttclid')).toMatchObject({
    note: 'from the page they landed on, less than a day old',
  });
});

describe('why a key is missing', () => {
  const bare = sample('synthetic_web_order_no_consent_no_pii');
  const oldClick = {
    ...noMatch(),
    clicks: [{ ttclid: 'x', at: '2026-08-01T00:00:00.000Z', from: 'kept' as const }],
  };

  it.each<[string, Readiness, MatchKey, MissingReason]>([
    ['no ad', ready({ ...bare, match: noMatch() }), 'ttclid', 'no_ad_click'],
    ['an ad long ago', ready({ ...bare, match: oldClick }), 'ttclid', 'click_too_old'],
    ['a refusal', ready(bare, true), 'ttp', 'consent'],
    ['no cookie', ready(bare), 'ttp', 'cookie_blocked'],
    ['no access to personal data', ready(bare), 'email', 'not_approved'],
    ['a guest', ready(bare), 'external_id', 'guest'],
    [
      'a phone that cannot be read',
      ready(
        sample('synthetic_web_order_ttclid', {
          phone: 'n/a',
          customer: null,
          billing_address: null,
          shipping_address: null,
        }),
      ),
      'phone',
      'unreadable',
    ],
    [
      'a checkout without a phone field',
      ready(
        sample('synthetic_web_order_ttclid', {
          phone: null,
          customer: null,
          billing_address: {},
          shipping_address: null,
        }),
      ),
      'phone',
      'not_asked',
    ],
    ["a staff member's browser", ready(sample('synthetic_draft_order')), 'ip', 'staff_browser'],
    ['a shop counter', ready(sample('synthetic_pos_order')), 'user_agent', 'no_browser'],
    ['no browser seen', ready(bare), 'ip', 'not_seen'],
  ])('%s', (_name, result, key, expected) => expect(reason(result, key)).toBe(expected));

  it('the fix is for the missing key that is worth most and can be mended', () => {
    expect(ready(bare).fix).toEqual({
      key: 'email',
      reason: 'not_approved',
      text: MISSING_TEXTS.not_approved.fix,
    });
  });
});

it('for any order: the score is the sum of what is there, and every missing key has a plain reason', () => {
  fc.assert(
    fc.property(arbitraryOrder, ({ json }) => {
      const result = ready(requireRead(json));
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

it("never calls itself TikTok's measure", () => {
  expect(JSON.stringify(MISSING_TEXTS)).not.toMatch(/EMQ|event match quality/i);
});
