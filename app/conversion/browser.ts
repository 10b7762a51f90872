/** Names and properties of a page event, the same for the browser copy and the server's: dependency-free, ES2020. */

export interface DraftItem {
  variant?: string;
  product?: string;
  sku?: string;
  title?: string;
  variantTitle?: string;
  vendor?: string;
  /** Shopify's product type. */
  type?: string;
  quantity: number;
  /** Unit price before discounts, an exact decimal. */
  price?: string;
  /** The whole line after discounts, where Shopify says it. */
  net?: string;
}

/** A Shopify pixel event reduced to what an event at TikTok can be made of. Raw contact details never leave memory. */
export interface PageDraft {
  items?: DraftItem[];
  currency?: string;
  /** What the event is worth, an exact decimal: the product, the line, the cart, the checkout's total. */
  total?: string;
  /** Of a checkout: goods after discounts. */
  subtotal?: string;
  tax?: string;
  shipping?: string;
  query?: string;
  checkoutToken?: string;
  cartToken?: string;
  orderId?: string;
  customerId?: string;
  firstOrder?: boolean;
  email?: string;
  phone?: string;
  /** Of the checkout's address: a hint for reading the phone number. */
  country?: string;
}

export interface ContentIdOptions {
  kind: 'variant' | 'product' | 'sku' | 'template';
  /** With {country}, {product}, {variant} and {sku}; only for kind "template". */
  template?: string;
  /** The shop's country, for {country}. */
  country?: string;
}

export interface ValueOptions {
  basis: 'total' | 'subtotal';
  tax: boolean;
  shipping: boolean;
  /** Percentages as exact decimals: of the value that is profit, or of the goods that is their cost. */
  profit?: { kind: 'margin' | 'costRate'; percent: string };
}

export interface EchoOptions {
  /** Pixel code. */
  code: string;
  /** Shopify event name to TikTok event name; what is missing is not sent. */
  events: Record<string, string>;
  contentId: ContentIdOptions;
  /** Absent where the value is profit: a margin must not be readable in the page, so only the server says the value. */
  value?: ValueOptions;
}

/** What the storefront pixel is told: public. */
export interface PixelOptions {
  v: 1;
  /** Shopify event names worth a beacon. */
  events: string[];
  /** Pixels whose events the page is offered. */
  echo: EchoOptions[];
}

export interface Content {
  content_id?: string;
  content_name?: string;
  content_category?: string;
  brand?: string;
  price?: number;
  quantity: number;
}

export interface CopyProperties {
  contents?: Content[];
  content_ids?: string[];
  content_type?: 'product' | 'product_group';
  currency?: string;
  value?: number;
  num_items?: number;
  search_string?: string;
}

export interface BrowserCopy {
  name: string;
  properties: CopyProperties;
}

/** The events of Shopify's web pixel that Tock reads. Custom events come beside these, by the merchant's mapping. */
export const SHOPIFY_EVENTS = [
  'page_viewed',
  'product_viewed',
  'collection_viewed',
  'search_submitted',
  'product_added_to_cart',
  'product_removed_from_cart',
  'cart_viewed',
  'checkout_started',
  'checkout_contact_info_submitted',
  'checkout_address_info_submitted',
  'checkout_shipping_info_submitted',
  'payment_info_submitted',
  'checkout_completed',
] as const;

/** Tell who the buyer is and how the checkout ended; never sent to TikTok as events of their own. */
export const CONTEXT_EVENTS: readonly string[] = [
  'checkout_contact_info_submitted',
  'checkout_address_info_submitted',
  'checkout_shipping_info_submitted',
  'checkout_completed',
];

/** TikTok's closed list (facts: tiktok.md 1.5). */
const LISTED = new Set(
  (
    'AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL HUF IDR ILS INR ' +
    'ISK JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR PLN PYG QAR RON RUB SAR SEK SGD ' +
    'THB TRY TWD UAH USD VES VND ZAR'
  ).split(' '),
);

export function listedCurrency(currency: string | undefined): boolean {
  return currency !== undefined && LISTED.has(currency);
}

/** ISO 4217 exponents that are not two. */
const NONE = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const THREE = new Set('BHD IQD JOD KWD LYD OMN OMR TND'.split(' '));

export function minorDigits(currency: string): number {
  return NONE.has(currency) ? 0 : THREE.has(currency) ? 3 : 2;
}

const DECIMAL = /^(-?)(\d{1,24})(?:\.(\d{0,24}))?$/;

