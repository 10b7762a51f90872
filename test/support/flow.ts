/** The whole way of an event on a database of its own: intake over HTTP, record, delivery, a TikTok that obeys the test. */
import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { createLog } from '../../app/base/log.ts';
import type { Beacon, BeaconEvent } from '../../app/conversion/beacon.ts';
import type { RegionPolicy } from '../../app/conversion/facts.ts';
import { defaultPixelSettings, defaultSettings } from '../../app/conversion/settings.ts';
import type { ShopSettingsVersion } from '../../app/conversion/settings.ts';
import { createDelivery, type Delivery, type DeliveryOptions } from '../../app/delivery/delivery.ts';
import { readBody } from '../../app/http/body.ts';
import { createIntake, type Intake, type IntakeOptions } from '../../app/intake/intake.ts';
import type { RegionOf } from '../../app/record/judge.ts';
import { createShopsInForce, type ShopsInForce } from '../../app/record/shop.ts';
import { createWebhookCheck } from '../../app/shopify/webhook.ts';
import { createArrivals } from '../../app/store/arrivals.ts';
import type { InstalledShop } from '../../app/store/installs.ts';
import type { Pixel } from '../../app/store/pixels.ts';
import { createTikTok } from '../../app/tiktok/client.ts';
import type { TikTokOptions } from '../../app/tiktok/client.ts';
import { manualClock } from './clock.ts';
import { shopProfile, testStore, type TestStore, type TestStoreOptions } from './database.ts';
import { fakeTikTok, type FakeTikTok } from './tiktok.ts';

const SECRET = 'the-client-secret-of-the-tests';
export const PIXEL_CODE = 'CTESTPIXEL00000001';

export type OrderJson = Record<string, unknown> & { id: number };

/** The ordinary web order of the fixtures: processed at 2026-10-05T18:54:47Z. */
export function webOrder(change: Record<string, unknown> = {}): OrderJson {
  const file = new URL('../fixtures/shopify/synthetic_web_order_ttclid.json', import.meta.url);
  const order: OrderJson = JSON.parse(readFileSync(file, 'utf8'));
  const id = typeof change['id'] === 'number' ? change['id'] : order.id;
  return { ...order, admin_graphql_api_id: `gid://shopify/Order/${id}`, ...change, id };
}

/** The same order as an app sees it that may not read personal data, without an ad click: only context can help. */
export function bareOrder(change: Record<string, unknown> = {}): OrderJson {
  return webOrder({
    email: null,
    contact_email: null,
    phone: null,
    customer: null,
    billing_address: null,
    shipping_address: null,
    browser_ip: null,
    client_details: null,
    landing_site: '/',
    note_attributes: [],
    ...change,
  });
}

export function pageEvent(change: Partial<BeaconEvent> = {}): BeaconEvent {
  const id = `sh-${randomUUID()}`;
  return {
    id,
    shopifyId: id,
    name: 'product_viewed',
    at: '2026-10-05T18:54:00.000Z',
    page: { url: 'https://birch.example/products/bowl' },
    draft: {
      items: [{ variant: '41', product: '7', quantity: 1, price: '12.50', title: 'Bowl' }],
      currency: 'EUR',
      total: '12.50',
    },
    ...change,
  };
}

export function checkoutEvent(token: string, change: Partial<BeaconEvent> = {}): BeaconEvent {
  return pageEvent({
    id: `checkout-${token}`,
    name: 'checkout_started',
    page: { url: 'https://birch.example/checkouts/cn/x' },
    draft: { checkoutToken: token, currency: 'EUR', total: '12.50', items: [{ variant: '41', quantity: 1 }] },
    ...change,
  });
}

export interface Answered {
  status: number;
  body: unknown;
  headers: Headers;
}

export interface Flow extends TestStore {
  shop: InstalledShop;
  pixel: Pixel;
  shops: ShopsInForce;
  intake: Intake;
  delivery: Delivery;
  tiktok: FakeTikTok;
  /** Where intake listens. */
  url: string;
  /** The secret that webhooks are signed with. */
  secret: string;
  regionOf: RegionOf;
  /** Every line that was logged. */
  lines: string[];
  woken(): number;
  webhook(
    topic: string,
    order: unknown,
    change?: { domain?: string; headers?: Record<string, string> },
  ): Promise<Answered>;
  beacon(
    events: BeaconEvent[],
    change?: Partial<Beacon> & { ip?: string; userAgent?: string },
  ): Promise<Answered>;
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Answered>;
  newDelivery(change?: Partial<DeliveryOptions>): Delivery;
  settings(change: (version: ShopSettingsVersion) => void): Promise<void>;
  rows<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Everything that the database holds, as text, for the search of what must not be in it. */
  everything(): Promise<string>;
  /** What the daily totals say against what the rows say; equal when the sum closes. */
  totals(): Promise<{ totals: string[]; rows: string[] }>;
}

export interface FlowOptions {
  start?: string;
  region?: RegionPolicy;
  delivery?: Partial<DeliveryOptions>;
  intake?: Partial<IntakeOptions>;
  client?: Partial<TikTokOptions>;
  testEventCode?: string;
  store?: Pick<TestStoreOptions, 'limitMs' | 'through'>;
}

