/** The second half of reading an order, the same for webhook and Admin API: parts in, facts and match data out. */
import { divideRounded, fromMinor, safeLabel } from './browser.ts';
import { clickId, clickIdIn } from './clicks.ts';
import { readConsentAttribute } from './consent.ts';
import { orderEventId } from './event-id.ts';
import type {
  Amount,
  Click,
  FetchedFields,
  NotToldFields,
  Item,
  Links,
  MatchData,
  Offered,
  OrderFacts,
  OrderRead,
  Origin,
} from './facts.ts';
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
import { utcOfSeconds } from './moments.ts';
import { hostOf, scrubPage } from './scrub.ts';
import { defaultTikTokShopMarks } from './settings.ts';
import { addAmounts, byOwnRate, minorOf } from './value.ts';

/** What the caller knows of the shop beforehand; all of it may be missing. */
export interface KnownShop {
  /** Host of the storefront. */
  host?: string;
  /** Two letters: the last hint for a phone number. */
  country?: string;
  /** Email domains of TikTok Shop's relays; the defaults if absent. */
  relayDomains?: readonly string[];
}

export interface LinePart {
  variant: string | undefined;
  product: string | undefined;
  sku: string | undefined;
  title: string | undefined;
  variantTitle: string | undefined;
  vendor: string | undefined;
  type: string | undefined;
  quantity: number;
  currentQuantity: number;
  /** The line as ordered, after discounts. */
  net: Amount;
  giftCard: boolean;
  subscription: boolean;
}

export interface PhonePart {
  raw: string | undefined;
  country: string | undefined;
}

export interface OrderParts {
  id: string;
  name: string;
  createdAt: string;
  processedAt: string;
  updatedAt: string;
  cancelledAt: string | undefined;
  confirmed: boolean;
  financialStatus: string | undefined;
  test: boolean;
  currency: { shop: string; presentment: string };
  taxesIncluded: boolean;
  originalTotal: Amount;
  total: Amount;
  /** Absent: the lines say it. */
  subtotal: Amount | undefined;
  tax: Amount;
  shipping: Amount;
  shippingTax: Amount;
  duties: Amount;
  /** In shop currency only when `presentment` is missing. */
  tips: Amount;
  discounts: Amount;
  hasRefunds: boolean;
  lines: LinePart[];
  sourceName: string | undefined;
  appId: string | undefined;
  channel: string | undefined;
  tags: string[];
  gateways: string[];
  discountCodes: string[];
  attributes: { name: string; value: string }[];
  pos: boolean;
  b2b: boolean;
  staff: boolean;
  shipTo: { country: string | undefined; region: string | undefined };
  billTo: { country: string | undefined; region: string | undefined };
  customerId: string | undefined;
  customerType: 'new' | 'returning' | undefined;
  emails: (string | undefined)[];
  phones: PhonePart[];
  /** Asked only when none of `phones` can be used: they may be the recipient's. */
  otherPhones: PhonePart[];
  hasAddress: boolean;
  ip: string | undefined;
  userAgent: string | undefined;
  locale: string | undefined;
  /** Addresses that the buyer landed on, with the time of the visit where it is known. */
  landings: { url: string; at: string | undefined }[];
  referrer: string | undefined;
  host: string | undefined;
  checkoutToken: string | undefined;
  cartToken: string | undefined;
  fetched: FetchedFields | undefined;
  notTold: NotToldFields | undefined;
}

const DRAFT_APP = '1354745';
const POS_APP = '129785';
const DAY = 86_400_000;