/** An exact decimal in minor units, half rounded away from zero; undefined when it is no decimal. */
export function toMinor(amount: string, currency: string): bigint | undefined {
  const digits = minorDigits(currency);
  const parts = DECIMAL.exec(amount);
  if (!parts) return undefined;
  const fraction = parts[3] ?? '';
  let minor = BigInt((parts[2] ?? '') + fraction.slice(0, digits).padEnd(digits, '0'));
  if (fraction.charCodeAt(digits) >= 53) minor += BigInt(1);
  return parts[1] ? -minor : minor;
}

/** Minor units as a decimal with all the currency's digits. */
export function fromMinor(minor: bigint, currency: string): string {
  const digits = minorDigits(currency);
  const sign = minor < 0 ? '-' : '';
  const text = String(minor < 0 ? -minor : minor).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : sign + text.slice(0, -digits) + '.' + text.slice(-digits);
}

/** Numerator over denominator, half rounded away from zero. The denominator is positive. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const two = BigInt(2);
  const half = numerator < 0 ? -denominator : denominator;
  return (numerator * two + half) / (denominator * two);
}

/** A percentage of minor units; percent is a decimal with at most four places. */
export function percentOf(minor: bigint, percent: string): bigint {
  const parts = DECIMAL.exec(percent);
  if (!parts) return minor;
  const scaled = BigInt((parts[2] ?? '') + (parts[3] ?? '').slice(0, 4).padEnd(4, '0'));
  return divideRounded(minor * scaled, BigInt(1_000_000));
}

export interface Identified {
  variant?: string;
  product?: string;
  sku?: string;
}

/** The content id of an item; another of its ids where the wanted one is missing. */
export function contentIdOf(item: Identified, options: ContentIdOptions): string | undefined {
  const { variant, product, sku } = item;
  if (options.kind === 'template' && options.template) {
    const known: Record<string, string | undefined> = { variant, product, sku, country: options.country };
    let complete = true;
    const filled = options.template.replace(/\{(\w+)\}/g, (_whole, key: string) => {
      const value = known[key];
      if (!value) complete = false;
      return value ?? '';
    });
    if (complete) return filled;
  }
  if (options.kind === 'product') return product || variant || sku || undefined;
  if (options.kind === 'sku') return sku || variant || product || undefined;
  return variant || product || sku || undefined;
}

/** TikTok: "product" for one sellable thing, "product_group" for a product with its variants. */
export function contentTypeOf(options: ContentIdOptions): 'product' | 'product_group' {
  if (options.kind === 'product') return 'product_group';
  const template = options.kind === 'template' ? options.template : undefined;
  const names = template === undefined || /\{(variant|sku)\}/.test(template) || !/\{product\}/.test(template);
  return names ? 'product' : 'product_group';
}

/** TikTok's name and properties for a page event; null where the mapping does not send it. */
export function browserCopy(draft: PageDraft, event: string, options: EchoOptions): BrowserCopy | null {
  const name = Object.prototype.hasOwnProperty.call(options.events, event)
    ? options.events[event]
    : undefined;
  if (!name || CONTEXT_EVENTS.indexOf(event) >= 0) return null;
  const currency = listedCurrency(draft.currency) ? draft.currency : undefined;
  const properties: CopyProperties = {};
  const items = draft.items ?? [];
  if (items.length > 0) {
    const contents: Content[] = [];
    const ids: string[] = [];
    for (const item of items) {
      const id = contentIdOf(item, options.contentId);
      if (id && ids.indexOf(id) < 0) ids.push(id);
      contents.push(contentOf(item, id, unitPrice(item, currency)));
    }
    properties.contents = contents;
    if (ids.length > 0) {
      properties.content_ids = ids;
      properties.content_type = contentTypeOf(options.contentId);
    }
  }
  const total = currency === undefined ? undefined : minor(draft.total, currency);
  const value =
    currency === undefined || total === undefined || options.value === undefined
      ? undefined
      : pageValue(draft, total, currency, options.value);
  if (
    currency !== undefined &&
    (total !== undefined || properties.contents?.some((c) => c.price !== undefined))
  ) {
    properties.currency = currency;
  }
  if (value !== undefined) properties.value = value;
  if (draft.total !== undefined && items.length > 0) {
    properties.num_items = items.reduce((sum, item) => sum + item.quantity, 0);
  }
  const query = safeQuery(draft.query);
  if (query) properties.search_string = query;
  return { name, properties };
}

