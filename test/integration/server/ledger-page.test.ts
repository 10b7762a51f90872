/** The ledger as the server answers it: each part lists the orders that it counts, and old days say since when they stand. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { runCommand } from '../../../app/cli.ts';
import { webhooksSettled } from '../../../sandbox/admin/webhooks.ts';
import { placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import { tiktokOf } from '../../../sandbox/tiktok/business.ts';
import { manualClock } from '../../support/clock.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';
import { openApp, type OpenApp } from './open-app.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

interface Ledger {
  closes: boolean;
  recorded: string | null;
  sums: { pixel: string; lines: { name: string; count: string; path: string | null }[] }[];
}

let database: TestDatabase;
let app: OpenApp;
/** The day of the orders in the shop's time. */
let day: string;
let closedAt: string;

const load = async <Data>(path: string, route: string): Promise<Data> => {
  const answered = await app.fetchAs(`${path}&_data=${encodeURIComponent(`routes/${route}`)}`);
  expect(answered.status).toBe(200);
  return answered.json();
};
const ledger = (): Promise<Ledger> => load(`/app/ledger?from=${day}&to=${day}`, 'app.ledger._index');
const own = () => app.house.store.shop(app.shop().id);
const dayOf = (at: Date): string => app.house.localTime({ timeZone: 'America/New_York' }, at).slice(0, 10);

async function place(...kinds: Parameters<typeof draftOfKind>[2][]): Promise<void> {
  const { world } = app.sandbox;
  const { database: stored } = app.house.store;
  const before = (await stored.rows('SELECT 1 FROM orders')).length;
  for (const kind of kinds) placeOrder(world, app.shop(), draftOfKind(world, app.shop(), kind));
  await webhooksSettled(world);
  await vi.waitFor(
    async () => expect(await stored.rows('SELECT 1 FROM orders')).toHaveLength(before + kinds.length),
    { timeout: 15_000 },
  );
}

/** The shop's pixel at TikTok; removed here, it may be added anew. */
async function addPixel(name: string): Promise<string> {
  const known = [...tiktokOf(app.sandbox.world).pixels.values()].find(
    ({ shop }) => shop === app.shop().handle,
  );
  if (!known) throw new Error('The sandbox has no pixel for this shop.');
  const added = await app.house.pixelsOf(own()).add({ code: known.code, token: known.token, name }, 'test');
  if (!added.ok) throw new Error('The pixel was not added.');
  return added.pixel.id;
}

beforeAll(async () => {
  database = await testDatabase();
  // The command line lives in the present, so the orders are bought in the past: at noon in New York.
  const noon = new Date(Math.floor(Date.now() / DAY) * DAY - 70 * DAY + 17 * 60 * MINUTE);
  const clock = manualClock(noon.toISOString());
  app = await openApp({}, { database, clock });
  expect((await app.page('/app')).status).toBe(200);
  day = dayOf(clock.now());
  const removed = await addPixel('First');
  clock.advance(5 * MINUTE);
  await place('plain', 'pos');
  clock.advance(5 * MINUTE);
  await app.house.delivery.runDue();
  await own().pixels.remove(removed, 'test');
  await addPixel('Second');
  clock.advance(5 * MINUTE);
  await place('plain', 'plain', 'plain');
  clock.advance(5 * MINUTE);
  await app.house.delivery.runDue();
  clock.advance(5 * DAY);
  closedAt = clock.now().toISOString();
  await app.house.bookkeeping.close(app.shop().id);
});
afterAll(async () => {
  await app.close();
  await database.close();
});

test('every part of every pixel lists as many orders as it counts, those of a removed pixel too', async () => {
  const { closes, sums } = await ledger();
  expect(closes).toBe(true);
  // The same five orders at both, with an end of its own at each: a list of all pixels would be another.
  expect(sums.map(({ pixel, lines }) => `${pixel} ${lines[0]?.count} ${lines[1]?.count}`).sort()).toEqual([
    'First (removed) 5 1',
    'Second 5 3',
  ]);
  for (const { pixel, lines } of sums) {
    for (const { name, count, path } of lines) {
      if (path === null) continue;
      const { orders } = await load<{ orders: unknown[] }>(path, 'app.ledger.orders');
      expect(`${pixel} ${name}: ${orders.length}`).toBe(`${pixel} ${name}: ${count}`);
    }
  }
});

test('what is older than Shopify’s sixty days says as recorded on the day of its closing: page, sheet, file and command', async () => {
  const { clock } = app;
  expect((await ledger()).recorded).toBeNull();
  clock.advance(Date.now() - clock.now().getTime());
  const words = new Intl.DateTimeFormat('en', {
    month: 'short',
    day: 'numeric',
    timeZone: 'America/New_York',
  });
  const date = words.format(new Date(closedAt));
  expect((await ledger()).recorded).toMatch(new RegExp(`as recorded on ${date}\\b`));
  const sheet = await load<Ledger>(`/app/ledger/print?from=${day}&to=${day}`, 'app.ledger.print');
  expect(sheet.recorded).toMatch(new RegExp(`as recorded on ${date}\\b`));
  const file = await (await app.fetchAs(`/app/ledger/csv?from=${day}&to=${day}`)).text();
  expect(file).toContain('as recorded on');
  const lines = file.split('\r\n').filter((line) => line.includes('orders in Shopify'));
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line.endsWith(`,${closedAt}`)).toBe(true);

  let out = '';
  const code = await runCommand(['ledger', '--shop', app.shop().domain, '--from', day, '--to', day], {
    out: (text) => (out += text),
    err: (text) => (out += text),
    stdin: () => Promise.resolve(''),
    env: { NODE_ENV: 'test', DATABASE_URL: database.url, SANDBOX_URL: app.sandbox.url },
  });
  expect(out).toContain(`${day}: as recorded on ${closedAt.slice(0, 10)}.`);
  expect(code).toBe(0);
});
