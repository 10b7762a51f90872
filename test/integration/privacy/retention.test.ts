/** What is past its age is deleted, a late webhook of it is never sent, and the books still agree with their rows. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkBooks } from '../../../app/ledger/books.ts';
import { keepWhatIsDue, monthsBefore } from '../../../app/privacy/retention.ts';
import { webOrder } from '../../support/flow.ts';
import { shopifyFlow, type ShopifyFlow } from '../../support/shopify-flow.ts';

const DAY = 86_400_000;
let flow: ShopifyFlow;
beforeEach(async () => {
  flow = await shopifyFlow({ start: '2026-10-05T18:54:50.000Z' });
});
afterEach(() => flow.close());

const run = () =>
  keepWhatIsDue({ ...flow, database: flow.store.database, partitions: flow.store.partitions });
const count = async () => (await flow.rows('SELECT 1 FROM orders')).length;

test('orders go after thirteen months, sooner where the shop chose so, and never come back to be sent', async () => {
  await flow.webhook('orders/create', webOrder());
  flow.clock.advance(300_000);
  await flow.delivery.runDue();
  flow.clock.advance(80 * DAY);
  await run();
  expect(await count()).toBe(1);
  await flow.store.database.run('UPDATE shops SET keep_order_months = 2');
  await run();
  expect(await count()).toBe(0);
  expect(await flow.totals()).toEqual({ totals: [], rows: [] });

  await flow.webhook('orders/updated', webOrder({ updated_at: flow.clock.now().toISOString() }));
  await flow.delivery.runDue();
  expect(flow.tiktok.taken).toHaveLength(1);
  expect(await flow.rows('SELECT reason FROM order_deliveries')).toEqual([{ reason: 'too_old' }]);
  expect((await checkBooks(flow.books, flow.shop.id))?.totals).toEqual([]);
});

test('a month back from its 31st day is the last day of a shorter month', () => {
  expect(monthsBefore(new Date('2027-03-31T12:00:00Z'), 1)).toBe('2027-02-28');
  expect(monthsBefore(new Date('2026-11-21T12:00:00Z'), 13)).toBe('2025-10-21');
});
