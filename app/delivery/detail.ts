/** One event's whole story: its record, its revisions, and its payload made again and held against what was sent. */
import type { Keyring } from '../base/crypto.ts';
import type { ConsentEvidence, Facts, MatchData } from '../conversion/facts.ts';
import { noMatch } from '../conversion/identity.ts';
import { buildEvent, payloadBytes, payloadVersion } from '../conversion/payload/v1.ts';
import type { EventsApiEvent } from '../conversion/payload/v1.ts';
import type { ShopSettings, SourceRule } from '../conversion/settings.ts';
import { judgeSource, type Unanswered } from '../conversion/sources.ts';
import { readiness, type Readiness } from '../conversion/readiness.ts';
import { openOrderFacts, openRevision } from '../record/revision.ts';
import type { ShopInForce, ShopsInForce } from '../record/shop.ts';
import type { Sql } from '../store/database.ts';
import { createDeliveryLog } from '../store/log.ts';
import type { EventRecord } from '../store/log.ts';
import { revisionsOf } from '../store/orders.ts';
import type { StoredRevision } from '../store/orders.ts';
import { readPages } from '../store/pages.ts';
import { explain } from '../tiktok/errors.ts';
import { matchOfPage, openPageFacts, sha256Of } from './prepare.ts';

/** same: byte for byte what was sent. differs: a fault of ours. impossible: age or redaction took a part away. */
export type Rebuilt =
  | { state: 'not_sent'; event: EventsApiEvent | null }
  | { state: 'same'; event: EventsApiEvent; bytes: string }
  | { state: 'differs'; event: EventsApiEvent; bytes: string }
  | { state: 'impossible'; why: 'redacted' | 'aged' | 'payload_version' };

export interface EventDetail {
  record: EventRecord;
  /** Of an order, oldest first; without what says who. */
  revisions: { revision: number; cause: string; receivedAt: Date; facts: Facts; redacted: boolean }[];
  pageFacts: Facts | null;
  /** What was known of consent when the order was sent, where a visit was joined. */
  evidence: ConsentEvidence | null;
  rebuilt: Rebuilt;
  /** Rules and switches that this order could not be asked, and why. */
  unasked: Unasked[];
  /** What TikTok can match it by and why the rest is missing; null where the person was erased or is past its age. */
  readiness: Readiness | null;
  /** TikTok's catalogue in words, where the reason is one of its. */
  words: { meaning: string; nextStep: string } | null;
}

export interface Unasked {
  /** The rule as it was then, with its place in the list from 0; null is the switch for orders of companies. */
  rule: { place: number; field: SourceRule['field'] } | null;
  why: Unanswered['why'];
}

export interface DetailNeeds {
  database: Sql;
  keyring: Keyring;
  shops: Pick<ShopsInForce, 'byId' | 'version'>;
}

export async function eventDetail(
  needs: DetailNeeds,
  shopId: string,
  pixelId: string,
  eventId: string,
): Promise<EventDetail | null> {
  const shop = await needs.shops.byId(shopId);
  const record = await createDeliveryLog({ database: needs.database, shopId }).record(pixelId, eventId);
  if (!shop || !record) return null;
  const { entry } = record;
  const revisions =
    entry.orderId === null ? [] : await revisionsOf(needs.database, { shopId, orderId: entry.orderId });
  const source =
    entry.kind === 'order'
      ? fromRevision(needs, shop, record.revision, revisions)
      : await fromPage(needs, shop, record);
  const known = explain(entry.reason);
  return {
    record,
    revisions: revisions.map((revision) => ({
      revision: revision.revision,
      cause: revision.cause,
      receivedAt: revision.receivedAt,
      facts: openOrderFacts(revision.facts),
      redacted: revision.redactedAt !== null,
    })),
    pageFacts: entry.kind === 'page' && 'facts' in source ? source.facts : null,
    evidence: 'evidence' in source ? source.evidence : null,
    rebuilt: await rebuild(needs, shop, record, source),
    unasked: 'facts' in source ? unaskedOf(await settingsOf(needs, shop, record), record, source.facts) : [],
    readiness: await readinessOf(needs, shop, record, source),
    words: known ? { meaning: known.meaning, nextStep: known.nextStep } : null,
  };
}

const settingsOf = async (
  needs: DetailNeeds,
  shop: ShopInForce,
  { settingsVersion }: EventRecord,
): Promise<ShopSettings> => (await needs.shops.version(shop, settingsVersion)).settings;

/** What was never asked for matters only while it still may be, or where the order went without. */
function unaskedOf(settings: ShopSettings, { entry }: EventRecord, facts: Facts): Unasked[] {
  if (facts.kind !== 'order') return [];
  const { unanswered, missing } = judgeSource(facts, settings);
  const open = entry.state === 'waiting' || entry.state === 'sent';
  return unanswered
    .filter(({ why, field }) => why !== 'not_asked' || (open && missing.includes(field)))
    .map(({ rule, why }) => {
      const place = settings.rules.findIndex(({ id }) => rule === `rule:${id}`);
      const known = settings.rules[place];
      return { rule: known ? { place, field: known.field } : null, why };
    });
}