export async function testFlow(options: FlowOptions = {}): Promise<Flow & { close(): Promise<void> }> {
  const clock = manualClock(options.start ?? '2026-10-05T18:54:50.000Z');
  const base = await testStore({ clock, ...options.store });
  const { store, keyring } = base;
  const lines: string[] = [];
  const log = createLog({ level: 'debug', clock, write: (line) => void lines.push(line) });
  const shop = await store.installs.install(shopProfile());
  const added = await store.shop(shop.id).pixels.add(
    {
      code: PIXEL_CODE,
      name: 'Main pixel',
      token: 'token-of-the-first-pixel',
      activeFrom: new Date('2026-10-01T00:00:00Z'),
      testEventCode: options.testEventCode ?? null,
    },
    'test',
  );
  const tiktok = await fakeTikTok();
  const client = createTikTok({ baseUrl: tiktok.baseUrl, ...options.client });
  const shops = createShopsInForce({ store, keepMs: 0 });
  const regionOf = (): RegionPolicy => options.region ?? 'none';
  let woken = 0;
  const intake = createIntake({
    sighted: () => Promise.resolve(),
    arrivals: createArrivals(store.database),
    partitions: store.partitions,
    shops,
    keyring,
    clock,
    log,
    regionOf,
    verifyWebhook: createWebhookCheck([SECRET]),
    wake: () => {
      woken += 1;
    },
    ...options.intake,
  });
  const newDelivery = (change: Partial<DeliveryOptions> = {}): Delivery =>
    createDelivery({
      database: store.database,
      store,
      shops,
      keyring,
      tiktok: client,
      clock,
      log,
      random: () => 0.5,
      regionOf,
      ...options.delivery,
      ...change,
    });

  const server = createServer((req, res) => {
    void readBody(req, 5_000_000).then(async (read) => {
      const body = read.ok ? read.body : Buffer.alloc(0);
      const address = req.headers['x-test-address'];
      const edge = { ip: typeof address === 'string' ? address : '203.0.113.50' };
      await (req.url === '/intake/storefront'
        ? intake.storefront(req, res, body, edge)
        : intake.orders(req, res, body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  async function post(
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    const answered = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : Uint8Array.from(body),
      headers,
    });
    const text = await answered.text();
    return {
      status: answered.status,
      body: text === '' ? null : JSON.parse(text),
      headers: answered.headers,
    };
  }

  const rows: Flow['rows'] = (sql, values) => store.database.rows(sql, values);

  return {
    ...base,
    log,
    shop,
    pixel: added.pixel,
    shops,
    intake,
    delivery: newDelivery(),
    tiktok,
    url: `http://127.0.0.1:${port}`,
    secret: SECRET,
    regionOf,
    lines,
    woken: () => woken,
    newDelivery,
    post,
    rows,
    webhook(topic, order, change = {}) {
      const body = typeof order === 'string' ? order : JSON.stringify(order);
      return post('/webhooks/orders', body, {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-shop-domain': change.domain ?? shop.domain,
        'x-shopify-hmac-sha256': createHmac('sha256', SECRET).update(body).digest('base64'),
        'x-shopify-api-version': '2026-10',
        'x-shopify-webhook-id': randomUUID(),
        'x-shopify-event-id': randomUUID(),
        ...change.headers,
      });
    },
    beacon(events, { ip, userAgent, ...change } = {}) {
      const beacon: Beacon = {
        v: 1,
        key: shop.publicKey,
        client: 'client-of-the-buyer',
        sent: clock.now().toISOString(),
        consent: { analytics: true, marketing: true, preferences: true, saleOfData: true },
        events,
        ...change,
      };
      return post('/intake/storefront', JSON.stringify(beacon), {
        'content-type': 'text/plain',
        'user-agent': userAgent ?? 'Mozilla/5.0 (the buyer’s)'.replace('’', "'"),
        ...(ip === undefined ? {} : { 'x-test-address': ip }),
      });
    },
    async settings(change) {
      const version: ShopSettingsVersion = {
        shop: { ...defaultSettings(), country: shop.country, host: shop.primaryDomain },
        pixels: { [added.pixel.id]: defaultPixelSettings() },
      };
      change(version);
      const settings = store.shop(shop.id).settings;
      const current = await settings.current();
      await settings.add({
        settings: JSON.stringify(version),
        expected: current?.version ?? 0,
        actor: 'test',
      });
    },
    async everything() {
      const tables = await rows<{ name: string }>(
        `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'`,
      );
      const texts: string[] = [];
      for (const { name } of tables) {
        for (const row of await rows<object>(
          `SELECT t::text AS row, encode(t::text::bytea, 'escape') FROM ${name} t`,
        )) {
          texts.push(JSON.stringify(row));
        }
      }
      return texts.join('\n');
    },
    async totals() {
      const line = `pixel_id || ' ' || day || ' ' || event || ' ' || state || ' ' || reason || ' ' || source || ' ' || currency || ' ' || n || ' ' || v`;
      const totals = await rows<{ line: string }>(
        `SELECT ${line} AS line FROM (SELECT pixel_id, day, event, state, reason, source, currency, count AS n, value_minor AS v
           FROM daily_totals WHERE count <> 0 OR value_minor <> 0) t ORDER BY 1`,
      );
      const told = await rows<{ line: string }>(
        `SELECT ${line} AS line FROM (
           SELECT pixel_id, day, event, state, reason, source, coalesce(currency, 'XXX') AS currency, count(*) AS n,
             coalesce(sum(value_minor), 0) AS v
           FROM (
             SELECT pixel_id, day, event, 'waiting' AS state, waiting_for AS reason, source, currency, value_minor FROM queue
             UNION ALL SELECT pixel_id, day, event, state, reason, source, currency, value_minor FROM order_deliveries
             UNION ALL SELECT pixel_id, day, event, state, reason, 'beacon', currency, value_minor FROM page_deliveries
           ) a GROUP BY 1, 2, 3, 4, 5, 6, 7) t ORDER BY 1`,
      );
      return { totals: totals.map((row) => row.line), rows: told.map((row) => row.line) };
    },
    async close() {
      await intake.drain();
      await new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      });
      await client.close();
      await tiktok.close();
      await base.close();
    },
  };
}
