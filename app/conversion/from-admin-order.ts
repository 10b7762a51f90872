/** A Shopify order, as the Admin GraphQL API tells it, to the same facts and match data. */
import { safeLabel } from './browser.ts';
import type { Amount, FactsProblem, FetchedField, FetchedFields, NotToldFields, OrderRead } from './facts.ts';
import { currencyCode, customerType, decimal, netOf, sum, zero } from './from-order.ts';
import { distinct } from './identity.ts';
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
  originalTotalPriceSet { ${MONEY} }
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

/**
 * One Order node of ADMIN_ORDER_SELECTION, and of what was asked besides. Fields that the shop's scopes deny come as null
 * and count as unknown.
 */
export function readAdminOrder(
  node: unknown,
  known: KnownShop = {},
  asked: Asked = { fields: [], denied: [] },
): Result<OrderRead, FactsProblem> {
  return reading(() => {
    if (!isObject(node)) return refuse('', 'an order');
    return assembleOrder(adminParts(node, asked), known);
  });
}

function adminParts(order: JsonObject, asked: Asked): OrderParts {
  const along = readToldFields(order, { fields: BROUGHT_ALONG, denied: asked.denied });
  const told = readToldFields(order, asked);
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
    bag(order, 'originalTotalPriceSet', currency) ??
    refuse('originalTotalPriceSet', 'an amount of money', 'missing');
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
    fetched: { ...along.fetched, ...told.fetched },
    notTold: Object.keys(told.notTold).length > 0 ? told.notTold : undefined,
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

/** What was asked of an order beyond the rest of it, and which parts of the answer Shopify denied. */
export interface Asked {
  fields: readonly FetchedField[];
  /** Paths below the order, without places in lists: "customer", "lineItems.nodes.product"; "" is the whole order. */
  denied: readonly string[];
  /** The shop's own part of the answer. */
  shop?: unknown;
}

interface ToldField {
  selection: string;
  /** What the query must ask of the shop itself. */
  ofShop?: string;
  scope: string;
  /** Where in the order, or in the shop's part of the answer, it stands. */
  paths: readonly string[];
  read(order: JsonObject, shop: JsonObject): FetchedFields;
}

/** What a rule's field needs of the Admin API, and the scope that grants it. Asked once for an order. */
export const FETCHED_FIELDS: Record<FetchedField, ToldField> = {
  channels: {
    selection: 'attribution { handle displayName }',
    scope: 'read_orders',
    paths: ['attribution'],
    read(order) {
      const attribution = object(order, 'attribution');
      const handle = attribution && text(attribution, 'handle', 'attribution.');
      return { channels: handle ? [handle] : [] };
    },
  },
  sellingPlans: {
    selection: 'lineItems(first: 100) { nodes { sellingPlan { name } } }',
    scope: 'read_orders',
    paths: ['lineItems.nodes.sellingPlan'],
    read: (order) => ({
      sellingPlans: nodes(order, 'lineItems').some((line) => object(line, 'sellingPlan') !== undefined),
    }),
  },
  productTypes: {
    selection: 'lineItems(first: 100) { nodes { product { productType } } }',
    scope: 'read_products',
    paths: ['lineItems.nodes.product'],
    read: (order) => ({
      productTypes: distinct(
        nodes(order, 'lineItems').map((line) => {
          const product = object(line, 'product', 'lineItems.');
          return product && text(product, 'productType', 'lineItems.product.');
        }),
      ),
    }),
  },
  customerTags: {
    selection: 'customer { tags }',
    scope: 'read_customers',
    paths: ['customer.tags'],
    read(order) {
      const customer = object(order, 'customer');
      // Staff write what they like into a tag, an email address as well.
      return { customerTags: customer ? distinct(texts(customer, 'tags', 'customer.').map(safeLabel)) : [] };
    },
  },
  customerTypes: {
    selection: 'customer { numberOfOrders }',
    scope: 'read_customers',
    paths: ['customer.numberOfOrders'],
    read(order) {
      const type = customerType(orderCount(object(order, 'customer')));
      return { customerTypes: type === undefined ? [] : [type] };
    },
  },
  company: {
    selection: 'purchasingEntity { ... on PurchasingCompany { company { id } } }',
    scope: 'read_customers',
    paths: ['purchasingEntity'],
    read: (order) => ({ company: isCompany(order) }),
  },
  // No order names its market. It is the one that has the country that the order goes to.
  markets: {
    selection: 'shippingAddress { countryCodeV2 } billingAddress { countryCodeV2 }',
    ofShop: `markets(first: 50, type: REGION) {
      nodes {
        handle status
        conditions { regionsCondition { regions(first: 100) { nodes { ... on MarketRegionCountry { code } } } } }
      }
    }`,
    scope: 'read_markets',
    paths: ['markets', 'shippingAddress', 'billingAddress'],
    read(order, shop) {
      const country = (key: string): string | undefined => {
        const address = object(order, key);
        return address && text(address, 'countryCodeV2', `${key}.`);
      };
      const to = country('shippingAddress') ?? country('billingAddress');
      const markets = nodes(shop, 'markets').filter(
        (market) => market.status === 'ACTIVE' && to !== undefined && countriesOf(market).includes(to),
      );
      return { markets: distinct(markets.map((market) => text(market, 'handle', 'markets.'))) };
    },
  },
};

function countriesOf(market: JsonObject): string[] {
  const conditions = object(market, 'conditions', 'markets.');
  const regions = conditions && object(conditions, 'regionsCondition', 'markets.conditions.');
  return distinct(regions ? nodes(regions, 'regions').map((region) => text(region, 'code', 'markets.')) : []);
}

export const isFetchedField = (name: string): name is FetchedField => Object.hasOwn(FETCHED_FIELDS, name);

/** What ADMIN_ORDER_SELECTION brings along. */
const BROUGHT_ALONG: readonly FetchedField[] = ['channels', 'sellingPlans', 'productTypes'];

/** The answer about one order, as facts; null when Shopify does not have the order any more. */
export function readToldFields(
  node: unknown,
  { fields, denied, shop }: Asked,
): { fetched: FetchedFields; notTold: NotToldFields } {
  const told: { fetched: FetchedFields; notTold: NotToldFields } = { fetched: {}, notTold: {} };
  for (const field of fields) {
    const { paths, read } = FETCHED_FIELDS[field];
    const hits = (other: string): boolean => paths.some((path) => covers(other, path) || covers(path, other));
    if (denied.some(hits)) told.notTold[field] = 'denied';
    else if (!isObject(node)) told.notTold[field] = 'gone';
    else {
      const answer = reading(() => read(node, isObject(shop) ? shop : {}));
      // An answer in another shape than the schema's is none.
      if (answer.ok) Object.assign(told.fetched, answer.value);
      else told.notTold[field] = 'no_answer';
    }
  }
  return told;
}

const covers = (whole: string, part: string): boolean =>
  whole === '' || part === whole || part.startsWith(`${whole}.`);
