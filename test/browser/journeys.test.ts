/** Whole visits in real Chromium: what a merchant would see in Events Manager after each, the whole list of it. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { changeSettings } from '../../app/settings/versions.ts';
import { setWebhookSwitches, webhooksSettled } from '../../sandbox/admin/webhooks.ts';
import { adLinks } from '../../sandbox/storefront/ads.ts';
import { openMall, type Counted, type Mall, type Store } from './shopping.ts';

const CLICK = 'E.C.P.aClickFromAnAd';
/** What the web pixel reports of a visit that ends in an order, by Shopify's names. */
const WHOLE_VISIT = ['product_viewed', 'product_added_to_cart', 'checkout_started', 'payment_info_submitted'];
/** What TikTok counts of it, with who said it. */
const WHOLE_STORY = [
  ['AddPaymentInfo', 'Server', CLICK],
  ['AddToCart', 'Both', CLICK],
  ['CompletePayment', 'Server', CLICK],
  ['InitiateCheckout', 'Server', CLICK],
  ['ViewContent', 'Both', CLICK],
];
const TWO_DAYS = 2 * 86_400_000;

let stores: Mall;
let northwind: Store;
let fjord: Store;
let mall: Store;
let visitor: BrowserContext;

beforeAll(async () => {
  stores = await openMall();
  northwind = await stores.store({ handle: 'northwind' });
  fjord = await stores.store({ handle: 'fjord' });
});
afterAll(() => stores.close());
beforeEach(() => {
  mall.newJourney();
});
afterEach(async () => {
  await visitor.close();
  expect(mall.app.sandbox.failures).toEqual([]);
});

