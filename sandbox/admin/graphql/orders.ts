/** Orders as the Admin API shows them, built from the sandbox's own orders. */

import { divideRounded, fromMinor, sum, toMinor } from '../../orders/money.ts';
import { moneyOf, type MoneySet } from '../../orders/payload.ts';
import type { SandboxLine, SandboxOrder, SandboxShop, World } from '../../world.ts';
import { addressNode, customerNode, productNode, variantNode } from './catalogue.ts';
import { connection, type Fields } from './connections.ts';
import { gid, listOf, numericId, text, type AdminContext, type Resolvers } from './context.ts';
import { refused } from './errors.ts';
import { matchesNumber, matchesText, matchesTime, readSearch } from './search.ts';

/** Without read_all_orders an app sees the orders of these days only. */
const visibleDays = 60;

/** Of what a query may name in one argument. */
const longestList = 250;

/** The Admin API writes decimals without needless zeros, but with one digit behind the point. */
function decimalOf(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  return `${whole}.${fraction.replace(/0+$/, '') || '0'}`;
}

/** The payloads' own sums, so that both ways of reading an order agree to the cent. */
function bag({ shop_money: shop, presentment_money: buyer }: MoneySet): Fields {
  return {
    shopMoney: { amount: decimalOf(shop.amount), currencyCode: shop.currency_code },
    presentmentMoney: { amount: decimalOf(buyer.amount), currencyCode: buyer.currency_code },
  };
}

function unitOf(total: MoneySet, quantity: number): MoneySet {
  const part = (amount: string, currency: string) =>
    fromMinor(quantity === 0 ? 0n : divideRounded(toMinor(amount, currency), BigInt(quantity)), currency);
  const { shop_money: shop, presentment_money: buyer } = total;
  return {
    shop_money: { ...shop, amount: part(shop.amount, shop.currency_code) },
    presentment_money: { ...buyer, amount: part(buyer.amount, buyer.currency_code) },
  };
}

type OrderMoney = ReturnType<typeof moneyOf>;

function lineNode(shop: SandboxShop, order: SandboxOrder, money: OrderMoney, line: SandboxLine): Fields {
  const product = shop.products.find(({ id }) => id === line.productId);
  const minor = (amount: string) => toMinor(amount, order.currency);
  const text = (amount: bigint) => fromMinor(amount, order.currency);
  const taken = text(sum(line.allocations.map(({ amount }) => minor(amount))));
  const discounted = bag(money.line(line));
  const unit = bag(unitOf(money.line(line), line.quantity));
  return {
    id: gid('LineItem', line.id),
    title: line.title,
    name: line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title,
    variantTitle: line.variantTitle,
    vendor: line.vendor,
    sku: line.sku,
    quantity: line.quantity,
    currentQuantity: line.currentQuantity,
    requiresShipping: line.requiresShipping,
    taxable: line.taxable,
    isGiftCard: line.giftCard,
    customAttributes: line.properties.map(({ name, value }) => ({ key: name, value })),
    product: product ? () => productNode(shop, product) : null,
    variant: product && line.variantId ? () => variantNode(shop, product, line.variantId ?? '') : null,
    originalUnitPriceSet: bag(money.set(line.price)),
    originalTotalSet: bag(money.set(text(minor(line.price) * BigInt(line.quantity)))),
    discountedTotalSet: discounted,
    discountedUnitPriceSet: unit,
    discountedUnitPriceAfterAllDiscountsSet: unit,
    totalDiscountSet: bag(money.set(taken)),
    sellingPlan: line.sellingPlan && {
      name: line.sellingPlan.name,
      sellingPlanId: gid('SellingPlan', line.sellingPlan.id),
    },
    taxLines: line.taxLines.map((tax) => taxNode(money, tax)),
    discountAllocations: line.allocations.map(({ amount }) => ({
      allocatedAmountSet: bag(money.set(amount)),
    })),
  };
}

function shippingNode(money: OrderMoney, line: SandboxOrder['shippingLines'][number]): Fields {
  const discounted = bag(money.discountedShipping(line));
  return {
    id: gid('ShippingLine', line.id),
    title: line.title,
    code: line.title,
    source: 'shopify',
    custom: false,
    isRemoved: false,
    carrierIdentifier: null,
    phone: null,
    originalPriceSet: bag(money.set(line.price)),
    discountedPriceSet: discounted,
    currentDiscountedPriceSet: discounted,
    taxLines: line.taxLines.map((tax) => taxNode(money, tax)),
  };
}

