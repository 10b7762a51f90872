/** Money: exact in every currency's minor units, and each value setting in figures. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  divideRounded,
  fromMinor,
  listedCurrency,
  minorDigits,
  percentOf,
  toMinor,
} from '../../../app/conversion/browser.ts';
import { readOrder } from '../../../app/conversion/from-order.ts';
import { defaultPixelSettings } from '../../../app/conversion/settings.ts';
import type { ValueSettings } from '../../../app/conversion/settings.ts';
import { addAmounts, byOwnRate, orderValue } from '../../../app/conversion/value.ts';
import { arbitraryOrder, CURRENCIES, sample } from './orders.ts';

const value = defaultPixelSettings().value;

describe('decimals and minor units', () => {
  it.each([
    ['691.90', 'USD', 69190n],
    ['0.1', 'USD', 10n],
    ['1', 'USD', 100n],
    ['10.005', 'USD', 1001n],
    ['10.004', 'USD', 1000n],
    ['-10.005', 'USD', -1001n],
    ['1000', 'JPY', 1000n],
    ['1000.5', 'JPY', 1001n],
    ['1.2345', 'KWD', 1235n],
    ['123456789012345678.99', 'USD', 12345678901234567899n],
  ])('%s %s is %d', (amount, currency, minor) => expect(toMinor(amount, currency)).toBe(minor));

  it.each(['', '1,00', '1e3', 'NaN', '.5', '--1', '1.2.3', ' 1'])('%j is no amount', (amount) => {
    expect(toMinor(amount, 'USD')).toBeUndefined();
  });

  it('goes there and back in every currency', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
        fc.constantFrom(...CURRENCIES),
        (minor, currency) => {
          const written = fromMinor(minor, currency);
          expect(toMinor(written, currency)).toBe(minor);
          expect(written.split('.')[1]?.length ?? 0).toBe(minorDigits(currency));
        },
      ),
    );
  });

  it('rounds half away from zero', () => {
    expect([5n, 4n, 6n, -5n, -4n].map((n) => divideRounded(n, 10n))).toEqual([1n, 0n, 1n, -1n, 0n]);
    expect(percentOf(691_90n, '33.3333')).toBe(23063n);
  });

  it('knows the 62 currencies that TikTok lists', () => {
    const listed = ['AED', 'USD', 'VND', 'ZAR', 'OMR', 'KHR'];
    const not = ['BGN', 'RSD', 'UYU', 'LKR', 'JOD', 'TND', 'GEL', 'IQD', 'XXX', 'usd', 'US', ''];
    expect(listed.every(listedCurrency)).toBe(true);
    expect(not.some(listedCurrency)).toBe(false);
    let count = 0;
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    for (const a of letters)
      for (const b of letters) for (const c of letters) if (listedCurrency(a + b + c)) count++;
    expect(count).toBe(62);
  });
});

describe('what only some orders have', () => {
  it.each([
    [true, 691_90n],
    [false, 681_90n],
  ])('duties counted: %s', (duties, minor) => {
    const { facts } = sample();
    const money = { ...facts.money, duties: { shop: '10.00' } };
    expect(orderValue({ ...facts, money }, { ...value, duties }).minor).toBe(minor);
  });

  it('one currency is said once, two are summed apart', () => {
    const amounts = [
      { shop: '1.10', presentment: '150' },
      { shop: '2.20', presentment: '301' },
    ];
    expect(addAmounts(amounts, { shop: 'USD', presentment: 'USD' })).toEqual({ shop: '3.30' });
    expect(addAmounts(amounts, { shop: 'USD', presentment: 'JPY' })).toEqual({
      shop: '3.30',
      presentment: '451',
    });
  });

  it("a sum known in one currency follows the order's own rate; an order over nothing has none", () => {
    expect(byOwnRate(500n, 1000n, 1501n)).toBe(751n);
    expect(byOwnRate(500n, 0n, 1501n)).toBe(0n);
  });
});

describe('any generated order', () => {
  it('sums exactly: lines to subtotal, and the parts to the total', () => {
    fc.assert(
      fc.property(arbitraryOrder, (order) => {
        const read = readOrder(order.json);
        if (!read.ok) throw new Error(JSON.stringify(read.problem));
        const { facts } = read.value;
        const shop = facts.currency.shop;
        const lines = facts.items.reduce((sum, item) => sum + (toMinor(item.net.shop, shop) ?? 0n), 0n);
        expect(lines).toBe(order.subtotal);
        expect(toMinor(facts.money.subtotal.shop, shop)).toBe(order.subtotal);
        expect(toMinor(facts.money.total.shop, shop)).toBe(order.total);
        const without = (changes: Partial<ValueSettings>): bigint =>
          orderValue(facts, { ...value, ...changes }).minor ?? -1n;
        if (!listedCurrency(shop)) return;
        expect(without({})).toBe(order.total);
        // Nothing but goods, without tax: the subtotal, less the tax where prices include it.
        const tax = toMinor(facts.money.tax.shop, shop) ?? 0n;
        const goods = facts.taxesIncluded ? order.subtotal - tax : order.subtotal;
        expect(without({ tax: false, shipping: false, tips: false, duties: false })).toBe(
          goods < 0n ? 0n : goods,
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('value settings, on an order of 691.90: goods 629.91, shipping 9.99, tax 52.00', () => {
  const { facts } = sample();
  it.each<[string, Partial<ValueSettings>, string | undefined]>([
    ['the order total', {}, '691.90'],
    ['without tax', { tax: false }, '639.90'],
    ['without shipping', { shipping: false }, '681.91'],
    ['without either', { tax: false, shipping: false }, '629.91'],
    ['subtotal after discounts, with its tax', { basis: 'subtotal' }, '681.91'],
    ['subtotal after discounts, without tax', { basis: 'subtotal', tax: false }, '629.91'],
    ['a margin of 30 %', { profit: { kind: 'margin', percent: '30' } }, '207.57'],
    ['goods that cost 40 %', { profit: { kind: 'costRate', percent: '40' } }, '439.94'],
    [
      'goods that cost everything',
      { basis: 'subtotal', tax: false, profit: { kind: 'costRate', percent: '100' } },
      '0.00',
    ],
  ])('%s', (_name, changes, expected) =>
    expect(orderValue(facts, { ...value, ...changes }).amount).toBe(expected),
  );

  const tipped = sample('synthetic_web_order_ttclid', {
    total_tip_received: '5.00',
    total_price: '696.90',
    current_total_price_set: undefined,
    current_total_price: '696.90',
  }).facts;

  it('tips count unless switched off', () => {
    expect(orderValue(tipped, value).amount).toBe('696.90');
    expect(orderValue(tipped, { ...value, tips: false }).amount).toBe('691.90');
  });

  it('prices that include tax: the tax comes out of the goods, and shipping goes with its own tax', () => {
    const included = {
      ...facts,
      taxesIncluded: true,
      money: { ...facts.money, shippingTax: { shop: '1.99' }, total: { shop: '639.90' } },
    };
    const of = (changes: Partial<ValueSettings>): string | undefined =>
      orderValue(included, { ...value, ...changes }).amount;
    expect(of({})).toBe('639.90');
    expect(of({ tax: false })).toBe('587.90');
    expect(of({ shipping: false })).toBe('629.91');
    expect(of({ tax: false, shipping: false })).toBe('579.90');
    expect(of({ basis: 'subtotal', tax: false })).toBe('579.90');
  });

  it('a gift card among the goods can be left out', () => {
    const lines = [
      { price: '50.00', quantity: 1, gift_card: true, title: 'Gift card' },
      { price: '20.00', quantity: 1, title: 'Wax' },
    ];
    const card = sample('synthetic_web_order_ttclid', { line_items: lines }).facts;
    expect(orderValue(card, { ...value, giftCards: false }).amount).toBe('641.90');
  });
});

describe('currencies', () => {
  const cad = sample('synthetic_web_order_multicurrency_cad').facts;
  const inside = (currency: { shop: string; presentment: string }) => ({ ...cad, currency });

  it.each([
    [
      'the shop asks for its own',
      { shop: 'USD', presentment: 'CAD' },
      'shop',
      'convert',
      { amount: '600.00', currency: 'USD' },
    ],
    [
      "the buyer's",
      { shop: 'USD', presentment: 'CAD' },
      'presentment',
      'convert',
      { amount: '822.00', currency: 'CAD' },
    ],
    [
      "the buyer's is not listed: the order's own shop money",
      { shop: 'USD', presentment: 'BGN' },
      'presentment',
      'convert',
      { amount: '600.00', currency: 'USD', note: 'converted' },
    ],
    [
      "the shop's is not listed: the order's own other sum",
      { shop: 'BGN', presentment: 'EUR' },
      'shop',
      'convert',
      { amount: '822.00', currency: 'EUR', note: 'converted' },
    ],
    [
      'neither is listed: no value, and it says so',
      { shop: 'BGN', presentment: 'RSD' },
      'shop',
      'convert',
      { note: 'unlisted' },
    ],
    [
      'not to be converted: no value, and it says so',
      { shop: 'BGN', presentment: 'EUR' },
      'shop',
      'omit',
      { note: 'unlisted' },
    ],
  ] as const)('%s', (_name, currency, wanted, unlisted, expected) => {
    const result = orderValue(inside(currency), { ...value, currency: wanted, unlisted });
    expect({ ...result, side: undefined, minor: undefined }).toEqual({
      side: undefined,
      minor: undefined,
      ...expected,
    });
  });
});

it('zero is a value', () => {
  const free = sample('synthetic_web_order_ttclid', {
    current_total_price_set: undefined,
    current_total_price: '0.00',
  }).facts;
  expect(orderValue(free, value)).toMatchObject({ amount: '0.00', minor: 0n, currency: 'USD' });
});
