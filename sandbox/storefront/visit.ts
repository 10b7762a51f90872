/** Who is looking at the storefront: client id, session, region, currency, consent and customer, from cookies and memory. */

import type { SandboxRequest } from '../http.ts';
import {
  consentCookie,
  consentOf,
  readChoice,
  type Consent,
  type RegionRule,
} from '../pixel-manager/consent.ts';
import { worldMemory, type SandboxCustomer, type SandboxShop, type World } from '../world.ts';
import { cartToken } from '../orders/kinds.ts';
import type { Cart } from './cart.ts';
import { storefrontSwitches } from './switches.ts';

interface Session {
  landingSite: string;
  referringSite: string;
  seenAt: number;
}

interface Visitor {
  session: Session | null;
  customerId: string | null;
}

interface StorefrontMemory {
  /** By domain and client id: of a visit, only the client id goes along to another domain. */
  visitors: Map<string, Visitor>;
  carts: Map<string, Cart>;
}

export const storefrontMemory: (world: World) => StorefrontMemory = worldMemory(() => ({
  visitors: new Map(),
  carts: new Map(),
}));

/** A session ends after half an hour without a page. */
const sessionMs = 30 * 60_000;

export const outletSuffix = '-outlet';

export interface Visit {
  shop: SandboxShop;
  /** With the port, as the browser sees it. */
  origin: string;
  outlet: boolean;
  clientId: string;
  region: RegionRule;
  globalPrivacyControl: boolean;
  consent: Consent;
  currency: string;
  customer: SandboxCustomer | null;
  landingSite: string | null;
  referringSite: string | null;
  discountCode: string | null;
  client: { ip: string; userAgent: string | null; acceptLanguage: string | null };
  cart: Cart;
  /** For the answer. */
  setCookies: string[];
}

export function shopOf(world: World, handle: string): SandboxShop | undefined {
  return (
    world.shops.get(handle) ??
    (handle.endsWith(outletSuffix) ? world.shops.get(handle.slice(0, -outletSuffix.length)) : undefined)
  );
}

/** The rule of a region: the shop's own entry for it, else for its country, else the strictest. */
export function ruleFor(shop: SandboxShop, region: string): RegionRule {
  const [countryCode = shop.countryCode, regionCode = null] = region.toUpperCase().split('-');
  const entry =
    shop.consentPolicy.find((rule) => rule.countryCode === countryCode && rule.regionCode === regionCode) ??
    shop.consentPolicy.find((rule) => rule.countryCode === countryCode && rule.regionCode === null);
  return {
    countryCode,
    regionCode,
    consentRequired: entry?.consentRequired ?? true,
    dataSaleOptOutRequired: entry?.dataSaleOptOutRequired ?? false,
  };
}

function cookie(name: string, value: string, days: number, more = ''): string {
  return `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=${days * 86_400}; SameSite=Lax${more}`;
}

export const clientCookie = '_shopify_client';
/** Shopify carries the client id between a shop's domains in a parameter of the link. */
export const carriedClient = 'shpxid';
export const regionCookie = 'sandbox_region';
export const currencyCookie = 'cart_currency';
export const discountCookie = 'discount_code';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface VisitOptions {
  /** Pages begin and carry on sessions; requests by scripts do not. */
  page: boolean;
}

export function openVisit(world: World, request: SandboxRequest, options: VisitOptions): Visit | null {
  const shop = shopOf(world, request.shopHandle);
  if (!shop) return null;
  const memory = storefrontMemory(world);
  const setCookies: string[] = [];

  const carried = request.query.get(carriedClient) ?? '';
  const known = request.cookies[clientCookie] ?? '';
  const clientId = uuid.test(known) ? known : uuid.test(carried) ? carried : world.random.uuid();
  if (clientId !== known) setCookies.push(cookie(clientCookie, clientId, 365, '; HttpOnly'));
  const who = visitorKey(request.url.origin, clientId);
  const visitor = memory.visitors.get(who) ?? { session: null, customerId: null };
  memory.visitors.set(who, visitor);

  const now = world.clock.now().getTime();
  const referrer = request.header('referer') ?? '';
  if (options.page) {
    if (!visitor.session || now - visitor.session.seenAt > sessionMs) {
      visitor.session = {
        landingSite: request.path + request.url.search,
        referringSite: referrer.startsWith(request.url.origin) ? '' : referrer,
        seenAt: now,
      };
    }
    visitor.session.seenAt = now;
  }

  const home = shop.provinceCode ? `${shop.countryCode}-${shop.provinceCode}` : shop.countryCode;
  const region = ruleFor(
    shop,
    request.cookies[regionCookie] || (storefrontSwitches(world, shop).region ?? home),
  );
  const globalPrivacyControl = request.header('sec-gpc') === '1';
  const wanted = request.cookies[currencyCookie] ?? shop.currency;

  const token = request.cookies.cart?.split('?')[0] ?? '';
  let cart = memory.carts.get(token);
  if (!cart || cart.shop !== shop.handle) {
    cart = emptyCart(world, shop);
    memory.carts.set(cart.token, cart);
    setCookies.push(cartCookie(cart));
  }

  return {
    shop,
    origin: request.url.origin,
    outlet: request.shopHandle.endsWith(outletSuffix),
    clientId,
    region,
    globalPrivacyControl,
    consent: consentOf(region, readChoice(request.cookies[consentCookie]), globalPrivacyControl),
    currency: wanted in shop.presentmentRates ? wanted : shop.currency,
    customer: shop.customers.find(({ id }) => id === visitor.customerId) ?? null,
    landingSite: visitor.session?.landingSite ?? null,
    referringSite: visitor.session?.referringSite ?? null,
    discountCode: request.cookies[discountCookie] || null,
    client: {
      ip: request.ip.replace(/^::ffff:/, ''),
      userAgent: request.header('user-agent') ?? null,
      acceptLanguage: request.header('accept-language') ?? null,
    },
    cart,
    setCookies,
  };
}

function visitorKey(origin: string, clientId: string): string {
  return `${origin} ${clientId}`;
}

export function emptyCart(world: World, shop: SandboxShop): Cart {
  return {
    token: cartToken(world),
    key: world.random.hex(32),
    shop: shop.handle,
    lines: [],
    attributes: {},
    note: '',
    checkoutToken: null,
  };
}

export function cartCookie(cart: Cart): string {
  return cookie('cart', `${cart.token}?key=${cart.key}`, 14);
}

export function keepCookie(name: string, value: string): string {
  return cookie(name, value, value === '' ? 0 : 30);
}

export function setCustomer(world: World, visit: Visit, customerId: string | null): void {
  const visitor = storefrontMemory(world).visitors.get(visitorKey(visit.origin, visit.clientId));
  if (visitor) visitor.customerId = customerId;
}
