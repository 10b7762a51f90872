/** TikTok's own side of the world: advertisers' pixels and tokens, what arrived for them, and what was made of it. */

import { createHash } from 'node:crypto';
import { worldMemory, type SandboxShop, type World } from '../world.ts';
import { emptyBook, forget, judge, type Book, type Channel, type Verdict } from './dedupe.ts';
import { displayName, type Person, type Remark, type StatusStyle, type Track } from './rules.ts';
import type { Fault } from './faults.ts';

export interface TiktokPixel {
  /** 20 characters; what TikTok calls the pixel code. */
  code: string;
  name: string;
  /** Handle of the shop that the seed made it for. */
  shop: string;
  advertiser: string;
  /** The newest access token made for it in Events Manager. */
  token: string;
  active: boolean;
}

/** One copy of an event, as it came through one channel. */
export interface ArrivedCopy {
  id: number;
  at: string;
  channel: Channel;
  verdict: Verdict;
  /** The conversion it made, enriched or repeated. */
  conversion: number;
  pixel: string;
  event: string;
  eventId: string | undefined;
  /** `Events API`, or what the browser's script called itself. */
  sender: string;
  requestId: string | undefined;
  eventTime: string;
  value: number | undefined;
  currency: string | undefined;
  orderId: string | undefined;
  contentIds: string[];
  pageUrl: string | undefined;
  limitedDataUse: boolean;
  user: Person;
  remarks: Remark[];
}

/** What counts once: a first copy and what was merged into it. */
export interface Conversion {
  id: number;
  pixel: string;
  event: string;
  eventId: string | undefined;
  at: string;
  eventTime: string;
  channels: Channel[];
  value: number | undefined;
  currency: string | undefined;
  orderId: string | undefined;
  limitedDataUse: boolean;
  matchKeys: string[];
  user: Person;
  copies: number[];
  discarded: number;
  /** The server's copy without an event id, after the browser's came: it no longer counts. */
  takenBack: boolean;
}

export interface TestCopy extends Omit<ArrivedCopy, 'verdict' | 'conversion'> {
  testEventCode: string;
}

/** One request to the Events API and its answer. */
export interface TrackRequestEntry {
  at: string;
  requestId: string;
  pixel: string | undefined;
  events: number;
  status: number | undefined;
  code: number | undefined;
  message: string;
  fault: string | undefined;
  taken: boolean;
}

export type SecondSender = { kind: 'tiktok-app' | 'other-app'; pixel: string };

export interface Switches {
  statusStyle: StatusStyle;
  /** Reports what TikTok would take and ignore. */
  strict: boolean;
  limits: { perSecond: number; perMinute: number; perDay: number };
  faults: Fault[];
  /** By shop handle. */
  secondSenders: Map<string, SecondSender>;
}

interface Window {
  start: number;
  used: number;
}

export interface Business {
  pixels: Map<string, TiktokPixel>;
  tokens: Map<string, { advertiser: string; revoked: boolean }>;
  conversions: Map<number, Conversion>;
  copies: Map<number, ArrivedCopy>;
  tests: TestCopy[];
  requests: TrackRequestEntry[];
  /** Browser hits for a pixel that TikTok does not know: it answers them and drops them. */
  unknownPixelHits: number;
  switches: Switches;
  book: Book;
  lastId: number;
  sinceForgetting: number;
  windows: { second: Window; minute: Window; day: Window };
}

const publishedLimits = { perSecond: 1_000, perMinute: 600_000, perDay: 86_400_000 };

/** Copies beyond this lose their details, oldest first; the conversions themselves stay. */
const keptCopies = 100_000;
const keptTests = 500;
const keptRequests = 2_000;

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** Codes and tokens are drawn from names, so that a sandbox that starts again knows the same ones. */
function drawn(name: string, length: number): string {
  const bytes = createHash('sha512').update(`tiktok ${name}`).digest();
  return Array.from({ length }, (_, place) => letters.charAt((bytes[place % bytes.length] ?? 0) % 32)).join(
    '',
  );
}

function advertiserOf(shop: string): string {
  const bytes = createHash('sha512').update(`advertiser ${shop}`).digest();
  return `7${Array.from({ length: 18 }, (_, place) => (bytes[place] ?? 0) % 10).join('')}`;
}

