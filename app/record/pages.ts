/** The one door for page events: a visit's context and links, its events once each, and what becomes due of them. */
import { canonicalJson } from '../conversion/canonical.ts';
import { CONTEXT_EVENTS } from '../conversion/browser.ts';
import type { ConsentChoice, MatchData, PageRead } from '../conversion/facts.ts';
import { mergeMatch, noMatch } from '../conversion/identity.ts';
import { saveContexts, saveLinks } from '../store/contexts.ts';
import type { ContextRow, LinkRow } from '../store/contexts.ts';
import type { Sql } from '../store/database.ts';
import { insertSettled, settledTotal } from '../store/deliveries.ts';
import type { SettledRow } from '../store/deliveries.ts';
import { claimOnce, insertPageEvents } from '../store/pages.ts';
import type { PageEventRow, PageKey } from '../store/pages.ts';
import { enqueue, waitingTotal, wakeOrdersByTokens } from '../store/queue.ts';
import type { NewQueueRow } from '../store/queue.ts';
import { bindingOf } from '../store/sealed.ts';
import { applyTotals } from '../store/totals.ts';
import { contextRow, linkRows } from '../visitors/context.ts';
import { saidBy } from '../visitors/recent.ts';
import type { KnownContext, RecentContexts } from '../visitors/recent.ts';
import { shopDay } from './day.ts';
import { judgePage } from './judge.ts';
import type { RecordNeeds } from './orders.ts';
import type { PixelInForce, ShopInForce } from './shop.ts';

/** A beacon that passed the edge. */
export interface VisitArrival {
  shop: ShopInForce;
  /** Shopify's clientId. */
  client: string;
  choice: ConsentChoice;
  receivedAt: Date;
  reads: PageRead[];
}

export interface VisitRecorded {
  /** Events that were new. */
  stored: number;
  dueAt: Date | null;
  /** For `contexts` to remember when the transaction is committed. */
  context: KnownContext | null;
}

export interface VisitNeeds extends RecordNeeds {
  contexts: Pick<RecentContexts, 'find'>;
}

/** Page events lie at most this far back, so nothing older can be a repeat. */
export const PAGE_MAX_AGE_MS = 72 * 3_600_000;
export const PAGE_MAX_AHEAD_MS = 5 * 60_000;

interface Planned {
  arrival: VisitArrival;
  context: KnownContext | NewContext;
  links: LinkRow[];
  events: PlannedEvent[];
}

interface NewContext extends KnownContext, ContextRow {}

const isNew = (context: KnownContext | NewContext): context is NewContext => 'sealed' in context;

interface PlannedEvent {
  read: PageRead;
  row: PageEventRow;
  match: MatchData;
  once: boolean;
}

const nameOf = (key: PageKey): string => `${key.shopId} ${key.eventId}`;

/** What only this event carries: its own click and contact details. The rest is the visit's, stored once. */
function ownOf(read: MatchData, visit: MatchData): MatchData | null {
  const own: MatchData = {
    ...noMatch(),
    v: read.v,
    emails: read.emails,
    phones: read.phones,
    externalIds: read.externalIds.filter((external) => !visit.externalIds.includes(external)),
    clicks: read.clicks,
  };
  const nothing =
    own.emails.length + own.phones.length + own.externalIds.length === 0 &&
    canonicalJson(own.clicks) === canonicalJson(visit.clicks);
  return nothing ? null : own;
}

function plan(needs: VisitNeeds, arrival: VisitArrival): Planned {
  const { shop, reads } = arrival;
  const [first = noMatch(), ...others] = reads.map((read) => read.match);
  const visit = others.reduce(mergeMatch, first);
  const secret = { id: shop.id, key: shop.key };
  const seen = { client: arrival.client, choice: arrival.choice, match: visit, seenAt: arrival.receivedAt };
  const said = saidBy(secret, seen);
  const context = needs.contexts.find(said, arrival.receivedAt) ?? {
    said,
    ...contextRow(needs.keyring, secret, seen),
  };
  // Whoever was here before did not use this visit's tokens before.
  const linking = { clientKey: context.clientKey, seenAt: arrival.receivedAt };
  const told = arrival.choice.marketing;
  return {
    arrival,
    context,
    links: reads.flatMap((read) => linkRows(needs.keyring, secret, linking, read.links)),
    events: reads
      .filter((read) => !CONTEXT_EVENTS.includes(read.facts.event))
      .map((read) => {
        const own = told ? ownOf(read.match, visit) : null;
        const { facts } = read;
        return {
          read,
          match: told ? (own ? mergeMatch(own, visit) : visit) : noMatch(),
          once: facts.eventId !== facts.shopifyId,
          row: {
            shopId: shop.id,
            eventId: facts.eventId,
            occurredAt: new Date(facts.occurredAt),
            receivedAt: arrival.receivedAt,
            event: facts.event,
            facts: canonicalJson(facts),
            contextKey: context.contextKey,
            ownSealed: own
              ? needs.keyring.seal(canonicalJson(own), bindingOf('page_events.own_sealed', shop.id))
              : null,
          },
        };
      }),
  };
}

