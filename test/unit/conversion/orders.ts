/** Orders for the tests of the heart: the samples by name, changed where a test needs it, and generated ones. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { divideRounded, fromMinor } from '../../../app/conversion/browser.ts';
import { decide } from '../../../app/conversion/eligibility.ts';
import type { DecideInput, Decision } from '../../../app/conversion/eligibility.ts';
import type { ConsentEvidence, Facts, OrderRead, PageFacts } from '../../../app/conversion/facts.ts';
import { readOrder } from '../../../app/conversion/from-order.ts';
import { buildEvent } from '../../../app/conversion/payload/v1.ts';
import type { BuildInput, EventsApiEvent } from '../../../app/conversion/payload/v1.ts';
import { defaultPixelSettings, defaultSettings } from '../../../app/conversion/settings.ts';

export const SAMPLES = [
  'official_2026-07_orders_create',
  'synthetic_draft_order',
  'synthetic_pos_order',
  'synthetic_subscription_renewal_order',
  'synthetic_test_order_bogus',
  'synthetic_tiktok_shop_order',
  'synthetic_web_order_cancelled',
  'synthetic_web_order_multicurrency_cad',
  'synthetic_web_order_no_consent_no_pii',
  'synthetic_web_order_ttclid',
] as const;

export type SampleName = (typeof SAMPLES)[number];

export function sampleText(name: SampleName): string {
  return readFileSync(new URL(`../../fixtures/shopify/${name}.json`, import.meta.url), 'utf8');
}

export type Changes = Record<string, unknown>;

/** A sample with some top-level fields replaced. */
export function changed(changes: Changes, name: SampleName = 'synthetic_web_order_ttclid'): string {
  return JSON.stringify({ ...(JSON.parse(sampleText(name)) as Changes), ...changes });
}

export function requireRead(json: string): OrderRead {
  const read = readOrder(json);
  if (!read.ok) throw new Error(`not read: ${JSON.stringify(read.problem)}`);
  return read.value;
}

export function sample(name: SampleName = 'synthetic_web_order_ttclid', changes: Changes = {}): OrderRead {
  return requireRead(changed(changes, name));
}

/** A page event of somebody who said nothing of themselves. */
export const page: PageFacts = {
  v: 1,
  kind: 'page',
  event: 'product_viewed',
  eventId: 'sh-1',
  shopifyId: 'sh-1',
  occurredAt: '2026-10-05T18:54:50.000Z',
  sentAt: '2026-10-05T18:54:51.000Z',
  page: { url: 'https://shop.example/' },
  consent: { analytics: true, marketing: true, preferences: true, saleOfData: true },
  echoed: [],
  offered: { customer: false, email: 'absent', phone: 'absent', browser: 'buyer', personalData: false },
};

export const AGREED: ConsentEvidence = {
  choice: { analytics: true, marketing: true, preferences: true, saleOfData: true },
  source: 'pixel',
  at: '2026-10-05T18:54:00.000Z',
  region: 'consentRequired',
};

/** A moment after the samples' orders, when they are a few seconds old. */
export const SOON = new Date('2026-10-05T18:54:55Z');

export function decided(
  read: { facts: Facts; match: OrderRead['match'] },
  changes: Partial<DecideInput> = {},
): Decision {
  return decide({
    facts: read.facts,
    match: read.match,
    settings: defaultSettings(),
    settingsVersion: 7,
    pixel: defaultPixelSettings(),
    consentEvidence: AGREED,
    contextKnown: true,
    receivedAt: SOON,
    activeFrom: new Date('2021-01-01T00:00:00Z'),
    now: SOON,
    ...changes,
  });
}

export function built(
  read: { facts: Facts; match: OrderRead['match'] },
  changes: Partial<BuildInput> = {},
): EventsApiEvent {
  return buildEvent({
    facts: read.facts,
    match: read.match,
    settings: defaultSettings(),
    pixel: defaultPixelSettings(),
    eventName: 'CompletePayment',
    limitedDataUse: false,
    ...changes,
  });
}

/** Decimal digits of every currency the tests meet: none, two, three; listed and unlisted at TikTok. */
export const CURRENCIES = [
  'USD',
  'EUR',
  'JPY',
  'KWD',
  'KRW',
  'BHD',
  'VND',
  'BGN',
  'JOD',
  'XOF',
  'HUF',
  'TWD',
] as const;

export const arbitraryEmail = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9.+_]{1,12}$/),
    fc.stringMatching(/^[a-z]{2,10}$/),
    fc.constantFrom('com', 'example', 'co.uk'),
  )
  .map(([user, host, end]) => `${user}@${host}.${end}`);

export const arbitraryPhone = fc
  .tuple(
    fc.constantFrom('+49151', '+44791', '+33612', '+1202555', '+5511987'),
    fc.stringMatching(/^[0-9]{7}$/),
  )
  .map(([start, end]) => start + end);

export interface GeneratedOrder {
  json: string;
  /** Exact minor units in shop currency. */
  total: bigint;
  subtotal: bigint;
  email: string;
  phone: string;
  names: string[];
}

