/** The sandbox's storefronts do what Shopify's do with clicks, carts, checkouts, regions and the theme embed. */

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extensionPlaces, readPurposes } from '../../../sandbox/pixel-manager/extensions.ts';
import {
  consentOf,
  mayRun,
  noChoice,
  readChoice,
  writeChoice,
} from '../../../sandbox/pixel-manager/consent.ts';
import { redacted } from '../../../sandbox/pixel-manager/redact.ts';
import { pixelSwitches } from '../../../sandbox/pixel-manager/switches.ts';
import { adLinks } from '../../../sandbox/storefront/ads.ts';
import { storefrontSwitches } from '../../../sandbox/storefront/switches.ts';
import type { SandboxShop } from '../../../sandbox/world.ts';
import { rule } from '../../support/rule.ts';
import {
  checkOut,
  jsonOf,
  openStorefronts,
  pageData,
  requireShop,
  shopper,
  type OpenedSandbox,
  type Shopper,
} from './storefront-client.ts';

let sandbox: OpenedSandbox;
let shop: SandboxShop;
let origin: string;
let buyer: Shopper;
let places: string;

beforeEach(async () => {
  sandbox = await openStorefronts();
  shop = requireShop(sandbox);
  origin = sandbox.world.storefrontUrl(shop);
  buyer = shopper(sandbox, origin);
  places = await mkdtemp(join(tmpdir(), 'storefront-'));
});
afterEach(async () => {
  expect(sandbox.failures).toEqual([]);
  await sandbox.close();
  await rm(places, { recursive: true });
});

function variantOf(handle: string) {
  const variant = shop.products.find((product) => product.handle === handle)?.variants[0];
  if (!variant) throw new Error(`No product ${handle}`);
  return variant;
}
const addMug = () => buyer.post('/cart/add.js', { id: Number(variantOf('enamel-mug').id), quantity: 1 });
const created = () => sandbox.webhooks.find(({ topic }) => topic === 'orders/create')?.payload ?? {};

