/** A store with a month behind it, and one that has nothing yet: the whole app with all that its pages can show. */
import { DEFAULT_SCOPES, sandboxCredentials } from '../../app/config.ts';
import { findingsOf } from '../../app/radar/findings.ts';
import { sendersIn, TIKTOK_APP } from '../../app/radar/page.ts';
import { createStorefrontChecks } from '../../app/store/storefront-checks.ts';
import { adminApiSwitches } from '../../sandbox/admin/graphql/endpoint.ts';
import { webhooksSettled } from '../../sandbox/admin/webhooks.ts';
import { run } from '../../sandbox/control/switchboard.ts';
import { walk } from '../../sandbox/control/visitor.ts';
import { placeOrder } from '../../sandbox/orders/changes.ts';
import { draftOfKind, type OrderKind } from '../../sandbox/orders/kinds.ts';
import { pixelsOfShop, tiktokOf } from '../../sandbox/tiktok/business.ts';
import type { SandboxOrder, SandboxShop } from '../../sandbox/world.ts';
import { openApp, type OpenApp } from '../integration/server/open-app.ts';
import type { Places } from './admin-pages.ts';
import { freePort } from './app-processes.ts';
import { runningClock } from './clock.ts';
import type { TestDatabase } from './database.ts';

export interface AdminWorld {
  app: OpenApp;
  /** Thirty days of orders, with a pixel that TikTok takes events from. */
  filled: SandboxShop;
  /** Installed a moment ago, and nothing more. */
  fresh: SandboxShop;
  at: Places;
  /** The pixel has a test event code, until it has none again. */
  tryOut(on: boolean): Promise<void>;
  /** Two alerts stand open, until they are over. */
  alarm(on: boolean): Promise<void>;
  /** The store that has nothing connects a pixel; nothing has happened there yet. */
  connectFresh(): Promise<void>;
  /** The account owner ended the connection to TikTok. */
  disconnect(): Promise<void>;
  /** TikTok refuses the pixel's token, as when somebody made a new one; the pixel knows. */
  refuseToken(): Promise<void>;
  /** As many page events more, sent and settled, as fill every list to its last row. */
  addRows(count: number): Promise<void>;
  /** The newest look at the storefront found a sender of every kind, half of them on the store's own pixel. */
  findSenders(): Promise<void>;
  /** Shopify's Admin API answers with its error page, until it is well again. */
  shopifyFails(on: boolean): void;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** Longer than an order waits for its visitor's context. */
const HOLD_MS = 61_000;

/** What is bought from day to day, over and over: most of it is plain, some is what Tock keeps back. */
const BOUGHT: readonly (readonly OrderKind[])[] = [
  ['plain', 'plain'],
  ['plain', 'pos'],
  ['plain', 'discount-code', 'tiktok-shop'],
  ['plain'],
  ['plain', 'other-currency', 'draft'],
  ['plain', 'subscription-renewal'],
  ['plain', 'plain', 'phone-only', 'test-gateway'],
];

/** Without a database of the test run, hand in one of your own. */
export async function openAdminWorld(
  options: { database?: TestDatabase; days?: number } = {},
): Promise<AdminWorld> {
  const days = options.days ?? BOUGHT.length;
  const port = await freePort();
  const clock = runningClock(new Date(Date.now() - days * DAY_MS));
  const app = await openApp(
    {
      port,
      // Visitors say their address as a load balancer would.
      trustedProxies: ['127.0.0.0/8'],
      shopify: {
        apiKey: sandboxCredentials.apiKey,
        apiSecret: sandboxCredentials.apiSecret,
        appUrl: `http://127.0.0.1:${port}`,
        scopes: DEFAULT_SCOPES.split(','),
      },
    },
    { clock, ...(options.database === undefined ? {} : { database: options.database }) },
  );
  const { house, sandbox } = app;
  const { world } = sandbox;
  const filled = app.shop('northwind');
  const fresh = app.shop('fjord');

  /** As staff do it; the sessions of the days before have ended by now. */
  async function open(shop: SandboxShop): Promise<void> {
    await house.store.installs.deleteSessionsOfShop(shop.domain);
    const answer = await app.page('/app', { shop: shop.handle });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`The app does not open for ${shop.name}: ${answer.status}.`);
  }
  async function deliver(): Promise<void> {
    await webhooksSettled(world);
    clock.advance(HOLD_MS);
    await house.delivery.runDue();
  }
  const place = (kind: OrderKind): SandboxOrder =>
    placeOrder(world, filled, draftOfKind(world, filled, kind));

  await open(filled);
  const own = house.store.shop(filled.id);
  const [business] = pixelsOfShop(tiktokOf(world), filled.handle);
  if (!business) throw new Error('The sandbox has no TikTok pixel for this shop.');
  const added = await house
    .pixelsOf(own)
    .add({ code: business.code, token: business.token, name: 'Main pixel', browserLeg: 'on' }, 'test');
  if (!added.ok) throw new Error('The pixel was not added.');
  filled.embedEnabled = true;

