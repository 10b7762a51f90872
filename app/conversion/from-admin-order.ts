/** A Shopify order, as the Admin GraphQL API tells it, to the same facts and match data. */
import type { Amount, FactsProblem, FetchedFields, OrderRead } from './facts.ts';
import { currencyCode, customerType, decimal, netOf, sum, zero } from './from-order.ts';
import {
  flag,
  idOf,
  isObject,
  object,
  objects,
  reading,
  refuse,
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

const MONEY = 'shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }';

/** The selection that readAdminOrder needs of an Order, with `read_orders` alone. Lines beyond 100 are left out. */
export const ADMIN_ORDER_SELECTION = `
  id name createdAt processedAt updatedAt cancelledAt confirmed test displayFinancialStatus
  sourceName clientIp customerLocale taxesIncluded currencyCode presentmentCurrencyCode
  checkoutToken cartToken tags paymentGatewayNames discountCodes
  app { id name }
  attribution { handle displayName }
  retailLocation { id }
  customAttributes { key value }
  totalPriceSet { ${MONEY} }
  currentTotalPriceSet { ${MONEY} }
  currentSubtotalPriceSet { ${MONEY} }
  currentTotalTaxSet { ${MONEY} }
  currentShippingPriceSet { ${MONEY} }
  currentTotalDutiesSet { ${MONEY} }
  currentTotalDiscountsSet { ${MONEY} }
  totalTipReceivedSet { ${MONEY} }
  shippingLines(first: 10) { nodes { taxLines { priceSet { ${MONEY} } } } }
  email phone
  customer { id numberOfOrders defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } }
  billingAddress { phone provinceCode countryCodeV2 }
  shippingAddress { phone provinceCode countryCodeV2 }
  customerJourneySummary {
    ready
    firstVisit { occurredAt landingPage referrerUrl }
    lastVisit { occurredAt landingPage referrerUrl }
  }
  lineItems(first: 100) {
    nodes {
      title variantTitle vendor sku quantity currentQuantity isGiftCard
      product { id productType }
      variant { id }
      originalUnitPriceSet { ${MONEY} }
      discountAllocations { allocatedAmountSet { ${MONEY} } }
      sellingPlan { name }
    }
  }
  refunds { id }
`;

type Currency = OrderParts['currency'];

/** One Order node of ADMIN_ORDER_SELECTION. Fields that the shop's scopes deny come as null and count as unknown. */
export function readAdminOrder(node: unknown, known: KnownShop = {}): Result<OrderRead, FactsProblem> {
  return reading(() => {
    if (!isObject(node)) return refuse('', 'an order');
    return assembleOrder(adminParts(node), known);
  });
}

function adminParts(order: JsonObject): OrderParts {
  const shop = currencyCode(order, 'currencyCode');
  const currency = {
    shop,
    presentment: text(order, 'presentmentCurrencyCode')
      ? currencyCode(order, 'presentmentCurrencyCode')
      : shop,
  };
  const createdAt = requireTime(order, 'createdAt');
  const customer = object(order, 'customer');
  const billing = object(order, 'billingAddress');
  const shipping = object(order, 'shippingAddress');
  const app = object(order, 'app');
  const attribution = object(order, 'attribution');
  const email = customer && object(customer, 'defaultEmailAddress', 'customer.');
  const phone = customer && object(customer, 'defaultPhoneNumber', 'customer.');
  const originalTotal =
    bag(order, 'totalPriceSet', currency) ?? refuse('totalPriceSet', 'an amount of money', 'missing');
  const country = (from: JsonObject | undefined, path: string): string | undefined =>
    from && text(from, 'countryCodeV2', path)?.toUpperCase();
  const nothing = zero(currency);
  const visits = visitsOf(order);
  const lines = nodes(order, 'lineItems');
  return {
    id: idOf(order, 'legacyResourceId', 'id') ?? refuse('id', 'a numeric id', 'missing'),
    name: text(order, 'name') ?? '',
    createdAt,
    processedAt: time(order, 'processedAt') ?? createdAt,
    updatedAt: requireTime(order, 'updatedAt'),
    cancelledAt: time(order, 'cancelledAt'),
    confirmed: order.confirmed === undefined || order.confirmed === null ? true : flag(order, 'confirmed'),
    financialStatus: text(order, 'displayFinancialStatus')?.toLowerCase(),
    test: flag(order, 'test'),
    currency,
    taxesIncluded: flag(order, 'taxesIncluded'),
    originalTotal,
    total: bag(order, 'currentTotalPriceSet', currency) ?? originalTotal,
    subtotal: bag(order, 'currentSubtotalPriceSet', currency) ?? bag(order, 'subtotalPriceSet', currency),
    tax: bag(order, 'currentTotalTaxSet', currency) ?? bag(order, 'totalTaxSet', currency) ?? nothing,
    shipping:
      bag(order, 'currentShippingPriceSet', currency) ??
      bag(order, 'totalShippingPriceSet', currency) ??
      nothing,
    shippingTax: sum(
      nodes(order, 'shippingLines').flatMap((line) =>
        objects(line, 'taxLines', 'shippingLines.').map(
          (tax) => bag(tax, 'priceSet', currency, 'shippingLines.') ?? nothing,
        ),
      ),
      currency,
    ),
    duties: bag(order, 'currentTotalDutiesSet', currency) ?? nothing,
    tips: bag(order, 'totalTipReceivedSet', currency) ?? nothing,
    discounts: bag(order, 'currentTotalDiscountsSet', currency) ?? nothing,
    hasRefunds: objects(order, 'refunds').length > 0,
    lines: lines.map((line, index) => linePart(line, `lineItems[${index}].`, currency)),
    sourceName: text(order, 'sourceName'),
    appId: app && idOf(app, '', 'id', 'app.'),
    channel: attribution && text(attribution, 'handle', 'attribution.'),
    tags: texts(order, 'tags'),
    gateways: texts(order, 'paymentGatewayNames'),
    discountCodes: texts(order, 'discountCodes'),
    attributes: objects(order, 'customAttributes').map((entry) => ({
      name: text(entry, 'key', 'customAttributes.') ?? '',
      value: text(entry, 'value', 'customAttributes.') ?? '',
    })),
    pos: object(order, 'retailLocation') !== undefined,
    b2b: object(order, 'purchasingEntity') !== undefined && isCompany(order),
    staff: object(order, 'staffMember') !== undefined,
    shipTo: {
      country: country(shipping, 'shippingAddress.'),
      region: shipping && text(shipping, 'provinceCode', 'shippingAddress.'),
    },
    billTo: {
      country: country(billing, 'billingAddress.'),
      region: billing && text(billing, 'provinceCode', 'billingAddress.'),
    },
    customerId: customer && idOf(customer, '', 'id', 'customer.'),
    customerType: customerType(orderCount(customer)),
    emails: [text(order, 'email'), email && text(email, 'emailAddress', 'customer.defaultEmailAddress.')],
    phones: [
      { raw: text(order, 'phone'), country: undefined },
      { raw: phone && text(phone, 'phoneNumber', 'customer.defaultPhoneNumber.'), country: undefined },
      {
        raw: billing && text(billing, 'phone', 'billingAddress.'),
        country: country(billing, 'billingAddress.'),
      },
    ],
    otherPhones: [
      {
        raw: shipping && text(shipping, 'phone', 'shippingAddress.'),
        country: country(shipping, 'shippingAddress.'),
      },
    ],
    hasAddress: billing !== undefined || shipping !== undefined,
    ip: text(order, 'clientIp'),
    // The Admin API does not have the browser's user agent.
    userAgent: undefined,
    locale: text(order, 'customerLocale'),
    landings: visits.landings,
    referrer: visits.referrer,
    host: undefined,
    checkoutToken: text(order, 'checkoutToken'),
    cartToken: text(order, 'cartToken'),
    fetched: fetchedOf(order, lines),
  };
}

function linePart(line: JsonObject, path: string, currency: Currency): LinePart {
  const quantity = whole(line, 'quantity', path) ?? 1;
  const price =
    bag(line, 'originalUnitPriceSet', currency, path) ??
    refuse(path + 'originalUnitPriceSet', 'an amount of money', 'missing');
  const discounts = objects(line, 'discountAllocations', path).map(
    (entry) => bag(entry, 'allocatedAmountSet', currency, path + 'discountAllocations.') ?? zero(currency),
  );
  const product = object(line, 'product', path);
  const variant = object(line, 'variant', path);
  return {
    variant: variant && idOf(variant, 'legacyResourceId', 'id', path + 'variant.'),
    product: product && idOf(product, 'legacyResourceId', 'id', path + 'product.'),
    sku: text(line, 'sku', path),
    title: text(line, 'title', path),
    variantTitle: text(line, 'variantTitle', path),
    vendor: text(line, 'vendor', path),
    type: product && text(product, 'productType', path + 'product.'),
    quantity,
    currentQuantity: whole(line, 'currentQuantity', path) ?? quantity,
    net: netOf(price, quantity, discounts, currency),
    giftCard: flag(line, 'isGiftCard', path),
    subscription: object(line, 'sellingPlan', path) !== undefined,
  };
}

function bag(from: JsonObject, key: string, currency: Currency, path = ''): Amount | undefined {
  const set = object(from, key, path);
  const shop = set && object(set, 'shopMoney', `${path}${key}.`);
  if (set === undefined || shop === undefined) return undefined;
  const amount = decimal(shop, 'amount', currency.shop, `${path}${key}.shopMoney.`);
  const other = object(set, 'presentmentMoney', `${path}${key}.`);
  if (currency.shop === currency.presentment || other === undefined) return { shop: amount };
  return {
    shop: amount,
    presentment: decimal(other, 'amount', currency.presentment, `${path}${key}.presentmentMoney.`),
  };
}

function nodes(from: JsonObject, key: string): JsonObject[] {
  const connection = object(from, key);
  return connection === undefined ? [] : objects(connection, 'nodes', `${key}.`);
}

function visitsOf(order: JsonObject): { landings: OrderParts['landings']; referrer: string | undefined } {
  const journey = object(order, 'customerJourneySummary');
  const landings: OrderParts['landings'] = [];
  let referrer: string | undefined;
  for (const key of ['firstVisit', 'lastVisit']) {
    const visit = journey && object(journey, key, 'customerJourneySummary.');
    if (visit === undefined) continue;
    const url = text(visit, 'landingPage', `customerJourneySummary.${key}.`);
    if (url) landings.push({ url, at: time(visit, 'occurredAt', `customerJourneySummary.${key}.`) });
    referrer = text(visit, 'referrerUrl', `customerJourneySummary.${key}.`);
  }
  return { landings, referrer };
}

function isCompany(order: JsonObject): boolean {
  const buyer = object(order, 'purchasingEntity');
  return buyer !== undefined && object(buyer, 'company', 'purchasingEntity.') !== undefined;
}

/** GraphQL's UnsignedInt64 comes as text. */
function orderCount(customer: JsonObject | undefined): number | undefined {
  const written = customer && text(customer, 'numberOfOrders', 'customer.');
  return written !== undefined && /^\d{1,9}$/.test(written) ? Number(written) : undefined;
}

function fetchedOf(order: JsonObject, lines: readonly JsonObject[]): FetchedFields {
  const fetched: FetchedFields = {
    sellingPlans: lines.some((line) => isObject(line.sellingPlan)),
    productTypes: lines.flatMap((line) =>
      isObject(line.product) ? (text(line.product, 'productType') ?? []) : [],
    ),
  };
  const customer = object(order, 'customer');
  if (customer && Array.isArray(customer.tags)) fetched.customerTags = texts(customer, 'tags', 'customer.');
  const market = customer && object(customer, 'market', 'customer.');
  const handle = market && text(market, 'handle', 'customer.market.');
  if (handle !== undefined) fetched.markets = [handle];
  if (order.purchasingEntity !== undefined) fetched.company = isCompany(order);
  const attribution = object(order, 'attribution');
  const channel = attribution && text(attribution, 'handle', 'attribution.');
  if (channel !== undefined) fetched.channel = channel;
  return fetched;
}

/** What a rule's field needs of the Admin API, and the scope that grants it. Asked once for an order. */
export const FETCHED_FIELD_SELECTIONS: Record<keyof FetchedFields, { selection: string; scope: string }> = {
  channel: { selection: 'attribution { handle displayName }', scope: 'read_orders' },
  sellingPlans: {
    selection: 'lineItems(first: 100) { nodes { sellingPlan { name } } }',
    scope: 'read_orders',
  },
  productTypes: {
    selection: 'lineItems(first: 100) { nodes { product { productType } } }',
    scope: 'read_products',
  },
  customerTags: { selection: 'customer { tags }', scope: 'read_customers' },
  company: {
    selection: 'purchasingEntity { ... on PurchasingCompany { company { id } } }',
    scope: 'read_customers',
  },
  markets: { selection: 'customer { market { handle } }', scope: 'read_markets' },
};

/** The answer to a query of FETCHED_FIELD_SELECTIONS, as facts. A field that was denied stays unknown. */
export function readFetchedFields(node: unknown): FetchedFields {
  if (!isObject(node)) return {};
  const read = reading(() => fetchedOf(node, nodes(node, 'lineItems')));
  return read.ok ? read.value : {};
}