export function assembleOrder(parts: OrderParts, known: KnownShop): OrderRead {
  const draft = parts.sourceName === 'shopify_draft_order' || parts.appId === DRAFT_APP;
  const items: Item[] = [];
  for (const line of parts.lines) if (line.currentQuantity > 0) items.push(itemOf(line, parts.currency));
  const { match, offered } = identityOf(parts, known, draft);
  const facts: OrderFacts = {
    v: 1,
    kind: 'order',
    event: 'order',
    orderId: parts.id,
    eventId: orderEventId(parts.id),
    name: parts.name,
    createdAt: parts.createdAt,
    processedAt: parts.processedAt,
    updatedAt: parts.updatedAt,
    confirmed: parts.confirmed,
    paid: isPaid(parts.financialStatus),
    currency: parts.currency,
    taxesIncluded: parts.taxesIncluded,
    money: {
      originalTotal: parts.originalTotal,
      total: parts.total,
      subtotal:
        parts.subtotal ??
        addAmounts(
          items.map((item) => item.net),
          parts.currency,
        ),
      tax: parts.tax,
      shipping: parts.shipping,
      shippingTax: parts.shippingTax,
      duties: parts.duties,
      tips: bothWays(parts.tips, parts),
      discounts: parts.discounts,
      giftCards: addAmounts(
        items.filter((item) => item.giftCard).map((item) => item.net),
        parts.currency,
      ),
    },
    items,
    origin: originOf(parts, known, draft),
    offered,
  };
  if (facts.paid) facts.paidAt = parts.updatedAt;
  if (parts.cancelledAt) facts.cancelledAt = parts.cancelledAt;
  if (parts.financialStatus) facts.financialStatus = parts.financialStatus;
  if (isEdited(parts)) facts.edited = true;
  if (parts.customerType) facts.customerType = parts.customerType;
  if (parts.fetched) facts.fetched = parts.fetched;
  if (parts.notTold) facts.notTold = parts.notTold;
  const page = pageOf(parts, known);
  if (page) facts.page = page;
  const consent = readConsentAttribute(attribute(parts, ['_tock_consent']));
  return { facts, match, links: linksOf(parts), ...(consent ? { consent } : {}) };
}

export function isPaid(financialStatus: string | undefined): boolean {
  return (
    financialStatus === 'paid' || financialStatus === 'partially_refunded' || financialStatus === 'refunded'
  );
}

function isEdited(parts: OrderParts): boolean {
  if (parts.cancelledAt !== undefined || parts.hasRefunds) return false;
  return (
    parts.total.shop !== parts.originalTotal.shop || parts.lines.some((l) => l.currentQuantity !== l.quantity)
  );
}

function itemOf(line: LinePart, currency: OrderParts['currency']): Item {
  // A line of which nothing was bought costs nothing, each and all.
  const all = BigInt(Math.max(line.quantity, 1));
  const left = BigInt(line.currentQuantity);
  const each = (of: (minor: bigint) => bigint): Amount => {
    const shop = fromMinor(of(minorOf(line.net, 'shop', currency.shop)), currency.shop);
    if (line.net.presentment === undefined) return { shop };
    return {
      shop,
      presentment: fromMinor(
        of(minorOf(line.net, 'presentment', currency.presentment)),
        currency.presentment,
      ),
    };
  };
  const item: Item = {
    quantity: line.currentQuantity,
    unit: line.quantity === 1 ? line.net : each((net) => divideRounded(net, all)),
    net: line.currentQuantity === line.quantity ? line.net : each((net) => divideRounded(net * left, all)),
  };
  if (line.variant) item.variant = line.variant;
  if (line.product) item.product = line.product;
  if (line.sku) item.sku = line.sku;
  const title = line.title === undefined ? undefined : safeLabel(line.title);
  if (title) item.title = title;
  if (line.variantTitle && line.variantTitle !== 'Default Title') item.variantTitle = line.variantTitle;
  if (line.vendor) item.vendor = line.vendor;
  if (line.type) item.type = line.type;
  if (line.giftCard) item.giftCard = true;
  if (line.subscription) item.subscription = true;
  return item;
}

/** Shopify's webhooks give tips in shop currency only: the other sum follows from the order's own rate. */
function bothWays(amount: Amount, parts: OrderParts): Amount {
  const { shop, presentment } = parts.currency;
  if (shop === presentment || amount.presentment !== undefined) return amount;
  const converted = byOwnRate(
    minorOf(amount, 'shop', shop),
    minorOf(parts.originalTotal, 'shop', shop),
    minorOf(parts.originalTotal, 'presentment', presentment),
  );
  return { shop: amount.shop, presentment: fromMinor(converted, presentment) };
}

