/** What the log page and the workers ask the database, at ten thousand, a million and ten million deliveries: time and buffers. */
import type { Sql } from '../app/store/database.ts';
import { createDeliveryLog, type LogFilter } from '../app/store/log.ts';
import { claimDue, pixelsWithWork } from '../app/store/queue.ts';
import type { Store } from '../app/store/store.ts';
import { openPlace } from '../test/support/app-processes.ts';
import { explained } from '../test/support/explained.ts';
import { BIG, makeDeliveries, middleOfTheLog } from '../test/support/many-deliveries.ts';
import type { BenchReport } from './run.ts';

const SIZES = [10_000, 1_000_000, 10_000_000];
/** As the page shows it. */
const PAGE = 50;
/** What a quiet pixel leases. */
const BATCH = 10;
/** What TikTok takes in a request: a lease writes each row, so this one is told by the row. */
const FULL_BATCH = 1_000;
const MS_LIMIT = 20;
const BUFFERS_LIMIT = 60;
const WARM_RUNS = 3;
const FULL = `lease: ${FULL_BATCH} rows`;

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
  const lease = (limit: number) => (sql: Sql) =>
    claimDue(sql, { pixelId: BIG, now, leaseUntil: new Date(now.getTime() + 90_000), limit });
  return {
    ...Object.fromEntries(
      Object.entries(filters).map(([name, filter]) => [
        name,
        (sql: Sql) => log(sql).page({ filter, limit: PAGE }),
      ]),
    ),
    'log: a page in the middle': (sql) => log(sql).page({ limit: PAGE, after: middleOfTheLog(now) }),
    'log: one whole record': (sql) => log(sql).record(BIG, 'order-1000'),
    'lease: who has work': (sql) => pixelsWithWork(sql, now, 500),
    [`lease: ${BATCH} rows`]: lease(BATCH),
    [FULL]: lease(FULL_BATCH),
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
      await makeDeliveries(store.database, size, now);
      queries.push(...(await ask(store, size, now)));
      await store.close();
    } finally {
      await place.remove();
    }
  }
  const over = queries.filter(
    ({ name, ms, buffers }) => name !== FULL && (ms > MS_LIMIT || buffers > BUFFERS_LIMIT),
  );
  const full = queries.filter(({ name }) => name === FULL);
  return {
    title: `The dearest statement of each question, warm, pages of ${PAGE}`,
    rows: queries.map(({ name, rows, ms, buffers }) => ({ rows, name, ms, buffers })),
    notes: [
      `The aim is ${MS_LIMIT} ms and ${BUFFERS_LIMIT} buffers of 8 kB for each statement.`,
      ...full.map(
        ({ rows, buffers }) =>
          `${FULL} at ${rows}: ${(buffers / FULL_BATCH).toFixed(1)} buffers for each row that is written.`,
      ),
    ],
    missed: over.map(({ name, rows, ms, buffers }) => `${name} at ${rows}: ${ms} ms, ${buffers} buffers`),
    result: { queries },
  };
}
