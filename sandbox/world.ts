/** The sandbox's world: its shops, people, orders, installations and time, shared by every stand-in of this process. */

import { createSandboxClock, type SandboxClock, type TimeSource } from './clock.ts';
import { createRandom, type Random } from './random.ts';
import { seedShops } from './seed.ts';

/** Decimal text, as Shopify's webhooks carry money: `"12.90"`. */
export type Decimal = string;

export interface SandboxVariant {
  id: string;
  title: string;
  sku: string;
  price: Decimal;
  compareAtPrice?: Decimal;
  requiresShipping: boolean;
  taxable: boolean;
}

export interface SandboxProduct {
  id: string;
  handle: string;
  title: string;
  vendor: string;
  type: string;
  description: string;
  collection: string;
  /** A CSS colour for the drawn picture. */
  colour: string;
  giftCard: boolean;
  variants: SandboxVariant[];
}

export interface SandboxAddress {
  firstName: string;
  lastName: string;
  company: string | null;
  address1: string;
  address2: string | null;
  city: string;
  province: string | null;
  provinceCode: string | null;
  country: string;
  countryCode: string;
  zip: string;
  phone: string | null;
}

export interface SandboxCustomer {
  id: string;
  email: string | null;
  phone: string | null;
  firstName: string;
  lastName: string;
  acceptsMarketing: boolean;
  tags: string[];
  locale: string;
  ordersCount: number;
  address: SandboxAddress | null;
  createdAt: string;
}

export interface SandboxDiscount {
  kind: 'code' | 'automatic' | 'manual' | 'script';
  title: string;
  code: string | null;
  target: 'line_item' | 'shipping_line';
  allocation: 'across' | 'each' | 'one';
  selection: 'all' | 'entitled' | 'explicit';
  valueType: 'percentage' | 'fixed_amount';
  value: Decimal;
}

export interface SandboxTaxLine {
  title: string;
  rate: number;
  price: Decimal;
}

export interface SandboxLine {
  id: string;
  /** Null for a custom line. */
  productId: string | null;
  variantId: string | null;
  title: string;
  variantTitle: string | null;
  sku: string | null;
  vendor: string | null;
  quantity: number;
  currentQuantity: number;
  /** Unit price in shop money, before discounts. */
  price: Decimal;
  requiresShipping: boolean;
  taxable: boolean;
  giftCard: boolean;
  properties: { name: string; value: string }[];
  /** `discount` is the place in the order's `discounts`. */
  allocations: { discount: number; amount: Decimal }[];
  taxLines: SandboxTaxLine[];
  duties: { price: Decimal; countryCodeOfOrigin: string; harmonizedSystemCode: string }[];
  sellingPlan: { id: string; name: string } | null;
}

export interface SandboxRefund {
  id: string;
  createdAt: string;
  note: string | null;
  lines: { lineId: string; quantity: number; subtotal: Decimal; tax: Decimal }[];
  amount: Decimal;
}

/** What the browser said when the order was placed; null for orders no browser placed. */
export interface SandboxClientDetails {
  acceptLanguage: string | null;
  browserIp: string | null;
  userAgent: string | null;
  browserWidth: number | null;
  browserHeight: number | null;
  sessionHash: string | null;
}

export type FinancialStatus =
  'pending' | 'authorized' | 'partially_paid' | 'paid' | 'partially_refunded' | 'refunded' | 'voided';

/** Amounts are in shop money; presentment amounts are these times `presentmentRate`. */
export interface SandboxOrder {
  id: string;
  /** `#1001` */
  name: string;
  number: number;
  /** The order status page's token, 32 hex digits. */
  token: string;
  confirmationNumber: string;
  checkoutToken: string | null;
  cartToken: string | null;
  createdAt: string;
  processedAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  cancelReason: string | null;
  closedAt: string | null;
  deletedAt: string | null;
  paidAt: string | null;
  test: boolean;
  confirmed: boolean;
  sourceName: string;
  sourceIdentifier: string | null;
  sourceUrl: string | null;
  appId: string;
  appName: string;
  locationId: string | null;
  userId: string | null;
  poNumber: string | null;
  /** B2B */
  company: { id: string; locationId: string } | null;
  attribution: { handle: string; displayName: string } | null;
  financialStatus: FinancialStatus;
  fulfillmentStatus: 'fulfilled' | 'partial' | null;
  currency: string;
  presentmentCurrency: string;
  presentmentRate: number;
  taxesIncluded: boolean;
  lines: SandboxLine[];
  discounts: SandboxDiscount[];
  shippingLines: {
    id: string;
    title: string;
    price: Decimal;
    discounted: Decimal;
    taxLines: SandboxTaxLine[];
  }[];
  taxLines: SandboxTaxLine[];
  /** Lines before discounts. */
  totalLines: Decimal;
  totalDiscounts: Decimal;
  subtotal: Decimal;
  totalShipping: Decimal;
  totalTax: Decimal;
  totalDuties: Decimal;
  totalTip: Decimal;
  total: Decimal;
  totalOutstanding: Decimal;
  /** As ordered: `total` grows with lines that are added later, this never changes. */
  originalTotal: Decimal;
  /** After edits and refunds. */
  currentTotal: Decimal;
  currentSubtotal: Decimal;
  currentTax: Decimal;
  currentDiscounts: Decimal;
  email: string | null;
  phone: string | null;
  customerId: string | null;
  buyerAcceptsMarketing: boolean;
  billingAddress: SandboxAddress | null;
  shippingAddress: SandboxAddress | null;
  /** Path and query, no host. */
  landingSite: string | null;
  referringSite: string | null;
  note: string | null;
  noteAttributes: { name: string; value: string }[];
  tags: string[];
  customerLocale: string | null;
  gateways: string[];
  clientDetails: SandboxClientDetails | null;
  refunds: SandboxRefund[];
}

