/** What pages and workers ask of many deliveries stays small: few buffers, and no table is read from end to end. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../../app/store/database.ts';
import { createDeliveryLog, type LogFilter } from '../../../app/store/log.ts';
import { claimDue, freeze, pixelsWithWork } from '../../../app/store/queue.ts';
import { testStore, type TestStore } from '../../support/database.ts';
import { explained, type Explained } from '../../support/explained.ts';
import { BIG, makeDeliveries, middleOfTheLog, SMALL, type Made } from '../../support/many-deliveries.ts';

/** `npm run bench -- log` asks the same at ten million. */
const SIZE = 100_000;
const PAGE = 50;
/** Pages of 8 kB for one statement that reads. */
const BUFFERS = 60;
/** What a worker leases at once: when it is quiet, and as many as TikTok takes in a request. */
const QUIET = 10;
const FULL = 1_000;

let opened: TestStore;
let made: Made;
let longTables: Set<string>;

beforeAll(async () => {
  opened = await testStore();
  const { database } = opened.store;
  made = await makeDeliveries(database, SIZE, opened.clock.now());
  const rows = await database.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE reltuples > 1000`,
  );
  longTables = new Set(rows.map(({ name }) => name));
}, 120_000);
afterAll(() => opened.close());

/** A table of a few rows, such as shops or next week's partition, is rightly read whole. */
async function asked(question: (sql: Sql) => Promise<unknown>): Promise<Explained[]> {
  const statements = await explained(opened.store.database, question);
  expect(statements.length).toBeGreaterThan(0);
  const whole = statements.flatMap(({ wholeTables }) => wholeTables);
  expect(whole.filter((name) => longTables.has(name))).toEqual([]);
  return statements;
}

const dearest = (statements: readonly Explained[]): number =>
  Math.max(...statements.map(({ buffers }) => buffers));

/** Rows that were written anew, and those of them that stayed on their page, where no index has to follow. */
async function updatesOfTheQueue(sql: Sql): Promise<{ all: number; onTheirPage: number }> {
  const [row] = await sql.rows<{ all: string; hot: string }>(
    `SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_xact_user_tables WHERE relname = 'queue'`,
  );
  return { all: Number(row?.all), onTheirPage: Number(row?.hot) };
}

describe(`among ${SIZE} deliveries`, () => {
  it('there are as many', async () => {
    const [row] = await opened.store.database.rows<{ n: string }>(
      'SELECT (SELECT count(*) FROM page_deliveries) + (SELECT count(*) FROM order_deliveries) AS n',
    );
    expect(Number(row?.n)).toBe(SIZE);
    expect(made.pages + made.orders).toBe(SIZE);
  });

  // First of all: rows that were leased and given back leave their old versions on the page for a while.
  it('a lease and the word that a request leaves write no index entry', async () => {
    const { database } = opened.store;
    const now = opened.clock.now();
    const leaseUntil = new Date(now.getTime() + 60_000);
    const counted = await database.transaction(async (sql) => {
      const before = await updatesOfTheQueue(sql);
      const claim = await claimDue(sql, { pixelId: BIG, now, leaseUntil, limit: QUIET });
      const rows = (claim?.rows ?? []).map(({ id }) => ({
        id,
        eventName: 'CompletePayment',
        pixelCode: 'C1',
        firstPossibleCopyAt: now,
        revision: 1,
        payloadVersion: 1,
        payloadSha256: createHash('sha256').update(id).digest(),
      }));
      await freeze(sql, rows, { held: claim?.attemptId ?? '', requestId: '1', leaseUntil });
      const after = await updatesOfTheQueue(sql);
      return { all: after.all - before.all, onTheirPage: after.onTheirPage - before.onTheirPage };
    });
    expect(counted).toEqual({ all: 2 * QUIET, onTheirPage: 2 * QUIET });
  });

  const filters: [string, LogFilter][] = [
    ['everything', {}],
    ['orders', { kind: 'order' }],
    ['page events', { kind: 'page' }],
    ['what waits', { state: 'waiting' }],
    ['errors, which are rare', { state: 'error' }],
    ['what was skipped', { state: 'skipped' }],
    ['one order by its name', { order: '#15000' }],
    ['one order by its id', { order: '15000' }],
    ['one event by its id', { eventId: 'order-15000' }],
    ['one pixel', { pixelId: BIG }],
    ['a common reason', { state: 'skipped', reason: 'event_off' }],
    ['what was taken', { state: 'sent', reason: 'accepted' }],
    ['a reason to wait', { reason: 'due' }],
    ['the orders of one buyer', { emailKey: createHash('sha256').update('5000').digest() }],
  ];

  it.each(filters)('a page of the log shows %s from few buffers', async (_name, filter) => {
    // The rows of a small shop lie far apart: each may need a page of its own.
    const shops = filter.pixelId === undefined ? [BIG, SMALL] : [BIG];
    for (const shopId of shops) {
      const statements = await asked((database) =>
        createDeliveryLog({ database, shopId }).page({ filter, limit: PAGE }),
      );
      expect(dearest(statements)).toBeLessThanOrEqual(shopId === BIG ? BUFFERS : BUFFERS + PAGE);
    }
  });

  it('a rare reason and a period long ago are read where they are, not searched for', async () => {
    const to = new Date(opened.clock.now().getTime() - 20 * 86_400_000);
    const from = new Date(to.getTime() - 7 * 86_400_000);
    const long: LogFilter[] = [
      { reason: 'too_old' },
      { state: 'error', reason: 'event_refused' },
      { from, to },
      { from, to, state: 'skipped' },
      { from, to, reason: 'too_old' },
    ];
    for (const filter of long) {
      const statements = await asked((database) =>
        createDeliveryLog({ database, shopId: BIG }).page({ filter, limit: PAGE }),
      );
      // Each row may lie on a page of its own; of a few hundred PostgreSQL may rightly take all at once.
      expect(dearest(statements), JSON.stringify(filter)).toBeLessThanOrEqual(BUFFERS + 4 * PAGE);
    }
  });

  it('a page in the middle costs as little as the first', async () => {
    const after = middleOfTheLog(opened.clock.now());
    const log = createDeliveryLog({ database: opened.store.database, shopId: BIG });
    expect((await log.page({ limit: PAGE, after })).entries).toHaveLength(PAGE);
    const statements = await asked((sql) =>
      createDeliveryLog({ database: sql, shopId: BIG }).page({ limit: PAGE, after }),
    );
    expect(dearest(statements)).toBeLessThanOrEqual(BUFFERS);
  });

  it('one whole record is found from few buffers', async () => {
    const statements = await asked((database) =>
      createDeliveryLog({ database, shopId: BIG }).record(BIG, 'order-15000'),
    );
    expect(dearest(statements)).toBeLessThanOrEqual(BUFFERS);
  });

  it('a worker finds who has work, and leases a batch from a long backlog', async () => {
    const now = opened.clock.now();
    const leaseUntil = new Date(now.getTime() + 60_000);
    const found = await asked((sql) => pixelsWithWork(sql, now, 20));
    expect(dearest(found)).toBeLessThanOrEqual(BUFFERS);
    const lease = (limit: number) => async (sql: Sql) => {
      const claim = await claimDue(sql, { pixelId: BIG, now, leaseUntil, limit });
      expect(claim?.rows).toHaveLength(limit);
    };
    expect(dearest(await asked(lease(QUIET)))).toBeLessThanOrEqual(BUFFERS);
    // A tenth of the whole queue at once: reading all of it would be right. For each row: found, locked, written.
    expect(dearest(await explained(opened.store.database, lease(FULL)))).toBeLessThanOrEqual(FULL * 4);
  });

  it('a worker that finds nothing due has asked for almost nothing', async () => {
    const past = new Date('2020-01-01T00:00:00.000Z');
    const statements = await asked((sql) =>
      claimDue(sql, { pixelId: BIG, now: past, leaseUntil: past, limit: FULL }),
    );
    expect(dearest(statements)).toBeLessThan(20);
  });
});
