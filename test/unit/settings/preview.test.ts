/** The preview of the order sources says what would have happened: held against the decision that each order would get. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toMinor } from '../../../app/conversion/browser.ts';
import { SKIP_REASONS } from '../../../app/conversion/eligibility.ts';
import type { OrderFacts } from '../../../app/conversion/facts.ts';
import {
  defaultSettings,
  RULE_FIELDS,
  RULE_OPERATORS,
  SOURCE_SWITCHES,
  type ShopSettings,
} from '../../../app/conversion/settings.ts';
import { neededFields, SWITCH_REASONS } from '../../../app/conversion/sources.ts';
import { countSources, type PreviewedOrder } from '../../../app/settings/preview.ts';
import { arbitraryOrder, decided, requireRead, sample, SAMPLES } from '../conversion/orders.ts';

const side = fc.constantFrom('allow' as const, 'block' as const);
/** Values that some of the orders have, so that rules really match. */
const VALUES = [
  'web',
  'pos',
  'tiktok',
  'bogus',
  'yes',
  'no',
  'renewal',
  'none',
  'SKU-1',
  'DE',
  'US',
  '25',
  'new',
];

const arbitrarySettings: fc.Arbitrary<ShopSettings> = fc
  .record({
    sides: fc.tuple(side, side, side, side, side, side, side),
    rules: fc.array(
      fc.record({
        on: fc.boolean(),
        action: side,
        field: fc.constantFrom(...RULE_FIELDS),
        operator: fc.constantFrom(...RULE_OPERATORS),
        values: fc.array(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ sides: [tiktokShop, pos, draft, renewal, test, b2b, staffMade], rules }) => ({
    ...defaultSettings(),
    sources: { tiktokShop, pos, draft, renewal, test, b2b, staffMade },
    rules: rules.map((rule, place) => ({ ...rule, id: `r${place}` })),
  }));

const ORDINARY = sample();
/** Made once: what varies from run to run is which orders meet which settings. */
const KNOWN: OrderFacts[] = [
  ...SAMPLES.map((name) => sample(name).facts),
  ...fc.sample(arbitraryOrder, { numRuns: 60, seed: 7 }).map(({ json }) => requireRead(json).facts),
];
const arbitraryOrders: fc.Arbitrary<PreviewedOrder[]> = fc
  .array(
    fc.record({
      facts: fc.nat(KNOWN.length - 1).map((place) => KNOWN[place] ?? ORDINARY.facts),
      day: fc.constantFrom('2026-08-20', '2026-09-10', '2026-10-01'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((orders) => orders.map(({ facts, day }, place) => ({ orderId: `${place}`, day, facts })));

const SOURCE_REASONS: readonly string[] = ['source_rule', ...Object.values(SWITCH_REASONS)];

/** Kept back by its source, as delivery would decide it. */
function keptBack(facts: OrderFacts, settings: ShopSettings): boolean {
  // These orders are past: nobody asks Shopify about them any more.
  const notTold = Object.fromEntries(neededFields(settings).map((field) => [field, 'no_answer' as const]));
  const decision = decided(
    { facts: { ...facts, notTold }, match: ORDINARY.match },
    { settings, backfill: true },
  );
  return decision.state === 'skip' && SOURCE_REASONS.includes(decision.reason);
}

it('knows every reason that comes from a source', () => {
  for (const reason of SOURCE_REASONS) expect(SKIP_REASONS).toContain(reason);
});

it('counts orders in and out just as the decision would treat them, for any orders and any settings', () => {
  fc.assert(
    fc.property(arbitraryOrders, arbitrarySettings, arbitrarySettings, (orders, before, after) => {
      const counting = countSources(before, after, [
        { days: 30, from: '2026-09-05' },
        { days: 90, from: '2026-07-07' },
      ]);
      for (const order of orders) counting.add(order);
      const { periods, lookedAt } = counting.result();
      expect(lookedAt).toBe(orders.length);
      for (const { days, ...counted } of periods) {
        const inside = orders.filter(({ day }) => days === 90 || day >= '2026-09-05');
        const tally = (chosen: PreviewedOrder[]) => {
          const money = new Map<string, bigint>();
          for (const { facts } of chosen) {
            const { shop } = facts.currency;
            money.set(shop, (money.get(shop) ?? 0n) + (toMinor(facts.money.total.shop, shop) ?? 0n));
          }
          return { orders: chosen.length, money };
        };
        const was = inside.filter(({ facts }) => keptBack(facts, before));
        const is = inside.filter(({ facts }) => keptBack(facts, after));
        expect(counted).toEqual({
          before: { sent: tally(inside.filter((order) => !was.includes(order))), kept: tally(was) },
          after: { sent: tally(inside.filter((order) => !is.includes(order))), kept: tally(is) },
          comesIn: tally(was.filter((order) => !is.includes(order))),
          goesOut: tally(is.filter((order) => !was.includes(order))),
        });
      }
    }),
    { numRuns: 100 },
  );
});

it('names up to three examples, the newest, for each kind and each direction', () => {
  const before = defaultSettings();
  const after = { ...before, sources: { ...before.sources, pos: 'allow' as const } };
  const counting = countSources(before, after, [{ days: 30, from: '2026-09-05' }]);
  for (let place = 0; place < 5; place += 1)
    counting.add({ orderId: `${place}`, day: '2026-10-01', facts: sample('synthetic_pos_order').facts });
  counting.add({ orderId: '9', day: '2026-10-01', facts: sample().facts });
  const { comesIn, goesOut, switches, sources } = counting.result();
  expect(comesIn.map(({ orderId }) => orderId)).toEqual(['0', '1', '2']);
  expect(goesOut).toEqual([]);
  expect(switches.pos.seen.orders).toBe(5);
  expect(switches.pos.examples.map(({ orderId }) => orderId)).toEqual(['0', '1', '2']);
  expect(SOURCE_SWITCHES.filter((name) => switches[name].seen.orders > 0)).toContain('pos');
  expect(sources.map(({ sourceName, kept }) => [sourceName, kept])).toEqual([
    ['pos', 0],
    ['web', 0],
  ]);
});

it('says of a rule how many orders it fits, and for how many its field could not be had', () => {
  const settings: ShopSettings = {
    ...defaultSettings(),
    rules: [
      { id: 'tagged', on: true, action: 'block', field: 'customer_tag', operator: 'is', values: ['vip'] },
      { id: 'web', on: false, action: 'block', field: 'source_name', operator: 'is', values: ['web'] },
    ],
  };
  const counting = countSources(settings, settings, [{ days: 30, from: '2026-09-05' }]);
  counting.add({ orderId: '1', day: '2026-10-01', facts: sample().facts });
  expect(Object.fromEntries(counting.result().rules)).toEqual({
    tagged: { matching: 0, unanswered: 1 },
    web: { matching: 1, unanswered: 0 },
  });
});
