/** What is due goes to TikTok: claimed by lease, judged once more, sent in batches, pixel by pixel; nothing waits in memory. */
import { createBreaker } from '../base/breaker.ts';
import type { Keyring } from '../base/crypto.ts';
import { createSweeper } from '../base/sweeper.ts';
import type { PixelId, ShopId } from '../conversion/facts.ts';
import type { RegionOf } from '../record/judge.ts';
import type { ShopsInForce } from '../record/shop.ts';
import { claimDue, pixelsWithWork } from '../store/queue.ts';
import type { PutBack } from '../store/queue.ts';
import { createSending, TIKTOK } from './attempt.ts';
import type { DeliverySummary, Sender, SendingNeeds } from './attempt.ts';
import { givenUp, tooLateToSend, waits } from './ending.ts';
import type { Ending } from './ending.ts';
import { prepare } from './prepare.ts';
import type { Prepared, Ready } from './prepare.ts';
import { tooLate } from './schedule.ts';
import { settle } from './settle.ts';
import { createStandstill } from './standstill.ts';

export interface DeliveryOptions extends SendingNeeds {
  shops: ShopsInForce;
  keyring: Keyring;
  regionOf: RegionOf;
  /** TikTok takes at most 1,000 events a request. */
  maxBatch?: number;
  /** Requests in flight for one pixel. */
  perPixel?: number;
  /** Pixels worked on at the same time. */
  pixelsAtOnce?: number;
  leaseMs?: number;
  sweepMs?: number;
}

export interface Delivery {
  /** Works off everything that is due now and may go; what is not due stays. */
  runDue(): Promise<DeliverySummary>;
  /** Sweeps on its own from now on, and whenever it is woken. */
  start(): void;
  /** Something became due; costs nothing when a run is on. */
  wake(): void;
  /** Started, and not drained. */
  works(): boolean;
  /** Staff paused a pixel: what it has due is told to wait for it. A pixel that works again needs no such word. */
  hold(pixelId: PixelId): Promise<void>;
  /** Takes nothing new and resolves when what is in flight is settled. */
  drain(): Promise<void>;
}

