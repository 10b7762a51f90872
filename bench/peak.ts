/** A Black Friday on one machine: orders and page events at a steady rate, load generator included, every id verified. */
import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { sandboxCredentials } from '../app/config.ts';
import type { Store } from '../app/store/store.ts';
import { cpuMsOf, freePort, openPlace, startApp, type Place } from '../test/support/app-processes.ts';
import {
  beaconRequest,
  checkoutTokenOf,
  orderEventIdOf,
  orderRequest,
  pageEventIdOf,
  type Request,
} from './load/bodies.ts';
import { countingTikTok, type CountingTikTok } from './load/counting-tiktok.ts';
import { numberOption } from './load/options.ts';
import { installShops, type BenchShop } from './load/shops.ts';
import type { BenchReport } from './run.ts';

const SHOPS = 20;
const CONNECTIONS = 256;
const TICK_MS = 10;
/** More unanswered than this is more than the machine carries: what is due beyond it is left out and told. */
const MOST_UNANSWERED = 4_000;
/** Orders without context wait a minute for it. */
const PATIENCE_MS = 180_000;
const ANSWER_P99_MS = 300;
const WITH_CONTEXT_P95_MS = 5_000;
/** Searching for the highest load that holds: halved so often, each try so long. */
const FIND_ROUNDS = 6;
const FIND_SECONDS = 30;
/** More than one load may number. */
const NEXT_IDS = 10_000_000;

function percentile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

interface Tally {
  answerMs: number[];
  /** Acknowledged ids and when they were sent. */
  sent: Map<string, { at: number; kind: 'page' | 'with' | 'without' }>;
  refused: Record<string, number>;
  leftOut: number;
}

interface Rates {
  seconds: number;
  orders: number;
  events: number;
}

/** `from`: the number of the first order and of the first page event, so that no two loads share an id. */
async function load(port: number, shops: readonly BenchShop[], rates: Rates, from: number): Promise<Tally> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS, pipelining: 1 });
  const tally: Tally = { answerMs: [], sent: new Map(), refused: {}, leftOut: 0 };
  let unanswered = 0;
  const open = new Set<Promise<void>>();

  async function send(request: Request, id: string, kind: 'page' | 'with' | 'without'): Promise<void> {
    const at = Date.now();
    const begin = performance.now();
    let status = 0;
    try {
      const answer = await pool.request({ ...request, method: 'POST' });
      await answer.body.dump();
      status = answer.statusCode;
    } catch {
      status = 0;
    }
    tally.answerMs.push(performance.now() - begin);
    if (status >= 200 && status < 300) tally.sent.set(id, { at, kind });
    else tally.refused[status] = (tally.refused[status] ?? 0) + 1;
  }
  function go(work: () => Promise<void>): void {
    if (unanswered >= MOST_UNANSWERED) {
      tally.leftOut += 1;
      return;
    }
    unanswered += 1;
    const sending = work().finally(() => {
      unanswered -= 1;
      open.delete(sending);
    });
    open.add(sending);
  }
  const shopOf = (index: number): BenchShop => {
    const shop = shops[index % shops.length];
    if (!shop) throw new Error('There is no shop to send from.');
    return shop;
  };
  function page(number: number): void {
    const index = from + number;
    const one = { shop: shopOf(index), index, at: new Date() };
    go(() => send(beaconRequest(one), pageEventIdOf(one), 'page'));
  }
  function order(number: number): void {
    const index = from + number;
    const shop = shopOf(index);
    const checkoutToken = checkoutTokenOf(index);
    const withContext = index % 10 !== 0;
    go(async () => {
      if (withContext) {
        // Ids of checkouts lie far above those of pages.
        const visit = { shop, index: 100_000_000 + index, at: new Date(), checkoutToken };
        await send(beaconRequest(visit), pageEventIdOf(visit), 'page');
      }
      const bought = orderRequest(
        { shop, index, at: new Date(), checkoutToken },
        sandboxCredentials.apiSecret,
      );
      await send(bought, orderEventIdOf(index), withContext ? 'with' : 'without');
    });
  }

  const begin = performance.now();
  let pages = 0;
  let orders = 0;
  // Nine orders in ten bring a page event of their own, which counts.
  const pageRate = Math.max(0, rates.events - rates.orders * 0.9);
  for (let elapsed = 0; elapsed < rates.seconds; elapsed = (performance.now() - begin) / 1_000) {
    for (; pages < elapsed * pageRate; pages += 1) page(pages);
    for (; orders < elapsed * rates.orders; orders += 1) order(orders);
    await wait(TICK_MS);
  }
  await Promise.all(open);
  await pool.close();
  return tally;
}

