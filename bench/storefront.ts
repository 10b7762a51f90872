/** `npm run bench -- storefront [--runs N]`: what Tock adds to a product page, beside nothing and beside TikTok's usual snippet. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { PixelOptions } from '../app/conversion/browser.ts';
import { defaultPixelSettings, defaultSettings, pixelOptions } from '../app/conversion/settings.ts';
import { buildExtensions } from '../extensions/build.ts';
import { startSandbox } from '../sandbox/main.ts';
import { regionCookie } from '../sandbox/storefront/visit.ts';
import { tiktokOf } from '../sandbox/tiktok/business.ts';
import { openBrowser } from '../test/support/browser.ts';
import { numberOption } from './load/options.ts';
import type { BenchReport } from './run.ts';

const VARIANTS = ['nothing', 'TikTok’s snippet alone', 'web pixel', 'web pixel and embed'] as const;
type Variant = (typeof VARIANTS)[number];

interface Run {
  requests: number;
  bytes: number;
  /** Milliseconds of the page's main thread, all tasks. */
  mainThread: number;
  /** Milliseconds beyond the first 50 of each task. */
  blocking: number;
  longTasks: number;
  shifts: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  dur?: number;
  args?: { name?: string };
}

const RUNS = 15;
const LONG_MS = 50;
const QUIET_MS = 1_000;

