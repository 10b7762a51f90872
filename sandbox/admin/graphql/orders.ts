/** Orders as the Admin API shows them, built from the sandbox's own orders. */

import type { SandboxLine, SandboxOrder, SandboxShop, World } from '../../world.ts';
import { addressNode, customerNode, productNode, variantNode } from './catalogue.ts';
import { connection, type Fields } from './connections.ts';
import { gid, numericId, text, type AdminContext, type Resolvers } from './context.ts';
import { matchesNumber, matchesText, matchesTime, readSearch } from './search.ts';

/** Without read_all_orders an app sees the orders of these days only. */
const visibleDays = 60;

const decimals: Record<string, number> = { JPY: 0, KRW: 0 };

/** Shop money and what the buyer saw, both with the currency's digits. */
function money(order: SandboxOrder, amount: string | number): Fields {
  const shop = Number(amount);
  const show = (value: number, currency: string) => ({
    amount: value.toFixed(Math.max(1, decimals[currency] ?? 2)),
    currencyCode: currency,
  });
  return {
    shopMoney: show(shop, order.currency),
    presentmentMoney: show(shop * order.presentmentRate, order.presentmentCurrency),
  };
}

function allocated(line: SandboxLine): number {
  return line.allocations.reduce((sum, { amount }) => sum + Number(amount), 0);
}

function lineNode(shop: SandboxShop, order: SandboxOrder, line: SandboxLine): Fields {
  const product = shop.products.find(({ id }) => id === line.productId);
  const discounted = Number(line.price) * line.quantity - allocated(line);
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
    originalUnitPriceSet: money(order, line.price),
    originalTotalSet: money(order, Number(line.price) * line.quantity),
    discountedTotalSet: money(order, discounted),
    discountedUnitPriceSet: money(order, line.quantity === 0 ? 0 : discounted / line.quantity),
    discountedUnitPriceAfterAllDiscountsSet: money(
      order,
      line.quantity === 0 ? 0 : discounted / line.quantity,
    ),
    totalDiscountSet: money(order, allocated(line)),
    sellingPlan: line.sellingPlan && {
      name: line.sellingPlan.name,
      sellingPlanId: gid('SellingPlan', line.sellingPlan.id),
    },
    taxLines: line.taxLines.map((tax) => taxNode(order, tax)),
    discountAllocations: line.allocations.map(({ amount }) => ({ allocatedAmountSet: money(order, amount) })),
  };
}

function taxNode(order: SandboxOrder, tax: SandboxOrder['taxLines'][number]): Fields {
  return {
    title: tax.title,
    rate: tax.rate,
    ratePercentage: tax.rate * 100,
    priceSet: money(order, tax.price),
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
  const set = (amount: string | number) => money(order, amount);
  const refunded = order.refunds.reduce((sum, { amount }) => sum + Number(amount), 0);
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
    edited: order.currentTotal !== order.total && refunded === 0,
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
    originalTotalPriceSet: set(order.total),
    totalPriceSet: set(order.total),
    currentTotalPriceSet: set(order.currentTotal),
    subtotalPriceSet: set(order.subtotal),
    currentSubtotalPriceSet: set(order.currentSubtotal),
    totalDiscountsSet: set(order.totalDiscounts),
    currentTotalDiscountsSet: set(order.currentDiscounts),
    totalTaxSet: set(order.totalTax),
    currentTotalTaxSet: set(order.currentTax),
    totalShippingPriceSet: set(order.totalShipping),
    totalTipReceivedSet: set(order.totalTip),
    totalOutstandingSet: set(order.totalOutstanding),
    totalRefundedSet: set(refunded),
    totalReceivedSet: set(Number(order.total) - Number(order.totalOutstanding)),
    netPaymentSet: set(Number(order.total) - Number(order.totalOutstanding) - refunded),
    originalTotalDutiesSet: Number(order.totalDuties) > 0 ? set(order.totalDuties) : null,
    currentTotalDutiesSet: Number(order.totalDuties) > 0 ? set(order.totalDuties) : null,
    taxLines: order.taxLines.map((tax) => taxNode(order, tax)),
    discountCode: order.discounts.find(({ code }) => code !== null)?.code ?? null,
    discountCodes: order.discounts.flatMap(({ code }) => code ?? []),
    subtotalLineItemsQuantity: order.lines.reduce((sum, { quantity }) => sum + quantity, 0),
    currentSubtotalLineItemsQuantity: order.lines.reduce(
      (sum, { currentQuantity }) => sum + currentQuantity,
      0,
    ),
    lineItems: (args: Fields, bulk: boolean) =>
      connection(
        order.lines,
        args,
        ({ id }) => id,
        (line) => lineNode(shop, order, line),
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
  TOTAL_PRICE: (order) => Number(order.total),
  CURRENT_TOTAL_PRICE: (order) => Number(order.currentTotal),
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
};
