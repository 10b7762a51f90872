/** The pixel manager in a real browser: the worker, its globals, consent, replay, and the whole path from ad to order. */

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { orderSwitches } from '../../sandbox/orders/switches.ts';
import { extensionPlaces } from '../../sandbox/pixel-manager/extensions.ts';
import { pixelSwitches } from '../../sandbox/pixel-manager/switches.ts';
import { storefrontSwitches } from '../../sandbox/storefront/switches.ts';
import type { SandboxShop, SandboxWebPixel } from '../../sandbox/world.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { rule } from '../support/rule.ts';
import {
  openStorefronts,
  requireShop,
  type OpenedSandbox,
} from '../integration/sandbox/storefront-client.ts';

interface Heard {
  origin: string | undefined;
  contentType: string | undefined;
  body: Record<string, unknown> & { name: string };
}

let browser: TestBrowser;
let folder: string;
let sandbox: OpenedSandbox;
let shop: SandboxShop;
let origin: string;
let heard: Heard[];
let collector: Server;
const contexts: BrowserContext[] = [];

/** Tells a collector everything that it hears, as soon as it hears it. */
const probe = `shopify.extend('WebPixel::Render', (api) => {
  const tell = (body) => fetch(api.settings.endpoint, { method: 'POST', keepalive: true, headers: { 'content-type': 'text/plain' }, body: JSON.stringify(body) });
  for (const name of JSON.parse(api.settings.names)) api.analytics.subscribe(name, (event) => { tell({ via: name, ...event }); });
  api.customerPrivacy.subscribe('visitorConsentCollected', (event) => tell({ name: 'consent', ...event }));
  EXTRA
});`;

async function deploy(extra = '', saleOfData = 'ldu') {
  await writeFile(
    join(folder, 'dist', 'probe.js'),
    probe.replace('EXTRA', () => extra),
  );
  await writeFile(
    join(folder, 'shopify.extension.toml'),
    `[customer_privacy]\nanalytics = true\nmarketing = true\npreferences = false\nsale_of_data = "${saleOfData}"\n`,
  );
}

function createPixel(names: string[], dataSharingState: SandboxWebPixel['dataSharingState'] = 'ALWAYS_ON') {
  const address = collector.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  shop.install.installed = true;
  shop.install.webPixel = {
    id: '42',
    settings: { endpoint: `http://127.0.0.1:${port}/`, names: JSON.stringify(names) },
    dataSharingState,
  };
}

beforeAll(async () => {
  browser = await openBrowser();
  folder = await mkdtemp(join(tmpdir(), 'pixel-'));
  await mkdir(join(folder, 'dist'));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  heard = [];
  collector = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      if (request.method === 'POST') {
        const { origin: from, 'content-type': contentType } = request.headers;
        heard.push({ origin: from, contentType, body: JSON.parse(body) });
      }
      response.writeHead(202, { 'access-control-allow-origin': '*' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  sandbox = await openStorefronts();
  extensionPlaces(sandbox.world).webPixel = pathToFileURL(`${folder}/`);
  shop = requireShop(sandbox);
  origin = sandbox.world.storefrontUrl(shop);
  await deploy();
  createPixel(['all_standard_events']);
});
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()));
  expect(sandbox.failures).toEqual([]);
  await sandbox.close();
  collector.closeAllConnections();
  await new Promise((done) => collector.close(done));
});

async function open(options?: BrowserContextOptions): Promise<Page> {
  const context = await browser.visitor(options);
  contexts.push(context);
  return context.newPage();
}

const names = () => heard.map(({ body }) => body.name);
const first = (name: string): Record<string, unknown> =>
  heard.find(({ body }) => body.name === name)?.body ?? {};
const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 20 });
const untilHeard = (...expected: string[]) =>
  until(() => {
    for (const name of expected) expect(names()).toContain(name);
  });
