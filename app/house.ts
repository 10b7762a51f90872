/** Puts the rooms together: one instance of everything, shared by server, worker, command line, pages and tests. */
import { setTimeout } from 'node:timers/promises';

import type { Alerts } from './alerts/alerts.ts';
import type { OpenAlert } from './alerts/judge.ts';
import type { Clock } from './base/clock.ts';
import { systemClock } from './base/clock.ts';
import { createKeyring, type Keyring } from './base/crypto.ts';
import { createMailer } from './base/mail.ts';
import { createOutbound } from './base/outbound.ts';
import { createLog, type Log } from './base/log.ts';
import { createBookkeeping, type Bookkeeping } from './bookkeeping.ts';
import type { Config } from './config.ts';
import { addDays } from './conversion/calendar.ts';
import type { ShopId } from './conversion/facts.ts';
import { defaultSettings } from './conversion/settings.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import type { IntakeHandlers } from './http/server.ts';
import { createEndings, type Endings } from './settings/endings.ts';
import type { SourceAccess } from './settings/access.ts';
import { createSettingsPages, type SettingsPages } from './settings/pages.ts';
import { createCheckedPixels, type CheckedPixels } from './settings/checked-pixels.ts';
import {
  createPixelUseCases,
  giveSettingsToPixels,
  type PausingNews,
  type PixelUseCases,
} from './settings/pixels.ts';
import { countPageEvents } from './settings/events.ts';
import {
  storefrontConfig,
  themeEditorLink,
  TIKTOK_EVENTS_JS,
  type StorefrontConfig,
} from './settings/storefront.ts';
import { changeSettings, currentSettings, type CurrentSettings } from './settings/versions.ts';
import type { AdminApi } from './shopify/admin.ts';
import { createAppWebhooks, type AuditTrail } from './shopify/app-webhooks.ts';
import { createShopify, type Shopify, type ShopRequest, type Staff } from './shopify/app.ts';
import { createConsentPolicies } from './shopify/consent-policy.ts';
import {
  putEmbedConfig,
  putWebPixel,
  readShop,
  webPixelState,
  type ShopRead,
  type WebPixelState,
} from './shopify/install.ts';
import { createShopOrders } from './shopify/orders.ts';
import { optionalScopes } from './shopify/feature-scopes.ts';
import { createPrivacyWebhooks } from './shopify/privacy-webhooks.ts';
import { createIntake } from './intake/intake.ts';
import { regionPolicy } from './conversion/consent.ts';
import { hashedEmail } from './conversion/identity.ts';
import { createDelivery, type Delivery } from './delivery/delivery.ts';
import { createShopLog, type ShopLog } from './delivery/shop-log.ts';
import { createEnquiry } from './enquiry/enquiry.ts';
import { overviewOf, stuckAt, type Overview, type Stuck } from './overview.ts';
import type { StorefrontCheck } from './radar/findings.ts';
import { runPrivacyRequests } from './privacy/requests.ts';
import {
  changeKeep,
  keepOf,
  keptFrom,
  type Keep,
  type KeepActor,
  type KeepChoice,
  type KeepOutcome,
} from './privacy/keep.ts';
import { keepWhatIsDue } from './privacy/retention.ts';
import { createPresses, type Presses } from './presses.ts';
import { createRadar, storefrontAddress, type RadarShop } from './radar/radar.ts';
import { readiness, type Readiness } from './readiness.ts';
import { localTime, shopDay } from './record/day.ts';
import { createShopsInForce, type ShopsInForce } from './record/shop.ts';
import { createTikTok } from './tiktok/client.ts';
import type { RegionOf } from './record/judge.ts';
import type { InstalledShop, PrivacyRequest } from './shopify/needs.ts';
import { createArrivals } from './store/arrivals.ts';
import { createErasure } from './store/erasure.ts';
import { openJobs, type Jobs } from './jobs/jobs.ts';
import { migrationState } from './store/migrations.ts';
import type { Pixel } from './store/pixels.ts';
import { createRecentOrders } from './store/preview.ts';
import { createStorefrontChecks } from './store/storefront-checks.ts';
import { addPrivacyRequest } from './store/retention.ts';
import { readReasons, readTotals, type OutcomeState } from './store/totals.ts';
import { openStore, type ShopStore, type Store } from './store/store.ts';
import { ALERT_WORDS } from './ui/texts-alerts.ts';
import { createWatching } from './watching.ts';

