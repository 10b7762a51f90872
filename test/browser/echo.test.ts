/** The echo of design decision 6 in real Chromium: the real web pixel in a worker, the real embed in the page. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Liquid } from 'liquidjs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Beacon } from '../../app/conversion/beacon.ts';
import { browserCopy, draftOf, type PixelOptions } from '../../app/conversion/browser.ts';
import { buildExtensions } from '../../extensions/build.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';

const CODE = 'CTOCKNORTHLIGHT00001';
const OPTIONS: PixelOptions = {
  v: 1,
  events: ['page_viewed', 'product_viewed', 'product_added_to_cart'],
  echo: [
    {
      code: CODE,
      events: { product_viewed: 'ViewContent', product_added_to_cart: 'AddToCart' },
      contentId: { kind: 'variant' },
      value: { basis: 'total', tax: true, shipping: true },
    },
  ],
};

/** The smallest pixel manager that gives the bundle what Shopify documents, with storage and cookies of the top frame. */
const WORKER = `
  const asked = new Map(); let next = 1; const listeners = {}; const consentListeners = [];
  const ask = (what, args) => new Promise((done) => { asked.set(next, done); postMessage({ ask: next++, what, args }); });
  const storage = (name) => Object.fromEntries(['getItem', 'setItem', 'removeItem', 'key', 'length', 'clear']
    .map((method) => [method, (...args) => ask(name + '.' + method, args)]));
  onmessage = ({ data }) => {
    if (data.answer) asked.get(data.answer)(data.value);
    if (data.event) (listeners[data.event.name] || []).forEach((call) => call(data.event));
    if (data.consent) consentListeners.forEach((call) => call({ customerPrivacy: data.consent }));
    if (data.start) {
      self.shopify = { extend: (_point, register) => register({
        settings: data.start.settings, init: { customerPrivacy: data.start.privacy, context: data.start.context },
        analytics: { subscribe: (name, call) => { (listeners[name] ||= []).push(call); return () => true; } },
        customerPrivacy: { subscribe: (_name, call) => { consentListeners.push(call); return () => true; } },
        browser: { cookie: { get: (...args) => ask('cookie.get', args), set: (...args) => ask('cookie.set', args) },
          localStorage: storage('localStorage'), sessionStorage: storage('sessionStorage') },
      }) };
      importScripts('/pixel.js');
      postMessage({ ready: true });
    }
  };
`;

const MANAGER = `
  const shop = window.shop = { allowed: window.allowed !== false };
  const privacy = () => ({ analyticsProcessingAllowed: shop.allowed, marketingAllowed: shop.allowed,
    preferencesProcessingAllowed: shop.allowed, saleOfDataAllowed: shop.allowed && window.sale !== false });
  window.Shopify = { routes: { root: '/' }, loadFeatures: (_features, done) => setTimeout(() => {
    window.Shopify.customerPrivacy = Object.assign(Object.fromEntries(Object.keys(privacy()).map((key) => [key, () => privacy()[key]])),
      { currentVisitorConsent: () => ({ marketing: shop.allowed ? 'yes' : 'no' }) });
    done();
  }, 20) };
  const cookie = { get: (name) => (document.cookie.split('; ').find((pair) => pair.startsWith(name + '=')) || '').slice(name.length + 1),
    set: (text) => { document.cookie = text; return ''; } };
  shop.start = (settings) => new Promise((ready) => {
    const worker = shop.worker = new Worker('/worker.js');
    worker.onmessage = ({ data }) => {
      if (data.ready) return ready();
      const [room, method] = data.what.split('.');
      const value = room === 'cookie' ? cookie[method](...data.args)
        : method === 'length' ? window[room].length : window[room][method](...data.args);
      worker.postMessage({ answer: data.ask, value });
    };
    worker.postMessage({ start: { settings, privacy: privacy(),
      context: { document: { location: { href: location.href }, referrer: document.referrer } } } });
  });
  shop.publish = (name, data, id, timestamp) => shop.worker.postMessage({ event: { id, clientId: 'client-1', name, type: 'standard',
    timestamp: timestamp || new Date().toISOString(), data, context: { document: { location: { href: location.href }, referrer: document.referrer },
    navigator: { language: 'en-GB' } } } });
  shop.consent = (allowed) => { shop.allowed = allowed; shop.worker.postMessage({ consent: privacy() });
    document.dispatchEvent(new CustomEvent('visitorConsentCollected')); };
`;

