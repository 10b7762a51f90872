/** What must not be sent any more is not sent: paused, removed and uninstalled while it waited, deleted, erased. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeliveryOptions } from '../../../app/delivery/delivery.ts';
import { createShopsInForce } from '../../../app/record/shop.ts';
import { createErasure } from '../../../app/store/erasure.ts';
import { bareOrder, testFlow, webOrder, type Flow } from '../../support/flow.ts';

let flow: Flow & { close(): Promise<void> };
beforeEach(async () => {
  flow = await testFlow();
});
afterEach(() => flow.close());

const MINUTE = 60_000;
const taken = async (topic: string, order: unknown): Promise<void> => {
  const answer = await flow.webhook(topic, order);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
};
const waiting = async (): Promise<string[]> =>
  (await flow.rows<{ waiting_for: string }>('SELECT waiting_for FROM queue ORDER BY id')).map(
    (row) => row.waiting_for,
  );
const settled = (): Promise<{ state: string; reason: string; rule: string | null }[]> =>
  flow.rows('SELECT state, reason, rule FROM order_deliveries ORDER BY order_id');
const closes = async (): Promise<void> => {
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
};
const uninstall = (): Promise<boolean> =>
  flow.store.installs.markUninstalled(flow.shop.domain, flow.clock.now());
const setState = (state: 'active' | 'paused'): Promise<unknown> =>
  flow.store.shop(flow.shop.id).pixels.change(flow.pixel.id, { state }, 'staff');

describe('a worker that remembers the shop as it was', () => {
  /** Another process: its memory of shops and pixels is older than what the database says. */
  function forgetful(change: Partial<DeliveryOptions> = {}) {
    return flow.newDelivery({
      shops: createShopsInForce({ store: flow.store, keepMs: 3_600_000 }),
      ...change,
    });
  }
  /** Acts between finding the pixel and taking its rows. */
  function before(act: () => Promise<unknown>, transaction: number): Partial<DeliveryOptions> {
    const { database } = flow.store;
    let seen = 0;
    return {
      database: {
        rows: database.rows,
        run: database.run,
        async transaction(work) {
          seen += 1;
          if (seen === transaction) await act();
          return database.transaction(work);
        },
      },
    };
  }

  test.each([
    ['uninstalls', uninstall],
    ['pauses the pixel', () => setState('paused')],
    ['removes the pixel', () => flow.store.shop(flow.shop.id).pixels.remove(flow.pixel.id, 'staff')],
  ])('sends nothing when staff %s between its look and its claim', async (_name, act) => {
    await taken('orders/create', webOrder());
    flow.clock.advance(5 * MINUTE);
    await forgetful(before(act, 1)).runDue();
    expect(flow.tiktok.requests).toEqual([]);
    await closes();
  });

  test.each([
    ['uninstalls', uninstall],
    ['pauses the pixel', () => setState('paused')],
  ])('sends nothing when staff %s between its claim and its request', async (_name, act) => {
    await taken('orders/create', webOrder());
    flow.clock.advance(5 * MINUTE);
    await forgetful(before(act, 2)).runDue();
    expect(flow.tiktok.requests).toEqual([]);
    expect(await waiting()).toEqual(['pixel']);
    await closes();
  });

  test('sends nothing after an uninstall that another process took, and goes on after the reinstall', async () => {
    const worker = forgetful();
    await taken('orders/create', webOrder());
    flow.clock.advance(MINUTE);
    expect((await worker.runDue()).sent).toBe(1);
    await taken('orders/create', webOrder({ id: 6100000000002, name: '#2' }));
    flow.clock.advance(MINUTE);
    await uninstall();
    expect((await worker.runDue()).requests).toBe(0);
    flow.clock.advance(MINUTE);
    await flow.store.installs.install({ ...flow.shop });
    expect((await worker.runDue()).sent).toBe(1);
  });
});

test('an order whose hold ends while its pixel is paused says that it waits for the pixel', async () => {
  await taken('orders/create', bareOrder());
  const [first] = await waiting();
  expect(['context', 'identity']).toContain(first);
  await setState('paused');
  await flow.delivery.hold(flow.pixel.id);
  flow.clock.advance(8 * 24 * 60 * MINUTE);
  await flow.delivery.runDue();
  expect(await waiting()).toEqual(['pixel']);
  await closes();
  await setState('active');
  await flow.delivery.runDue();
  expect(await waiting()).toEqual([]);
  await closes();
});

test('what a removed pixel still had to send ends as skipped', async () => {
  await taken('orders/create', webOrder());
  await flow.store.shop(flow.shop.id).pixels.remove(flow.pixel.id, 'staff');
  await flow.delivery.runDue();
  expect(await settled()).toEqual([{ state: 'skipped', reason: 'pixel_removed', rule: 'pixel.removed' }]);
  expect(await waiting()).toEqual([]);
  await closes();
});

test('an order that Shopify deletes while it waits is not sent', async () => {
  const order = webOrder();
  await taken('orders/create', order);
  await taken('orders/delete', { id: order.id });
  flow.clock.advance(5 * MINUTE);
  await flow.delivery.runDue();
  expect(flow.tiktok.requests).toEqual([]);
  expect(await settled()).toEqual([{ state: 'skipped', reason: 'deleted', rule: 'order.deleted' }]);
  await closes();
});

test('the deletion of an order that never came stores nothing, and an order that comes after it counts', async () => {
  const order = webOrder();
  await taken('orders/delete', { id: order.id });
  expect(await flow.rows('SELECT 1 FROM orders')).toEqual([]);
  await taken('orders/create', order);
  expect(await flow.rows('SELECT gone_at FROM orders')).toEqual([{ gone_at: null }]);
});

test('an order whose person is erased while it waits is not sent', async () => {
  const order = webOrder();
  await taken('orders/create', order);
  await createErasure(flow.store.database).eraseCustomer(
    flow.shop.id,
    { customer: null, emails: [], orderIds: [String(order.id)] },
    flow.clock.now(),
  );
  flow.clock.advance(5 * MINUTE);
  await flow.delivery.runDue();
  expect(flow.tiktok.requests).toEqual([]);
  expect(await settled()).toEqual([{ state: 'skipped', reason: 'facts_gone', rule: 'privacy.erased' }]);
  await closes();
});

test('what may have reached TikTok is never called skipped', async () => {
  const order = webOrder();
  await taken('orders/create', order);
  flow.clock.advance(MINUTE);
  flow.tiktok.reply((_request, req) => req.socket.destroy());
  await flow.delivery.runDue();
  await taken('orders/delete', { id: order.id });
  flow.clock.advance(MINUTE);
  await flow.delivery.runDue();
  expect(await settled()).toMatchObject([{ state: 'error', reason: 'never_confirmed' }]);
  await closes();
});