/** All that the page handed out is with the worker, and the worker has no more to tell. */
async function quiet(page: Page) {
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0)));
  await page.waitForLoadState('networkidle');
}
const inCart = (page: Page) => page.goto(`${origin}/products/enamel-mug`).then(() => addToCart(page));
async function addToCart(page: Page) {
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('is in your cart').waitFor();
}
async function payFor(page: Page, payment = 'Card') {
  await page.getByRole('button', { name: 'Continue to shipping' }).click();
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByLabel(payment, { exact: true }).check();
  await page.getByRole('button', { name: 'Pay now' }).click();
}

test('from the ad to the order: every event once, in its order, and the order with the click', async () => {
  const page = await open();
  await page.goto(`${sandbox.url}/ads`);
  const ad = page.locator('[data-shop=northwind][data-way=redirect]').first();
  const ttclid = await ad.getAttribute('data-ttclid');
  await ad.click();
  await untilHeard('page_viewed', 'product_viewed');
  await addToCart(page);
  await untilHeard('product_added_to_cart');
  await page.getByRole('link', { name: 'Cart', exact: true }).last().click();
  await untilHeard('cart_viewed');
  await page.getByRole('link', { name: 'Check out' }).click();
  await untilHeard('checkout_started');
  await payFor(page);
  await page.waitForURL('**/thank-you');
  await untilHeard('checkout_completed');

  const once = names().filter((name) => name !== 'page_viewed');
  expect(once).toEqual([
    'product_viewed',
    'product_added_to_cart',
    'cart_viewed',
    'checkout_started',
    'checkout_contact_info_submitted',
    'checkout_address_info_submitted',
    'checkout_shipping_info_submitted',
    'payment_info_submitted',
    'checkout_completed',
  ]);
  expect(new Set(heard.map(({ body }) => body.id)).size).toBe(heard.length);
  expect(new Set(heard.map(({ body }) => body.clientId)).size).toBe(1);
  const order = sandbox.webhooks.find(({ topic }) => topic === 'orders/create')?.payload;
  expect(order?.landing_site).toContain(`ttclid=${ttclid}`);
  expect(order?.referring_site).toBe(`${sandbox.url}/`);
  const checkout = Object(Object(first('checkout_completed').data).checkout);
  expect(checkout).toMatchObject({
    token: order?.checkout_token,
    order: { id: String(order?.id) },
    email: order?.email,
    totalPrice: { amount: Number(order?.total_price), currencyCode: 'USD' },
  });
});

rule(
  'a pixel’s requests say Origin: null, and a text/plain body needs no preflight',
  { fact: 'shopify.md §1.5', mark: 'second-hand' },
  async () => {
    await (await open()).goto(origin);
    await untilHeard('page_viewed');
    expect(heard[0]).toMatchObject({ origin: 'null', contentType: 'text/plain' });
  },
);

rule(
  'an event has the common shape, its id Shopify’s form, and the page as it was',
  { fact: 'shopify.md §1.4 Common shape', mark: 'verified' },
  async () => {
    const page = await open();
    await page.goto(`${origin}/products/enamel-mug?utm_source=x#top`, {
      referer: 'https://www.example.com/a',
    });
    await untilHeard('product_viewed');
    const event = first('product_viewed');
    expect(Object.keys(event).toSorted()).toEqual(
      ['clientId', 'context', 'data', 'id', 'name', 'seq', 'timestamp', 'type', 'via'].toSorted(),
    );
    expect(event.id).toMatch(/^sh-[0-9a-f]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$/);
    expect(event.type).toBe('standard');
    expect(event.context).toMatchObject({
      document: {
        location: { pathname: '/products/enamel-mug', search: '?utm_source=x', hash: '#top' },
        title: expect.stringContaining('Enamel Mug'),
      },
      navigator: { language: 'en-US', cookieEnabled: true },
      window: { innerWidth: 1280, screen: { width: 1280 } },
    });
    expect(event.data).toMatchObject({
      productVariant: {
        price: { amount: 16.95, currencyCode: 'USD' },
        product: { title: 'Enamel Mug', vendor: 'Camp & Kettle' },
        sku: 'CK-MUG-01',
      },
    });
  },
);

