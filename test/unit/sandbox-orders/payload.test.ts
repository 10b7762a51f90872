/** The sandbox's orders look like Shopify's, key for key, and their sums add up to the last cent in both currencies. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { draftOfKind, orderKinds } from '../../../sandbox/orders/kinds.ts';
import { fromMinor, share, sum, toMinor } from '../../../sandbox/orders/money.ts';
import { createOrder } from '../../../sandbox/orders/order.ts';
import { orderPayload, shopTime, type MoneySet } from '../../../sandbox/orders/payload.ts';
import { orderSwitches } from '../../../sandbox/orders/switches.ts';
import type { DraftDiscount, OrderDraft } from '../../../sandbox/orders/draft.ts';
import { createWorld, type SandboxOrder, type SandboxShop, type World } from '../../../sandbox/world.ts';
import { rule } from '../../support/rule.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Payload = { [key: string]: Json };

function read(text: string): Payload {
  const value: Payload = JSON.parse(text);
  return value;
}
const fixture = (name: string) =>
  read(readFileSync(new URL(`../../fixtures/shopify/${name}.json`, import.meta.url), 'utf8'));
const official = fixture('official_2026-07_orders_create');

let world: World;
beforeEach(() => {
  world = createWorld({ appUrl: 'http://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret', seed: 7 });
});

function requireShop(handle: string): SandboxShop {
  const shop = world.shops.get(handle);
  if (!shop) throw new Error(`No shop ${handle}`);
  return shop;
}

/** As it travels: numbers and nulls as a reader of the JSON finds them. */
function payloadOf(shop: SandboxShop, order: SandboxOrder): Payload {
  return read(JSON.stringify(orderPayload(order, 'orders/create', shop)));
}

const everyKind = ['northwind', 'fjord'].flatMap((handle) => orderKinds.map((kind) => ({ handle, kind })));

const isObject = (value: Json | undefined): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where both have a value, it is of the same type; objects have the same keys. */
function differences(ours: Json, theirs: Json, path = '$'): string[] {
  if (ours === null || theirs === null) return [];
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const [sample] = theirs;
    return sample === undefined
      ? []
      : ours.flatMap((item, at) => differences(item, sample, `${path}[${at}]`));
  }
  if (isObject(ours) && isObject(theirs)) {
    const missing = Object.keys(theirs).filter((key) => !(key in ours));
    const extra = Object.keys(ours).filter((key) => !(key in theirs));
    return [
      ...missing.map((key) => `${path}.${key} is missing`),
      ...extra.map((key) => `${path}.${key} is not Shopify's`),
      ...Object.entries(theirs).flatMap(([key, value]) =>
        differences(ours[key] ?? null, value, `${path}.${key}`),
      ),
    ];
  }
  return typeof ours === typeof theirs && Array.isArray(ours) === Array.isArray(theirs)
    ? []
    : [`${path} is ${typeof ours}, not ${typeof theirs}`];
}

