/** Makes orders: prices, discounts, taxes, duties and tips are worked out so that every sum adds up exactly. */

import type {
  SandboxCustomer,
  SandboxDiscount,
  SandboxLine,
  SandboxOrder,
  SandboxShop,
  SandboxTaxLine,
  World,
} from '../world.ts';
import type { DraftDiscount, DraftLine, OrderDraft } from './draft.ts';
import { containedTax, fromMinor, share, sum, times, toMinor } from './money.ts';
import { nextId } from './switches.ts';

/** The online store channel. */
export const webAppId = '580111';

type Draftable = Omit<OrderDraft, 'lines'> & { lines: SandboxLine[]; discounts: DraftDiscount[] };

function lineOf(world: World, shop: SandboxShop, draft: DraftLine): SandboxLine {
  const shared = {
    id: nextId(world),
    quantity: draft.quantity,
    currentQuantity: draft.quantity,
    properties: draft.properties ?? [],
    allocations: [],
    taxLines: [],
    duties: draft.duties ? [draft.duties] : [],
    sellingPlan: draft.sellingPlan ?? null,
  };
  if (!('variantId' in draft.item)) {
    return {
      ...shared,
      productId: null,
      variantId: null,
      title: draft.item.title,
      variantTitle: null,
      sku: draft.item.sku ?? null,
      vendor: null,
      price: draft.item.price,
      requiresShipping: true,
      taxable: true,
      giftCard: false,
    };
  }
  const { product, variant } = requireVariant(shop, draft.item.variantId);
  return {
    ...shared,
    productId: product.id,
    variantId: variant.id,
    title: product.title,
    variantTitle: variant.title === 'Default Title' ? null : variant.title,
    sku: variant.sku,
    vendor: product.vendor,
    price: variant.price,
    requiresShipping: variant.requiresShipping,
    taxable: variant.taxable,
    giftCard: product.giftCard,
  };
}

export function requireVariant(shop: SandboxShop, variantId: string) {
  for (const product of shop.products) {
    const variant = product.variants.find(({ id }) => id === variantId);
    if (variant) return { product, variant };
  }
  throw new Error(`${shop.name} has no variant ${variantId}`);
}

/** What a discount takes off its lines or the shipping, in minor units, never more than there is. */
function reduction(discount: SandboxDiscount, base: bigint, units: bigint, currency: string): bigint {
  const asked =
    discount.valueType === 'percentage'
      ? times(base, Number(discount.value) / 100)
      : toMinor(discount.value, currency) * (discount.allocation === 'each' ? units : 1n);
  return asked < base ? asked : base;
}

interface Priced {
  lines: SandboxLine[];
  shippingLines: SandboxOrder['shippingLines'];
  taxLines: SandboxTaxLine[];
  totals: Pick<
    SandboxOrder,
    | 'totalLines'
    | 'totalDiscounts'
    | 'subtotal'
    | 'totalShipping'
    | 'totalTax'
    | 'totalDuties'
    | 'totalTip'
    | 'total'
  >;
}