export interface SandboxStaff {
  /** Numeric; the session token's `sub`. */
  id: string;
  role: 'owner' | 'staff' | 'collaborator';
  firstName: string;
  lastName: string;
  email: string;
  locale: string;
}

export interface SandboxTheme {
  id: string;
  name: string;
  role: 'MAIN' | 'UNPUBLISHED';
}

export interface SandboxMetafield {
  id: string;
  namespace: string;
  key: string;
  type: string;
  value: string;
  createdAt: string;
  updatedAt: string;
}

export interface SandboxWebPixel {
  id: string;
  settings: Record<string, string>;
  /** What the merchant's data sharing choice does to the pixel (unstable API's names). */
  dataSharingState:
    | 'ALWAYS_ON'
    | 'OPTIMIZED_ALLOW_ALL_EVENTS'
    | 'OPTIMIZED_ALLOW_LIMITED_EVENTS'
    | 'OPTIMIZED_PAUSE_ALL_EVENTS'
    | 'PAUSED';
}

export interface SandboxInstall {
  installed: boolean;
  installationId: string;
  installedAt: string | null;
  uninstalledAt: string | null;
  grantedScopes: string[];
  /** Web pixels run from here: null until the app calls webPixelCreate. */
  webPixel: SandboxWebPixel | null;
  /** App-data metafields, `app.metafields.<namespace>.<key>` in the embed's Liquid. */
  metafields: SandboxMetafield[];
}

/** Which customer data this shop's installation may see: level 1 as a whole, level 2 field by field. */
export interface ProtectedDataApproval {
  customerData: boolean;
  name: boolean;
  email: boolean;
  phone: boolean;
  address: boolean;
}

export interface ConsentPolicyEntry {
  countryCode: string;
  regionCode: string | null;
  consentRequired: boolean;
  dataSaleOptOutRequired: boolean;
}

export interface SandboxShop {
  id: string;
  handle: string;
  domain: string;
  name: string;
  email: string;
  ownerName: string;
  currency: string;
  /** Presentment currencies beside the shop's own, with their rate from shop money. */
  presentmentRates: Record<string, number>;
  timeZone: string;
  locale: string;
  countryCode: string;
  country: string;
  provinceCode: string | null;
  province: string | null;
  city: string;
  address1: string;
  zip: string;
  taxesIncluded: boolean;
  taxRate: number;
  taxTitle: string;
  plan: 'Basic' | 'Advanced' | 'Shopify Plus' | 'Development';
  nextOrderNumber: number;
  products: SandboxProduct[];
  customers: SandboxCustomer[];
  orders: SandboxOrder[];
  staff: SandboxStaff[];
  themes: SandboxTheme[];
  /** The theme editor's switch for the app embed in the main theme. */
  embedEnabled: boolean;
  protectedData: ProtectedDataApproval;
  consentPolicy: ConsentPolicyEntry[];
  install: SandboxInstall;
}

export interface SandboxApp {
  /** Numeric id at Shopify. */
  id: string;
  handle: string;
  name: string;
  apiKey: string;
  apiSecret: string;
  /** Set while a rotation is under way: webhooks may still be signed with it. */
  previousSecret: string | null;
  /** Origin of the running app, no slash at its end. */
  url: string;
}

export interface WorldEvent {
  at: string;
  /** `webhook.delivered`, `graphql`, `oauth.exchange`, `install`, `tiktok.track`, … */
  kind: string;
  shop: string | null;
  detail: Record<string, unknown>;
}

