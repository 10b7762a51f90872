/** The way of an order with Shopify on both sides: the sandbox sends its webhooks to the flow and answers its Admin API. */
import { createAdminApi } from '../../app/shopify/admin.ts';
import { shopifyFetch } from '../../app/shopify/outbound.ts';
import { createShopOrders } from '../../app/shopify/orders.ts';
import { createArrivals } from '../../app/store/arrivals.ts';
import type { CompareNeeds } from '../../app/ledger/compare.ts';
import { listDay } from '../../app/ledger/compare.ts';
import type { BooksNeeds } from '../../app/ledger/books.ts';
import type { ReplayNeeds } from '../../app/ledger/replay.ts';
import { eventDetail } from '../../app/delivery/detail.ts';
import { prepare } from '../../app/delivery/prepare.ts';
import { keptFrom } from '../../app/privacy/keep.ts';
import { createEnquiry, type Enquiry, type EnquiryOptions } from '../../app/enquiry/enquiry.ts';
import { mintSessionToken } from '../../sandbox/admin/session-token.ts';
import { setWebhookSwitches, webhooksSettled } from '../../sandbox/admin/webhooks.ts';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import type { SandboxShop } from '../../sandbox/world.ts';
import { testFlow, type Flow, type FlowOptions } from './flow.ts';

export interface ShopifyFlow extends Flow {
  sandbox: Sandbox;
  /** The sandbox's side of the flow's shop. */
  seller: SandboxShop;
  compare: CompareNeeds;
  books: BooksNeeds;
  replays: ReplayNeeds;
  enquiry: Enquiry;
  newEnquiry(change?: Partial<EnquiryOptions>): Enquiry;
  /** Time goes on at both sides; what Shopify had waiting arrives. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Every pause of the pace moves the clock by itself. */
export async function shopifyFlow(
  options: FlowOptions & { seed?: number; scopes?: string[] } = {},
): Promise<ShopifyFlow> {
  const flow = await testFlow(options);
  const { clock, store, shop, log } = flow;
  const apiKey = 'key-of-the-tests';
  const sandbox = await startSandbox({
    port: 0,
    appUrl: flow.url,
    apiKey,
    apiSecret: flow.secret,
    seed: options.seed ?? 1,
    clock,
  });
  const { world } = sandbox;
  // A webhook that is given up is still worked on: whoever waits for all of them would go on beside it on a busy machine.
  setWebhookSwitches(world, { answerLimitMs: 60_000 });
  const known = world.shops.get('northwind');
  if (!known) throw new Error('The sandbox has no shop northwind.');
  const seller: SandboxShop = Object.assign(known, {
    handle: 'birch',
    domain: shop.domain,
    id: shop.id,
    orders: [],
    currency: shop.currency,
    presentmentRates: {},
  });
  world.shops.clear();
  world.shops.set('birch', seller);
  world.installApp(seller, options.scopes);
  /** Tokens end after an hour, and the tests' hours pass quickly. */
  let token: { text: string; at: number } | undefined;
  async function freshToken(): Promise<string> {
    const at = world.clock.now().getTime();
    if (token && at - token.at < 50 * 60_000) return token.text;
    const exchanged = await fetch(`${sandbox.url}/shopify/${seller.domain}/admin/oauth/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: apiKey,
        client_secret: flow.secret,
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: mintSessionToken({
          domain: seller.domain,
          apiKey,
          secret: flow.secret,
          userId: seller.staff[0]?.id ?? '',
          sid: 'session',
          jti: 'token',
        }),
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
        expiring: '1',
      }),
    });
    const { access_token: text }: { access_token: string } = await exchanged.json();
    token = { text, at };
    return text;
  }
  const admin = createAdminApi(
    {
      fetch: shopifyFetch(sandbox.url),
      tokens: {
        accessToken: async () => ({ ok: true, token: await freshToken() }),
        renewAgeing: () => Promise.resolve({ renewed: 0, refused: [], unreachable: [] }),
        widen: () => Promise.reject(new Error('The flow asks for no more access.')),
        refused: () => Promise.reject(new Error('The sandbox refused its own token.')),
      },
    },
    seller.domain,
  );
  const orders = createShopOrders(admin, {
    pause: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  });
  const shopRow = async () => store.installs.shopById(shop.id);
  const compare: CompareNeeds = {
    database: store.database,
    arrivals: createArrivals(store.database),
    shops: flow.shops,
    keyring: flow.keyring,
    regionOf: flow.regionOf,
    installedAt: async () => (await shopRow())?.installedAt ?? null,
    ordersOf: () => orders,
    wake: () => undefined,
    clock,
    log,
  };
  const books: BooksNeeds = {
    database: store.database,
    async shopOf() {
      const row = await shopRow();
      if (!row) return null;
      const { timeZone, installedAt } = row;
      const { pages, orders: days } = await keptFrom({ database: store.database, clock }, shop.id);
      return { timeZone, installedAt, keepPagesFrom: pages, keepOrdersFrom: days };
    },
    listDay: (shopId, day) => listDay(compare, shopId, day),
    clock,
    log,
  };
  const { database } = store;
  const { keyring, shops, regionOf } = flow;
  const replays: ReplayNeeds = {
    database,
    shops,
    async judge(shopInForce, pixel, row, now) {
      const [one] = await prepare(
        { sql: database, keyring, shops, regionOf },
        shopInForce,
        pixel,
        [row],
        now,
      );
      if (one?.kind === 'send') return { ...one.ready, kind: 'send' };
      if (one?.kind === 'wait')
        return { kind: 'wait', reason: one.decision.reason, until: one.decision.until };
      if (one?.kind === 'skip') return one;
      throw new Error('The order is missing.');
    },
    async formerBytes(shopId, pixelId, eventId) {
      const detail = await eventDetail({ database, keyring, shops }, shopId, pixelId, eventId);
      return detail && 'bytes' in detail.rebuilt ? detail.rebuilt.bytes : null;
    },
    wake: () => undefined,
    clock,
  };
  const newEnquiry = (change: Partial<EnquiryOptions> = {}): Enquiry =>
    createEnquiry({
      database: store.database,
      shops: flow.shops,
      ordersOf: () => orders,
      wake: () => undefined,
      clock,
      log,
      random: () => 0.5,
      ...change,
    });
  return {
    ...flow,
    enquiry: newEnquiry(),
    newEnquiry,
    sandbox,
    seller,
    compare,
    books,
    replays,
    async pass(ms) {
      clock.advance(ms);
      await webhooksSettled(world);
    },
    async close() {
      await sandbox.close();
      await flow.close();
    },
  };
}
