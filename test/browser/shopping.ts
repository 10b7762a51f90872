/** Stores to go shopping in: the app and its worker, the sandbox's storefronts and TikTok, and the visitors' browser. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DEFAULT_SCOPES, sandboxCredentials } from '../../app/config.ts';
import { regionCookie } from '../../sandbox/storefront/visit.ts';
import { sourceShown } from '../../sandbox/tiktok/events-manager.ts';
import { tiktokOf, type ArrivedCopy, type Conversion } from '../../sandbox/tiktok/business.ts';
import type { SandboxOrder, SandboxShop } from '../../sandbox/world.ts';
import { openApp, type OpenApp } from '../integration/server/open-app.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { openWire, type Wire } from '../support/wire.ts';

export interface Counted {
  event: string;
  id: string | undefined;
  source: 'Server' | 'Browser' | 'Both';
  value: number | undefined;
  ttclid: string | undefined;
}

export interface Store {
  readonly app: OpenApp;
  readonly shop: SandboxShop;
  readonly url: string;
  readonly pixelCode: string;
  readonly pixelToken: string;
  visitor(region?: string): Promise<BrowserContext>;
  /** A visitor whose beacons are seen on the wire, and whose ad blocker cuts what is `blocked`. */
  wiredVisitor(region: string, blocked?: RegExp): Promise<{ context: BrowserContext; wire: Wire }>;
  /** By the theme's own request; waits until the page knows. */
  addToCart(page: Page): Promise<void>;
  /** Cart, checkout, thank-you page, on the domain where the page is. */
  buy(page: Page): Promise<SandboxOrder>;
  /** The order that `buying` places, once the app has its webhook. */
  ordered(buying: () => Promise<void>): Promise<SandboxOrder>;
  /** Waits until the app has these Shopify events of this journey. */
  heard(...events: string[]): Promise<void>;
  /** Sends what is due, after the hold for context has passed. */
  deliver(): Promise<void>;
  /** Moves the store's, the app's and the browsers' time. */
  later(ms: number): Promise<void>;
  /** Sends what is due by now, page events mostly; orders still wait for their visit. */
  deliverNow(): Promise<void>;
  /** Forgets what TikTok counted so far, for the next journey. */
  newJourney(): void;
  /** What TikTok counts in this journey, as Events Manager shows it, by name. */
  counted(): Counted[];
  /** The conversion with this event id. */
  conversion(eventId: string): Conversion | undefined;
  /** Waits until TikTok has the browser's copy of as many events of this name. */
  browserCopies(event: string, count?: number): Promise<ArrivedCopy[]>;
  /** What the server told TikTok under this event id. */
  serverCopy(eventId: string | undefined): ArrivedCopy | undefined;
  /** How the order ended for our pixel. */
  ending(order: SandboxOrder): Promise<{ state: string; reason: string | null }[]>;
}

/** One store with a mall of its own. */
export interface Shopping extends Store {
  close(): Promise<void>;
}

/** The app, the sandbox and a browser, once for as many of its stores as a test needs. */
export interface Mall {
  store(options?: StoreOptions): Promise<Store>;
  close(): Promise<void>;
}

export interface StoreOptions {
  handle?: string;
  browserLeg?: boolean;
  /** `false` leaves adding the pixel to the test. */
  connect?: boolean;
}

/** A minute is what an order waits for the visitor's context. */
const HOLD_MS = 61_000;

/** One store with a mall of its own: closing the store closes all of it. */
export async function goShopping(options: StoreOptions = {}): Promise<Shopping & { close(): Promise<void> }> {
  const mall = await openMall();
  return { ...(await mall.store(options)), close: () => mall.close() };
}

export async function openMall(): Promise<Mall> {
  const port = await freePort();
  const appUrl = `http://127.0.0.1:${port}`;
  const app = await openApp({
    port,
    shopify: {
      apiKey: sandboxCredentials.apiKey,
      apiSecret: sandboxCredentials.apiSecret,
      appUrl,
      scopes: DEFAULT_SCOPES.split(','),
    },
  });
  const browser = await openBrowser();
  return {
    store: (options = {}) => openStore(app, browser, appUrl, options),
    async close() {
      await browser.close();
      await app.close();
    },
  };
}