export type OrderTopic =
  | 'orders/create'
  | 'orders/paid'
  | 'orders/updated'
  | 'orders/edited'
  | 'orders/cancelled'
  | 'orders/fulfilled'
  | 'orders/delete'
  | 'refunds/create';

/** What one room does for the others; each is set by the room that owns it when it is mounted. */
export interface WorldPorts {
  /** Sends a webhook to the app wherever it subscribes to the topic. Set by sandbox/admin. */
  emitTopic: (topic: string, shop: SandboxShop, payload: Record<string, unknown>) => void;
  /** Shopify's `orders/*` and `refunds/*` payloads. Set from sandbox/orders. */
  orderPayload: (order: SandboxOrder, topic: OrderTopic, shop: SandboxShop) => Record<string, unknown>;
  /** Grants the scopes and sends what Shopify sends. Set by sandbox/admin. */
  installApp: (shop: SandboxShop, scopes?: string[]) => void;
  uninstallApp: (shop: SandboxShop) => void;
}

export interface World {
  /** The sandbox's own origin, `http://127.0.0.1:<port>`; set as soon as it listens. */
  url: string;
  clock: SandboxClock;
  random: Random;
  app: SandboxApp;
  /** By handle. */
  shops: Map<string, SandboxShop>;
  ports: WorldPorts;
  /** Everything that happened, oldest first, the last 20,000. */
  events: readonly WorldEvent[];
  record(kind: string, shop: SandboxShop | null, detail?: Record<string, unknown>): void;
  onEvent(listener: (event: WorldEvent) => void): () => void;
  shopByDomain(domain: string): SandboxShop | undefined;
  /** `http://<handle>.localhost:<port>` */
  storefrontUrl(shop: SandboxShop): string;
  /** Builds the payload of the order as it is now and sends it. */
  emitOrder(topic: OrderTopic, shop: SandboxShop, order: SandboxOrder): void;
  installApp(shop: SandboxShop, scopes?: string[]): void;
  uninstallApp(shop: SandboxShop): void;
  advanceClock(milliseconds: number): Promise<void>;
}

export interface WorldOptions {
  appUrl: string;
  apiKey: string;
  apiSecret: string;
  seed: number;
  clock?: TimeSource;
}

/** A room's own memory beside the world: `const memoryOf = worldMemory(() => ({ … }))`, then `memoryOf(world)`. */
export function worldMemory<T extends object>(make: (world: World) => T): (world: World) => T {
  const kept = new WeakMap<World, T>();
  return (world) => {
    const known = kept.get(world);
    if (known) return known;
    const made = make(world);
    kept.set(world, made);
    return made;
  };
}

const keptEvents = 20_000;

function unset(port: string): never {
  throw new Error(`No stand-in is mounted that does ${port}`);
}

export function createWorld(options: WorldOptions): World {
  const clock = createSandboxClock(options.clock);
  const random = createRandom(options.seed);
  const shops = new Map(seedShops(random, clock.now()).map((shop) => [shop.handle, shop]));
  const listeners = new Set<(event: WorldEvent) => void>();
  const events: WorldEvent[] = [];

  const ports: WorldPorts = {
    emitTopic: () => unset('emitTopic'),
    orderPayload: () => unset('orderPayload'),
    installApp: () => unset('installApp'),
    uninstallApp: () => unset('uninstallApp'),
  };

  const world: World = {
    url: '',
    clock,
    random,
    app: {
      id: '284639117',
      handle: 'tock',
      name: 'Tock',
      apiKey: options.apiKey,
      apiSecret: options.apiSecret,
      previousSecret: null,
      url: options.appUrl.replace(/\/+$/, ''),
    },
    shops,
    ports,
    events,
    record(kind, shop, detail = {}) {
      const event: WorldEvent = { at: clock.now().toISOString(), kind, shop: shop?.domain ?? null, detail };
      events.push(event);
      if (events.length > keptEvents) events.splice(0, events.length - keptEvents);
      for (const listener of listeners) listener(event);
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    shopByDomain(domain) {
      const handle = domain.toLowerCase().replace(/\.myshopify\.com$/, '');
      const shop = shops.get(handle);
      return shop?.domain === domain.toLowerCase() ? shop : undefined;
    },
    storefrontUrl: (shop) => `http://${shop.handle}.localhost:${new URL(world.url).port}`,
    emitOrder: (topic, shop, order) => ports.emitTopic(topic, shop, ports.orderPayload(order, topic, shop)),
    installApp: (shop, scopes) => ports.installApp(shop, scopes),
    uninstallApp: (shop) => ports.uninstallApp(shop),
    advanceClock: (milliseconds) => clock.advance(milliseconds),
  };
  return world;
}