const arbitraryLine = fc.record({
  price: fc.nat(5_000_000),
  quantity: fc.integer({ min: 1, max: 9 }),
  discountPercent: fc.nat(100),
  giftCard: fc.boolean(),
  sku: fc.constantFrom('', null, 'SKU-1', 'sku 2'),
  variant: fc.constantFrom(null, 41327142600817, 9007199254740993n),
  title: fc.constantFrom('Board', 'Schneebrett "Größe L"', '雪板', 'T-shirt 😀'),
});

/** Orders whose money adds up by construction, in any currency, with a discount, tax and shipping. */
export const arbitraryOrder: fc.Arbitrary<GeneratedOrder> = fc
  .record({
    shop: fc.constantFrom(...CURRENCIES),
    presentment: fc.constantFrom(...CURRENCIES),
    rate: fc.integer({ min: 1, max: 2000 }),
    lines: fc.array(arbitraryLine, { minLength: 1, maxLength: 6 }),
    tax: fc.nat(100_000),
    shipping: fc.nat(50_000),
    tip: fc.nat(10_000),
    taxesIncluded: fc.boolean(),
    id: fc.bigInt({ min: 1n, max: 9_223_372_036_854_775_807n }),
    email: arbitraryEmail,
    phone: arbitraryPhone,
    names: fc.tuple(fc.stringMatching(/^[A-Z][a-z]{7,12}$/), fc.stringMatching(/^[A-Z][a-z]{7,12}$/)),
    guest: fc.boolean(),
    source: fc.constantFrom('web', 'pos', 'shopify_draft_order', 'tiktok', '283439955969', null),
    status: fc.constantFrom('paid', 'pending', 'authorized', null),
    landing: fc.constantFrom(null, '/', '/products/a?ttclid=E.C.P.abc&email=', '/account/x', 'nonsense'),
  })
  .map((made) => {
    const minor = (amount: bigint, code: string): string => fromMinor(amount, code);
    const other = (amount: bigint): bigint => divideRounded(amount * BigInt(made.rate), 100n);
    const set = (amount: bigint): unknown => ({
      shop_money: { amount: minor(amount, made.shop), currency_code: made.shop },
      presentment_money:
        made.shop === made.presentment
          ? { amount: minor(amount, made.shop), currency_code: made.shop }
          : { amount: minor(other(amount), made.presentment), currency_code: made.presentment },
    });
    let subtotal = 0n;
    const lines = made.lines.map((line, index) => {
      const gross = BigInt(line.price) * BigInt(line.quantity);
      const discount = (gross * BigInt(line.discountPercent)) / 100n;
      subtotal += gross - discount;
      return {
        id: index + 1,
        price: minor(BigInt(line.price), made.shop),
        price_set: set(BigInt(line.price)),
        quantity: line.quantity,
        current_quantity: line.quantity,
        gift_card: line.giftCard,
        sku: line.sku,
        variant_id: line.variant,
        product_id: null,
        title: line.title,
        vendor: null,
        discount_allocations:
          discount === 0n ? [] : [{ amount: minor(discount, made.shop), amount_set: set(discount) }],
      };
    });
    const tax = BigInt(made.tax);
    const shipping = BigInt(made.shipping);
    const tip = BigInt(made.tip);
    const total = subtotal + shipping + tip + (made.taxesIncluded ? 0n : tax);
    const [first = '', last = ''] = made.names;
    const landing = made.landing?.endsWith('email=')
      ? made.landing + encodeURIComponent(made.email)
      : made.landing;
    const address = {
      first_name: first,
      last_name: last,
      address1: `1 ${last} Street`,
      phone: made.phone,
      country_code: 'US',
    };
    const order = {
      id: made.id,
      name: '#1',
      created_at: '2026-10-05T14:54:49-04:00',
      processed_at: '2026-10-05T14:54:47-04:00',
      updated_at: '2026-10-05T14:54:50-04:00',
      confirmed: true,
      test: false,
      currency: made.shop,
      presentment_currency: made.presentment,
      taxes_included: made.taxesIncluded,
      total_price: minor(total, made.shop),
      total_price_set: set(total),
      subtotal_price: minor(subtotal, made.shop),
      subtotal_price_set: set(subtotal),
      total_tax: minor(tax, made.shop),
      total_tax_set: set(tax),
      total_shipping_price_set: set(shipping),
      total_tip_received: minor(tip, made.shop),
      financial_status: made.status,
      source_name: made.source,
      tags: '',
      email: made.email,
      phone: made.phone,
      customer: made.guest
        ? null
        : { id: 7358220173425, email: made.email, first_name: first, last_name: last },
      billing_address: address,
      shipping_address: address,
      landing_site: landing,
      referring_site: `https://mail.example/?to=${made.email}`,
      order_status_url: 'https://shop.example/1/orders/abc/authenticate?key=def',
      line_items: lines,
      discount_codes: [],
      payment_gateway_names: ['shopify_payments'],
      note_attributes: [],
    };
    const json = JSON.stringify(order, (_key, value: unknown) =>
      typeof value === 'bigint' ? `int:${value}` : value,
    ).replace(/"int:(\d+)"/g, '$1');
    return { json, total, subtotal, email: made.email, phone: made.phone, names: [...made.names] };
  });