async function openStore(
  app: OpenApp,
  browser: TestBrowser,
  appUrl: string,
  options: StoreOptions,
): Promise<Store> {
  const shop = app.shop(options.handle);
  const { house, sandbox, clock } = app;

  const page = await house.requireShop(
    new Request(
      `${appUrl}/app?shop=${shop.domain}&embedded=1&host=x&id_token=${app.token({ shop: shop.handle })}`,
      {
        headers: { authorization: `Bearer ${app.token({ shop: shop.handle })}` },
      },
    ),
  );
  const pixel = [...tiktokOf(sandbox.world).pixels.values()].find((known) => known.shop === shop.handle);
  if (pixel === undefined) throw new Error('The sandbox has no TikTok pixel for this shop.');
  if (options.connect !== false) {
    const added = await house.pixelsOf(page.store).add(
      {
        code: pixel.code,
        token: pixel.token,
        name: 'Main',
        ...(options.browserLeg === false ? {} : { browserLeg: 'on' }),
      },
      'test',
    );
    expect(added).toMatchObject({ ok: true });
  }
  shop.embedEnabled = true;

  const url = sandbox.world.storefrontUrl(shop);
  const business = tiktokOf(sandbox.world);
  let seen = 0;
  let since = clock.now();

  async function visitorFrom(region: string, wire?: Wire): Promise<BrowserContext> {
    const context = await browser.visitor(wire === undefined ? {} : { proxy: wire.proxy });
    await context.addCookies([{ name: regionCookie, value: region, url }]);
    return context;
  }

  async function later(ms: number): Promise<void> {
    await sandbox.world.advanceClock(ms);
    clock.set(sandbox.world.clock.now());
  }

  async function ordered(buying: () => Promise<void>): Promise<SandboxOrder> {
    const before = shop.orders.length;
    await buying();
    await expect.poll(() => shop.orders.length, { timeout: 15_000 }).toBe(before + 1);
    const order = shop.orders.at(-1);
    if (order === undefined) throw new Error('No order was placed.');
    const received = () =>
      house.store.database.rows('SELECT 1 FROM orders WHERE shop_id = $1 AND order_id = $2', [
        shop.id,
        order.id,
      ]);
    await expect.poll(async () => (await received()).length, { timeout: 15_000 }).toBe(1);
    return order;
  }

  return {
    app,
    shop,
    url,
    pixelCode: pixel.code,
    pixelToken: pixel.token,
    visitor: (region = 'US-NY') => visitorFrom(region),
    async wiredVisitor(region, blocked) {
      const wire = await openWire(blocked);
      const context = await visitorFrom(region, wire);
      context.on('close', () => void wire.close());
      return { context, wire };
    },
    async addToCart(page) {
      await page.locator('form[data-add] button:not([formaction])').click();
      await page.locator('.toast').waitFor();
    },
    buy: (page) =>
      ordered(async () => {
        await page.goto(new URL('/cart', page.url()).href);
        await page.locator('[data-checkout]').click();
        // Until its script has run, a form would be sent as it stands.
        await page.waitForURL(/\/checkouts\//, { waitUntil: 'load' });
        await page.locator('form[data-step=contact] button').click();
        await page.locator('form[data-step=shipping] button').click();
        await page.locator('form[data-step=payment] button').click();
        await page.waitForURL(/thank-you/);
      }),
    ordered,
    async heard(...events) {
      const wanted = [...events].sort();
      const rows = () =>
        house.store.database.rows<{ event: string }>(
          'SELECT event FROM page_events WHERE shop_id = $1 AND received_at >= $2 AND event = ANY($3) ORDER BY event',
          [shop.id, since, wanted],
        );
      await expect
        .poll(async () => (await rows()).map(({ event }) => event).sort(), { timeout: 15_000 })
        .toEqual(wanted);
    },
    async deliver() {
      await sandbox.world.clock.settle();
      await later(HOLD_MS);
      await house.delivery.runDue();
    },
    later,
    async deliverNow() {
      clock.set(sandbox.world.clock.now());
      await house.delivery.runDue();
    },
    newJourney() {
      seen = business.lastId;
      since = clock.now();
    },
    counted: () =>
      [...business.conversions.values()]
        .filter(({ id }) => id > seen)
        .map(shownAs)
        .sort((a, b) => a.event.localeCompare(b.event)),
    conversion: (eventId) =>
      [...business.conversions.values()].find((conversion) => conversion.eventId === eventId),
    async browserCopies(event, count = 1) {
      const found = () =>
        [...business.copies.values()].filter(
          (copy) => copy.id > seen && copy.channel === 'browser' && copy.event === event,
        );
      await expect.poll(() => found().length, { timeout: 15_000 }).toBe(count);
      return found();
    },
    serverCopy: (eventId) =>
      [...business.copies.values()].find((copy) => copy.channel === 'server' && copy.eventId === eventId),
    ending: (order) =>
      house.store.database.rows<{ state: string; reason: string | null }>(
        'SELECT state, reason FROM order_deliveries WHERE order_id = $1',
        [order.id],
      ),
  };
}

function shownAs(conversion: Conversion): Counted {
  const { ttclid } = conversion.user;
  return {
    event: conversion.event,
    id: conversion.eventId,
    source: sourceShown(conversion),
    value: conversion.value,
    ttclid: typeof ttclid === 'string' ? ttclid : undefined,
  };
}

/** The app must know its own address before it listens; between closing and listening somebody else could take it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
