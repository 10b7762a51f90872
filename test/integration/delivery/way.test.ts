/** One order all the way: in by webhook, out to TikTok, once. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareOrder, checkoutEvent, testFlow, webOrder, type Flow } from '../../support/flow.ts';

let flow: Flow;
beforeEach(async () => {
  flow = await testFlow();
});
afterEach(() => flow.close());

const deliveries = () =>
  flow.rows<{ state: string; reason: string; event_name: string | null; event_id: string }>(
    'SELECT state, reason, event_name, event_id FROM order_deliveries',
  );

test('an order without context waits for its hold, then goes once with its own identity', async () => {
  expect((await flow.webhook('orders/create', webOrder())).status).toBe(200);
  expect(await flow.delivery.runDue()).toMatchObject({ requests: 0 });
  expect(await flow.rows('SELECT waiting_for FROM queue')).toEqual([{ waiting_for: 'context' }]);

  flow.clock.advance(61_000);
  expect(await flow.delivery.runDue()).toMatchObject({ requests: 1, sent: 1 });
  const [request] = flow.tiktok.requests;
  expect(request).toMatchObject({ path: '/open_api/v1.3/event/track/', token: 'token-of-the-first-pixel' });
  const [event] = flow.tiktok.taken;
  expect(event).toMatchObject({
    event: 'CompletePayment',
    event_id: 'order-5778367414385',
    event_time: 1791226487,
    user: { ttclid: 'E.C.P.TestTtclidValue0123456789' },
  });
  expect(await deliveries()).toEqual([
    { state: 'sent', reason: 'accepted', event_name: 'CompletePayment', event_id: 'order-5778367414385' },
  ]);
  expect(await flow.rows('SELECT 1 FROM queue')).toEqual([]);
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
});

test('an order whose checkout was seen goes at once, with the click of its visit', async () => {
  const order = bareOrder();
  const seen = await flow.beacon([checkoutEvent(String(order['checkout_token']))], {
    click: { id: 'E.C.P.click-of-the-visit', at: '2026-10-05T18:40:00.000Z', from: 'kept' },
    ttp: 'ttp-of-the-visit',
  });
  expect(seen).toMatchObject({ status: 202, body: {} });
  expect((await flow.webhook('orders/create', order)).status).toBe(200);
  expect(flow.woken()).toBeGreaterThan(0);
  await flow.delivery.runDue();
  const purchase = flow.tiktok.taken.find(({ event }) => event === 'CompletePayment');
  expect(purchase?.user).toMatchObject({
    ttclid: 'E.C.P.click-of-the-visit',
    ttp: 'ttp-of-the-visit',
    ip: '203.0.113.50',
  });
  expect(flow.tiktok.taken.map(({ event }) => event).sort()).toEqual(['CompletePayment', 'InitiateCheckout']);
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
});
