/** What is due goes to TikTok: claimed by lease, sent in batches, settled by the answer; nothing waits in memory. */
import { createBreaker } from '../base/breaker.ts';
import type { Clock } from '../base/clock.ts';
import type { Keyring } from '../base/crypto.ts';
import type { Log } from '../base/log.ts';
import { redactText } from '../base/redact.ts';
import { createSweeper } from '../base/sweeper.ts';
import type { PixelId, ShopId } from '../conversion/facts.ts';
import type { RegionOf } from '../record/judge.ts';
import type { PixelInForce, ShopInForce, ShopsInForce } from '../record/shop.ts';
import type { Database, Sql } from '../store/database.ts';
import { nextRequestId, openRequest } from '../store/deliveries.ts';
import type { RequestOutcome } from '../store/deliveries.ts';
import { insertRevisions, lockOrders, setRevisions } from '../store/orders.ts';
import { claimDue, extendLease, freeze, maySend, pixelsWithWork } from '../store/queue.ts';
import type { PutBack, QueueRow } from '../store/queue.ts';
import type { Store } from '../store/store.ts';
import type { TikTok } from '../tiktok/client.ts';
import { classify, splitRefused } from '../tiktok/errors.ts';
import type { CatalogueEntry, PauseState, TrackAnswer, Verdict } from '../tiktok/errors.ts';
import { prepare, requestBody } from './prepare.ts';
import type { Prepared, Ready } from './prepare.ts';
import { nextTry, tooLate } from './schedule.ts';
import type { TooLate } from './schedule.ts';
import { settle } from './settle.ts';
import type { Ending } from './settle.ts';
import { createStandstill } from './standstill.ts';

export interface DeliveryOptions {
  database: Pick<Database, 'rows' | 'run' | 'transaction'>;
  store: Pick<Store, 'shop'>;
  shops: ShopsInForce;
  keyring: Keyring;
  tiktok: Pick<TikTok, 'track'>;
  clock: Clock;
  log: Log;
  /** 0 up to 1, for jitter. */
  random: () => number;
  regionOf: RegionOf;
  /** Staff must act before this pixel sends again. */
  onPixelPaused?: (pause: {
    shopId: ShopId;
    pixelId: PixelId;
    state: PauseState;
    meaning: string;
    nextStep: string;
  }) => void;
  /** TikTok takes at most 1,000 events a request. */
  maxBatch?: number;
  /** Requests in flight for one pixel. */
  perPixel?: number;
  /** Pixels worked on at the same time. */
  pixelsAtOnce?: number;
  leaseMs?: number;
  sweepMs?: number;
}