const MAX_BATCH = 1_000;
const PER_PIXEL = 4;
const PIXELS_AT_ONCE = 8;
/** Batches of one pixel before another pixel has its turn. */
const TURN = 8;
const PIXELS_A_ROUND = 500;
/** Longer than the longest request and its settling. */
const LEASE_MS = 90_000;
const SWEEP_MS = 2_000;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { database, clock, log, keyring, shops, regionOf } = options;
  const maxBatch = options.maxBatch ?? MAX_BATCH;
  const perPixel = options.perPixel ?? PER_PIXEL;
  const pixelsAtOnce = options.pixelsAtOnce ?? PIXELS_AT_ONCE;
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const sweepMs = options.sweepMs ?? SWEEP_MS;
  const breaker = createBreaker(clock, options.random);
  const standstill = createStandstill({ database, clock, everyMs: sweepMs });
  let stopping = false;

  const leaseEnd = (): Date => new Date(clock.now().getTime() + leaseMs);
  const sending = createSending(options, { breaker, leaseEnd, hold: standstill.hold });

  async function senderOf(shopId: ShopId, pixelId: PixelId): Promise<Sender | null> {
    const shop = await shops.byId(shopId);
    const pixel = shop?.pixels.find(({ id }) => id === pixelId);
    if (!shop || !shop.installed || pixel?.state !== 'active') return null;
    const accessToken = await options.store.shop(shopId).pixels.token(pixelId);
    return accessToken === null ? null : { shop, pixel, accessToken };
  }

  /** One claim of one pixel: prepared, judged, sent. Returns how many rows it took. */
  async function workOnce(shopId: ShopId, pixelId: PixelId, summary: DeliverySummary): Promise<number> {
    const sender = await senderOf(shopId, pixelId);
    if (!sender) return 0;
    const now = clock.now();
    const claim = await database.transaction((sql) =>
      claimDue(sql, { pixelId, now, leaseUntil: leaseEnd(), limit: maxBatch }),
    );
    if (!claim) return 0;
    const prepared = await prepare(
      { sql: database, keyring, shops, regionOf },
      sender.shop,
      sender.pixel,
      claim.rows,
      now,
    );
    const ready = await settleUnsent(sender, claim.attemptId, prepared, now, summary);
    // A frozen code may differ from today's: each code has its own request.
    for (const code of new Set(ready.map(({ pixelCode }) => pixelCode))) {
      await sending.send(
        sender,
        claim.attemptId,
        ready.filter(({ pixelCode }) => pixelCode === code),
        summary,
      );
    }
    return claim.rows.length;
  }

  /** What does not go now is settled or put back at once; the rest is returned. */
  async function settleUnsent(
    { pixel }: Sender,
    held: string,
    prepared: readonly Prepared[],
    now: Date,
    summary: DeliverySummary,
  ): Promise<Ready[]> {
    const ready: Ready[] = [];
    const endings: Ending[] = [];
    const back: PutBack[] = [];
    for (const one of prepared) {
      if (one.kind === 'wait') {
        const { row, decision } = one;
        back.push(waits(row, decision.reason, decision.until));
      } else if (one.kind === 'skip') {
        const { row, reason, rule, revision } = one;
        endings.push(givenUp(row, pixel.code, reason, rule, revision));
      } else {
        const late = tooLate({ ...one.ready.row, eventAt: one.ready.eventAt }, now);
        if (late === null) ready.push(one.ready);
        else endings.push(tooLateToSend(one.ready, late));
      }
    }
    summary.waiting += back.length;
    if (endings.length + back.length > 0) {
      const states = await database.transaction((sql) =>
        settle(sql, { held, now, endings, back, tried: [], request: null }),
      );
      summary.skipped += states.filter((state) => state === 'skipped').length;
      summary.errors += states.filter((state) => state === 'error').length;
    }
    return ready;
  }

  /** A turn of one pixel: one batch when quiet, several in flight when busy. Returns how many rows it took. */
  async function turn(shopId: ShopId, pixelId: PixelId, summary: DeliverySummary): Promise<number> {
    const may = (): boolean => !stopping && breaker.allows(pixelId) && breaker.allows(TIKTOK);
    let taken = 0;
    let batches = 0;
    const loop = async (): Promise<void> => {
      while (batches < TURN && may()) {
        batches += 1;
        const rows = await workOnce(shopId, pixelId, summary);
        taken += rows;
        if (rows < maxBatch) return;
      }
    };
    batches += 1;
    taken += may() ? await workOnce(shopId, pixelId, summary) : 0;
    if (taken >= maxBatch) await Promise.all(Array.from({ length: perPixel }, loop));
    return taken;
  }

  async function round(summary: DeliverySummary): Promise<number> {
    if (!breaker.allows(TIKTOK)) return 0;
    const found = await pixelsWithWork(database, clock.now(), PIXELS_A_ROUND);
    const pixels = found.filter(({ pixelId }) => breaker.allows(pixelId));
    let taken = 0;
    const next = pixels.values();
    // After a rest one batch goes by itself, and how it ends decides for all others.
    while (!stopping && breaker.doubts(TIKTOK)) {
      const probe = next.next();
      if (probe.done) return taken;
      taken += await workOnce(probe.value.shopId, probe.value.pixelId, summary);
    }
    const worker = async (): Promise<void> => {
      for (const { shopId, pixelId } of next) taken += await turn(shopId, pixelId, summary);
    };
    await Promise.all(Array.from({ length: Math.min(pixelsAtOnce, pixels.length) }, worker));
    return taken;
  }

  async function runDue(): Promise<DeliverySummary> {
    const summary: DeliverySummary = { requests: 0, sent: 0, skipped: 0, errors: 0, waiting: 0 };
    await standstill.look();
    while (!stopping && (await round(summary)) > 0);
    return summary;
  }

  const sweeper = createSweeper({ name: 'delivery', run: runDue, everyMs: sweepMs, log });
  return {
    runDue,
    start: sweeper.start,
    wake: sweeper.wake,
    works: sweeper.works,
    hold: standstill.hold,
    drain() {
      stopping = true;
      return sweeper.drain();
    },
  };
}
