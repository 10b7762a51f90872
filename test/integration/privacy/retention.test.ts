/** What is past its age is deleted, a late webhook of it is never sent, and the books still agree with their rows. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkBooks, closeDays } from '../../../app/ledger/books.ts';
import { changeKeep, keepOf, type KeepChoice } from '../../../app/privacy/keep.ts';
import { keepWhatIsDue, monthsBefore } from '../../../app/privacy/retention.ts';
import { bareOrder, checkoutEvent, pageEvent, webOrder } from '../../support/flow.ts';
import { accept, refuse } from '../../support/tiktok.ts';
import { shopifyFlow, type ShopifyFlow } from '../../support/shopify-flow.ts';

const DAY = 86_400_000;
let flow: ShopifyFlow;
beforeEach(async () => {
  flow = await shopifyFlow({ start: '2026-10-05T18:54:50.000Z' });
});
afterEach(() => flow.close());

const run = () =>
  keepWhatIsDue({
    ...flow,
    database: flow.store.database,
    partitions: flow.store.partitions,
    clickWindowDays: () => Promise.resolve(28),
  });
const choose = (chosen: KeepChoice) =>
  changeKeep({ database: flow.store.database, clock: flow.clock }, flow.shop.id, chosen, {
    actor: 'Ada (1)',
    owner: true,
  });
const count = async (table: string) => (await flow.rows(`SELECT 1 FROM ${table}`)).length;
const check = () => checkBooks(flow.books, flow.shop.id);
async function settle(): Promise<void> {
  flow.clock.advance(300_000);
  await flow.delivery.runDue();
}
const freshPage = () => pageEvent({ at: new Date(flow.clock.now().getTime() - 60_000).toISOString() });

test('orders go after thirteen months, sooner where the shop chose so, and never come back to be sent', async () => {
  await flow.webhook('orders/create', webOrder());
  await settle();
  flow.clock.advance(120 * DAY);
  await run();
  expect(await count('orders')).toBe(1);
  await choose({ pageDays: 30, orderMonths: 3 });
  await run();
  expect(await count('orders')).toBe(0);
  expect(await flow.totals()).toEqual({ totals: [], rows: [] });

  await flow.webhook('orders/updated', webOrder({ updated_at: flow.clock.now().toISOString() }));
  await flow.delivery.runDue();
  expect(flow.tiktok.taken).toHaveLength(1);
  expect(await flow.rows('SELECT reason FROM order_deliveries')).toEqual([{ reason: 'too_old' }]);
  expect((await check())?.totals).toEqual([]);
});

test('a choice is taken within its bounds, and stands in the audit with what was before', async () => {
  const shopId = flow.shop.id;
  expect(await keepOf(flow.store.database, shopId)).toMatchObject({ pageDays: 30, orderMonths: 13 });
  for (const chosen of [
    { pageDays: 6, orderMonths: 2 },
    { pageDays: 31, orderMonths: 14 },
    { pageDays: 7.5, orderMonths: Number.NaN },
  ])
    expect(await choose(chosen)).toEqual({
      ok: false,
      errors: {
        pageDays: expect.stringContaining('7 to 30'),
        orderMonths: expect.stringContaining('3 to 13'),
      },
    });
  expect(await choose({ pageDays: 7, orderMonths: 13 })).toEqual({ ok: true, changed: true });
  expect(await choose({ pageDays: 7, orderMonths: 13 })).toEqual({ ok: true, changed: false });
  expect(await keepOf(flow.store.database, shopId)).toMatchObject({ pageDays: 7, orderMonths: 13 });
  const entries = await flow.store.shop(shopId).audit.list({ limit: 9 });
  expect(entries.filter(({ action }) => action === 'retention.changed')).toMatchObject([
    {
      actor: 'Ada (1)',
      before: '{"pageDays":30,"orderMonths":13}',
      after: '{"pageDays":7,"orderMonths":13}',
    },
  ]);
});

test('page events go as soon as the shop chose, and the check misses none of them, also after a longer choice', async () => {
  await flow.beacon([freshPage()]);
  await flow.webhook('orders/create', webOrder());
  await settle();
  flow.clock.advance(10 * DAY);
  await flow.beacon([freshPage()]);
  await settle();
  expect(await count('page_deliveries')).toBe(2);
  await run();
  expect(await count('page_events')).toBe(2);

  await choose({ pageDays: 7, orderMonths: 13 });
  // Chosen, and not yet done: the books are checked at any moment.
  expect(await check()).toMatchObject({ totals: [] });
  await run();
  expect([await count('page_events'), await count('page_deliveries')]).toEqual([1, 1]);
  expect(await check()).toMatchObject({ totals: [] });
  await choose({ pageDays: 30, orderMonths: 13 });
  await run();
  expect(await check()).toMatchObject({ totals: [] });

  // What is inside the age is still checked.
  await flow.rows('DELETE FROM page_deliveries');
  expect((await check())?.totals).toHaveLength(1);
});

test('a page event that still waits stays, whatever its age', async () => {
  await flow.rows(`UPDATE pixels SET state = 'paused'`);
  await flow.beacon([freshPage()]);
  await choose({ pageDays: 7, orderMonths: 13 });
  flow.clock.advance(9 * DAY);
  await run();
  expect([await count('queue'), await count('page_events')]).toEqual([1, 1]);
});

test('days whose statements are past their age are not closed again, and the chain still holds', async () => {
  await flow.webhook('orders/create', webOrder());
  await settle();
  await choose({ pageDays: 30, orderMonths: 3 });
  await flow.pass(8 * DAY);
  expect(await closeDays(flow.books, flow.shop.id)).toHaveLength(5);
  await flow.pass(100 * DAY);
  await run();
  expect(await count('statements')).toBe(0);
  // A hundred days take long to close; as if all but the last had been closed and had passed their age.
  await flow.rows('UPDATE shops SET orders_kept_from = $1', ['2027-01-16']);
  expect((await closeDays(flow.books, flow.shop.id)).map(({ day }) => day)).toEqual([
    '2027-01-16',
    '2027-01-17',
  ]);
  const checked = await check();
  expect(checked?.sound).toBe(true);
});

test('a visit is there as long as its click counts, then it goes with its ties; a browser that comes back keeps them', async () => {
  await flow.beacon([checkoutEvent('t-old', { at: flow.clock.now().toISOString() })], { client: 'gone' });
  await flow.beacon([checkoutEvent('t-kept', { at: flow.clock.now().toISOString() })], { client: 'regular' });
  await settle();
  flow.clock.advance(29 * DAY);
  // Another network, so another context; the one of the first visit goes, and the browser stays known.
  await flow.beacon([freshPage()], { client: 'regular', ip: '198.51.100.7' });
  await settle();
  await run();
  const links = await count('visitor_links');
  const contexts = await count('visitor_contexts');
  flow.clock.advance(16 * DAY);
  await run();
  expect(await count('visitor_links')).toBe(links / 2);
  expect(await count('visitor_contexts')).toBeLessThan(contexts);
  expect(await count('visitor_contexts')).toBeGreaterThan(0);
  flow.clock.advance(29 * DAY);
  await run();
  expect([await count('visitor_links'), await count('visitor_contexts')]).toEqual([0, 0]);
});

test('a request to TikTok is kept as long as what it carried: page events, then orders', async () => {
  flow.tiktok.reply(refuse(50000, 'try again'));
  await flow.beacon([freshPage()]);
  await flow.delivery.runDue();
  flow.tiktok.reply(accept);
  await settle();
  await flow.webhook('orders/create', bareOrder({ id: 901, email: 'jo@example.com' }));
  await settle();
  expect([await count('delivery_requests'), await count('unsettled_attempts')]).toEqual([3, 1]);
  flow.clock.advance(20 * DAY);
  await run();
  expect(await count('delivery_requests')).toBe(3);
  flow.clock.advance(20 * DAY);
  await run();
  expect(await flow.rows('SELECT id FROM delivery_requests')).toEqual(
    await flow.rows('SELECT request_ids[1] AS id FROM order_deliveries'),
  );
  expect(await count('unsettled_attempts')).toBe(0);
  flow.clock.advance(400 * DAY);
  await run();
  expect([await count('delivery_requests'), await count('unsettled_attempts')]).toEqual([0, 0]);
});

test('a month back from its 31st day is the last day of a shorter month', () => {
  expect(monthsBefore(new Date('2027-03-31T12:00:00Z'), 1)).toBe('2027-02-28');
  expect(monthsBefore(new Date('2026-11-21T12:00:00Z'), 13)).toBe('2025-10-21');
});