describe('shape', () => {
  rule(
    'every kind of order has all 93 keys of the official sample, with its types',
    { fact: 'shopify.md §3.4, official_2026-07_orders_create.json', mark: 'verified' },
    () => {
      expect(Object.keys(official)).toHaveLength(93);
      for (const { handle, kind } of everyKind) {
        const shop = requireShop(handle);
        const payload = payloadOf(shop, createOrder(world, shop, draftOfKind(world, shop, kind)));
        expect(differences(payload, official), `${kind} in ${handle}`).toEqual([]);
        expect(Object.keys(payload)).toEqual(Object.keys(official));
      }
    },
  );

  rule(
    'there is no checkout_id',
    { fact: 'shopify.md §3.4: removed from order webhooks in 2026-04', mark: 'verified' },
    () => {
      const shop = requireShop('northwind');
      const payload = payloadOf(shop, createOrder(world, shop, draftOfKind(world, shop, 'plain')));
      expect(payload).not.toHaveProperty('checkout_id');
    },
  );

  rule(
    'ids are numbers and may exceed 2^53; admin_graphql_api_id keeps every digit',
    { fact: 'shopify.md §3.4 Precision', mark: 'verified' },
    () => {
      orderSwitches(world).bigIds = true;
      const shop = requireShop('northwind');
      const order = createOrder(world, shop, draftOfKind(world, shop, 'plain'));
      const text = JSON.stringify(orderPayload(order, 'orders/create', shop));
      expect(Number.isSafeInteger(Number(order.id))).toBe(false);
      expect(text).toContain(`"id":${order.id},`);
      expect(text).toContain(`"admin_graphql_api_id":"gid://shopify/Order/${order.id}"`);
      expect(String(read(text).id)).not.toBe(order.id);
    },
  );

  rule(
    'orders that no browser placed have no browser context; a draft has the staff member’s',
    { fact: 'shopify.md §3.4 Browser', mark: 'verified' },
    () => {
      const shop = requireShop('northwind');
      const make = (kind: (typeof orderKinds)[number]) =>
        payloadOf(shop, createOrder(world, shop, draftOfKind(world, shop, kind)));
      for (const kind of ['pos', 'subscription-renewal', 'imported', 'tiktok-shop'] as const) {
        expect([make(kind).client_details, make(kind).browser_ip]).toEqual([null, null]);
      }
      expect(make('draft').client_details).toMatchObject({ browser_ip: '198.51.100.9' });
    },
  );

  rule(
    'source names and app ids tell the channels apart',
    { fact: 'shopify.md §3.5 and §4', mark: 'second-hand' },
    () => {
      const shop = requireShop('northwind');
      const channel = (kind: (typeof orderKinds)[number]) => {
        const payload = payloadOf(shop, createOrder(world, shop, draftOfKind(world, shop, kind)));
        return [payload.source_name, payload.app_id];
      };
      expect(channel('plain')).toEqual(['web', 580111]);
      expect(channel('pos')).toEqual(['pos', 129785]);
      expect(channel('draft')).toEqual(['shopify_draft_order', 1354745]);
      expect(channel('subscription-renewal')).toEqual(['subscription_contract_checkout_one', 294517]);
      expect(channel('tiktok-shop')).toEqual(['tiktok', 4383523]);
    },
  );

  rule(
    'a TikTok Shop order has the shape that was assumed for it',
    { fact: 'synthetic_tiktok_shop_order.json', mark: 'assumed', assumption: 'order-tiktok-shop' },
    () => {
      const shop = requireShop('northwind');
      const ours = payloadOf(shop, createOrder(world, shop, draftOfKind(world, shop, 'tiktok-shop')));
      const theirs = fixture('synthetic_tiktok_shop_order');
      for (const key of [
        'source_name',
        'app_id',
        'tags',
        'note',
        'payment_gateway_names',
        'browser_ip',
        'client_details',
        'cart_token',
        'checkout_token',
        'landing_site',
        'customer_locale',
      ]) {
        expect(ours[key], key).toEqual(theirs[key]);
      }
      expect(ours.email).toMatch(/tiktok\.com$/);
    },
  );

  rule(
    'without approval for customer data there is no person and no browser in it',
    { fact: 'shopify.md §5.1, synthetic_web_order_no_consent_no_pii.json', mark: 'second-hand' },
    () => {
      const shop = requireShop('northwind');
      shop.protectedData.customerData = false;
      const ours = payloadOf(shop, createOrder(world, shop, draftOfKind(world, shop, 'plain')));
      const theirs = fixture('synthetic_web_order_no_consent_no_pii');
      for (const key of [
        'email',
        'contact_email',
        'phone',
        'customer',
        'billing_address',
        'shipping_address',
        'browser_ip',
        'client_details',
        'landing_site',
        'referring_site',
      ]) {
        expect(ours[key], key).toEqual(theirs[key]);
      }
    },
  );
});

/* Money ---------------------------------------------------------------------------------------------------------- */

type Side = 'shop_money' | 'presentment_money';

function setIn(value: Json | undefined, side: Side): bigint {
  if (!isObject(value)) return 0n;
  const money = value[side];
  if (!isObject(money)) throw new Error('Not a money set');
  return toMinor(String(money.amount), String(money.currency_code));
}