function drawToken(name: string): string {
  return createHash('sha256').update(`token ${name}`).digest('hex').slice(0, 40);
}

export const tiktokOf: (world: World) => Business = worldMemory((world) => {
  const business: Business = {
    pixels: new Map(),
    tokens: new Map(),
    conversions: new Map(),
    copies: new Map(),
    tests: [],
    requests: [],
    unknownPixelHits: 0,
    switches: {
      statusStyle: 'ok',
      strict: true,
      limits: { ...publishedLimits },
      faults: [],
      secondSenders: new Map(),
    },
    book: emptyBook(),
    lastId: 0,
    sinceForgetting: 0,
    windows: { second: { start: 0, used: 0 }, minute: { start: 0, used: 0 }, day: { start: 0, used: 0 } },
  };
  for (const shop of world.shops.values()) {
    addPixel(business, shop, `${shop.name} main`);
    addPixel(business, shop, `${shop.name} second`);
  }
  return business;
});

export function addPixel(business: Business, shop: SandboxShop, name: string): TiktokPixel {
  const number = [...business.pixels.values()].filter((pixel) => pixel.shop === shop.handle).length;
  const advertiser = advertiserOf(shop.handle);
  const code = `C${drawn(`${shop.handle} ${number}`, 19)}`;
  const token = drawToken(`${code} 0`);
  const pixel: TiktokPixel = { code, name, shop: shop.handle, advertiser, token, active: true };
  business.pixels.set(code, pixel);
  business.tokens.set(token, { advertiser, revoked: false });
  return pixel;
}

export function pixelsOfShop(business: Business, handle: string): TiktokPixel[] {
  return [...business.pixels.values()].filter((pixel) => pixel.shop === handle);
}

export function revokeToken(business: Business, pixel: TiktokPixel): void {
  const standing = business.tokens.get(pixel.token);
  if (standing) standing.revoked = true;
}

/** A new token beside the old one, as Events Manager makes it: the old one goes on working unless revoked. */
export function renewToken(business: Business, pixel: TiktokPixel): string {
  const token = drawToken(`${pixel.code} ${business.tokens.size}`);
  business.tokens.set(token, { advertiser: pixel.advertiser, revoked: false });
  pixel.token = token;
  return token;
}

const spans = { second: 1_000, minute: 60_000, day: 86_400_000 } as const;

/** Counts one request; false when TikTok would answer "too many". Windows begin on the full second, minute, UTC day. */
export function withinLimits(business: Business, now: number): boolean {
  const { limits } = business.switches;
  const most = { second: limits.perSecond, minute: limits.perMinute, day: limits.perDay };
  let within = true;
  for (const kind of ['second', 'minute', 'day'] as const) {
    const window = business.windows[kind];
    const start = now - (now % spans[kind]);
    if (window.start !== start) {
      window.start = start;
      window.used = 0;
    }
    window.used += 1;
    if (window.used > most[kind]) within = false;
  }
  return within;
}

type Arrival = Omit<ArrivedCopy, 'id' | 'at' | 'verdict' | 'conversion'>;

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const matchNames: Record<string, string> = {
  email: 'Email',
  phone: 'Phone',
  external_id: 'External ID',
  ttclid: 'Click ID',
  ttp: 'Cookie _ttp',
  ip: 'IP address',
  user_agent: 'User agent',
};

export function matchKeys(user: Person): string[] {
  return Object.entries(matchNames).flatMap(([field, shown]) => {
    const value = user[field];
    return value === undefined || value.length === 0 ? [] : [shown];
  });
}

