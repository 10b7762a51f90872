/** Closed days: what they say, what changes them later, and how a broken one is found; orders that are gone, late or from before. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  beginBackfill,
  previewBackfill,
  resumeBackfill,
  runBackfill,
  stopBackfill,
} from '../../../app/ledger/backfill.ts';
import { checkBooks, closeDays, readPeriod } from '../../../app/ledger/books.ts';
import { FIRST, openStatement } from '../../../app/ledger/chain.ts';
import { readTold } from '../../../app/ledger/told.ts';
import type { Amounted } from '../../../app/ledger/sum.ts';
import { compareShop, type CompareNeeds } from '../../../app/ledger/compare.ts';
import { createArrivals } from '../../../app/store/arrivals.ts';
import { openDatabase, type Database } from '../../../app/store/database.ts';
import { ordersOfPart, statementsAfter, type PartName } from '../../../app/store/statements.ts';
import { setWebhookSwitches } from '../../../sandbox/admin/webhooks.ts';
import { addToOrder, deleteOrder, payOrder, placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind, type OrderKind } from '../../../sandbox/orders/kinds.ts';
import { startTcpProxy } from '../../../sandbox/faults/tcp-proxy.ts';
import type { SandboxOrder } from '../../../sandbox/world.ts';
import { shopifyFlow, type ShopifyFlow } from '../../support/shopify-flow.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let flow: ShopifyFlow;

beforeEach(async () => {
  flow = await shopifyFlow({ start: '2026-10-05T10:00:00.000Z' });
});
afterEach(() => flow.close());

function place(kind: OrderKind = 'plain'): SandboxOrder {
  return placeOrder(flow.sandbox.world, flow.seller, draftOfKind(flow.sandbox.world, flow.seller, kind));
}

const minor = (amount: string): bigint => BigInt(amount.replace('.', ''));

async function settleAll(): Promise<void> {
  await flow.pass(10 * 60_000);
  await flow.delivery.runDue();
}

const period = (day = '2026-10-05') => readPeriod(flow.books, flow.shop.id, day, day);

test('an order that no webhook brought is found, judged, sent, and says that it was reconciled', async () => {
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  const order = place();
  await flow.pass(HOUR);
  const compared = await compareShop(flow.compare, flow.shop.id);
  expect(compared).toEqual({ listed: 1, found: 1, updated: 0, trouble: null });
  await flow.delivery.runDue();
  expect(flow.tiktok.taken.map(({ event_id: id }) => id)).toEqual([`order-${order.id}`]);
  expect(await flow.rows('SELECT source FROM orders')).toEqual([{ source: 'reconciled' }]);
  expect((await compareShop(flow.compare, flow.shop.id)).found).toBe(0);
  expect(await period()).toMatchObject({
    closes: true,
    sums: [{ orders: { count: 1 }, sent: { count: 1 } }],
  });
});

test('what Shopify lists and nobody recorded stands as unexplained, with its money', async () => {
  const order = place();
  await settleAll();
  await compareShop(flow.compare, flow.shop.id);
  await flow.store.database.run('DELETE FROM order_deliveries WHERE order_id = $1', [order.id]);
  const read = await period();
  expect(read?.closes).toBe(false);
  expect(read?.sums[0]?.unexplained).toEqual({ count: 1, minor: BigInt(order.total.replace('.', '')) });
});

test('lines that are added later stand beside the sum, whenever the order was first heard of', async () => {
  const add = (order: SandboxOrder): void =>
    addToOrder(flow.sandbox.world, flow.seller, order, [
      { item: { title: 'Engraving', price: '10.00' }, quantity: 1 },
    ]);
  const seen = place();
  await flow.pass(1_000);
  add(seen);
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  const [sent, waiting, found] = [place(), place('pending'), place()];
  await flow.pass(1_000);
  await flow.settings((version) => {
    version.shop.purchaseMoment = 'paid';
  });
  setWebhookSwitches(flow.sandbox.world, { lossRate: 0 });
  add(sent);
  add(waiting);
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  add(found);
  // Paid for days ago and skipped as too old: it still counts on the day it was created.
  const old = placeOrder(flow.sandbox.world, flow.seller, {
    ...draftOfKind(flow.sandbox.world, flow.seller, 'plain'),
    processedAt: '2026-09-20T10:00:00.000Z',
  });
  await settleAll();
  const first = [seen, sent, waiting, found].map((order) => minor(order.originalTotal));
  // Heard of first with what was added: only Shopify's list can say what it cost before.
  const unheard = (order: SandboxOrder): bigint => minor(order.total) - minor(order.originalTotal);
  expect((await period())?.sums[0]?.orders.minor).toBe(
    first.slice(0, 3).reduce((sum, one) => sum + one, 0n) + unheard(sent) + unheard(waiting),
  );

  await compareShop(flow.compare, flow.shop.id);
  await settleAll();
  const read = await period();
  expect(read).toMatchObject({ closes: true, sums: [{ sent: { count: 3 }, waiting: { count: 1 } }] });
  expect(read?.sums[0]?.orders.minor).toBe(first.reduce((sum, one) => sum + one, minor(old.total)));
  expect(read?.sums[0]?.editedMinor).toBe(
    [seen, sent, waiting, found].reduce((sum, order) => sum + unheard(order), 0n),
  );
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);

  // Each part leads to a list of just the orders that it counts, whatever day they happened on.
  const [sum] = read?.sums ?? [];
  const listed = async (of: PartName, reason: string | null = null): Promise<Amounted> => {
    const part = {
      of,
      reason,
      from: '2026-10-05',
      to: '2026-10-05',
      pixelId: flow.pixel.id,
      currency: sum?.currency ?? '',
    };
    const orders = await ordersOfPart(flow.store.database, flow.shop.id, part, null, 100);
    return { count: orders.length, minor: orders.reduce((all, order) => all + order.minor, 0n) };
  };
  for (const { state, reason, count, minor: money } of sum?.parts ?? [])
    expect(await listed(state, reason)).toEqual({ count, minor: money });
  for (const of of ['orders', 'sent', 'skipped', 'error', 'waiting', 'gone', 'unexplained'] as const)
    expect([of, await listed(of)]).toEqual([of, sum?.[of]]);
  expect(sum?.skipped.count).toBe(1);
});

test('where Shopify lists another first total than it told at the creation, the ledger does not close', async () => {
  const order = place();
  await settleAll();
  order.originalTotal = '1.00';
  await compareShop(flow.compare, flow.shop.id);
  expect(await period()).toMatchObject({
    closes: false,
    sums: [{ unexplained: { count: 0, minor: 100n - minor(order.total) } }],
  });
});

test('a day closes after three days, once, and later changes stand on a later statement', async () => {
  place();
  await flow.settings((version) => {
    version.shop.purchaseMoment = 'paid';
  });
  const late = place('pending');
  await settleAll();
  await flow.pass(2 * DAY);
  expect(await closeDays(flow.books, flow.shop.id)).toEqual([]);
  await flow.pass(2 * DAY);
  const [first, ...none] = await closeDays(flow.books, flow.shop.id);
  expect(none).toEqual([]);
  expect(first).toMatchObject({ day: '2026-10-05', number: 1 });
  const content = first && openStatement(first);
  expect(content?.shopify).toBe('asked');
  expect(content?.lines.map(({ state, reason, count }) => [state, reason, count])).toEqual([
    ['sent', 'accepted', 1],
    ['waiting', 'payment', 1],
  ]);
  expect(content?.adjustments).toEqual([]);

  payOrder(flow.sandbox.world, flow.seller, late);
  await settleAll();
  expect(await checkBooks(flow.books, flow.shop.id)).toMatchObject({ fault: null, pending: ['2026-10-05'] });
  await flow.pass(DAY);
  const [second] = await closeDays(flow.books, flow.shop.id);
  const adjusted = second && openStatement(second).adjustments;
  expect(adjusted?.map(({ day, state, reason, count }) => [day, state, reason, count])).toEqual([
    ['2026-10-05', 'sent', 'accepted', 1],
    ['2026-10-05', 'waiting', 'payment', -1],
  ]);
  const check = await checkBooks(flow.books, flow.shop.id);
  expect(check).toMatchObject({ statements: 2, fault: null, totals: [], changed: [], pending: [] });
  expect(check?.head).toBe(second?.hash);

  // Pages read the statements and not the orders: it must come to the same, the open days included.
  const days = ['2026-10-01', '2026-10-12'] as const;
  const [told, added] = await Promise.all([
    readTold(flow.books, flow.shop.id, ...days),
    readPeriod(flow.books, flow.shop.id, ...days),
  ]);
  expect(told?.sums).toEqual(added?.sums);
  expect(told?.days).toEqual(added?.days);
  expect(
    told?.changes.map(({ day, state, count, bookedIn }) => [day, state, count, bookedIn.number]),
  ).toEqual([
    ['2026-10-05', 'sent', 1, 2],
    ['2026-10-05', 'waiting', -1, 2],
  ]);
  // A closed day is told by its statement alone.
  await flow.rows('DELETE FROM order_deliveries');
  await flow.rows('DELETE FROM orders');
  await flow.rows('DELETE FROM listed_orders');
  expect((await readTold(flow.books, flow.shop.id, ...days))?.sums).toEqual(added?.sums);
});

test('verify names the day whose statement was touched, and the day whose total was touched', async () => {
  place();
  await settleAll();
  await flow.pass(6 * DAY);
  expect((await closeDays(flow.books, flow.shop.id)).map(({ day }) => day)).toEqual([
    '2026-10-05',
    '2026-10-06',
    '2026-10-07',
  ]);
  const sound = await checkBooks(flow.books, flow.shop.id);
  expect(sound?.sound).toBe(true);

  const { database } = flow.store;
  const [second] = await statementsAfter(database, flow.shop.id, 1, 1);
  await database.run(
    `UPDATE statements SET content = replace(content, '"number":2', '"number":7') WHERE number = 2`,
  );
  expect((await checkBooks(flow.books, flow.shop.id))?.fault).toEqual({
    number: 2,
    day: '2026-10-06',
    why: 'content',
  });
  await database.run('UPDATE statements SET content = $1 WHERE number = 2', [second?.content]);
  await database.run('DELETE FROM statements WHERE number = 2');
  expect((await checkBooks(flow.books, flow.shop.id))?.fault).toMatchObject({
    day: '2026-10-07',
    why: 'number',
  });

  // What takes long in a big shop is asked where no statement is cut off.
  const asked: string[] = [];
  const hurried = {
    ...database,
    rows: <Row extends object>(sql: string, values?: readonly unknown[]) => {
      asked.push(sql);
      return database.rows<Row>(sql, values);
    },
  };
  await checkBooks({ ...flow.books, database: hurried }, flow.shop.id);
  expect(asked.some((sql) => sql.includes('statements'))).toBe(true);
  expect(asked.filter((sql) => /daily_totals|listed_orders/.test(sql))).toEqual([]);

  await database.run(`UPDATE daily_totals SET count = count + 1 WHERE state = 'sent' AND event = 'order'`);
  expect((await checkBooks(flow.books, flow.shop.id))?.totals).toMatchObject([
    { day: '2026-10-05', state: 'sent', total: 2, rows: 1 },
  ]);
});

test('books that are erased while days are being closed begin anew with the next day', async () => {
  place();
  await settleAll();
  await flow.pass(6 * DAY);
  const listDay: typeof flow.books.listDay = async (shopId, day) => {
    if (day === '2026-10-07') await flow.store.database.run('DELETE FROM statements');
    return flow.books.listDay(shopId, day);
  };
  const closed = await closeDays({ ...flow.books, listDay }, flow.shop.id);
  expect(closed.map(({ day, number }) => [day, number])).toEqual([
    ['2026-10-05', 1],
    ['2026-10-06', 2],
    ['2026-10-07', 1],
  ]);
  expect(closed[2]?.previousHash).toBe(FIRST);
  expect(closed[2] && openStatement(closed[2]).adjustments).toEqual([]);
});

test('an order deleted in Shopify, its webhook lost, counts as gone when its day is closed', async () => {
  const order = place();
  place();
  await settleAll();
  await compareShop(flow.compare, flow.shop.id);
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  deleteOrder(flow.sandbox.world, flow.seller, order);
  await flow.pass(4 * DAY);
  await closeDays(flow.books, flow.shop.id);
  expect(await period()).toMatchObject({
    closes: true,
    sums: [{ orders: { count: 2 }, gone: { count: 1 }, sent: { count: 2 } }],
  });
});

test('a busy bucket at Shopify slows the comparison down and loses nothing', async () => {
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  for (let number = 0; number < 60; number += 1) place();
  await flow.pass(HOUR);
  const before = flow.clock.now().getTime();
  expect((await compareShop(flow.compare, flow.shop.id)).found).toBe(60);
  // The pace waited (here: moved the clock), and Shopify never had to say that it was too much.
  expect(flow.clock.now().getTime()).toBeGreaterThan(before);
  expect(flow.sandbox.world.events.filter(({ kind }) => kind === 'graphql.throttled')).toEqual([]);
});

test('orders from before the install are left alone until staff send them, stop, and go on', async () => {
  const { database } = flow.store;
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  const orders = Array.from({ length: 30 }, () => place());
  await flow.pass(HOUR);
  await database.run('UPDATE shops SET installed_at = $1', [flow.clock.now()]);
  await database.run('UPDATE pixels SET active_from = $1', [flow.clock.now()]);
  await flow.pass(HOUR);
  expect((await compareShop(flow.compare, flow.shop.id)).found).toBe(0);

  const seen = await previewBackfill(flow.compare, flow.shop.id);
  if (!seen.ok) throw new Error(seen.trouble);
  const money = orders.reduce((sum, { total }) => sum + BigInt(total.replace('.', '')), 0n);
  expect(seen.preview).toMatchObject({ orders: 30, valueMinor: money, known: 0 });
  expect(await flow.rows('SELECT 1 FROM orders')).toEqual([]);

  expect(await beginBackfill(flow.compare, flow.shop.id, seen.preview, 'Ada')).toBe(true);
  expect(await beginBackfill(flow.compare, flow.shop.id, seen.preview, 'Ada')).toBe(false);
  // Stopped while the first part is under way.
  let asked = 0;
  const ordersOf: typeof flow.compare.ordersOf = (domain) => {
    const real = flow.compare.ordersOf(domain);
    return {
      ...real,
      async whole(id, fields) {
        asked += 1;
        if (asked === 5) await stopBackfill(flow.compare, flow.shop.id, 'Ada');
        return real.whole(id, fields);
      },
    };
  };
  const stopped = await runBackfill({ ...flow.compare, ordersOf }, flow.shop.id);
  expect(stopped).toMatchObject({ state: 'stopped', total: 30, recorded: 25 });
  expect(await resumeBackfill(flow.compare, flow.shop.id, 'Bo')).toBe(true);
  expect(await runBackfill(flow.compare, flow.shop.id)).toMatchObject({
    state: 'done',
    recorded: 30,
    valueMinor: money,
  });
  expect(
    (await flow.store.shop(flow.shop.id).audit.list({ limit: 10 }))
      .filter(({ action }) => action.startsWith('backfill.'))
      .map(({ action, actor }) => `${action} by ${actor}`)
      .reverse(),
  ).toEqual([
    'backfill.started by Ada',
    'backfill.stopped by Ada',
    'backfill.resumed by Bo',
    'backfill.done by Tock',
  ]);
  await flow.delivery.runDue();
  expect(new Set(flow.tiktok.taken.map(({ event_id: id }) => id)).size).toBe(30);
  expect(await period()).toMatchObject({ closes: true, sums: [{ sent: { count: 30 } }] });
});

/** The tests' PostgreSQL listens on a Unix socket; who is to be killed comes over TCP. */
async function wayOfAnother(): Promise<{ database: Database; cut(): void; close(): Promise<void> }> {
  const address = new URL(flow.store.database.url);
  const folder = address.searchParams.get('host') ?? '';
  const proxy = await startTcpProxy({ target: { path: `${folder}/.s.PGSQL.5432` } });
  address.searchParams.delete('host');
  address.hostname = proxy.host;
  address.port = String(proxy.port);
  const database = await openDatabase({ url: address.href, log: flow.log, poolSize: 3 });
  return {
    database,
    cut() {
      proxy.set({ kind: 'refuse' });
      proxy.cut();
    },
    close: () => proxy.close(),
  };
}

