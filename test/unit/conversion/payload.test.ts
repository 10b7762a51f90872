/** The payload: golden files of every sample, our strict schema on everything, and the same bytes every time. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../app/conversion/canonical.ts';
import type { OrderFacts } from '../../../app/conversion/facts.ts';
import { mergeMatch, noMatch } from '../../../app/conversion/identity.ts';
import { payloadBytes, payloadVersion } from '../../../app/conversion/payload/v1.ts';
import { defaultPixelSettings, defaultSettings } from '../../../app/conversion/settings.ts';
import type { PixelSettings } from '../../../app/conversion/settings.ts';
import { schemaProblems } from './events-api-schema.ts';
import { arbitraryOrder, built, page, requireRead, sample, SAMPLES } from './orders.ts';

/** Every path of an object whose value is undefined: the printed text would hide it. */
function unset(value: unknown, path = ''): string[] {
  if (value === undefined) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => unset(inner, `${path}.${key}`));
}

describe('golden payloads', () => {
  it.each(SAMPLES)('%s', async (name) => {
    const bytes = payloadBytes(built(sample(name)));
    expect(schemaProblems(bytes)).toEqual([]);
    await expect(JSON.stringify(JSON.parse(bytes), null, 2) + '\n').toMatchFileSnapshot(
      `../../fixtures/payloads/${name}.json`,
    );
  });

  it('of an order with everything that settings can change', async () => {
    const pixel = defaultPixelSettings();
    const settings = { ...defaultSettings(), country: 'US', purchaseMoment: 'paid' as const };
    const changes: PixelSettings = {
      ...pixel,
      contentId: { kind: 'template', template: 'shopify_{country}_{product}_{variant}' },
      value: { ...pixel.value, currency: 'presentment', profit: { kind: 'margin', percent: '30' } },
    };
    const read = sample('synthetic_web_order_multicurrency_cad', { customer: { id: 5, orders_count: 1 } });
    const match = mergeMatch(read.match, {
      ...noMatch(),
      emails: ['0'.repeat(63) + '1'],
      externalIds: ['0'.repeat(63) + '2'],
      ttp: '01KEMC163EX38R4MP15Q3AE1EF_.tt.1',
      clicks: [{ ttclid: 'E.C.P.kept', at: '2026-10-05T10:00:00.000Z', from: 'url' }],
    });
    const bytes = payloadBytes(
      built(
        { facts: read.facts, match },
        { pixel: changes, settings, eventName: 'Purchase', limitedDataUse: true },
      ),
    );
    expect(schemaProblems(bytes)).toEqual([]);
    await expect(JSON.stringify(JSON.parse(bytes), null, 2) + '\n').toMatchFileSnapshot(
      '../../fixtures/payloads/everything_set.json',
    );
  });

  it('are no more than those above and that of the page events', () => {
    const files = readdirSync(new URL('../../fixtures/payloads', import.meta.url)).sort();
    expect(files).toEqual(
      [...SAMPLES.map((name) => `${name}.json`), 'everything_set.json', 'page_events.json'].sort(),
    );
  });
});

describe('any order and any settings', () => {
  const arbitraryPixel: fc.Arbitrary<PixelSettings> = fc
    .record({
      kind: fc.constantFrom('variant' as const, 'product' as const, 'sku' as const),
      basis: fc.constantFrom('total' as const, 'subtotal' as const),
      currency: fc.constantFrom('shop' as const, 'presentment' as const),
      unlisted: fc.constantFrom('convert' as const, 'omit' as const),
      flags: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
      percent: fc.option(fc.constantFrom('0', '12.5', '100'), { nil: undefined }),
    })
    .map(({ kind, flags: [tax, shipping, tips, giftCards], percent, ...value }) => ({
      ...defaultPixelSettings(),
      contentId: { kind },
      value: {
        ...value,
        tax,
        shipping,
        tips,
        giftCards,
        duties: true,
        profit: percent === undefined ? undefined : { kind: 'margin', percent },
      },
    }));

  it('is what TikTok documents, holds nothing empty and no person, and is the same bytes from stored facts', () => {
    fc.assert(
      fc.property(arbitraryOrder, arbitraryPixel, fc.boolean(), (order, pixel, limitedDataUse) => {
        const { facts, match } = requireRead(order.json);
        const event = built({ facts, match }, { pixel, limitedDataUse });
        expect(unset(event)).toEqual([]);
        const bytes = payloadBytes(event);
        expect(schemaProblems(bytes)).toEqual([]);
        expect(bytes).not.toMatch(/:(""|null|\[\])/);
        for (const secret of [order.email, order.phone, encodeURIComponent(order.email), ...order.names])
          expect(bytes).not.toContain(secret);
        const stored = JSON.parse(canonicalJson(facts)) as OrderFacts;
        const storedMatch = JSON.parse(canonicalJson(match)) as typeof match;
        const storedPixel = JSON.parse(canonicalJson(pixel)) as PixelSettings;
        expect(
          payloadBytes(built({ facts: stored, match: storedMatch }, { pixel: storedPixel, limitedDataUse })),
        ).toBe(bytes);
      }),
      { numRuns: 200 },
    );
  });
});