/** Works out everything that has a price. Discounts apply one after the other, each to what the last one left. */
export function price(world: World, shop: SandboxShop, draft: Draftable): Priced {
  const { currency } = shop;
  const taxesIncluded = draft.taxesIncluded ?? shop.taxesIncluded;
  const minor = (amount: string) => toMinor(amount, currency);
  const text = (amount: bigint) => fromMinor(amount, currency);

  const gross = draft.lines.map((line) => minor(line.price) * BigInt(line.quantity));
  const left = [...gross];
  const lines = draft.lines.map((line) => ({ ...line, allocations: [...line.allocations] }));
  let shippingLeft = draft.shipping ? minor(draft.shipping.price) : 0n;
  const shippingPrice = shippingLeft;

  for (const [place, discount] of draft.discounts.entries()) {
    if (discount.target === 'shipping_line') {
      shippingLeft -= reduction(discount, shippingLeft, 1n, currency);
      continue;
    }
    const entitled = lines.map((line, at) => !line.giftCard && (discount.lines?.includes(at) ?? true));
    const bases = left.map((amount, at) => (entitled[at] ? amount : 0n));
    const units = BigInt(lines.reduce((count, line, at) => count + (entitled[at] ? line.quantity : 0), 0));
    const shares = share(reduction(discount, sum(bases), units, currency), bases);
    for (const [at, amount] of shares.entries()) {
      if (amount === 0n) continue;
      left[at] = (left[at] ?? 0n) - amount;
      lines[at]?.allocations.push({ discount: place, amount: text(amount) });
    }
  }

  const rate = draft.taxed === false ? 0 : shop.taxRate;
  const tax = (amount: bigint) => (taxesIncluded ? containedTax(amount, rate) : times(amount, rate));
  const taxLine = (amount: bigint): SandboxTaxLine[] =>
    rate === 0 || amount === 0n ? [] : [{ title: shop.taxTitle, rate, price: text(tax(amount)) }];
  const taxedLines = lines.map((line, at) => ({
    ...line,
    taxLines: line.taxable ? taxLine(left[at] ?? 0n) : [],
  }));
  const shippingLines = draft.shipping
    ? [
        {
          id: nextId(world),
          title: draft.shipping.title,
          price: text(shippingPrice),
          discounted: text(shippingLeft),
          taxLines: taxLine(shippingLeft),
        },
      ]
    : [];

  const allTaxes = [...taxedLines, ...shippingLines].flatMap((line) => line.taxLines);
  const totalTax = sum(allTaxes.map((line) => minor(line.price)));
  const totalLines = sum(gross);
  const lineDiscounts = totalLines - sum(left);
  const duties = sum(taxedLines.flatMap((line) => line.duties.map((duty) => minor(duty.price))));
  const tip = minor(draft.tip ?? '0');
  return {
    lines: taxedLines,
    shippingLines,
    taxLines: allTaxes.length > 0 ? [{ title: shop.taxTitle, rate, price: text(totalTax) }] : [],
    totals: {
      totalLines: text(totalLines),
      totalDiscounts: text(lineDiscounts + shippingPrice - shippingLeft),
      subtotal: text(totalLines - lineDiscounts),
      totalShipping: text(shippingPrice),
      totalTax: text(totalTax),
      totalDuties: text(duties),
      totalTip: text(tip),
      total: text(totalLines - lineDiscounts + shippingLeft + (taxesIncluded ? 0n : totalTax) + duties + tip),
    },
  };
}

/** What a checkout page shows before there is an order. */
export function quote(world: World, shop: SandboxShop, draft: OrderDraft): Priced {
  return price(world, shop, {
    ...draft,
    lines: draft.lines.map((line) => lineOf(world, shop, line)),
    discounts: draft.discounts ?? [],
  });
}

function customerOf(world: World, shop: SandboxShop, draft: OrderDraft): SandboxCustomer | null {
  const known = draft.customerId
    ? shop.customers.find(({ id }) => id === draft.customerId)
    : shop.customers.find(
        ({ email, phone }) =>
          (draft.email && email?.toLowerCase() === draft.email.toLowerCase()) ||
          (draft.phone && phone === draft.phone),
      );
  if (known) return known;
  if (!draft.buyer || !(draft.email || draft.phone)) return null;
  const customer: SandboxCustomer = {
    id: nextId(world),
    email: draft.email ?? null,
    phone: draft.phone ?? null,
    firstName: draft.buyer.firstName,
    lastName: draft.buyer.lastName,
    acceptsMarketing: draft.buyer.acceptsMarketing,
    tags: [],
    locale: draft.buyer.locale,
    ordersCount: 0,
    address: draft.shippingAddress ?? draft.billingAddress ?? null,
    createdAt: world.clock.now().toISOString(),
  };
  shop.customers.push(customer);
  return customer;
}