/** One entry of contents, keys in a fixed order, nothing empty. */
export function contentOf(
  item: { title?: string; type?: string; vendor?: string; quantity: number },
  id: string | undefined,
  price: number | undefined,
): Content {
  const content: Omit<Content, 'quantity'> = {};
  if (id) content.content_id = id;
  if (item.title) content.content_name = item.title;
  if (item.type) content.content_category = item.type;
  if (item.vendor) content.brand = item.vendor;
  if (price !== undefined) content.price = price;
  return Object.assign(content, { quantity: item.quantity });
}

/** As a JSON number; what rounding or a refund pushed below zero is worth nothing. */
export function priceNumber(minorUnits: bigint, currency: string): number {
  return minorUnits < 0 ? 0 : Number(fromMinor(minorUnits, currency));
}

function unitPrice(item: DraftItem, currency: string | undefined): number | undefined {
  if (currency === undefined) return undefined;
  const net = item.net === undefined ? undefined : toMinor(item.net, currency);
  if (net !== undefined && item.quantity > 0) {
    return priceNumber(divideRounded(net, BigInt(item.quantity)), currency);
  }
  const price = item.price === undefined ? undefined : toMinor(item.price, currency);
  return price === undefined ? undefined : priceNumber(price, currency);
}

function pageValue(draft: PageDraft, total: bigint, currency: string, options: ValueOptions): number {
  const goods = minor(draft.subtotal, currency);
  let value = options.basis === 'subtotal' && goods !== undefined ? goods : total;
  if (options.basis === 'total') {
    // Only a checkout that says its subtotal has tax and shipping in its total.
    if (!options.shipping) value -= minor(draft.shipping, currency) ?? BigInt(0);
    if (!options.tax) value -= minor(draft.tax, currency) ?? BigInt(0);
  }
  if (options.profit?.kind === 'margin') value = percentOf(value, options.profit.percent);
  if (options.profit?.kind === 'costRate') value -= percentOf(goods ?? total, options.profit.percent);
  return priceNumber(value, currency);
}

function minor(amount: string | undefined, currency: string): bigint | undefined {
  return amount === undefined ? undefined : toMinor(amount, currency);
}

/** A search term, unless it could be an email address or a phone number, however it is encoded. */
export function safeQuery(query: string | undefined): string | undefined {
  const term = (query ?? '').trim().slice(0, 200);
  return term && !looksPersonal(term) ? term : undefined;
}

/** A label typed by staff or apps (a title, a tag): kept unless an email address is in it. */
export function safeLabel(label: string | undefined): string | undefined {
  const trimmed = (label ?? '').trim();
  return trimmed && !(trimmed.indexOf('@') >= 0 && looksPersonal(trimmed)) ? trimmed : undefined;
}

/** True for text that holds, or decodes to, an email address or a run of digits as long as a phone number. */
export function looksPersonal(text: string): boolean {
  // Most words have none of what either could be made of.
  if (!/[@%0-9\u0080-\uFFFF]/.test(text)) return false;
  let current = text;
  for (let round = 0; round < 4; round++) {
    if (holdsContact(current)) return true;
    const next = decoded(current);
    if (next === current) return false;
    current = next;
  }
  // Encoded more often than any browser does by accident.
  return true;
}

/** Runs of 16 and more digits are ids of campaigns and orders: no phone number is that long. */
function holdsContact(text: string): boolean {
  if (!/[@\uFE6B\uFF20]|\p{Nd}/u.test(text)) return false;
  const folded = /[\u0080-\uFFFF]/.test(text) ? text.normalize('NFKC') : text;
  const plain = folded.replace(/\p{Nd}{16,}/gu, ' ');
  return plain.indexOf('@') >= 0 || /(?:\p{Nd}[\s().\-+/_\u2010-\u2015]{0,3}){7}/u.test(plain);
}

/** One round of percent decoding that leaves alone what is not valid. */
export function decoded(text: string): string {
  if (text.indexOf('%') < 0) return text.indexOf('+') < 0 ? text : text.replace(/\+/g, ' ');
  return text.replace(/\+/g, ' ').replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run.replace(/%([0-7][0-9a-f])/gi, (_whole, hex: string) =>
        String.fromCharCode(parseInt(hex, 16)),
      );
    }
  });
}

/** Longest title, vendor or type that is kept. */
const TEXT_LIMIT = 200;
/** Longest list of a collection or a search; and of a cart. */
const LIST_LIMIT = 20;
const CART_LIMIT = 100;