export interface DeliverySummary {
  requests: number;
  sent: number;
  skipped: number;
  errors: number;
  waiting: number;
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
/** A key beside all pixel ids: TikTok as a whole. */
const ALL = 'tiktok';

interface Sender {
  shop: ShopInForce;
  pixel: PixelInForce;
  accessToken: string;
}

interface Attempt {
  verdict: Verdict;
  answer: TrackAnswer & { durationMs: number };
}

export function createDelivery(options: DeliveryOptions): Delivery {
  const { database, clock, log, keyring, random, shops, regionOf } = options;
  const maxBatch = options.maxBatch ?? MAX_BATCH;
  const perPixel = options.perPixel ?? PER_PIXEL;
  const pixelsAtOnce = options.pixelsAtOnce ?? PIXELS_AT_ONCE;
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const sweepMs = options.sweepMs ?? SWEEP_MS;
  const breaker = createBreaker(clock, random);
  const standstill = createStandstill({ database, clock, everyMs: sweepMs });
  const pausing = new Set<PixelId>();
  let stopping = false;

  const leaseEnd = (): Date => new Date(clock.now().getTime() + leaseMs);

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
      await sendParts(
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
        back.push({
          id: row.id,
          waitingFor: decision.reason,
          dueAt: decision.until,
          firstPossibleCopyAt: row.firstPossibleCopyAt,
        });
      } else if (one.kind === 'skip') {
        const { row, rule, revision } = one;
        // An order that was sent and never answered for may have counted, whatever became of it since.
        const unconfirmed = row.kind === 'order' && row.firstPossibleCopyAt !== null;
        endings.push(
          unconfirmed
            ? unsent(row, pixel, 'error', 'never_confirmed', rule, revision)
            : unsent(row, pixel, 'skipped', one.reason, rule, revision),
        );
      } else {
        const late = tooLate({ ...one.ready.row, eventAt: one.ready.eventAt }, now);
        if (late === null) ready.push(one.ready);
        else endings.push(lateEnding(one.ready, late));
      }
    }
    summary.skipped += endings.filter(({ state }) => state === 'skipped').length;
    summary.errors += endings.filter(({ state }) => state === 'error').length;
    summary.waiting += back.length;
    if (endings.length + back.length > 0) {
      await database.transaction((sql) =>
        settle(sql, { held, now, endings, back, tried: [], request: null }),
      );
    }
    return ready;
  }

  /** Sends a batch and, when TikTok refuses it for one event, its parts, until that event stands alone. */
  async function sendParts(
    sender: Sender,
    held: string,
    batch: readonly Ready[],
    summary: DeliverySummary,
  ): Promise<void> {
    let parts: { held: string; items: readonly Ready[] }[] = [{ held, items: batch }];
    for (let part = parts.shift(); part; part = parts.shift()) {
      if (part.items.length === 0) continue;
      const sent = await sendOne(sender, part.held, part.items, summary);
      if (sent.kind === 'split') {
        parts = [...sent.parts.map((items) => ({ held: sent.held, items })), ...parts];
      } else if (sent.kind === 'paused') {
        // Nothing more of this pixel goes; its rows wait for staff.
        for (const left of parts) await putAllBack(left.held, left.items, 'pixel');
        return;
      }
      // What waits for its turn must not look like the work of a dead process.
      for (const other of parts) {
        await extendLease(
          database,
          other.items.map(({ row }) => row.id),
          other.held,
          leaseEnd(),
        );
      }
    }
  }

  async function putAllBack(
    held: string,
    items: readonly Ready[],
    waitingFor: 'pixel' | 'retry',
  ): Promise<void> {
    const now = clock.now();
    const back = items.map(({ row }) => ({
      id: row.id,
      waitingFor,
      dueAt: now,
      firstPossibleCopyAt: row.firstPossibleCopyAt,
    }));
    await database.transaction((sql) =>
      settle(sql, { held, now, endings: [], back, tried: [], request: null }),
    );
  }

  type Sent = { kind: 'done' } | { kind: 'paused' } | { kind: 'split'; held: string; parts: Ready[][] };

  async function sendOne(
    sender: Sender,
    held: string,
    batch: readonly Ready[],
    summary: DeliverySummary,
  ): Promise<Sent> {
    const startedAt = clock.now();
    const frozen = await database.transaction((sql) => writeDown(sql, sender, held, batch, startedAt));
    if (frozen === null) return { kind: 'paused' };
    if (frozen.items.length === 0) return { kind: 'done' };
    const { requestId, items } = frozen;
    const pixelCode = items[0]?.pixelCode ?? sender.pixel.code;
    const answer = await options.tiktok.track({
      accessToken: sender.accessToken,
      body: requestBody(
        pixelCode,
        sender.pixel.testEventCode,
        items.map(({ bytes }) => bytes),
      ),
    });
    const attempt: Attempt = { answer, verdict: classify(answer, items.length) };
    summary.requests += 1;
    note(sender, pixelCode, requestId, items, attempt, startedAt);
    return finish(sender, requestId, items, attempt, summary);
  }

  /**
   * Before the bytes leave: the request, the joined contexts, and on each row its frozen name and lease. Null when the
   * pixel may no longer send: what was held waits for it.
   */
  async function writeDown(
    sql: Sql,
    sender: Sender,
    held: string,
    batch: readonly Ready[],
    startedAt: Date,
  ): Promise<{ requestId: string; items: Ready[] } | null> {
    if (!(await maySend(sql, sender.pixel.id))) {
      const back = batch.map(({ row }) => ({
        id: row.id,
        waitingFor: 'pixel' as const,
        dueAt: startedAt,
        firstPossibleCopyAt: row.firstPossibleCopyAt,
      }));
      await settle(sql, { held, now: startedAt, endings: [], back, tried: [], request: null });
      return null;
    }
    const joined = batch.flatMap(({ newRevision }) => (newRevision ? [newRevision] : []));
    const locked = new Map((await lockOrders(sql, joined)).map((order) => [order.orderId, order]));
    const stale = new Set(
      joined
        .filter(({ orderId, revision }) => {
          const order = locked.get(orderId);
          // Nothing of a person is written after an erasure, nor sent after a deletion.
          return order?.revision !== revision - 1 || order.erasedAt !== null || order.goneAt !== null;
        })
        .map(({ orderId }) => orderId),
    );
    const current = batch.filter(({ row, newRevision }) => !newRevision || !stale.has(row.orderId ?? ''));
    const requestId = await nextRequestId(sql);
    const ids = new Set(
      await freeze(
        sql,
        current.map((ready) => ({
          id: ready.row.id,
          eventName: ready.eventName,
          pixelCode: ready.pixelCode,
          firstPossibleCopyAt: ready.row.firstPossibleCopyAt ?? startedAt,
        })),
        { held, requestId, leaseUntil: leaseEnd() },
      ),
    );
    const items = current
      .filter(({ row }) => ids.has(row.id))
      .map((ready) => ({ ...ready, row: { ...ready.row, tries: ready.row.tries + 1 } }));
    const revisions = items.flatMap(({ newRevision }) => (newRevision ? [newRevision] : []));
    await insertRevisions(sql, revisions);
    await setRevisions(sql, revisions);
    if (items.length > 0) {
      await openRequest(sql, {
        id: requestId,
        shopId: sender.shop.id,
        pixelId: sender.pixel.id,
        startedAt,
        size: items.length,
        test: sender.pixel.testEventCode !== null,
      });
    }
    if (stale.size > 0) {
      // The order changed between judging and writing: judged again at once.
      const again = batch.filter(({ row, newRevision }) => newRevision && stale.has(row.orderId ?? ''));
      const back = again.map(({ row }) => ({
        id: row.id,
        waitingFor: row.waitingFor,
        dueAt: startedAt,
        firstPossibleCopyAt: row.firstPossibleCopyAt,
      }));
      await settle(sql, { held, now: startedAt, endings: [], back, tried: [], request: null });
    }
    // A joined context is written once, with the first request that carries it.
    return { requestId, items: items.map((ready) => ({ ...ready, newRevision: null })) };
  }

  async function finish(
    sender: Sender,
    requestId: string,
    items: readonly Ready[],
    { answer, verdict }: Attempt,
    summary: DeliverySummary,
  ): Promise<Sent> {
    const now = clock.now();
    const { policy, entry } = verdict;
    const endings: Ending[] = [];
    const back: PutBack[] = [];
    const tried: Ready[] = [];
    for (const ready of policy === 'split' ? [] : items) {
      const end = endOf(sender, ready, verdict, now);
      if (end.kind === 'ending') endings.push(end.ending);
      else back.push(end.back);
      if (end.kind === 'back' || end.ending.state !== 'sent') tried.push(ready);
    }
    if (policy === 'split') tried.push(...items);

    await database.transaction((sql) =>
      settle(sql, {
        held: requestId,
        now,
        endings,
        back,
        tried,
        request: {
          id: requestId,
          finishedAt: now,
          httpStatus: 'httpStatus' in answer ? answer.httpStatus : null,
          code: answer.kind === 'answered' ? answer.code : null,
          outcome: outcomeOf(policy),
          message: answer.message === '' ? null : redactText(answer.message),
          requestId: answer.kind === 'answered' ? (answer.requestId ?? null) : null,
        },
      }),
    );
    const count = (state: Ending['state']): number =>
      endings.filter((ending) => ending.state === state).length;
    summary.sent += count('sent');
    summary.errors += count('error');
    summary.waiting += back.length;
    rest(sender, policy, answer);
    if (policy === 'split') {
      return { kind: 'split', held: requestId, parts: splitRefused(items, answer.message) };
    }
    if (policy === 'pause') {
      await pausePixel(sender, entry);
      return { kind: 'paused' };
    }
    return { kind: 'done' };
  }

  function endOf(
    sender: Sender,
    ready: Ready,
    { policy, entry }: Verdict,
    now: Date,
  ): { kind: 'ending'; ending: Ending } | { kind: 'back'; back: PutBack } {
    const { row } = ready;
    // What TikTok refused in words is no copy: the window stays where it was. What nobody answered may be one.
    const copyAt =
      policy === 'ambiguous' || policy === 'accepted'
        ? (row.firstPossibleCopyAt ?? now)
        : row.firstPossibleCopyAt;
    const ended = (state: Ending['state'], reason: string): { kind: 'ending'; ending: Ending } => ({
      kind: 'ending',
      ending: {
        row,
        state,
        reason,
        rule: ready.rule,
        revision: ready.revision,
        pixelCode: ready.pixelCode,
        sent: ready,
        firstPossibleCopyAt: copyAt,
      },
    });
    const waits = (waitingFor: 'retry' | 'pixel', dueAt: Date): { kind: 'back'; back: PutBack } => ({
      kind: 'back',
      back: { id: row.id, waitingFor, dueAt, firstPossibleCopyAt: copyAt },
    });
    switch (policy) {
      case 'accepted':
        return ended('sent', sender.pixel.testEventCode === null ? 'accepted' : 'test');
      case 'reject':
      case 'split':
        return ended('error', entry.key);
      case 'pause':
        return waits('pixel', now);
      case 'retry':
      case 'throttle':
      case 'ambiguous': {
        const standing = { firstPossibleCopyAt: copyAt, receivedAt: row.receivedAt, eventAt: ready.eventAt };
        const at = nextTry(standing, row.tries, now, random);
        return at
          ? waits('retry', at)
          : ended('error', policy === 'ambiguous' ? 'never_confirmed' : entry.key);
      }
    }
  }

  function rest({ pixel }: Sender, policy: Verdict['policy'], answer: TrackAnswer): void {
    if (policy === 'retry' || policy === 'throttle' || policy === 'ambiguous') {
      breaker.failed(pixel.id, policy === 'throttle');
      // A refusal of one pixel says nothing of the others; silence does.
      if (answer.kind !== 'answered') breaker.failed(ALL, false);
    } else {
      breaker.worked(pixel.id);
      breaker.worked(ALL);
    }
  }

  /** Several requests may be refused at the same time: the pixel pauses once, and only for the token it has now. */
  async function pausePixel({ shop, pixel, accessToken }: Sender, entry: CatalogueEntry): Promise<void> {
    if (!entry.pause || pausing.has(pixel.id)) return;
    pausing.add(pixel.id);
    try {
      const { pixels } = options.store.shop(shop.id);
      const [known, token] = await Promise.all([pixels.get(pixel.id), pixels.token(pixel.id)]);
      if (known?.state !== 'active' || token !== accessToken) return;
      await pixels.change(pixel.id, { state: entry.pause }, 'TikTok');
      shops.forget();
      log.warn('pixel paused', {
        shop: shop.domain,
        pixel: pixel.code,
        state: entry.pause,
        reason: entry.key,
      });
      await standstill.hold(pixel.id);
      options.onPixelPaused?.({
        shopId: shop.id,
        pixelId: pixel.id,
        state: entry.pause,
        meaning: entry.meaning,
        nextStep: entry.nextStep,
      });
    } finally {
      pausing.delete(pixel.id);
    }
  }

  /** The one wide line of an attempt. */
  function note(
    { shop, pixel }: Sender,
    pixelCode: string,
    requestId: string,
    items: readonly Ready[],
    { answer, verdict }: Attempt,
    startedAt: Date,
  ): void {
    const oldest = Math.min(...items.map(({ row }) => row.receivedAt.getTime()));
    log.info('delivery attempt', {
      shop: shop.domain,
      pixel: pixelCode,
      request: requestId,
      size: items.length,
      orders: items.filter(({ row }) => row.kind === 'order').length,
      tries: Math.max(...items.map(({ row }) => row.tries)),
      ...(items.length === 1 ? { event: items[0]?.row.eventId, name: items[0]?.eventName } : {}),
      test: pixel.testEventCode !== null,
      outcome: verdict.policy,
      reason: verdict.entry.key,
      httpStatus: 'httpStatus' in answer ? answer.httpStatus : null,
      tiktokCode: answer.kind === 'answered' ? answer.code : null,
      tiktokMessage: answer.message,
      tiktokRequest: answer.kind === 'answered' ? answer.requestId : undefined,
      ms: answer.durationMs,
      waitedMs: startedAt.getTime() - oldest,
    });
  }

  /** A turn of one pixel: one batch when quiet, several in flight when busy. Returns how many rows it took. */
  async function turn(shopId: ShopId, pixelId: PixelId, summary: DeliverySummary): Promise<number> {
    const may = (): boolean => !stopping && breaker.allows(pixelId) && breaker.allows(ALL);
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
    if (!breaker.allows(ALL)) return 0;
    const found = await pixelsWithWork(database, clock.now(), PIXELS_A_ROUND);
    const pixels = found.filter(({ pixelId }) => breaker.allows(pixelId));
    let taken = 0;
    const next = pixels.values();
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

function outcomeOf(policy: Verdict['policy']): RequestOutcome {
  return policy;
}

function unsent(
  row: QueueRow,
  pixel: PixelInForce,
  state: Ending['state'],
  reason: string,
  rule: string,
  revision: number | null,
): Ending {
  return {
    row,
    state,
    reason,
    rule,
    revision,
    pixelCode: row.pixelCode ?? pixel.code,
    sent: null,
    firstPossibleCopyAt: row.firstPossibleCopyAt,
  };
}

/** Sent and never confirmed is an error that staff should see; never sent is merely too late. */
function lateEnding(ready: Ready, late: TooLate): Ending {
  const { row } = ready;
  const unconfirmed = late === 'repeat_window' && row.requestIds.length > 0;
  return {
    row,
    state: unconfirmed ? 'error' : 'skipped',
    reason: unconfirmed ? 'never_confirmed' : 'too_late',
    rule: `window:${late}`,
    revision: ready.revision,
    pixelCode: ready.pixelCode,
    sent: null,
    firstPossibleCopyAt: row.firstPossibleCopyAt,
  };
}
