/** What only the Admin API knows is asked for once, when an enabled rule needs it, and what cannot be had is said. */
import { afterEach, expect, test } from 'vitest';
import type { OrderFacts } from '../../../app/conversion/facts.ts';
import type { SourceRule } from '../../../app/conversion/settings.ts';
import { eventDetail } from '../../../app/delivery/detail.ts';
import { compareShop } from '../../../app/ledger/compare.ts';
import { planReplay, runReplay } from '../../../app/ledger/replay.ts';
import { adminApiSwitches } from '../../../sandbox/admin/graphql/endpoint.ts';
import { drainBucket } from '../../../sandbox/admin/graphql/cost.ts';
import {
  redeliver,
  setWebhookSwitches,
  webhookLog,
  webhooksSettled,
} from '../../../sandbox/admin/webhooks.ts';
import { deleteOrder, payOrder, placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind, type OrderKind } from '../../../sandbox/orders/kinds.ts';
import type { SandboxOrder } from '../../../sandbox/world.ts';
import { shopifyFlow, type ShopifyFlow } from '../../support/shopify-flow.ts';

const GRANTED = ['read_orders', 'read_products', 'read_customers', 'read_markets'];
let flow: ShopifyFlow;
afterEach(() => flow.close());

const VIP: SourceRule = {
  id: 'vip',
  on: true,
  action: 'block',
  field: 'customer_tag',
  operator: 'is',
  values: ['vip'],
};

async function open(options: { scopes?: string[]; rules?: SourceRule[]; b2b?: 'block' } = {}): Promise<void> {
  flow = await shopifyFlow({ start: '2026-10-05T10:00:00.000Z', scopes: options.scopes ?? GRANTED });
  await flow.settings((version) => {
    version.shop.rules = options.rules ?? [VIP];
    if (options.b2b) version.shop.sources.b2b = options.b2b;
  });
}

/** Placed by a customer who is tagged, and its webhooks have come. */
async function place(kind: OrderKind = 'plain'): Promise<SandboxOrder> {
  const { world } = flow.sandbox;
  const order = placeOrder(world, flow.seller, draftOfKind(world, flow.seller, kind));
  for (const customer of flow.seller.customers) customer.tags = ['vip'];
  await webhooksSettled(world);
  return order;
}

const questions = (): number =>
  flow.sandbox.world.events.filter(
    ({ kind, detail }) => kind === 'graphql' && detail['operation'] === 'OrdersTold',
  ).length;

const queue = () =>
  flow.rows<{ waiting_for: string; due_at: Date }>('SELECT waiting_for, due_at FROM queue ORDER BY id');
const causes = async (): Promise<string[]> =>
  (await flow.rows<{ cause: string }>('SELECT cause FROM order_revisions ORDER BY order_id, revision')).map(
    ({ cause }) => cause,
  );
const outcomes = () =>
  flow.rows<{ state: string; reason: string; rule: string | null }>(
    'SELECT state, reason, rule FROM order_deliveries ORDER BY order_id',
  );
async function factsOf(order: SandboxOrder): Promise<OrderFacts> {
  const [row] = await flow.rows<{ facts: string }>(
    `SELECT v.facts FROM orders o JOIN order_revisions v USING (shop_id, order_id, revision) WHERE o.order_id = $1`,
    [order.id],
  );
  return JSON.parse(row?.facts ?? '{}') as OrderFacts;
}
const detailOf = (order: SandboxOrder) =>
  eventDetail(
    { database: flow.store.database, keyring: flow.keyring, shops: flow.shops },
    flow.shop.id,
    flow.pixel.id,
    `order-${order.id}`,
  );
async function closes(): Promise<void> {
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
}
/** Past the hold for the visit, which is no subject here. */
async function finish(): Promise<void> {
  await flow.delivery.runDue();
  flow.clock.advance(61_000);
  await flow.delivery.runDue();
  await closes();
}

test('asked once, though the webhooks came three times: a revision of its own, judged anew, kept back by the rule', async () => {
  await open();
  const order = await place();
  expect(await queue()).toMatchObject([{ waiting_for: 'shopify' }]);
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 1, waiting: 0 });
  await flow.delivery.runDue();
  for (let time = 0; time < 3; time += 1) {
    flow.clock.advance(1_000);
    payOrder(flow.sandbox.world, flow.seller, order);
    for (const { webhookId } of [...webhookLog(flow.sandbox.world)]) redeliver(flow.sandbox.world, webhookId);
    await webhooksSettled(flow.sandbox.world);
    await flow.enquiry.askDue();
  }
  expect(questions()).toBe(1);
  expect((await causes()).filter((cause) => cause === 'fetched')).toEqual(['fetched']);
  expect((await factsOf(order)).fetched).toMatchObject({ customerTags: ['vip'] });
  await finish();
  expect(await outcomes()).toEqual([{ state: 'skipped', reason: 'source_rule', rule: 'rule:vip' }]);
  expect(flow.tiktok.taken).toEqual([]);
});