/** What TikTok's script does with the queue when it arrives: takes over \`instance\` and works off what was collected. */
const EVENTS_JS = `
  (() => {
    const ttq = window.ttq; const saw = (window.tiktokSaw ||= []);
    const code = new URL(document.currentScript.src).searchParams.get('sdkid');
    const run = ([method, ...args]) => saw.push({ code, method, args });
    ttq._i[code].splice(0).forEach(run);
    for (const method of ['revokeConsent', 'grantConsent']) ttq[method] = (...args) => run([method, ...args]);
    const before = ttq.instance.bind(ttq);
    ttq.instance = (wanted) => wanted === code ? { track: (...args) => run(['track', ...args]) } : before(wanted);
  })();
`;

/** What stands in the page before everything else, by the query of its address. */
const variants: Record<string, string> = {
  refused: `window.allowed = false;`,
  'no-sale': `window.sale = false;`,
  unload: `addEventListener('unload', () => {});`,
  strange: `window.ttq = 'mine';`,
  theirs: `window.theirs = { loads: [] }; window.ttq = Object.assign([], { _i: { THEIRS: [] },
    load(code) { theirs.loads.push(code); ttq._i[code] = []; },
    instance: (code) => ({ track: (...args) => (window.tiktokSaw ||= []).push({ code, method: 'track', args }) }) });
    theirs.ttq = ttq; theirs.loads.push('THEIRS');`,
  watched: `window.watched = { shifts: 0, long: [] };
    new PerformanceObserver((list) => { watched.shifts += list.getEntries().length; }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => { watched.long.push(...list.getEntries().map(({ duration }) => String(duration))); })
      .observe({ type: 'longtask', buffered: true });`,
};

interface Shop {
  url: string;
  beacons: Beacon[];
  cartWrites: unknown[];
  lastWords: unknown[];
  server: Server;
}

let browser: TestBrowser;
let context: BrowserContext;
let shop: Shop;

beforeAll(async () => {
  await buildExtensions();
  browser = await openBrowser({ backForwardCache: true });
});
afterAll(() => browser.close());
beforeEach(async () => {
  shop = await openShop();
  context = await browser.visitor();
});
afterEach(async () => {
  await context.close();
  shop.server.closeAllConnections();
  shop.server.close();
});

/** A loaded machine takes its time; what never comes is still a failure. */
function eventually<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 15_000, interval: 25 });
}

const lamp = {
  id: '41327143321713',
  price: { amount: 74.95, currencyCode: 'EUR' },
  product: { id: '7140001', title: 'Leselampe „Messing“', type: 'Lamps', vendor: 'North Light' },
  sku: 'LAMP-1',
  title: 'Brass',
};
const viewed = { name: 'product_viewed', data: { productVariant: lamp } };

it('one event, one id: beacon and page copy agree byte for byte', async () => {
  const page = await open('/');
  await startWorker(page);
  await publish(page, 'sh-1');
  const [told] = await toldBy(page, 1);
  const event = await beaconEvent('sh-1');
  const copy = browserCopy(event.draft, event.name, OPTIONS.echo[0] ?? never());

  expect(event.echoed).toEqual([CODE]);
  expect(told?.code).toBe(CODE);
  expect(told?.args).toEqual([copy?.name, copy?.properties, { event_id: event.id }]);
  expect(JSON.stringify(told?.args[1])).toBe(JSON.stringify(copy?.properties));
  expect(event.draft).toEqual(draftOf(viewed));
  expect(await echoKeys(page)).toEqual([]);
});