rule(
  'the worker has the promised globals and no others',
  { fact: 'shopify.md §1.5', mark: 'verified' },
  async () => {
    await deploy(`
      const promised = ['self','console','setTimeout','clearTimeout','setInterval','clearInterval','fetch','Headers','Request','Response'];
      const language = 'globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Int8Array Int16Array Int32Array Intl Iterator JSON Map Math Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint8Array Uint8ClampedArray Uint16Array Uint32Array WeakMap WeakRef WeakSet constructor shopify'.split(' ');
      const found = new Set();
      for (let scope = globalThis; scope && scope !== Object.prototype; scope = Object.getPrototypeOf(scope))
        for (const name of Object.getOwnPropertyNames(scope)) if (globalThis[name] !== undefined) found.add(name);
      tell({ name: 'globals', missing: promised.filter((name) => globalThis[name] === undefined), extra: [...found].filter((name) => !promised.includes(name) && !language.includes(name)), tempting: ['URL','crypto','navigator','location','localStorage','document','postMessage','addEventListener','importScripts','XMLHttpRequest'].map((name) => typeof globalThis[name]).filter((kind) => kind !== 'undefined') });
    `);
    await (await open()).goto(origin);
    await untilHeard('globals');
    expect(first('globals')).toMatchObject({ missing: [], extra: [], tempting: [] });
  },
);

rule(
  'browser.cookie and the storages act on the top frame, in promises',
  { fact: 'shopify.md §1.3', mark: 'verified' },
  async () => {
    await deploy(`(async () => {
      await api.browser.cookie.set('mine', 'crumb');
      await api.browser.cookie.set('other=loaf; path=/');
      await api.browser.localStorage.setItem('a', '1');
      await api.browser.sessionStorage.setItem('b', '2');
      tell({ name: 'storage', cookie: await api.browser.cookie.get('mine'), none: await api.browser.cookie.get('nowhere'), all: await api.browser.cookie.get(),
        read: [await api.browser.localStorage.getItem('a'), await api.browser.sessionStorage.getItem('b'), await api.browser.localStorage.getItem('nowhere')] });
      await api.browser.localStorage.removeItem('a');
      tell({ name: 'removed' });
    })();`);
    const page = await open();
    await page.goto(origin);
    await untilHeard('storage', 'removed');
    expect(first('storage')).toMatchObject({ cookie: 'crumb', none: '', read: ['1', '2', null] });
    expect(first('storage').all).toContain('other=loaf');
    expect(await page.evaluate(() => [localStorage.getItem('a'), sessionStorage.getItem('b')])).toEqual([
      null,
      '2',
    ]);
  },
);

rule(
  'init tells of context, customer, cart, shop and the four permissions',
  { fact: 'shopify.md §1.3 RegisterInit', mark: 'verified' },
  async () => {
    await deploy(`tell({ name: 'init', init: api.init, settings: api.settings });`);
    const page = await open();
    await inCart(page);
    heard.length = 0;
    await page.goto(`${origin}/cart`);
    await untilHeard('init');
    expect(first('init').init).toMatchObject({
      context: { document: { location: { pathname: '/cart' } } },
      customerPrivacy: {
        analyticsProcessingAllowed: true,
        marketingAllowed: true,
        preferencesProcessingAllowed: true,
        saleOfDataAllowed: true,
      },
      data: {
        customer: null,
        purchasingCompany: null,
        cart: { totalQuantity: 1, cost: { totalAmount: { amount: 16.95, currencyCode: 'USD' } } },
        shop: { myshopifyDomain: 'northwind.myshopify.com', countryCode: 'US' },
      },
    });
  },
);