interface Town {
  port: number;
  shops: readonly BenchShop[];
  tiktok: CountingTikTok;
  web: number;
  worker: number;
  postmaster: number;
}

interface Held {
  seconds: number;
  rates: Rates;
  tally: Tally;
  answers: number[];
  withContext: number[];
  withoutContext: number[];
  lost: number;
  /** Share of one core, by who used it. */
  cores: Record<string, number>;
}

/** The load for a while, and then until TikTok has everything that was acknowledged. */
async function hold(town: Town, rates: Rates, from: number): Promise<Held> {
  const used = (): Record<string, number> => ({
    web: cpuMsOf(town.web),
    worker: cpuMsOf(town.worker),
    PostgreSQL: cpuMsOf(town.postmaster),
    // Every beacon and order is made, signed, sent and counted here, and TikTok stands here too.
    'load generator': (process.cpuUsage().user + process.cpuUsage().system) / 1_000,
  });
  const { tiktok } = town;
  const before = used();
  const begin = performance.now();
  const tally = await load(town.port, town.shops, rates, from);
  const ms = performance.now() - begin;
  const after = used();
  const until = performance.now() + PATIENCE_MS;
  const waiting = (): number => [...tally.sent.keys()].filter((id) => !tiktok.arrivals.has(id)).length;
  while (waiting() > 0 && performance.now() < until) await wait(500);
  const late = (kind: string): number[] =>
    ascending(
      [...tally.sent]
        .filter(([, sent]) => sent.kind === kind)
        .map(([id, { at }]) => (tiktok.arrivals.get(id)?.firstAt ?? at + PATIENCE_MS) - at),
    );
  return {
    seconds: rates.seconds,
    rates,
    tally,
    answers: ascending(tally.answerMs),
    withContext: late('with'),
    withoutContext: late('without'),
    lost: waiting(),
    cores: Object.fromEntries(
      Object.entries(after).map(([who, at]) => [
        who,
        Math.round(((at - (before[who] ?? 0)) / ms) * 100) / 100,
      ]),
    ),
  };
}

/** Why a load did not hold; empty when it did. */
function shortOf({ tally, answers, withContext, lost }: Held): string[] {
  const answer = percentile(answers, 0.99);
  const sending = percentile(withContext, 0.95);
  return [
    ...(answer > ANSWER_P99_MS ? [`the answer's p99 is ${answer} ms, the aim ${ANSWER_P99_MS}`] : []),
    ...(sending > WITH_CONTEXT_P95_MS
      ? [`order to TikTok with context: p95 ${sending} ms, the aim ${WITH_CONTEXT_P95_MS}`]
      : []),
    ...(tally.leftOut > 0 ? [`${tally.leftOut} were not sent because too many were unanswered`] : []),
    ...(Object.keys(tally.refused).length > 0 ? [`refused: ${JSON.stringify(tally.refused)}`] : []),
    ...(lost > 0 ? [`${lost} did not reach TikTok within ${PATIENCE_MS / 1_000} s`] : []),
  ];
}

/** Who used most of the machine, in words. */
function limitOf({ cores }: Held): string {
  const all = Object.values(cores).reduce((sum, share) => sum + share, 0);
  const [most] = Object.entries(cores).sort(([, a], [, b]) => b - a);
  const parts = Object.entries(cores).map(([who, share]) => `${who} ${share}`);
  const whole = availableParallelism();
  const why =
    all > whole * 0.85
      ? `the processors are used up, most of all by: ${most?.[0]}`
      : (most?.[1] ?? 0) > 0.85
        ? `one process is at its one core: ${most?.[0]}`
        : 'no processor of ours is used up: the disk, or others on this machine';
  return `Cores used: ${parts.join(', ')} of ${whole}; ${why}.`;
}