function originOf(parts: OrderParts, known: KnownShop, draft: boolean): Origin {
  const origin: Origin = {
    tags: labels(parts.tags),
    gateways: labels(parts.gateways),
    discountCodes: labels(parts.discountCodes),
    noteAttributes: labels(parts.attributes.map(({ name }) => name)),
  };
  if (parts.sourceName) origin.sourceName = parts.sourceName;
  if (parts.appId) origin.appId = parts.appId;
  if (parts.channel) origin.channel = parts.channel;
  if (parts.shipTo.country) origin.shippingCountry = parts.shipTo.country;
  if (parts.shipTo.region) origin.shippingRegion = parts.shipTo.region;
  if (parts.billTo.country) origin.billingCountry = parts.billTo.country;
  if (parts.billTo.region) origin.billingRegion = parts.billTo.region;
  if (parts.test) origin.test = true;
  if (draft) origin.draft = true;
  if (parts.pos || parts.sourceName === 'pos' || parts.appId === POS_APP) origin.pos = true;
  if (Date.parse(parts.createdAt) - Date.parse(parts.processedAt) > DAY) origin.imported = true;
  const subscription = subscriptionOf(parts);
  if (subscription) origin.subscription = subscription;
  if (parts.b2b) origin.b2b = true;
  if (parts.staff || draft) origin.staffMade = true;
  const relay = relayDomain(parts.emails, known.relayDomains ?? DEFAULT_RELAYS);
  if (relay) origin.relayDomain = relay;
  return origin;
}

const DEFAULT_RELAYS: readonly string[] = defaultTikTokShopMarks().emailDomains;

function relayDomain(emails: OrderParts['emails'], domains: readonly string[]): string | undefined {
  for (const email of emails) {
    const host = email
      ?.slice(email.lastIndexOf('@') + 1)
      .trim()
      .toLowerCase();
    if (!host) continue;
    const found = domains.find((domain) => host === domain || host.endsWith('.' + domain));
    if (found) return found;
  }
  return undefined;
}

/** A contract's later orders name their maker; first ones come through the checkout with a selling plan. */
function subscriptionOf(parts: OrderParts): 'first' | 'renewal' | undefined {
  const tags = parts.tags.map((tag) => tag.toLowerCase());
  if (parts.sourceName?.startsWith('subscription_contract')) return 'renewal';
  if (tags.includes('subscription recurring order')) return 'renewal';
  if (tags.includes('subscription first order')) return 'first';
  return parts.lines.some((line) => line.subscription) ? 'first' : undefined;
}

function identityOf(
  parts: OrderParts,
  known: KnownShop,
  draft: boolean,
): { match: MatchData; offered: Offered } {
  const emails = distinct(distinct(parts.emails).map(hashedEmail));
  const hints = distinct([parts.shipTo.country, parts.billTo.country, known.country]);
  let phones = hashedPhones(parts.phones, hints);
  if (phones.length === 0) phones = hashedPhones(parts.otherPhones, hints);
  const match: MatchData = {
    v: NORMALISER,
    emails,
    phones,
    externalIds: distinct([hashedExternalId(parts.customerId)]),
    clicks: clicksOf(parts),
  };
  const ip = publicIp(parts.ip);
  const userAgent = opaque(parts.userAgent, 1000);
  if (!draft && ip) match.ip = ip;
  if (!draft && userAgent) match.userAgent = userAgent;
  const ttp = opaque(attribute(parts, ['_ttp', 'ttp']), 200);
  if (ttp) match.ttp = ttp;
  const locale = localeOf(parts.locale);
  if (locale) match.locale = locale;
  const anyEmail = parts.emails.some(Boolean);
  const anyPhone = parts.phones.some((p) => p.raw) || parts.otherPhones.some((p) => p.raw);
  const offered: Offered = {
    customer: parts.customerId !== undefined,
    email: emails.length > 0 ? 'usable' : anyEmail ? 'unusable' : 'absent',
    phone: phones.length > 0 ? 'usable' : anyPhone ? 'unusable' : 'absent',
    browser: ip === undefined && userAgent === undefined ? 'absent' : draft ? 'staff' : 'buyer',
    personalData: anyEmail || anyPhone || parts.hasAddress,
  };
  return { match, offered };
}

