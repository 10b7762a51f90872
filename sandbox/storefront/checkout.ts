/** Checkouts: what a buyer has entered so far, what it will cost, and the order that comes of it. */

import { moneyOf } from '../orders/payload.ts';
import { addToOrder, placeOrder } from '../orders/changes.ts';
import type { DraftDiscount, OrderDraft } from '../orders/draft.ts';
import { fromMinor, toMinor } from '../orders/money.ts';
import { quote, requireVariant } from '../orders/order.ts';
import {
  worldMemory,
  type SandboxAddress,
  type SandboxOrder,
  type SandboxShop,
  type World,
} from '../world.ts';
import type { Cart, CartLine } from './cart.ts';
import { storefrontSwitches } from './switches.ts';
import { emptyCart, storefrontMemory, type Visit } from './visit.ts';

export interface ShippingMethod {
  handle: string;
  title: string;
  /** In the shop's currency. */
  price: string;
}

export const paymentMethods = ['card', 'bank', 'gift-card', 'test'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

export interface Checkout {
  token: string;
  cartToken: string;
  shop: string;
  clientId: string;
  lines: CartLine[];
  attributes: Record<string, string>;
  note: string;
  currency: string;
  discountCode: string | null;
  email: string | null;
  phone: string | null;
  acceptsMarketing: boolean;
  address: SandboxAddress | null;
  shipping: ShippingMethod | null;
  payment: PaymentMethod | null;
  tip: string;
  /** By a wallet, from a product or the cart. */
  express: boolean;
  order: SandboxOrder | null;
  /** Null while no offer was shown. */
  offer: 'open' | 'taken' | 'declined' | null;
}

const checkoutsOf: (world: World) => Map<string, Checkout> = worldMemory(() => new Map());

/** By the cart's token, which is what the checkout's address carries. */
export function findCheckout(world: World, cartToken: string, shop: SandboxShop): Checkout | undefined {
  const checkout = checkoutsOf(world).get(cartToken);
  return checkout?.shop === shop.handle ? checkout : undefined;
}

export function shippingMethods(shop: SandboxShop): [ShippingMethod, ShippingMethod] {
  const german = shop.locale.startsWith('de');
  const price = (amount: string) => fromMinor(toMinor(amount, shop.currency), shop.currency);
  return [
    { handle: 'standard', title: german ? 'Standardversand' : 'Standard', price: price('5.90') },
    { handle: 'express', title: german ? 'Expressversand' : 'Express', price: price('14.50') },
  ];
}

function discountOf(shop: SandboxShop, code: string): DraftDiscount | null {
  const known: Record<string, Pick<DraftDiscount, 'target' | 'allocation' | 'valueType' | 'value'>> = {
    TIKTOK10: { target: 'line_item', allocation: 'across', valueType: 'percentage', value: '10' },
    WELCOME5: {
      target: 'line_item',
      allocation: 'across',
      valueType: 'fixed_amount',
      value: fromMinor(toMinor('5', shop.currency), shop.currency),
    },
    SHIPFREE: { target: 'shipping_line', allocation: 'each', valueType: 'percentage', value: '100' },
  };
  const found = known[code.toUpperCase()];
  return found
    ? { kind: 'code', title: code.toUpperCase(), code: code.toUpperCase(), selection: 'all', ...found }
    : null;
}

export function isDiscountCode(shop: SandboxShop, code: string): boolean {
  return discountOf(shop, code) !== null;
}

/** Begins a checkout, or comes back to the cart's unfinished one with what is in the cart now. */
export function startCheckout(
  world: World,
  visit: Visit,
  from: Cart | { buyNow: CartLine },
): Checkout | null {
  const cart = 'buyNow' in from ? null : from;
  const lines = 'buyNow' in from ? [from.buyNow] : from.lines;
  if (lines.length === 0) return null;
  // Buying a product at once leaves the visitor's cart alone: it is a cart of its own, without attributes.
  const token = cart?.token ?? emptyCart(world, visit.shop).token;
  const checkouts = checkoutsOf(world);
  const known = checkouts.get(token);
  const { customer } = visit;
  const checkout: Checkout =
    known && !known.order
      ? known
      : {
          token: world.random.hex(32),
          cartToken: token,
          shop: visit.shop.handle,
          clientId: visit.clientId,
          lines: [],
          attributes: {},
          note: '',
          currency: visit.currency,
          discountCode: null,
          email: customer?.email ?? null,
          phone: customer?.phone ?? null,
          acceptsMarketing: customer?.acceptsMarketing ?? false,
          address: customer?.address ?? null,
          shipping: null,
          payment: null,
          tip: '0',
          express: false,
          order: null,
          offer: null,
        };
  checkout.lines = lines.map((line) => ({ ...line }));
  checkout.attributes = cart?.attributes ?? {};
  checkout.note = cart?.note ?? '';
  checkout.currency = visit.currency;
  checkout.discountCode ??= visit.discountCode;
  if (cart) cart.checkoutToken = checkout.token;
  checkouts.set(token, checkout);
  return checkout;
}

function draftOf(shop: SandboxShop, checkout: Checkout): OrderDraft {
  const discount = checkout.discountCode === null ? null : discountOf(shop, checkout.discountCode);
  return {
    lines: checkout.lines.map((line) => ({
      item: { variantId: line.variantId },
      quantity: line.quantity,
      properties: Object.entries(line.properties).map(([name, value]) => ({ name, value })),
      ...(line.sellingPlan ? { sellingPlan: line.sellingPlan } : {}),
    })),
    discounts: discount ? [discount] : [],
    ...(checkout.shipping ? { shipping: checkout.shipping } : {}),
    tip: checkout.tip,
    presentmentCurrency: checkout.currency,
  };
}

export function needsShipping(shop: SandboxShop, checkout: Checkout): boolean {
  return checkout.lines.some((line) => requireVariant(shop, line.variantId).variant.requiresShipping);
}

/** Prices as they stand: of the order when there is one, of what was entered until then. */
export function priceCheckout(world: World, shop: SandboxShop, checkout: Checkout) {
  const { order } = checkout;
  if (order) return { ...order, money: moneyOf(order) };
  const draft = draftOf(shop, checkout);
  const priced = quote(world, shop, draft);
  const priceable = {
    currency: shop.currency,
    presentmentCurrency: checkout.currency,
    presentmentRate: shop.presentmentRates[checkout.currency] ?? 1,
    taxesIncluded: shop.taxesIncluded,
    lines: priced.lines,
    shippingLines: priced.shippingLines,
    totalTip: priced.totals.totalTip,
    discounts: draft.discounts ?? [],
  };
  return { ...priceable, money: moneyOf(priceable) };
}

const gateways: Record<PaymentMethod, string> = {
  card: 'shopify_payments',
  bank: 'Bank Deposit',
  'gift-card': 'gift_card',
  test: 'bogus',
};

export function gatewayOf(payment: PaymentMethod): string {
  return gateways[payment];
}

/** Takes the money, makes the order, tells the app, and empties the cart it came from. */
export function completeCheckout(
  world: World,
  visit: Visit,
  checkout: Checkout,
  payment: PaymentMethod,
): SandboxOrder {
  if (checkout.order) return checkout.order;
  const { shop } = visit;
  checkout.payment = payment;
  const remembered = visit.consent.analytics || storefrontSwitches(world, shop).landingWithoutConsent;
  const order = placeOrder(world, shop, {
    ...draftOf(shop, checkout),
    financialStatus: payment === 'bank' ? 'pending' : 'paid',
    gateways: [gatewayOf(payment)],
    test: payment === 'test',
    checkoutToken: checkout.token,
    cartToken: checkout.cartToken,
    email: checkout.email,
    phone: checkout.phone,
    ...(visit.customer ? { customerId: visit.customer.id } : {}),
    buyer: {
      firstName: checkout.address?.firstName ?? '',
      lastName: checkout.address?.lastName ?? '',
      acceptsMarketing: checkout.acceptsMarketing,
      locale: shop.locale,
    },
    ...(checkout.address ? { billingAddress: checkout.address } : {}),
    ...(checkout.address && needsShipping(shop, checkout) ? { shippingAddress: checkout.address } : {}),
    landingSite: remembered ? visit.landingSite : null,
    referringSite: remembered ? visit.referringSite : null,
    note: checkout.note,
    noteAttributes: Object.entries(checkout.attributes).map(([name, value]) => ({ name, value })),
    customerLocale: shop.locale,
    clientDetails: {
      acceptLanguage: visit.client.acceptLanguage,
      browserIp: visit.client.ip,
      userAgent: visit.client.userAgent,
      browserWidth: null,
      browserHeight: null,
      sessionHash: null,
    },
  });
  checkout.order = order;
  if (!checkout.express && storefrontSwitches(world, shop).upsell) checkout.offer = 'open';
  storefrontMemory(world).carts.delete(checkout.cartToken);
  return order;
}

/** The offer after payment: something the buyer does not have yet. */
export function offerOf(shop: SandboxShop, checkout: Checkout) {
  const bought = new Set(checkout.lines.map(({ variantId }) => requireVariant(shop, variantId).product.id));
  const product = shop.products.find(({ id, giftCard }) => !giftCard && !bought.has(id));
  const variant = product?.variants[0];
  return product && variant ? { product, variant } : null;
}

export function answerOffer(world: World, shop: SandboxShop, checkout: Checkout, take: boolean): void {
  if (checkout.offer !== 'open' || !checkout.order) return;
  checkout.offer = take ? 'taken' : 'declined';
  const offer = offerOf(shop, checkout);
  if (take && offer) {
    addToOrder(world, shop, checkout.order, [{ item: { variantId: offer.variant.id }, quantity: 1 }]);
  }
}
