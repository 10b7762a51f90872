/** A beacon's page event to facts and match data, and the check of a beacon as it arrives. */
import { BEACON_MAX_EVENTS, BEACON_MAX_SCRIPTS } from './beacon.ts';
import type { Beacon, BeaconClick, BeaconConsent, BeaconEvent } from './beacon.ts';
import { safeLabel } from './browser.ts';
import type { DraftItem, PageDraft } from './browser.ts';
import { clickId, clickIdIn } from './clicks.ts';
import type { Click, FactsProblem, Links, MatchData, Offered, PageFacts, PageRead } from './facts.ts';
import {
  distinct,
  hashedEmail,
  hashedExternalId,
  hashedPhone,
  localeOf,
  NORMALISER,
  opaque,
  publicIp,
} from './identity.ts';
import {
  isObject,
  objects,
  object,
  reading,
  readingText,
  refuse,
  requireText,
  requireTime,
  text,
} from './json.ts';
import type { JsonObject } from './json.ts';
import { pixelCodeProblem } from './pixel-code.ts';
import type { Result } from './result.ts';
import { hostOf, scrubPage, scrubTerm } from './scrub.ts';

/** What the server itself saw of the request. */
export interface PageEdge {
  ip?: string;
  userAgent?: string;
  beacon: Beacon;
  /** The shop's country: the last hint for a phone number. */
  country?: string;
  /** The setting of the same name; true if absent. */
  visitorId?: boolean;
}

/** A beacon's body. Sizes are bounded here; the shop's key, its rate and the clock are the intake's to judge. */
export function readBeacon(rawJson: string): Result<Beacon, FactsProblem> {
  return readingText(rawJson, beaconOf);
}

function beaconOf(body: JsonObject): Beacon {
  if (body.v !== 1) return refuse('v', '1');
  const events = objects(body, 'events');
  if (events.length < 1 || events.length > BEACON_MAX_EVENTS)
    return refuse('events', `1 to ${BEACON_MAX_EVENTS} events`);
  const ttp = bounded(body, 'ttp', 200);
  const language = bounded(body, 'language', 40);
  const tiktok = body.tiktok === undefined ? undefined : scriptCodes(body.tiktok);
  const click = object(body, 'click');
  const consent = object(body, 'consent') ?? refuse('consent', 'an object', 'missing');
  // Assigned one by one: spreading what may be absent costs more than reading it.
  const beacon: Beacon = {
    v: 1,
    key: requireBounded(body, 'key', 100),
    client: requireBounded(body, 'client', 100),
    sent: requireTime(body, 'sent'),
    consent: consentOf(consent),
    events: events.map((event, index) => eventOf(event, `events[${index}].`)),
  };
  if (ttp !== undefined) beacon.ttp = ttp;
  if (click !== undefined) beacon.click = clickOf(click);
  if (language !== undefined) beacon.language = language;
  if (tiktok !== undefined) beacon.tiktok = tiktok;
  return beacon;
}

function consentOf(consent: JsonObject): BeaconConsent {
  const choice = (key: string): boolean => {
    const value = consent[key];
    return typeof value === 'boolean' ? value : refuse(`consent.${key}`, 'true or false');
  };
  return {
    analytics: choice('analytics'),
    marketing: choice('marketing'),
    preferences: choice('preferences'),
    saleOfData: choice('saleOfData'),
  };
}

function clickOf(click: JsonObject): BeaconClick {
  const from = requireText(click, 'from', 'click.');
  if (from !== 'url' && from !== 'referrer' && from !== 'kept' && from !== 'cookie')
    return refuse('click.from', 'url, referrer, kept or cookie');
  return { id: requireBounded(click, 'id', 4000, 'click.'), at: requireTime(click, 'at', 'click.'), from };
}

