/** A Shopify order, as a webhook tells it, to facts and match data. */
import { fromMinor, minorDigits, toMinor } from './browser.ts';
import type { Amount, FactsProblem, OrderRead } from './facts.ts';
import {
  flag,
  idOf,
  object,
  objects,
  readingText,
  refuse,
  requireText,
  requireTime,
  text,
  texts,
  time,
  whole,
} from './json.ts';
import type { JsonObject } from './json.ts';
import { assembleOrder } from './order-parts.ts';
import type { KnownShop, LinePart, OrderParts } from './order-parts.ts';
import type { Result } from './result.ts';
import { hostOf } from './scrub.ts';

/** Everything that readOrder looks at: what `include_fields` of a subscription must name. */
export const ORDER_WEBHOOK_FIELDS = [
  'admin_graphql_api_id',
  'app_id',
  'billing_address',
  'browser_ip',
  'cancelled_at',
  'cart_token',
  'checkout_token',
  'client_details',
  'company',
  'confirmed',
  'contact_email',
  'created_at',
  'currency',
  'current_shipping_price_set',
  'current_subtotal_price',
  'current_subtotal_price_set',
  'current_total_discounts',
  'current_total_discounts_set',
  'current_total_duties_set',
  'current_total_price',
  'current_total_price_set',
  'current_total_tax',
  'current_total_tax_set',
  'customer',
  'customer_locale',
  'discount_codes',
  'email',
  'financial_status',
  'id',
  'landing_site',
  'line_items',
  'name',
  'note_attributes',
  'order_status_url',
  'original_total_duties_set',
  'payment_gateway_names',
  'phone',
  'presentment_currency',
  'processed_at',
  'referring_site',
  'refunds',
  'shipping_address',
  'shipping_lines',
  'source_name',
  'subtotal_price',
  'subtotal_price_set',
  'tags',
  'taxes_included',
  'test',
  'total_discounts',
  'total_discounts_set',
  'total_price',
  'total_price_set',
  'total_shipping_price_set',
  'total_tax',
  'total_tax_set',
  'total_tip_received',
  'updated_at',
  'user_id',
] as const;

type Currency = OrderParts['currency'];

/** The body of an orders/* webhook. */
export function readOrder(rawJson: string, known: KnownShop = {}): Result<OrderRead, FactsProblem> {
  return readingText(rawJson, (order) => assembleOrder(webhookParts(order), known));
}