describe('ads', () => {
  test.each(['direct', 'redirect', 'discount', 'upper-case', 'nested'] as const)(
    'a click that goes %s reaches the shop, and the order’s landing page carries it',
    async (way) => {
      const link = adLinks(sandbox.world, shop, 'enamel-mug').find((candidate) => candidate.way === way);
      if (!link) throw new Error(`No link ${way}`);
      const landed = await buyer.get(link.href);
      expect(landed.status).toBe(200);
      expect(landed.url.host).toBe(new URL(origin).host);
      await addMug();
      await checkOut(buyer, await buyer.get('/checkout'));
      const landing = String(created().landing_site);
      expect(landing).toMatch(/^\//);
      expect(decodeURIComponent(landing)).toContain(
        `ttclid=${link.ttclid}`.replace('ttclid', way === 'upper-case' ? 'TTCLID' : 'ttclid'),
      );
    },
  );

  test('the ad page links to every shop in every way, each with its own click id', async () => {
    const { body } = await buyer.get(`${sandbox.url}/ads`);
    const ids = [...body.matchAll(/data-ttclid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(sandbox.world.shops.size * 3 * 7);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^E\.C\.P\.[\w-]{178}$/);
  });

  test('the click counter redirects to shops of the sandbox only', async () => {
    const away = await buyer.look(
      `${sandbox.url}/ads/click?to=${encodeURIComponent('https://evil.example/')}`,
    );
    expect(away.headers.location).toBe('/ads');
  });
});

describe('cart', () => {
  test('lines are added, changed and removed, and the answer says what came and went', async () => {
    const added = jsonOf(await addMug());
    expect(added).toMatchObject({ product_title: 'Enamel Mug', quantity: 1, price: 1695 });
    const changed = jsonOf(await buyer.post('/cart/change.js', { id: added.key, quantity: 3 }));
    expect(changed).toMatchObject({ item_count: 3, total_price: 5085, currency: 'USD' });
    const emptied = jsonOf(await buyer.post('/cart/change.js', { line: 1, quantity: 0 }));
    expect(emptied).toMatchObject({ item_count: 0, items_removed: [{ quantity: 3 }] });
  });

  test('what cannot be added is refused with 422', async () => {
    for (const body of [
      { id: 1, quantity: 1 },
      { id: Number(variantOf('enamel-mug').id), quantity: 0.5 },
    ]) {
      expect((await buyer.post('/cart/add.js', body)).status).toBe(422);
    }
    expect((await buyer.post('/cart/add.js', [])).status).toBe(422);
  });

  rule(
    'attributes written with /cart/update.js become the order’s note attributes, hidden ones too',
    { fact: 'shopify.md §2.2', mark: 'second-hand' },
    async () => {
      await addMug();
      await buyer.post('/cart/update.js', {
        attributes: { _tock_click: 'E.C.P.x', gift: 'yes', gone: 'soon' },
      });
      const cart = jsonOf(await buyer.post('/cart/update.js', { attributes: { gone: '' } }));
      expect(cart.attributes).toEqual({ _tock_click: 'E.C.P.x', gift: 'yes' });
      await checkOut(buyer, await buyer.get('/checkout'));
      expect(created().note_attributes).toEqual([
        { name: '_tock_click', value: 'E.C.P.x' },
        { name: 'gift', value: 'yes' },
      ]);
    },
  );

  test('form posts of a theme without scripts work and lead to the cart', async () => {
    const page = await buyer.form('/cart/add', { id: variantOf('enamel-mug').id, quantity: '2' });
    expect(page.url.pathname).toBe('/cart');
    expect(pageData(page).init.cart).toMatchObject({ totalQuantity: 2 });
  });
});

describe('checkout', () => {
  rule(
    'the cart token stands third in the checkout’s path; both tokens are those of the webhook',
    { fact: 'shopify.md §2.2 cart token join, §1.4 checkout.token', mark: 'second-hand' },
    async () => {
      await addMug();
      const { token } = jsonOf(await buyer.get('/cart.js'));
      const start = await buyer.get('/checkout');
      const event = pageData(start).events.find(({ name }) => name === 'checkout_started');
      const checkout = Object(event?.data.checkout);
      await checkOut(buyer, start);
      expect(start.url.pathname.split('/')[3]).toBe(created().cart_token);
      expect(String(token).split('?')[0]).toBe(created().cart_token);
      expect(checkout.token).toBe(created().checkout_token);
      expect(created().checkout_token).toMatch(/^[0-9a-f]{32}$/);
    },
  );

  test('the order says what the browser said', async () => {
    await addMug();
    await checkOut(buyer, await buyer.get('/checkout'));
    expect(created()).toMatchObject({
      email: 'Jamie.Example@example.com',
      browser_ip: '127.0.0.1',
      client_details: { user_agent: 'Mozilla/5.0 (iPhone) Shopper/1.0', accept_language: 'en-US' },
      source_name: 'web',
      financial_status: 'paid',
    });
    expect(sandbox.webhooks.map(({ topic }) => topic)).toEqual(['orders/create', 'orders/paid']);
  });

  test('money in the page is what the order costs, in the buyer’s currency, code and tip included', async () => {
    await buyer.get('/?currency=EUR');
    await addMug();
    await buyer.get('/discount/TIKTOK10?redirect=/cart');
    const done = await checkOut(buyer, await buyer.get('/checkout'), { tip: '2.5' });
    const [event] = pageData(done).events.filter(({ name }) => name === 'checkout_completed');
    const checkout = Object(event?.data.checkout);
    const total = Object(created().total_price_set).presentment_money;
    expect(checkout.totalPrice).toEqual({ amount: Number(total.amount), currencyCode: 'EUR' });
    expect(checkout.discountApplications).toMatchObject([{ type: 'DISCOUNT_CODE', title: 'TIKTOK10' }]);
    expect(created()).toMatchObject({ total_tip_received: '2.50', presentment_currency: 'EUR' });
  });

  test('an unpaid order is created and not paid', async () => {
    await addMug();
    await checkOut(buyer, await buyer.get('/checkout'), { payment: 'bank' });
    expect(sandbox.webhooks.map(({ topic }) => topic)).toEqual(['orders/create']);
    expect(created().financial_status).toBe('pending');
  });

  test('paying twice makes one order, and a paid checkout leads to its thank-you page', async () => {
    await addMug();
    const start = await buyer.get('/checkout');
    await checkOut(buyer, start);
    await buyer.post(`${start.url.pathname}/pay`, {});
    expect(shop.orders).toHaveLength(1);
    expect((await buyer.get(start.url.pathname)).url.pathname).toMatch(/thank-you$/);
    expect(jsonOf(await buyer.get('/cart.js')).item_count).toBe(0);
  });

  rule(
    'a product bought at once is a cart of its own, without the cart’s attributes',
    { fact: 'none found; the stricter reading', mark: 'assumed', assumption: 'storefront-buy-now' },
    async () => {
      await addMug();
      await buyer.post('/cart/update.js', { attributes: { _tock_click: 'E.C.P.x' } });
      const { token } = jsonOf(await buyer.get('/cart.js'));
      const express = await buyer.form('/express', { id: variantOf('canvas-cap').id, quantity: '1' });
      await buyer.post(`${express.url.pathname}/payment`, { payment: 'card' });
      await buyer.post(`${express.url.pathname}/pay`, {});
      expect(created()).toMatchObject({ note_attributes: [], line_items: [{ title: 'Canvas Cap' }] });
      expect(created().cart_token).not.toBe(String(token).split('?')[0]);
      expect(jsonOf(await buyer.get('/cart.js'))).toMatchObject({ item_count: 1 });
    },
  );

  test('express checkout from the cart keeps its attributes and skips the steps', async () => {
    await addMug();
    await buyer.post('/cart/update.js', { attributes: { _tock_click: 'E.C.P.x' } });
    const express = await buyer.form('/express', {});
    await buyer.post(`${express.url.pathname}/payment`, { payment: 'card' });
    await buyer.post(`${express.url.pathname}/pay`, {});
    expect(created().note_attributes).toEqual([{ name: '_tock_click', value: 'E.C.P.x' }]);
  });

  rule(
    'an offer comes before the thank-you page; taking it edits the order',
    { fact: 'shopify.md §1.4 checkout_completed', mark: 'verified' },
    async () => {
      storefrontSwitches(sandbox.world, shop).upsell = true;
      await addMug();
      const offer = await checkOut(buyer, await buyer.get('/checkout'));
      expect(offer.url.pathname).toMatch(/post-purchase$/);
      const [completed] = pageData(offer).events.filter(({ name }) => name === 'checkout_completed');
      const before = Object(completed?.data.checkout).totalPrice.amount;
      expect(before).toBe(Number(created().total_price));
      const path = offer.url.pathname.replace('post-purchase', 'offer');
      const thanks = await buyer.form(path, { take: 'yes' });
      expect(thanks.url.pathname).toMatch(/thank-you$/);
      expect(sandbox.webhooks.map(({ topic }) => topic).slice(2)).toEqual([
        'orders/edited',
        'orders/updated',
      ]);
      expect(Number(shop.orders[0]?.total)).toBeGreaterThan(before);
    },
  );

  test('a logged-in customer’s order is theirs', async () => {
    const [customer] = shop.customers;
    await buyer.form('/account/login', { customer: customer?.id ?? '' });
    await addMug();
    const start = await buyer.get('/checkout');
    expect(pageData(start).init.customer).toMatchObject({ id: customer?.id, email: customer?.email });
    await checkOut(buyer, start, { email: 'other@example.com' });
    expect(created().customer).toMatchObject({ id: Number(customer?.id) });
  });

  test('a subscription is bought with its selling plan', async () => {
    const { id } = variantOf('wool-socks');
    await buyer.post('/cart/add.js', { id: Number(id), quantity: 1, selling_plan: 690100000001 });
    await checkOut(buyer, await buyer.get('/checkout'));
    expect(shop.orders[0]?.lines[0]?.sellingPlan).toEqual({ id: '690100000001', name: 'Every month' });
  });

  test('another shop’s checkout, and one that never was, lead back to the cart', async () => {
    await addMug();
    const start = await buyer.get('/checkout');
    const fjord = sandbox.world.storefrontUrl(requireShop(sandbox, 'fjord'));
    expect((await shopper(sandbox, fjord).get(start.url.pathname)).url.pathname).toBe('/cart');
    expect((await buyer.get('/checkouts/cn/nothing')).url.pathname).toBe('/cart');
  });
});

describe('visitors', () => {
  test('the client id stays, also on the second domain when it is carried along, and not when it is not', async () => {
    const first = await buyer.get('/');
    const { clientId } = pageData(first);
    expect(pageData(await buyer.get('/collections/all')).clientId).toBe(clientId);
    const link = () => /href="(http:\/\/northwind-outlet[^"]+)"/.exec(first.body)?.[1] ?? '';
    expect(pageData(await buyer.get(link())).clientId).toBe(clientId);

    storefrontSwitches(sandbox.world, shop).carryClientId = false;
    const stranger = shopper(sandbox, origin);
    const page = await stranger.get('/');
    const bare = /href="(http:\/\/northwind-outlet[^"]+)"/.exec(page.body)?.[1] ?? '';
    expect(pageData(await stranger.get(bare)).clientId).not.toBe(pageData(page).clientId);
  });

  rule(
    'half an hour without a page begins a new session with a new landing page',
    { fact: 'none found; the usual length of a session', mark: 'assumed', assumption: 'storefront-session' },
    async () => {
      await buyer.get('/?ttclid=first');
      await sandbox.world.advanceClock(31 * 60_000);
      await buyer.get('/products/enamel-mug?ttclid=second');
      await addMug();
      await checkOut(buyer, await buyer.get('/checkout'));
      expect(created().landing_site).toBe('/products/enamel-mug?ttclid=second');
    },
  );

  test('the region is switched by address, and the rest of the address stays', async () => {
    const page = await buyer.get('/products/enamel-mug?region=DE&ttclid=abc');
    expect(page.url.search).toBe('?ttclid=abc');
    expect(pageData(page).region).toMatchObject({ countryCode: 'DE', consentRequired: true });
    expect(pageData(await buyer.get('/?region=US-CA')).region).toMatchObject({
      regionCode: 'CA',
      consentRequired: false,
      dataSaleOptOutRequired: true,
    });
  });

  test('a country that the shop has no rule for is treated as the strictest', async () => {
    expect(pageData(await buyer.get('/?region=BR')).region.consentRequired).toBe(true);
  });

  test('pages may be kept for the back button', async () => {
    expect((await buyer.get('/')).headers['cache-control']).not.toContain('no-store');
  });

  test('an unknown shop and an unknown page are 404', async () => {
    expect((await shopper(sandbox, origin.replace('northwind', 'nobody')).get('/')).status).toBe(404);
    expect((await buyer.get('/products/nothing')).status).toBe(404);
    expect((await buyer.get('/nowhere/at/all')).status).toBe(404);
  });
});