describe('an event is told once and only by its own page', () => {
  it('when the worker starts long after the embed and the events wait for it', async () => {
    const page = await open('/');
    await loadedTikTok(page);
    await startWorker(page);
    await publish(page, 'sh-1');
    await publish(page, 'sh-2');
    expect((await toldBy(page, 2)).map(idOf)).toEqual(['sh-1', 'sh-2']);
  });

  it('when the visitor leaves before the page looked: told while leaving, and not by the next page', async () => {
    const page = await open('/');
    await loadedTikTok(page);
    await page.evaluate(
      ([code, at]) => {
        addEventListener('pagehide', () => {
          const told = (window as unknown as { tiktokSaw: Told[] }).tiktokSaw;
          navigator.sendBeacon('/last-words', JSON.stringify(told.map(({ args }) => args[2])));
        });
        sessionStorage.setItem(
          `tock:e:sh-last:${code}`,
          JSON.stringify({ v: 1, code, name: 'AddToCart', event_id: 'sh-last', properties: {}, at }),
        );
      },
      [CODE, new Date(Date.now() + 1).toISOString()] as const,
    );
    await page.goto(`${shop.url}/next`);
    await eventually(() => shop.lastWords).toEqual([{ event_id: 'sh-last' }]);
    await startWorker(page);
    await publish(page, 'sh-next');
    expect((await toldBy(page, 1)).map(idOf)).toEqual(['sh-next']);
  });

  it('when another page of this tab left it and nobody took it', async () => {
    const page = await open('/?without-embed');
    await leave(page, 'sh-old', new Date());
    await page.goto(`${shop.url}/`);
    await startWorker(page);
    await publish(page, 'sh-new');
    expect((await toldBy(page, 1)).map(idOf)).toEqual(['sh-new']);
    expect(await echoKeys(page)).toEqual([]);
  });

  it('when it is older than four minutes', async () => {
    const page = await open('/');
    await loadedTikTok(page);
    await leave(page, 'sh-old', new Date(Date.now() - 240_001));
    await startWorker(page);
    await publish(page, 'sh-new');
    expect((await toldBy(page, 1)).map(idOf)).toEqual(['sh-new']);
  });

  it('when two tabs are open at once', async () => {
    const [one, two] = [await open('/'), await open('/')];
    await Promise.all([startWorker(one), startWorker(two)]);
    await publish(one, 'sh-one');
    await publish(two, 'sh-two');
    expect((await toldBy(one, 1)).map(idOf)).toEqual(['sh-one']);
    expect((await toldBy(two, 1)).map(idOf)).toEqual(['sh-two']);
  });

  /**
   * By the events alone: npm's Chromium is the headless shell, which keeps no page in its memory. Without Playwright's
   * --disable-back-forward-cache, and with the feature asked for by name, it still answers
   * BackForwardCacheDisabledForDelegate (decision 069). What it can show for real stands in the two tests after this.
   */
  it('when a page comes back out of the browser’s memory', async () => {
    const page = await open('/');
    await loadedTikTok(page);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    await leave(page, 'sh-between', new Date());
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await startWorker(page);
    await publish(page, 'sh-back');
    expect((await toldBy(page, 1)).map(idOf)).toEqual(['sh-back']);
  });

  it('when the visitor goes back to a page for real, whether the browser kept it or loads it anew', async () => {
    const page = await open('/');
    await loadedTikTok(page);
    await page.goto(`${shop.url}/next?without-embed`);
    await leave(page, 'sh-between', new Date());
    await page.goBack({ waitUntil: 'load' });
    await loadedTikTok(page);
    await startWorker(page);
    await publish(page, 'sh-back');
    expect((await toldBy(page, 1)).map(idOf)).toEqual(['sh-back']);
    expect(await echoKeys(page)).toEqual([]);
  });

  it('and neither embed nor web pixel keeps a page from being kept in the browser’s memory', async () => {
    expect(await hindrances('/')).toEqual([]);
    // So this can be seen: a handler as scripts of old have it.
    expect(await hindrances('/?unload')).toContain('UnloadHandlerExistsInMainFrame');
  });

  it('when the theme carries the embed twice', async () => {
    const page = await open('/?twice');
    await startWorker(page);
    await publish(page, 'sh-1');
    await publish(page, 'sh-2');
    expect((await toldBy(page, 2)).map(idOf)).toEqual(['sh-1', 'sh-2']);
    expect(await page.locator('script[src^="/events.js"]').count()).toBe(1);
  });
});

