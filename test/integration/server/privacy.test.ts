/** What Shopify's redactions leave behind: the sums of the books, and no person. */
import { afterAll, beforeAll, expect, test } from 'vitest';

import { uninstallApp } from '../../../sandbox/admin/installation.ts';
import { openApp, type OpenApp } from './open-app.ts';

let app: OpenApp;
let shopId: string;

beforeAll(async () => {
  app = await openApp();
  expect((await app.page('/app')).status).toBe(200);
  shopId = app.shop().id;
  const outcome = await app.house
    .pixelsOf(app.house.store.shop(shopId))
    .add({ code: 'C4A1B2C3D4E5F6G7H8I9', token: 'a'.repeat(40), name: 'Main' }, 'test');
  expect(outcome.ok).toBe(true);
});
afterAll(() => app.close());

const order = (id: number, customer: number, email: string) => ({
  id,
  admin_graphql_api_id: `gid://shopify/Order/${id}`,
  name: `#${id}`,
  created_at: app.clock.now().toISOString(),
  processed_at: app.clock.now().toISOString(),
  updated_at: app.clock.now().toISOString(),
  currency: 'EUR',
  presentment_currency: 'EUR',
  total_price: '10.00',
  current_total_price: '10.00',
  subtotal_price: '10.00',
  total_tax: '0.00',
  total_discounts: '0.00',
  financial_status: 'paid',
  source_name: 'web',
  confirmed: true,
  email,
  customer: { id: customer, email },
  line_items: [],
});

async function storedOrders() {
  return app.house.store.database.rows<{
    id: string;
    person: boolean;
    open: boolean;
    erased: boolean;
    total: string;
  }>(
    `SELECT o.order_id::text AS id, o.customer_key IS NOT NULL OR cardinality(o.email_keys) > 0 AS person,
            EXISTS (SELECT 1 FROM order_revisions r WHERE r.shop_id = o.shop_id AND r.order_id = o.order_id
                       AND r.match_sealed IS NOT NULL) AS open,
            o.erased_at IS NOT NULL AS erased, o.total_minor::text AS total
       FROM orders o WHERE o.shop_id = $1 ORDER BY o.order_id`,
    [shopId],
  );
}

test('customers/redact empties the orders named and the other orders of the customer, and nobody else’s', async () => {
  for (const one of [
    order(7001, 501, 'ida@example.com'),
    order(7002, 501, 'ida@example.com'),
    order(7003, 0, 'Ida@Example.com'),
    order(7004, 777, 'someone.else@example.com'),
  ]) {
    const answer = await app.webhook('/webhooks/orders', 'orders/create', one);
    expect(answer.status, await answer.text()).toBeLessThan(300);
  }
  expect((await storedOrders()).every(({ person, open }) => person && open)).toBe(true);

  const body = {
    shop_id: Number(shopId),
    shop_domain: app.shop().domain,
    customer: { id: 501, email: 'ida@example.com', phone: null },
    orders_to_redact: [7001],
  };
  for (let delivery = 0; delivery < 2; delivery += 1)
    expect((await app.webhook('/webhooks/privacy', 'customers/redact', body)).status).toBe(200);
  expect(await app.house.runPrivacy()).toBe(2);
  expect(await storedOrders()).toEqual([
    { id: '7001', person: false, open: false, erased: true, total: '1000' },
    { id: '7002', person: false, open: false, erased: true, total: '1000' },
    { id: '7003', person: false, open: false, erased: true, total: '1000' },
    { id: '7004', person: true, open: true, erased: false, total: '1000' },
  ]);
  const entries = await app.house.store.shop(shopId).audit.list({ limit: 4 });
  expect(entries[0]).toMatchObject({ action: 'privacy.customers.redact.done' });
  expect(entries[3]).toMatchObject({ action: 'privacy.customers.redact', target: 'customer 501' });
  expect(JSON.stringify(entries)).not.toContain('example.com');
  // The books still close: order, money and outcome stayed, and the record of the request names nobody.
  const day = { from: '2020-01-01', to: '2099-01-01' };
  expect(await app.house.bookkeeping.period(shopId, day.from, day.to)).toMatchObject({ closes: true });
  const records = await app.house.store.database.rows(
    'SELECT customer_key, email_keys, result FROM privacy_requests',
  );
  expect(records).toEqual([
    { customer_key: null, email_keys: [], result: '{"orders":3}' },
    { customer_key: null, email_keys: [], result: '{"orders":1}' },
  ]);
});

test('customers/data_request is on record', async () => {
  const answer = await app.webhook('/webhooks/privacy', 'customers/data_request', {
    shop_id: Number(shopId),
    shop_domain: app.shop().domain,
    customer: { id: 777, email: 'someone.else@example.com' },
    orders_requested: [7004],
    data_request: { id: 9 },
  });
  expect(answer.status).toBe(200);
  expect(await app.house.runPrivacy()).toBe(1);
  const [done, entry] = await app.house.store.shop(shopId).audit.list({ limit: 2 });
  expect(entry).toMatchObject({ action: 'privacy.customers.data_request', after: '{"orders":["7004"]}' });
  expect(done).toMatchObject({
    action: 'privacy.customers.data_request.done',
    after: '{"orders":[{"id":"7004","name":"#7004","recognisable":true}],"visits":0}',
  });
});

test('a redaction that names another shop than its sender touches nothing', async () => {
  const before = await storedOrders();
  const answer = await app.webhook(
    '/webhooks/privacy',
    'customers/redact',
    { shop_id: Number(shopId), customer: { id: 777 }, orders_to_redact: [7004] },
    { domain: app.shop('fjord').domain },
  );
  expect(answer.status).toBe(404);
  expect(await storedOrders()).toEqual(before);
});

test('shop/redact of a shop that is installed again is answered and does nothing', async () => {
  const answer = await app.webhook('/webhooks/privacy', 'shop/redact', { shop_id: Number(shopId) });
  expect(answer.status).toBe(200);
  await app.house.runPrivacy();
  expect(await storedOrders()).toHaveLength(4);
});

test('shop/redact after an uninstall leaves no row of the shop in any table', async () => {
  uninstallApp(app.sandbox.world, app.shop());
  expect((await app.webhook('/webhooks/app', 'app/uninstalled', {})).status).toBe(200);
  expect((await app.webhook('/webhooks/privacy', 'shop/redact', { shop_id: Number(shopId) })).status).toBe(
    200,
  );
  await app.house.runPrivacy();
  const { database } = app.house.store;
  const tables = await database.rows<{ table: string }>(
    `SELECT table_name AS table FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop_id'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { table } of tables) {
    const [row] = await database.rows<{ count: string }>(
      `SELECT count(*)::text AS count FROM "${table}" WHERE shop_id = $1`,
      [shopId],
    );
    expect(row?.count, table).toBe('0');
  }
  expect(await app.house.store.installs.shopById(shopId)).toBeNull();
  // Shopify asks again when an answer got lost.
  expect((await app.webhook('/webhooks/privacy', 'shop/redact', { shop_id: Number(shopId) })).status).toBe(
    200,
  );
});