/** A Shopify pixel event as it arrives: nothing in it is believed before it is looked at. */
export interface ShopifyPixelEvent {
  name: string;
  type?: string;
  data?: unknown;
  customData?: unknown;
}

/** The draft of a standard or custom pixel event; null for an event that Tock has no use for. */
export function draftOf(event: ShopifyPixelEvent): PageDraft | null {
  const data = record(event.data);
  switch (event.name) {
    case 'page_viewed':
      return {};
    case 'product_viewed': {
      const item = itemOf(data.productVariant, 1);
      return draft({ items: item ? [item] : [], ...priced(record(data.productVariant).price) });
    }
    case 'collection_viewed': {
      const variants = list(record(data.collection).productVariants, LIST_LIMIT);
      return draft({ items: items(variants.map((v) => itemOf(v, 1))), currency: currencyOf(variants) });
    }
    case 'search_submitted': {
      const result = record(data.searchResult);
      const variants = list(result.productVariants, LIST_LIMIT);
      return draft({
        items: items(variants.map((v) => itemOf(v, 1))),
        currency: currencyOf(variants),
        query: safeQuery(text(result.query)),
      });
    }
    case 'product_added_to_cart':
    case 'product_removed_from_cart': {
      const item = lineOf(data.cartLine);
      return draft({ items: item ? [item] : [], ...priced(record(record(data.cartLine).cost).totalAmount) });
    }
    case 'cart_viewed': {
      const cart = record(data.cart);
      return draft({
        items: items(list(cart.lines, CART_LIMIT).map(lineOf)),
        ...priced(record(cart.cost).totalAmount),
        cartToken: tokenOf(cart.id),
      });
    }
    case 'checkout_started':
    case 'checkout_contact_info_submitted':
    case 'checkout_address_info_submitted':
    case 'checkout_shipping_info_submitted':
    case 'payment_info_submitted':
    case 'checkout_completed':
      return checkoutDraft(record(data.checkout));
    default:
      return event.type === 'custom' ? customDraft(record(event.customData)) : null;
  }
}

function checkoutDraft(checkout: Record<string, unknown>): PageDraft {
  const order = record(checkout.order);
  const customer = record(order.customer);
  const billing = record(checkout.billingAddress);
  const shipping = record(checkout.shippingAddress);
  const country = record(record(checkout.localization).country);
  const first = customer.isFirstOrder;
  return draft({
    items: items(list(checkout.lineItems, CART_LIMIT).map(checkoutLineOf)),
    ...priced(checkout.totalPrice, checkout.currencyCode),
    subtotal: amount(checkout.subtotalPrice),
    tax: amount(checkout.totalTax),
    shipping: amount(record(checkout.shippingLine).price),
    checkoutToken: text(checkout.token),
    orderId: digits(order.id),
    customerId: digits(customer.id),
    firstOrder: typeof first === 'boolean' ? first : undefined,
    email: text(checkout.email),
    phone:
      text(checkout.phone) ?? text(checkout.smsMarketingPhone) ?? text(billing.phone) ?? text(shipping.phone),
    country: text(billing.countryCode) ?? text(shipping.countryCode) ?? text(country.isoCode),
  });
}

/** A theme's own event: it may say a value, a currency and a product; contact details in it are not read. */
function customDraft(data: Record<string, unknown>): PageDraft {
  const item = itemOf(data.productVariant, quantityOf(data.quantity));
  return draft({
    items: item ? [item] : [],
    total: decimal(data.value),
    currency: text(data.currency),
    query: safeQuery(text(data.query)),
  });
}

type Loose<T> = { [K in keyof T]?: T[K] | undefined };

function draft(parts: Loose<PageDraft>): PageDraft {
  const kept: PageDraft = {};
  if (parts.items && parts.items.length > 0) kept.items = parts.items;
  if (parts.currency) kept.currency = parts.currency;
  if (parts.total) kept.total = parts.total;
  if (parts.subtotal) kept.subtotal = parts.subtotal;
  if (parts.tax) kept.tax = parts.tax;
  if (parts.shipping) kept.shipping = parts.shipping;
  if (parts.query) kept.query = parts.query;
  if (parts.checkoutToken) kept.checkoutToken = parts.checkoutToken;
  if (parts.cartToken) kept.cartToken = parts.cartToken;
  if (parts.orderId) kept.orderId = parts.orderId;
  if (parts.customerId) kept.customerId = parts.customerId;
  if (parts.firstOrder !== undefined) kept.firstOrder = parts.firstOrder;
  if (parts.email) kept.email = parts.email;
  if (parts.phone) kept.phone = parts.phone;
  if (parts.country) kept.country = parts.country;
  return kept;
}