function taxNode(money: OrderMoney, tax: SandboxOrder['taxLines'][number]): Fields {
  return {
    title: tax.title,
    rate: tax.rate,
    ratePercentage: tax.rate * 100,
    priceSet: bag(money.set(tax.price)),
  };
}

function visitNode(shop: SandboxShop, order: SandboxOrder): Fields | null {
  if (!order.landingSite) return null;
  const landing = new URL(order.landingSite, `https://${shop.handle}.example`);
  const utm = (name: string) => landing.searchParams.get(`utm_${name}`);
  const tagged = ['source', 'medium', 'campaign', 'term', 'content'].some((name) => utm(name) !== null);
  return {
    id: gid('CustomerVisit', order.id),
    occurredAt: order.createdAt,
    landingPage: landing.href,
    referrerUrl: order.referringSite || null,
    source: order.referringSite ? new URL(order.referringSite).hostname : 'direct',
    sourceType: null,
    referralCode: null,
    sourceDescription: null,
    utmParameters: tagged
      ? {
          source: utm('source'),
          medium: utm('medium'),
          campaign: utm('campaign'),
          term: utm('term'),
          content: utm('content'),
        }
      : null,
  };
}

/** Shopify works the journey out some time after the order. */
const journeyReadyAfter = 60_000;

function journeyNode(world: World, shop: SandboxShop, order: SandboxOrder): Fields | null {
  if (!order.checkoutToken) return null;
  const ready = world.clock.now().getTime() - Date.parse(order.createdAt) >= journeyReadyAfter;
  const visit = ready ? visitNode(shop, order) : null;
  return {
    ready,
    customerOrderIndex: ready ? 0 : null,
    daysToConversion: ready ? 0 : null,
    momentsCount: ready ? { count: visit ? 1 : 0, precision: 'EXACT' } : null,
    firstVisit: visit,
    lastVisit: visit,
  };
}

const fulfillmentWords = { fulfilled: 'FULFILLED', partial: 'PARTIALLY_FULFILLED', none: 'UNFULFILLED' };