/** Another process works on the backfill and is killed at a moment of the test's choice: nothing of it happens after. */
async function killedInBackfill(
  at: (dying: CompareNeeds, die: () => Promise<never>) => CompareNeeds,
): Promise<void> {
  const way = await wayOfAnother();
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  const die = (): Promise<never> => {
    way.cut();
    resolve();
    return new Promise(() => undefined);
  };
  const { database } = way;
  const dying = at({ ...flow.compare, database, arrivals: createArrivals(database) }, die);
  void runBackfill(dying, flow.shop.id);
  await killed;
  await way.close();
}

test('a backfill whose process is killed goes on where it was: nothing twice, nothing left out, counted once', async () => {
  setWebhookSwitches(flow.sandbox.world, { lossRate: 1 });
  const orders = Array.from({ length: 30 }, () => place());
  await flow.pass(HOUR);
  await flow.store.database.run('UPDATE shops SET installed_at = $1', [flow.clock.now()]);
  await flow.pass(HOUR);
  const seen = await previewBackfill(flow.compare, flow.shop.id);
  if (!seen.ok) throw new Error(seen.trouble);
  await beginBackfill(flow.compare, flow.shop.id, seen.preview, 'Ada');
  const recorded = async () => (await flow.rows('SELECT 1 FROM orders')).length;

  // Its first part is committed, and nobody was told.
  await killedInBackfill((dying, die) => ({
    ...dying,
    arrivals: {
      ...dying.arrivals,
      async together(work) {
        await dying.arrivals.together(work);
        return die();
      },
    },
  }));
  expect(await recorded()).toBe(25);
  // In the middle of the second.
  await killedInBackfill((dying, die) => ({
    ...dying,
    ordersOf: (domain) => ({ ...dying.ordersOf(domain), whole: die }),
  }));
  expect(await recorded()).toBe(25);

  // The dead process's lock ends with its connection.
  let done: Awaited<ReturnType<typeof runBackfill>> = null;
  await expect
    .poll(async () => (done = await runBackfill(flow.compare, flow.shop.id)), { timeout: 20_000 })
    .not.toBeNull();
  const money = orders.reduce((sum, { total }) => sum + minor(total), 0n);
  expect(done).toMatchObject({ state: 'done', recorded: 30, valueMinor: money });
  await settleAll();
  expect(flow.tiktok.taken.map(({ event_id: id }) => id).sort()).toEqual(
    orders.map(({ id }) => `order-${id}`).sort(),
  );
  expect(await period()).toMatchObject({ closes: true, sums: [{ sent: { count: 30 } }] });
});
