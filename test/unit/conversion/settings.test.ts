/** Settings: the defaults pass their own check, faults are named, and names that TikTok would refuse are refused here. */
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../app/conversion/canonical.ts';
import { checkEventName, STANDARD_EVENTS } from '../../../app/conversion/event-names.ts';
import {
  checkTemplate,
  defaultPixelSettings,
  defaultSettings,
  parseSettings,
} from '../../../app/conversion/settings.ts';

const version = { shop: defaultSettings(), pixels: { '12': defaultPixelSettings() } };

describe('a settings version', () => {
  it('goes to text and back', () => {
    expect(parseSettings(canonicalJson(version))).toEqual({ ok: true, value: version });
  });

  it('starts with what merchants expect', () => {
    const { events } = defaultPixelSettings();
    const on = Object.entries(events)
      .filter(([, mapping]) => mapping.on)
      .map(([event, { name }]) => `${event} ${name}`);
    expect(on).toEqual([
      'order CompletePayment',
      'payment_info_submitted AddPaymentInfo',
      'checkout_started InitiateCheckout',
      'product_added_to_cart AddToCart',
      'product_viewed ViewContent',
      'search_submitted Search',
    ]);
    expect(events.page_viewed).toEqual({ on: false, name: 'Pageview' });
    expect(
      Object.entries(version.shop.sources)
        .filter(([, side]) => side === 'block')
        .map(([name]) => name),
    ).toEqual(['tiktokShop', 'pos', 'draft', 'renewal', 'test']);
  });

  it('defaults are handed out anew, so that nobody changes them for others', () => {
    const mine = defaultPixelSettings();
    mine.events.order = { on: false, name: 'x' };
    expect(defaultPixelSettings().events.order?.on).toBe(true);
  });

  const pixelWith = (changes: object): object => ({
    ...version,
    pixels: { '12': { ...defaultPixelSettings(), ...changes } },
  });
  const shopWith = (changes: object): object => ({ ...version, shop: { ...defaultSettings(), ...changes } });
  const rule = { id: 'r', on: true, action: 'block', field: 'tag', operator: 'is', values: ['x'] };

  it.each<[string, object, string]>([
    [
      'an event name in the wrong case',
      pixelWith({ events: { order: { on: true, name: 'completepayment' } } }),
      'pixels.12.events.order.name',
    ],
    [
      'a template with a stranger',
      pixelWith({ contentId: { kind: 'template', template: '{handle}' } }),
      'pixels.12.contentId.template',
    ],
    ['a template missing', pixelWith({ contentId: { kind: 'template' } }), 'pixels.12.contentId.template'],
    [
      'a margin above 100',
      pixelWith({ value: { ...defaultPixelSettings().value, profit: { kind: 'margin', percent: '101' } } }),
      'pixels.12.value.profit.percent',
    ],
    ["a hold beyond TikTok's window", shopWith({ holdSeconds: 300 }), 'shop.holdSeconds'],
    [
      'a rule that compares words',
      shopWith({ rules: [{ ...rule, operator: 'at_least' }] }),
      'shop.rules.0.operator',
    ],
    [
      'a total that is no amount',
      shopWith({ rules: [{ ...rule, field: 'total', operator: 'at_least', values: ['much'] }] }),
      'shop.rules.0.values',
    ],
    ['an unknown setting', shopWith({ colour: 'red' }), 'shop'],
  ])('%s is named', (_name, value, field) => {
    const parsed = parseSettings(JSON.stringify(value));
    expect(parsed.ok ? [] : parsed.problem.map((found) => found.field)).toContain(field);
  });

  it('text that is no JSON is refused', () => expect(parseSettings('{')).toMatchObject({ ok: false }));
});

describe('event names', () => {
  it.each(STANDARD_EVENTS)('%s is standard', (name) =>
    expect(checkEventName(name)).toEqual({ ok: true, value: { name, standard: true } }),
  );

  it.each(['NewsletterSignUp', 'ViewCart', 'my_event-2'])("%s is a name of one's own", (name) => {
    expect(checkEventName(name)).toEqual({ ok: true, value: { name, standard: false } });
  });

  it.each([
    ['', 'empty', undefined],
    ['  ', 'empty', undefined],
    ['viewcontent', 'case', 'ViewContent'],
    ['View Content', 'case', 'ViewContent'],
    ['PageView', 'case', 'Pageview'],
    ['complete_payment', 'case', 'CompletePayment'],
    ['PlaceAnOrder', 'fading', undefined],
    ['ClickButton', 'fading', undefined],
    ['sign up', 'characters', undefined],
    ['2nd', 'characters', undefined],
    ['größe', 'characters', undefined],
    ['x'.repeat(51), 'too-long', undefined],
  ])('%j is refused: %s', (name, code, suggestion) => {
    expect(checkEventName(name)).toMatchObject({
      ok: false,
      problem: { code, ...(suggestion ? { suggestion } : {}) },
    });
  });
});

it.each([
  ['shopify_{country}_{product}_{variant}', undefined],
  ['{sku}', undefined],
  ['{country}', 'Use at least one'],
  ['plain', 'Use at least one'],
  ['{id}', '{id} is not known'],
  ['{product', 'Use at least one'],
  ['{product}}', 'A bracket'],
])('template %j: %s', (template, message) => {
  if (message === undefined) expect(checkTemplate(template)).toBeUndefined();
  else expect(checkTemplate(template)).toContain(message);
});

describe('canonical text', () => {
  it('sorts keys at every depth, keeps lists, drops what is not there', () => {
    expect(canonicalJson({ b: 1, a: [{ d: undefined, c: '2.50' }], B: null })).toBe(
      '{"B":null,"a":[{"c":"2.50"}],"b":1}',
    );
  });
});
