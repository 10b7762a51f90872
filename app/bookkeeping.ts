/** Puts the ledger together for the house: comparison, backfill, sums, statements, replay and rebuild of each shop. */
import type { Clock } from './base/clock.ts';
import type { Keyring } from './base/crypto.ts';
import type { Log } from './base/log.ts';
import type { ShopId } from './conversion/facts.ts';
import { eventDetail, rebuiltSendings } from './delivery/detail.ts';
import { prepare } from './delivery/prepare.ts';
import {
  beginBackfill,
  previewBackfill,
  resumeBackfill,
  runBackfill,
  stopBackfill,
  type BackfillPreview,
  type PreviewOutcome,
} from './ledger/backfill.ts';
import {
  checkBooks,
  closeDays,
  readPeriod,
  type BooksCheck,
  type BooksNeeds,
  type Period,
} from './ledger/books.ts';
import { compareShop, listDay, type CompareNeeds, type CompareSummary } from './ledger/compare.ts';
import { rebuildPeriod, type RebuildCheck } from './ledger/rebuild.ts';
import { ledgerFile } from './ledger/file.ts';
import { readTold, type ToldPeriod } from './ledger/told.ts';
import { planReplay, runReplay, type Planned, type ReplayDone, type ReplayNeeds } from './ledger/replay.ts';
import type { RegionOf } from './record/judge.ts';
import type { ShopsInForce } from './record/shop.ts';
import type { AdminApi } from './shopify/admin.ts';
import { createShopOrders } from './shopify/orders.ts';
import { createArrivals } from './store/arrivals.ts';
import {
  readBackfill,
  readComparison,
  runningBackfills,
  type Backfill,
  type Comparison,
} from './store/reconcile.ts';
import type { ReplayFilter } from './store/replays.ts';
import { ordersOfPart, type LedgerPart, type PartOrder, type Statement } from './store/statements.ts';
import type { Store } from './store/store.ts';

export interface Bookkeeping {
  compare(shopId: ShopId): Promise<CompareSummary>;
  comparison(shopId: ShopId): Promise<Comparison | null>;
  backfill: {
    preview(shopId: ShopId): Promise<PreviewOutcome>;
    progress(shopId: ShopId): Promise<Backfill | null>;
    /** False when one runs already. */
    begin(shopId: ShopId, seen: BackfillPreview, actor: string): Promise<boolean>;
    stop(shopId: ShopId, actor: string): Promise<boolean>;
    resume(shopId: ShopId, actor: string): Promise<boolean>;
    run(shopId: ShopId): Promise<Backfill | null>;
  };
  /** Every order added up anew. */
  period(shopId: ShopId, from: string, to: string): Promise<Period | null>;
  /** As the statements tell it, and open days as they stand: for pages. */
  told(shopId: ShopId, from: string, to: string): Promise<ToldPeriod | null>;
  /** The same as a CSV file, made while it is read. */
  file(shopId: ShopId, from: string, to: string): Promise<AsyncGenerator<string, void> | null>;
  /** The orders that a part of the sum counts. */
  ordersOfPart(shopId: ShopId, part: LedgerPart, after: string | null, limit: number): Promise<PartOrder[]>;
  close(shopId: ShopId): Promise<Statement[]>;
  check(shopId: ShopId): Promise<BooksCheck | null>;
  planReplay(shopId: ShopId, filter: ReplayFilter): Promise<{ planned: Planned[]; more: boolean } | null>;
  replay(
    shopId: ShopId,
    planned: readonly Planned[],
    how: { actor: string; evenIfTwice: boolean; filter: ReplayFilter },
  ): Promise<ReplayDone>;
  rebuild(shopId: ShopId, days: { from: string; to: string }): Promise<RebuildCheck>;
  /** The hourly work over all shops; one shop's trouble is not another's. */
  everyHour(): Promise<void>;
  /** What staff began goes on, wherever its worker died. */
  runBackfills(): Promise<void>;
}

