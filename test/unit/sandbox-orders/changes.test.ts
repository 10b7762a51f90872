/** What happens to an order after it was made, and the webhooks that tell of it. */

import { beforeEach, expect, test } from 'vitest';
import {
  addToOrder,
  cancelOrder,
  deleteOrder,
  fulfilOrder,
  payOrder,
  placeOrder,
  refundLine,
  removeFromOrder,
} from '../../../sandbox/orders/changes.ts';
import { draftOfKind, type OrderKind } from '../../../sandbox/orders/kinds.ts';
import { orderPayload } from '../../../sandbox/orders/payload.ts';
import { createWorld, type SandboxOrder, type SandboxShop, type World } from '../../../sandbox/world.ts';
import { rule } from '../../support/rule.ts';

type Payload = Record<string, unknown>;
let world: World;
let shop: SandboxShop;
let sent: { topic: string; payload: Payload }[];

beforeEach(() => {
  world = createWorld({ appUrl: 'http://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret', seed: 3 });
  const northwind = world.shops.get('northwind');
  if (!northwind) throw new Error('The seed has changed');
  shop = northwind;
  sent = [];
  world.ports.orderPayload = orderPayload;
  world.ports.emitTopic = (topic, _shop, payload) => sent.push({ topic, payload });
});

const place = (kind: OrderKind = 'plain') => placeOrder(world, shop, draftOfKind(world, shop, kind));
const topics = () => sent.map(({ topic }) => topic);
const last = (topic: string): Payload => sent.findLast((one) => one.topic === topic)?.payload ?? {};
function lineOf(order: SandboxOrder, place: number) {
  const line = order.lines[place];
  if (!line) throw new Error(`No line ${place}`);
  return line;
}

rule(
  'orders/create comes for unpaid orders too, orders/paid when they are paid',
  { fact: 'shopify.md §3.4 Which topic = purchase', mark: 'second-hand' },
  () => {
    place();
    expect(topics()).toEqual(['orders/create', 'orders/paid']);
    const order = place('pending');
    expect(topics().slice(2)).toEqual(['orders/create']);
    expect(last('orders/create')).toMatchObject({
      financial_status: 'pending',
      total_outstanding: order.total,
    });
    payOrder(world, shop, order);
    expect(topics().slice(3)).toEqual(['orders/paid', 'orders/updated']);
    expect(last('orders/paid')).toMatchObject({ financial_status: 'paid', total_outstanding: '0.00' });
  },
);

test('a line added within minutes raises total and current total alike, and never what the order cost at first', () => {
  const order = place();
  const before = Number(order.total);
  addToOrder(world, shop, order, [{ item: { title: 'Engraving', price: '10.00' }, quantity: 1 }]);
  expect(topics().slice(2)).toEqual(['orders/edited', 'orders/updated']);
  const added = 10 + 0.89;
  expect(Number(order.total)).toBeCloseTo(before + added, 5);
  expect(order.currentTotal).toBe(order.total);
  expect(Number(order.originalTotal)).toBeCloseTo(before, 5);
  expect(last('orders/updated').total_price).toBe(order.total);
});

test('a line removed lowers what is current and leaves what was ordered', () => {
  const order = place();
  const { total } = order;
  const line = lineOf(order, 1);
  removeFromOrder(world, shop, order, line.id, 1);
  const unit = Number(line.price);
  const tax = Number(line.taxLines[0]?.price ?? 0) / 2;
  expect(order.total).toBe(total);
  expect(Number(order.currentTotal)).toBeCloseTo(Number(total) - unit - tax, 1);
  expect(last('orders/updated')).toMatchObject({
    total_price: total,
    current_total_price: order.currentTotal,
  });
});

rule(
  'orders/edited says which lines changed and nothing about money',
  { fact: 'official_2026-07_orders_edited.json', mark: 'verified' },
  () => {
    const order = place();
    const line = lineOf(order, 1);
    removeFromOrder(world, shop, order, line.id, 1);
    expect(Object.keys(last('orders/edited'))).toEqual(['order_edit']);
    expect(last('orders/edited').order_edit).toMatchObject({
      order_id: Number(order.id),
      line_items: { removals: [{ id: Number(line.id), delta: 1 }] },
    });
  },
);

test('a cancelled order keeps its total; nothing of it is current', () => {
  const order = place();
  const { total } = order;
  cancelOrder(world, shop, order, 'fraud');
  expect(topics().slice(2)).toEqual(['orders/cancelled', 'orders/updated']);
  expect(last('orders/cancelled')).toMatchObject({
    cancel_reason: 'fraud',
    financial_status: 'refunded',
    total_price: total,
    current_total_price: '0.00',
    current_subtotal_price: '0.00',
  });
});

rule(
  'refunds/create has numbers where orders have text, and no order totals',
  { fact: 'shopify.md §3.4 refunds/create, synthetic_refund_partial.json', mark: 'verified' },
  () => {
    const order = place('discount-code');
    const line = lineOf(order, 1);
    refundLine(world, shop, order, line.id, 1, 'Too small');
    const refund = last('refunds/create');
    expect(refund).toMatchObject({ order_id: Number(order.id), note: 'Too small' });
    expect(refund).not.toHaveProperty('total_price');
    const [part] = Array.isArray(refund.refund_line_items) ? refund.refund_line_items : [];
    expect(part).toMatchObject({ quantity: 1, line_item_id: Number(line.id) });
    expect([typeof part.subtotal, typeof part.total_tax]).toEqual(['number', 'number']);
    const [transaction] = Array.isArray(refund.transactions) ? refund.transactions : [];
    expect(transaction).toMatchObject({
      kind: 'refund',
      amount: order.refunds[0]?.amount,
      total_unsettled_set: { shop_money: { currency: 'USD' } },
    });
    expect(order.financialStatus).toBe('partially_refunded');
  },
);

test('more than there is cannot be taken out', () => {
  const order = place();
  const line = lineOf(order, 1);
  expect(() => refundLine(world, shop, order, line.id, 3)).toThrow('not 3');
  expect(() => removeFromOrder(world, shop, order, 'nowhere', 1)).toThrow('has no line');
});

test('a deleted order is gone, and its webhook says its id alone', () => {
  const order = place();
  deleteOrder(world, shop, order);
  expect(shop.orders).not.toContain(order);
  expect(last('orders/delete')).toEqual({ id: Number(order.id) });
});

test('a fulfilled order says so', () => {
  fulfilOrder(world, shop, place());
  expect(last('orders/fulfilled')).toMatchObject({ fulfillment_status: 'fulfilled' });
});

test('a customer known by email or phone is not made twice', () => {
  const before = shop.customers.length;
  const first = place();
  const second = place();
  expect(second.customerId).toBe(first.customerId);
  expect(shop.customers).toHaveLength(before + 1);
  const byPhone = place('phone-only');
  expect(byPhone.customerId).not.toBe(first.customerId);
  expect(shop.customers.find(({ id }) => id === first.customerId)?.ordersCount).toBe(2);
});
