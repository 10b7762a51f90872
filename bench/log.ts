/** What the log page and the workers ask the database, at ten thousand, a million and ten million deliveries: time and buffers. */
import type { Sql } from '../app/store/database.ts';
import { createDeliveryLog, type LogFilter } from '../app/store/log.ts';
import { claimDue, pixelsWithWork } from '../app/store/queue.ts';
import type { Store } from '../app/store/store.ts';
import { openPlace } from '../test/support/app-processes.ts';
import { withoutIndexes } from './log/bulk.ts';
import { explained } from './log/explained.ts';
import type { BenchReport } from './run.ts';

const SIZES = [10_000, 1_000_000, 10_000_000];
const SHOPS = 10;
const BIG = '1';
/** As the page shows it. */
const PAGE = 50;
/** What a quiet pixel leases. */
const BATCH = 50;
const MS_LIMIT = 20;
const BUFFERS_LIMIT = 60;
const WARM_RUNS = 3;

/** Shop 1 has every second row; the rest goes around. */
const SHOP = `CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + (n / 2) % ${SHOPS - 1} END`;
const STATE = `CASE WHEN n % 5000 = 0 THEN 'error' WHEN n % 10 = 0 THEN 'skipped' ELSE 'sent' END`;

/** Four page events for each order, all within the four weeks that are kept; a hundredth of it waits. */
async function seed(sql: Sql, size: number, now: Date): Promise<void> {
  const pages = Math.round(size * 0.8);
  const orders = size - pages;
  const fourWeeks = 26 * 86_400;
  const restore = await withoutIndexes(sql, ['page_deliveries', 'order_deliveries', 'orders', 'queue']);
  await sql.run(
    `INSERT INTO shops (id, domain, name, primary_domain, currency, time_zone, country, public_key, key_sealed, installed_at, scopes)
     SELECT n, n || '.myshopify.com', 'Shop', 'shop.example', 'EUR', 'UTC', 'DE', 'key' || n, '\\x00', $1, '{}'
       FROM generate_series(1, ${SHOPS}) n`,
    [now],
  );
  await sql.run(
    `INSERT INTO pixels (id, shop_id, code, name, token_sealed, token_last4, state, state_since, active_from, created_at)
     SELECT n, n, 'C' || n, 'Pixel', '\\x00', '0000', 'active', $1, $1, $1 FROM generate_series(1, ${SHOPS}) n`,
    [now],
  );
  await sql.run(
    `INSERT INTO page_deliveries (shop_id, pixel_id, event_id, occurred_at, event, received_at, day, state, reason,
                                  settled_at, settings_version, request_ids)
     SELECT shop, shop, 'sh-' || lpad(n::text, 8, '0'), at, 'product_viewed', at, at::date, ${STATE}, 'accepted', at, 1, ARRAY[n]
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * $3::float8 * interval '1 second' AS at
               FROM generate_series(1, $2::int) n) AS made`,
    [now, pages, fourWeeks / pages],
  );
  await sql.run(
    `INSERT INTO orders (shop_id, order_id, name, created_at, processed_at, updated_at, received_at, day, revision,
                         source, currency, total_minor, email_keys, webhook_ids, event_ids)
     SELECT ${SHOP}, n, '#' || n, $1, $1, $1, $1, '2026-11-20', 1, 'webhook', 'EUR', 1000, '{}', '{}', '{}'
       FROM generate_series(1, $2::int) n`,
    [now, orders],
  );
  await sql.run(
    `INSERT INTO order_deliveries (shop_id, pixel_id, order_id, event, event_id, occurred_at, received_at, day, source,
                                   state, reason, settled_at, value_minor, currency, revision, settings_version, request_ids)
     SELECT shop, shop, n, 'order', 'order-' || n, at, at, at::date, 'webhook', ${STATE}, 'accepted', at, 1000, 'EUR', 1, 1, ARRAY[n]
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * $3::float8 * interval '1 second' AS at
               FROM generate_series(1, $2::int) n) AS made`,
    [now, orders, (300 * 86_400) / orders],
  );
  await sql.run(
    `INSERT INTO queue (shop_id, pixel_id, kind, order_id, event, event_id, occurred_at, received_at, day, source,
                        settings_version, waiting_for, due_at, priority, request_ids)
     SELECT shop, shop, 'page', NULL, 'product_viewed', 'queued-' || n, at, at, at::date, 'beacon', 1, 'due', at, 0, '{}'
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * interval '4 seconds' AS at
               FROM generate_series(1, $2::int) n) AS made`,
    [now, Math.round(size / 100)],
  );
  await restore();
  await sql.run('VACUUM (ANALYZE, PARALLEL 0)');
}