  const start = clock.now().getTime();
  for (let day = 0; day < days; day += 1) {
    clock.set(new Date(start + day * DAY_MS + 3_600_000));
    for (const kind of BOUGHT[day % BOUGHT.length] ?? []) place(kind);
    await deliver();
  }
  clock.set(new Date(start + days * DAY_MS - 3_600_000));
  await open(filled);
  await open(fresh);
  await walk(world, filled, { ad: true, consent: 'unasked', until: 'order', product: 0 });
  await walk(world, filled, { ad: true, consent: 'unasked', until: 'checkout', product: 1 });
  await deliver();
  // TikTok takes no event of this name: the one order of the month that it refused in words.
  await run(world, 'tiktok/faults', { kind: 'code', code: 40002, times: 1 });
  place('plain');
  await deliver();
  await house.bookkeeping.everyHour();
  clock.set(new Date(start + days * DAY_MS));
  // Shopify's library reads the machine's clock: it would take a token from an hour ago for a good one.
  await open(filled);
  await open(fresh);
  place('plain');
  await webhooksSettled(world);

  const shop = await house.store.installs.shopById(filled.id);
  if (!shop) throw new Error('The store is not installed.');
  const ending = async (state: 'sent' | 'skipped'): Promise<string> => {
    const { entries } = await house.logOf(shop).page({ state, kind: 'order' }, null, 1);
    const [entry] = entries;
    if (!entry) throw new Error(`No order is ${state}.`);
    return entry.eventId;
  };
  const at: Places = {
    pixelId: added.pixel.id,
    sent: await ending('sent'),
    skipped: await ending('skipped'),
  };

  const installed = shop;
  return {
    app,
    filled,
    fresh,
    at,
    async tryOut(on) {
      await own.pixels.change(added.pixel.id, { testEventCode: on ? 'TEST12345' : null }, 'test');
    },
    async alarm(on) {
      await house.store.database.run(
        on
          ? `INSERT INTO alerts (shop_id, cause, opened_at, figures)
             VALUES ($1, 'errors', $2, '{"errors": 12, "all": 60, "percent": 20}'),
                    ($1, 'clicks_dropped', $2, '{"now": 9, "usual": 31, "orders": 100}')`
          : 'DELETE FROM alerts WHERE shop_id = $1 AND opened_at <= $2',
        [filled.id, clock.now()],
      );
    },
    async connectFresh() {
      const [theirs] = pixelsOfShop(tiktokOf(world), fresh.handle);
      if (!theirs) throw new Error('The sandbox has no TikTok pixel for the new shop.');
      await house
        .pixelsOf(house.store.shop(fresh.id))
        .add({ code: theirs.code, token: theirs.token, name: 'First pixel' }, 'test');
    },
    async disconnect() {
      await house.endingsOf(own, installed).disconnect({ actor: 'test', owner: true });
    },
    async refuseToken() {
      await run(world, 'tiktok/tokens/revoke', { pixel: business.code });
      await deliver();
    },
    async addRows(count) {
      await house.store.database.run(
        `INSERT INTO page_deliveries (shop_id, pixel_id, event_id, occurred_at, event, received_at, day, state, reason,
                                      settled_at, settings_version, request_ids)
         SELECT $1, $2, 'sh-' || lpad(n::text, 8, '0'), at, 'product_viewed', at, at::date, 'sent', 'accepted', at, 1, '{}'
           FROM (SELECT n, $3::timestamptz - n * interval '1 second' AS at FROM generate_series(1, $4::int) n) AS made`,
        [filled.id, added.pixel.id, clock.now(), count],
      );
    },
    async findSenders() {
      const url = `https://${filled.handle}.example/`;
      const seen = sendersIn(everySender(business.code), { webPixelId: null, endpoint: app.url, codes: [] });
      const visits = {
        url,
        from: '2026-11-18',
        visits: 214,
        seen: [{ code: 'C9VISITSSHOWTHIS0001', visits: 37 }],
      };
      await createStorefrontChecks(house.store.database).write(filled.id, {
        checkedAt: clock.now().toISOString(),
        state: 'read',
        status: null,
        pages: [url],
        findings: findingsOf(
          seen.map((sender) => ({ sender, url })),
          visits,
          { all: [business.code], loaded: [] },
          [],
          clock.now(),
        ),
      });
    },
    shopifyFails(on) {
      adminApiSwitches(world).failWith = on ? 503 : null;
    },
    close: () => app.close(),
  };
}

/** A page of the storefront as every other sender marks it; the first two feed the store's own pixel. */
function everySender(ours: string): string {
  const pixels = [
    { id: '1', apiClientId: Number(TIKTOK_APP), configuration: JSON.stringify({ pixelCode: ours }) },
    {
      id: '2',
      apiClientId: 1_234_567,
      configuration: JSON.stringify({ tiktok: { pixel: 'C9ANOTHERAPPSPIXEL01' } }),
    },
  ];
  return [
    `<script>window.webPixelsManagerSetup = {webPixelsConfigList: ${JSON.stringify(pixels)}};</script>`,
    `<script>ttq.load('${ours}'); ttq.page();</script>`,
    '<!-- BEGIN app block: shopify://apps/super-pixels/blocks/embed/1 -->',
    "<script>ttq.load('C9INANAPPSBLOCK00001');</script><!-- END app block -->",
  ].join('');
}
