/** Evidence of consent and what a region asks for, at the edges that a changed sign or a lost condition would move. */
import { describe, expect, it } from 'vitest';

import {
  readConsentAttribute,
  regionPolicy,
  weighConsent,
  type ConsentPolicyRow,
} from '../../../app/conversion/consent.ts';
import type { ConsentObservation, ConsentSource } from '../../../app/conversion/facts.ts';

const EARLY = '2026-10-05T18:00:00.000Z';
const LATE = '2026-10-05T19:00:00.000Z';

function seen(bits: string, source: ConsentSource, at: string): ConsentObservation {
  const bit = (place: number): boolean => bits.charAt(place) === '1';
  return {
    choice: { analytics: bit(0), marketing: bit(1), preferences: bit(2), saleOfData: bit(3) },
    source,
    at,
  };
}

describe('the note that the theme embed leaves with the cart', () => {
  it.each(['1000', '0100', '0010', '0001', '0000', '1111'])(
    '%s: each bit stands for its own purpose',
    (bits) =>
      expect(readConsentAttribute(`${bits}.1791226000`)).toEqual(
        seen(bits, 'cart', '2026-10-05T18:46:40.000Z'),
      ),
  );

  it('spaces around it do not matter', () =>
    expect(readConsentAttribute(' 1111.1791226000\n')?.choice.marketing).toBe(true));

  it.each([
    undefined,
    '',
    '1111',
    '111.1791226000',
    'x1111.1791226000',
    '11111.1791226000',
    '1111.1791226000x',
    '1111.179122',
    '1121.1791226000',
    '1111.99999999999999',
  ])('%j is no evidence', (value) => expect(readConsentAttribute(value)).toBeUndefined());
});

describe('several words about one buyer', () => {
  it.each([
    ['in order', [seen('0000', 'pixel', EARLY), seen('1111', 'pixel', LATE)]],
    ['out of order', [seen('1111', 'pixel', LATE), seen('0000', 'pixel', EARLY)]],
  ])('the newest of one source counts, told %s', (_name, words) =>
    expect(weighConsent(words, 'none')).toMatchObject({ choice: { marketing: true }, at: LATE }),
  );

  it.each([
    ['first', [seen('1000', 'pixel', LATE), seen('1111', 'pixel', LATE)]],
    ['last', [seen('1111', 'pixel', LATE), seen('1000', 'pixel', LATE)]],
  ])('of two words of one moment the narrower counts, told %s', (_name, words) =>
    expect(weighConsent(words, 'none').choice).toEqual(seen('1000', 'pixel', LATE).choice),
  );

  it('marketing is what matters most: without it the word is the narrower one', () =>
    expect(
      weighConsent([seen('1001', 'pixel', LATE), seen('0100', 'pixel', LATE)], 'none').choice?.marketing,
    ).toBe(false));

  it('each purpose is narrowed by every source, and the narrowest source is named', () =>
    expect(
      weighConsent(
        [seen('1110', 'pixel', LATE), seen('1001', 'cart', EARLY), seen('1111', 'client', LATE)],
        'none',
      ),
    ).toEqual({ choice: seen('1000', 'cart', EARLY).choice, source: 'cart', at: EARLY, region: 'none' }));

  it('of equally narrow words the first source is named', () =>
    expect(weighConsent([seen('1111', 'cart', EARLY), seen('1111', 'pixel', LATE)], 'none')).toMatchObject({
      source: 'pixel',
      at: LATE,
    }));
});

describe('what a region asks for', () => {
  const row = (
    countryCode: string,
    regionCode: string | null,
    consentRequired: boolean,
    dataSaleOptOutRequired: boolean,
  ): ConsentPolicyRow => ({ countryCode, regionCode, consentRequired, dataSaleOptOutRequired });
  // A country whose regions alone have rows, one with both, one as a whole.
  const rows = [
    row('US', 'CA', false, true),
    row('US', 'US-VA', false, false),
    row('CA', 'QC', true, false),
    row('CA', null, false, true),
    row('DE', null, true, false),
  ];

  it.each<[string | undefined, string | undefined, string]>([
    ['US', 'CA', 'saleOptOut'],
    ['US', 'VA', 'none'],
    ['US', 'US-VA', 'none'],
    ['US', 'NY', 'none'],
    ['US', undefined, 'saleOptOut'],
    ['CA', 'QC', 'consentRequired'],
    ['CA', 'ON', 'saleOptOut'],
    ['CA', undefined, 'saleOptOut'],
    ['DE', 'BY', 'consentRequired'],
    ['FR', undefined, 'consentRequired'],
    [undefined, 'CA', 'consentRequired'],
    [undefined, undefined, 'consentRequired'],
  ])('%s %s: %s', (country, region, expected) => expect(regionPolicy(rows, country, region)).toBe(expected));
});
