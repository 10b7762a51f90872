/** The one door for orders: facts become revisions, revisions become what is due, skipped or counted, in one transaction. */
import type { Clock } from '../base/clock.ts';
import type { Keyring } from '../base/crypto.ts';
import { canonicalJson } from '../conversion/canonical.ts';
import type { WaitReason } from '../conversion/eligibility.ts';
import type { OrderFacts, OrderRead } from '../conversion/facts.ts';
import { mergeMatch, noMatch } from '../conversion/identity.ts';
import { carryForward } from '../conversion/order-parts.ts';
import { minorOf } from '../conversion/value.ts';
import { MetAnother } from '../store/arrivals.ts';
import { saveLinks } from '../store/contexts.ts';
import type { LinkRow } from '../store/contexts.ts';
import type { Sql } from '../store/database.ts';
import { insertSettled, settledTotal } from '../store/deliveries.ts';
import type { SettledRow } from '../store/deliveries.ts';
import { insertOrders, insertRevisions, lockOrders, updateOrders } from '../store/orders.ts';
import type { OrderRow, OrderSource, RevisionRow } from '../store/orders.ts';
import { enqueue, lockWaitingOf, reconsider, waitingTotal } from '../store/queue.ts';
import type { NewQueueRow } from '../store/queue.ts';
import { applyTotals } from '../store/totals.ts';
import { tokenKeyOf } from '../visitors/context.ts';
import { joinOrder } from '../visitors/join.ts';
import { seenFor } from '../visitors/seen.ts';
import { shopDay } from './day.ts';
import { judgeOrder } from './judge.ts';
import type { RegionOf } from './judge.ts';
import { openOrderFacts, openRevision, sealRevision, stageOf, supersedes } from './revision.ts';
import type { PixelInForce, ShopInForce } from './shop.ts';

export interface RecordNeeds {
  keyring: Keyring;
  clock: Clock;
  /** What consent the buyer's region asks for. */
  regionOf: RegionOf;
}

export type OrderCause =
  'orders/create' | 'orders/paid' | 'orders/updated' | 'orders/cancelled' | 'reconcile' | 'backfill';

interface Arrived {
  shop: ShopInForce;
  receivedAt: Date;
  webhookId: string | null;
  eventId: string | null;
}

export type OrderArrival =
  | (Arrived & { kind: 'order'; cause: OrderCause; source: OrderSource; read: OrderRead })
  /** orders/delete: Shopify no longer knows the order. */
  | (Arrived & { kind: 'gone'; orderId: string });

export interface OrderRecorded {
  /** False for a repeat and for a state that is older than the known one. */
  changed: boolean;
  /** When the first thing is due because of it; null when nothing is. */
  dueAt: Date | null;
}

/** Both of Shopify's ids are kept, the newest of them; a retry brings the same again. */
const MAX_IDS = 20;

function withId(ids: readonly string[], id: string | null): string[] {
  const clean = id === null ? '' : id.replace(/[^\w.:-]/g, '').slice(0, 100);
  return clean === '' || ids.includes(clean) ? [...ids] : [...ids, clean].slice(-MAX_IDS);
}

/** Purchases before page events, dearer ones first; within the range of PostgreSQL's int. */
const ORDER_PRIORITY = 1_000_000_000;

function priorityOf(totalMinor: bigint): number {
  const capped = totalMinor < 0n ? 0n : totalMinor > 1_000_000_000n ? 1_000_000_000n : totalMinor;
  return ORDER_PRIORITY + Number(capped);
}

interface State {
  shop: ShopInForce;
  /** Null until an arrival brought facts. */
  row: OrderRow | null;
  facts: OrderFacts | null;
  factsText: string;
  match: OrderRead['match'] | null;
  cart: OrderRead['consent'] | null;
  /** Redaction took the person away; nothing of who it was is stored again. */
  erased: boolean;
  isNew: boolean;
  changed: boolean;
  touched: boolean;
  revisions: RevisionRow[];
}

