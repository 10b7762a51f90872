/** The echo once more, with nothing small about it: the sandbox's storefront, pixel manager and TikTok, both real bundles. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Beacon, BeaconEvent } from '../../app/conversion/beacon.ts';
import { browserCopy, type EchoOptions, type PixelOptions } from '../../app/conversion/browser.ts';
import { buildExtensions } from '../../extensions/build.ts';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { tiktokOf, type ArrivedCopy } from '../../sandbox/tiktok/business.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';

let browser: TestBrowser;
let context: BrowserContext;
let sandbox: Sandbox;
let intake: Server;
let beacons: Beacon[];
let echo: EchoOptions;
let shopUrl: string;

beforeAll(async () => {
  await buildExtensions();
  browser = await openBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  beacons = [];
  intake = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      beacons.push(JSON.parse(Buffer.concat(chunks).toString()) as Beacon);
      response.writeHead(202, { 'access-control-allow-origin': '*' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(intake, 'listening');
  const endpoint = `http://127.0.0.1:${(intake.address() as AddressInfo).port}/intake/storefront`;

  sandbox = await startSandbox({ port: 0, appUrl: endpoint, apiKey: 'key', apiSecret: 'secret', seed: 1 });
  const shop = [...sandbox.world.shops.values()][0] ?? missing();
  const code = [...tiktokOf(sandbox.world).pixels.values()].find((known) => known.shop === shop.handle)?.code;
  echo = {
    code: code ?? missing(),
    events: { product_viewed: 'ViewContent', product_added_to_cart: 'AddToCart' },
    contentId: { kind: 'variant' },
    value: { basis: 'total', tax: true, shipping: true },
  };
  const options: PixelOptions = {
    v: 1,
    events: ['product_viewed', 'product_added_to_cart', 'checkout_started'],
    echo: [echo],
  };
  const config = {
    v: 1,
    pixels: [{ code }],
    eventsJs: `${sandbox.url}/tiktok/i18n/pixel/events.js`,
    cartClick: true,
  };
  shop.embedEnabled = true;
  Object.assign(shop.install, {
    installed: true,
    webPixel: {
      id: '1',
      settings: { key: 'public-key', endpoint, options: JSON.stringify(options) },
      dataSharingState: 'ALWAYS_ON',
    },
    metafields: [
      {
        id: '1',
        namespace: 'tock',
        key: 'embed',
        type: 'json',
        value: JSON.stringify(config),
        createdAt: '',
        updatedAt: '',
      },
    ],
  });
  shopUrl = sandbox.world.storefrontUrl(shop);
  context = await browser.visitor();
});
afterEach(async () => {
  await context.close();
  intake.closeAllConnections();
  intake.close();
  expect(sandbox.failures).toEqual([]);
  await sandbox.close();
});

/** A loaded machine takes its time; what never comes is still a failure. */
function eventually<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 15_000, interval: 25 });
}

it('the web pixel’s beacon and TikTok’s browser hit are one event with one id', async () => {
  const page = await context.newPage();
  await page.goto(`${shopUrl}/products/harbor-raincoat?ttclid=E.C.P.click&region=US-NY`);
  await eventually(() => copies('ViewContent')).toHaveLength(1);
  await page.locator('form[data-add] button:not([formaction])').click();
  await eventually(() => copies('AddToCart')).toHaveLength(1);
  await eventually(() => events().map(({ name }) => name)).toEqual([
    'product_viewed',
    'product_added_to_cart',
  ]);

  for (const event of events()) {
    const copy = browserCopy(event.draft, event.name, echo) ?? missing();
    const [hit] = copies(copy.name);
    expect(hit?.eventId).toBe(event.id);
    expect([hit?.value, hit?.currency, hit?.contentIds]).toEqual([
      copy.properties.value,
      copy.properties.currency,
      copy.properties.content_ids,
    ]);
    expect(event.echoed).toEqual([echo.code]);
  }
  expect(beacons.map(({ click }) => click?.id)).toEqual(['E.C.P.click', 'E.C.P.click']);
  expect(await failuresOf(page)).toEqual([]);
});

function events(): BeaconEvent[] {
  return beacons.flatMap((beacon) => beacon.events);
}

function copies(event: string): ArrivedCopy[] {
  return [...tiktokOf(sandbox.world).copies.values()].filter(
    (copy) => copy.channel === 'browser' && copy.event === event,
  );
}

/** What went wrong inside the pixel's worker, as the sandbox's pixel manager saw it. */
function failuresOf(page: Page): Promise<string[]> {
  return page.evaluate(() => window.pixelManager.failures);
}

function missing(): never {
  throw new Error('The sandbox has nothing of the kind.');
}
