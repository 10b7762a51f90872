/**
 * `npm run bench -- admin [--runs N] [--only NAME]`: what a merchant's browser feels of each page of the admin, with its
 * processor slowed four times and nothing in its cache, beside an empty Polaris page of the same run.
 */
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Frame, Locator, Page } from 'playwright-core';
import { DESK } from '../test/browser/admin.ts';
import { ADMIN_PAGES } from '../test/support/admin-pages.ts';
import { openAdminWorld } from '../test/support/admin-world.ts';
import { openPlace } from '../test/support/app-processes.ts';
import { openBrowser } from '../test/support/browser.ts';
import { serveEmptyPage } from './admin/empty-server.ts';
import type { BenchReport } from './run.ts';

const RUNS = 9;
const SLOWED = 4;
const AIMS = { lcpMs: 1_500, cls: 0.02, inpMs: 150, jsGzipBytes: 250_000 };
/** Controls of a page that are used in each visit. */
const USED = 4;
/** A page at rest: nothing asked for and nothing shifted for so long. */
const REST_MS = 700;
/** The browser rounds what it tells of interactions to 8 ms and keeps those to itself that took less than two of these. */
const UNTOLD_MS = 16;
/** Longer than a slowed page takes to answer and to paint; staff do not click faster either. */
const PAINTED_MS = 400;
/** A field's own corner: far to the right of a title there may be nothing. */
const REACH_PX = 20;

interface Visit {
  lcpMs: number;
  cls: number;
  inpMs: number;
  jsGzipBytes: number;
  /** What was largest, what shifted and what was slow to answer: where to look when an aim is missed. */
  why: string[];
}

interface Kept {
  lcp: number;
  cls: number;
  inp: number;
  largest: string;
  slowest: string;
  shifted: string[];
}

interface Shifted {
  node?: unknown;
  previousRect: DOMRectReadOnly;
  currentRect: DOMRectReadOnly;
}

/** Runs in every frame before anything else; what it keeps is of that frame alone. */
function keepVitals(): void {
  const kept: Kept = { lcp: 0, cls: 0, inp: 0, largest: '', slowest: '', shifted: [] };
  Object.assign(window, { benchVitals: kept });
  const named = (node: unknown): string =>
    node instanceof Element ? `<${node.localName}> “${(node.textContent ?? '').trim().slice(0, 40)}”` : '';
  const watch = (type: string, more: object, each: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => {
      list.getEntries().forEach(each);
    }).observe({ type, buffered: true, ...more });
  watch('largest-contentful-paint', {}, (entry) => {
    kept.lcp = entry.startTime;
    if ('element' in entry) kept.largest = named(entry.element);
  });
  watch('layout-shift', {}, (entry) => {
    if ('hadRecentInput' in entry && entry.hadRecentInput === true) return;
    if (!('value' in entry)) return;
    kept.cls += Number(entry.value);
    const sources = 'sources' in entry && Array.isArray(entry.sources) ? entry.sources : [];
    const where = ({ x, y, width, height }: DOMRectReadOnly): string =>
      `${Math.round(x)},${Math.round(y)} ${Math.round(width)}×${Math.round(height)}`;
    for (const source of sources as Shifted[])
      kept.shifted.push(
        `${Number(entry.value).toFixed(4)} at ${Math.round(entry.startTime)} ms, ` +
          `${where(source.previousRect)} to ${where(source.currentRect)} ${named(source.node)}`,
      );
  });
  watch('event', { durationThreshold: 16 }, (entry) => {
    if (!('interactionId' in entry) || Number(entry.interactionId) === 0 || entry.duration <= kept.inp)
      return;
    kept.inp = entry.duration;
    kept.slowest = `${entry.name} ${'target' in entry ? named(entry.target) : ''}`;
  });
}

