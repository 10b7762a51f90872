/** The fast edge: two lanes of group commit, one for orders and one for beacons, and the doors that feed them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { Keyring } from '../base/crypto.ts';
import type { Log } from '../base/log.ts';
import { createRateLimit } from '../base/rate.ts';
import { recordOrders } from '../record/orders.ts';
import type { OrderRecorded } from '../record/orders.ts';
import { recordVisits } from '../record/pages.ts';
import type { VisitRecorded } from '../record/pages.ts';
import type { RegionOf } from '../record/judge.ts';
import type { ShopsInForce } from '../record/shop.ts';
import type { Arrivals } from '../store/arrivals.ts';
import type { Partitions } from '../store/partitions.ts';
import { createRecentContexts } from '../visitors/recent.ts';
import { createLane } from './lane.ts';
import type { LaneOptions } from './lane.ts';
import { createStorefrontIntake } from './storefront.ts';
import type { StorefrontNeeds, VisitItem } from './storefront.ts';
import { createOrderWebhook } from './webhooks.ts';
import type { OrderItem, WebhookCheck } from './webhooks.ts';

type Bounds = Pick<
  LaneOptions<unknown, unknown>,
  'gatherMs' | 'maxGroup' | 'maxWaiting' | 'maxWaitingOfOneShop' | 'maxWaitingBytes'
>;

export interface IntakeOptions {
  arrivals: Arrivals;
  partitions: Pick<Partitions, 'makeFor'>;
  shops: ShopsInForce;
  keyring: Keyring;
  clock: Clock;
  log: Log;
  regionOf: RegionOf;
  verifyWebhook: WebhookCheck;
  /** Counts what a visitor's browser saw of TikTok scripts that are not ours. */
  sighted: StorefrontNeeds['sighted'];
  /** Something is due now: delivery need not wait for its next sweep. */
  wake(): void;
  /** Beacons a second and at once, for one address and for one shop. */
  limits?: { address?: { perSecond: number; burst: number }; shop?: { perSecond: number; burst: number } };
  lanes?: Bounds;
  patienceMs?: number;
  mostLookups?: number;
}

export interface Intake {
  storefront(req: IncomingMessage, res: ServerResponse, body: Buffer, edge: { ip: string }): Promise<void>;
  orders(req: IncomingMessage, res: ServerResponse, body: Buffer): Promise<void>;
  /** What waits to be stored, for readiness and metrics. */
  load(): { orders: number; beacons: number };
  /** Resolves when everything that was taken is answered. */
  drain(): Promise<void>;
}

/** A browser sends a beacon for each page; behind one address there may be an office. */
const ADDRESS_LIMIT = { perSecond: 50, burst: 500 };
/** A large shop on its busiest day; a flood beyond it is refused before it costs anything. */
const SHOP_LIMIT = { perSecond: 2_000, burst: 10_000 };
/** Shopify hangs up after five seconds. */
const PATIENCE_MS = 4_000;
/** Of either door; what is known is found at once, so that they are only ever reached when the database is silent. */
const MOST_LOOKUPS = 2_000;

export function createIntake(options: IntakeOptions): Intake {
  const { arrivals, keyring, clock, log, regionOf, shops } = options;
  const contexts = createRecentContexts();
  const needs = { keyring, clock, regionOf, contexts };
  const patienceMs = options.patienceMs ?? PATIENCE_MS;
  const mostLookups = options.mostLookups ?? MOST_LOOKUPS;

  function wakeFor(recorded: readonly { dueAt: Date | null }[]): void {
    const now = clock.now();
    if (recorded.some(({ dueAt }) => dueAt !== null && dueAt <= now)) options.wake();
  }

  const shared = { isDataFault: arrivals.isDataFault, isPassing: arrivals.isPassing, ...options.lanes };
  // A connection each: an order never waits behind beacons, nor a beacon's transaction behind an order's.
  const orders = createLane<OrderItem, OrderRecorded>({
    ...shared,
    shopOf: (item) => item.arrival.shop.id,
    bytesOf: (item) => item.bytes,
    async commit(items) {
      const recorded = await arrivals.together((sql) =>
        recordOrders(
          sql,
          needs,
          items.map(({ arrival }) => arrival),
        ),
      );
      wakeFor(recorded);
      return recorded;
    },
  });
  const beacons = createLane<VisitItem, VisitRecorded>({
    ...shared,
    shopOf: (item) => item.arrival.shop.id,
    bytesOf: (item) => item.bytes,
    async commit(items) {
      // Orders first: while some are being stored, beacons gather a little longer.
      if (orders.load() > 0) await new Promise<void>((resolve) => setImmediate(resolve));
      const visits = items.map(({ arrival }) => arrival);
      await options.partitions.makeFor(
        visits.flatMap(({ reads }) => reads.map(({ facts }) => new Date(facts.occurredAt))),
      );
      const recorded = await arrivals.together((sql) => recordVisits(sql, needs, visits));
      contexts.remember(recorded.flatMap(({ context }) => context ?? []));
      wakeFor(recorded);
      return recorded;
    },
  });

  const limit = (given: { perSecond: number; burst: number } | undefined, usual: typeof ADDRESS_LIMIT) =>
    createRateLimit({ clock, ...(given ?? usual) });

  /** Not a part of any answer, but finished before the store is closed. */
  const counting = new Set<Promise<void>>();

  return {
    storefront: createStorefrontIntake({
      shops,
      lane: beacons,
      perAddress: limit(options.limits?.address, ADDRESS_LIMIT),
      perShop: limit(options.limits?.shop, SHOP_LIMIT),
      clock,
      log,
      patienceMs,
      sighted(...told) {
        const counted = options.sighted(...told).finally(() => counting.delete(counted));
        counting.add(counted);
        return counted;
      },
      mostLookups,
    }),
    orders: createOrderWebhook({
      verifyWebhook: options.verifyWebhook,
      shops,
      lane: orders,
      clock,
      log,
      patienceMs,
      mostLookups,
    }),
    load: () => ({ orders: orders.load(), beacons: beacons.load() }),
    async drain() {
      await Promise.all([orders.drain(), beacons.drain()]);
      await Promise.allSettled(counting);
    },
  };
}
