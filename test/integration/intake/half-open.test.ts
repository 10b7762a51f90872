/** A connection to the database that died without a word: nobody waits for ever, nothing is lost, and work goes on. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../../sandbox/faults/tcp-proxy.ts';
import { pageEvent, testFlow, webOrder, type Flow } from '../../support/flow.ts';

/** Short, so that nobody waits for long here; and long enough for a busy machine. */
const LIMIT_MS = 1_500;

let proxy: TcpProxy;
let flow: Flow;
beforeEach(async () => {
  flow = await testFlow({ store: { limitMs: LIMIT_MS, through } });
});
afterEach(async () => {
  proxy.set({ kind: 'calm' });
  proxy.cut();
  await flow.close();
  await proxy.close();
});

/** The tests' PostgreSQL listens on a Unix socket; its clients here come over TCP. */
async function through(url: string): Promise<string> {
  const address = new URL(url);
  const folder = address.searchParams.get('host') ?? '';
  proxy = await startTcpProxy({ target: { path: `${folder}/.s.PGSQL.5432` } });
  address.searchParams.delete('host');
  address.hostname = proxy.host;
  address.port = String(proxy.port);
  return address.href;
}

const order = (id: number) => flow.webhook('orders/create', webOrder({ id }));

test('orders and beacons are told to come back while the database is silent, and are taken when it speaks again', async () => {
  expect((await order(1)).status).toBe(200);
  proxy.set({ kind: 'half-open' });
  const answers = await Promise.all([order(2), order(3), flow.beacon([pageEvent()])]);
  expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
    Array.from({ length: 3 }, () => [503, '2']),
  );
  proxy.set({ kind: 'calm' });
  // Connections that were open stay dead; each is given up when its time is over.
  const again = (send: () => Promise<{ status: number }>) =>
    expect.poll(async () => (await send()).status, { timeout: 30_000, interval: 20 });
  await again(() => order(2)).toBe(200);
  await again(() => order(3)).toBe(200);
  await again(() => flow.beacon([pageEvent()])).toBe(202);
  expect(await flow.rows('SELECT order_id FROM orders ORDER BY order_id')).toEqual(
    ['1', '2', '3'].map((id) => ({ order_id: id })),
  );
});

test('a commit whose answer is lost is said again and stays one order', async () => {
  expect((await order(1)).status).toBe(200);
  proxy.set({ kind: 'answers-lost' });
  expect((await order(2)).status).toBe(503);
  proxy.set({ kind: 'calm' });
  await expect.poll(async () => (await order(2)).status, { timeout: 30_000, interval: 20 }).toBe(200);
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
  expect(await flow.rows('SELECT order_id FROM orders ORDER BY order_id')).toEqual([
    { order_id: '1' },
    { order_id: '2' },
  ]);
});

test('a run of the delivery ends instead of waiting for ever, and the next one sends', async () => {
  await flow.beacon([pageEvent()]);
  proxy.set({ kind: 'half-open' });
  await expect(flow.delivery.runDue()).rejects.toThrow();
  expect(flow.tiktok.taken).toEqual([]);
  proxy.set({ kind: 'calm' });
  await expect
    .poll(
      async () => {
        await flow.delivery.runDue().catch(() => undefined);
        return flow.tiktok.taken.length;
      },
      { timeout: 30_000, interval: 20 },
    )
    .toBe(1);
});

test('what waits to learn whose it is is bounded as well', async () => {
  const silent = { ...flow.shops, byDomain: () => new Promise<never>(() => undefined) };
  const strict = await testFlow({ intake: { patienceMs: 1_000, mostLookups: 2, shops: silent } });
  const answers = await Promise.all(
    [1, 2, 3, 4].map((id) => strict.webhook('orders/create', webOrder({ id }))),
  );
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
  expect(answers.filter(({ body }) => JSON.stringify(body) === '{"error":"busy"}')).toHaveLength(2);
  await strict.close();
});