export async function bench(args: string[]): Promise<BenchReport> {
  const { values } = parseArgs({
    args,
    options: { runs: { type: 'string' }, only: { type: 'string', multiple: true } },
  });
  const runs = Math.max(1, Number(values.runs ?? RUNS) || RUNS);
  // React decides by it which of its builds renders the pages.
  process.env['NODE_ENV'] = 'production';
  const place = await openPlace();
  const world = await openAdminWorld({
    database: { url: place.databaseUrl, close: () => place.remove() },
  });
  const { sandbox, house } = world.app;
  const empty = await serveEmptyPage(sandbox.world.app.apiKey, house.shopify.appBridgeUrl);
  const browser = await openBrowser();
  const pages = ADMIN_PAGES.filter(({ name }) => values.only === undefined || values.only.includes(name));
  const targets = [
    { name: 'an empty Polaris page', path: '/', origin: empty.url },
    ...pages.map((page) => ({ name: page.name, path: page.path(world.at), origin: world.app.url })),
  ];
  const measured = new Map<string, Visit[]>(targets.map(({ name }) => [name, []]));

  /** One visit by a browser that has never been here. */
  async function visit({ path, origin }: (typeof targets)[number]): Promise<Visit> {
    sandbox.world.app.url = origin;
    const context = await browser.visitor({ viewport: DESK });
    const tab = await context.newPage();
    await tab.addInitScript(keepVitals);
    const scripts: Promise<number>[] = [];
    let asked = 0;
    let last = Date.now();
    tab.on('request', () => {
      asked += 1;
      last = Date.now();
    });
    const answered = (): void => {
      asked -= 1;
      last = Date.now();
    };
    tab.on('requestfailed', answered);
    tab.on('requestfinished', (request) => {
      answered();
      if (request.resourceType() === 'script' && request.url().startsWith(origin))
        scripts.push(
          request
            .response()
            .then(async (answer) => (answer ? gzipSync(await answer.body(), { level: 9 }).length : 0)),
        );
    });
    const devtools = await context.newCDPSession(tab);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
    await tab.goto(`${sandbox.url}/admin/store/${world.filled.handle}/apps/tock${path}`);
    await tab.frameLocator('#app-frame').locator('h1').first().waitFor();
    const frame = tab.frames().find((one) => one.url().startsWith(origin));
    if (!frame) throw new Error('The app is not in the admin.');
    const rest = async (): Promise<void> => {
      while (asked > 0 || Date.now() - last < REST_MS) await tab.waitForTimeout(REST_MS / 7);
    };
    await rest();
    const loaded = await vitalsOf(frame);
    const jsGzipBytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
    await use(tab, frame);
    await rest();
    const used = await vitalsOf(frame);
    await context.close();
    return {
      lcpMs: Math.round(loaded.lcp),
      cls: Number(used.cls.toFixed(4)),
      inpMs: Math.max(UNTOLD_MS, used.inp),
      jsGzipBytes,
      why: [
        `largest: ${loaded.largest}`,
        `slowest: ${used.slowest}`,
        ...used.shifted.map((shift) => `shifted: ${shift}`),
      ],
    };
  }

  try {
    // The first of each is for the server's own warmth.
    for (const target of targets) await visit(target);
    for (let run = 0; run < runs; run += 1)
      for (const target of targets) measured.get(target.name)?.push(await visit(target));
  } finally {
    await browser.close();
    empty.close();
    await world.close();
  }

  const results = targets.map(({ name, path }) => ({ name, path, ...medianOf(measured.get(name) ?? []) }));
  const whyOf = (name: string): string[] => measured.get(name)?.at(-1)?.why ?? [];
  const missed = results.flatMap(({ name, ...result }) => {
    const aims = (['lcpMs', 'cls', 'inpMs', 'jsGzipBytes'] as const)
      .filter((aim) => result[aim] > AIMS[aim])
      .map((aim) => `${name}: ${aim} is ${result[aim]}, the aim is ${AIMS[aim]}.`);
    return aims.length === 0 ? [] : [...aims, ...whyOf(name).map((line) => `    ${line}`)];
  });
  return {
    title: `The admin’s pages, processor slowed ${SLOWED} times, nothing cached, median of ${runs}`,
    rows: results.map(({ name, lcpMs, cls, inpMs, jsGzipBytes }) => ({
      page: name,
      'LCP ms': lcpMs,
      CLS: cls,
      'INP ms': inpMs,
      'JS kB gzip': Number((jsGzipBytes / 1_000).toFixed(1)),
    })),
    notes: [
      'Within the app’s frame, from the start of its own document, as Shopify counts it. App Bridge is Shopify’s and not in the JS.',
      ...(missed.length === 0 ? ['Every page is within its aims.'] : missed),
    ],
    result: { pages: results },
  };
}

async function vitalsOf(frame: Frame): Promise<Kept> {
  return frame.evaluate(() => (window as unknown as { benchVitals: Kept }).benchVitals);
}

/**
 * As staff do it: a click on the page, then on what it offers first, and a letter where one can be typed. Whatever has to
 * be asked of the page is asked before, and nothing until it has painted: a question runs on the page's own thread, slowed
 * like everything there, and would be counted as the page's.
 */
async function use(tab: Page, frame: Frame): Promise<void> {
  const controls = frame.locator(
    'main :is(input:not([type=file]), textarea, select, [role=tab], button[aria-expanded]):visible:enabled',
  );
  await press(tab, frame.locator('h1').first());
  const count = Math.min(USED, await controls.count());
  for (let at = 0; at < count; at += 1) {
    const control = controls.nth(at);
    // What was done before it may have taken it away or switched it off.
    if ((await controls.count()) <= at) break;
    const typed = await control.evaluate((one) =>
      one.matches('input:not([type=checkbox], [type=radio]), textarea'),
    );
    await press(tab, control);
    await (typed ? tab.keyboard.type('a') : tab.keyboard.press('Escape'));
    await tab.waitForTimeout(PAINTED_MS);
  }
}

async function press(tab: Page, control: Locator): Promise<void> {
  await control.scrollIntoViewIfNeeded();
  const box = await control.boundingBox();
  if (!box) throw new Error('What was to be pressed is not to be seen.');
  await tab.waitForTimeout(PAINTED_MS);
  await tab.mouse.click(box.x + Math.min(box.width / 2, REACH_PX), box.y + box.height / 2);
  await tab.waitForTimeout(PAINTED_MS);
}

function medianOf(visits: readonly Visit[]): Omit<Visit, 'why'> {
  const median = (of: (visit: Visit) => number): number =>
    visits.map(of).sort((a, b) => a - b)[Math.floor(visits.length / 2)] ?? 0;
  return {
    lcpMs: median(({ lcpMs }) => lcpMs),
    cls: median(({ cls }) => cls),
    inpMs: median(({ inpMs }) => inpMs),
    jsGzipBytes: median(({ jsGzipBytes }) => jsGzipBytes),
  };
}
