/** The cart and Shopify's cart API: `/cart.js`, `/cart/add.js`, `/cart/change.js`, `/cart/update.js`. */

import { toMinor, fromMinor, convert, placesOf } from '../orders/money.ts';
import { requireVariant } from '../orders/order.ts';
import type { SandboxShop } from '../world.ts';

export interface CartLine {
  /** Variant and what else makes two lines of the same variant different. */
  key: string;
  variantId: string;
  quantity: number;
  properties: Record<string, string>;
  sellingPlan: { id: string; name: string } | null;
}

export interface Cart {
  token: string;
  /** The second half of the cookie: without it nobody else can change the cart. */
  key: string;
  shop: string;
  lines: CartLine[];
  /** Become the order's note attributes; a leading underscore hides them from the buyer, not from the merchant. */
  attributes: Record<string, string>;
  note: string;
  checkoutToken: string | null;
}

export const sellingPlans = [{ id: '690100000001', name: 'Every month' }];

export interface CartChange {
  added: { line: CartLine; quantity: number }[];
  removed: { line: CartLine; quantity: number }[];
}

export class CartProblem extends Error {}

export interface AddRequest {
  id: string;
  quantity: number;
  properties: Record<string, string>;
  sellingPlanId: string | null;
}

export function addToCart(shop: SandboxShop, cart: Cart, request: AddRequest): CartChange {
  try {
    requireVariant(shop, request.id);
  } catch {
    throw new CartProblem('Cannot find variant');
  }
  if (!Number.isInteger(request.quantity) || request.quantity < 1 || request.quantity > 1_000) {
    throw new CartProblem('Quantity must be between 1 and 1000');
  }
  const sellingPlan = sellingPlans.find(({ id }) => id === request.sellingPlanId) ?? null;
  const key = `${request.id}:${JSON.stringify([request.properties, sellingPlan?.id ?? null])}`;
  const known = cart.lines.find((line) => line.key === key);
  const line = known ?? {
    key,
    variantId: request.id,
    quantity: 0,
    properties: request.properties,
    sellingPlan,
  };
  line.quantity += request.quantity;
  if (!known) cart.lines.push(line);
  return { added: [{ line, quantity: request.quantity }], removed: [] };
}

export function setQuantity(cart: Cart, line: CartLine, quantity: number): CartChange {
  if (!Number.isInteger(quantity) || quantity < 0 || quantity > 1_000) {
    throw new CartProblem('Quantity must be between 0 and 1000');
  }
  const difference = quantity - line.quantity;
  line.quantity = quantity;
  if (quantity === 0) cart.lines = cart.lines.filter((other) => other !== line);
  return {
    added: difference > 0 ? [{ line, quantity: difference }] : [],
    removed: difference < 0 ? [{ line, quantity: -difference }] : [],
  };
}

/** A price in the buyer's currency, in minor units. */
export function priceIn(shop: SandboxShop, amount: string, currency: string): bigint {
  const rate = currency === shop.currency ? 1 : (shop.presentmentRates[currency] ?? 1);
  return convert(toMinor(amount, shop.currency), shop.currency, currency, rate);
}

/** Shopify's cart API counts in hundredths, also for currencies without any. */
function hundredths(minor: bigint, currency: string): number {
  return Math.round(Number(fromMinor(minor, currency)) * 100);
}

export function productPath(handle: string): string {
  return `/products/${handle}`;
}

export function ajaxItem(
  shop: SandboxShop,
  origin: string,
  currency: string,
  line: CartLine,
  quantity: number,
) {
  const { product, variant } = requireVariant(shop, line.variantId);
  const price = priceIn(shop, variant.price, currency);
  const title = variant.title === 'Default Title' ? null : variant.title;
  return {
    id: Number(variant.id),
    key: line.key,
    variant_id: Number(variant.id),
    product_id: Number(product.id),
    properties: line.properties,
    quantity,
    price: hundredths(price, currency),
    original_price: hundredths(price, currency),
    line_price: hundredths(price * BigInt(quantity), currency),
    title: title === null ? product.title : `${product.title} - ${title}`,
    product_title: product.title,
    variant_title: title,
    sku: variant.sku,
    vendor: product.vendor,
    product_type: product.type,
    gift_card: product.giftCard,
    requires_shipping: variant.requiresShipping,
    taxable: variant.taxable,
    handle: product.handle,
    url: `${productPath(product.handle)}?variant=${variant.id}`,
    image: `${origin}/cdn/products/${product.handle}.svg`,
    ...(line.sellingPlan ? { selling_plan_allocation: { selling_plan: line.sellingPlan } } : {}),
  };
}

export function cartTotal(shop: SandboxShop, cart: Cart, currency: string): bigint {
  return cart.lines.reduce(
    (total, line) =>
      total +
      priceIn(shop, requireVariant(shop, line.variantId).variant.price, currency) * BigInt(line.quantity),
    0n,
  );
}

export function ajaxCart(
  shop: SandboxShop,
  origin: string,
  currency: string,
  cart: Cart,
  change?: CartChange,
) {
  const total = hundredths(cartTotal(shop, cart, currency), currency);
  const items = ({ line, quantity }: { line: CartLine; quantity: number }) =>
    ajaxItem(shop, origin, currency, line, quantity);
  return {
    token: `${cart.token}?key=${cart.key}`,
    note: cart.note,
    attributes: cart.attributes,
    original_total_price: total,
    total_price: total,
    total_discount: 0,
    total_weight: 0,
    item_count: cart.lines.reduce((count, line) => count + line.quantity, 0),
    items: cart.lines.map((line) => items({ line, quantity: line.quantity })),
    requires_shipping: cart.lines.some(
      (line) => requireVariant(shop, line.variantId).variant.requiresShipping,
    ),
    currency,
    items_subtotal_price: total,
    cart_level_discount_applications: [],
    ...(change ? { items_added: change.added.map(items), items_removed: change.removed.map(items) } : {}),
  };
}

/** Making a format is slow, and a page has many prices. */
const formats = new Map<string, Intl.NumberFormat>();

/** `$1,280.00`, `149,00 €`: as the shop's language writes it. */
export function showMoney(shop: SandboxShop, minor: bigint, currency: string): string {
  const key = `${shop.locale} ${currency}`;
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(shop.locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: placesOf(currency),
    });
  formats.set(key, format);
  return format.format(Number(fromMinor(minor, currency)));
}