function confirmationNumber(world: World): string {
  const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789'.split('');
  return Array.from({ length: 9 }, () => world.random.pick(letters)).join('');
}

const unpaid = ['pending', 'authorized', 'voided'];

/** Adds the order to the shop. It sends nothing: that is for whoever placed it. */
export function createOrder(world: World, shop: SandboxShop, draft: OrderDraft): SandboxOrder {
  const now = world.clock.now().toISOString();
  const discounts = draft.discounts ?? [];
  const lines = draft.lines.map((line) => lineOf(world, shop, line));
  const priced = price(world, shop, { ...draft, lines, discounts });
  const customer = customerOf(world, shop, draft);
  if (customer) customer.ordersCount += 1;
  const presentmentCurrency = draft.presentmentCurrency ?? shop.currency;
  const rate = presentmentCurrency === shop.currency ? 1 : shop.presentmentRates[presentmentCurrency];
  if (rate === undefined) throw new Error(`${shop.name} does not sell in ${presentmentCurrency}`);
  const financialStatus = draft.financialStatus ?? 'paid';
  const paid = !unpaid.includes(financialStatus);
  const number = shop.nextOrderNumber;
  shop.nextOrderNumber += 1;
  const { totals } = priced;

  const order: SandboxOrder = {
    id: nextId(world),
    name: draft.name ?? `#${number}`,
    number,
    token: world.random.hex(32),
    confirmationNumber: confirmationNumber(world),
    checkoutToken: draft.checkoutToken ?? null,
    cartToken: draft.cartToken ?? null,
    createdAt: now,
    processedAt: draft.processedAt ?? now,
    updatedAt: now,
    cancelledAt: null,
    cancelReason: null,
    closedAt: null,
    deletedAt: null,
    paidAt: paid ? now : null,
    test: draft.test ?? false,
    confirmed: draft.confirmed ?? true,
    sourceName: draft.sourceName ?? 'web',
    sourceIdentifier: draft.sourceIdentifier ?? null,
    sourceUrl: null,
    appId: draft.appId ?? webAppId,
    appName: draft.appName ?? 'Online Store',
    locationId: draft.locationId ?? null,
    userId: draft.userId ?? null,
    poNumber: draft.poNumber ?? null,
    company: draft.company ?? null,
    attribution: draft.attribution ?? null,
    financialStatus,
    fulfillmentStatus: null,
    currency: shop.currency,
    presentmentCurrency,
    presentmentRate: rate,
    taxesIncluded: draft.taxesIncluded ?? shop.taxesIncluded,
    lines: priced.lines,
    discounts: discounts.map(({ lines: _lines, ...discount }) => discount),
    shippingLines: priced.shippingLines,
    taxLines: priced.taxLines,
    ...totals,
    totalOutstanding: paid ? fromMinor(0n, shop.currency) : totals.total,
    originalTotal: totals.total,
    currentTotal: totals.total,
    currentSubtotal: totals.subtotal,
    currentTax: totals.totalTax,
    currentDiscounts: totals.totalDiscounts,
    email: draft.email ?? customer?.email ?? null,
    phone: draft.phone ?? null,
    customerId: customer?.id ?? null,
    buyerAcceptsMarketing: draft.buyer?.acceptsMarketing ?? customer?.acceptsMarketing ?? false,
    billingAddress: draft.billingAddress ?? draft.shippingAddress ?? null,
    shippingAddress: draft.shippingAddress ?? null,
    landingSite: draft.landingSite ?? null,
    referringSite: draft.referringSite ?? null,
    note: draft.note ?? null,
    noteAttributes: draft.noteAttributes ?? [],
    tags: draft.tags ?? [],
    customerLocale: draft.customerLocale === undefined ? shop.locale : draft.customerLocale,
    gateways: draft.gateways ?? ['shopify_payments'],
    clientDetails: draft.clientDetails ?? null,
    refunds: [],
  };
  shop.orders.push(order);
  return order;
}