const filters: Record<string, LogFilter> = {
  'log: everything': {},
  'log: orders': { kind: 'order' },
  'log: page events': { kind: 'page' },
  'log: what waits': { state: 'waiting' },
  'log: errors': { state: 'error' },
  'log: one pixel': { pixelId: BIG },
  'log: one order': { order: '#1000' },
  'log: one event': { eventId: 'order-1000' },
};

function questions(now: Date): Record<string, (sql: Sql) => Promise<unknown>> {
  const log = (database: Sql): ReturnType<typeof createDeliveryLog> =>
    createDeliveryLog({ database, shopId: BIG });
  const middle = Buffer.from(JSON.stringify([now.getTime() - 13 * 86_400_000, 'sh-0', BIG])).toString(
    'base64url',
  );
  return {
    ...Object.fromEntries(
      Object.entries(filters).map(([name, filter]) => [
        name,
        (sql: Sql) => log(sql).page({ filter, limit: PAGE }),
      ]),
    ),
    'log: a page in the middle': (sql) => log(sql).page({ limit: PAGE, after: middle }),
    'log: one whole record': (sql) => log(sql).record(BIG, 'order-1000'),
    'lease: who has work': (sql) => pixelsWithWork(sql, now, 500),
    [`lease: ${BATCH} rows`]: (sql) =>
      claimDue(sql, { pixelId: BIG, now, leaseUntil: new Date(now.getTime() + 90_000), limit: BATCH }),
  };
}

interface Asked {
  name: string;
  rows: number;
  ms: number;
  buffers: number;
}

async function ask(store: Store, size: number, now: Date): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const [name, question] of Object.entries(questions(now))) {
    for (let run = 1; run < WARM_RUNS; run += 1) await explained(store.database, question);
    // Of several statements the dearest counts.
    const statements = await explained(store.database, question);
    asked.push({
      name,
      rows: size,
      ms: Math.max(0, ...statements.map(({ ms }) => ms)),
      buffers: Math.max(0, ...statements.map(({ buffers }) => buffers)),
    });
  }
  return asked;
}

function sizesIn(args: readonly string[]): number[] {
  const at = args.indexOf('--rows');
  const given = at < 0 ? SIZES : (args[at + 1] ?? '').split(',').map(Number);
  if (given.length === 0 || !given.every((size) => Number.isInteger(size) && size >= 1_000))
    throw new Error('--rows must be whole numbers from 1000 on, separated by commas.');
  return given;
}

export async function bench(args: string[]): Promise<BenchReport> {
  const queries: Asked[] = [];
  for (const size of sizesIn(args)) {
    const place = await openPlace();
    try {
      const store = await place.openStore(2);
      const now = new Date();
      await seed(store.database, size, now);
      queries.push(...(await ask(store, size, now)));
      await store.close();
    } finally {
      await place.remove();
    }
  }
  const over = queries.filter(({ ms, buffers }) => ms > MS_LIMIT || buffers > BUFFERS_LIMIT);
  return {
    title: `The dearest statement of each question, warm, pages of ${PAGE}`,
    rows: queries.map(({ name, rows, ms, buffers }) => ({ rows, name, ms, buffers })),
    notes: [
      `The aim is ${MS_LIMIT} ms and ${BUFFERS_LIMIT} buffers of 8 kB for each statement.`,
      over.length === 0
        ? 'All are below it.'
        : `Above it: ${over.map(({ name, rows }) => `${name} at ${rows}`).join('; ')}.`,
    ],
    result: { queries },
  };
}
