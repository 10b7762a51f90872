/** What pages and workers ask of a million deliveries stays small: few buffers, and no table is read from end to end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../../app/store/database.ts';
import { createDeliveryLog, type LogFilter } from '../../../app/store/log.ts';
import { claimDue, pixelsWithWork } from '../../../app/store/queue.ts';
import { testStore, type TestStore } from '../../support/database.ts';

const PAGES = 800_000;
const ORDERS = 200_000;
const QUEUED = 100_000;
const SHOPS = 10;
/** What a worker leases at once: a few, and as many as TikTok takes in a request. */
const BATCHES = [200, 1_000];
/** The one that is asked about: it has half of everything, the others share the rest. */
const BIG = '1';
const SMALL = '7';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Plan[];
}

interface Seen {
  buffers: number;
  /** Tables that were read from end to end. */
  wholeTables: string[];
  statements: number;
}

let opened: TestStore;
let longTables: Set<string>;

beforeAll(async () => {
  opened = await testStore();
  const { database } = opened.store;
  await seed(database, opened.clock.now());
  const rows = await database.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE reltuples > 1000`,
  );
  longTables = new Set(rows.map(({ name }) => name));
  // A busy machine takes several times longer to make a million rows.
}, 240_000);
afterAll(() => opened.close());

/** Shop 1 has every second row; the rest goes around. */
const SHOP = `CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + (n / 2) % ${SHOPS - 1} END`;

async function seed(sql: Sql, now: Date): Promise<void> {
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
     SELECT shop, shop, 'sh-' || lpad(n::text, 8, '0'), at, 'page_viewed', at, at::date,
            CASE WHEN n % 5000 = 0 THEN 'error' WHEN n % 10 = 0 THEN 'skipped' ELSE 'sent' END, 'accepted', at, 1, ARRAY[n]
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * interval '3 seconds' AS at
               FROM generate_series(1, ${PAGES}) n) AS made`,
    [now],
  );
  await sql.run(
    `INSERT INTO orders (shop_id, order_id, name, created_at, processed_at, updated_at, received_at, day, revision,
                         source, currency, total_minor, email_keys, webhook_ids, event_ids)
     SELECT ${SHOP}, n, '#' || n, $1, $1, $1, $1, '2026-11-20', 1, 'webhook', 'EUR', 1000, '{}', '{}', '{}'
       FROM generate_series(1, ${ORDERS}) n`,
    [now],
  );
  await sql.run(
    `INSERT INTO order_deliveries (shop_id, pixel_id, order_id, event, event_id, occurred_at, received_at, day, source,
                                   state, reason, settled_at, value_minor, currency, revision, settings_version, request_ids)
     SELECT shop, shop, n, 'order', 'order-' || n, at, at, at::date, 'webhook',
            CASE WHEN n % 5000 = 0 THEN 'error' WHEN n % 10 = 0 THEN 'skipped' ELSE 'sent' END, 'accepted', at, 1000, 'EUR', 1, 1, ARRAY[n]
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * interval '60 seconds' AS at
               FROM generate_series(1, ${ORDERS}) n) AS made`,
    [now],
  );
  // A paused pixel was released: most of it is overdue, the rest is fresh or waits for days.
  await sql.run(
    `INSERT INTO queue (shop_id, pixel_id, kind, order_id, event, event_id, occurred_at, received_at, day, source,
                        settings_version, waiting_for, due_at, priority, request_ids)
     SELECT shop, shop, CASE WHEN n / 18 % 3 = 0 THEN 'order' ELSE 'page' END, CASE WHEN n / 18 % 3 = 0 THEN n END, 'order',
            'queued-' || n, at, at, at::date, 'webhook', 1, 'due',
            CASE WHEN n % 10 = 0 THEN $1::timestamptz + interval '6 days' WHEN n % 10 = 1 THEN $1::timestamptz - interval '2 seconds' * (n % 60)
                 ELSE at END,
            CASE WHEN n / 18 % 3 = 0 THEN 1 + n % 50000 ELSE 0 END, '{}'
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * interval '4 seconds' AS at
               FROM generate_series(1, ${QUEUED}) n) AS made`,
    [now],
  );
  await restore();
  await sql.run('VACUUM (ANALYZE, PARALLEL 0)');
}

