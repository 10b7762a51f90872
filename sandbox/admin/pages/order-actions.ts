/** What a merchant can do to an order in the sandbox's admin; each sends the webhooks that Shopify sends for it. */

import {
  addToOrder,
  cancelOrder,
  deleteOrder,
  fulfilOrder,
  payOrder,
  refundLine,
} from '../../orders/changes.ts';
import type { SandboxOrder, SandboxShop, World } from '../../world.ts';

interface OrderAction {
  label: string;
  fits(order: SandboxOrder): boolean;
  run(world: World, shop: SandboxShop, order: SandboxOrder): void;
}

const refundable = (order: SandboxOrder) => order.lines.find(({ currentQuantity }) => currentQuantity > 0);
const open = (order: SandboxOrder) => order.cancelledAt === null;

export const orderActions: Record<string, OrderAction> = {
  pay: {
    label: 'Mark as paid',
    fits: (order) => open(order) && order.paidAt === null,
    run: payOrder,
  },
  edit: {
    label: 'Add one more',
    fits: (order) => open(order) && Boolean(order.lines[0]?.variantId),
    run(world, shop, order) {
      const variantId = order.lines[0]?.variantId;
      if (variantId) addToOrder(world, shop, order, [{ item: { variantId }, quantity: 1 }]);
    },
  },
  refund: {
    label: 'Refund one',
    fits: (order) => open(order) && order.paidAt !== null && refundable(order) !== undefined,
    run(world, shop, order) {
      const line = refundable(order);
      if (line) refundLine(world, shop, order, line.id, 1);
    },
  },
  fulfil: {
    label: 'Fulfil',
    fits: (order) => open(order) && order.fulfillmentStatus === null,
    run: fulfilOrder,
  },
  cancel: { label: 'Cancel', fits: open, run: (world, shop, order) => cancelOrder(world, shop, order) },
  // Shopify lets an order be deleted only when nothing of it is open any more.
  delete: { label: 'Delete', fits: (order) => order.cancelledAt !== null, run: deleteOrder },
};