test('several orders are asked about in one question, and none twice', async () => {
  await open();
  for (let order = 0; order < 5; order += 1) await place();
  const together = await Promise.all([flow.enquiry.askDue(), flow.newEnquiry().askDue()]);
  expect(together.map(({ told }) => told).reduce((sum, told) => sum + told)).toBe(5);
  expect(questions()).toBeLessThanOrEqual(2);
  expect((await causes()).filter((cause) => cause === 'fetched').length).toBe(5);
  expect(await flow.enquiry.askDue()).toEqual({ asked: 0, told: 0, waiting: 0 });
});

test('nobody is asked when no rule needs it, nor when no answer could change anything', async () => {
  await open({ rules: [{ ...VIP, on: false }] });
  await place();
  expect(await queue()).toMatchObject([{ waiting_for: 'context' }]);
  await flow.settings((version) => {
    version.shop.rules = [VIP];
  });
  const pos = await place('pos');
  expect(await outcomes()).toMatchObject([{ reason: 'pos' }]);
  expect(await flow.enquiry.askDue()).toEqual({ asked: 0, told: 0, waiting: 0 });
  expect(questions()).toBe(0);
  expect((await factsOf(pos)).fetched).toBeUndefined();
});

test('a company, and a market: what only Shopify knows decides for the switch and for an allowing rule', async () => {
  await open({ rules: [], b2b: 'block' });
  const order = await place();
  // Shopify's webhooks do not promise to name the company; the Admin API does.
  order.company = { id: '71', locationId: '72' };
  await flow.enquiry.askDue();
  expect((await factsOf(order)).fetched).toEqual({ company: true });
  await finish();
  expect(await outcomes()).toEqual([{ state: 'skipped', reason: 'b2b', rule: 'switch:b2b' }]);

  await flow.settings((version) => {
    version.shop.sources.b2b = 'block';
    version.shop.rules = [
      { ...VIP, id: 'abroad', field: 'market', operator: 'is_not', values: ['zz'], action: 'allow' },
    ];
  });
  const abroad = await place('b2b');
  await flow.enquiry.askDue();
  expect((await factsOf(abroad)).fetched).toEqual({ company: true, markets: ['us'] });
  await finish();
  expect((await outcomes())[1]).toMatchObject({ state: 'sent' });
});

test('a scope that was not granted: the order goes on at once, and its page names the rule and why', async () => {
  await open({ scopes: ['read_orders', 'read_products'] });
  const order = await place();
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 1, waiting: 0 });
  expect((await factsOf(order)).notTold).toEqual({ customerTags: 'denied' });
  await finish();
  expect(await outcomes()).toMatchObject([{ state: 'sent' }]);
  expect(await detailOf(order)).toMatchObject({
    unasked: [{ rule: { place: 0, field: 'customer_tag' }, why: 'denied' }],
    rebuilt: { state: 'same' },
  });
});

test('Shopify fails, then answers: the order waits and the rule is asked', async () => {
  await open();
  await place();
  Object.assign(adminApiSwitches(flow.sandbox.world), { failWith: 503, failures: 1 });
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 0, waiting: 1 });
  expect(await queue()).toMatchObject([
    { waiting_for: 'shopify', due_at: new Date('2026-10-05T10:03:30.000Z') },
  ]);
  await closes();
  await flow.delivery.runDue();
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 1, waiting: 0 });
  await finish();
  expect(await outcomes()).toMatchObject([{ rule: 'rule:vip' }]);
});

test('Shopify stays down: three and a half minutes after the purchase the order goes on, and says that nobody answered', async () => {
  await open();
  const order = await place();
  Object.assign(adminApiSwitches(flow.sandbox.world), { failWith: 503, failures: null });
  for (let second = 0; second < 212; second += 2) {
    expect(await outcomes()).toEqual([]);
    await flow.enquiry.askDue();
    await flow.delivery.runDue();
    flow.clock.advance(2_000);
  }
  await flow.enquiry.askDue();
  await flow.delivery.runDue();
  await closes();
  expect(await outcomes()).toMatchObject([{ state: 'sent' }]);
  expect((await factsOf(order)).notTold).toEqual({ customerTags: 'no_answer' });
  // It rests between its tries: far fewer questions than sweeps.
  const tried = flow.lines.filter((line) => line.includes('Shopify did not tell what rules need')).length;
  expect(tried).toBeGreaterThan(3);
  expect(tried).toBeLessThan(20);
});

test('an app that is not connected: the order says so in the end', async () => {
  await open();
  const order = await place();
  const lost = flow.newEnquiry({
    ordersOf: () => ({ told: () => Promise.resolve({ ok: false, problem: { kind: 'reconnect' } }) }),
  });
  expect(await lost.askDue()).toMatchObject({ waiting: 1 });
  flow.clock.advance(211_000);
  expect(await lost.askDue()).toMatchObject({ told: 1 });
  expect((await factsOf(order)).notTold).toEqual({ customerTags: 'not_connected' });
});