/** A page's request: the shop of its session token, that shop's part of the store, and who acts. */
export interface ShopPage extends ShopRequest {
  readonly store: ShopStore;
  /** As the audit names who acted. */
  readonly actor: string;
}

export interface House {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly keyring: Keyring;
  readonly store: Store;
  /** Settings, pixels and keys as they are in force, kept for seconds. */
  readonly shops: ShopsInForce;
  readonly shopify: Shopify;
  readonly intake: IntakeHandlers;
  /** Rests until the work is started. */
  readonly delivery: Delivery;
  /** The ledger: comparison with Shopify, sums, statements, replay. */
  readonly bookkeeping: Bookkeeping;
  /** What is wrong in a shop right now, whom it is told to, and the work that finds out. */
  readonly alerts: Alerts;
  /** What needs the merchant, the oldest first; Home and the page Alerts show the same. */
  openAlerts(shopId: ShopId): Promise<OpenAlert[]>;
  /** How long the shop keeps page events and orders, and between what it may choose. */
  keepOf(shopId: ShopId): Promise<Keep>;
  changeKeep(shopId: ShopId, chosen: KeepChoice, by: KeepActor): Promise<KeepOutcome>;
  /** Carries out what Shopify asked for in customers' and shops' names; answers how many requests that were. */
  runPrivacy(): Promise<number>;
  /** Delivery and the jobs by the clock run in this process from now on. */
  startWork(): Promise<void>;
  /** This process does no such work: what becomes due here wakes those that do. */
  wakeWorkers(): Promise<void>;
  /** Throws a Response unless the request has a valid session token. */
  requireShop(request: Request): Promise<ShopPage>;
  pixelsOf(shop: ShopStore): PixelUseCases<Pixel>;
  /** As the pages save pixels: with TikTok's word that code and token work. */
  checkedPixelsOf(store: ShopStore, shop: InstalledShop, staff: Pick<Staff, 'owner'>): CheckedPixels<Pixel>;
  settingsOf(shop: ShopStore): Promise<CurrentSettings>;
  /** The pages Events, Order sources, Values and Settings. */
  settingsPages(shop: ShopStore): SettingsPages;
  /** Disconnect, reset, erase: the account owner's alone. */
  endingsOf(store: ShopStore, shop: InstalledShop): Endings;
  /** What became of a shop's events, page by page, and one event's whole story. */
  logOf(shop: Pick<InstalledShop, 'id' | 'timeZone'>): ShopLog;
  /** The shop's day, YYYY-MM-DD. */
  today(shop: Pick<InstalledShop, 'timeZone'>): string;
  /** What the shop's clocks show at a moment, as YYYY-MM-DDTHH:MM:SS. */
  localTime(shop: Pick<InstalledShop, 'timeZone'>, at: Date): string;
  /** What events of the last weeks waited for or ended with, by state. */
  reasonsSeen(shop: InstalledShop): Promise<{ state: OutcomeState; reason: string }[]>;
  /** What waits at a pixel that may not send, and how long that is of use. */
  stuckAt(shop: InstalledShop, pixelId: string): Promise<Stuck>;
  /** What Home shows. */
  overview(shop: InstalledShop): Promise<Overview>;
  /** How often staff may press what costs something. */
  readonly presses: Presses;
  /** Other senders to TikTok, as the newest look at the storefront found them; null before the first. */
  radarFindings(shop: InstalledShop): Promise<StorefrontCheck | null>;
  /** Looks now; takes seconds. */
  checkStorefront(shop: InstalledShop): Promise<StorefrontCheck>;
  /** Whether Shopify has the web pixel with the newest settings; asks Shopify. */
  webPixelOf(shop: InstalledShop): Promise<WebPixelState>;
  /** How many page events came since the shop's yesterday. */
  visitsHeard(shop: InstalledShop): Promise<number>;
  /** Where the merchant switches the theme embed on. */
  themeEditor(shop: InstalledShop): string;
  /**
   * Gives Shopify the newest settings where it has those of an earlier version of Tock, once for a store in the life of
   * this process; answers how many stores that were.
   */
  renewStorefronts(): Promise<number>;
  /** Tells Shopify what the storefront must know; answers what went wrong, in words, or nothing. */
  tellStorefront(shopId: ShopId): Promise<string | undefined>;
  /** Whether this process can do its work. */
  readiness(): Promise<Readiness>;
  close(): Promise<void>;
}