/** Takes one copy in: judges it, and counts, merges or discards it. */
export function take(business: Business, now: Date, arrival: Arrival): ArrivedCopy {
  const id = (business.lastId += 1);
  const verdict = judge(
    business.book,
    {
      pixel: arrival.pixel,
      event: arrival.event,
      eventId: arrival.eventId,
      channel: arrival.channel,
      at: now.getTime(),
      ttp: textOf(arrival.user.ttp),
    },
    id,
  );
  const conversion =
    verdict.kind === 'merged' ? verdict.into : verdict.kind === 'discarded' ? verdict.from : id;
  const copy: ArrivedCopy = { id, at: now.toISOString(), verdict, conversion, ...arrival };
  business.copies.set(id, copy);
  count(business, copy);

  business.sinceForgetting += 1;
  if (business.sinceForgetting >= 50_000) {
    business.sinceForgetting = 0;
    forget(business.book, now.getTime());
    for (const old of business.copies.keys()) {
      if (business.copies.size <= keptCopies) break;
      business.copies.delete(old);
    }
  }
  return copy;
}

function count(business: Business, copy: ArrivedCopy): void {
  const known = business.conversions.get(copy.conversion);
  if (known) {
    known.copies.push(copy.id);
    if (copy.verdict.kind === 'discarded') {
      known.discarded += 1;
      return;
    }
    // Merging fills gaps; what the first copy said stays.
    known.channels.push(copy.channel);
    known.user = { ...copy.user, ...known.user };
    known.matchKeys = matchKeys(known.user);
    known.value ??= copy.value;
    known.currency ??= copy.currency;
    known.orderId ??= copy.orderId;
    known.limitedDataUse ||= copy.limitedDataUse;
    return;
  }
  if (copy.verdict.kind === 'counted-instead') {
    const before = business.conversions.get(copy.verdict.of);
    if (before) before.takenBack = true;
  }
  business.conversions.set(copy.id, {
    id: copy.id,
    pixel: copy.pixel,
    event: copy.event,
    eventId: copy.eventId,
    at: copy.at,
    eventTime: copy.eventTime,
    channels: [copy.channel],
    value: copy.value,
    currency: copy.currency,
    orderId: copy.orderId,
    limitedDataUse: copy.limitedDataUse,
    matchKeys: matchKeys(copy.user),
    user: copy.user,
    copies: [copy.id],
    discarded: 0,
    takenBack: false,
  });
}

/** Takes an accepted Events API batch in; test events are shown but never counted. */
export function takeTrack(business: Business, now: Date, track: Track, requestId: string): void {
  for (const event of track.events) {
    const arrival: Arrival = {
      channel: 'server',
      pixel: track.sourceId,
      event: event.event,
      eventId: event.eventId,
      sender: track.partnerName === undefined ? 'Events API' : `Events API (${track.partnerName})`,
      requestId,
      eventTime: new Date(event.eventTime * 1_000).toISOString(),
      value: event.value,
      currency: event.currency,
      orderId: event.orderId,
      contentIds: event.contentIds,
      pageUrl: event.pageUrl,
      limitedDataUse: event.limitedDataUse,
      user: event.user,
      remarks: event.remarks,
    };
    if (track.testEventCode === undefined) {
      take(business, now, arrival);
    } else {
      const id = (business.lastId += 1);
      business.tests.push({ id, at: now.toISOString(), testEventCode: track.testEventCode, ...arrival });
      if (business.tests.length > keptTests) business.tests.shift();
    }
  }
}

export function noteRequest(business: Business, entry: TrackRequestEntry): void {
  business.requests.push(entry);
  if (business.requests.length > keptRequests) business.requests.shift();
}

/** Forgets what arrived; pixels, tokens and switches stay. */
export function clearArrivals(business: Business): void {
  business.conversions.clear();
  business.copies.clear();
  business.tests.length = 0;
  business.requests.length = 0;
  business.unknownPixelHits = 0;
  business.book = emptyBook();
}

export interface ConversionFilter {
  pixel?: string | undefined;
  /** By either of its names. */
  event?: string | undefined;
  eventId?: string | undefined;
  after?: number | undefined;
}

/** What counts, oldest first. */
export function conversionsOf(business: Business, filter: ConversionFilter = {}): Conversion[] {
  return [...business.conversions.values()].filter(
    (one) =>
      !one.takenBack &&
      (filter.pixel === undefined || one.pixel === filter.pixel) &&
      (filter.event === undefined || displayName(one.event) === displayName(filter.event)) &&
      (filter.eventId === undefined || one.eventId === filter.eventId) &&
      (filter.after === undefined || one.id > filter.after),
  );
}