describe('nothing that is not there', () => {
  const { facts } = sample();
  const empty = { v: 1, emails: [], phones: [], externalIds: [], clicks: [] };
  const keys = { email: '0'.repeat(64), ttp: 't', ip: '8.8.8.8', user_agent: 'UA', locale: 'en' };

  it('an order of nobody has no key of a person, and a page without a referrer names none', () => {
    const event = built({ facts: { ...facts, page: { url: 'https://shop.example/' } }, match: empty });
    expect(event.user).toStrictEqual({});
    expect(event.page).toStrictEqual({ url: 'https://shop.example/' });
    expect(unset(event)).toEqual([]);
    expect(event).not.toHaveProperty('limited_data_use');
    expect(event.properties).not.toHaveProperty('customer_type');
  });

  it('an empty text is no key, and each key goes alone', () => {
    const blank = { ...empty, ttp: '', ip: '', userAgent: '', locale: '' };
    expect(built({ facts, match: blank }).user).toStrictEqual({});
    const { email, ttp, ip, user_agent: userAgent, locale } = keys;
    const each = [{ emails: [email] }, { ttp }, { ip }, { userAgent }, { locale }];
    expect(each.map((one) => built({ facts, match: { ...empty, ...one } }).user)).toStrictEqual(
      Object.entries(keys).map(([key, value]) => ({ [key]: value })),
    );
  });

  it('an order without a page happened at the door of the store, and nowhere where the store is unknown', () => {
    const { page: _page, ...without } = facts;
    const settings = { ...defaultSettings(), host: 'shop.example' };
    expect(built({ facts: without, match: empty }, { settings }).page).toStrictEqual({
      url: 'https://shop.example/',
    });
    expect(built({ facts: without, match: empty })).not.toHaveProperty('page');
  });

  it('an order of no goods names no goods', () => {
    const { properties } = built({ facts: { ...facts, items: [] }, match: empty });
    expect(Object.keys(properties)).toEqual(['currency', 'value', 'order_id']);
  });

  it('a page event happened when it happened, whenever purchases count, and is no purchase', () => {
    const settings = { ...defaultSettings(), purchaseMoment: 'paid' as const };
    const event = built({ facts: page, match: empty }, { settings, eventName: 'ViewContent' });
    expect(event.event_time).toBe(Date.parse(page.occurredAt) / 1000);
    expect(event.properties).toStrictEqual({});
    expect(event.page).toStrictEqual({ url: 'https://shop.example/' });
  });
});

it('a payload version is a number that attempts are stored with', () => expect(payloadVersion).toBe(1));

describe('our schema finds what TikTok would take in silence', () => {
  const good = built(sample());
  it.each<[string, object]>([
    ['a misspelt key', { user: { ...good.user, ttclidX: 'x' } }],
    ['milliseconds', { event_time: good.event_time * 1000 }],
    ['an unhashed email', { user: { email: 'a@b.de' } }],
    ['an empty list', { properties: { ...good.properties, content_ids: [] } }],
    ['a price in text', { properties: { ...good.properties, value: '1.00' } }],
    ['a field of the old API', { properties: { ...good.properties, query: 'x' } }],
    ['a page without its scheme', { page: { url: 'shop.example/' } }],
  ])('%s', (_name, changes) =>
    expect(schemaProblems(JSON.stringify({ ...good, ...changes }))).not.toEqual([]),
  );
});