declare module '@remix-run/server-runtime' {
  interface AppLoadContext {
    house: House;
  }
}

export interface HouseOverrides {
  readonly clock?: Clock;
  readonly log?: Log;
}

export async function openHouse(config: Config, overrides: HouseOverrides = {}): Promise<House> {
  const clock = overrides.clock ?? systemClock;
  const log =
    overrides.log ?? createLog({ level: config.logLevel, readable: process.stdout.isTTY === true, clock });
  const metrics = createMetrics();
  const keyring = createKeyring(config.encryptionKeys);
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    clock,
    log,
    keyring,
  });
  const { installs } = store;
  const shops = createShopsInForce({ store });

  const shopify = createShopify({
    config: config.shopify,
    sandboxUrl: config.sandboxUrl,
    installs,
    clock,
    log,
    install,
  });

  /** The shop's row, its first settings, its web pixel: made where missing, brought up to date where there. */
  async function install(
    admin: AdminApi,
  ): Promise<
    | { ok: true; shop: Awaited<ReturnType<typeof installs.install>>; troubles: string[] }
    | { ok: false; message: string }
  > {
    const read = await readShop(admin);
    if (!read.ok) return read;
    const shop = await installs.install(read.profile);
    const own = store.shop(shop.id);
    await changeSettings(own.settings, {
      actor: 'Tock',
      action: shop.settingsVersion === 0 ? 'settings.first' : 'settings.shop_facts',
      target: 'settings',
      change: (current) => ({
        ...current,
        shop: { ...current.shop, country: shop.country, host: shop.primaryDomain },
      }),
    });
    await giveSettingsToPixels(own, 'Tock');
    const trouble = await tell(admin, read);
    await policies.read(shop.id);
    shops.forget();
    return { ok: true, shop, troubles: trouble === undefined ? [] : [trouble] };
  }

  /** What the storefront is to know by the newest settings. */
  async function configFor(shop: InstalledShop): Promise<StorefrontConfig> {
    const own = store.shop(shop.id);
    const [pixels, settings] = await Promise.all([own.pixels.list(), currentSettings(own.settings)]);
    return storefrontConfig(shop.publicKey, pixels, settings.value, {
      appUrl: config.shopify.appUrl,
      eventsJs:
        config.sandboxUrl === undefined
          ? TIKTOK_EVENTS_JS
          : `${config.sandboxUrl}/tiktok/i18n/pixel/events.js`,
    });
  }

  async function tell(admin: AdminApi, read: Extract<ShopRead, { ok: true }>): Promise<string | undefined> {
    const shop = await installs.shopById(read.profile.id);
    if (!shop) return 'The store is not installed.';
    const { webPixel, embed } = await configFor(shop);
    const put = await putWebPixel(admin, installs, shop, webPixel);
    const written = await putEmbedConfig(admin, read.installationId, embed);
    const troubles = [put, written].flatMap((outcome) => (outcome.ok ? [] : [outcome.message]));
    for (const trouble of troubles)
      log.warn('the storefront could not be told', { shop: shop.domain, trouble });
    return troubles.length === 0 ? undefined : troubles.join(' ');
  }

  async function tellStorefront(shopId: ShopId): Promise<string | undefined> {
    const shop = await installs.shopById(shopId);
    if (!shop) return 'The store is not installed.';
    const admin = shopify.adminFor(shop.domain);
    const read = await readShop(admin);
    return read.ok ? tell(admin, read) : read.message;
  }

  const webPixelOf = async (shop: InstalledShop): Promise<WebPixelState> =>
    webPixelState(shopify.adminFor(shop.domain), (await configFor(shop)).webPixel);
  const installedShops = async () =>
    (await installs.listShops()).filter((shop) => shop.uninstalledAt === null);
  /** Whose storefront has what this process would tell: another version of Tock is another process. */
  const newest = new Set<ShopId>();

  async function renewStorefronts(): Promise<number> {
    let renewed = 0;
    for (const shop of await installedShops()) {
      if (newest.has(shop.id)) continue;
      const { state } = await webPixelOf(shop);
      // Shopify did not say, or would not take it: asked again an hour later.
      if (state === 'unknown') continue;
      if (state !== 'on') {
        if ((await tellStorefront(shop.id)) !== undefined) continue;
        renewed += 1;
      }
      newest.add(shop.id);
    }
    return renewed;
  }

  const audit: AuditTrail = { add: (shopId, entry) => store.shop(shopId).audit.add(entry) };
  const policies = createConsentPolicies({
    domainOf: async (shopId) => (await installs.shopById(shopId))?.domain ?? null,
    adminFor: shopify.adminFor,
    log,
  });
  const regionOf: RegionOf = ({ id }, { origin }) =>
    regionPolicy(
      policies.of(id),
      origin.shippingCountry ?? origin.billingCountry,
      origin.shippingCountry === undefined ? origin.billingRegion : origin.shippingRegion,
    );
  const tiktok = createTikTok({ baseUrl: config.tiktokApiUrl });
  const delivery = createDelivery({
    database: store.database,
    store,
    shops,
    keyring,
    tiktok,
    clock,
    log,
    random: Math.random,
    regionOf,
    // Delivery keeps pixels in memory for seconds; a pause by TikTok's answer must be seen at once.
    onPixelPaused: () => shops.forget(),
  });
  const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
    setTimeout(ms, undefined, signal ? { signal } : {});
  const enquiry = createEnquiry({
    database: store.database,
    shops,
    ordersOf: (domain) => createShopOrders(shopify.adminFor(domain), { pause }),
    wake: () => delivery.wake(),
    clock,
    log,
    random: Math.random,
  });
  const presses = createPresses(clock);
  const outbound = createOutbound({ sandboxUrl: config.sandboxUrl });
  const storefrontChecks = createStorefrontChecks(store.database);
  const radar = createRadar({
    outbound,
    rows: storefrontChecks,
    clock,
    log,
  });
  async function radarShop(shop: InstalledShop): Promise<RadarShop> {
    const pixels = await store.shop(shop.id).pixels.list();
    return {
      id: shop.id,
      domain: shop.domain,
      url: storefrontAddress(shop, config.sandboxUrl),
      own: {
        webPixelId: shop.webPixelId?.split('/').at(-1) ?? null,
        endpoint: `${config.shopify.appUrl}/intake/storefront`,
        codes: pixels.map(({ code }) => code),
      },
      loaded: pixels.filter(({ browserLeg }) => browserLeg).map(({ code }) => code),
    };
  }
  const newsOf = (shop: ShopStore): PausingNews => ({
    changed() {
      shops.forget();
      wake();
    },
    stopped: (pixelId) => delivery.hold(pixelId),
    tellStorefront: () => tellStorefront(shop.id),
  });
  const pixelsOf = (shop: ShopStore): PixelUseCases<Pixel> =>
    createPixelUseCases(shop, newsOf(shop), async () => ({
      timeZone: (await shop.details()).timeZone,
      now: clock.now(),
    }));
  const accessOf = (shop: ShopStore): SourceAccess => ({
    granted: async () => (await shop.details()).scopes,
    async look() {
      const { domain, scopes: known } = await shop.details();
      const read = await readShop(shopify.adminFor(domain));
      if (!read.ok) return known;
      const { scopes } = read.profile;
      await installs.setScopes(domain, scopes);
      await shopify.tokens.widen(
        domain,
        scopes.filter((scope) => optionalScopes.includes(scope)),
      );
      return scopes;
    },
  });
  /** Orders that wait for Shopify's word are asked about beside the sending. */
  function workOff(): void {
    enquiry.wake();
    delivery.wake();
  }
  let jobs: Jobs | undefined;
  let working = false;
  // Whoever works wakes itself; a process that only serves wakes the others. A lost wake-up costs one sweep.
  function wake(): void {
    if (working) workOff();
    else jobs?.wakeOthers();
  }
  const intake = createIntake({
    arrivals: createArrivals(store.database),
    partitions: store.partitions,
    shops,
    keyring,
    clock,
    log,
    regionOf,
    verifyWebhook: shopify.checkWebhook,
    sighted: (shopId, day, codes) => storefrontChecks.addSighting(shopId, day, codes),
    wake,
  });
  const appWebhooks = createAppWebhooks({ check: shopify.checkWebhook, installs, audit, clock, log });
  const erasure = createErasure(store.database);
  /** Nothing of a shop that stays is left but the defaults, under a number that no version had. */
  async function beginAnew(shopId: ShopId): Promise<void> {
    await changeSettings(store.shop(shopId).settings, {
      actor: 'Tock',
      action: 'settings.reset',
      target: 'settings',
      change: ({ shop: { country, host } }) => ({
        shop: { ...defaultSettings(), country, host },
        pixels: {},
      }),
    });
    shops.forget();
  }
  const runPrivacy = (): Promise<number> =>
    runPrivacyRequests({ database: store.database, erasure, audit, beginAnew, clock, log });
  const bookkeeping = createBookkeeping({
    store,
    shops,
    keyring,
    regionOf,
    adminFor: shopify.adminFor,
    keptFrom: (shopId) => keptFrom({ database: store.database, clock }, shopId),
    wake,
    pause,
    clock,
    log,
  });

  const mailer = config.mail ? createMailer(config.mail) : null;
  const alerts = createWatching({
    store,
    keyring,
    bookkeeping,
    words: ALERT_WORDS,
    mailer,
    outbound,
    clock,
    log,
  });

  /** Written down before Shopify hears that it was understood; the job does it within a minute. */
  async function takeRequest(request: PrivacyRequest): Promise<void> {
    const ofCustomer = request.topic !== 'shop/redact';
    const key = await store.shop(request.shopId).key();
    const hmac = (purpose: 'customer' | 'email', text: string): Buffer => keyring.hmac(key, purpose, text);
    const email =
      request.topic === 'customers/redact' && request.email !== null ? hashedEmail(request.email) : undefined;
    await addPrivacyRequest(store.database, {
      shopId: request.shopId,
      topic: request.topic,
      receivedAt: clock.now(),
      customerKey: ofCustomer && request.customerId !== null ? hmac('customer', request.customerId) : null,
      emailKeys: email === undefined ? [] : [hmac('email', email)],
      orderIds: ofCustomer ? request.orderIds : [],
    });
  }

  return {
    config,
    clock,
    log,
    metrics,
    keyring,
    store,
    shops,
    shopify,
    intake: {
      storefront: intake.storefront,
      orders: intake.orders,
      async app(req, res, body) {
        await appWebhooks(req, res, body);
        shops.forget();
      },
      privacy: createPrivacyWebhooks({
        check: shopify.checkWebhook,
        installs,
        audit,
        log,
        carryOut: takeRequest,
      }),
    },
    delivery,
    bookkeeping,
    alerts,
    presses,
    openAlerts: (shopId) => alerts.open(shopId),
    keepOf: (shopId) => keepOf(store.database, shopId),
    changeKeep: (shopId, chosen, by) => changeKeep({ database: store.database, clock }, shopId, chosen, by),
    runPrivacy,
    async startWork() {
      working = true;
      enquiry.start();
      delivery.start();
      jobs = await openJobs({
        pool: store.database.pool,
        log,
        work: {
          deliver: workOff,
          compare: () => bookkeeping.everyHour(),
          runBackfills: () => bookkeeping.runBackfills(),
          keepWhatIsDue: () =>
            keepWhatIsDue({
              database: store.database,
              partitions: store.partitions,
              clickWindowDays: async (shopId) =>
                (await currentSettings(store.shop(shopId).settings)).value.shop.clickWindowDays,
              clock,
              log,
            }),
          async answerPrivacy() {
            await runPrivacy();
          },
          async renewTokens() {
            log.info('renewed tokens', { ...(await shopify.tokens.renewAgeing()) });
          },
          watch: () => alerts.watch(),
          watchSlow: () => alerts.watchSlow(),
          async checkStorefronts() {
            await renewStorefronts();
            await radar.checkDue(await Promise.all((await installedShops()).map(radarShop)));
          },
        },
      });
    },
    async wakeWorkers() {
      jobs = await openJobs({ pool: store.database.pool, log });
    },
    async requireShop(request) {
      const page = await shopify.requireShop(request);
      return { ...page, store: store.shop(page.shop.id), actor: `${page.staff.name} (${page.staff.id})` };
    },
    pixelsOf,
    checkedPixelsOf: (own, shop, { owner }) =>
      createCheckedPixels({
        rows: own.pixels,
        pixels: pixelsOf(own),
        tiktok,
        owner,
        pageUrl: storefrontAddress(shop, undefined),
        timeZone: shop.timeZone,
        clock,
        wait: () => presses.wait(shop.id, 'tiktok'),
      }),
    settingsOf: (shop) => currentSettings(shop.settings),
    settingsPages: (shop) =>
      createSettingsPages({
        settings: shop.settings,
        pixels: shop.pixels,
        orders: createRecentOrders(store.database, shop.id),
        access: accessOf(shop),
        totals: (from, to) => readTotals(store.database, shop.id, from, to),
        timeZone: async () => (await shop.details()).timeZone,
        clock,
        news: newsOf(shop),
      }),
    endingsOf: (own, { domain }) =>
      createEndings({
        settings: own.settings,
        pixels: own.pixels,
        domain,
        async askErasure(actor) {
          await addPrivacyRequest(store.database, {
            shopId: own.id,
            topic: 'shop/erase',
            askedBy: actor,
            receivedAt: clock.now(),
            customerKey: null,
            emailKeys: [],
            orderIds: [],
          });
          await own.audit.add({ actor, action: 'shop.erase_asked', target: '', before: null, after: null });
        },
        news: newsOf(own),
      }),
    logOf: (shop) =>
      createShopLog({ database: store.database, keyring, shops, key: () => store.shop(shop.id).key() }, shop),
    today: (shop) => shopDay(clock.now(), shop.timeZone),
    localTime: (shop, at) => localTime(at, shop.timeZone),
    reasonsSeen: (shop) =>
      readReasons(store.database, shop.id, addDays(shopDay(clock.now(), shop.timeZone), -30)),
    stuckAt: (shop, pixelId) => stuckAt(store.database, shop, pixelId, clock.now()),
    overview: (shop) =>
      overviewOf({ database: store.database, own: store.shop(shop.id), radar, clock }, shop),
    radarFindings: (shop) => radar.findings(shop.id),
    checkStorefront: async (shop) => radar.check(await radarShop(shop)),
    webPixelOf,
    renewStorefronts,
    async visitsHeard(shop) {
      const today = shopDay(clock.now(), shop.timeZone);
      return countPageEvents(await readTotals(store.database, shop.id, addDays(today, -1), today));
    },
    themeEditor: (shop) => themeEditorLink(shop.domain, shopify.apiKey, config.sandboxUrl),
    tellStorefront,
    readiness: () =>
      readiness({
        migrations: () => migrationState(store.database.pool),
        worker: jobs === undefined ? 'not begun' : working ? 'here' : 'elsewhere',
        working: () => delivery.works() && jobs?.works() === true,
      }),
    async close() {
      await intake.drain();
      await enquiry.drain();
      await delivery.drain();
      await jobs?.close();
      await tiktok.close();
      mailer?.close();
      await store.close();
    },
  };
}