async function openTown(
  place: Place,
  store: Store,
  tiktok: CountingTikTok,
): Promise<Town & { close(): Promise<void> }> {
  const shops = await installShops(store, { count: SHOPS });
  const port = await freePort();
  const [web, worker] = (['web', 'worker'] as const).map((door) => {
    const logFile = path.join(place.dataDir, `${door}.log`);
    closeSync(openSync(logFile, 'a'));
    return startApp({
      door,
      place,
      throughUrl: true,
      port: door === 'web' ? port : 0,
      appUrl: `http://127.0.0.1:${port}`,
      sandboxUrl: 'http://127.0.0.1:9',
      tiktokUrl: tiktok.baseUrl,
      logFile,
    });
  });
  if (!web || !worker) throw new Error('Two processes were asked for.');
  for (const one of [web, worker]) await one.ready();
  return {
    port,
    shops,
    tiktok,
    web: web.pid,
    worker: worker.pid,
    postmaster: place.postmaster() ?? 0,
    async close() {
      await Promise.all([web.stop(), worker.stop()]);
    },
  };
}

const scaled = (rates: Rates, share: number): Rates => ({
  ...rates,
  orders: Math.max(1, Math.round(rates.orders * share)),
  events: Math.max(1, Math.round(rates.events * share)),
});

/** The highest share of the load that holds, by halving what is between one that does and one that does not. */
async function find(town: Town, asked: Rates, say: (line: string) => void): Promise<Held | null> {
  let best: Held | null = null;
  let [low, high] = [0, 1];
  let from = NEXT_IDS;
  for (let round = 0; round < FIND_ROUNDS; round += 1) {
    const share = (low + high) / 2;
    const rates = scaled({ ...asked, seconds: Math.min(asked.seconds, FIND_SECONDS) }, share);
    const held = await hold(town, rates, from);
    from += NEXT_IDS;
    const short = shortOf(held);
    say(`  ${rates.orders} orders, ${rates.events} page events a second: ${short.join('; ') || 'holds'}`);
    if (short.length === 0) [best, low] = [held, share];
    else high = share;
  }
  return best;
}

export async function bench(args: string[]): Promise<BenchReport> {
  const asked: Rates = {
    seconds: numberOption(args, 'seconds', 60),
    orders: numberOption(args, 'orders', 700),
    events: numberOption(args, 'events', 5_000),
  };
  const place = await openPlace();
  const tiktok = await countingTikTok();
  try {
    const store = await place.openStore(2);
    const checkpoints = async (): Promise<number> => {
      const [row] = await store.database.rows<{ n: string }>(
        'SELECT num_timed + num_requested AS n FROM pg_stat_checkpointer',
      );
      return Number(row?.n ?? 0);
    };
    const town = await openTown(place, store, tiktok);
    try {
      const before = await checkpoints();
      const held = await hold(town, asked, 0);
      const passed = (await checkpoints()) - before;
      const short = shortOf(held);
      const best =
        short.length > 0 && args.includes('--find')
          ? await find(town, asked, (line) => console.log(line))
          : null;
      const shown = best ?? held;
      const doubled = [...tiktok.arrivals.values()].filter(({ copies }) => copies > 1).length;
      const row = (what: string, values: readonly number[]): Record<string, string | number> => ({
        what,
        count: values.length,
        'p50 ms': percentile(values, 0.5),
        'p95 ms': percentile(values, 0.95),
        'p99 ms': percentile(values, 0.99),
      });
      const counted = [...shown.tally.sent.values()];
      const { rates } = shown;
      return {
        title: `${rates.orders} orders and ${rates.events} page events a second for ${rates.seconds} s`,
        rows: [
          row('answer', shown.answers),
          row('order to TikTok, with context', shown.withContext),
          row('order to TikTok, without context', shown.withoutContext),
        ],
        notes: [
          `${tiktok.requests()} requests to TikTok. Lost ${shown.lost}, sent more than once ${doubled}. ${passed} checkpoints during the load that was asked for.`,
          limitOf(shown),
          ...(best ? [`The highest load that held, of tries of ${rates.seconds} s each.`] : []),
          ...(short.length > 0 && best ? [`At what was asked for: ${limitOf(held)}`] : []),
        ],
        missed: [
          ...short.map((line) => `${asked.orders} orders and ${asked.events} page events a second: ${line}`),
          ...(doubled > 0 ? [`${doubled} ids were sent more than once`] : []),
        ],
        result: {
          seconds: rates.seconds,
          orders: counted.filter(({ kind }) => kind !== 'page').length,
          events: counted.filter(({ kind }) => kind === 'page').length,
          answerP99Ms: percentile(shown.answers, 0.99),
          withContextP95Ms: percentile(shown.withContext, 0.95),
          withoutContextP95Ms: percentile(shown.withoutContext, 0.95),
          lost: shown.lost,
          doubled,
        },
      };
    } finally {
      await town.close();
      await store.close();
    }
  } finally {
    await tiktok.close();
    await place.remove();
  }
}