export interface BookkeepingNeeds {
  store: Store;
  shops: ShopsInForce;
  keyring: Keyring;
  regionOf: RegionOf;
  adminFor(domain: string): AdminApi;
  /** Since when page events and orders are all there. */
  keptFrom(shopId: ShopId): Promise<{ pages: Date; orders: string }>;
  wake(): void;
  /** Rejects when the signal ends it. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
  clock: Clock;
  log: Log;
}

/** Shops that are worked on at the same time; each may hold a connection to the database. */
const LANES = 3;
/** A big shop may need minutes; one that does not answer must not cost the others more. */
const SHOP_MS = 5 * 60_000;

export function createBookkeeping(needs: BookkeepingNeeds): Bookkeeping {
  const { store, shops, keyring, regionOf, clock, log } = needs;
  const { database, installs } = store;
  const compare: CompareNeeds = {
    database,
    arrivals: createArrivals(database),
    shops,
    keyring,
    regionOf,
    installedAt: async (shopId) => (await installs.shopById(shopId))?.installedAt ?? null,
    ordersOf: (domain) => createShopOrders(needs.adminFor(domain), needs),
    wake: needs.wake,
    clock,
    log,
  };
  const books: BooksNeeds = {
    database,
    async shopOf(shopId) {
      const shop = await installs.shopById(shopId);
      if (!shop) return null;
      const { timeZone, installedAt } = shop;
      const { pages, orders } = await needs.keptFrom(shopId);
      return { timeZone, installedAt, keepPagesFrom: pages, keepOrdersFrom: orders };
    },
    listDay: (shopId, day) => listDay(compare, shopId, day),
    clock,
    log,
  };
  const rebuilt = async (shopId: ShopId, pixelId: string, eventId: string) =>
    (await eventDetail({ database, keyring, shops }, shopId, pixelId, eventId))?.rebuilt ?? null;
  const replays: ReplayNeeds = {
    database,
    shops,
    async judge(shop, pixel, row, now) {
      const [one] = await prepare({ sql: database, keyring, shops, regionOf }, shop, pixel, [row], now);
      if (!one) throw new Error('An order that was to be judged is missing.');
      switch (one.kind) {
        case 'send': {
          const { bytes, eventName, eventAt } = one.ready;
          return { kind: 'send', bytes, eventName, eventAt };
        }
        case 'wait':
          return { kind: 'wait', reason: one.decision.reason, until: one.decision.until };
        case 'skip':
          return { kind: 'skip', reason: one.reason, rule: one.rule };
      }
    },
    async formerBytes(shopId, pixelId, eventId) {
      const former = await rebuilt(shopId, pixelId, eventId);
      return former && 'bytes' in former ? former.bytes : null;
    },
    wake: needs.wake,
    clock,
  };

  /** Several at a time, and nobody waits for a shop whose Shopify hangs: it goes on beside the others, or next hour. */
  async function forEachShop(
    shops: readonly ShopId[],
    work: (shopId: ShopId) => Promise<unknown>,
    what: string,
  ): Promise<void> {
    const next = shops.values();
    const lane = async (): Promise<void> => {
      for (const shop of next) {
        const working = work(shop).then(
          () => 'done' as const,
          (error: unknown) => {
            log.error(`${what} failed`, { shop, error });
            return 'done' as const;
          },
        );
        const waiting = new AbortController();
        const limit = needs.pause(SHOP_MS, waiting.signal).then(
          () => 'late' as const,
          () => 'done' as const,
        );
        const ended = await Promise.race([working, limit]);
        waiting.abort();
        if (ended === 'late') log.warn(`${what} takes long; the next shop is begun`, { shop });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  return {
    compare: (shopId) => compareShop(compare, shopId),
    comparison: (shopId) => readComparison(database, shopId),
    backfill: {
      preview: (shopId) => previewBackfill(compare, shopId),
      progress: (shopId) => readBackfill(database, shopId),
      begin: (shopId, seen, actor) => beginBackfill(compare, shopId, seen, actor),
      stop: (shopId, actor) => stopBackfill(compare, shopId, actor),
      resume: (shopId, actor) => resumeBackfill(compare, shopId, actor),
      run: (shopId) => runBackfill(compare, shopId),
    },
    period: (shopId, from, to) => readPeriod(books, shopId, from, to),
    told: (shopId, from, to) => readTold(books, shopId, from, to),
    async file(shopId, from, to) {
      const [told, shop] = await Promise.all([readTold(books, shopId, from, to), installs.shopById(shopId)]);
      if (!told || !shop) return null;
      const pixels = await store.shop(shopId).pixels.list({ removed: true });
      return ledgerFile(told, { domain: shop.domain, madeAt: clock.now() }, pixels);
    },
    ordersOfPart: (shopId, part, after, limit) => ordersOfPart(database, shopId, part, after, limit),
    close: (shopId) => closeDays(books, shopId),
    check: (shopId) => checkBooks(books, shopId),
    planReplay: (shopId, filter) => planReplay(replays, shopId, filter),
    replay: (shopId, planned, how) => runReplay(replays, shopId, planned, how),
    rebuild: (shopId, days) =>
      rebuildPeriod(
        {
          database,
          rebuild: (ofShop, pixelId, eventId) =>
            rebuiltSendings({ database, keyring, shops }, ofShop, pixelId, eventId),
        },
        shopId,
        days,
      ),
    async everyHour() {
      const installed = (await installs.listShops()).filter(({ uninstalledAt }) => uninstalledAt === null);
      await forEachShop(
        installed.map(({ id }) => id),
        async (shopId) => {
          await compareShop(compare, shopId);
          await closeDays(books, shopId);
        },
        'the hourly comparison',
      );
    },
    async runBackfills() {
      const running = await runningBackfills(database);
      await forEachShop(running, (shopId) => runBackfill(compare, shopId), 'a backfill');
    },
  };
}