function eventOf(event: JsonObject, path: string): BeaconEvent {
  const page = object(event, 'page', path) ?? refuse(path + 'page', 'an object', 'missing');
  const referrer = bounded(page, 'referrer', 8000, path + 'page.');
  const echoed = event.echoed === undefined ? undefined : codes(event.echoed, path + 'echoed');
  const read: BeaconEvent = {
    id: requireBounded(event, 'id', 200, path),
    shopifyId: requireBounded(event, 'shopifyId', 100, path),
    name: requireBounded(event, 'name', 100, path),
    at: requireTime(event, 'at', path),
    page: { url: requireBounded(page, 'url', 8000, path + 'page.') },
    draft: readDraft(event.draft, path + 'draft.'),
  };
  if (referrer !== undefined) read.page.referrer = referrer;
  if (echoed !== undefined) read.echoed = echoed;
  return read;
}

function codes(value: unknown, path: string): string[] {
  if (!Array.isArray(value) || value.length > 50) return refuse(path, 'a list of pixel codes');
  return value.map((code: unknown) =>
    typeof code === 'string' && code.length <= 40 ? code : refuse(path, 'a list of pixel codes'),
  );
}

/** Whole pixel codes and few of them: they are kept as they come. */
function scriptCodes(value: unknown): string[] {
  const told = codes(value, 'tiktok');
  if (told.length > BEACON_MAX_SCRIPTS || told.some((code) => pixelCodeProblem(code) !== undefined))
    return refuse('tiktok', `at most ${BEACON_MAX_SCRIPTS} pixel codes`);
  return told;
}

const DRAFT_TEXTS = [
  'currency',
  'total',
  'subtotal',
  'tax',
  'shipping',
  'query',
  'checkoutToken',
  'cartToken',
  'orderId',
  'customerId',
  'email',
  'phone',
  'country',
] as const;

function readDraft(value: unknown, path: string): PageDraft {
  if (!isObject(value))
    return refuse(path.slice(0, -1), 'an object', value === undefined ? 'missing' : 'invalid');
  const draft: PageDraft = {};
  const items = objects(value, 'items', path);
  if (items.length > 100) return refuse(path + 'items', 'at most 100 items');
  if (items.length > 0) draft.items = items.map((item, index) => readItem(item, `${path}items[${index}].`));
  for (const key of DRAFT_TEXTS) {
    const found = bounded(value, key, 400, path);
    if (found !== undefined) draft[key] = found;
  }
  for (const key of ['total', 'subtotal', 'tax', 'shipping'] as const) {
    if (draft[key] !== undefined && !/^-?\d{1,15}(\.\d{0,12})?$/.test(draft[key]))
      return refuse(path + key, 'a decimal amount');
  }
  if (typeof value.firstOrder === 'boolean') draft.firstOrder = value.firstOrder;
  return draft;
}

const ITEM_TEXTS = [
  'variant',
  'product',
  'sku',
  'title',
  'variantTitle',
  'vendor',
  'type',
  'price',
  'net',
] as const;

function readItem(item: JsonObject, path: string): DraftItem {
  const { quantity } = item;
  if (
    typeof quantity !== 'number' ||
    !Number.isSafeInteger(quantity) ||
    quantity < 1 ||
    quantity > 1_000_000
  ) {
    return refuse(path + 'quantity', 'a whole number from 1');
  }
  const read: DraftItem = { quantity };
  for (const key of ITEM_TEXTS) {
    const found = bounded(item, key, 400, path);
    if (found !== undefined) read[key] = found;
  }
  return read;
}

function bounded(from: JsonObject, key: string, longest: number, path = ''): string | undefined {
  const found = text(from, key, path);
  return found === undefined || found.length <= longest
    ? found
    : refuse(path + key, `at most ${longest} characters`);
}

function requireBounded(from: JsonObject, key: string, longest: number, path = ''): string {
  return bounded(from, key, longest, path) ?? refuse(path + key, 'text', 'missing');
}

/** One event of a beacon that readBeacon checked: its times are in UTC already. */
export function readPageEvent(event: BeaconEvent, edge: PageEdge): Result<PageRead, FactsProblem> {
  return reading(() => pageRead(event, edge));
}

