/** Orders at the edge: refused with a clear word, or stored before the answer. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shopProfile } from '../../support/database.ts';
import { testFlow, webOrder, type Flow } from '../../support/flow.ts';

let flow: Flow;
beforeEach(async () => {
  flow = await testFlow();
});
afterEach(() => flow.close());

const orders = () => flow.rows<{ order_id: string }>('SELECT order_id FROM orders ORDER BY order_id');

test('an answer of 200 means: stored', async () => {
  expect((await flow.webhook('orders/create', webOrder())).status).toBe(200);
  expect(await orders()).toEqual([{ order_id: '5778367414385' }]);
});

test('every bad input gets a clear 4xx and leaves nothing behind', async () => {
  const order = webOrder();
  const { id: _id, admin_graphql_api_id: _gid, ...nameless } = order;
  const refused: [string, Promise<{ status: number; body: unknown }>, number, string][] = [
    [
      'wrong signature',
      flow.webhook('orders/create', order, { headers: { 'x-shopify-hmac-sha256': 'AAAA' } }),
      401,
      'signature_wrong',
    ],
    ['no topic', flow.webhook('', order), 400, 'topic_missing'],
    ['unknown topic', flow.webhook('orders/edited', order), 404, 'unknown_topic'],
    [
      'unknown shop',
      flow.webhook('orders/create', order, { domain: 'nobody.myshopify.com' }),
      404,
      'unknown_shop',
    ],
    ['broken JSON', flow.webhook('orders/create', '{"id": 1,'), 400, 'not_json'],
    ['an array', flow.webhook('orders/create', '[]'), 400, 'not_json'],
    ['nested too deep', flow.webhook('orders/create', '['.repeat(10_000)), 400, 'too_deep'],
    ['no id', flow.webhook('orders/create', nameless), 422, 'invalid_order'],
    ['delete without an id', flow.webhook('orders/delete', {}), 422, 'invalid_order'],
  ];
  for (const [name, answer, status, error] of refused) {
    expect({ name, ...(await answer), headers: undefined }).toEqual({
      name,
      status,
      body: { error },
      headers: undefined,
    });
  }
  expect(await orders()).toEqual([]);
});

test('NUL bytes and lone surrogates are cleaned away, the order is stored', async () => {
  const raw = JSON.stringify(webOrder({ name: '#10\u000017\ud800' }));
  expect(raw).toContain('\\u0000');
  expect((await flow.webhook('orders/create', raw)).status).toBe(200);
  expect(await flow.rows('SELECT name FROM orders')).toEqual([{ name: '#1017\ufffd' }]);
});

test('after an uninstall nothing is taken', async () => {
  await flow.store.installs.markUninstalled(flow.shop.domain, flow.clock.now());
  expect(await flow.webhook('orders/create', webOrder())).toMatchObject({
    status: 410,
    body: { error: 'uninstalled' },
  });
  expect(await orders()).toEqual([]);
});

test('a test notification from the admin is answered and never an order', async () => {
  expect(
    (await flow.webhook('orders/create', webOrder(), { headers: { 'x-shopify-test': 'true' } })).status,
  ).toBe(200);
  expect(await orders()).toEqual([]);
});

test('a poisoned order is refused alone; another shop’s orders of the same group are stored', async () => {
  // They come while the group is gathered: one transaction would take them all.
  const shared = await testFlow({ intake: { patienceMs: 600_000, lanes: { gatherMs: 500 } } });
  // Longer than an index entry may be: only the database can find this out.
  const poison = webOrder({
    id: 1,
    name: Array.from({ length: 9_000 }, (_, at) => (at * 7919).toString(36)).join(''),
  });
  const other = await shared.store.installs.install(
    shopProfile({ id: '5500000000002', domain: 'maple.myshopify.com' }),
  );
  const others = [2, 3, 4, 5].map((id) =>
    shared.webhook('orders/create', webOrder({ id }), { domain: id > 3 ? other.domain : shared.shop.domain }),
  );
  const bad = shared.webhook('orders/create', poison);
  expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await bad).toMatchObject({ status: 422, body: { error: 'not_storable' } });
  expect(await shared.rows('SELECT order_id FROM orders ORDER BY order_id')).toEqual(
    ['2', '3', '4', '5'].map((order_id) => ({ order_id })),
  );
  await shared.close();
});

test('when the database does not answer in time Shopify is told to come back, and a repeat is one order', async () => {
  const slow = await testFlow({ intake: { patienceMs: 1_000, lanes: { gatherMs: 600_000 } } });
  const first = await slow.webhook('orders/create', webOrder());
  expect(first).toMatchObject({ status: 503, body: { error: 'slow' } });
  expect(first.headers.get('retry-after')).toBe('2');
  await slow.intake.drain();
  expect(await slow.rows('SELECT order_id FROM orders')).toEqual([{ order_id: '5778367414385' }]);
  await slow.close();
});

test('a full lane answers 503 with Retry-After instead of taking more, and stores what it took', async () => {
  const small = await testFlow({
    intake: { patienceMs: 600_000, lanes: { maxWaiting: 2, gatherMs: 600_000 } },
  });
  const refused: (string | null)[] = [];
  const answers = [1, 2, 3, 4].map(async (id) => {
    const { status, headers } = await small.webhook('orders/create', webOrder({ id }));
    if (status === 503) refused.push(headers.get('retry-after'));
    return status;
  });
  await expect.poll(() => refused, { timeout: 20_000 }).toEqual(['2', '2']);
  expect(small.intake.load()).toEqual({ orders: 2, beacons: 0 });
  await small.intake.drain();
  expect((await Promise.all(answers)).sort()).toEqual([200, 200, 503, 503]);
  expect(await small.rows('SELECT 1 FROM orders')).toHaveLength(2);
  await small.close();
});