function webhookParts(order: JsonObject): OrderParts {
  const shop = currencyCode(order, 'currency');
  const currency = {
    shop,
    presentment: text(order, 'presentment_currency') ? currencyCode(order, 'presentment_currency') : shop,
  };
  const createdAt = requireTime(order, 'created_at');
  const customer = object(order, 'customer');
  const billing = object(order, 'billing_address');
  const shipping = object(order, 'shipping_address');
  const homes = customer && object(customer, 'default_address', 'customer.');
  const client = object(order, 'client_details');
  const originalTotal =
    money(order, 'total_price', 'total_price_set', currency) ??
    refuse('total_price', 'an amount of money', 'missing');
  const country = (from: JsonObject | undefined, path: string): string | undefined =>
    from && text(from, 'country_code', path)?.toUpperCase();
  const landing = text(order, 'landing_site');
  const shippingLines = objects(order, 'shipping_lines').filter(
    (line) => !flag(line, 'is_removed', 'shipping_lines.'),
  );
  const statusUrl = text(order, 'order_status_url');
  const nothing = zero(currency);
  return {
    id: idOf(order, 'id', 'admin_graphql_api_id') ?? refuse('id', 'a numeric id', 'missing'),
    name: text(order, 'name') ?? '',
    createdAt,
    processedAt: time(order, 'processed_at') ?? createdAt,
    updatedAt: requireTime(order, 'updated_at'),
    cancelledAt: time(order, 'cancelled_at'),
    confirmed: order.confirmed === undefined || order.confirmed === null ? true : flag(order, 'confirmed'),
    financialStatus: text(order, 'financial_status')?.toLowerCase(),
    test: flag(order, 'test'),
    currency,
    taxesIncluded: flag(order, 'taxes_included'),
    originalTotal,
    total: money(order, 'current_total_price', 'current_total_price_set', currency) ?? originalTotal,
    subtotal:
      money(order, 'current_subtotal_price', 'current_subtotal_price_set', currency) ??
      money(order, 'subtotal_price', 'subtotal_price_set', currency),
    tax:
      money(order, 'current_total_tax', 'current_total_tax_set', currency) ??
      money(order, 'total_tax', 'total_tax_set', currency) ??
      nothing,
    shipping:
      money(order, 'current_shipping_price', 'current_shipping_price_set', currency) ??
      money(order, 'total_shipping_price', 'total_shipping_price_set', currency) ??
      nothing,
    shippingTax: sum(
      shippingLines.flatMap((line, index) =>
        objects(line, 'tax_lines', `shipping_lines[${index}].`).map(
          (tax) =>
            money(tax, 'price', 'price_set', currency, `shipping_lines[${index}].tax_lines.`) ?? nothing,
        ),
      ),
      currency,
    ),
    duties:
      money(order, 'current_total_duties', 'current_total_duties_set', currency) ??
      money(order, 'original_total_duties', 'original_total_duties_set', currency) ??
      nothing,
    tips: tips(order, currency),
    discounts:
      money(order, 'current_total_discounts', 'current_total_discounts_set', currency) ??
      money(order, 'total_discounts', 'total_discounts_set', currency) ??
      nothing,
    hasRefunds: objects(order, 'refunds').length > 0,
    lines: objectsOf(order, 'line_items').map((line, index) =>
      linePart(line, `line_items[${index}].`, currency),
    ),
    sourceName: text(order, 'source_name'),
    appId: text(order, 'app_id'),
    channel: undefined,
    tags: (text(order, 'tags') ?? '').split(',').map((tag) => tag.trim()),
    gateways: texts(order, 'payment_gateway_names'),
    discountCodes: objects(order, 'discount_codes').flatMap(
      (code) => text(code, 'code', 'discount_codes.') ?? [],
    ),
    attributes: objects(order, 'note_attributes').map((entry) => ({
      name: text(entry, 'name', 'note_attributes.') ?? '',
      value: attributeValue(entry.value),
    })),
    pos: false,
    b2b: object(order, 'company') !== undefined,
    staff: text(order, 'user_id') !== undefined,
    shipTo: {
      country: country(shipping, 'shipping_address.'),
      region: shipping && text(shipping, 'province_code', 'shipping_address.'),
    },
    billTo: {
      country: country(billing, 'billing_address.'),
      region: billing && text(billing, 'province_code', 'billing_address.'),
    },
    customerId: customer && idOf(customer, 'id', 'admin_graphql_api_id', 'customer.'),
    customerType: customerType(customer && whole(customer, 'orders_count', 'customer.')),
    emails: [
      text(order, 'email'),
      text(order, 'contact_email'),
      customer && text(customer, 'email', 'customer.'),
    ],
    phones: [
      { raw: text(order, 'phone'), country: undefined },
      { raw: customer && text(customer, 'phone', 'customer.'), country: undefined },
      {
        raw: billing && text(billing, 'phone', 'billing_address.'),
        country: country(billing, 'billing_address.'),
      },
    ],
    otherPhones: [
      {
        raw: shipping && text(shipping, 'phone', 'shipping_address.'),
        country: country(shipping, 'shipping_address.'),
      },
      {
        raw: homes && text(homes, 'phone', 'customer.default_address.'),
        country: country(homes, 'customer.default_address.'),
      },
    ],
    hasAddress: billing !== undefined || shipping !== undefined,
    ip: text(order, 'browser_ip') ?? (client && text(client, 'browser_ip', 'client_details.')),
    userAgent: client && text(client, 'user_agent', 'client_details.'),
    locale:
      text(order, 'customer_locale') ??
      firstLanguage(client && text(client, 'accept_language', 'client_details.')),
    landings: landing ? [{ url: landing, at: undefined }] : [],
    referrer: text(order, 'referring_site'),
    host: hostOf(statusUrl),
    checkoutToken: text(order, 'checkout_token'),
    cartToken: text(order, 'cart_token'),
    fetched: undefined,
    notTold: undefined,
  };
}

function linePart(line: JsonObject, path: string, currency: Currency): LinePart {
  const quantity = whole(line, 'quantity', path) ?? 1;
  const price =
    money(line, 'price', 'price_set', currency, path) ??
    refuse(path + 'price', 'an amount of money', 'missing');
  const discounts = objects(line, 'discount_allocations', path).map(
    (entry, index) =>
      money(entry, 'amount', 'amount_set', currency, `${path}discount_allocations[${index}].`) ??
      zero(currency),
  );
  return {
    variant: idOf(line, 'variant_id', undefined, path),
    product: idOf(line, 'product_id', undefined, path),
    sku: text(line, 'sku', path),
    title: text(line, 'title', path),
    variantTitle: text(line, 'variant_title', path),
    vendor: text(line, 'vendor', path),
    type: text(line, 'product_type', path),
    quantity,
    currentQuantity: whole(line, 'current_quantity', path) ?? quantity,
    net: netOf(price, quantity, discounts, currency),
    giftCard: flag(line, 'gift_card', path),
    subscription: object(line, 'selling_plan_allocation', path) !== undefined,
  };
}

