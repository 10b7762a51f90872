/** How fast a backlog goes out after an outage, with one worker process and with two. */
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../app/base/clock.ts';
import { readBeacon, readPageEvent } from '../app/conversion/from-pixel.ts';
import { recordVisits, type VisitArrival } from '../app/record/pages.ts';
import { createShopsInForce, type ShopInForce } from '../app/record/shop.ts';
import type { Store } from '../app/store/store.ts';
import { createRecentContexts } from '../app/visitors/recent.ts';
import { freePort, openPlace, startApp, type AppProcess, type Place } from '../test/support/app-processes.ts';
import { beaconRequest } from './load/bodies.ts';
import { countingTikTok, type CountingTikTok } from './load/counting-tiktok.ts';
import { numberOption } from './load/options.ts';
import { installShops, type BenchShop } from './load/shops.ts';
import type { BenchReport } from './run.ts';

const SHOPS = 4;
const GROUP = 500;

function arrivalOf(bench: BenchShop, shop: ShopInForce, index: number): VisitArrival {
  const at = new Date();
  const beacon = readBeacon(beaconRequest({ shop: bench, index, at }).body);
  if (!beacon.ok) throw new Error('The bench makes beacons that cannot be read.');
  const reads = beacon.value.events.flatMap((event) => {
    const read = readPageEvent(event, {
      beacon: beacon.value,
      ip: '203.0.113.9',
      userAgent: 'Mozilla/5.0',
      country: shop.country,
      visitorId: shop.version.settings.visitorId,
    });
    return read.ok ? [read.value] : [];
  });
  return { shop, client: beacon.value.client, choice: { ...beacon.value.consent }, receivedAt: at, reads };
}

/** Through the same door as intake, group by group. */
async function fill(
  place: Place,
  store: Store,
  shops: readonly BenchShop[],
  from: number,
  count: number,
): Promise<void> {
  const inForce = createShopsInForce({ store });
  const known = await Promise.all(shops.map(({ id }) => inForce.byId(id)));
  const needs = {
    keyring: place.keyring,
    clock: systemClock,
    regionOf: () => 'none' as const,
    contexts: createRecentContexts(),
  };
  for (let done = 0; done < count; done += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, count - done) }, (_, at) => {
      const index = from + done + at;
      const place = index % shops.length;
      const [bench, shop] = [shops[place], known[place]];
      if (!bench || !shop) throw new Error('There is no shop to fill from.');
      return arrivalOf(bench, shop, index);
    });
    await store.database.transaction((sql) => recordVisits(sql, needs, group));
  }
}

async function drained(
  place: Place,
  tiktok: CountingTikTok,
  workers: number,
  wanted: number,
): Promise<number> {
  const port = await freePort();
  const started: AppProcess[] = [];
  const before = tiktok.arrivals.size;
  try {
    for (let one = 0; one < workers; one += 1) {
      const logFile = path.join(place.dataDir, `worker-${workers}-${one}.log`);
      closeSync(openSync(logFile, 'a'));
      started.push(
        startApp({
          door: 'worker',
          place,
          throughUrl: true,
          appUrl: `http://127.0.0.1:${port}`,
          sandboxUrl: 'http://127.0.0.1:9',
          tiktokUrl: tiktok.baseUrl,
          logFile,
        }),
      );
    }
    // From the first event that arrives: starting a process is not draining.
    while (tiktok.arrivals.size === before) await wait(5);
    const begin = performance.now();
    const first = tiktok.arrivals.size - before;
    while (tiktok.arrivals.size - before < wanted) await wait(20);
    return Math.round((wanted - first) / ((performance.now() - begin) / 1_000));
  } finally {
    for (const one of started) await one.stop();
  }
}

export async function bench(args: string[]): Promise<BenchReport> {
  const events = numberOption(args, 'events', 200_000);
  const place = await openPlace();
  const tiktok = await countingTikTok();
  try {
    const store = await place.openStore(4);
    const shops = await installShops(store, { count: SHOPS });
    const perSecond: number[] = [];
    for (const workers of [1, 2]) {
      await fill(place, store, shops, (workers - 1) * events, events);
      await store.database.run('ANALYZE');
      perSecond.push(await drained(place, tiktok, workers, events));
    }
    await store.close();
    const repeats = [...tiktok.arrivals.values()].filter(({ copies }) => copies > 1).length;
    const [one = 0, two = 0] = perSecond;
    return {
      title: `Events a second until ${events} waiting events are gone (${SHOPS} pixels)`,
      rows: [
        { workers: 1, 'a second': one },
        { workers: 2, 'a second': two },
      ],
      notes: [
        `${tiktok.arrivals.size} ids arrived in ${tiktok.requests()} requests, ${repeats} of them more than once.`,
      ],
      result: { perSecondOneWorker: one, perSecondTwoWorkers: two },
    };
  } finally {
    await tiktok.close();
    await place.remove();
  }
}