function orderNode({ world, shop }: AdminContext, order: SandboxOrder): Fields {
  const customer = shop.customers.find(({ id }) => id === order.customerId);
  const money = moneyOf(order);
  const minor = (amount: string) => toMinor(amount, order.currency);
  const set = (amount: string) => bag(money.set(amount));
  const setOf = (amount: bigint) => set(fromMinor(amount, order.currency));
  const refunded = sum(order.refunds.map(({ amount }) => minor(amount)));
  const received = minor(order.total) - minor(order.totalOutstanding);
  return {
    id: gid('Order', order.id),
    legacyResourceId: order.id,
    name: order.name,
    number: order.number,
    confirmationNumber: order.confirmationNumber,
    confirmed: order.confirmed,
    test: order.test,
    createdAt: order.createdAt,
    processedAt: order.processedAt,
    updatedAt: order.updatedAt,
    cancelledAt: order.cancelledAt,
    cancelReason: order.cancelReason?.toUpperCase() ?? null,
    closed: order.closedAt !== null,
    closedAt: order.closedAt,
    edited: order.total !== order.originalTotal || (order.currentTotal !== order.total && refunded === 0n),
    sourceName: order.sourceName,
    sourceIdentifier: order.sourceIdentifier,
    registeredSourceUrl: order.sourceUrl,
    clientIp: order.clientDetails?.browserIp ?? null,
    app: { id: gid('App', order.appId), name: order.appName },
    attribution: order.attribution && { ...order.attribution, icon: null },
    retailLocation: order.locationId
      ? { id: gid('Location', order.locationId), legacyResourceId: order.locationId, name: shop.city }
      : null,
    checkoutToken: order.checkoutToken,
    cartToken: order.cartToken,
    customAttributes: order.noteAttributes.map(({ name, value }) => ({ key: name, value })),
    note: order.note,
    tags: order.tags,
    poNumber: order.poNumber,
    paymentGatewayNames: order.gateways,
    currencyCode: order.currency,
    presentmentCurrencyCode: order.presentmentCurrency,
    taxesIncluded: order.taxesIncluded,
    customerLocale: order.customerLocale,
    customerAcceptsMarketing: order.buyerAcceptsMarketing,
    displayFinancialStatus: order.financialStatus.toUpperCase(),
    displayFulfillmentStatus: fulfillmentWords[order.fulfillmentStatus ?? 'none'],
    fullyPaid: Number(order.totalOutstanding) === 0 && order.financialStatus !== 'voided',
    unpaid: order.financialStatus === 'pending',
    statusPageUrl: `https://${shop.handle}.example/orders/${order.token}`,
    email: order.email,
    phone: order.phone,
    billingAddress: order.billingAddress && addressNode(order.billingAddress, order.id),
    shippingAddress: order.shippingAddress && addressNode(order.shippingAddress, order.id),
    customer: customer ? customerNode(customer) : null,
    customerJourneySummary: () => journeyNode(world, shop, order),
    purchasingEntity: order.company
      ? {
          __typename: 'PurchasingCompany',
          company: { id: gid('Company', order.company.id), name: 'Example Company' },
          location: { id: gid('CompanyLocation', order.company.locationId), name: 'Head office' },
          contact: null,
        }
      : customer
        ? { __typename: 'Customer', ...customerNode(customer) }
        : null,
    originalTotalPriceSet: bag(money.current('total', order.originalTotal)),
    totalPriceSet: bag(money.total('total')),
    currentTotalPriceSet: bag(money.current('total', order.currentTotal)),
    subtotalPriceSet: bag(money.total('subtotal')),
    currentSubtotalPriceSet: bag(money.current('subtotal', order.currentSubtotal)),
    totalDiscountsSet: bag(money.total('discounts')),
    currentTotalDiscountsSet: bag(money.current('discounts', order.currentDiscounts)),
    totalTaxSet: bag(money.total('tax')),
    currentTotalTaxSet: bag(money.current('tax', order.currentTax)),
    totalShippingPriceSet: bag(money.total('shipping')),
    currentShippingPriceSet: bag(money.total('shipping')),
    totalTipReceivedSet: bag(money.total('tip')),
    totalOutstandingSet: set(order.totalOutstanding),
    totalRefundedSet: setOf(refunded),
    totalReceivedSet: setOf(received),
    netPaymentSet: setOf(received - refunded),
    originalTotalDutiesSet: minor(order.totalDuties) > 0n ? bag(money.total('duties')) : null,
    currentTotalDutiesSet: minor(order.totalDuties) > 0n ? bag(money.total('duties')) : null,
    shippingLines: (args: Fields, bulk: boolean) =>
      connection(
        order.shippingLines,
        args,
        ({ id }) => id,
        (line) => shippingNode(money, line),
        bulk,
      ),
    shippingLine: order.shippingLines[0] ? shippingNode(money, order.shippingLines[0]) : null,
    taxLines: order.taxLines.map((tax) => taxNode(money, tax)),
    discountCode: order.discounts.find(({ code }) => code !== null)?.code ?? null,
    discountCodes: order.discounts.flatMap(({ code }) => code ?? []),
    subtotalLineItemsQuantity: order.lines.reduce((pieces, { quantity }) => pieces + quantity, 0),
    currentSubtotalLineItemsQuantity: order.lines.reduce(
      (pieces, { currentQuantity }) => pieces + currentQuantity,
      0,
    ),
    lineItems: (args: Fields, bulk: boolean) =>
      connection(
        order.lines,
        args,
        ({ id }) => id,
        (line) => lineNode(shop, order, money, line),
        bulk,
      ),
    refunds: order.refunds.map((refund) => ({
      id: gid('Refund', refund.id),
      legacyResourceId: refund.id,
      createdAt: refund.createdAt,
      updatedAt: refund.createdAt,
      processedAt: refund.createdAt,
      note: refund.note,
      totalRefundedSet: set(refund.amount),
    })),
  };
}

function visibleOrders({ world, shop, scopes }: AdminContext): SandboxOrder[] {
  const earliest = world.clock.now().getTime() - visibleDays * 86_400_000;
  return shop.orders.filter(
    (order) =>
      order.deletedAt === null && (scopes.has('read_all_orders') || Date.parse(order.createdAt) >= earliest),
  );
}