/** Price times quantity less what Shopify allocated of every discount, on both sides. */
export function netOf(
  price: Amount,
  quantity: number,
  discounts: readonly Amount[],
  currency: Currency,
): Amount {
  if (quantity === 1 && discounts.length === 0) return price;
  const side = (of: (amount: Amount) => string, code: string): string => {
    let net = minor(of(price), code) * BigInt(quantity);
    for (const discount of discounts) net -= minor(of(discount), code);
    return fromMinor(net, code);
  };
  const shop = side((amount) => amount.shop, currency.shop);
  if (currency.shop === currency.presentment) return { shop };
  return { shop, presentment: side((amount) => amount.presentment ?? amount.shop, currency.presentment) };
}

function minor(amount: string, currency: string): bigint {
  return toMinor(amount, currency) ?? 0n;
}

export function zero(currency: Currency): Amount {
  const shop = fromMinor(0n, currency.shop);
  return currency.shop === currency.presentment
    ? { shop }
    : { shop, presentment: fromMinor(0n, currency.presentment) };
}

export function sum(amounts: readonly Amount[], currency: Currency): Amount {
  if (amounts.length === 0) return zero(currency);
  return netOf(
    zero(currency),
    1,
    amounts.map((amount) => negative(amount)),
    currency,
  );
}

function negative(amount: Amount): Amount {
  const turn = (text: string): string => (text.startsWith('-') ? text.slice(1) : '-' + text);
  return amount.presentment === undefined
    ? { shop: turn(amount.shop) }
    : { shop: turn(amount.shop), presentment: turn(amount.presentment) };
}

/** The `_set` with both currencies, else the plain field, which Shopify writes in shop currency. */
function money(
  from: JsonObject,
  key: string,
  setKey: string,
  currency: Currency,
  path = '',
): Amount | undefined {
  const set = object(from, setKey, path);
  const shop = set && object(set, 'shop_money', path);
  if (set === undefined || shop === undefined) {
    return text(from, key, path) === undefined
      ? undefined
      : { shop: decimal(from, key, currency.shop, path) };
  }
  const amount =
    amountOf(shop, currency.shop) ?? decimal(shop, 'amount', currency.shop, `${path}${setKey}.shop_money.`);
  if (currency.shop === currency.presentment) return { shop: amount };
  const other = object(set, 'presentment_money', path);
  if (other === undefined) return { shop: amount };
  return {
    shop: amount,
    presentment:
      amountOf(other, currency.presentment) ??
      decimal(other, 'amount', currency.presentment, `${path}${setKey}.presentment_money.`),
  };
}

/** The common case without building the path of a fault that there is not. */
function amountOf(bag: JsonObject, currency: string): string | undefined {
  const { amount } = bag;
  return typeof amount === 'string' && TWO_PLACES.test(amount) && minorDigits(currency) === 2
    ? amount
    : undefined;
}

const TWO_PLACES = /^\d{1,15}\.\d\d$/;

/** An amount with exactly its currency's digits. */
export function decimal(from: JsonObject, key: string, currency: string, path: string): string {
  const written = requireText(from, key, path);
  if (minorDigits(currency) === 2 && TWO_PLACES.test(written)) return written;
  const exact = toMinor(written, currency);
  return exact === undefined
    ? refuse(path + key, 'a decimal amount such as 10.00')
    : fromMinor(exact, currency);
}

export function currencyCode(from: JsonObject, key: string): string {
  const code = requireText(from, key).toUpperCase();
  return /^[A-Z]{3}$/.test(code) ? code : refuse(key, 'a currency code such as USD');
}

function tips(order: JsonObject, currency: Currency): Amount {
  const set = money(order, 'total_tip_received', 'total_tip_received_set', currency);
  return set ?? zero(currency);
}

export function customerType(orders: number | undefined): 'new' | 'returning' | undefined {
  if (orders === undefined) return undefined;
  return orders <= 1 ? 'new' : 'returning';
}

function objectsOf(order: JsonObject, key: string): JsonObject[] {
  return order[key] === undefined || order[key] === null
    ? refuse(key, 'a list', 'missing')
    : objects(order, key);
}

/** Themes write anything into an attribute; only text and numbers can be of use. */
function attributeValue(value: unknown): string {
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}

function firstLanguage(header: string | undefined): string | undefined {
  return header?.split(/[,;]/)[0]?.trim();
}