const keyOf = (shopId: string, orderId: string): string => `${shopId} ${orderId}`;
const orderIdOf = (arrival: OrderArrival): string =>
  arrival.kind === 'gone' ? arrival.orderId : arrival.read.facts.orderId;

/** Records a group. The answers come in the order of the arrivals. */
export async function recordOrders(
  sql: Sql,
  needs: RecordNeeds,
  arrivals: readonly OrderArrival[],
): Promise<OrderRecorded[]> {
  const states = new Map<string, State>();
  for (const arrival of arrivals) {
    const key = keyOf(arrival.shop.id, orderIdOf(arrival));
    if (!states.has(key)) states.set(key, emptyState(arrival.shop));
  }
  const keys = arrivals.map((arrival) => ({ shopId: arrival.shop.id, orderId: orderIdOf(arrival) }));
  const distinct = [...new Map(keys.map((key) => [keyOf(key.shopId, key.orderId), key])).values()];
  for (const stored of await lockOrders(sql, distinct)) {
    const state = states.get(keyOf(stored.shopId, stored.orderId));
    if (!state) continue;
    state.row = stored;
    state.facts = openOrderFacts(stored.facts);
    state.factsText = stored.facts;
    const secret = openRevision(needs.keyring, stored.shopId, stored.matchSealed);
    state.match = secret?.match ?? null;
    state.cart = secret?.cart ?? null;
    state.erased = stored.erasedAt !== null;
    state.isNew = false;
  }

  const answers = arrivals.map((arrival): { state: State; changed: boolean } => {
    const state = states.get(keyOf(arrival.shop.id, orderIdOf(arrival)));
    if (!state) throw new Error('An arrival lost its order.');
    return {
      state,
      changed: arrival.kind === 'gone' ? takeGone(state, arrival) : takeOrder(needs, state, arrival),
    };
  });

  const due = await write(sql, needs, [...states.values()]);
  return answers.map(({ state, changed }) => ({ changed, dueAt: changed ? (due.get(state) ?? null) : null }));
}

function emptyState(shop: ShopInForce): State {
  return {
    shop,
    row: null,
    facts: null,
    factsText: '',
    match: null,
    cart: null,
    erased: false,
    isNew: true,
    changed: false,
    touched: false,
    revisions: [],
  };
}

function takeGone(state: State, arrival: Arrived): boolean {
  // An order that never came is not noted down: Shopify deletes only what is cancelled or archived, hours later, so a
  // first webhook that comes after this one is a late retry of a purchase that did take place, and it counts.
  if (!state.row || state.row.goneAt) return false;
  state.row = {
    ...state.row,
    goneAt: arrival.receivedAt,
    webhookIds: withId(state.row.webhookIds, arrival.webhookId),
    eventIds: withId(state.row.eventIds, arrival.eventId),
  };
  state.touched = true;
  return true;
}