function itemOf(variant: unknown, quantity: number): DraftItem | undefined {
  const v = record(variant);
  const product = record(v.product);
  const item: Loose<DraftItem> = {
    variant: digits(v.id),
    product: digits(product.id),
    sku: short(v.sku),
    title: safeLabel(short(product.title)),
    variantTitle: short(v.title),
    vendor: short(product.vendor),
    type: short(product.type),
    quantity,
    price: amount(v.price),
  };
  if (!item.variant && !item.product && !item.sku && !item.title) return undefined;
  return compact(item, quantity);
}

function compact(parts: Loose<DraftItem>, quantity: number): DraftItem {
  const item: DraftItem = { quantity };
  if (parts.variant) item.variant = parts.variant;
  if (parts.product) item.product = parts.product;
  if (parts.sku) item.sku = parts.sku;
  if (parts.title) item.title = parts.title;
  if (parts.variantTitle) item.variantTitle = parts.variantTitle;
  if (parts.vendor) item.vendor = parts.vendor;
  if (parts.type) item.type = parts.type;
  if (parts.price) item.price = parts.price;
  if (parts.net) item.net = parts.net;
  return item;
}

function lineOf(line: unknown): DraftItem | undefined {
  const l = record(line);
  const item = itemOf(l.merchandise, quantityOf(l.quantity));
  return item && compact({ ...item, net: amount(record(l.cost).totalAmount) }, item.quantity);
}

function checkoutLineOf(line: unknown): DraftItem | undefined {
  const l = record(line);
  const item = itemOf(l.variant, quantityOf(l.quantity));
  if (!item) return undefined;
  return compact(
    { ...item, title: item.title ?? safeLabel(short(l.title)), net: netOf(l, item) },
    item.quantity,
  );
}

/**
 * A line after every discount. finalLinePrice may leave the order's own codes in, the allocations have them all, and
 * the variant's price may be above the line's (subscriptions): the lower of the two is right under every reading.
 */
function netOf(line: Record<string, unknown>, item: DraftItem): string | undefined {
  const told = amount(line.finalLinePrice);
  const currency = text(record(record(line.variant).price).currencyCode);
  const unit = currency && item.price ? toMinor(item.price, currency) : undefined;
  if (!currency || unit === undefined || !Array.isArray(line.discountAllocations)) return told;
  let net = unit * BigInt(item.quantity);
  for (const allocation of line.discountAllocations as unknown[]) {
    const off = minor(amount(record(allocation).amount), currency);
    if (off === undefined) return told;
    net -= off;
  }
  const final = minor(told, currency);
  if (final !== undefined && final <= net) return told;
  return fromMinor(net < 0 ? BigInt(0) : net, currency);
}

function items(found: (DraftItem | undefined)[]): DraftItem[] {
  return found.filter((item): item is DraftItem => item !== undefined);
}

function priced(money: unknown, currency?: unknown): Loose<PageDraft> {
  return { total: amount(money), currency: text(record(money).currencyCode) ?? text(currency) };
}

function currencyOf(variants: unknown[]): string | undefined {
  return text(record(record(variants[0]).price).currencyCode);
}

function amount(money: unknown): string | undefined {
  return decimal(record(money).amount);
}

function decimal(value: unknown): string | undefined {
  const written = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return DECIMAL.test(written) ? written : undefined;
}

function quantityOf(value: unknown): number {
  return typeof value === 'number' && value >= 1 && value <= 1_000_000 ? Math.floor(value) : 1;
}

function tokenOf(id: unknown): string | undefined {
  const whole = text(id);
  if (!whole) return undefined;
  const bare = whole.slice(whole.lastIndexOf('/') + 1);
  const end = bare.indexOf('?');
  return end < 0 ? bare : bare.slice(0, end);
}

function digits(id: unknown): string | undefined {
  const whole = typeof id === 'number' ? String(id) : text(id);
  if (!whole) return undefined;
  return /(\d+)(?:\?.*)?$/.exec(whole)?.[1] ?? short(whole);
}

function short(value: unknown): string | undefined {
  const cut = text(value)?.slice(0, TEXT_LIMIT);
  // Never half of a surrogate pair: a database refuses it.
  return cut && /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed;
}

function list(value: unknown, limit: number): unknown[] {
  return Array.isArray(value) ? value.slice(0, limit) : [];
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
