/** A shop's export: every row of it and nothing of another, no secret and no person, and the sums close with the tables. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeDays } from '../../../app/ledger/books.ts';
import { firstFault } from '../../../app/ledger/chain.ts';
import { exportShop } from '../../../app/store/export.ts';
import { shopProfile } from '../../support/database.ts';
import { pageEvent, webOrder } from '../../support/flow.ts';
import { shopifyFlow, type ShopifyFlow } from '../../support/shopify-flow.ts';

let flow: ShopifyFlow;
let home: string;
beforeEach(async () => {
  flow = await shopifyFlow({ start: '2026-10-05T18:54:50.000Z' });
  home = mkdtempSync(path.join(tmpdir(), 'tock-export-'));
});
afterEach(async () => {
  rmSync(home, { recursive: true });
  await flow.close();
});

const folder = () => path.join(home, 'birch');
const write = (shopId: string) => exportShop({ ...flow, url: flow.store.database.url }, shopId, folder());
const lines = <Row extends object>(table: string): Row[] =>
  readFileSync(path.join(folder(), `${table}.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): Row => JSON.parse(line));

test('it holds every row of the shop, keeps secrets at home, and adds up to what the tables say', async () => {
  // More than one fetch of the cursor.
  for (let number = 0; number < 620; number += 40)
    await flow.beacon(
      Array.from({ length: 40 }, () => pageEvent()),
      { client: `client-${number}` },
    );
  await flow.webhook('orders/create', webOrder());
  await flow.webhook('orders/create', webOrder({ id: 777, name: '#777' }));
  flow.clock.advance(300_000);
  await flow.delivery.runDue();
  flow.clock.advance(5 * 86_400_000);
  await closeDays(flow.books, flow.shop.id);
  const other = await flow.store.installs.install(shopProfile({ id: '88', domain: 'other.myshopify.com' }));
  await flow.store
    .shop(other.id)
    .audit.add({ actor: 'Eve', action: 'x', target: 'x', before: null, after: null });

  const done = await write(flow.shop.id);
  expect(done.rows['page_events']).toBe(640);
  for (const [table, count] of Object.entries(done.rows)) {
    const [row] = await flow.rows<{ n: string }>(`SELECT count(*) AS n FROM ${table} WHERE shop_id = $1`, [
      flow.shop.id,
    ]);
    expect([table, count, lines(table).length]).toEqual([table, Number(row?.n), Number(row?.n)]);
  }
  expect(JSON.parse(readFileSync(path.join(folder(), 'export.json'), 'utf8'))).toMatchObject({
    shop: { id: flow.shop.id, currency: 'EUR', timeZone: 'Europe/Berlin' },
    rows: done.rows,
  });

  const sent = lines<{ state: string; value_minor: string; payload_sha256: string }>('order_deliveries');
  const [totals] = await flow.rows<{ v: string }>(
    `SELECT sum(value_minor) AS v FROM daily_totals WHERE event = 'order' AND state = 'sent'`,
  );
  expect(String(sent.reduce((sum, { value_minor: v }) => sum + BigInt(v), 0n))).toBe(totals?.v);
  expect(sent[0]?.payload_sha256).toMatch(/^[0-9a-f]{64}$/);
  // The seals can be made again from the files alone.
  const statements = lines<{
    number: number;
    day: string;
    closed_at: string;
    content: string;
    previous_hash: string;
    hash: string;
  }>('statements');
  expect(statements.length).toBeGreaterThan(0);
  expect(
    firstFault(
      statements.map((row) => ({
        ...row,
        closedAt: new Date(row.closed_at),
        previousHash: row.previous_hash,
      })),
      null,
    ),
  ).toBeNull();

  const text = readdirSync(folder())
    .map((file) => readFileSync(path.join(folder(), file), 'utf8'))
    .join('\n');
  // match_keys is which keys were sent, a number, and none of them.
  expect([...new Set(text.match(/"\w+_(?:sealed|keys?)":/g))]).toEqual(['"match_keys":']);
  for (const kept of ['token-of-the-first-pixel', 'other.myshopify.com', '"\\\\x'])
    expect([kept, text.includes(kept)]).toEqual([kept, false]);
});

test('a folder that is there is left alone, and an unknown shop leaves nothing behind', async () => {
  await write(flow.shop.id);
  await expect(write(flow.shop.id)).rejects.toThrow('already exists');
  rmSync(folder(), { recursive: true });
  await expect(write('999')).rejects.toThrow('no such shop');
  expect([existsSync(folder()), readdirSync(home)]).toEqual([false, []]);
});

test('a folder of somebody else beside it is neither written into nor deleted', async () => {
  const other = `${folder()}.part`;
  mkdirSync(other);
  writeFileSync(path.join(other, 'mine.txt'), 'mine');
  await expect(write(flow.shop.id)).rejects.toThrow('birch.part exists');
  expect(readdirSync(other)).toEqual(['mine.txt']);
});
