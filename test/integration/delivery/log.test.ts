/** The log page's queries: every place an event can stand, newest first, page by page, one shop only; and its payload rebuilt. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventDetail } from '../../../app/delivery/detail.ts';
import { hashedEmail } from '../../../app/conversion/identity.ts';
import { keysOfBits } from '../../../app/conversion/readiness.ts';
import { createDeliveryLog, type DeliveryLog, type LogFilter } from '../../../app/store/log.ts';
import { bareOrder, checkoutEvent, pageEvent, testFlow, webOrder, type Flow } from '../../support/flow.ts';

let flow: Flow;
let log: DeliveryLog;
beforeEach(async () => {
  flow = await testFlow();
  log = createDeliveryLog({ database: flow.store.database, shopId: flow.shop.id });
});
afterEach(() => flow.close());

async function traffic(): Promise<void> {
  for (let at = 0; at < 7; at += 1) {
    await flow.beacon([
      pageEvent({ id: `page-${at}`, shopifyId: `page-${at}`, at: `2026-10-05T18:5${at % 4}:00.000Z` }),
    ]);
    await flow.webhook(
      'orders/create',
      webOrder({ id: 100 + at, name: `#${at}`, processed_at: `2026-10-05T18:54:4${at}Z` }),
    );
  }
  await flow.webhook('orders/create', webOrder({ id: 200, name: '#200', test: true }));
  await flow.delivery.runDue();
}

test('pages hold every event once, newest first, whatever it waits for or how it ended', async () => {
  await traffic();
  const seen: string[] = [];
  const times: number[] = [];
  let after: string | null = null;
  do {
    const page = await log.page({ limit: 4, after });
    seen.push(...page.entries.map(({ eventId }) => eventId));
    times.push(...page.entries.map(({ occurredAt }) => occurredAt.getTime()));
    after = page.next;
  } while (after !== null);
  expect(seen.length).toBe(15);
  expect(new Set(seen).size).toBe(15);
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

test('filters by state, order, event id and kind', async () => {
  await traffic();
  const ids = async (filter: LogFilter) =>
    (await log.page({ limit: 50, filter })).entries.map(({ eventId }) => eventId).sort();
  expect((await ids({ state: 'sent' })).length).toBe(7);
  expect(await ids({ state: 'skipped' })).toEqual(['order-200']);
  expect((await ids({ state: 'waiting' })).length).toBe(7);
  expect(await ids({ order: '#200' })).toEqual(['order-200']);
  expect(await ids({ order: '103' })).toEqual(['order-103']);
  expect(await ids({ order: '3' })).toEqual(['order-103']);
  expect(await ids({ eventId: 'page-3' })).toEqual(['page-3']);
  expect((await ids({ kind: 'page' })).length).toBe(7);
  expect((await ids({ kind: 'page', state: 'waiting' })).length).toBe(0);
  expect(await ids({ order: 'nothing\u0000' })).toEqual([]);
  expect(await ids({ pixelId: 'abc' })).toEqual([]);
  expect((await log.page({ limit: 1, after: 'bogus' })).entries.length).toBe(1);
});

test('filters by reason, by when it happened and by a buyer, and keeps its place in all of them', async () => {
  await traffic();
  const ids = async (filter: LogFilter) =>
    (await log.page({ limit: 50, filter })).entries.map(({ eventId }) => eventId).sort();
  expect(await ids({ reason: 'test_order' })).toEqual(['order-200']);
  expect(await ids({ reason: 'test_order', state: 'sent' })).toEqual([]);
  expect((await ids({ reason: 'accepted' })).length).toBe(7);
  expect((await ids({ reason: 'context' })).length).toBe(7);
  expect(await ids({ reason: 'context', state: 'skipped' })).toEqual([]);
  expect(await ids({ reason: 'no such \u0000' })).toEqual([]);

  const from = new Date('2026-10-05T18:54:43.000Z');
  const to = new Date('2026-10-05T18:54:45.000Z');
  expect(await ids({ from, to })).toEqual(['order-103', 'order-104']);
  expect(await ids({ from, to, state: 'sent' })).toEqual([]);

  const key = await flow.store.shop(flow.shop.id).key();
  const emailKey = flow.keyring.hmac(key, 'email', hashedEmail(' Ada@Example.com ') ?? '');
  await flow.webhook(
    'orders/create',
    webOrder({ id: 300, name: '#300', email: 'ada@example.com', contact_email: null, customer: null }),
  );
  expect(await ids({ emailKey })).toEqual(['order-300']);
  expect(await ids({ emailKey: Buffer.alloc(32) })).toEqual([]);

  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page = await log.page({ limit: 3, after, filter: { reason: 'context' } });
    seen.push(...page.entries.map(({ eventId }) => eventId));
    after = page.next;
  } while (after !== null);
  expect(new Set(seen).size).toBe(8);
  expect(seen.length).toBe(8);
});

test('tells which match keys went along, and none where nothing was sent', async () => {
  await flow.webhook('orders/create', webOrder());
  await flow.webhook('orders/create', webOrder({ id: 200, name: '#200', test: true }));
  flow.clock.advance(61_000);
  await flow.delivery.runDue();
  const { entries } = await log.page({ limit: 5 });
  const keysOf = (id: string) => entries.find(({ eventId }) => eventId === id)?.matchKeys;
  const rebuilt = (await detail('order-5778367414385'))?.rebuilt;
  if (rebuilt?.state !== 'same') throw new Error('It was not sent.');
  expect(keysOfBits(keysOf('order-5778367414385') ?? 0).sort()).toEqual(
    Object.keys(rebuilt.event.user).sort(),
  );
  expect(keysOf('order-200')).toBeNull();
});

test('another shop sees nothing of it', async () => {
  await traffic();
  const other = createDeliveryLog({ database: flow.store.database, shopId: '5500000000009' });
  expect(await other.page({ limit: 10 })).toEqual({ entries: [], next: null });
  expect(await other.record(flow.pixel.id, 'order-100')).toBeNull();
});

const detail = (eventId: string) =>
  eventDetail({ ...flow, database: flow.store.database }, flow.shop.id, flow.pixel.id, eventId);

test('what was sent is made again byte for byte, with the context that was joined', async () => {
  const order = bareOrder();
  await flow.beacon([checkoutEvent(String(order['checkout_token']))], {
    click: { id: 'E.C.P.click', at: '2026-10-05T18:40:00.000Z', from: 'kept' },
  });
  await flow.webhook('orders/create', order);
  await flow.delivery.runDue();
  const purchase = await detail(`order-${order.id}`);
  expect(purchase?.rebuilt).toMatchObject({
    state: 'same',
    event: { event: 'CompletePayment', user: { ttclid: 'E.C.P.click' } },
  });
  expect(purchase?.revisions.map(({ cause }) => cause)).toEqual(['orders/create', 'context']);
  expect(purchase?.evidence).toMatchObject({ source: 'client', choice: { marketing: true } });
  expect(purchase?.record.requests).toMatchObject([
    { outcome: 'accepted', code: 0, requestId: '2026112012000001' },
  ]);
  expect(await detail(`checkout-${String(order['checkout_token'])}`)).toMatchObject({
    rebuilt: { state: 'same' },
  });
});

test('later edits and later context change nothing of what was sent', async () => {
  await flow.webhook('orders/create', webOrder());
  flow.clock.advance(61_000);
  await flow.delivery.runDue();
  await flow.webhook('orders/updated', webOrder({ updated_at: '2026-10-05T16:00:00-04:00', tags: 'later' }));
  await flow.beacon([checkoutEvent('84ad78572dae52a8cbea7d55371afe89')]);
  await flow.delivery.runDue();
  expect((await detail('order-5778367414385'))?.rebuilt).toMatchObject({ state: 'same' });
});

test('what redaction took away says so and is no mismatch', async () => {
  await flow.webhook('orders/create', webOrder());
  flow.clock.advance(61_000);
  await flow.delivery.runDue();
  await flow.rows('UPDATE order_revisions SET match_sealed = NULL, redacted_at = $1', [flow.clock.now()]);
  expect((await detail('order-5778367414385'))?.rebuilt).toEqual({ state: 'impossible', why: 'redacted' });
});

test('what waits shows what would go', async () => {
  await flow.webhook('orders/create', webOrder());
  expect(await detail('order-5778367414385')).toMatchObject({
    record: { entry: { state: 'waiting', reason: 'context', orderName: '#1017' } },
    rebuilt: { state: 'not_sent', event: { event: 'CompletePayment' } },
  });
});
