/** One door: any order of arrival, any number of times, ends in one state, one revision of it, and one purchase. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testFlow, webOrder, type Flow, type OrderJson } from '../../support/flow.ts';

let flow: Flow;
beforeEach(async () => {
  flow = await testFlow();
});
afterEach(() => flow.close());

const created = webOrder({ financial_status: 'pending' });
const paid = webOrder({ financial_status: 'paid', updated_at: '2026-10-05T14:55:00-04:00' });
const updated = webOrder({ financial_status: 'paid', updated_at: '2026-10-05T14:56:00-04:00', tags: 'vip' });

const state = async () => {
  const [order] = await flow.rows<{ updated_at: Date; facts: string; webhooks: number }>(
    `SELECT o.updated_at, r.facts, cardinality(o.webhook_ids) AS webhooks
     FROM orders o JOIN order_revisions r USING (shop_id, order_id, revision)`,
  );
  return order;
};

async function finish(): Promise<void> {
  flow.clock.advance(5 * 60_000);
  await flow.delivery.runDue();
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
}

describe('arrivals in any order', () => {
  const topics: [string, OrderJson][] = [
    ['orders/create', created],
    ['orders/paid', paid],
    ['orders/updated', updated],
  ];
  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ];
  test.each(orders.map((order) => ({ order })))(
    '$order, each three times: the newest state, one purchase',
    async ({ order }) => {
      for (const at of order) {
        const [topic, body] = topics[at] ?? ['', created];
        for (let time = 0; time < 3; time += 1) expect((await flow.webhook(topic, body)).status).toBe(200);
      }
      const known = await state();
      expect(known?.updated_at).toEqual(new Date('2026-10-05T18:56:00Z'));
      expect(JSON.parse(known?.facts ?? '{}')).toMatchObject({
        financialStatus: 'paid',
        origin: { tags: ['vip'] },
      });
      expect(known?.webhooks).toBe(9);
      await finish();
      expect(flow.tiktok.taken.map(({ event_id }) => event_id)).toEqual(['order-5778367414385']);
    },
  );

  test('all at once, three times each, in one group', async () => {
    await Promise.all([...topics, ...topics, ...topics].map(([topic, body]) => flow.webhook(topic, body)));
    await finish();
    expect((await state())?.updated_at).toEqual(new Date('2026-10-05T18:56:00Z'));
    expect(flow.tiktok.taken.length).toBe(1);
  });
});

test('a repeat after the purchase was sent changes nothing and sends nothing', async () => {
  await flow.webhook('orders/create', created);
  await finish();
  await flow.webhook('orders/create', created);
  await flow.webhook('orders/paid', paid);
  await finish();
  expect(flow.tiktok.requests.length).toBe(1);
  expect(await flow.rows('SELECT 1 FROM queue')).toEqual([]);
});

test('cancelled before it was sent: skipped, and says so', async () => {
  await flow.webhook('orders/create', created);
  await flow.webhook(
    'orders/cancelled',
    webOrder({ cancelled_at: '2026-10-05T14:55:30-04:00', updated_at: '2026-10-05T14:55:30-04:00' }),
  );
  await flow.delivery.runDue();
  expect(flow.tiktok.requests).toEqual([]);
  expect(await flow.rows('SELECT state, reason, rule FROM order_deliveries')).toEqual([
    { state: 'skipped', reason: 'cancelled', rule: 'order.cancelled' },
  ]);
  await finish();
});

test('an edit before sending changes the value', async () => {
  await flow.webhook('orders/create', created);
  await flow.webhook(
    'orders/updated',
    webOrder({
      updated_at: '2026-10-05T14:55:30-04:00',
      current_total_price: '100.00',
      current_total_price_set: {
        shop_money: { amount: '100.00', currency_code: 'USD' },
        presentment_money: { amount: '100.00', currency_code: 'USD' },
      },
    }),
  );
  await finish();
  expect(flow.tiktok.taken[0]?.properties).toMatchObject({ value: 100 });
});

test('when purchases count as paid, an unpaid order waits and the payment wakes it', async () => {
  await flow.settings((version) => {
    version.shop.purchaseMoment = 'paid';
  });
  await flow.webhook('orders/create', created);
  await finish();
  expect(flow.tiktok.requests).toEqual([]);
  expect(await flow.rows('SELECT waiting_for FROM queue')).toEqual([{ waiting_for: 'payment' }]);
  await flow.webhook('orders/paid', webOrder({ updated_at: '2026-10-05T15:20:00-04:00' }));
  await finish();
  expect(flow.tiktok.taken.length).toBe(1);
});

test('an order is judged by the settings in force when it was received', async () => {
  await flow.webhook('orders/create', created);
  await flow.settings((version) => {
    for (const pixel of Object.values(version.pixels))
      pixel.events['order'] = { on: false, name: 'CompletePayment' };
  });
  await flow.webhook('orders/create', webOrder({ id: 77 }));
  await finish();
  expect(
    await flow.rows(
      'SELECT order_id, state, reason, settings_version FROM order_deliveries ORDER BY order_id',
    ),
  ).toEqual([
    { order_id: '77', state: 'skipped', reason: 'event_off', settings_version: 1 },
    { order_id: '5778367414385', state: 'sent', reason: 'accepted', settings_version: 0 },
  ]);
});

test('orders/delete marks the order gone and keeps its outcome', async () => {
  await flow.webhook('orders/create', created);
  await finish();
  expect((await flow.webhook('orders/delete', { id: created.id })).status).toBe(200);
  const [order] = await flow.rows<{ gone_at: Date | null }>('SELECT gone_at FROM orders');
  expect(order?.gone_at).toEqual(flow.clock.now());
  expect((await flow.webhook('orders/delete', { id: 999 })).status).toBe(200);
});

test('what is older than the pixel, or than a week, is skipped at once and counted', async () => {
  await flow.webhook(
    'orders/create',
    webOrder({ id: 1, processed_at: '2026-09-20T10:00:00Z', created_at: '2026-09-20T10:00:00Z' }),
  );
  expect(await flow.rows('SELECT state, reason FROM order_deliveries')).toEqual([
    { state: 'skipped', reason: 'before_active' },
  ]);
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
  expect(totals[0]).toContain('skipped before_active webhook');
});

test('no raw personal data is stored in any table or logged in any line', async () => {
  await flow.webhook('orders/create', webOrder());
  await finish();
  const held = `${await flow.everything()}\n${flow.lines.join('\n')}`.toLowerCase();
  expect(held).toContain('order-5778367414385');
  for (const raw of [
    'alex',
    'example@example',
    'alex.example',
    '2025550123',
    '1 test street',
    'testville',
    '203.0.113.7',
    'iphone os',
  ]) {
    expect(held).not.toContain(raw);
  }
});
