/** What happens to an order after it was made, with the webhooks that Shopify sends for it. */

import type { OrderTopic, SandboxOrder, SandboxShop, World } from '../world.ts';
import type { DraftLine, OrderDraft } from './draft.ts';
import { fromMinor, sum, times, toMinor } from './money.ts';
import { createOrder, quote } from './order.ts';
import { nextId } from './switches.ts';

function touch(world: World, order: SandboxOrder) {
  order.updatedAt = world.clock.now().toISOString();
}

function emit(world: World, shop: SandboxShop, order: SandboxOrder, topics: OrderTopic[]) {
  for (const topic of topics) world.emitOrder(topic, shop, order);
}

/** Makes the order and tells the app: created, and paid when it is. */
export function placeOrder(world: World, shop: SandboxShop, draft: OrderDraft): SandboxOrder {
  const order = createOrder(world, shop, draft);
  world.record('order.placed', shop, { id: order.id, name: order.name, total: order.total });
  emit(world, shop, order, order.paidAt ? ['orders/create', 'orders/paid'] : ['orders/create']);
  return order;
}

export function payOrder(world: World, shop: SandboxShop, order: SandboxOrder): void {
  touch(world, order);
  order.financialStatus = 'paid';
  order.paidAt = order.updatedAt;
  order.totalOutstanding = fromMinor(0n, order.currency);
  emit(world, shop, order, ['orders/paid', 'orders/updated']);
}

export function cancelOrder(
  world: World,
  shop: SandboxShop,
  order: SandboxOrder,
  reason: 'customer' | 'fraud' | 'inventory' | 'declined' | 'staff' | 'other' = 'customer',
): void {
  const nothing = fromMinor(0n, order.currency);
  touch(world, order);
  order.cancelledAt = order.updatedAt;
  order.closedAt = order.updatedAt;
  order.cancelReason = reason;
  order.financialStatus = order.paidAt ? 'refunded' : 'voided';
  order.currentTotal = nothing;
  order.currentSubtotal = nothing;
  order.currentTax = nothing;
  order.currentDiscounts = nothing;
  order.totalOutstanding = nothing;
  for (const line of order.lines) line.currentQuantity = 0;
  emit(world, shop, order, ['orders/cancelled', 'orders/updated']);
}

/** Gone for good: Shopify's payload says no more than the id. */
export function deleteOrder(world: World, shop: SandboxShop, order: SandboxOrder): void {
  touch(world, order);
  order.deletedAt = order.updatedAt;
  emit(world, shop, order, ['orders/delete']);
  shop.orders = shop.orders.filter((other) => other !== order);
}

/** Adds lines; discounts that apply to all lines are not applied again, as in Shopify's order editing. */
export function addToOrder(world: World, shop: SandboxShop, order: SandboxOrder, lines: DraftLine[]): void {
  const added = quote(world, shop, { lines, taxed: order.taxLines.length > 0 });
  const minor = (amount: string) => toMinor(amount, order.currency);
  const plus = (amount: string, more: string) => fromMinor(minor(amount) + minor(more), order.currency);
  touch(world, order);
  order.lines.push(...added.lines);
  const [tax] = order.taxLines;
  if (tax) tax.price = plus(tax.price, added.totals.totalTax);
  order.totalLines = plus(order.totalLines, added.totals.totalLines);
  order.subtotal = plus(order.subtotal, added.totals.subtotal);
  order.totalTax = plus(order.totalTax, added.totals.totalTax);
  order.total = plus(order.total, added.totals.total);
  order.currentSubtotal = plus(order.currentSubtotal, added.totals.subtotal);
  order.currentTax = plus(order.currentTax, added.totals.totalTax);
  order.currentTotal = plus(order.currentTotal, added.totals.total);
  emit(world, shop, order, ['orders/edited', 'orders/updated']);
}

interface Taken {
  subtotal: string;
  tax: string;
  total: string;
  discounts: string;
}

/** Takes pieces of one line out of what is current; answers their share of price, tax and discount. */
function takeOut(order: SandboxOrder, lineId: string, quantity: number): Taken {
  const line = order.lines.find(({ id }) => id === lineId);
  if (!line) throw new Error(`${order.name} has no line ${lineId}`);
  if (quantity < 1 || quantity > line.currentQuantity) {
    throw new Error(`${order.name} has ${line.currentQuantity} of ${line.title}, not ${quantity}`);
  }
  const minor = (amount: string) => toMinor(amount, order.currency);
  const text = (amount: bigint) => fromMinor(amount, order.currency);
  const part = (whole: bigint) => times(whole, quantity / line.quantity);
  const discounts = part(sum(line.allocations.map(({ amount }) => minor(amount))));
  const subtotal = minor(line.price) * BigInt(quantity) - discounts;
  const tax = part(sum(line.taxLines.map((taxLine) => minor(taxLine.price))));
  const total = subtotal + (order.taxesIncluded ? 0n : tax);
  line.currentQuantity -= quantity;
  order.currentSubtotal = text(minor(order.currentSubtotal) - subtotal);
  order.currentTax = text(minor(order.currentTax) - tax);
  order.currentDiscounts = text(minor(order.currentDiscounts) - discounts);
  order.currentTotal = text(minor(order.currentTotal) - total);
  return { subtotal: text(subtotal), tax: text(tax), total: text(total), discounts: text(discounts) };
}

export function removeFromOrder(
  world: World,
  shop: SandboxShop,
  order: SandboxOrder,
  lineId: string,
  quantity: number,
): void {
  takeOut(order, lineId, quantity);
  touch(world, order);
  emit(world, shop, order, ['orders/edited', 'orders/updated']);
}

export function refundLine(
  world: World,
  shop: SandboxShop,
  order: SandboxOrder,
  lineId: string,
  quantity: number,
  note: string | null = null,
): void {
  const taken = takeOut(order, lineId, quantity);
  touch(world, order);
  order.refunds.push({
    id: nextId(world),
    createdAt: order.updatedAt,
    note,
    lines: [{ lineId, quantity, subtotal: taken.subtotal, tax: taken.tax }],
    amount: taken.total,
  });
  order.financialStatus = order.lines.every((line) => line.currentQuantity === 0)
    ? 'refunded'
    : 'partially_refunded';
  emit(world, shop, order, ['refunds/create', 'orders/updated']);
}

export function fulfilOrder(world: World, shop: SandboxShop, order: SandboxOrder): void {
  touch(world, order);
  order.fulfillmentStatus = 'fulfilled';
  emit(world, shop, order, ['orders/fulfilled', 'orders/updated']);
}
