/** Puts the ledger together for the house: comparison, backfill, sums, statements, replay and rebuild of each shop. */
import type { Clock } from './base/clock.ts';
import type { Keyring } from './base/crypto.ts';
import type { Log } from './base/log.ts';
import type { ShopId } from './conversion/facts.ts';
import { eventDetail } from './delivery/detail.ts';
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
import type { Statement } from './store/statements.ts';
import type { Store } from './store/store.ts';

export interface Bookkeeping {
  compare(shopId: ShopId): Promise<CompareSummary>;
  comparison(shopId: ShopId): Promise<Comparison | null>;
  backfill: {
    preview(shopId: ShopId): Promise<PreviewOutcome>;
    progress(shopId: ShopId): Promise<Backfill | null>;
    /** False when one runs already. */
    begin(shopId: ShopId, seen: BackfillPreview, actor: string): Promise<boolean>;
    stop(shopId: ShopId): Promise<boolean>;
    resume(shopId: ShopId): Promise<boolean>;
    run(shopId: ShopId): Promise<Backfill | null>;
  };
  period(shopId: ShopId, from: string, to: string): Promise<Period | null>;
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
  pause(ms: number): Promise<void>;
  clock: Clock;
  log: Log;
}

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

  async function forEachShop(work: (shopId: ShopId) => Promise<unknown>, what: string): Promise<void> {
    for (const shop of await installs.listShops()) {
      if (shop.uninstalledAt !== null) continue;
      await work(shop.id).catch((error: unknown) =>
        log.error(`${what} failed`, { shop: shop.domain, error }),
      );
    }
  }

  return {
    compare: (shopId) => compareShop(compare, shopId),
    comparison: (shopId) => readComparison(database, shopId),
    backfill: {
      preview: (shopId) => previewBackfill(compare, shopId),
      progress: (shopId) => readBackfill(database, shopId),
      begin: (shopId, seen, actor) => beginBackfill(compare, shopId, seen, actor),
      stop: (shopId) => stopBackfill(compare, shopId),
      resume: (shopId) => resumeBackfill(compare, shopId),
      run: (shopId) => runBackfill(compare, shopId),
    },
    period: (shopId, from, to) => readPeriod(books, shopId, from, to),
    close: (shopId) => closeDays(books, shopId),
    check: (shopId) => checkBooks(books, shopId),
    planReplay: (shopId, filter) => planReplay(replays, shopId, filter),
    replay: (shopId, planned, how) => runReplay(replays, shopId, planned, how),
    rebuild: (shopId, days) =>
      rebuildPeriod(
        {
          database,
          async rebuild(ofShop, pixelId, eventId) {
            const found = await rebuilt(ofShop, pixelId, eventId);
            return found && found.state !== 'not_sent' ? found : null;
          },
        },
        shopId,
        days,
      ),
    async everyHour() {
      await forEachShop(async (shopId) => {
        await compareShop(compare, shopId);
        await closeDays(books, shopId);
      }, 'the hourly comparison');
    },
    async runBackfills() {
      for (const shopId of await runningBackfills(database)) await runBackfill(compare, shopId);
    },
  };
}