function orderSearch(query: string): (order: SandboxOrder) => boolean {
  return readSearch<SandboxOrder>(query, (order, term) => {
    switch (term.key) {
      case 'id':
        return matchesNumber(order.id, term);
      case 'name':
        return matchesText(order.name.replace('#', ''), { ...term, value: term.value.replace('#', '') });
      case 'created_at':
        return matchesTime(order.createdAt, term);
      case 'processed_at':
        return matchesTime(order.processedAt, term);
      case 'updated_at':
        return matchesTime(order.updatedAt, term);
      case 'financial_status':
        return matchesText(order.financialStatus, term);
      case 'source_name':
        return matchesText(order.sourceName, term);
      case 'source_identifier':
        return matchesText(order.sourceIdentifier, term);
      case 'checkout_token':
        return matchesText(order.checkoutToken, term);
      case 'cart_token':
        return matchesText(order.cartToken, term);
      case 'confirmation_number':
        return matchesText(order.confirmationNumber, term);
      case 'customer_id':
        return matchesText(order.customerId, term);
      case 'email':
        return matchesText(order.email, term);
      case 'tag':
        return order.tags.some((tag) => matchesText(tag, term));
      case 'tag_not':
        return !order.tags.some((tag) => matchesText(tag, term));
      case 'test':
        return matchesText(String(order.test), term);
      case 'gateway':
        return order.gateways.some((gateway) => matchesText(gateway, term));
      case 'status':
        if (term.value === 'any') return true;
        if (term.value === 'cancelled') return order.cancelledAt !== null;
        if (term.value === 'closed') return order.closedAt !== null;
        return term.value === 'open' ? order.cancelledAt === null && order.closedAt === null : undefined;
      default:
        return undefined;
    }
  });
}

const sortValues: Record<string, (order: SandboxOrder) => number> = {
  CREATED_AT: (order) => Date.parse(order.createdAt),
  PROCESSED_AT: (order) => Date.parse(order.processedAt),
  UPDATED_AT: (order) => Date.parse(order.updatedAt),
  ID: (order) => Number(order.id),
  ORDER_NUMBER: (order) => order.number,
  TOTAL_PRICE: (order) => Number(toMinor(order.total, order.currency)),
  CURRENT_TOTAL_PRICE: (order) => Number(toMinor(order.currentTotal, order.currency)),
};

function sorted(orders: SandboxOrder[], key: string): SandboxOrder[] {
  const valueOf = sortValues[key] ?? ((order: SandboxOrder) => Date.parse(order.processedAt));
  return orders.toSorted((a, b) => valueOf(a) - valueOf(b) || Number(a.id) - Number(b.id));
}

export const orderResolvers: Resolvers = {
  'QueryRoot.orders': (_source, args, context) =>
    connection(
      sorted(
        visibleOrders(context).filter(orderSearch(text(args.query) ?? '')),
        text(args.sortKey) ?? 'PROCESSED_AT',
      ),
      args,
      ({ id }) => id,
      (order) => orderNode(context, order),
      context.bulk,
    ),
  'QueryRoot.ordersCount': (_source, args, context) => ({
    count: visibleOrders(context).filter(orderSearch(text(args.query) ?? '')).length,
    precision: 'EXACT',
  }),
  'QueryRoot.order': (_source, args, context) => {
    const order = visibleOrders(context).find(({ id }) => gid('Order', id) === args.id);
    return order ? orderNode(context, order) : null;
  },
  'QueryRoot.node': (_source, args, context) => {
    const kind = /^gid:\/\/shopify\/(\w+)\//.exec(String(args.id))?.[1];
    if (kind !== 'Order') return undefined;
    const order = visibleOrders(context).find(({ id }) => id === numericId(args.id));
    return order ? { __typename: 'Order', ...orderNode(context, order) } : null;
  },
  'QueryRoot.nodes': (_source, args, context) => {
    const ids = listOf(args.ids).map(String);
    if (ids.length > longestList)
      throw refused(`ids: the list is longer than ${longestList}`, 'BAD_USER_INPUT');
    if (ids.some((id) => !id.startsWith('gid://shopify/Order/'))) return undefined;
    const orders = visibleOrders(context);
    return ids.map((id) => {
      const order = orders.find((known) => gid('Order', known.id) === id);
      return order ? { __typename: 'Order', ...orderNode(context, order) } : null;
    });
  },
};