describe('consent', () => {
  it('refused: TikTok is not loaded, nothing is echoed, and the choice is noted once there is a cart', async () => {
    const page = await open('/?refused');
    await startWorker(page);
    await publish(page, 'sh-1');
    await addToCart(page);
    await eventually(() => shop.cartWrites).toHaveLength(1);
    expect(shop.cartWrites[0]).toEqual({
      attributes: { _tock_consent: expect.stringMatching(/^0000[.]\d{10}$/) as unknown },
    });
    expect(
      await page.evaluate(() => [typeof (window as { ttq?: unknown }).ttq, sessionStorage.length]),
    ).toEqual(['undefined', 0]);
    expect(shop.beacons).toEqual([]);
  });

  it('given late: TikTok is loaded then, and events after it are echoed', async () => {
    const page = await open('/?refused');
    await startWorker(page);
    await page.waitForFunction(
      () => (window as { Shopify?: { customerPrivacy?: unknown } }).Shopify?.customerPrivacy,
    );
    expect(await page.evaluate(() => (window as { ttq?: unknown }).ttq)).toBeUndefined();
    await consent(page, true);
    await publish(page, 'sh-1');
    expect((await toldBy(page, 1)).map(idOf)).toEqual(['sh-1']);
  });

  it('withdrawn: what lies there is forgotten and TikTok is told to stop', async () => {
    const page = await open('/');
    await startWorker(page);
    await publish(page, 'sh-1');
    await toldBy(page, 1);
    await consent(page, false);
    await leave(page, 'sh-2', new Date());
    await publish(page, 'sh-3');
    await page.evaluate(() => document.dispatchEvent(new Event('change')));
    await consent(page, false);
    expect(await echoKeys(page)).toEqual([]);
    const told = await toldBy(page, 1);
    expect(told.filter(({ method }) => method === 'track').map(idOf)).toEqual(['sh-1']);
    expect(told.some(({ method }) => method === 'revokeConsent')).toBe(true);
  });

  it('missing on a later visit: what was kept is cleared though no web pixel is loaded', async () => {
    const page = await open('/?ttclid=E.C.P.abc');
    await startWorker(page);
    await eventually(() => page.evaluate(() => [localStorage.length, document.cookie])).toEqual([
      1,
      expect.stringContaining('_tock_click='),
    ]);
    await page.goto(`${shop.url}/?refused`);
    await eventually(() => page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, '']);
  });

  it('with the sale of data refused: TikTok is loaded with limited data use', async () => {
    const page = await open('/?no-sale');
    await loadedTikTok(page);
    const options = await page.evaluate(() => (window as unknown as { ttq: { _o: unknown } }).ttq._o);
    expect(options).toEqual({ [CODE]: { limited_data_use: true } });
  });
});

