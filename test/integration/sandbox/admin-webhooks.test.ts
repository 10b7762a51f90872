/** The sandbox's webhooks are signed, filtered, retried and spoilt as Shopify's are. */

import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { requestCustomerData, requestErasure } from '../../../sandbox/admin/installation.ts';
import {
  redeliver,
  retryCount,
  setWebhookSwitches,
  sendTestNotification,
  webhookLog,
  webhookSubscriptions,
  webhooksSettled,
} from '../../../sandbox/admin/webhooks.ts';
import { placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import { rule } from '../../support/rule.ts';
import { apiSecret, install, openSandbox, shopOf, type Received, type TestSandbox } from './admin-client.ts';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await openSandbox();
  await install(sandbox, shopOf(sandbox));
});
afterEach(async () => {
  await sandbox.close();
  expect(sandbox.failures).toEqual([]);
});

const minute = 60_000;
const hour = 60 * minute;

function send(
  topic = 'orders/create',
  payload: Record<string, unknown> = { id: 1, email: 'pat.example@example.com' },
) {
  sandbox.world.ports.emitTopic(topic, shopOf(sandbox), payload);
}

async function arrived(topic?: string): Promise<Received[]> {
  await webhooksSettled(sandbox.world);
  return sandbox.app.received.filter(
    ({ headers }) => topic === undefined || headers['x-shopify-topic'] === topic,
  );
}

describe('a delivery', () => {
  rule(
    'carries the documented headers and the signature of the raw body',
    { fact: 'shopify.md §3.1, §3.2', mark: 'verified' },
    async () => {
      send();
      const [first] = await arrived();
      expect(first?.path).toBe('/webhooks/orders');
      expect(first?.headers).toMatchObject({
        'content-type': 'application/json',
        'x-shopify-topic': 'orders/create',
        'x-shopify-shop-domain': 'northwind.myshopify.com',
        'x-shopify-api-version': '2026-10',
        'x-shopify-webhook-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'x-shopify-event-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'x-shopify-triggered-at': '2026-11-21T09:00:00.000Z',
        'x-shopify-hmac-sha256': createHmac('sha256', apiSecret)
          .update(first?.body ?? '')
          .digest('base64'),
      });
    },
  );

  rule(
    'goes to every topic that shopify.app.toml subscribes to, and to its address',
    { fact: 'shopify.md §3.3', mark: 'verified' },
    async () => {
      for (const { topic } of webhookSubscriptions(sandbox.world)) send(topic);
      const addresses = new Map(
        (await arrived()).map(({ headers, path }) => [headers['x-shopify-topic'], path]),
      );
      for (const { topic, uri } of webhookSubscriptions(sandbox.world))
        expect(addresses.get(topic)).toBe(uri);
      send('orders/fulfilled');
      expect(await arrived('orders/fulfilled')).toEqual([]);
    },
  );

  rule(
    'of orders/updated carries the included fields only',
    { fact: 'shopify.md §3.3', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      const order = placeOrder(sandbox.world, shop, draftOfKind(sandbox.world, shop, 'plain'));
      sandbox.world.emitOrder('orders/updated', shop, order);
      const include =
        webhookSubscriptions(sandbox.world).find(({ topic }) => topic === 'orders/updated')?.includeFields ??
        [];
      const [updated] = await arrived('orders/updated');
      const keys = Object.keys(JSON.parse(updated?.body ?? '{}'));
      expect(keys).toContain('updated_at');
      expect(keys.filter((key) => !include.some((field) => field.split('.')[0] === key))).toEqual([]);
    },
  );

  rule(
    'has its protected fields emptied when they were not approved',
    { fact: 'shopify.md §5.1', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      shop.protectedData = { customerData: true, name: false, email: false, phone: true, address: false };
      const order = placeOrder(sandbox.world, shop, draftOfKind(sandbox.world, shop, 'plain'));
      const [created] = await arrived('orders/create');
      const body = JSON.parse(created?.body ?? '{}');
      expect(body).toMatchObject({ email: null, billing_address: null, name: order.name });
      expect(created?.body).not.toContain('@example.com');
    },
  );

  rule(
    'says when it is a test notification, of an order that nobody placed',
    { fact: 'shopify.md §3.2, §3.4', mark: 'second-hand' },
    async () => {
      sendTestNotification(sandbox.world, shopOf(sandbox), 'orders/create');
      const [sample] = await arrived('orders/create');
      expect(sample?.headers['x-shopify-test']).toBe('true');
      expect(JSON.parse(sample?.body ?? '{}')).toMatchObject({
        checkout_token: null,
        confirmed: false,
        financial_status: 'voided',
        source_name: 'web',
        test: true,
      });
    },
  );

  rule('needs read_orders, and an installed app', { fact: 'shopify.md §3.3', mark: 'verified' }, async () => {
    const fjord = shopOf(sandbox, 'fjord');
    sandbox.world.ports.emitTopic('orders/create', fjord, { id: 1 });
    await install(sandbox, fjord, ['read_products']);
    sandbox.world.ports.emitTopic('orders/create', fjord, { id: 2 });
    expect(await arrived('orders/create')).toEqual([]);
  });
});