describe('consent', () => {
  rule(
    'where consent is required nothing runs before it; then what was buffered comes, with its own time',
    { fact: 'shopify.md §1.6', mark: 'verified' },
    async () => {
      const page = await open();
      await page.goto(`${origin}/products/enamel-mug?region=DE`);
      await page.getByRole('dialog').waitFor();
      const published = await page.evaluate(() =>
        window.pixelManager.published.map(({ timestamp }) => timestamp),
      );
      expect(published).toHaveLength(2);
      expect(page.frames()).toHaveLength(1);
      expect(heard).toEqual([]);
      await page.getByRole('button', { name: 'Accept' }).click();
      await untilHeard('page_viewed', 'product_viewed');
      expect(heard.map(({ body }) => body.timestamp)).toEqual(published);
      await page.goto(`${origin}/products/canvas-cap`);
      await until(() => expect(names().filter((name) => name === 'product_viewed')).toHaveLength(2));
      expect(await page.getByRole('dialog').count()).toBe(0);
    },
  );

  test('a refusal lets nothing out, on this page and the next, and drops what was kept', async () => {
    const page = await open();
    await page.goto(`${origin}/products/enamel-mug?region=DE`);
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(`${origin}/products/canvas-cap`);
    await quiet(page);
    await page.evaluate(
      () =>
        new Promise<void>((done) => {
          const shopify = Reflect.get<object, string>(window, 'Shopify');
          shopify.customerPrivacy.setTrackingConsent({ analytics: true, marketing: true }, done);
        }),
    );
    await addToCart(page);
    await untilHeard('product_added_to_cart');
    expect(names()).toEqual(['product_added_to_cart']);
  });

  test('a withdrawal stops the events at once; the pixel is told', async () => {
    const page = await open();
    await page.goto(`${origin}/products/enamel-mug`);
    await untilHeard('product_viewed');
    await page.evaluate(
      () =>
        new Promise<void>((done) => {
          const shopify = Reflect.get<object, string>(window, 'Shopify');
          shopify.customerPrivacy.setTrackingConsent({ marketing: false }, done);
        }),
    );
    await untilHeard('consent');
    expect(first('consent')).toMatchObject({
      customerPrivacy: { marketingAllowed: false, analyticsProcessingAllowed: true },
    });
    await addToCart(page);
    await quiet(page);
    expect(names()).not.toContain('product_added_to_cart');
  });

  test('Global Privacy Control forbids the sale of data where one may opt out of it', async () => {
    await deploy(`tell({ name: 'allowed', ...api.init.customerPrivacy });`);
    const page = await open({ extraHTTPHeaders: { 'sec-gpc': '1' } });
    await page.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
    );
    await page.goto(`${origin}/?region=US-CA`);
    await untilHeard('allowed');
    expect(first('allowed')).toMatchObject({ marketingAllowed: true, saleOfDataAllowed: false });

    // The same visitor, and a pixel that declares the sale of data: it does not even load.
    await deploy('', 'enabled');
    heard.length = 0;
    await page.goto(origin);
    await quiet(page);
    expect(page.frames()).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  rule(
    'the page’s consent API comes with loadFeatures; visitorConsentCollected is told to the document',
    { fact: 'shopify.md §2.3', mark: 'verified' },
    async () => {
      const page = await open();
      await page.goto(`${origin}/?region=DE`);
      const told = await page.evaluate(
        () =>
          new Promise((done) => {
            const shopify = Reflect.get<object, string>(window, 'Shopify');
            document.addEventListener('visitorConsentCollected', (event) =>
              done(event instanceof CustomEvent ? event.detail : null),
            );
            shopify.loadFeatures([{ name: 'consent-tracking-api', version: '0.1' }], () => {
              const privacy = shopify.customerPrivacy;
              if (privacy.getRegion() === 'DE' && privacy.shouldShowBanner() && !privacy.marketingAllowed()) {
                privacy.setTrackingConsent({ analytics: true, marketing: false }, () => undefined);
              }
            });
          }),
      );
      expect(told).toEqual({
        analyticsAllowed: true,
        marketingAllowed: false,
        preferencesAllowed: false,
        saleOfDataAllowed: false,
      });
    },
  );
});

describe('delivery', () => {
  test('checkout_completed comes once, on the offer before the thank-you page, without what is taken there', async () => {
    storefrontSwitches(sandbox.world, shop).upsell = true;
    const page = await open();
    await inCart(page);
    await page.goto(`${origin}/checkout`);
    await payFor(page);
    await page.waitForURL('**/post-purchase');
    await untilHeard('checkout_completed');
    const atOffer = Object(Object(first('checkout_completed').data).checkout).totalPrice.amount;
    await page.reload();
    await page.getByRole('button', { name: 'Yes, add it to my order' }).click();
    await page.waitForURL('**/thank-you');
    await quiet(page);
    await page.reload();
    await quiet(page);
    expect(names().filter((name) => name === 'checkout_completed')).toHaveLength(1);
    expect(Number(shop.orders[0]?.total)).toBeGreaterThan(atOffer);
  });

  test('checkout_started comes again each time that checkout is entered', async () => {
    const page = await open();
    await inCart(page);
    for (const times of [1, 2]) {
      await page.goto(`${origin}/checkout`);
      await until(() => expect(names().filter((name) => name === 'checkout_started')).toHaveLength(times));
    }
    const tokens = heard
      .filter(({ body }) => body.name === 'checkout_started')
      .map(({ body }) => Object(Object(body.data).checkout).token);
    expect(new Set(tokens).size).toBe(1);
  });

  test.each(['PAUSED', 'OPTIMIZED_PAUSE_ALL_EVENTS'] as const)('%s lets nothing through', async (state) => {
    createPixel(['all_events'], state);
    const page = await open();
    await page.goto(origin);
    await quiet(page);
    expect(heard).toEqual([]);
  });

  test('limited data sharing lets through little', async () => {
    createPixel(['all_standard_events'], 'OPTIMIZED_ALLOW_LIMITED_EVENTS');
    const page = await open();
    await page.goto(`${origin}/products/enamel-mug`);
    await untilHeard('page_viewed');
    await quiet(page);
    expect(names()).toEqual(['page_viewed']);
  });

  test('a worker that starts late still hears everything, in order', async () => {
    pixelSwitches(sandbox.world).startDelayMs = 800;
    const page = await open();
    await page.goto(`${origin}/products/enamel-mug`);
    await addToCart(page);
    await untilHeard('product_added_to_cart');
    expect(names()).toEqual(['page_viewed', 'product_viewed', 'product_added_to_cart']);
  });

  rule(
    'custom events arrive with customData; standard names cannot be published by a page',
    { fact: 'shopify.md §2.1', mark: 'verified' },
    async () => {
      createPixel(['all_custom_events', 'shop:hello', 'page_viewed']);
      const page = await open();
      await page.goto(origin);
      const accepted = await page.evaluate(() => {
        const { analytics } = Reflect.get<object, string>(window, 'Shopify');
        return [analytics.publish('shop:hello', { to: 'you' }), analytics.publish('checkout_completed', {})];
      });
      expect(accepted).toEqual([true, false]);
      await until(() => expect(heard.filter(({ body }) => body.name === 'shop:hello')).toHaveLength(2));
      expect(first('shop:hello')).toMatchObject({ type: 'custom', customData: { to: 'you' } });
      expect(names()).not.toContain('checkout_completed');
    },
  );

  test('DOM events reach those who subscribe to them, without context', async () => {
    createPixel(['clicked', 'input_changed', 'form_submitted']);
    const page = await open();
    await page.goto(`${origin}/products/enamel-mug`);
    await page.waitForFunction(() => window.pixelManager.subscribed.includes('form_submitted'));
    await page.getByLabel('Quantity').fill('2');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await untilHeard('clicked', 'form_submitted');
    expect(first('clicked')).not.toHaveProperty('context');
    expect(first('clicked')).toMatchObject({ type: 'dom', data: { element: { tagName: 'BUTTON' } } });
  });

  rule(
    'without approval a pixel sees no names, emails, phones or addresses',
    { fact: 'shopify.md §1.7', mark: 'verified' },
    async () => {
      Object.assign(shop.protectedData, { name: false, email: false, phone: false, address: false });
      const page = await open();
      await inCart(page);
      await page.goto(`${origin}/checkout`);
      await payFor(page);
      await untilHeard('checkout_completed');
      expect(Object(first('checkout_completed').data).checkout).toMatchObject({
        email: null,
        phone: null,
        shippingAddress: { firstName: null, address1: null, zip: null, phone: null, countryCode: 'US' },
        token: expect.any(String),
      });
      expect(JSON.stringify(heard)).not.toMatch(/jamie|Jamie|5550142/);
    },
  );

  test('a pixel that fails is reported and disturbs neither the page nor the next event', async () => {
    await deploy(`api.analytics.subscribe('page_viewed', () => { throw new TypeError('no such thing'); });
      api.analytics.subscribe('product_viewed', async () => { await null; throw new Error('later'); });`);
    const page = await open();
    await page.goto(`${origin}/products/enamel-mug`);
    await untilHeard('product_viewed');
    await until(() => {
      const reports = sandbox.world.events.filter(({ kind }) => kind === 'pixel.failed');
      expect(reports.map(({ detail }) => String(detail.report))).toEqual([
        expect.stringContaining('no such thing'),
        expect.stringContaining('later'),
      ]);
    });
  });

  test('when the sandbox’s clock is ahead, page and worker live in its time', async () => {
    await deploy(
      `tell({ name: 'time', now: new Date().toISOString(), later: Date.now(), kept: new Date(0).toISOString() });`,
    );
    const page = await open();
    await page.goto(origin);
    await untilHeard('time', 'page_viewed');
    const day = sandbox.world.clock.now().toISOString().slice(0, 10);
    expect([first('time').now, first('page_viewed').timestamp].map((at) => String(at).slice(0, 10))).toEqual([
      day,
      day,
    ]);
    expect(first('time').kept).toBe('1970-01-01T00:00:00.000Z');
    heard.length = 0;
    await sandbox.world.advanceClock(2 * 86_400_000);
    await page.goto(origin);
    await untilHeard('time');
    const later = sandbox.world.clock.now().toISOString().slice(0, 10);
    expect(String(first('time').now).slice(0, 10)).toBe(later);
    expect(new Date(Number(first('time').later)).toISOString().slice(0, 10)).toBe(later);
  });

  test('order ids beyond 2^53 reach the pixel as text, whole', async () => {
    orderSwitches(sandbox.world).bigIds = true;
    const page = await open();
    await inCart(page);
    await page.goto(`${origin}/checkout`);
    await payFor(page);
    await untilHeard('checkout_completed');
    expect(Object(Object(first('checkout_completed').data).checkout).order.id).toBe(shop.orders[0]?.id);
  });
});

describe('looks', () => {
  const sizes = [
    { width: 1280, height: 900 },
    { width: 390, height: 844 },
  ];
  test.each(sizes)('nothing is wider than the window at $width px', async (viewport) => {
    const page = await open({ viewport });
    await inCart(page);
    const german = sandbox.world.storefrontUrl(requireShop(sandbox, 'fjord'));
    const addresses = [
      origin,
      `${origin}/collections/all`,
      `${origin}/products/harbor-raincoat`,
      `${origin}/search?q=cap`,
      `${origin}/cart`,
      `${origin}/account/login`,
      `${origin}/pages/privacy-choices`,
      `${origin}/checkout`,
      german,
      `${german}/products/leinen-bettwaesche`,
      `${sandbox.url}/ads`,
    ];
    for (const address of addresses) {
      await page.goto(address);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(over, address).toBeLessThanOrEqual(0);
    }
  });
});