test('an order that Shopify does not have any more: not asked again', async () => {
  await open();
  const order = await place();
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  deleteOrder(flow.sandbox.world, flow.seller, order);
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 1, waiting: 0 });
  expect((await factsOf(order)).notTold).toEqual({ customerTags: 'gone' });
  expect(await flow.enquiry.askDue()).toMatchObject({ asked: 0 });
});

test('a process that dies while Shopify thinks loses nothing: another asks when its lease ends', async () => {
  await open();
  await place();
  const dying = flow.newEnquiry({
    ordersOf: () => ({ told: () => Promise.reject(new Error('The process ended.')) }),
  });
  await expect(dying.askDue()).rejects.toThrow('The process ended.');
  expect(await flow.enquiry.askDue()).toEqual({ asked: 0, told: 0, waiting: 0 });
  await flow.delivery.runDue();
  expect(await outcomes()).toEqual([]);
  flow.clock.advance(121_000);
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 1, waiting: 0 });
  await finish();
  expect(await outcomes()).toMatchObject([{ rule: 'rule:vip' }]);
});

test('all workers were down for an hour: the rule is asked all the same before the order goes', async () => {
  await open();
  await place();
  flow.clock.advance(3_600_000);
  await flow.delivery.runDue();
  expect(await outcomes()).toEqual([]);
  await flow.enquiry.askDue();
  await finish();
  expect(await outcomes()).toMatchObject([{ rule: 'rule:vip' }]);
});

test('an empty bucket is waited for, not run against', async () => {
  await open();
  await place();
  drainBucket(flow.sandbox.world, flow.seller);
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 1, waiting: 0 });
  expect(questions()).toBe(1);
});

test('an order found by comparison brings the answer along: nobody asks a second time', async () => {
  await open();
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  await place();
  await flow.pass(3_600_000);
  expect(await compareShop(flow.compare, flow.shop.id)).toMatchObject({ found: 1 });
  expect(await outcomes()).toMatchObject([{ state: 'skipped', rule: 'rule:vip' }]);
  expect(await flow.enquiry.askDue()).toMatchObject({ asked: 0 });
  expect(questions()).toBe(0);
});

test('an order found by comparison without the scope is not asked about either', async () => {
  await open({ scopes: ['read_orders', 'read_products'] });
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  const order = await place();
  await flow.pass(3_600_000);
  await compareShop(flow.compare, flow.shop.id);
  expect((await factsOf(order)).notTold).toEqual({ customerTags: 'denied' });
  expect(await flow.enquiry.askDue()).toMatchObject({ asked: 0 });
  await finish();
  expect(await outcomes()).toMatchObject([{ state: 'sent' }]);
});

test('a replay under a new rule: every order is asked about once, in one question, and goes or stays by the answer', async () => {
  await open({ rules: [] });
  const kept = await place();
  const goes = await place();
  goes.customerId = null;
  await flow.delivery.runDue();
  await finish();
  expect(await outcomes()).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
  expect(questions()).toBe(0);

  await flow.settings((version) => {
    version.shop.rules = [VIP];
  });
  const filter = { from: '2026-10-01', to: '2026-10-31' };
  const replay = async () => {
    const { planned } = (await planReplay(flow.replays, flow.shop.id, filter)) ?? { planned: [] };
    const how = { actor: 'Ada', evenIfTwice: false, filter };
    return { planned, done: await runReplay(flow.replays, flow.shop.id, planned, how) };
  };
  // The dry run says what the order waits for, and asks nobody.
  const first = await replay();
  expect(first.planned.map(({ verdict }) => verdict)).toMatchObject([
    { kind: 'wait', reason: 'shopify' },
    { kind: 'wait', reason: 'shopify' },
  ]);
  expect(first.done).toMatchObject({ queued: 2, refused: 0 });
  expect(questions()).toBe(0);
  await flow.delivery.runDue();
  expect(await queue()).toMatchObject([{ waiting_for: 'shopify' }, { waiting_for: 'shopify' }]);
  expect(await flow.enquiry.askDue()).toEqual({ asked: 1, told: 2, waiting: 0 });
  await finish();
  // The first is kept back now, and what TikTok took of it then is what stands.
  expect(await outcomes()).toMatchObject([
    { state: 'sent', reason: 'accepted' },
    { state: 'sent', reason: 'accepted' },
  ]);
  expect(await detailOf(kept)).toMatchObject({ rebuilt: { state: 'same' } });
  expect((await factsOf(kept)).fetched).toMatchObject({ customerTags: ['vip'] });
  expect((await factsOf(goes)).fetched).toMatchObject({ customerTags: [] });
  expect(flow.tiktok.taken.map(({ event_id: id }) => id).sort()).toEqual(
    [`order-${kept.id}`, `order-${goes.id}`, `order-${goes.id}`].sort(),
  );

  // Once for an order: the next replay knows the answers.
  const again = await replay();
  expect(again.planned.map(({ verdict }) => verdict.kind)).toEqual(['skip', 'send']);
  await flow.delivery.runDue();
  expect(await flow.enquiry.askDue()).toEqual({ asked: 0, told: 0, waiting: 0 });
  await finish();
  expect(questions()).toBe(1);
});
