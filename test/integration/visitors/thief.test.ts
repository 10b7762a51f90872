/** Browsers are not believed: what a thief can do with another's order, customer, token and consent. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareOrder, checkoutEvent, pageEvent, testFlow, type Flow } from '../../support/flow.ts';

let flow: Flow;
beforeEach(async () => {
  flow = await testFlow();
});
afterEach(() => flow.close());

const order = bareOrder();
const token = String(order['checkout_token']);
const click = (id: string) => ({ id, at: '2026-10-05T18:40:00.000Z', from: 'kept' as const });
const THIEF = {
  client: 'client-of-the-thief',
  ip: '198.51.100.66',
  userAgent: 'Thief/1.0',
  click: click('E.C.P.stolen'),
};
const ALL_NO = { analytics: true, marketing: false, preferences: false, saleOfData: false };

async function purchase() {
  await flow.delivery.runDue();
  flow.clock.advance(5 * 60_000);
  await flow.delivery.runDue();
  return flow.tiktok.taken.find(({ event }) => event === 'CompletePayment');
}

test('another’s order id and customer id join nothing', async () => {
  await flow.beacon(
    [
      pageEvent({
        draft: { orderId: String(order.id), customerId: '7358220173425', total: '1.00', currency: 'EUR' },
      }),
      checkoutEvent('another-token', {
        draft: { checkoutToken: 'another-token', orderId: String(order.id), customerId: '7358220173425' },
      }),
    ],
    THIEF,
  );
  await flow.webhook('orders/create', { ...order, customer: { id: 7358220173425 } });
  expect(await purchase()).toBeUndefined();
  expect(await flow.rows('SELECT waiting_for FROM queue')).toEqual([{ waiting_for: 'identity' }]);
});

test('a stolen checkout token, used later, changes neither click nor address nor value', async () => {
  await flow.beacon([checkoutEvent(token)], { click: click('E.C.P.honest') });
  flow.clock.advance(1_000);
  await flow.beacon(
    [
      checkoutEvent(token, {
        draft: { checkoutToken: token, email: 'thief@example.org', total: '0.01', currency: 'EUR' },
      }),
    ],
    THIEF,
  );
  await flow.webhook('orders/create', order);
  const sent = await purchase();
  expect(sent?.user).toMatchObject({ ttclid: 'E.C.P.honest', ip: '203.0.113.50' });
  expect(sent?.user).not.toHaveProperty('email');
  expect(sent?.properties).toMatchObject({ value: 691.9 });
});

test('a stolen token cannot widen a refusal', async () => {
  await flow.beacon([checkoutEvent(token)], { consent: ALL_NO });
  flow.clock.advance(1_000);
  await flow.beacon([checkoutEvent(token)], THIEF);
  await flow.webhook('orders/create', order);
  expect(await purchase()).toBeUndefined();
  expect(await flow.rows('SELECT state, reason FROM order_deliveries')).toEqual([
    { state: 'skipped', reason: 'consent_refused' },
  ]);
});

test('a stolen token can narrow consent: that is the worst it does', async () => {
  await flow.beacon([checkoutEvent(token)], { click: click('E.C.P.honest') });
  flow.clock.advance(1_000);
  await flow.beacon([checkoutEvent(token)], { ...THIEF, consent: ALL_NO });
  await flow.webhook('orders/create', order);
  expect(await purchase()).toBeUndefined();
  expect(await flow.rows('SELECT state, reason FROM order_deliveries')).toEqual([
    { state: 'skipped', reason: 'consent_refused' },
  ]);
});

test('context that comes after the purchase was sent changes nothing and sends nothing', async () => {
  await flow.beacon([checkoutEvent(token)], { click: click('E.C.P.honest') });
  await flow.webhook('orders/create', order);
  await purchase();
  const asked = flow.tiktok.taken.filter(({ event }) => event === 'CompletePayment').length;
  await flow.beacon([checkoutEvent(token)], { click: click('E.C.P.later') });
  await purchase();
  expect(asked).toBe(1);
  expect(flow.tiktok.taken.filter(({ event }) => event === 'CompletePayment').length).toBe(1);
});

test('an order that nobody could match goes as soon as its visit is told', async () => {
  await flow.webhook('orders/create', order);
  flow.clock.advance(5 * 60_000);
  await flow.delivery.runDue();
  expect(await flow.rows('SELECT waiting_for FROM queue')).toEqual([{ waiting_for: 'identity' }]);
  flow.clock.advance(3_600_000);
  await flow.beacon([checkoutEvent(token, { at: flow.clock.now().toISOString() })], {
    click: click('E.C.P.late-but-real'),
  });
  await flow.delivery.runDue();
  expect(flow.tiktok.taken.find(({ event }) => event === 'CompletePayment')?.user).toMatchObject({
    ttclid: 'E.C.P.late-but-real',
  });
});

test('an order that nobody can match for seven days is skipped and counted', async () => {
  await flow.webhook('orders/create', order);
  flow.clock.advance(5 * 60_000);
  await flow.delivery.runDue();
  flow.clock.advance(8 * 86_400_000);
  await flow.delivery.runDue();
  expect(await flow.rows('SELECT state, reason FROM order_deliveries')).toEqual([
    { state: 'skipped', reason: 'no_identity' },
  ]);
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
});

test('a known customer’s later order finds the click of the earlier visit, because signed orders linked them', async () => {
  const customer = { customer: { id: 7358220173425 } };
  await flow.beacon([checkoutEvent(token)], { click: click('E.C.P.first-visit') });
  await flow.webhook('orders/create', { ...order, ...customer });
  await purchase();
  const second = bareOrder({
    id: 555,
    ...customer,
    checkout_token: 'token-of-another-day',
    cart_token: 'cart-of-another-day',
    processed_at: '2026-10-08T10:00:00Z',
    created_at: '2026-10-08T10:00:00Z',
    updated_at: '2026-10-08T10:00:00Z',
  });
  flow.clock.set(new Date('2026-10-08T10:00:01Z'));
  await flow.webhook('orders/create', second);
  flow.clock.advance(5 * 60_000);
  await flow.delivery.runDue();
  expect(flow.tiktok.taken.find(({ event_id }) => event_id === 'order-555')?.user).toMatchObject({
    ttclid: 'E.C.P.first-visit',
  });
});

test('contact details typed at the checkout are stored and sent hashed only', async () => {
  await flow.beacon([
    checkoutEvent(token, {
      draft: {
        checkoutToken: token,
        email: 'Ann.Typed@Example.net',
        phone: '+12025550188',
        total: '5.00',
        currency: 'EUR',
      },
    }),
  ]);
  await flow.delivery.runDue();
  expect(flow.tiktok.taken[0]?.user).toMatchObject({
    email: expect.stringMatching(/^[0-9a-f]{64}$/),
    phone: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  const held = `${await flow.everything()}\n${flow.lines.join('\n')}`.toLowerCase();
  for (const raw of ['ann.typed', '2025550188', '203.0.113.50', 'the buyer', 'client-of-the-buyer', token]) {
    // The checkout's token is part of the event id that browser and server share.
    if (raw === token) expect(held.replaceAll(`checkout-${token}`, '')).not.toContain(raw);
    else expect(held).not.toContain(raw);
  }
});

test('repeats of one context fold into one row', async () => {
  for (let time = 0; time < 3; time += 1) {
    await flow.beacon([pageEvent()]);
    flow.clock.advance(70_000);
  }
  const contexts = await flow.rows<{ same: boolean }>(
    'SELECT first_seen_at < last_seen_at AS same FROM visitor_contexts',
  );
  expect(contexts).toEqual([{ same: true }]);
});
