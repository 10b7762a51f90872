/** A Black Friday on one machine: orders and page events at a steady rate, load generator included, every id verified. */
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import { sandboxCredentials } from '../app/config.ts';
import { freePort, openPlace, startApp } from '../test/support/app-processes.ts';
import {
  beaconRequest,
  checkoutTokenOf,
  orderEventIdOf,
  orderRequest,
  pageEventIdOf,
  type Request,
} from './load/bodies.ts';
import { countingTikTok } from './load/counting-tiktok.ts';
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

async function load(
  port: number,
  shops: readonly BenchShop[],
  rates: { seconds: number; orders: number; events: number },
): Promise<Tally> {
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
  function page(index: number): void {
    const one = { shop: shopOf(index), index, at: new Date() };
    go(() => send(beaconRequest(one), pageEventIdOf(one), 'page'));
  }
  function order(index: number): void {
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

export async function bench(args: string[]): Promise<BenchReport> {
  const seconds = numberOption(args, 'seconds', 60);
  const rates = {
    seconds,
    orders: numberOption(args, 'orders', 700),
    events: numberOption(args, 'events', 5_000),
  };
  const place = await openPlace();
  const tiktok = await countingTikTok();
  try {
    const store = await place.openStore(2);
    const shops = await installShops(store, { count: SHOPS });
    const port = await freePort();
    const processes = (['web', 'worker'] as const).map((door) => {
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
    try {
      for (const one of processes) await one.ready();
      const tally = await load(port, shops, rates);
      const until = performance.now() + PATIENCE_MS;
      const waiting = (): string[] => [...tally.sent.keys()].filter((id) => !tiktok.arrivals.has(id));
      while (waiting().length > 0 && performance.now() < until) await wait(500);
      const late = (kind: string): number[] =>
        ascending(
          [...tally.sent]
            .filter(([, sent]) => sent.kind === kind)
            .map(([id, { at }]) => (tiktok.arrivals.get(id)?.firstAt ?? at + PATIENCE_MS) - at),
        );
      const answers = ascending(tally.answerMs);
      const withContext = late('with');
      const withoutContext = late('without');
      const lost = waiting().length;
      const doubled = [...tiktok.arrivals.values()].filter(({ copies }) => copies > 1).length;
      const row = (what: string, values: readonly number[]): Record<string, string | number> => ({
        what,
        count: values.length,
        'p50 ms': percentile(values, 0.5),
        'p95 ms': percentile(values, 0.95),
        'p99 ms': percentile(values, 0.99),
      });
      const counted = [...tally.sent.values()];
      return {
        title: `${rates.orders} orders and ${rates.events} page events a second for ${seconds} s`,
        rows: [
          row('answer', answers),
          row('order to TikTok, with context', withContext),
          row('order to TikTok, without context', withoutContext),
        ],
        notes: [
          `${tiktok.requests()} requests to TikTok. Lost ${lost}, sent more than once ${doubled}.`,
          `Refused: ${JSON.stringify(tally.refused)}; left out because ${MOST_UNANSWERED} were unanswered: ${tally.leftOut}.`,
        ],
        result: {
          seconds,
          orders: counted.filter(({ kind }) => kind !== 'page').length,
          events: counted.filter(({ kind }) => kind === 'page').length,
          answerP99Ms: percentile(answers, 0.99),
          withContextP95Ms: percentile(withContext, 0.95),
          withoutContextP95Ms: percentile(withoutContext, 0.95),
          lost,
          doubled,
        },
      };
    } finally {
      await Promise.all(processes.map((one) => one.stop()));
      await store.close();
    }
  } finally {
    await tiktok.close();
    await place.remove();
  }
}