function takeOrder(needs: RecordNeeds, state: State, arrival: OrderArrival & { kind: 'order' }): boolean {
  const { shop, read } = arrival;
  const known = state.row;
  const facts = state.facts ? carryForward(state.facts, read.facts) : read.facts;
  const factsText = canonicalJson(facts);
  const updatedAt = new Date(facts.updatedAt);
  const webhookIds = withId(known?.webhookIds ?? [], arrival.webhookId);
  const eventIds = withId(known?.eventIds ?? [], arrival.eventId);
  if (
    known &&
    !supersedes(
      { updatedAt, stage: stageOf(facts), facts: factsText },
      { updatedAt: known.updatedAt, stage: stageOf(state.facts ?? facts), facts: state.factsText },
    )
  ) {
    if (webhookIds.length !== known.webhookIds.length || eventIds.length !== known.eventIds.length) {
      state.row = { ...known, webhookIds, eventIds };
      state.touched = true;
    }
    return false;
  }
  const secret = { id: shop.id, key: shop.key };
  const token = (kind: 'checkout' | 'cart' | 'customer', text: string | undefined): Buffer | null =>
    state.erased || text === undefined || text === '' ? null : tokenKeyOf(needs.keyring, secret, kind, text);
  const revision = (known?.revision ?? 0) + 1;
  // A later payload may carry less (a subscription with chosen fields): what the order once told stays known.
  const told = state.erased ? noMatch() : read.match;
  const match = state.match ? mergeMatch(told, state.match) : told;
  const cart = read.consent ?? state.cart;
  state.row = {
    shopId: shop.id,
    orderId: facts.orderId,
    name: facts.name,
    createdAt: known?.createdAt ?? new Date(facts.createdAt),
    processedAt: new Date(facts.processedAt),
    updatedAt,
    receivedAt: known?.receivedAt ?? arrival.receivedAt,
    day: known?.day ?? shopDay(new Date(facts.createdAt), shop.timeZone),
    revision,
    source: known?.source ?? arrival.source,
    currency: known?.currency ?? facts.currency.shop,
    // A later webhook's total has grown by the lines that were added since: the first one is the order's.
    totalMinor: known?.totalMinor ?? minorOf(facts.money.originalTotal, 'shop', facts.currency.shop),
    checkoutKey: token('checkout', read.links.checkoutToken) ?? known?.checkoutKey ?? null,
    cartKey: token('cart', read.links.cartToken) ?? known?.cartKey ?? null,
    customerKey: token('customer', read.links.customerId) ?? known?.customerKey ?? null,
    emailKeys: match.emails.map((email) => needs.keyring.hmac(shop.key, 'email', email)),
    goneAt: known?.goneAt ?? null,
    webhookIds,
    eventIds,
  };
  state.facts = facts;
  state.factsText = factsText;
  state.match = match;
  state.cart = cart ?? null;
  state.changed = true;
  state.revisions.push({
    shopId: shop.id,
    orderId: facts.orderId,
    revision,
    cause: arrival.cause,
    receivedAt: arrival.receivedAt,
    facts: factsText,
    matchSealed: sealRevision(needs.keyring, shop.id, {
      match,
      ...(cart ? { cart } : {}),
    }),
  });
  return true;
}

/** Writes what changed and says when the first thing of each order is due. */
async function write(sql: Sql, needs: RecordNeeds, states: readonly State[]): Promise<Map<State, Date>> {
  const rows = states.flatMap((state) => (state.row ? [{ state, row: state.row }] : []));
  const fresh = rows.filter(({ state }) => state.isNew && state.changed);
  const known = rows.filter(({ state }) => !state.isNew && (state.changed || state.touched));
  const inserted = await insertOrders(
    sql,
    fresh.map(({ row }) => row),
  );
  if (inserted < fresh.length) throw new MetAnother('An order was recorded by another process meanwhile.');
  await updateOrders(
    sql,
    known.map(({ row }) => row),
  );
  await insertRevisions(
    sql,
    rows.flatMap(({ state }) => state.revisions),
  );

  const due = new Map<State, Date>();
  const now = needs.clock.now();
  const waiting = await lockWaitingOf(
    sql,
    // What was deleted while it waited is judged at once too, and ends there.
    known.filter(({ state, row }) => state.changed || row.goneAt !== null).map(({ row }) => row),
    now,
  );
  await reconsider(
    sql,
    waiting.map(({ id }) => id),
    now,
  );
  for (const { state, row } of known) {
    if (waiting.some((item) => item.shopId === row.shopId && item.orderId === row.orderId))
      due.set(state, now);
  }

  const judged = await judgeFresh(sql, needs, fresh);
  await insertSettled(sql, judged.settled);
  const queued = await enqueue(sql, judged.queue);
  await saveLinks(sql, judged.links);
  for (const { state, row } of fresh) {
    const times = queued
      .filter((item) => item.shopId === row.shopId && item.orderId === row.orderId)
      // Shopify is asked at once; when it must have answered is what the row says.
      .map((item) => (item.waitingFor === 'shopify' ? now : item.dueAt).getTime());
    if (times.length > 0) due.set(state, new Date(Math.min(...times)));
  }
  await applyTotals(sql, [
    ...judged.settled.map(settledTotal),
    ...queued.map((item) => waitingTotal(item, 1)),
  ]);
  return due;
}

