import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserCopy, draftOf, type PixelOptions } from '../../../app/conversion/browser.ts';
import { buildExtensions } from '../../../extensions/build.ts';
import {
  everythingAllowed,
  nothingAllowed,
  openPage,
  topFrame,
  type PageOptions,
  type PixelPage,
  type Privacy,
  type TopFrame,
} from './pixel-sandbox.ts';
import { addedToCart, checkout, pageViewed, productViewed, searched } from './shopify-events.ts';

const CODE = 'CTOCK0NORTHLIGHT0001';
const ECHO: PixelOptions['echo'][number] = {
  code: CODE,
  events: {
    product_viewed: 'ViewContent',
    product_added_to_cart: 'AddToCart',
    checkout_started: 'InitiateCheckout',
  },
  contentId: { kind: 'variant' },
  value: { basis: 'total', tax: true, shipping: true },
};
const OPTIONS: PixelOptions = {
  v: 1,
  events: [
    'page_viewed',
    'product_viewed',
    'search_submitted',
    'product_added_to_cart',
    'checkout_started',
    'payment_info_submitted',
  ],
  echo: [ECHO],
};
const SETTINGS = {
  key: 'public-key',
  endpoint: 'https://tock.example/intake/storefront',
  options: JSON.stringify(OPTIONS),
};
const LANDING = 'https://north-light.example/?ttclid=E.C.P.first';

let bundle: string;

beforeAll(async () => {
  bundle = await readFile((await buildExtensions()).storefrontPixel, 'utf8');
});

/** A page with consent and complete settings, unless told otherwise. */
function page(options: Partial<PageOptions> = {}): Promise<PixelPage> {
  return openPage(bundle, { settings: SETTINGS, privacy: everythingAllowed, ...options });
}

const stillToSend = (frame: TopFrame) => [...frame.local.keys()].filter((key) => key.startsWith('tock:q:'));