describe('where consent is not required', () => {
  const product = '/products/harbor-raincoat';

  beforeAll(() => {
    mall = northwind;
  });

  it('from the ad to the order: each event once, both legs on the storefront, the click on all of them', async () => {
    visitor = await mall.visitor('US-NY');
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    const [viewed] = await mall.browserCopies('ViewContent');
    await mall.addToCart(page);
    const [added] = await mall.browserCopies('AddToCart');
    const order = await mall.buy(page);
    await mall.heard(...WHOLE_VISIT);
    await mall.deliver();

    expect(mall.counted()).toEqual<Counted[]>([
      counted('AddPaymentInfo', 'Server', {
        id: `payment-${order.checkoutToken}`,
        value: Number(order.total),
      }),
      counted('AddToCart', 'Both', { id: added?.eventId, value: 128 }),
      counted('CompletePayment', 'Server', { id: `order-${order.id}`, value: Number(order.total) }),
      counted('InitiateCheckout', 'Server', { id: `checkout-${order.checkoutToken}` }),
      counted('ViewContent', 'Both', { id: viewed?.eventId, value: 128 }),
    ]);
    expect(order.noteAttributes).toEqual([
      { name: '_tock_consent', value: expect.stringMatching(/^1111\.\d{10}$/) as unknown },
      { name: '_tock_click', value: expect.stringMatching(/^\d{10}\.E\.C\.P\.aClickFromAnAd$/) as unknown },
    ]);
  });

  it('in two tabs: the click of one is the click of both, and no event is told twice', async () => {
    visitor = await mall.visitor('US-NY');
    const [one, two] = [await visitor.newPage(), await visitor.newPage()];
    await one.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.browserCopies('ViewContent', 1);
    await two.goto(`${mall.url}/products/canvas-cap`);
    await mall.browserCopies('ViewContent', 2);
    await Promise.all([mall.addToCart(one), mall.addToCart(two)]);
    await mall.browserCopies('AddToCart', 2);
    await mall.heard('product_viewed', 'product_viewed', 'product_added_to_cart', 'product_added_to_cart');
    await mall.deliver();

    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual([
      ['AddToCart', 'Both', CLICK],
      ['AddToCart', 'Both', CLICK],
      ['ViewContent', 'Both', CLICK],
      ['ViewContent', 'Both', CLICK],
    ]);
  });

  it('leaves, comes back two days later by another way and buys: the order still has the click', async () => {
    visitor = await mall.visitor('US-NY');
    const before = await visitor.newPage();
    await before.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.browserCopies('ViewContent');
    await mall.heard('product_viewed');
    await mall.deliver();
    await before.close();
    await mall.later(TWO_DAYS);
    const after = await visitor.newPage();
    await after.goto(`${mall.url}/products/enamel-mug`);
    await mall.browserCopies('ViewContent', 2);
    await mall.addToCart(after);
    await mall.browserCopies('AddToCart');
    const order = await mall.buy(after);
    await mall.heard('product_viewed', ...WHOLE_VISIT);
    await mall.deliver();

    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual([
      ['AddPaymentInfo', 'Server', CLICK],
      ['AddToCart', 'Both', CLICK],
      ['CompletePayment', 'Server', CLICK],
      ['InitiateCheckout', 'Server', CLICK],
      ['ViewContent', 'Both', CLICK],
      ['ViewContent', 'Both', CLICK],
    ]);
    expect(await mall.ending(order)).toEqual([{ state: 'sent', reason: expect.anything() as unknown }]);
  });

  it('over to the shop’s second domain, where only the client id goes along: the order has the click of the first', async () => {
    visitor = await mall.visitor('US-NY');
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.browserCopies('ViewContent');
    await page.locator('footer a[href*="-outlet."]').click();
    await page.waitForURL(/-outlet[.]/, { waitUntil: 'load' });
    const { origin } = new URL(page.url());
    const kept = () =>
      page.evaluate(() => [document.cookie.includes('_tock_click'), localStorage.getItem('tock:click')]);
    expect(await kept()).toEqual([false, null]);
    await page.goto(`${origin}/products/enamel-mug`);
    await mall.browserCopies('ViewContent', 2);
    await mall.addToCart(page);
    await mall.browserCopies('AddToCart');
    const order = await mall.buy(page);
    await mall.heard('product_viewed', ...WHOLE_VISIT);
    await mall.deliver();

    // The order tells nothing of the click by itself, and the second domain's pages never saw it.
    expect([order.landingSite, order.noteAttributes.map(({ name }) => name)]).toEqual([
      expect.stringMatching(/^\/\?shpxid=[0-9a-f-]+$/) as unknown,
      ['_tock_consent'],
    ]);
    expect(await kept()).toEqual([false, null]);
    expect(mall.conversion(`order-${order.id}`)?.user.ttclid).toBe(CLICK);
    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual([
      ['AddPaymentInfo', 'Server', undefined],
      ['AddToCart', 'Both', undefined],
      ['CompletePayment', 'Server', CLICK],
      ['InitiateCheckout', 'Server', undefined],
      ['ViewContent', 'Both', CLICK],
      ['ViewContent', 'Both', undefined],
    ]);
  });

  it.each(['direct', 'redirect', 'discount', 'nested', 'upper-case', 'fragment'] as const)(
    'from an ad whose link is %s: the click is on what is seen after it',
    async (way) => {
      visitor = await mall.visitor('US-NY');
      const { world } = mall.app.sandbox;
      const link = adLinks(world, mall.shop, 'wool-socks').find((ad) => ad.way === way);
      const landing = await visitor.newPage();
      await landing.goto(link?.href ?? '');
      await expect
        .poll(async () => (await visitor.cookies()).map(({ name }) => name), { timeout: 15_000 })
        .toContain('_tock_click');
      await landing.close();
      const page = await visitor.newPage();
      await page.goto(`${mall.url}/search?q=cap`);
      await mall.heard('search_submitted');
      await mall.deliver();

      const searched = mall.counted().find(({ event }) => event === 'Search');
      expect(searched?.ttclid).toBe(link?.ttclid);
    },
  );

  it('with the network gone for a moment and the page closed: told once, from the next page', async () => {
    visitor = await mall.visitor('US-NY');
    let lost = 0;
    // Not by the browser's own count (`times`): what is under way when it stops looking may hang.
    await visitor.route(/\/intake\//, (route) => (++lost <= 2 ? route.abort() : route.continue()));
    const first = await visitor.newPage();
    await first.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    const [viewed] = await mall.browserCopies('ViewContent');
    await first.close();
    const second = await visitor.newPage();
    await second.goto(`${mall.url}/collections/all`);
    await second.reload();
    await second.goto(`${mall.url}/search?q=cap`);
    await mall.heard('product_viewed', 'search_submitted');
    await mall.deliver();

    expect(mall.counted().map(({ event, source, id }) => [event, source, id])).toEqual([
      ['Search', 'Both', expect.any(String) as unknown],
      ['ViewContent', 'Both', viewed?.eventId],
    ]);
  });

  it('with every webhook three times: one CompletePayment, matched by email and click', async () => {
    visitor = await mall.visitor('US-NY');
    const { world } = mall.app.sandbox;
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.addToCart(page);
    setWebhookSwitches(world, { duplicates: 2 });
    const order = await mall.buy(page);
    await webhooksSettled(world);
    setWebhookSwitches(world, { duplicates: 0 });
    await mall.deliver();
    await mall.deliver();

    const paid = mall.counted().filter(({ event }) => event === 'CompletePayment');
    expect(paid).toEqual<Counted[]>([
      counted('CompletePayment', 'Server', { id: `order-${order.id}`, value: Number(order.total) }),
    ]);
    expect(mall.conversion(`order-${order.id}`)).toMatchObject({
      currency: order.presentmentCurrency,
      channels: ['server'],
      discarded: 0,
      matchKeys: expect.arrayContaining(['Email', 'Click ID']) as unknown,
      user: { email: hashed(order.email) },
    });
  });

  it('with a blocker of TikTok’s host: everything goes the server’s way', async () => {
    const blocking = await mall.wiredVisitor('US-NY', /\/tiktok\//);
    visitor = blocking.context;
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.addToCart(page);
    const order = await mall.buy(page);
    await mall.heard(...WHOLE_VISIT);
    await mall.deliver();

    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual([
      ['AddPaymentInfo', 'Server', CLICK],
      ['AddToCart', 'Server', CLICK],
      ['CompletePayment', 'Server', CLICK],
      ['InitiateCheckout', 'Server', CLICK],
      ['ViewContent', 'Server', CLICK],
    ]);
    expect(mall.counted()[2]?.id).toBe(`order-${order.id}`);
  });

  it('with a blocker of TikTok and of our beacon: the order goes out from the webhook alone, with the click', async () => {
    const blocking = await mall.wiredVisitor('US-NY', /\/tiktok\/|\/intake\//);
    visitor = blocking.context;
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.addToCart(page);
    const order = await mall.buy(page);
    await mall.deliver();

    expect(blocking.wire.beacons.length).toBeGreaterThan(0);
    expect(blocking.wire.beacons.filter(({ status }) => status !== undefined)).toEqual([]);
    expect(mall.counted()).toEqual<Counted[]>([
      counted('CompletePayment', 'Server', { id: `order-${order.id}`, value: Number(order.total) }),
    ]);
  });

  it('by the express button on the product page, past cart and thank-you page: the order has the click', async () => {
    visitor = await mall.visitor('US-NY');
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.browserCopies('ViewContent');
    await page.locator('[data-express]').click();
    await visitor.route(/thank-you/, (route) => route.abort());
    const order = await mall.ordered(() => page.locator('form[data-step=payment] button').click());
    await mall.deliver();

    expect(mall.counted().filter(({ event }) => event === 'CompletePayment')).toEqual<Counted[]>([
      counted('CompletePayment', 'Server', {
        id: `order-${order.id}`,
        value: Number(order.total),
      }),
    ]);
  });
});

describe('more of what happens to visitors', () => {
  const product = '/products/harbor-raincoat';

  beforeAll(async () => {
    mall = northwind;
    const { house } = mall.app;
    await changeSettings(house.store.shop(mall.shop.id).settings, {
      actor: 'test',
      action: 'settings.changed',
      target: 'settings',
      change: (current) => ({
        ...current,
        shop: { ...current.shop, embed: { cartClick: true, identify: true } },
      }),
    });
    expect(await house.tellStorefront(mall.shop.id)).toBeUndefined();
  });

  it('signed in: the browser’s copies say who it is in hashes, the order the same person', async () => {
    visitor = await mall.visitor('US-NY');
    const [customer] = mall.shop.customers;
    const page = await visitor.newPage();
    await page.goto(`${mall.url}/account/login`);
    await page.locator(`input[name=customer][value="${customer?.id}"]`).check();
    await page.locator('form[action="/account/login"] button').click();
    await page.waitForURL(/\/account$/);
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    const [viewed] = await mall.browserCopies('ViewContent');
    await mall.addToCart(page);
    await mall.browserCopies('AddToCart');
    const order = await mall.buy(page);
    await mall.heard(...WHOLE_VISIT);
    await mall.deliver();

    expect(viewed?.user.email).toBe(hashed(customer?.email ?? null));
    expect(viewed?.user.phone).toBe(
      customer?.phone === null || customer === undefined ? undefined : hashed(customer.phone),
    );
    expect(await storedTexts(page)).not.toContain(hashed(customer?.email ?? null));
    expect(mall.conversion(`order-${order.id}`)?.user.email).toBe(viewed?.user.email);
    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual(WHOLE_STORY);
  });

  it('personal data withheld by Shopify: every event and the order go out by the click alone', async () => {
    visitor = await mall.visitor('US-NY');
    const approved = { ...mall.shop.protectedData };
    Object.assign(mall.shop.protectedData, { name: false, email: false, phone: false, address: false });
    try {
      const page = await visitor.newPage();
      await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
      await mall.browserCopies('ViewContent');
      await mall.addToCart(page);
      await mall.browserCopies('AddToCart');
      const order = await mall.buy(page);
      await mall.heard(...WHOLE_VISIT);
      await mall.deliver();

      expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual(WHOLE_STORY);
      expect(mall.conversion(`order-${order.id}`)?.user.email).toBeUndefined();
    } finally {
      Object.assign(mall.shop.protectedData, approved);
    }
  });

  it('on a very slow network: everything comes, late, once', async () => {
    visitor = await mall.visitor('US-NY');
    const page = await visitor.newPage();
    const network = await visitor.newCDPSession(page);
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 350,
      downloadThroughput: 60_000,
      uploadThroughput: 20_000,
    });
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.browserCopies('ViewContent');
    await mall.addToCart(page);
    await mall.browserCopies('AddToCart');
    await mall.heard('product_viewed', 'product_added_to_cart');
    await mall.deliver();

    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual([
      ['AddToCart', 'Both', CLICK],
      ['ViewContent', 'Both', CLICK],
    ]);
  });

  it('with Global Privacy Control: the browser tells it under limited data use, the server not without an address', async () => {
    visitor = await mall.visitor('US-CA');
    await visitor.addInitScript(() =>
      Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
    );
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    const [viewed] = await mall.browserCopies('ViewContent');
    await mall.addToCart(page);
    const [added] = await mall.browserCopies('AddToCart');
    const order = await mall.buy(page);
    await mall.heard(...WHOLE_VISIT);
    await mall.deliver();

    expect([viewed?.limitedDataUse, added?.limitedDataUse]).toEqual([true, true]);
    // TikTok applies the limit by the visitor's address, and on loopback there is none: so the server leaves it out.
    expect(mall.counted().map(({ event, source }) => [event, source])).toEqual([
      ['AddToCart', 'Browser'],
      ['ViewContent', 'Browser'],
    ]);
    expect(await mall.ending(order)).toEqual([{ state: 'skipped', reason: 'sale_opt_out' }]);
    expect(order.noteAttributes.find(({ name }) => name === '_tock_consent')?.value).toMatch(/^1110[.]/);
  });

  it('page closed in mid-beacon: the server had it, the next page tells it again, TikTok counts it once', async () => {
    visitor = await mall.visitor('US-NY');
    let told = false;
    await visitor.route(/\/intake\//, async (route) => {
      if (told) return route.continue();
      told = true;
      await route.fetch();
      // The answer never comes: the page is gone before.
    });
    const first = await visitor.newPage();
    await first.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    const [viewed] = await mall.browserCopies('ViewContent');
    await mall.heard('product_viewed');
    await first.close();
    const second = await visitor.newPage();
    const again = second.waitForRequest(/\/intake\//);
    await second.goto(`${mall.url}/collections/all`);
    expect((await again).postData()).toContain(viewed?.eventId);
    await second.goto(`${mall.url}/search?q=cap`);
    await mall.heard('product_viewed', 'search_submitted');
    await mall.deliver();

    expect(mall.counted().map(({ event, source, id }) => [event, source, id])).toEqual([
      ['Search', 'Both', expect.any(String) as unknown],
      ['ViewContent', 'Both', viewed?.eventId],
    ]);
  });
});

describe('where consent is required', () => {
  const product = '/products/teekanne';

  beforeAll(() => {
    mall = fjord;
  });

  it('refused: TikTok hears of nothing, and the order says why', async () => {
    visitor = await mall.visitor('DE');
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await page.locator('[data-consent=decline]').click();
    await mall.addToCart(page);
    const order = await mall.buy(page);
    await mall.deliver();

    expect(mall.counted()).toEqual([]);
    expect(await mall.ending(order)).toEqual([{ state: 'skipped', reason: 'consent_refused' }]);
    expect(order.noteAttributes.map(({ name }) => name)).toEqual(['_tock_consent']);
  });

  it('given late: what was seen before it on this page is told too, under its own time', async () => {
    visitor = await mall.visitor('DE');
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await page.locator('[data-consent=accept]').waitFor();
    await mall.deliver();
    expect(mall.counted()).toEqual([]);
    const asked = mall.app.sandbox.world.clock.now().getTime();
    await page.locator('[data-consent=accept]').click();
    const [viewed] = await mall.browserCopies('ViewContent');
    await mall.addToCart(page);
    await mall.browserCopies('AddToCart');
    const order = await mall.buy(page);
    await mall.heard(...WHOLE_VISIT);
    await mall.deliver();

    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual([
      ['AddPaymentInfo', 'Server', CLICK],
      ['AddToCart', 'Both', CLICK],
      ['CompletePayment', 'Server', CLICK],
      ['InitiateCheckout', 'Server', CLICK],
      ['ViewContent', 'Both', CLICK],
    ]);
    // The product was seen a minute before the visitor agreed, and the server says so.
    const seenAt = Date.parse(mall.serverCopy(viewed?.eventId)?.eventTime ?? '');
    expect(asked - seenAt).toBeGreaterThan(60_000);
    expect(asked - seenAt).toBeLessThan(180_000);
    expect(await mall.ending(order)).toMatchObject([{ state: 'sent' }]);
  });

  it('withdrawn before buying: nothing after it is told, the order included', async () => {
    visitor = await mall.visitor('DE');
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await page.locator('[data-consent=accept]').click();
    await mall.browserCopies('ViewContent');
    await mall.heard('product_viewed');
    await mall.deliver();
    await withdraw(page);
    await page.goto(`${mall.url}${product}`);
    await mall.addToCart(page);
    const order = await mall.buy(page);
    await mall.deliver();

    expect(mall.counted().map(({ event, source }) => [event, source])).toEqual([['ViewContent', 'Both']]);
    expect(await mall.ending(order)).toMatchObject([{ state: 'skipped' }]);
    expect(
      await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tock:'))),
    ).toEqual([]);
  });

  it('seen from a region without need of consent: no banner, and everything is told', async () => {
    visitor = await mall.visitor('US-NY');
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await mall.browserCopies('ViewContent');
    expect(await page.locator('[data-consent=accept]').count()).toBe(0);
    await mall.addToCart(page);
    await mall.browserCopies('AddToCart');
    const order = await mall.buy(page);
    await mall.heard(...WHOLE_VISIT);
    await mall.deliver();

    expect(mall.counted().map(({ event, source, ttclid }) => [event, source, ttclid])).toEqual(WHOLE_STORY);
    expect(await mall.ending(order)).toMatchObject([{ state: 'sent' }]);
  });

  it('with every script of ours blocked the order says that consent is unproven', async () => {
    const blocking = await mall.wiredVisitor(
      'DE',
      /\/tiktok\/|\/intake\/|\/cdn\/extensions\/|\/cart\/update/,
    );
    visitor = blocking.context;
    const page = await visitor.newPage();
    await page.goto(`${mall.url}${product}?ttclid=${CLICK}`);
    await page.locator('[data-consent=accept]').click();
    await mall.addToCart(page);
    const order = await mall.buy(page);
    await mall.deliver();

    expect(mall.counted()).toEqual([]);
    expect(await mall.ending(order)).toEqual([{ state: 'skipped', reason: 'consent_unproven' }]);
  });
});

function hashed(email: string | null): string {
  return createHash('sha256')
    .update(email ?? '')
    .digest('hex');
}

function counted(
  event: string,
  source: Counted['source'],
  rest: { id: string | undefined; value?: number },
): Counted {
  return { event, source, id: rest.id, value: rest.value ?? (expect.any(Number) as number), ttclid: CLICK };
}

/** Everything that scripts keep in the browser. */
function storedTexts(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
}

/** As the shop's page of privacy choices does it. */
async function withdraw(page: Page): Promise<void> {
  await page.goto(`${mall.url}/pages/privacy-choices`);
  for (const tick of await page.locator('form[data-choices] input[type=checkbox]').all())
    await tick.uncheck();
  await page.locator('form[data-choices] button').click();
  await page.locator('form[data-choices] [role=status]:not(:empty)').waitFor();
}
