/** What staff read of sending an order again: the consequence is said, a person is not, and rules lead to their place. */
import { describe, expect, it } from 'vitest';
import type { Planned } from '../../../app/ledger/replay.ts';
import { ruleLink } from '../../../app/ui/rule-link.ts';
import { againWords, lengthWords, notAgainWords } from '../../../app/ui/words-for-event.ts';

const at = new Date('2026-11-20T10:00:00Z');
const planned = (change: Partial<Planned> = {}): Planned => ({
  order: {
    pixelId: '1',
    orderId: '7',
    orderName: '#7',
    event: 'order',
    eventId: 'order-7',
    occurredAt: at,
    receivedAt: at,
    day: '2026-11-20',
    source: 'webhook',
    state: 'sent',
    reason: 'accepted',
    settledAt: at,
    valueMinor: 100n,
    currency: 'EUR',
    eventName: 'CompletePayment',
    pixelCode: 'C',
    settingsVersion: 3,
    firstPossibleCopyAt: at,
    requestIds: ['1'],
  },
  risk: 'discarded',
  verdict: { kind: 'send', bytes: '{}', eventName: 'CompletePayment', eventAt: at },
  formerBytes: '{}',
  differences: [],
  settings: { before: 3, now: 5 },
  refusal: null,
  ...change,
});

describe('sending again', () => {
  it('says that nothing differs, or that it was never sent, or that nobody can say any more', () => {
    expect(againWords(planned()).compared).toContain('byte for byte');
    expect(againWords(planned({ formerBytes: null })).compared).toContain('can no longer be made again');
    const fresh = planned({ formerBytes: null });
    expect(againWords({ ...fresh, order: { ...fresh.order, requestIds: [] } }).compared).toContain(
      'never sent',
    );
  });

  it('tells what differs and why, but never who somebody is', () => {
    const words = againWords(
      planned({
        differences: [
          { path: 'properties.value', before: '10', after: '12' },
          { path: 'user.email', before: '"aaaa"', after: '"bbbb"' },
          { path: 'user.ttclid', before: null, after: '"E.C.P"' },
        ],
      }),
    );
    expect(words.differences).toEqual([
      { name: 'properties.value', before: '10', after: '12' },
      { name: 'Hashed email', before: 'changed (kept hashed)', after: 'changed (kept hashed)' },
      { name: 'Ad click id', before: 'nothing', after: 'changed (kept hashed)' },
    ]);
    expect(words.why).toContain('version 3 then, version 5 now');
  });

  it.each([
    ['counts', { twice: true, stopped: false }],
    ['may_count', { twice: true, stopped: false }],
    ['skipped', { twice: false, stopped: true }],
    ['too_old', { twice: false, stopped: true }],
    [null, { twice: false, stopped: false }],
  ] as const)('with the refusal %s asks or stops', (refusal, expected) => {
    expect(againWords(planned({ refusal }))).toMatchObject(expected);
  });
});

describe('the page of an event', () => {
  it.each(['sent', 'skipped', 'error'] as const)('offers sending again for an order that is %s', (state) => {
    expect(notAgainWords({ kind: 'order', state }, false)).toBeNull();
  });

  it.each(['sent', 'skipped', 'error'] as const)('says why a visit that is %s is not sent again', (state) => {
    expect(notAgainWords({ kind: 'page', state }, false)).toMatch(/^Visits are not sent again: .*fresh/);
  });

  it.each([
    ['an order that still waits', 'order', 'waiting', false, 'goes out by itself'],
    ['a visit that still waits', 'page', 'waiting', false, 'goes out by itself'],
    ['an order whose pixel was removed', 'order', 'sent', true, 'pixel was removed'],
    ['a visit whose pixel was removed', 'page', 'waiting', true, 'pixel was removed'],
  ] as const)('says why %s cannot be', (_name, kind, state, removed, reason) => {
    expect(notAgainWords({ kind, state }, removed)).toContain(reason);
  });
});

it.each([
  ['events.product_viewed', '/app/events?pixel=4#event-product_viewed'],
  ['switch:tiktokShop', '/app/sources#switch-tiktokShop'],
  ['rule:a b/c', '/app/sources#rule-a_b_c'],
  ['pixel.active_from', '/app/pixels/4#active-from'],
  ['consent:region', '/app/settings#setting-consent'],
  ['consent:setting', '/app/settings#setting-consent'],
  ['purchase.paid', '/app/settings#setting-moment'],
  ['hold', '/app/settings#setting-hold'],
  ['consent:cart', '/app/guides/consent'],
  ['window:repeat_window', '/app/guides/duplicates'],
  ['order.cancelled', null],
  ['default', null],
])('the rule %s stands at %s', (rule, path) => {
  expect(ruleLink(rule, '4')).toBe(path);
});

it.each([
  [400, '1 second'],
  [61_000, '1 minute'],
  [7_200_000, '2 hours'],
  [3 * 86_400_000, '3 days'],
])('%i ms are %s', (ms, words) => {
  expect(lengthWords(ms)).toBe(words);
});