describe('an answer that is no success', () => {
  rule(
    'is tried again 8 times within 4 hours, with the same ids and the same body',
    { fact: 'shopify.md §3.1', mark: 'verified' },
    async () => {
      sandbox.app.answerWith(500);
      send();
      await arrived();
      await sandbox.world.advanceClock(4 * hour);
      const tries = await arrived();
      expect(tries).toHaveLength(1 + retryCount);
      expect(new Set(tries.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(1);
      expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
      await sandbox.world.advanceClock(24 * hour);
      expect(await arrived()).toHaveLength(1 + retryCount);
      expect(webhookLog(sandbox.world).at(-1)?.state).toBe('given up');
    },
  );

  rule(
    'waits twice as long each time',
    { fact: 'spacing of the eight retries', mark: 'assumed', assumption: 'webhook-retries' },
    async () => {
      sandbox.app.answerWith(500);
      send();
      await arrived();
      await sandbox.world.advanceClock(4 * hour);
      const times = (webhookLog(sandbox.world)[0]?.attempts ?? []).map(({ at }) => Date.parse(at));
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      for (const [index, gap] of gaps.slice(1).entries()) expect(gap / (gaps[index] ?? 1)).toBeCloseTo(2, 1);
    },
  );

  rule(
    'ends when the app says 2xx; a redirect is no success',
    { fact: 'shopify.md §3.1', mark: 'verified' },
    async () => {
      sandbox.app.answerWith(302, 404, 200);
      send();
      await arrived();
      await sandbox.world.advanceClock(4 * hour);
      expect(await arrived()).toHaveLength(3);
      expect(webhookLog(sandbox.world)[0]?.attempts.map(({ status }) => status)).toEqual([302, 404, 200]);
      expect((await arrived()).every(({ path }) => path === '/webhooks/orders')).toBe(true);
    },
  );

  rule('is also silence for five seconds', { fact: 'shopify.md §3.1', mark: 'verified' }, async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    sandbox.world.app.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    send();
    await arrived();
    const [attempt] = webhookLog(sandbox.world)[0]?.attempts ?? [];
    expect(attempt).toMatchObject({ status: null, problem: 'no answer within 5 seconds' });
    expect(attempt?.milliseconds).toBeGreaterThan(4_900);
    expect(attempt?.milliseconds).toBeLessThan(6_500);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe('switches', () => {
  rule(
    'a delivery can be late by up to a day, and keeps its time of origin',
    { fact: 'shopify.md §3.1', mark: 'second-hand' },
    async () => {
      setWebhookSwitches(sandbox.world, { delayMs: 24 * hour });
      send();
      await sandbox.world.advanceClock(23 * hour);
      expect(await arrived()).toEqual([]);
      await sandbox.world.advanceClock(hour);
      const [late] = await arrived();
      expect(late?.headers['x-shopify-triggered-at']).toBe('2026-11-21T09:00:00.000Z');
    },
  );

  rule('duplicates carry the same webhook id', { fact: 'shopify.md §3.1', mark: 'second-hand' }, async () => {
    setWebhookSwitches(sandbox.world, { duplicates: 2 });
    send();
    const all = await arrived();
    expect(all).toHaveLength(3);
    expect(new Set(all.map(({ headers }) => headers['x-shopify-webhook-id'])).size).toBe(1);
  });

  rule('deliveries overtake one another', { fact: 'shopify.md §3.1', mark: 'second-hand' }, async () => {
    setWebhookSwitches(sandbox.world, { disorderMs: minute });
    for (let id = 0; id < 12; id++) send('orders/create', { id });
    await sandbox.world.advanceClock(minute);
    const ids = (await arrived()).map(({ body }): unknown => JSON.parse(body).id);
    expect(ids).toHaveLength(12);
    expect(ids).not.toEqual(ids.toSorted((a, b) => Number(a) - Number(b)));
  });

  rule(
    'what is lost never comes, by rate or by topic',
    { fact: 'shopify.md §3.1', mark: 'second-hand' },
    async () => {
      setWebhookSwitches(sandbox.world, { lostTopics: ['orders/paid'] });
      send('orders/paid');
      send('orders/create');
      setWebhookSwitches(sandbox.world, { lostTopics: [], lossRate: 1 });
      send('orders/cancelled');
      await sandbox.world.advanceClock(24 * hour);
      expect((await arrived()).map(({ headers }) => headers['x-shopify-topic'])).toEqual(['orders/create']);
    },
  );

  rule(
    'a wrong or missing signature, and the secret before a rotation',
    { fact: 'shopify.md §3.1', mark: 'second-hand' },
    async () => {
      setWebhookSwitches(sandbox.world, { signature: 'wrong' });
      send();
      setWebhookSwitches(sandbox.world, { signature: 'missing' });
      send();
      sandbox.world.app.previousSecret = 'the-secret-before';
      setWebhookSwitches(sandbox.world, { signature: 'right', signWith: 'previous' });
      send();
      const signed = (secret: string, body: string) =>
        createHmac('sha256', secret).update(body).digest('base64');
      const given = (await arrived()).map(({ headers, body }) => {
        const signature = headers['x-shopify-hmac-sha256'];
        if (signature === undefined) return 'missing';
        if (signature === signed('the-secret-before', body)) return 'previous';
        return signature === signed(apiSecret, body) ? 'right' : 'wrong';
      });
      expect(given.toSorted()).toEqual(['missing', 'previous', 'wrong']);
    },
  );

  rule(
    'what was held back goes out when it is let go; anything can be sent once more',
    { fact: 'rule of the sandbox', mark: 'verified' },
    async () => {
      setWebhookSwitches(sandbox.world, { held: true });
      send();
      expect(await arrived()).toEqual([]);
      setWebhookSwitches(sandbox.world, { held: false });
      const [first] = await arrived();
      expect(first).toBeDefined();
      redeliver(sandbox.world, String(first?.headers['x-shopify-webhook-id']));
      expect(await arrived()).toHaveLength(2);
    },
  );
});

describe('the life of an installation', () => {
  rule(
    'uninstalling says so at once, shop/redact follows after 48 hours',
    { fact: 'shopify.md §3.6', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.uninstallApp(shop);
      expect(await arrived('app/uninstalled')).toHaveLength(1);
      await sandbox.world.advanceClock(48 * hour);
      const [redact] = await arrived('shop/redact');
      expect(JSON.parse(redact?.body ?? '')).toEqual({ shop_id: Number(shop.id), shop_domain: shop.domain });
    },
  );

  rule(
    'who reinstalls within 48 hours gets no shop/redact',
    { fact: 'shopify.md §3.6', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.uninstallApp(shop);
      await sandbox.world.advanceClock(47 * hour);
      sandbox.world.installApp(shop);
      await sandbox.world.advanceClock(24 * hour);
      expect(await arrived('shop/redact')).toEqual([]);
    },
  );

  rule(
    'changed scopes come with those before and those now',
    { fact: 'shopify.md §3.6', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      const previous = shop.install.grantedScopes;
      sandbox.world.installApp(shop, [...previous, 'read_customers']);
      const [update] = await arrived('app/scopes_update');
      expect(JSON.parse(update?.body ?? '')).toMatchObject({
        shop_id: `gid://shopify/Shop/${shop.id}`,
        previous,
        current: [...previous, 'read_customers'].toSorted(),
      });
    },
  );

  rule(
    'a customer’s request names the customer and the orders; erasure follows after 10 days',
    { fact: 'shopify.md §3.6', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      const customer = shop.customers[0];
      if (!customer) throw new Error('The shop has no customer');
      requestCustomerData(sandbox.world, shop, customer);
      requestErasure(sandbox.world, shop, customer);
      const [request] = await arrived('customers/data_request');
      expect(request?.path).toBe('/webhooks/privacy');
      expect(JSON.parse(request?.body ?? '')).toMatchObject({
        shop_domain: shop.domain,
        customer: { id: Number(customer.id), email: customer.email },
        orders_requested: [],
      });
      await sandbox.world.advanceClock(10 * 24 * hour);
      expect(await arrived('customers/redact')).toHaveLength(1);
    },
  );
});