describe('the bundle', () => {
  it('is at most 8 kB gzipped', () => {
    expect(gzipSync(bundle, { level: 9 }).length).toBeLessThanOrEqual(8 * 1024);
  });

  it('speaks a language that browsers of 2020 know', () => {
    expect(bundle).not.toMatch(/\?\?=|\|\|=|&&=|\.at\(|\.replaceAll\(|structuredClone|Object\.hasOwn\b/);
  });
});

describe('a beacon', () => {
  it('carries the event, the visitor and the consent as text/plain that survives the page', async () => {
    const shop = await page();
    await shop.publish(productViewed({ id: 'sh-1', referrer: 'https://www.tiktok.example/' }));
    await shop.advance(200);
    expect(shop.sent).toHaveLength(1);
    const [sent] = shop.sent;
    expect(sent?.url).toBe(SETTINGS.endpoint);
    expect(sent?.contentType).toBe('text/plain');
    expect(sent?.keepalive).toBe(true);
    expect(sent?.beacon).toEqual({
      v: 1,
      key: 'public-key',
      client: '6f1c5c4e-7a40-4a0e-9f83-6a2d6d0e7a11',
      sent: '2026-11-21T10:00:00.150Z',
      language: 'en-GB',
      consent: { analytics: true, marketing: true, preferences: true, saleOfData: true },
      events: [
        {
          id: 'sh-1',
          shopifyId: 'sh-1',
          name: 'product_viewed',
          at: '2026-11-21T10:00:00.000Z',
          page: { url: 'https://north-light.example/', referrer: 'https://www.tiktok.example/' },
          draft: draftOf(productViewed()),
          echoed: [CODE],
        },
      ],
    });
  });

  it('collects what happens within a moment', async () => {
    const shop = await page();
    await shop.publish(pageViewed({ id: 'a' }));
    await shop.publish(productViewed({ id: 'b' }));
    await shop.advance(200);
    await shop.publish(searched('lamp', { id: 'c' }));
    await shop.advance(200);
    expect(shop.sent.map(({ beacon }) => beacon.events.map(({ id }) => id))).toEqual([['a', 'b'], ['c']]);
  });

  it('leaves at once when the visitor is about to leave the page', async () => {
    const shop = await page();
    await shop.publish(checkout('checkout_started'));
    expect(shop.sent).toHaveLength(1);
  });

  it('gives a checkout one id however often Shopify reports it', async () => {
    const shop = await page();
    await shop.publish(checkout('checkout_started', { id: 'sh-1' }));
    await shop.publish(checkout('checkout_started', { id: 'sh-2' }));
    await shop.publish(checkout('payment_info_submitted', { id: 'sh-3' }));
    expect(shop.events().map(({ id, shopifyId }) => [id, shopifyId])).toEqual([
      ['checkout-b1946ac92492d2347c6235b4d2611184', 'sh-1'],
      ['checkout-b1946ac92492d2347c6235b4d2611184', 'sh-2'],
      ['payment-b1946ac92492d2347c6235b4d2611184', 'sh-3'],
    ]);
  });

  it('says an event once when the sandbox hands it out twice', async () => {
    const shop = await page();
    await shop.publish(pageViewed({ id: 'a' }));
    await shop.publish(pageViewed({ id: 'a' }));
    await shop.advance(200);
    expect(shop.events()).toHaveLength(1);
  });

  it('never mixes two visitors, two states of consent or more text than keepalive takes', async () => {
    const shop = await page();
    await shop.publish(pageViewed({ id: 'a' }));
    await shop.publish(pageViewed({ id: 'b', client: 'another-client' }));
    await shop.collectConsent({ ...everythingAllowed, saleOfDataAllowed: false });
    await shop.publish(pageViewed({ id: 'c', client: 'another-client' }));
    for (let count = 0; count < 30; count += 1) {
      const url = `https://north-light.example/?${'x'.repeat(2_000)}`;
      await shop.publish(pageViewed({ id: `long-${count}`, client: 'another-client', url }));
    }
    await shop.advance(200);
    for (const { beacon, body, keepalive } of shop.sent) {
      expect(body.length).toBeLessThan(24_000);
      expect(keepalive).toBe(true);
      expect(beacon.events.length).toBeLessThanOrEqual(20);
    }
    expect(shop.sent.slice(0, 3).map(({ beacon }) => [beacon.client, beacon.consent.saleOfData])).toEqual([
      ['6f1c5c4e-7a40-4a0e-9f83-6a2d6d0e7a11', true],
      ['another-client', true],
      ['another-client', false],
    ]);
    expect(shop.events().map(({ id }) => id)).toHaveLength(33);
  });
});

describe('nothing is done', () => {
  it.each([
    ['no events are wanted', { ...SETTINGS, options: JSON.stringify({ ...OPTIONS, events: [] }) }],
    ['there is no key', { ...SETTINGS, key: '' }],
    ['there is no endpoint', { key: 'k', options: SETTINGS.options }],
    ['the endpoint is not encrypted', { ...SETTINGS, endpoint: 'http://tock.example/intake/storefront' }],
    ['the options are no JSON', { ...SETTINGS, options: '{' }],
    ['the options are of a later version', { ...SETTINGS, options: JSON.stringify({ ...OPTIONS, v: 2 }) }],
    ['there are no settings at all', {}],
  ])('when %s', async (_case, settings) => {
    const frame = topFrame();
    const shop = await page({ settings, frame });
    expect(shop.subscribed).toEqual([]);
    await shop.publish(pageViewed());
    await shop.advance(10_000);
    expect([shop.sent, frame.local.size, frame.session.size, frame.cookies.size]).toEqual([[], 0, 0, 0]);
    expect(shop.errors).toEqual([]);
  });
});

describe('the click id', () => {
  it('is taken from the landing page and goes with every event after it, with its time', async () => {
    const frame = topFrame();
    const landing = await page({ frame });
    await landing.publish(pageViewed({ url: LANDING }));
    await landing.advance(200);
    landing.leave();
    const later = await page({ frame, start: '2026-11-23T09:00:00.000Z' });
    await later.publish(productViewed({ timestamp: '2026-11-23T09:00:01.000Z' }));
    await later.advance(2_000);
    expect(landing.sent[0]?.beacon.click).toEqual({
      id: 'E.C.P.first',
      at: '2026-11-21T10:00:00.000Z',
      from: 'url',
    });
    expect(later.sent[0]?.beacon.click).toEqual({
      id: 'E.C.P.first',
      at: '2026-11-21T10:00:00.000Z',
      from: 'kept',
    });
  });

  it('is kept on a landing page none of whose events is wanted, but not before it may be', async () => {
    const frame = topFrame();
    const landing = await page({ frame, url: LANDING, privacy: nothingAllowed });
    await landing.advance(1_000);
    expect([frame.local.size, frame.cookies.size]).toEqual([0, 0]);
    await landing.collectConsent(everythingAllowed);
    landing.leave();
    const later = await page({ frame, url: 'https://north-light.example/cart' });
    await later.publish(productViewed());
    await later.advance(200);
    expect(landing.sent).toEqual([]);
    expect(later.sent[0]?.beacon.click).toEqual({
      id: 'E.C.P.first',
      at: '2026-11-21T10:00:01.000Z',
      from: 'kept',
    });
  });

  it.each([['localStorage'], ['cookies']])('survives when %s are cleared', async (which) => {
    const frame = topFrame();
    const landing = await page({ frame });
    await landing.publish(pageViewed({ url: LANDING }));
    landing.leave();
    (which === 'cookies' ? frame.cookies : frame.local).clear();
    const later = await page({ frame });
    await later.publish(productViewed());
    await later.advance(200);
    expect(later.sent[0]?.beacon.click?.id).toBe('E.C.P.first');
  });

  it('gives way to a newer click, and an old landing page that is opened again does not make its click new', async () => {
    const frame = topFrame();
    const shop = await page({ frame });
    await shop.publish(pageViewed({ id: 'a', url: LANDING }));
    await shop.publish(
      pageViewed({
        id: 'b',
        url: 'https://north-light.example/?TTCLID=E.C.P.second',
        timestamp: '2026-11-22T10:00:00Z',
      }),
    );
    await shop.publish(pageViewed({ id: 'c', url: LANDING, timestamp: '2026-11-23T10:00:00Z' }));
    await shop.publish(pageViewed({ id: 'd', timestamp: '2026-11-24T10:00:00Z' }));
    await shop.advance(200);
    const clicks = shop.sent.map(({ beacon }) => [beacon.click?.id, beacon.click?.at, beacon.click?.from]);
    expect(clicks).toEqual([
      ['E.C.P.first', '2026-11-21T10:00:00.000Z', 'url'],
      ['E.C.P.second', '2026-11-22T10:00:00Z', 'url'],
      ['E.C.P.first', '2026-11-21T10:00:00.000Z', 'url'],
      ['E.C.P.second', '2026-11-22T10:00:00Z', 'kept'],
    ]);
  });

  it('is forgotten after 28 days', async () => {
    const frame = topFrame();
    const landing = await page({ frame });
    await landing.publish(pageViewed({ url: LANDING }));
    const timestamp = '2026-12-19T10:00:01.000Z';
    const later = await page({ frame, start: timestamp });
    await later.publish(productViewed({ timestamp }));
    await later.advance(200);
    expect(later.events().at(-1)?.name).toBe('product_viewed');
    expect(later.sent.at(-1)?.beacon.click).toBeUndefined();
  });

  it('is read from the page before on the same host, for consent that came late, and from no other host', async () => {
    const shop = await page();
    await shop.publish(productViewed({ id: 'a', referrer: 'https://ads.example/?ttclid=E.C.P.foreign' }));
    await shop.publish(productViewed({ id: 'b', referrer: LANDING }));
    await shop.advance(200);
    expect(shop.sent.map(({ beacon }) => beacon.click)).toEqual([
      undefined,
      { id: 'E.C.P.first', at: '2026-11-21T10:00:00.000Z', from: 'referrer' },
    ]);
  });

  it("is read from TikTok's own cookie when nothing else knows it, together with _ttp", async () => {
    const frame = topFrame();
    frame.cookies.set('ttclid', 'E.C.P.cookie');
    frame.cookies.set('_ttp', '01KEMC163EX38R4MP15Q3AE1EF_.tt.1');
    const shop = await page({ frame });
    await shop.publish(pageViewed());
    await shop.advance(200);
    expect(shop.sent[0]?.beacon).toMatchObject({
      ttp: '01KEMC163EX38R4MP15Q3AE1EF_.tt.1',
      click: { id: 'E.C.P.cookie', from: 'cookie' },
    });
  });

  it('takes what others wrote under its name for strangers’ data', async () => {
    const frame = topFrame();
    frame.local.set('tock:click', '[{"id":7},null,{"id":"x","at":"never"}]');
    frame.cookies.set('_tock_click', '%E0%A4%A');
    const shop = await page({ frame });
    await shop.publish(pageViewed());
    await shop.advance(200);
    expect(shop.sent[0]?.beacon.click).toBeUndefined();
    expect(shop.errors).toEqual([]);
  });
});

describe('consent', () => {
  it('is passed on as it stands, sale of data refused by Global Privacy Control included', async () => {
    const shop = await page({ privacy: { ...everythingAllowed, saleOfDataAllowed: false } });
    await shop.publish(pageViewed());
    await shop.advance(200);
    expect(shop.sent[0]?.beacon.consent).toEqual({
      analytics: true,
      marketing: true,
      preferences: true,
      saleOfData: false,
    });
  });

  it.each<[string, Privacy]>([
    ['marketing', { ...everythingAllowed, marketingAllowed: false }],
    ['analytics', { ...everythingAllowed, analyticsProcessingAllowed: false }],
  ])('without %s nothing is sent and nothing is kept', async (_purpose, privacy) => {
    const frame = topFrame();
    const shop = await page({ privacy, frame });
    await shop.publish(pageViewed({ url: LANDING }));
    await shop.publish(productViewed());
    await shop.advance(60_000);
    expect([shop.sent, frame.local.size, frame.session.size, frame.cookies.size]).toEqual([[], 0, 0, 0]);
  });

  it('given late sends what was replayed, with its original time and click', async () => {
    const shop = await page({ privacy: nothingAllowed, start: '2026-11-21T10:01:00.000Z' });
    await shop.publish(pageViewed({ id: 'a', url: LANDING }));
    await shop.collectConsent(everythingAllowed);
    await shop.publish(productViewed({ id: 'b' }));
    await shop.advance(200);
    expect(shop.events().map(({ id, at }) => [id, at])).toEqual([
      ['a', '2026-11-21T10:00:00.000Z'],
      ['b', '2026-11-21T10:00:00.000Z'],
    ]);
    expect(shop.sent[0]?.beacon).toMatchObject({
      sent: '2026-11-21T10:01:00.150Z',
      click: { id: 'E.C.P.first' },
    });
  });

  it('refused drops what was held back', async () => {
    const shop = await page({ privacy: nothingAllowed });
    await shop.publish(pageViewed());
    await shop.collectConsent(nothingAllowed);
    await shop.collectConsent(everythingAllowed);
    await shop.advance(10_000);
    expect(shop.sent).toEqual([]);
  });

  it('withdrawn stops at once and clears everything that was kept', async () => {
    const frame = topFrame();
    frame.local.set('theme:cart-open', 'yes');
    const shop = await page({ frame });
    await shop.publish(pageViewed({ url: LANDING }));
    await shop.publish(productViewed());
    expect(frame.local.size).toBeGreaterThan(1);
    await shop.collectConsent(nothingAllowed);
    await shop.publish(addedToCart());
    await shop.advance(60_000);
    expect(shop.sent).toEqual([]);
    expect([...frame.local.keys()]).toEqual(['theme:cart-open']);
    expect([frame.session.size, frame.cookies.size]).toEqual([0, 0]);
  });

  it('withdrawn where no pixel was listening clears on the next page', async () => {
    const frame = topFrame();
    const first = await page({ frame });
    await first.publish(pageViewed({ url: LANDING }));
    first.leave();
    await page({ frame, privacy: nothingAllowed });
    expect([frame.local.size, frame.cookies.size]).toEqual([0, 0]);
  });
});

describe('what failed', () => {
  it('is tried once more on the same page', async () => {
    const shop = await page({ answers: [503] });
    await shop.publish(pageViewed());
    await shop.advance(200);
    expect(shop.sent).toHaveLength(1);
    await shop.advance(2_000);
    expect(shop.sent).toHaveLength(2);
    await shop.advance(600_000);
    expect(shop.sent).toHaveLength(2);
    expect(shop.sent[1]?.beacon.events).toEqual(shop.sent[0]?.beacon.events);
  });

  it.each<['unreachable' | 'silent' | number]>([['unreachable'], ['silent'], [500], [429]])(
    'twice (%s) waits for the next page, and goes out there once',
    async (answer) => {
      const frame = topFrame();
      const first = await page({ frame, answers: [answer, answer] });
      await first.publish(pageViewed({ id: 'kept' }));
      await first.advance(60_000);
      first.leave();
      const second = await page({ frame, start: '2026-11-21T10:02:00.000Z' });
      await second.advance(1_000);
      expect(second.events().map(({ id }) => id)).toEqual(['kept']);
      expect(stillToSend(frame)).toEqual([]);
    },
  );

  it('twice is not dragged along with every later event of the page', async () => {
    const shop = await page({ answers: ['unreachable', 'unreachable'] });
    await shop.publish(pageViewed({ id: 'unlucky' }));
    await shop.advance(60_000);
    await shop.publish(pageViewed({ id: 'later' }));
    await shop.advance(60_000);
    expect(shop.sent.map(({ beacon }) => beacon.events.map(({ id }) => id))).toEqual([
      ['unlucky'],
      ['unlucky'],
      ['later'],
    ]);
  });

  it('because the server said no is not sent again', async () => {
    const frame = topFrame();
    const shop = await page({ frame, answers: [400] });
    await shop.publish(pageViewed());
    await shop.advance(60_000);
    expect(shop.sent).toHaveLength(1);
    expect(stillToSend(frame)).toEqual([]);
  });

  it('because the page was closed in mid-beacon goes out on the next page', async () => {
    const frame = topFrame();
    const first = await page({ frame });
    await first.publish(productViewed({ id: 'cut-off' }));
    first.leave();
    const second = await page({ frame });
    await second.advance(1_000);
    expect(second.events().map(({ id }) => id)).toEqual(['cut-off']);
  });

  it('is kept without the buyer’s email and phone', async () => {
    const frame = topFrame();
    const shop = await page({ frame, answers: ['unreachable', 'unreachable'] });
    await shop.publish(checkout('checkout_started'));
    await shop.advance(60_000);
    expect(shop.sent[0]?.body).toContain('ada@example.com');
    expect([...frame.local.values()].join()).toContain('checkout-b1946ac92492d2347c6235b4d2611184');
    expect([...frame.local.values()].join()).not.toMatch(/ada@example|4915112345678/);
  });

  it('is kept for a day, and never more than a few dozen events', async () => {
    const frame = topFrame();
    const offline = await page({ frame, answers: Array.from({ length: 200 }, () => 'unreachable' as const) });
    for (let count = 0; count < 120; count += 1) await offline.publish(pageViewed({ id: `e-${count}` }));
    await offline.advance(60_000);
    offline.leave();
    expect([...frame.local.values()].join('').length).toBeLessThan(60_000);
    const soon = await page({ frame, start: '2026-11-21T12:00:00.000Z' });
    await soon.advance(1_000);
    expect(soon.events()).toHaveLength(40);
    expect(soon.events().at(-1)?.id).toBe('e-119');

    const again = await page({ frame, answers: ['unreachable', 'unreachable'] });
    await again.publish(pageViewed({ id: 'old' }));
    await again.advance(60_000);
    const late = await page({ frame, start: '2026-11-22T10:00:01.000Z' });
    await late.advance(1_000);
    expect(late.events()).toEqual([]);
  });
});

describe('two tabs', () => {
  it('send each their own events and lose none of each other’s', async () => {
    const frame = topFrame();
    const one = await page({ frame, answers: ['unreachable', 'unreachable'] });
    const two = await page({
      frame: { ...frame, session: new Map() },
      answers: ['unreachable', 'unreachable'],
    });
    await one.publish(pageViewed({ id: 'one' }));
    await two.publish(pageViewed({ id: 'two' }));
    await one.advance(60_000);
    await two.advance(60_000);
    const later = await page({ frame });
    await later.advance(1_000);
    expect(
      later
        .events()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['one', 'two']);
  });
});

describe('the echo', () => {
  it('leaves for each pixel one entry with the id, name and properties of the beacon’s event', async () => {
    const frame = topFrame();
    const shop = await page({ frame });
    await shop.publish(addedToCart({ id: 'sh-77' }));
    const copy = browserCopy(draftOf(addedToCart()) ?? {}, 'product_added_to_cart', ECHO);
    expect([...frame.session.keys()]).toEqual([`tock:e:sh-77:${CODE}`]);
    expect(JSON.parse(frame.session.get(`tock:e:sh-77:${CODE}`) ?? '')).toEqual({
      v: 1,
      code: CODE,
      name: 'AddToCart',
      event_id: 'sh-77',
      properties: copy?.properties,
      at: '2026-11-21T10:00:00.000Z',
    });
    expect(shop.events()[0]?.echoed).toEqual([CODE]);
  });

  it.each([
    ['https://north-light.example/checkouts/cn/abc'],
    ['https://north-light.example/en-gb/checkouts/cn/abc/thank-you'],
    ['https://north-light.example/12345/orders/abcdef'],
    ['https://north-light.example/account/orders/1'],
  ])('is never left at %s', async (url) => {
    const frame = topFrame();
    const shop = await page({ frame });
    await shop.publish(checkout('checkout_started', { url }));
    await shop.publish(productViewed({ url }));
    await shop.advance(200);
    expect(frame.session.size).toBe(0);
    expect(shop.events().every(({ echoed }) => echoed === undefined)).toBe(true);
  });

  it.each([
    ['an event that the pixel does not map', pageViewed({ id: 'x' }), '2026-11-21T10:00:00.000Z'],
    ['an event of five minutes ago', productViewed({ id: 'x' }), '2026-11-21T10:05:00.000Z'],
  ])('is not left for %s', async (_case, event, start) => {
    const frame = topFrame();
    const shop = await page({ frame, start });
    await shop.publish(event);
    await shop.advance(200);
    expect(frame.session.size).toBe(0);
    expect(shop.events()[0]?.echoed).toBeUndefined();
  });

  it('takes away what an earlier page left and no embed took', async () => {
    const frame = topFrame();
    frame.session.set('tock:e:old:C', '{}');
    frame.session.set('theme', 'kept');
    const shop = await page({ frame });
    await shop.publish(productViewed({ id: 'new' }));
    await shop.advance(200);
    expect([...frame.session.keys()]).toEqual(['theme', `tock:e:new:${CODE}`]);
  });
});

describe('the worker is never disturbed', () => {
  it.each<[string, Partial<PageOptions>]>([
    ['a browser that blocks storage and cookies', { blocked: true }],
    ['a page that never answers', { mute: true }],
    ['a network that is gone', { answers: ['unreachable', 'unreachable', 'unreachable', 'unreachable'] }],
  ])('by %s', async (_case, options) => {
    const shop = await page(options);
    await shop.publish(pageViewed({ url: LANDING }));
    await shop.publish(productViewed());
    await shop.publish(checkout('checkout_started'));
    await shop.collectConsent(nothingAllowed);
    await shop.collectConsent(everythingAllowed);
    await shop.publish(addedToCart());
    await shop.advance(120_000);
    expect(shop.errors).toEqual([]);
    expect(shop.sent.length).toBeGreaterThan(0);
  });

  it('by any event, however broken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...OPTIONS.events),
        fc.dictionary(fc.string(), fc.jsonValue()),
        async (name, rest) => {
          const shop = await page();
          const broken: unknown = { ...rest, id: rest.id ?? 'id', name };
          await shop.publish(broken as ReturnType<typeof pageViewed>);
          await shop.publish({ ...productViewed(), name, data: rest });
          await shop.advance(1_000);
          expect(shop.errors).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('other TikTok scripts', () => {
  const THEIRS = 'C9SOMEBODYELSES00001';
  const START = Date.parse('2026-11-21T10:00:00.000Z');
  const session = (first: number, last: number) => `${first}::aB3-x_Y.4.${last}.0`;
  const told = (shop: PixelPage) => shop.sent.map(({ beacon }) => beacon.tiktok);

  it('are told once for a visitor, when the visit has lasted a moment', async () => {
    const frame = topFrame();
    frame.cookies.set(`ttcsid_${THEIRS}`, session(START, START + 4_000));
    const shop = await page({ frame });
    await shop.publish(pageViewed({ id: 'a' }));
    await shop.advance(6_000);
    await shop.publish(pageViewed({ id: 'b' }));
    await shop.advance(200);
    await shop.publish(pageViewed({ id: 'c' }));
    await shop.advance(200);
    expect(told(shop)).toEqual([undefined, [THEIRS], undefined]);
    shop.leave();
    const next = await page({ frame, start: '2026-11-21T11:00:00.000Z' });
    await next.publish(pageViewed({ id: 'd' }));
    await next.advance(200);
    expect(told(next)).toEqual([undefined]);
  });

  it.each([
    ['none at all', {}, []],
    [
      'one that worked in an earlier visit only',
      { [`ttcsid_${THEIRS}`]: session(START - 9e8, START - 8e8) },
      [],
    ],
    [
      'one that goes on from an earlier visit',
      { [`ttcsid_${THEIRS}`]: session(START - 9e8, START) },
      [THEIRS],
    ],
    ['one that Tock itself loads', { [`ttcsid_${CODE}`]: session(START, START) }, []],
    ['TikTok’s long-lived cookies', { _ttp: '01KEMC163EX38R4MP15Q3AE1EF_.tt.1', _tt_enable_cookie: '1' }, []],
    ['something that only looks like it', { ttcsid: session(START, START), ttcsid_short: `${START}` }, []],
  ])('%s', async (_case, cookies, expected) => {
    const frame = topFrame();
    for (const [name, value] of Object.entries(cookies)) frame.cookies.set(name, value);
    const shop = await page({ frame });
    await shop.publish(pageViewed({ id: 'a' }));
    await shop.advance(6_000);
    await shop.publish(pageViewed({ id: 'b' }));
    await shop.advance(200);
    expect(told(shop)).toEqual([undefined, expected]);
  });

  it('are looked for anew when the visitor comes back after a first page alone', async () => {
    const frame = topFrame();
    const before = await page({ frame });
    await before.publish(pageViewed({ id: 'a' }));
    before.leave();
    frame.cookies.set(`ttcsid_${THEIRS}`, session(START + 60_000, START + 60_000));
    const later = await page({ frame, start: '2026-11-28T10:00:00.000Z' });
    await later.publish(pageViewed({ id: 'b' }));
    await later.advance(6_000);
    await later.publish(pageViewed({ id: 'c' }));
    await later.advance(200);
    expect(told(later).at(-1)).toEqual([]);
  });
});
