/** The echo of design decision 6 in real Chromium: the real web pixel in a worker, the real embed in the page. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { Liquid } from 'liquidjs';
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Beacon } from '../../app/conversion/beacon.ts';
import { browserCopy, draftOf, type PixelOptions } from '../../app/conversion/browser.ts';
import { buildExtensions } from '../../extensions/build.ts';

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
        settings: data.start.settings, init: { customerPrivacy: data.start.privacy },
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
  const shop = window.shop = { allowed: true, told: [], events: 0 };
  const privacy = () => ({ analyticsProcessingAllowed: shop.allowed, marketingAllowed: shop.allowed,
    preferencesProcessingAllowed: shop.allowed, saleOfDataAllowed: shop.allowed });
  window.Shopify = { routes: { root: '/' }, loadFeatures: (_features, done) => setTimeout(() => {
    window.Shopify.customerPrivacy = Object.assign(Object.fromEntries(Object.keys(privacy()).map((key) => [key, () => shop.allowed])),
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
    worker.postMessage({ start: { settings, privacy: privacy() } });
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
    const before = ttq.instance.bind(ttq);
    ttq.instance = (wanted) => wanted === code ? { track: (...args) => run(['track', ...args]) } : before(wanted);
  })();
`;

interface Shop {
  url: string;
  beacons: Beacon[];
  cartWrites: unknown[];
  server: Server;
}

let browser: Browser;
let context: BrowserContext;
let shop: Shop;

beforeAll(async () => {
  await buildExtensions();
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args, '--disable-background-networking'],
  });
});
afterAll(() => browser.close());
beforeEach(async () => {
  shop = await openShop();
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  shop.server.closeAllConnections();
  shop.server.close();
});

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

async function openShop(): Promise<Shop> {
  const files = await buildExtensions();
  const assets: Record<string, string> = {
    '/pixel.js': await readFile(files.storefrontPixel, 'utf8'),
    '/tock-embed.js': await readFile(files.browserPixel, 'utf8'),
    '/worker.js': WORKER,
    '/manager.js': MANAGER,
    '/events.js': EVENTS_JS,
  };
  const opened: Omit<Shop, 'server' | 'url'> = { beacons: [], cartWrites: [] };
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '/';
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (path === '/intake/storefront') opened.beacons.push(JSON.parse(body) as Beacon);
      if (path === '/cart/update.js') opened.cartWrites.push(JSON.parse(body));
      const asset = assets[path];
      response.setHeader('content-type', asset === undefined ? 'text/html; charset=utf-8' : 'text/javascript');
      response.end(asset ?? pageHtml);
    });
  });
  const pageHtml = `<!doctype html><title>Shop</title><body><script src="/manager.js"></script>${await embedHtml()}</body>`;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { ...opened, server, url: `http://127.0.0.1:${port}` };
}

async function embedHtml(): Promise<string> {
  const liquid = new Liquid();
  liquid.registerFilter('asset_url', (name: string) => `/${name}`);
  const file = fileURLToPath(
    new URL('../../extensions/browser-pixel/blocks/browser-pixel.liquid', import.meta.url),
  );
  const [block = ''] = (await readFile(file, 'utf8')).split('{% schema %}');
  const value = { v: 1, pixels: [{ code: CODE }], eventsJs: '/events.js', cartClick: true };
  return String(
    await liquid.parseAndRender(block, {
      app: { metafields: { tock: { embed: { value } } } },
      cart: { item_count: 0, attributes: {} },
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
      (window as unknown as { shop: { publish(...args: unknown[]): void } }).shop.publish(name, data, eventId),
    [viewed.name, viewed.data, id] as const,
  );
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
  return expect.poll(() => shop.beacons.flatMap(({ events }) => events).find((event) => event.id === id)).toBeDefined()
    .then(() => shop.beacons.flatMap(({ events }) => events).find((event) => event.id === id) ?? never());
}

function echoKeys(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('tock:e:')));
}

function never(): never {
  throw new Error('This cannot be missing here.');
}