describe('pixels and embed', () => {
  async function deploy() {
    const pixel = join(places, 'pixel');
    const embed = join(places, 'embed');
    await mkdir(join(pixel, 'dist'), { recursive: true });
    await mkdir(join(embed, 'blocks'), { recursive: true });
    await mkdir(join(embed, 'assets'));
    await writeFile(join(pixel, 'dist', 'pixel.js'), 'shopify.extend("WebPixel::Render", () => {});');
    await writeFile(
      join(pixel, 'shopify.extension.toml'),
      '[customer_privacy]\nanalytics = true\nmarketing = true\npreferences = false\nsale_of_data = "ldu"\n',
    );
    await writeFile(
      join(embed, 'blocks', 'block.liquid'),
      `{% assign config = app.metafields.tock.embed.value %}{% if config != blank %}<i id="embed" data-code="{{ config.pixels[0].code }}" data-cart="{{ cart.attributes['_x'] }}" data-page="{{ request.page_type }}">{{ config | json }}</i><script src="{{ 'a.js' | asset_url }}"></script>{% endif %}{% schema %}{"name":"SECRET-SCHEMA","target":"head","settings":[{"id":"on","type":"checkbox","default":true}]}{% endschema %}`,
    );
    await writeFile(join(embed, 'assets', 'a.js'), 'window.embedded = true;');
    Object.assign(extensionPlaces(sandbox.world), {
      webPixel: pathToFileURL(`${pixel}/`),
      themeEmbed: pathToFileURL(`${embed}/`),
    });
    Object.assign(shop.install, {
      installed: true,
      webPixel: { id: '42', settings: { key: 'public' }, dataSharingState: 'ALWAYS_ON' },
      metafields: [
        {
          id: '1',
          namespace: 'tock',
          key: 'embed',
          type: 'json',
          value: JSON.stringify({ v: 1, pixels: [{ code: '</i>CODE' }] }),
          createdAt: '',
          updatedAt: '',
        },
      ],
    });
    shop.embedEnabled = true;
  }

  rule(
    'the embed is on every page of the theme and not on checkout, thank-you and order status',
    { fact: 'shopify.md §2.4', mark: 'second-hand' },
    async () => {
      await deploy();
      await addMug();
      for (const path of [
        '/',
        '/collections/all',
        '/products/enamel-mug',
        '/search?q=mug',
        '/cart',
        '/account/login',
      ]) {
        expect((await buyer.get(path)).body, path).toContain('BEGIN app block: block');
      }
      const start = await buyer.get('/checkout');
      const thanks = await checkOut(buyer, start);
      const status = await buyer.get(`/${shop.id}/orders/${shop.orders[0]?.token}/authenticate`);
      for (const page of [start, thanks, status]) {
        expect(page.status).toBe(200);
        expect(page.body, page.url.pathname).not.toContain('app block');
      }
    },
  );

  rule(
    'app-data metafields reach the embed’s Liquid; its schema is not printed; its assets are served',
    { fact: 'shopify.md §2.4 Passing config to the embed', mark: 'verified' },
    async () => {
      await deploy();
      await buyer.post('/cart/update.js', { attributes: { _x: 'seen' } });
      const { body } = await buyer.get('/products/enamel-mug');
      expect(body).toContain('data-cart="seen" data-page="product"');
      expect(body).toContain('{"v":1,"pixels":[{"code":"</i>CODE"}]}');
      expect(body).not.toContain('SECRET-SCHEMA');
      const asset = /<script src="([^"]+\/a\.js)">/.exec(body)?.[1] ?? '';
      expect((await buyer.get(asset)).body).toBe('window.embedded = true;');
      expect((await buyer.get(asset.replace('a.js', '..%2Fblocks%2Fblock.liquid'))).status).toBe(404);
    },
  );

  test('a shop that has not switched the embed on, or uninstalled the app, has none', async () => {
    await deploy();
    shop.embedEnabled = false;
    expect((await buyer.get('/')).body).not.toContain('app block');
    shop.embedEnabled = true;
    shop.install.installed = false;
    const page = await buyer.get('/');
    expect(page.body).not.toContain('app block');
    expect(pageData(page).pixels).toEqual([]);
  });

  rule(
    'a shop’s pixels are printed in its pages, settings and purposes included; none before webPixelCreate',
    { fact: 'shopify.md §1.2 and §2.5', mark: 'second-hand' },
    async () => {
      const listed = async () => {
        const { body } = await buyer.get('/');
        const setup = /webPixelsManagerSetup = (\{.*?\});<\/script>/s.exec(body)?.[1] ?? '{}';
        const { webPixelsConfigList }: { webPixelsConfigList: Record<string, unknown>[] } = JSON.parse(setup);
        return webPixelsConfigList.filter(({ apiClientId }) => typeof apiClientId === 'number');
      };
      expect(await listed()).toEqual([]);
      await deploy();
      expect(await listed()).toMatchObject([
        {
          id: '42',
          configuration: '{"key":"public"}',
          runtimeContext: 'STRICT',
          privacyPurposes: ['ANALYTICS', 'MARKETING'],
        },
      ]);
    },
  );

  test('the frame of a pixel carries its bundle and is kept for ever; another version is not there', async () => {
    await deploy();
    const { pixels } = pageData(await buyer.get('/'));
    const frame = await buyer.get(pixels[0]?.frameUrl ?? '');
    expect(frame.body).toContain('WebPixel::Render');
    expect(frame.headers['cache-control']).toContain('immutable');
    expect((await buyer.get('/web-pixels/old/sandbox.html')).status).toBe(404);
  });

  test('checkout_started comes as often as it is switched to', async () => {
    pixelSwitches(sandbox.world).checkoutStartedTimes = 3;
    await addMug();
    const names = pageData(await buyer.get('/checkout')).events.map(({ name }) => name);
    expect(names).toEqual(['page_viewed', 'checkout_started', 'checkout_started', 'checkout_started']);
  });

  rule(
    'order ids appear in three forms; their last digits are the webhook’s id',
    { fact: 'shopify.md §1.4 checkout.order.id', mark: 'second-hand' },
    async () => {
      for (const form of ['plain', 'gid', 'order-identity'] as const) {
        pixelSwitches(sandbox.world).orderIdForm = form;
        await addMug();
        const done = await checkOut(buyer, await buyer.get('/checkout'));
        const event = pageData(done).events.find(({ name }) => name === 'checkout_completed');
        const id = String(Object(Object(event?.data.checkout).order).id);
        expect(id.match(/\d+$/)?.[0]).toBe(shop.orders.at(-1)?.id);
      }
    },
  );
});