describe('beside other senders', () => {
  it('an existing ttq stays the same object and learns our pixel only', async () => {
    const page = await open('/?theirs');
    await startWorker(page);
    await publish(page, 'sh-1');
    await toldBy(page, 1);
    const seen = await page.evaluate(() => {
      const w = window as unknown as { ttq: { _i: object }; theirs: { ttq: unknown; loads: string[] } };
      return { same: w.ttq === w.theirs.ttq, loads: w.theirs.loads, codes: Object.keys(w.ttq._i) };
    });
    expect(seen).toEqual({ same: true, loads: ['THEIRS', CODE], codes: ['THEIRS', CODE] });
  });

  it('something else that is called ttq is left alone', async () => {
    const page = await open('/?strange');
    await startWorker(page);
    await publish(page, 'sh-1');
    await beaconEvent('sh-1');
    expect(await page.evaluate(() => (window as { ttq?: unknown }).ttq)).toBe('mine');
  });

  it('with TikTok’s host blocked the page and the beacon work all the same', async () => {
    await context.route('**/events.js*', (route) => route.abort());
    const page = await open('/');
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await startWorker(page);
    await publish(page, 'sh-1');
    expect((await beaconEvent('sh-1')).echoed).toEqual([CODE]);
    await eventually(() => echoKeys(page)).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('the note on the cart', () => {
  it('carries consent and click once for a cart, and the click only where it may', async () => {
    const page = await open('/?ttclid=E.C.P.abc');
    await startWorker(page);
    await addToCart(page);
    await eventually(() => shop.cartWrites).toHaveLength(1);
    await addToCart(page);
    await addToCart(page);
    expect(shop.cartWrites).toEqual([
      {
        attributes: {
          _tock_consent: expect.stringMatching(/^1111[.]\d{10}$/) as unknown,
          _tock_click: expect.stringMatching(/^\d{10}[.]E[.]C[.]P[.]abc$/) as unknown,
        },
      },
    ]);
    await consent(page, false);
    await eventually(() => shop.cartWrites).toHaveLength(2);
    expect(shop.cartWrites[1]).toEqual({
      attributes: { _tock_consent: expect.stringMatching(/^0000[.]/) as unknown, _tock_click: '' },
    });
  });

  it('is not written again on a page that was rendered with it', async () => {
    const page = await open('/?noted');
    await loadedTikTok(page);
    await addToCart(page);
    await startWorker(page);
    await publish(page, 'sh-1');
    await toldBy(page, 1);
    expect(shop.cartWrites).toEqual([]);
  });

  it('carries no click where staff switched that off, and the choice all the same', async () => {
    const page = await open('/?ttclid=E.C.P.abc&without-click');
    await startWorker(page);
    await publish(page, 'sh-1');
    await toldBy(page, 1);
    await addToCart(page);
    await eventually(() => shop.cartWrites).toHaveLength(1);
    expect(shop.cartWrites).toEqual([
      { attributes: { _tock_consent: expect.stringMatching(/^1111[.]\d{10}$/) as unknown } },
    ]);
  });

  it('leaves an empty cart alone', async () => {
    const page = await open('/?ttclid=E.C.P.abc');
    await startWorker(page);
    await publish(page, 'sh-1');
    await toldBy(page, 1);
    expect(shop.cartWrites).toEqual([]);
  });
});

it('moves nothing on the page and blocks nothing for 50 ms', async () => {
  const page = await open('/?watched');
  await startWorker(page);
  for (const id of ['a', 'b', 'c', 'd']) await publish(page, id);
  await toldBy(page, 4);
  const seen = await page.evaluate(
    () => (window as unknown as { watched: { shifts: number; long: string[] } }).watched,
  );
  expect(seen.shifts).toBe(0);
  expect(seen.long).toEqual([]);
});

async function openShop(): Promise<Shop> {
  const files = await buildExtensions();
  const assets: Record<string, string> = {
    '/pixel.js': await readFile(files.storefrontPixel, 'utf8'),
    '/tock-embed.js': await readFile(files.browserPixel, 'utf8'),
    '/worker.js': WORKER,
    '/manager.js': MANAGER,
    '/events.js': EVENTS_JS,
  };
  const opened: Omit<Shop, 'server' | 'url'> = { beacons: [], cartWrites: [], lastWords: [] };
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '/';
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (path === '/intake/storefront') opened.beacons.push(JSON.parse(body) as Beacon);
      if (path === '/last-words') opened.lastWords.push(...(JSON.parse(body) as unknown[]));
      if (path === '/cart/update.js') opened.cartWrites.push(JSON.parse(body));
      const asset = assets[path];
      response.setHeader(
        'content-type',
        asset === undefined ? 'text/html; charset=utf-8' : 'text/javascript',
      );
      response.end(asset ?? pageHtml(request.url?.split('?')[1] ?? ''));
    });
  });
  const embed = await embedHtml({ item_count: 0, attributes: {} });
  const clickless = await embedHtml({ item_count: 0, attributes: {} }, false);
  const noted = await embedHtml({ item_count: 1, attributes: { _tock_consent: '1111.1763719200' } });
  const pageHtml = (variant: string): string =>
    [
      `<!doctype html><title>Shop</title><body>`,
      variants[variant] === undefined ? '' : `<script>${variants[variant]}</script>`,
      `<script src="/manager.js"></script>`,
      variant === 'without-embed'
        ? ''
        : variant === 'noted'
          ? noted
          : variant.endsWith('without-click')
            ? clickless
            : embed,
      variant === 'twice' ? embed : '',
      `</body>`,
    ].join('');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { ...opened, server, url: `http://127.0.0.1:${port}` };
}