/** Records a group of visits. The answers come in the order of the arrivals. */
export async function recordVisits(
  sql: Sql,
  needs: VisitNeeds,
  arrivals: readonly VisitArrival[],
): Promise<VisitRecorded[]> {
  const now = needs.clock.now();
  const planned = arrivals.map((arrival) => plan(needs, arrival));
  const stored = await saveContexts(sql, planned.map(({ context }) => context).filter(isNew));
  const links = planned.flatMap((visit) => visit.links);
  await saveLinks(sql, links);

  const fresh = await newEvents(sql, planned, now);
  const settled: SettledRow[] = [];
  const queue: NewQueueRow[] = [];
  const recorded = planned.map(({ arrival, events, context }): VisitRecorded => {
    const mine = events.filter((event) => fresh.has(event));
    const before = queue.length;
    for (const event of mine) judgeEvent(arrival, event, now, settled, queue);
    return {
      stored: mine.length,
      dueAt: queue.length > before ? now : null,
      context: isNew(context) && !stored.has(context) ? null : context,
    };
  });
  await insertSettled(sql, settled);
  const queued = await enqueue(sql, queue);
  await wakeOrdersByTokens(
    sql,
    links.flatMap(({ shopId, kind, tokenKey }) => (kind === 'customer' ? [] : [{ shopId, kind, tokenKey }])),
    now,
  );
  await applyTotals(sql, [...settled.map(settledTotal), ...queued.map((row) => waitingTotal(row, 1))]);
  return recorded;
}

/** The first of each event id, of this group and of everything before it. */
async function newEvents(sql: Sql, planned: readonly Planned[], now: Date): Promise<Set<PlannedEvent>> {
  const first = new Map<string, PlannedEvent>();
  for (const { events } of planned) {
    for (const event of events) if (!first.has(nameOf(event.row))) first.set(nameOf(event.row), event);
  }
  const once = [...first.values()].filter((event) => event.once);
  const claimed = new Set(
    (
      await claimOnce(
        sql,
        once.map(({ row }) => ({ ...row, at: row.occurredAt })),
      )
    ).map(nameOf),
  );
  for (const event of once) if (!claimed.has(nameOf(event.row))) first.delete(nameOf(event.row));
  const stored = new Set(
    (
      await insertPageEvents(
        sql,
        [...first.values()].map(({ row }) => row),
        new Date(now.getTime() - PAGE_MAX_AGE_MS - PAGE_MAX_AHEAD_MS),
      )
    ).map(nameOf),
  );
  return new Set([...first.values()].filter((event) => stored.has(nameOf(event.row))));
}

function judgeEvent(
  arrival: VisitArrival,
  event: PlannedEvent,
  now: Date,
  settled: SettledRow[],
  queue: NewQueueRow[],
): void {
  const { shop } = arrival;
  const { read, row } = event;
  const day = shopDay(row.occurredAt, shop.timeZone);
  for (const pixel of shop.pixels) {
    const decision = judgePage({
      facts: read.facts,
      match: event.match,
      consent: read.consent,
      version: shop.version,
      pixel,
      receivedAt: arrival.receivedAt,
      now,
    });
    const shared = {
      shopId: shop.id,
      pixelId: pixel.id,
      kind: 'page' as const,
      orderId: null,
      orderName: null,
      event: row.event,
      eventId: row.eventId,
      occurredAt: row.occurredAt,
      receivedAt: row.receivedAt,
      day,
      source: 'beacon',
      settingsVersion: shop.version.version,
      valueMinor: null,
      currency: null,
      firstPossibleCopyAt: echoedTo(read, pixel) ? arrival.receivedAt : null,
    };
    if (decision.state === 'skip') {
      settled.push({
        ...shared,
        state: 'skipped',
        reason: decision.reason,
        rule: decision.rule,
        settledAt: now,
        eventName: null,
        pixelCode: pixel.code,
        revision: null,
        payloadVersion: null,
        payloadSha256: null,
        limitedDataUse: false,
        matchKeys: null,
        requestIds: [],
      });
    } else {
      queue.push({
        ...shared,
        waitingFor: decision.state === 'wait' ? decision.reason : pixel.state === 'active' ? 'due' : 'pixel',
        dueAt: decision.state === 'wait' ? decision.until : now,
        priority: 0,
      });
    }
  }
}

/** The page was offered this event for the browser's own copy: from then on TikTok may know it. */
function echoedTo(read: PageRead, pixel: PixelInForce): boolean {
  return read.facts.echoed.includes(pixel.code);
}