/** Building an index once over all rows is several times faster than row by row; the result is the same. */
async function withoutIndexes(sql: Sql, tables: string[]): Promise<() => Promise<void>> {
  const indexes = await sql.rows<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
      WHERE i.indrelid = ANY($1::regclass[]) AND NOT i.indisprimary`,
    [tables],
  );
  for (const { name } of indexes) await sql.run(`DROP INDEX ${name}`);
  return async () => {
    await sql.run("SET maintenance_work_mem = '256MB'");
    // Of a partitioned table PostgreSQL tells the index without its partitions.
    for (const { definition } of indexes) await sql.run(definition.replace(' ON ONLY ', ' ON '));
  };
}

/** Runs the work as it is, and lets PostgreSQL explain each of its statements first; nothing is kept. */
async function explained(work: (sql: Sql) => Promise<unknown>): Promise<Seen> {
  const seen: Seen = { buffers: 0, wholeTables: [], statements: 0 };
  const undone = new Error('nothing is kept');
  await opened.store.database
    .transaction(async (sql) => {
      async function explain(text: string, values: readonly unknown[] = []): Promise<void> {
        await sql.run('SAVEPOINT before');
        const [row] = await sql.rows<{ 'QUERY PLAN': { Plan: Plan }[] }>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
          values,
        );
        await sql.run('ROLLBACK TO SAVEPOINT before');
        const plan = row?.['QUERY PLAN'][0]?.Plan;
        if (!plan) throw new Error(`There is no plan for ${text}`);
        seen.statements += 1;
        seen.buffers += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
        seen.wholeTables.push(...wholeTablesIn(plan));
      }
      await work({
        async rows(text, values) {
          await explain(text, values);
          return sql.rows(text, values);
        },
        async run(text, values) {
          await explain(text, values);
          return sql.run(text, values);
        },
      });
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  expect(seen.statements).toBeGreaterThan(0);
  return seen;
}

/** A table of a few rows, such as shops or next week's partition, is rightly read whole. */
function wholeTablesIn(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? '?'] : [];
  return [...own.filter((name) => longTables.has(name)), ...(plan.Plans ?? []).flatMap(wholeTablesIn)];
}

describe('on a million deliveries', () => {
  it('there are a million', async () => {
    const [row] = await opened.store.database.rows<{ n: string }>(
      'SELECT (SELECT count(*) FROM page_deliveries) + (SELECT count(*) FROM order_deliveries) AS n',
    );
    expect(Number(row?.n)).toBe(PAGES + ORDERS);
  });

  const filters: [string, LogFilter, number][] = [
    ['everything', {}, 600],
    ['orders', { kind: 'order' }, 600],
    ['page events', { kind: 'page' }, 600],
    ['what waits', { state: 'waiting' }, 400],
    ['errors, which are rare', { state: 'error' }, 900],
    ['what was skipped', { state: 'skipped' }, 900],
    ['one order by its name', { order: '#150000' }, 100],
    ['one order by its id', { order: '150000' }, 100],
    ['one event by its id', { eventId: 'order-150000' }, 150],
  ];

  it.each(filters)('a page of the log shows %s from few buffers', async (_name, filter, limit) => {
    for (const shopId of [BIG, SMALL]) {
      const seen = await explained((database) =>
        createDeliveryLog({ database, shopId }).page({ filter, limit: 50 }),
      );
      expect(seen.wholeTables).toEqual([]);
      expect(seen.buffers).toBeLessThan(limit);
    }
  });

  it('a page of the log shows one pixel from few buffers', async () => {
    for (const shopId of [BIG, SMALL]) {
      const filter = { pixelId: shopId };
      const seen = await explained((database) =>
        createDeliveryLog({ database, shopId }).page({ filter, limit: 50 }),
      );
      expect(seen.wholeTables).toEqual([]);
      expect(seen.buffers).toBeLessThan(600);
    }
  });

  it('the thousandth page costs as little as the first', async () => {
    const { database } = opened.store;
    const middle = opened.clock.now().getTime() - (PAGES / 2) * 3_000;
    const after = Buffer.from(JSON.stringify([middle, 'sh-0', BIG])).toString('base64url');
    const log = createDeliveryLog({ database, shopId: BIG });
    expect((await log.page({ limit: 50, after })).entries).toHaveLength(50);
    const seen = await explained((sql) =>
      createDeliveryLog({ database: sql, shopId: BIG }).page({ limit: 50, after }),
    );
    expect(seen.wholeTables).toEqual([]);
    expect(seen.buffers).toBeLessThan(600);
  });

  it('one whole record is found from few buffers', async () => {
    const seen = await explained((database) =>
      createDeliveryLog({ database, shopId: BIG }).record(BIG, 'order-150000'),
    );
    expect(seen.wholeTables).toEqual([]);
    expect(seen.buffers).toBeLessThan(150);
  });

  it('a worker finds who has work, and leases a batch from a long backlog', async () => {
    const now = opened.clock.now();
    const leaseUntil = new Date(now.getTime() + 60_000);
    const found = await explained((sql) => pixelsWithWork(sql, now, 20));
    expect(found.wholeTables).toEqual([]);
    expect(found.buffers).toBeLessThan(100);
    for (const limit of BATCHES) {
      const leased = await explained(async (sql) => {
        const claim = await claimDue(sql, { pixelId: BIG, now, leaseUntil, limit });
        expect(claim?.rows).toHaveLength(limit);
      });
      expect(leased.wholeTables).toEqual([]);
      // For each row: finding it, locking it, and writing it with its index entries.
      expect(leased.buffers).toBeLessThan(limit * 35);
    }
  });

  it('a worker that finds nothing due has asked for almost nothing', async () => {
    const past = new Date('2020-01-01T00:00:00.000Z');
    const seen = await explained((sql) =>
      claimDue(sql, { pixelId: BIG, now: past, leaseUntil: past, limit: 1_000 }),
    );
    expect(seen.wholeTables).toEqual([]);
    expect(seen.buffers).toBeLessThan(20);
  });
});