describe('consent', () => {
  const rule1 = { countryCode: 'DE', regionCode: null, consentRequired: true, dataSaleOptOutRequired: false };
  const california = {
    countryCode: 'US',
    regionCode: 'CA',
    consentRequired: false,
    dataSaleOptOutRequired: true,
  };
  const newYork = {
    countryCode: 'US',
    regionCode: 'NY',
    consentRequired: false,
    dataSaleOptOutRequired: false,
  };
  const all = { analytics: true, marketing: true, preferences: true, saleOfData: true };
  const none = { analytics: false, marketing: false, preferences: false, saleOfData: false };

  test.each([
    ['undecided where consent is required', rule1, noChoice, false, none],
    ['undecided where one may opt out', california, noChoice, false, all],
    ['undecided elsewhere', newYork, noChoice, false, all],
    ['accepted where required', rule1, { ...noChoice, ...all }, false, all],
    ['refused elsewhere', newYork, { ...noChoice, ...none }, false, none],
    ['the browser’s signal where one may opt out', california, noChoice, true, { ...all, saleOfData: false }],
    ['the browser’s signal elsewhere', newYork, noChoice, true, all],
    [
      'the browser’s signal against a yes',
      rule1,
      { ...noChoice, ...all },
      true,
      { ...all, saleOfData: false },
    ],
  ])('%s', (_name, region, choice, signal, expected) => {
    expect(consentOf(region, choice, signal)).toEqual(expected);
    expect(readChoice(writeChoice(choice))).toEqual(choice);
  });

  rule(
    'a pixel loads only with permission for every purpose that it declares; ldu is no purpose',
    { fact: 'shopify.md §1.1 pixel-privacy', mark: 'verified' },
    () => {
      const purposes = readPurposes(
        '[customer_privacy]\nanalytics = true\nmarketing = true\npreferences = false\nsale_of_data = "ldu"',
      );
      expect(mayRun(purposes, all)).toBe(true);
      expect(mayRun(purposes, { ...all, marketing: false })).toBe(false);
      expect(mayRun(purposes, { ...all, preferences: false, saleOfData: false })).toBe(true);
      expect(mayRun({ ...purposes, saleOfData: 'enabled' }, { ...all, saleOfData: false })).toBe(false);
    },
  );

  rule('customer_privacy needs all four keys', { fact: 'shopify.md §1.1', mark: 'verified' }, () =>
    expect(() => readPurposes('[customer_privacy]\nanalytics = true')).toThrow('needs marketing'),
  );

  rule(
    'without approval names, emails, phones and addresses are null and the structure stays',
    { fact: 'shopify.md §1.7', mark: 'verified' },
    () => {
      const address = { firstName: 'A', city: 'B', countryCode: 'US', phone: '1', zip: '2' };
      const data = {
        checkout: {
          email: 'a@b.c',
          phone: '+1',
          token: 't',
          shippingAddress: address,
          lineItems: [{ title: 'Mug' }],
        },
        productVariant: { title: 'Small', product: { title: 'Mug' } },
      };
      const nobody = { name: false, email: false, phone: false, address: false };
      expect(redacted(data, nobody)).toEqual({
        checkout: {
          email: null,
          phone: null,
          token: 't',
          shippingAddress: { firstName: null, city: null, countryCode: 'US', phone: null, zip: null },
          lineItems: [{ title: 'Mug' }],
        },
        productVariant: data.productVariant,
      });
      expect(redacted(data, { name: true, email: true, phone: true, address: true })).toEqual(data);
    },
  );
});