/** The same number is often written in four places: each writing is read once. */
function hashedPhones(phones: readonly PhonePart[], hints: readonly string[]): string[] {
  const seen: string[] = [];
  const found: (string | undefined)[] = [];
  for (const { raw, country } of phones) {
    if (!raw || seen.includes(raw)) continue;
    seen.push(raw);
    found.push(hashedPhone(raw, distinct([country, ...hints])));
  }
  return distinct(found);
}

function clicksOf(parts: OrderParts): Click[] {
  const clicks: Click[] = [];
  const add = (ttclid: string | undefined, at: string, from: Click['from']): void => {
    if (ttclid !== undefined && !clicks.some((click) => click.ttclid === ttclid))
      clicks.push({ ttclid, at, from });
  };
  const stamped = /^(\d{9,11})\.(.+)$/s.exec(attribute(parts, ['_tock_click']) ?? '');
  const at = stamped ? utcOfSeconds(stamped[1]) : undefined;
  // The landing page's click has no time of its own: the visit ended with this order.
  for (const landing of parts.landings)
    add(clickIdIn(landing.url), landing.at ?? parts.processedAt, 'landing');
  if (at !== undefined) add(clickId(stamped?.[2]), at, 'attribute');
  add(clickId(attribute(parts, ['ttclid', '_ttclid', 'tiktok_ttclid'])), parts.processedAt, 'attribute');
  return clicks;
}

function attribute(parts: OrderParts, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = parts.attributes.find((entry) => entry.name.toLowerCase() === name && entry.value !== '');
    if (found) return found.value;
  }
  return undefined;
}

function pageOf(parts: OrderParts, known: KnownShop): OrderFacts['page'] {
  const host = known.host || parts.host || hostOf(attribute(parts, ['host']));
  const origin = host ? `https://${host}/` : undefined;
  const landing = parts.landings.at(-1)?.url;
  return scrubPage(landing, parts.referrer, origin) ?? scrubPage(origin, parts.referrer);
}

function linksOf(parts: OrderParts): Links {
  return {
    ...(parts.checkoutToken ? { checkoutToken: parts.checkoutToken } : {}),
    ...(parts.cartToken ? { cartToken: parts.cartToken } : {}),
    ...(parts.customerId ? { customerId: parts.customerId } : {}),
  };
}

function labels(values: readonly string[]): string[] {
  return distinct(values.map(safeLabel));
}

/**
 * What an older revision knew and a newer one cannot: when payment was first seen, and what was asked of the
 * Admin API. Everything else is the newer one's.
 */
export function carryForward(older: OrderFacts, newer: OrderFacts): OrderFacts {
  const carried: OrderFacts = { ...newer };
  if (older.paidAt !== undefined && newer.paidAt !== undefined && older.paidAt < newer.paidAt)
    carried.paidAt = older.paidAt;
  const told = withTold(newer, older.fetched ?? {}, older.notTold ?? {});
  if (told.fetched !== undefined) carried.fetched = { ...told.fetched, ...newer.fetched };
  if (told.notTold !== undefined) carried.notTold = told.notTold;
  if (older.customerType !== undefined && newer.customerType === undefined)
    carried.customerType = older.customerType;
  if (older.page !== undefined && newer.page === undefined) carried.page = older.page;
  return carried;
}

/** Facts with what Shopify told besides. A field that is told once is no longer one that could not be had. */
export function withTold(facts: OrderFacts, fetched: FetchedFields, notTold: NotToldFields): OrderFacts {
  const { fetched: _told, notTold: _untold, ...rest } = facts;
  const known = { ...facts.fetched, ...fetched };
  const still = Object.entries({ ...notTold, ...facts.notTold }).filter(
    ([field]) => !Object.hasOwn(known, field),
  );
  return {
    ...rest,
    ...(Object.keys(known).length > 0 ? { fetched: known } : {}),
    ...(still.length > 0 ? { notTold: Object.fromEntries(still) } : {}),
  };
}