interface Judged {
  settled: SettledRow[];
  queue: NewQueueRow[];
  links: LinkRow[];
}

async function judgeFresh(
  sql: Sql,
  needs: RecordNeeds,
  fresh: readonly { state: State; row: OrderRow }[],
): Promise<Judged> {
  const judged: Judged = { settled: [], queue: [], links: [] };
  const seen = await seenFor(
    sql,
    needs.keyring,
    fresh.map(({ row }) => row),
  );
  const now = needs.clock.now();
  fresh.forEach(({ state, row }, at) => {
    const { shop, facts, match } = state;
    if (!facts || !match) return;
    const joined = joinOrder(match, state.cart ?? null, seen[at] ?? []);
    if (joined.owner !== null && row.customerKey !== null) {
      judged.links.push({
        shopId: shop.id,
        kind: 'customer',
        tokenKey: row.customerKey,
        clientKey: Buffer.from(joined.owner, 'hex'),
        linkedAt: now,
      });
    }
    for (const pixel of shop.pixels) {
      const decision = judgeOrder({
        facts,
        joined,
        version: shop.version,
        pixel,
        receivedAt: row.receivedAt,
        now,
        region: needs.regionOf(shop, facts),
        source: row.source,
      });
      if (decision.state === 'skip') judged.settled.push(skipped(state, row, facts, pixel, decision, now));
      else judged.queue.push(queued(state, row, facts, pixel, decision, now));
    }
  });
  return judged;
}

function queued(
  state: State,
  row: OrderRow,
  facts: OrderFacts,
  pixel: PixelInForce,
  decision: { state: 'send' } | { state: 'wait'; reason: WaitReason; until: Date },
  now: Date,
): NewQueueRow {
  const waitingFor = decision.state === 'wait' ? decision.reason : pixel.state === 'active' ? 'due' : 'pixel';
  return {
    shopId: row.shopId,
    pixelId: pixel.id,
    kind: 'order',
    orderId: row.orderId,
    orderName: row.name,
    event: facts.event,
    eventId: facts.eventId,
    occurredAt: row.processedAt,
    receivedAt: row.receivedAt,
    day: row.day,
    source: row.source,
    settingsVersion: state.shop.version.version,
    waitingFor,
    dueAt: decision.state === 'wait' ? decision.until : now,
    priority: priorityOf(row.totalMinor),
    valueMinor: row.totalMinor,
    currency: row.currency,
    firstPossibleCopyAt: null,
  };
}

function skipped(
  state: State,
  row: OrderRow,
  facts: OrderFacts,
  pixel: PixelInForce,
  decision: { reason: string; rule: string },
  now: Date,
): SettledRow {
  return {
    shopId: row.shopId,
    pixelId: pixel.id,
    kind: 'order',
    orderId: row.orderId,
    orderName: row.name,
    event: facts.event,
    eventId: facts.eventId,
    occurredAt: row.processedAt,
    receivedAt: row.receivedAt,
    day: row.day,
    source: row.source,
    state: 'skipped',
    reason: decision.reason,
    rule: decision.rule,
    settledAt: now,
    valueMinor: row.totalMinor,
    currency: row.currency,
    eventName: null,
    pixelCode: pixel.code,
    revision: row.revision,
    settingsVersion: state.shop.version.version,
    payloadVersion: null,
    payloadSha256: null,
    limitedDataUse: false,
    matchKeys: null,
    firstPossibleCopyAt: null,
    requestIds: [],
  };
}