async function embedHtml(cart: object, cartClick = true): Promise<string> {
  const liquid = new Liquid();
  liquid.registerFilter('asset_url', (name: string) => `/${name}`);
  const file = fileURLToPath(
    new URL('../../extensions/browser-pixel/blocks/browser-pixel.liquid', import.meta.url),
  );
  const [block = ''] = (await readFile(file, 'utf8')).split('{% schema %}');
  const value = { v: 1, pixels: [{ code: CODE }], eventsJs: '/events.js', cartClick };
  return String(
    await liquid.parseAndRender(block, {
      app: { metafields: { tock: { embed: { value } } } },
      cart,
    }),
  );
}

async function open(path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(shop.url + path);
  return page;
}

function startWorker(page: Page): Promise<void> {
  return page.evaluate(
    (settings) => (window as unknown as { shop: { start(s: unknown): Promise<void> } }).shop.start(settings),
    { key: 'public-key', endpoint: `${shop.url}/intake/storefront`, options: JSON.stringify(OPTIONS) },
  );
}

function publish(page: Page, id: string): Promise<void> {
  return page.evaluate(
    ([name, data, eventId]) =>
      (window as unknown as { shop: { publish(...args: unknown[]): void } }).shop.publish(
        name,
        data,
        eventId,
      ),
    [viewed.name, viewed.data, id] as const,
  );
}

/** As the web pixel would have left it, but at a moment of the test's choice. */
function leave(page: Page, id: string, at: Date): Promise<void> {
  const entry = { v: 1, code: CODE, name: 'AddToCart', event_id: id, properties: {}, at: at.toISOString() };
  return page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [
    `tock:e:${id}:${CODE}`,
    JSON.stringify(entry),
  ] as const);
}

function consent(page: Page, allowed: boolean): Promise<void> {
  return page.evaluate(
    (now) => (window as unknown as { shop: { consent(allowed: boolean): void } }).shop.consent(now),
    allowed,
  );
}

/** What of the page, and not of the browser, kept it from being kept when the visitor left it; none for a page that was. */
async function hindrances(path: string): Promise<string[]> {
  const page = await open(path);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Page.enable');
  const reasons: string[] = [];
  devtools.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => {
    for (const { type, reason } of notRestoredExplanations)
      if (type !== 'Circumstantial') reasons.push(reason);
  });
  await loadedTikTok(page);
  await startWorker(page);
  await publish(page, `sh-${path}`);
  await toldBy(page, 1);
  await page.goto(`${shop.url}/next?without-embed`);
  await page.goBack({ waitUntil: 'load' });
  return reasons;
}

/** As themes do it: a request of their own, no new page. */
async function addToCart(page: Page): Promise<void> {
  await page.evaluate(() => fetch('/cart/add.js', { method: 'POST', body: '{}' }).then(() => undefined));
}

async function loadedTikTok(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as { tiktokSaw?: unknown }).tiktokSaw);
}

function idOf(told: Told): string | undefined {
  return (told.args[2] as { event_id?: string } | undefined)?.event_id;
}

interface Told {
  code: string;
  method: string;
  args: unknown[];
}

async function toldBy(page: Page, count: number): Promise<Told[]> {
  await page.waitForFunction(
    (wanted) => ((window as unknown as { tiktokSaw?: unknown[] }).tiktokSaw ?? []).length >= wanted,
    count,
  );
  return page.evaluate(() => (window as unknown as { tiktokSaw: Told[] }).tiktokSaw);
}

async function beaconEvent(id: string): Promise<Beacon['events'][number]> {
  return eventually(() => shop.beacons.flatMap(({ events }) => events).find((event) => event.id === id))
    .toBeDefined()
    .then(() => shop.beacons.flatMap(({ events }) => events).find((event) => event.id === id) ?? never());
}

function echoKeys(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('tock:e:')));
}

function never(): never {
  throw new Error('This cannot be missing here.');
}