async function readinessOf(
  needs: DetailNeeds,
  shop: ShopInForce,
  record: EventRecord,
  source: Source,
): Promise<Readiness | null> {
  if ('missing' in source) return null;
  const { settings } = await needs.shops.version(shop, record.settingsVersion);
  const { facts, match, evidence } = source;
  return readiness({ facts, match, settings, ...(evidence ? { consentEvidence: evidence } : {}) });
}

type Source =
  { facts: Facts; match: MatchData; evidence: ConsentEvidence | null } | { missing: 'redacted' | 'aged' };

function fromRevision(
  needs: DetailNeeds,
  shop: ShopInForce,
  ofSending: number | null,
  revisions: readonly StoredRevision[],
): Source {
  const wanted = ofSending ?? revisions.at(-1)?.revision;
  const revision = revisions.find((one) => one.revision === wanted);
  if (!revision) return { missing: 'aged' };
  if (revision.redactedAt !== null || revision.matchSealed === null) return { missing: 'redacted' };
  const secret = openRevision(needs.keyring, shop.id, revision.matchSealed);
  return {
    facts: openOrderFacts(revision.facts),
    match: secret?.match ?? noMatch(),
    evidence: secret?.evidence ?? null,
  };
}

async function fromPage(needs: DetailNeeds, shop: ShopInForce, { entry }: EventRecord): Promise<Source> {
  const [page] = await readPages(needs.database, [
    { shopId: shop.id, eventId: entry.eventId, occurredAt: entry.occurredAt },
  ]);
  if (!page) return { missing: 'aged' };
  if (page.contextSealed === null) return { missing: 'redacted' };
  return { facts: openPageFacts(page.facts), match: matchOfPage(needs.keyring, page), evidence: null };
}

async function rebuild(
  needs: DetailNeeds,
  shop: ShopInForce,
  record: EventRecord,
  source: Source,
): Promise<Rebuilt> {
  if ('missing' in source) return { state: 'impossible', why: source.missing };
  const { entry, payloadSha256 } = record;
  const sent = payloadSha256 !== null;
  if (sent && record.payloadVersion !== payloadVersion)
    return { state: 'impossible', why: 'payload_version' };
  const version = await needs.shops.version(shop, record.settingsVersion);
  const pixel = version.settingsOf(entry.pixelId);
  const eventName = entry.eventName ?? pixel.events[entry.event]?.name;
  if (eventName === undefined) return { state: 'not_sent', event: null };
  const event = buildEvent({
    facts: source.facts,
    match: source.match,
    settings: version.settings,
    pixel,
    eventName,
    limitedDataUse: record.limitedDataUse,
  });
  if (!sent) return { state: 'not_sent', event };
  const bytes = payloadBytes(event);
  return { state: sha256Of(bytes).equals(payloadSha256) ? 'same' : 'differs', event, bytes };
}

export type SendingRebuilt = { state: 'same' | 'differs' } | Extract<Rebuilt, { state: 'impossible' }>;

/** Every sending of an event whose hash is known, the one that ended it last; null for what is not there (any more). */
export async function rebuiltSendings(
  needs: DetailNeeds,
  shopId: string,
  pixelId: string,
  eventId: string,
): Promise<SendingRebuilt[] | null> {
  const shop = await needs.shops.byId(shopId);
  const record = await createDeliveryLog({ database: needs.database, shopId }).record(pixelId, eventId);
  if (!shop || !record) return null;
  const { entry } = record;
  const page = entry.kind === 'page' ? await fromPage(needs, shop, record) : null;
  const revisions =
    entry.orderId === null ? [] : await revisionsOf(needs.database, { shopId, orderId: entry.orderId });
  const rebuilt: SendingRebuilt[] = [];
  for (const attempt of record.attempts) {
    const source = page ?? fromRevision(needs, shop, attempt.revision, revisions);
    rebuilt.push(await rebuildAttempt(needs, shop, record, attempt, source));
  }
  const last = await rebuild(
    needs,
    shop,
    record,
    page ?? fromRevision(needs, shop, record.revision, revisions),
  );
  if (last.state === 'same' || last.state === 'differs') rebuilt.push({ state: last.state });
  if (last.state === 'impossible' && record.payloadSha256 !== null) rebuilt.push(last);
  return rebuilt;
}

/** A try that settled nothing keeps its hash alone: name and limit are the event's, or what they were by its settings. */
async function rebuildAttempt(
  needs: DetailNeeds,
  shop: ShopInForce,
  { entry }: EventRecord,
  attempt: EventRecord['attempts'][number],
  source: Source,
): Promise<SendingRebuilt> {
  if ('missing' in source) return { state: 'impossible', why: source.missing };
  if (attempt.payloadVersion !== payloadVersion) return { state: 'impossible', why: 'payload_version' };
  const { settings, settingsOf: pixelSettings } = await needs.shops.version(shop, attempt.settingsVersion);
  const pixel = pixelSettings(entry.pixelId);
  const names = new Set([entry.eventName, pixel.events[entry.event]?.name]);
  for (const eventName of names) {
    if (eventName === undefined || eventName === null) continue;
    for (const limitedDataUse of [false, true]) {
      const { facts, match } = source;
      const event = buildEvent({ facts, match, settings, pixel, eventName, limitedDataUse });
      if (sha256Of(payloadBytes(event)).equals(attempt.payloadSha256)) return { state: 'same' };
    }
  }
  return { state: 'differs' };
}
