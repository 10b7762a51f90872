/** One batch on its way: written down before it leaves, sent, taken apart where TikTok refuses it, settled by the answer. */
import type { Breaker } from '../base/breaker.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { redactText } from '../base/redact.ts';
import { payloadVersion } from '../conversion/payload/v1.ts';
import type { PixelId, ShopId } from '../conversion/facts.ts';
import type { PixelInForce, ShopInForce, ShopsInForce } from '../record/shop.ts';
import type { Database, Sql } from '../store/database.ts';
import { nextRequestId, openRequest } from '../store/deliveries.ts';
import { insertRevisions, lockOrders, setRevisions } from '../store/orders.ts';
import { extendLease, freeze, maySend } from '../store/queue.ts';
import type { PutBack } from '../store/queue.ts';
import type { Store } from '../store/store.ts';
import type { TikTok } from '../tiktok/client.ts';
import { classify, splitRefused } from '../tiktok/errors.ts';
import type { CatalogueEntry, PauseState, TrackAnswer, Verdict } from '../tiktok/errors.ts';
import { afterAttempt, waits } from './ending.ts';
import type { Ending } from './ending.ts';
import { requestBody } from './prepare.ts';
import type { Ready } from './prepare.ts';
import { settle } from './settle.ts';

export interface SendingNeeds {
  database: Pick<Database, 'rows' | 'run' | 'transaction'>;
  store: Pick<Store, 'shop'>;
  shops: Pick<ShopsInForce, 'forget'>;
  tiktok: Pick<TikTok, 'track'>;
  clock: Clock;
  log: Log;
  /** 0 up to 1, for jitter. */
  random: () => number;
  /** Staff must act before this pixel sends again. */
  onPixelPaused?: (pause: {
    shopId: ShopId;
    pixelId: PixelId;
    state: PauseState;
    meaning: string;
    nextStep: string;
  }) => void;
}

/** What the loop lends to each attempt. */
export interface LoopParts {
  breaker: Breaker;
  leaseEnd(): Date;
  /** What a paused pixel has due is told to wait for it. */
  hold(pixelId: PixelId): Promise<void>;
}

export interface DeliverySummary {
  requests: number;
  sent: number;
  skipped: number;
  errors: number;
  waiting: number;
}

export interface Sender {
  shop: ShopInForce;
  pixel: PixelInForce;
  accessToken: string;
}

interface Attempt {
  verdict: Verdict;
  answer: TrackAnswer & { durationMs: number };
}

export interface Sending {
  /** Sends a batch and, when TikTok refuses it for one event, its parts, until that event stands alone. */
  send(sender: Sender, held: string, batch: readonly Ready[], summary: DeliverySummary): Promise<void>;
}

type Sent = { kind: 'done' } | { kind: 'paused' } | { kind: 'split'; held: string; parts: Ready[][] };

/** The breaker's key beside all pixel ids: TikTok as a whole. */
export const TIKTOK = 'tiktok';

export function createSending(needs: SendingNeeds, loop: LoopParts): Sending {
  const { database, store, shops, tiktok, clock, log, random } = needs;
  const { breaker, leaseEnd, hold } = loop;
  const pausing = new Set<PixelId>();

  async function send(
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
        for (const left of parts) await putBackForPixel(left.held, left.items);
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

  async function putBackForPixel(held: string, items: readonly Ready[]): Promise<void> {
    const now = clock.now();
    const back = items.map(({ row }) => waits(row, 'pixel', now));
    await database.transaction((sql) =>
      settle(sql, { held, now, endings: [], back, tried: [], request: null }),
    );
  }

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
    const answer = await tiktok.track({
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
      const back = batch.map(({ row }) => waits(row, 'pixel', startedAt));
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
          revision: ready.revision,
          payloadVersion,
          payloadSha256: ready.sha256,
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
      const back = again.map(({ row }) => waits(row, row.waitingFor, startedAt));
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
    const test = sender.pixel.testEventCode !== null;
    for (const ready of policy === 'split' ? [] : items) {
      const end = afterAttempt(ready, verdict, { test, now, random });
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
          outcome: policy,
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

  function rest({ pixel }: Sender, policy: Verdict['policy'], answer: TrackAnswer): void {
    if (policy === 'retry' || policy === 'throttle' || policy === 'ambiguous') {
      breaker.failed(pixel.id, policy === 'throttle');
      // A refusal of one pixel says nothing of the others; silence does.
      if (answer.kind !== 'answered') breaker.failed(TIKTOK, false);
    } else {
      breaker.worked(pixel.id);
      breaker.worked(TIKTOK);
    }
  }

  /** Several requests may be refused at the same time: the pixel pauses once, and only for the token it has now. */
  async function pausePixel({ shop, pixel, accessToken }: Sender, entry: CatalogueEntry): Promise<void> {
    if (!entry.pause || pausing.has(pixel.id)) return;
    pausing.add(pixel.id);
    try {
      const { pixels } = store.shop(shop.id);
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
      await hold(pixel.id);
      needs.onPixelPaused?.({
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

  return { send };
}
