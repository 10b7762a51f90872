/** Claimed rows become events: facts and context are read, the order is joined once more, the heart decides, bytes are made. */
import { createHash } from 'node:crypto';
import type { Keyring } from '../base/crypto.ts';
import { canonicalJson } from '../conversion/canonical.ts';
import { weighConsent } from '../conversion/consent.ts';
import type { Decision } from '../conversion/eligibility.ts';
import type { ConsentObservation, Facts, MatchData, PageFacts } from '../conversion/facts.ts';
import { mergeMatch, noMatch } from '../conversion/identity.ts';
import { buildEvent, occurredAt, payloadBytes } from '../conversion/payload/v1.ts';
import { matchBits } from '../conversion/readiness.ts';
import { judgeOrder, judgePage } from '../record/judge.ts';
import type { RegionOf } from '../record/judge.ts';
import { openOrderFacts, openRevision, sealRevision } from '../record/revision.ts';
import type { PixelInForce, ShopInForce, ShopsInForce, VersionInForce } from '../record/shop.ts';
import type { Sql } from '../store/database.ts';
import { readOrders } from '../store/orders.ts';
import type { RevisionRow, StoredOrder } from '../store/orders.ts';
import { readPages } from '../store/pages.ts';
import type { StoredPageEvent } from '../store/pages.ts';
import type { QueueRow } from '../store/queue.ts';
import { joinOrder } from '../visitors/join.ts';
import type { Joined } from '../visitors/join.ts';
import { openMatch, seenFor } from '../visitors/seen.ts';

export interface PrepareNeeds {
  sql: Sql;
  keyring: Keyring;
  shops: Pick<ShopsInForce, 'version'>;
  regionOf: RegionOf;
}

/** An event that goes out, with everything that makes its bytes again. */
export interface Ready {
  row: QueueRow;
  eventName: string;
  pixelCode: string;
  limitedDataUse: boolean;
  rule: string;
  eventAt: Date;
  bytes: string;
  sha256: Buffer;
  /** Which match keys the bytes carry. */
  matchKeys: number;
  /** Orders: the revision that the bytes are made of. */
  revision: number | null;
  /** The context that was joined, to be written before the bytes leave. */
  newRevision: RevisionRow | null;
}

export type Prepared =
  | { kind: 'send'; ready: Ready }
  | { kind: 'wait'; row: QueueRow; decision: Decision & { state: 'wait' } }
  | { kind: 'skip'; row: QueueRow; reason: string; rule: string; revision: number | null };

export async function prepare(
  needs: PrepareNeeds,
  shop: ShopInForce,
  pixel: PixelInForce,
  rows: readonly QueueRow[],
  now: Date,
): Promise<Prepared[]> {
  const versions = new Map<number, VersionInForce>();
  for (const number of new Set(rows.map((row) => row.settingsVersion))) {
    versions.set(number, await needs.shops.version(shop, number));
  }
  const orders = await ordersOf(needs, rows);
  const pages = new Map(
    (
      await readPages(
        needs.sql,
        rows.filter((row) => row.kind === 'page'),
      )
    ).map((page) => [page.eventId, page]),
  );
  return rows.map((row): Prepared => {
    const version = versions.get(row.settingsVersion);
    if (!version) throw new Error(`Settings version ${row.settingsVersion} was not read.`);
    if (row.kind === 'order') {
      const order = orders.get(row.orderId ?? '');
      return order
        ? prepareOrder(needs, shop, pixel, version, row, order, now)
        : { kind: 'skip', row, reason: 'facts_gone', rule: 'retention', revision: null };
    }
    const page = pages.get(row.eventId);
    return page
      ? preparePage(needs, pixel, version, row, page, now)
      : { kind: 'skip', row, reason: 'facts_gone', rule: 'retention', revision: null };
  });
}

interface JoinedOrder {
  stored: StoredOrder;
  own: MatchData;
  cart: ConsentObservation | null;
  joined: Joined;
}

async function ordersOf(needs: PrepareNeeds, rows: readonly QueueRow[]): Promise<Map<string, JoinedOrder>> {
  const keys = rows.flatMap(({ shopId, orderId }) => (orderId === null ? [] : [{ shopId, orderId }]));
  const stored = await readOrders(needs.sql, keys);
  const seen = await seenFor(needs.sql, needs.keyring, stored);
  return new Map(
    stored.map((order, at) => {
      const secret = openRevision(needs.keyring, order.shopId, order.matchSealed);
      const own = secret?.match ?? noMatch();
      const cart = secret?.cart ?? null;
      return [order.orderId, { stored: order, own, cart, joined: joinOrder(own, cart, seen[at] ?? []) }];
    }),
  );
}