export async function bench(args: string[]): Promise<BenchReport> {
  const runs = numberOption(args, 'runs', RUNS);
  const built = await buildExtensions();
  const gzip = async (file: string): Promise<number> => gzipSync(await readFile(file), { level: 9 }).length;
  const [pixelGzipBytes, embedGzipBytes] = await Promise.all([
    gzip(built.storefrontPixel),
    gzip(built.browserPixel),
  ]);

  const intake = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(202, { 'access-control-allow-origin': '*' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(intake, 'listening');
  const endpoint = `http://127.0.0.1:${(intake.address() as AddressInfo).port}/intake/storefront`;
  const sandbox = await startSandbox({
    port: 0,
    appUrl: endpoint,
    apiKey: 'key',
    apiSecret: 'secret',
    seed: 1,
  });
  const browser = await openBrowser();
  const measured = new Map<Variant, Run[]>(VARIANTS.map((variant) => [variant, []]));

  try {
    const { world } = sandbox;
    const shop = world.shops.get('northwind');
    const code = [...tiktokOf(world).pixels.values()].find((pixel) => pixel.shop === shop?.handle)?.code;
    if (shop === undefined || code === undefined) throw new Error('The sandbox has no such shop.');
    const options: PixelOptions = pixelOptions(
      [{ code, settings: defaultPixelSettings(), browserLeg: true }],
      defaultSettings(),
    );
    const embed = {
      v: 1,
      pixels: [{ code }],
      eventsJs: `${sandbox.url}/tiktok/i18n/pixel/events.js`,
      cartClick: true,
      identify: false,
    };

    /** The shop as this variant has it. */
    function dress(variant: Variant): void {
      if (shop === undefined || code === undefined) return;
      const ours = variant === 'web pixel' || variant === 'web pixel and embed';
      shop.embedEnabled = variant === 'web pixel and embed';
      const { secondSenders } = tiktokOf(world).switches;
      if (variant === 'TikTok’s snippet alone')
        secondSenders.set(shop.handle, { kind: 'other-app', pixel: code });
      else secondSenders.delete(shop.handle);
      Object.assign(shop.install, {
        installed: ours,
        webPixel: ours
          ? {
              id: '1',
              settings: { key: 'public-key', endpoint, options: JSON.stringify(options) },
              dataSharingState: 'ALWAYS_ON',
            }
          : undefined,
        metafields: [
          {
            id: '1',
            namespace: 'tock',
            key: 'embed',
            type: 'json',
            value: JSON.stringify(embed),
            createdAt: '',
            updatedAt: '',
          },
        ],
      });
    }

    /** One visit with an empty cache: a product page until nothing more happens. */
    async function visit(variant: Variant): Promise<Run> {
      if (shop === undefined) throw new Error('No shop.');
      dress(variant);
      const url = world.storefrontUrl(shop);
      const context = await browser.visitor();
      await context.addCookies([{ name: regionCookie, value: 'US-NY', url }]);
      const page = await context.newPage();
      await page.addInitScript(() => {
        const kept = { shifts: 0 };
        Object.assign(window, { benchKept: kept });
        new PerformanceObserver((list) => {
          kept.shifts += list.getEntries().length;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      let requests = 0;
      const sizes: Promise<number>[] = [];
      let lastRequest = Date.now();
      context.on('request', () => {
        requests += 1;
        lastRequest = Date.now();
      });
      context.on('requestfinished', (request) => {
        sizes.push(
          request.sizes().then(
            (size) => size.responseBodySize + size.responseHeadersSize + size.requestBodySize,
            () => 0,
          ),
        );
      });
      await browser.browser.startTracing(page, {
        categories: ['toplevel', 'disabled-by-default-devtools.timeline', 'devtools.timeline'],
      });
      await page.goto(`${url}/products/harbor-raincoat?ttclid=E.C.P.bench`, { waitUntil: 'load' });
      // Playwright never sees a worker's beacon end, so its own "network idle" would not come.
      while (Date.now() - lastRequest < QUIET_MS) await setTimeout(QUIET_MS / 4);
      const trace = await browser.browser.stopTracing();
      const shifts = await page.evaluate(
        () => (window as unknown as { benchKept: { shifts: number } }).benchKept.shifts,
      );
      const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      await context.close();
      return { requests, bytes, shifts, ...mainThreadOf(trace) };
    }

    for (const variant of VARIANTS) await visit(variant);
    // One after the other, so that whatever else the machine does meets all of them alike.
    for (let run = 0; run < runs; run += 1)
      for (const variant of VARIANTS) measured.get(variant)?.push(await visit(variant));
  } finally {
    await browser.close();
    await sandbox.close();
    intake.closeAllConnections();
    intake.close();
  }

  const medians = new Map(VARIANTS.map((variant) => [variant, medianOf(measured.get(variant) ?? [])]));
  const bare = medians.get('nothing') ?? emptyRun;
  const whole = medians.get('web pixel and embed') ?? emptyRun;
  return {
    title: `A product page, median of ${runs} alternating visits with an empty cache`,
    rows: VARIANTS.map((variant) => {
      const run = medians.get(variant) ?? emptyRun;
      return {
        with: variant,
        requests: run.requests,
        kB: Number((run.bytes / 1_000).toFixed(1)),
        'main thread ms': Number(run.mainThread.toFixed(1)),
        'added ms': Number((run.mainThread - bare.mainThread).toFixed(1)),
        'blocking ms': Number(run.blocking.toFixed(1)),
        'long tasks': run.longTasks,
        'layout shifts': run.shifts,
      };
    }),
    notes: [
      `Web pixel ${pixelGzipBytes} bytes gzipped (at most 8192), embed ${embedGzipBytes} (at most 3072).`,
      'TikTok’s script is the sandbox’s stand-in, far smaller than the original; the pixel manager is a stand-in for Shopify’s, which is there anyway.',
      'The web pixel runs in a worker; its share of the main thread is what the pixel manager does for it.',
    ],
    result: {
      pixelGzipBytes,
      embedGzipBytes,
      longTasks: Math.max(0, whole.longTasks - bare.longTasks),
      pages: Object.fromEntries(medians),
    },
  };
}

const emptyRun: Run = { requests: 0, bytes: 0, mainThread: 0, blocking: 0, longTasks: 0, shifts: 0 };

function medianOf(runs: readonly Run[]): Run {
  const median = (values: number[]): number =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return {
    requests: median(runs.map((run) => run.requests)),
    bytes: median(runs.map((run) => run.bytes)),
    mainThread: median(runs.map((run) => run.mainThread)),
    blocking: median(runs.map((run) => run.blocking)),
    longTasks: median(runs.map((run) => run.longTasks)),
    shifts: median(runs.map((run) => run.shifts)),
  };
}

/** The renderer's main thread that worked most is the page's; the others belong to frames and service processes. */
function mainThreadOf(trace: Buffer): Pick<Run, 'mainThread' | 'blocking' | 'longTasks'> {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const key = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`;
  const mains = new Set(
    traceEvents.flatMap((event) =>
      event.name === 'thread_name' && event.args?.name === 'CrRendererMain' ? [key(event)] : [],
    ),
  );
  const byThread = new Map<string, number[]>();
  for (const event of traceEvents) {
    if (event.ph !== 'X' || !/RunTask$/.test(event.name) || !mains.has(key(event))) continue;
    const tasks = byThread.get(key(event)) ?? [];
    tasks.push((event.dur ?? 0) / 1_000);
    byThread.set(key(event), tasks);
  }
  const sum = (tasks: readonly number[]): number => tasks.reduce((all, task) => all + task, 0);
  const tasks = [...byThread.values()].sort((a, b) => sum(b) - sum(a))[0] ?? [];
  return {
    mainThread: sum(tasks),
    blocking: sum(tasks.map((task) => Math.max(0, task - LONG_MS))),
    longTasks: tasks.filter((task) => task >= LONG_MS).length,
  };
}