function list(value: Json | undefined): Payload[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Everything is added up again from the lines, in one of the two currencies. */
function checkSums(payload: Payload, side: Side) {
  const money = (name: string) => setIn(payload[`${name}_set`], side);
  const lines = list(payload.line_items);
  const shipping = list(payload.shipping_lines);
  const lineTotal = sum(lines.map((line) => setIn(line.price_set, side) * BigInt(Number(line.quantity))));
  const allocated = sum(
    [...lines, ...shipping].flatMap((line) =>
      list(line.discount_allocations).map((part) => setIn(part.amount_set, side)),
    ),
  );
  const taxes = sum(
    [...lines, ...shipping].flatMap((line) => list(line.tax_lines).map((tax) => setIn(tax.price_set, side))),
  );
  const duties = sum(lines.flatMap((line) => list(line.duties).map((duty) => setIn(duty, side))));
  const shippingTotal = sum(shipping.map((line) => setIn(line.price_set, side)));
  const shippingOff = sum(
    shipping.flatMap((line) => list(line.discount_allocations).map((part) => setIn(part.amount_set, side))),
  );

  expect(money('total_line_items_price')).toBe(lineTotal);
  expect(money('total_discounts')).toBe(allocated);
  expect(money('total_shipping_price')).toBe(shippingTotal);
  expect(money('total_tax')).toBe(taxes);
  expect(sum(list(payload.tax_lines).map((tax) => setIn(tax.price_set, side)))).toBe(taxes);
  expect(money('subtotal_price')).toBe(lineTotal - (allocated - shippingOff));
  const tip =
    side === 'shop_money' ? toMinor(String(payload.total_tip_received), String(payload.currency)) : null;
  const withoutTip =
    lineTotal - allocated + shippingTotal + (payload.taxes_included === true ? 0n : taxes) + duties;
  if (tip !== null) expect(money('total_price')).toBe(withoutTip + tip);
  else expect(money('total_price')).toBeGreaterThanOrEqual(withoutTip);
  for (const name of ['total_price', 'subtotal_price', 'total_tax', 'total_discounts']) {
    expect(money(`current_${name}`)).toBe(money(name));
  }
}

describe('money', () => {
  test.each(everyKind)('adds up in a $kind order of $handle', ({ handle, kind }) => {
    const shop = requireShop(handle);
    const order = createOrder(world, shop, draftOfKind(world, shop, kind));
    const payload = payloadOf(shop, order);
    checkSums(payload, 'shop_money');
    checkSums(payload, 'presentment_money');
    expect(payload.total_price).toBe(order.total);
    expect(payload.total_discounts).toBe(order.totalDiscounts);
    expect(payload.subtotal_price).toBe(order.subtotal);
  });

  test('adds up for any basket, discounts and currency', () => {
    const amount = fc.integer({ min: 1, max: 50_000 }).map((cents) => fromMinor(BigInt(cents), 'USD'));
    const discount: fc.Arbitrary<DraftDiscount> = fc.record({
      kind: fc.constantFrom('code', 'automatic', 'manual'),
      title: fc.constant('OFF'),
      code: fc.constant('OFF'),
      target: fc.constantFrom('line_item', 'shipping_line'),
      allocation: fc.constantFrom('across', 'each'),
      selection: fc.constantFrom('all', 'entitled'),
      valueType: fc.constantFrom('percentage', 'fixed_amount'),
      value: fc.integer({ min: 1, max: 10_000 }).map((hundredths) => (hundredths / 100).toFixed(2)),
    });
    const oneShippingDiscount = (discounts: DraftDiscount[]) => {
      const first = discounts.findIndex(({ target }) => target === 'shipping_line');
      return discounts.filter(({ target }, at) => target === 'line_item' || at === first);
    };
    const basket: fc.Arbitrary<OrderDraft> = fc.record(
      {
        lines: fc.array(
          fc.record({
            item: amount.map((price) => ({ title: 'Thing', price })),
            quantity: fc.integer({ min: 1, max: 9 }),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        discounts: fc.array(discount, { maxLength: 3 }).map(oneShippingDiscount),
        shipping: amount.map((price) => ({ title: 'Parcel', price })),
        taxesIncluded: fc.boolean(),
        tip: amount,
        presentmentCurrency: fc.constantFrom('USD', 'CAD', 'EUR', 'JPY'),
      },
      { requiredKeys: ['lines', 'discounts', 'taxesIncluded', 'presentmentCurrency'] },
    );
    const shop = requireShop('northwind');
    fc.assert(
      fc.property(basket, (draft) => {
        const order = createOrder(world, shop, draft);
        const payload = payloadOf(shop, order);
        checkSums(payload, 'shop_money');
        checkSums(payload, 'presentment_money');
        expect(toMinor(order.total, 'USD')).toBeGreaterThanOrEqual(0n);
      }),
      { numRuns: 300 },
    );
  });

  rule(
    'total_price is shop money; presentment money is in the buyer’s currency',
    { fact: 'shopify.md §3.4 Money', mark: 'verified' },
    () => {
      const shop = requireShop('northwind');
      const draft = { ...draftOfKind(world, shop, 'plain'), presentmentCurrency: 'JPY' };
      const payload = payloadOf(shop, createOrder(world, shop, draft));
      expect(payload.currency).toBe('USD');
      expect(payload.presentment_currency).toBe('JPY');
      const total = payload.total_price_set;
      const set: MoneySet | null = isObject(total) ? JSON.parse(JSON.stringify(total)) : null;
      expect(set?.shop_money).toEqual({ amount: payload.total_price, currency_code: 'USD' });
      expect(set?.presentment_money.amount).toMatch(/^\d+$/);
    },
  );

  rule(
    'a line says no discount of its own when a code applies; the allocations do',
    { fact: 'shopify.md §3.4 line_items', mark: 'second-hand' },
    () => {
      const shop = requireShop('northwind');
      const payload = payloadOf(shop, createOrder(world, shop, draftOfKind(world, shop, 'discount-code')));
      for (const line of list(payload.line_items)) {
        expect(line.total_discount).toBe('0.00');
        expect(list(line.discount_allocations)).toHaveLength(1);
      }
      expect(payload.discount_codes).toEqual([
        { code: 'TIKTOK10', amount: payload.total_discounts, type: 'percentage' },
      ]);
    },
  );

  test('shares add up to the whole, whatever the weights', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10_000_000n }),
        fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 12 }),
        (total, weights) => {
          const shares = share(total, weights);
          expect(sum(shares)).toBe(sum(weights) === 0n ? 0n : total);
          shares.forEach((part, at) => {
            expect(part).toBeGreaterThanOrEqual(0n);
            if (weights[at] === 0n) expect(part).toBe(0n);
          });
        },
      ),
    );
  });

  test.each([
    ['12.9', 'USD', 1290n],
    ['1000', 'JPY', 1000n],
    ['1.234', 'KWD', 1234n],
    ['-0.05', 'EUR', -5n],
  ])('%s %s is %s minor units and back', (amount, currency, minor) => {
    expect(toMinor(amount, currency)).toBe(minor);
    expect(toMinor(fromMinor(minor, currency), currency)).toBe(minor);
  });

  test('refuses decimals that the currency does not have', () => {
    expect(() => toMinor('1.005', 'USD')).toThrow('more decimals');
    expect(() => toMinor('1.5', 'JPY')).toThrow('more decimals');
  });
});

test('times are the shop’s own, with its offset in summer and winter', () => {
  expect(shopTime('2026-07-05T18:54:49.123Z', 'America/New_York')).toBe('2026-07-05T14:54:49-04:00');
  expect(shopTime('2026-01-05T00:00:00Z', 'Europe/Berlin')).toBe('2026-01-05T01:00:00+01:00');
  expect(shopTime('2026-01-05T00:00:00Z', 'Europe/London')).toBe('2026-01-05T00:00:00+00:00');
});