function prepareOrder(
  needs: PrepareNeeds,
  shop: ShopInForce,
  pixel: PixelInForce,
  version: VersionInForce,
  row: QueueRow,
  order: JoinedOrder,
  now: Date,
): Prepared {
  const { stored, own, cart, joined } = order;
  const skip = (reason: string, rule: string): Prepared => ({
    kind: 'skip',
    row,
    reason,
    rule,
    revision: stored.revision,
  });
  if (stored.erasedAt !== null) return skip('facts_gone', 'privacy.erased');
  if (stored.goneAt !== null) return skip('deleted', 'order.deleted');
  const facts = openOrderFacts(stored.facts);
  const region = needs.regionOf(shop, facts);
  const decision = judgeOrder({
    facts,
    joined,
    version,
    pixel,
    receivedAt: row.receivedAt,
    now,
    region,
    source: stored.source,
  });
  if (decision.state === 'wait') return { kind: 'wait', row, decision };
  if (decision.state === 'skip') return skip(decision.reason, decision.rule);
  // What was joined becomes a revision of its own: what is sent can be rebuilt from what is stored.
  const isNew = canonicalJson(joined.match) !== canonicalJson(own);
  const newRevision: RevisionRow | null = isNew
    ? {
        shopId: stored.shopId,
        orderId: stored.orderId,
        revision: stored.revision + 1,
        cause: 'context',
        receivedAt: now,
        facts: stored.facts,
        matchSealed: sealRevision(needs.keyring, stored.shopId, {
          match: joined.match,
          ...(cart ? { cart } : {}),
          evidence: weighConsent(joined.observations, region),
        }),
      }
    : null;
  return {
    kind: 'send',
    ready: {
      ...payload(row, facts, joined.match, version, pixel, decision),
      revision: newRevision?.revision ?? stored.revision,
      newRevision,
    },
  };
}

function preparePage(
  needs: PrepareNeeds,
  pixel: PixelInForce,
  version: VersionInForce,
  row: QueueRow,
  page: StoredPageEvent,
  now: Date,
): Prepared {
  const facts = openPageFacts(page.facts);
  const match = matchOfPage(needs.keyring, page);
  const consent: ConsentObservation = { choice: facts.consent, source: 'pixel', at: facts.occurredAt };
  const decision = judgePage({ facts, match, consent, version, pixel, receivedAt: row.receivedAt, now });
  if (decision.state === 'wait') return { kind: 'wait', row, decision };
  if (decision.state === 'skip') {
    return { kind: 'skip', row, reason: decision.reason, rule: decision.rule, revision: null };
  }
  return {
    kind: 'send',
    ready: { ...payload(row, facts, match, version, pixel, decision), revision: null, newRevision: null },
  };
}

export function openPageFacts(text: string): PageFacts {
  const facts: PageFacts = JSON.parse(text);
  return facts;
}

/** The event's own words first, then its visit's. */
export function matchOfPage(
  keyring: Keyring,
  page: Pick<StoredPageEvent, 'shopId' | 'ownSealed' | 'contextSealed'>,
): MatchData {
  const context =
    page.contextSealed === null
      ? noMatch()
      : openMatch(keyring, page.shopId, 'visitor_contexts.sealed', page.contextSealed);
  return page.ownSealed === null
    ? context
    : mergeMatch(openMatch(keyring, page.shopId, 'page_events.own_sealed', page.ownSealed), context);
}

function payload(
  row: QueueRow,
  facts: Facts,
  match: MatchData,
  version: VersionInForce,
  pixel: PixelInForce,
  decision: Decision & { state: 'send' },
): Omit<Ready, 'revision' | 'newRevision'> {
  // Frozen at the first attempt: a repeat under another name would be another event to TikTok.
  const eventName = row.eventName ?? decision.eventName;
  const pixelCode = row.pixelCode ?? pixel.code;
  const { limitedDataUse, rule } = decision;
  const event = buildEvent({
    facts,
    match,
    settings: version.settings,
    pixel: version.settingsOf(pixel.id),
    eventName,
    limitedDataUse,
  });
  const bytes = payloadBytes(event);
  return {
    row,
    eventName,
    pixelCode,
    limitedDataUse,
    rule,
    eventAt: new Date(occurredAt(facts, version.settings)),
    bytes,
    sha256: sha256Of(bytes),
    matchKeys: matchBits(event.user),
  };
}

export function sha256Of(bytes: string): Buffer {
  return createHash('sha256').update(bytes, 'utf8').digest();
}

/** The request's body: the events' bytes as they were hashed, untouched. */
export function requestBody(
  pixelCode: string,
  testEventCode: string | null,
  events: readonly string[],
): string {
  const test = testEventCode === null ? '' : `,"test_event_code":${JSON.stringify(testEventCode)}`;
  return `{"event_source":"web","event_source_id":${JSON.stringify(pixelCode)}${test},"data":[${events.join(',')}]}`;
}