function pageRead(event: BeaconEvent, edge: PageEdge): PageRead {
  const { beacon } = edge;
  const { draft } = event;
  const occurredAt = event.at;
  const page = scrubPage(event.page.url, event.page.referrer) ?? refuse('page.url', 'an http address');
  const emails = distinct([hashedEmail(draft.email)]);
  const phones = distinct([hashedPhone(draft.phone, distinct([draft.country, edge.country]))]);
  const match: MatchData = {
    v: NORMALISER,
    emails,
    phones,
    externalIds: distinct([
      hashedExternalId(draft.customerId),
      edge.visitorId === false ? undefined : hashedExternalId(beacon.client),
    ]),
    clicks: clicksOf(event, beacon, occurredAt),
  };
  const ip = publicIp(edge.ip);
  if (ip) match.ip = ip;
  const userAgent = opaque(edge.userAgent, 1000);
  if (userAgent) match.userAgent = userAgent;
  const ttp = opaque(beacon.ttp, 200);
  if (ttp) match.ttp = ttp;
  const locale = localeOf(beacon.language);
  if (locale) match.locale = locale;
  const offered: Offered = {
    customer: draft.customerId !== undefined,
    email: emails.length > 0 ? 'usable' : draft.email === undefined ? 'absent' : 'unusable',
    phone: phones.length > 0 ? 'usable' : draft.phone === undefined ? 'absent' : 'unusable',
    browser: ip === undefined && userAgent === undefined ? 'absent' : 'buyer',
    personalData: draft.email !== undefined || draft.phone !== undefined,
  };
  const facts: PageFacts = {
    v: 1,
    kind: 'page',
    event: event.name,
    eventId: event.id,
    shopifyId: event.shopifyId,
    occurredAt,
    sentAt: beacon.sent,
    page,
    consent: { ...beacon.consent },
    echoed: event.echoed ?? [],
    offered,
  };
  describe(facts, draft);
  return {
    facts,
    match,
    links: linksOf(draft),
    consent: { choice: { ...beacon.consent }, source: 'pixel', at: occurredAt },
  };
}

function describe(facts: PageFacts, draft: PageDraft): void {
  if (draft.items) facts.items = draft.items.map(itemOf);
  if (draft.currency) facts.currency = draft.currency;
  if (draft.total) facts.total = draft.total;
  if (draft.subtotal) facts.subtotal = draft.subtotal;
  if (draft.tax) facts.tax = draft.tax;
  if (draft.shipping) facts.shipping = draft.shipping;
  const query = scrubTerm(draft.query);
  if (query) facts.query = query;
  if (draft.firstOrder !== undefined) facts.customerType = draft.firstOrder ? 'new' : 'returning';
}

function itemOf(item: DraftItem): DraftItem {
  if (item.title === undefined || !item.title.includes('@')) return item;
  const { title: _title, ...rest } = item;
  const kept = safeLabel(item.title);
  return kept === undefined ? rest : { ...rest, title: kept };
}

/** Page address first, then a referrer of the same host, then what the pixel kept or the cookie says. */
function clicksOf(event: BeaconEvent, beacon: Beacon, occurredAt: string): Click[] {
  const clicks: Click[] = [];
  const add = (ttclid: string | undefined, at: string, from: Click['from']): void => {
    if (ttclid !== undefined && !clicks.some((click) => click.ttclid === ttclid))
      clicks.push({ ttclid, at, from });
  };
  const own = clickIdIn(event.page.url);
  // The same click seen again is as old as the pixel remembers it.
  add(own, own !== undefined && own === beacon.click?.id ? beacon.click.at : occurredAt, 'url');
  const { referrer } = event.page;
  if (referrer !== undefined && hostOf(referrer) === hostOf(event.page.url))
    add(clickIdIn(referrer), occurredAt, 'referrer');
  if (beacon.click) add(clickId(beacon.click.id), beacon.click.at, keptFrom(beacon.click));
  return clicks;
}

/** The pixel found its click on some page of this beacon, not certainly on this event's. */
function keptFrom(click: BeaconClick): Click['from'] {
  return click.from === 'cookie' ? 'cookie' : 'kept';
}

function linksOf(draft: PageDraft): Links {
  return {
    ...(draft.checkoutToken ? { checkoutToken: draft.checkoutToken } : {}),
    ...(draft.cartToken ? { cartToken: draft.cartToken } : {}),
    ...(draft.customerId ? { customerId: draft.customerId } : {}),
  };
}
