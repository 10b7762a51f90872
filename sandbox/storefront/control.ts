/** The control API of storefronts, pixels and orders: every switch in one answer, and orders of every kind on demand. */

import { HttpProblem, json, type Router, type SandboxRequest } from '../http.ts';
import {
  addToOrder,
  cancelOrder,
  deleteOrder,
  fulfilOrder,
  payOrder,
  placeOrder,
  refundLine,
  removeFromOrder,
} from '../orders/changes.ts';
import { draftOfKind, isOrderKind, orderKinds } from '../orders/kinds.ts';
import { orderSwitches } from '../orders/switches.ts';
import { pixelSwitches } from '../pixel-manager/switches.ts';
import type { SandboxOrder, SandboxShop, World } from '../world.ts';
import { storefrontSwitches } from './switches.ts';

type Fields = Record<string, unknown>;

async function readFields(request: SandboxRequest): Promise<Fields> {
  const value = await request.json(100_000);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpProblem(400, 'Expected an object');
  }
  return { ...value };
}

function requireShop(world: World, handle: string | undefined): SandboxShop {
  const shop = world.shops.get(handle ?? '');
  if (!shop) throw new HttpProblem(404, `There is no shop ${handle}`);
  return shop;
}

/** Takes over only what is known and of the same type, so that a mistyped switch is an error and not a silence. */
function assign(target: object, changes: Fields, nullable: readonly string[] = []): void {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in target)) throw new HttpProblem(400, `There is no switch ${name}`);
    const before: unknown = Reflect.get(target, name);
    const fits = typeof before === typeof value || nullable.includes(name);
    if (!fits) throw new HttpProblem(400, `${name} does not take ${JSON.stringify(value)}`);
    Reflect.set(target, name, value);
  }
}

const dataSharingStates = [
  'ALWAYS_ON',
  'OPTIMIZED_ALLOW_ALL_EVENTS',
  'OPTIMIZED_ALLOW_LIMITED_EVENTS',
  'OPTIMIZED_PAUSE_ALL_EVENTS',
  'PAUSED',
] as const;

export function mountStorefrontControl(router: Router, world: World): void {
  const state = () => ({
    orders: orderSwitches(world),
    pixels: pixelSwitches(world),
    shops: Object.fromEntries(
      [...world.shops.values()].map((shop) => [
        shop.handle,
        {
          ...storefrontSwitches(world, shop),
          embedEnabled: shop.embedEnabled,
          protectedData: shop.protectedData,
          dataSharingState: shop.install.webPixel?.dataSharingState ?? null,
        },
      ]),
    ),
  });

  router.get('/control/storefront', () => json(state()));
  router.post('/control/storefront', async (request) => {
    const { orders, pixels, ...rest } = await readFields(request);
    if (Object.keys(rest).length > 0) throw new HttpProblem(400, 'Expected orders or pixels');
    if (orders) assign(orderSwitches(world), Object(orders));
    if (pixels) assign(pixelSwitches(world), Object(pixels));
    return json(state());
  });
  router.post('/control/storefront/:shop', async (request) => {
    const shop = requireShop(world, request.params.shop);
    const { embedEnabled, protectedData, dataSharingState, ...switches } = await readFields(request);
    assign(storefrontSwitches(world, shop), switches, ['region']);
    if (embedEnabled !== undefined) shop.embedEnabled = embedEnabled === true;
    if (protectedData) assign(shop.protectedData, Object(protectedData));
    if (dataSharingState !== undefined) {
      const sharing = dataSharingStates.find((known) => known === dataSharingState);
      if (!sharing) throw new HttpProblem(400, `dataSharingState is one of ${dataSharingStates.join(', ')}`);
      if (!shop.install.webPixel) throw new HttpProblem(409, 'The shop has no web pixel');
      shop.install.webPixel.dataSharingState = sharing;
    }
    return json(state());
  });

  const shown = ({ id, name, total, currency, financialStatus, checkoutToken, cartToken }: SandboxOrder) => ({
    id,
    name,
    total,
    currency,
    financialStatus,
    checkoutToken,
    cartToken,
  });

  router.get('/control/orders/:shop', ({ params }) =>
    json({ kinds: orderKinds, orders: requireShop(world, params.shop).orders.map(shown) }),
  );
  router.post('/control/orders/:shop', async (request) => {
    const shop = requireShop(world, request.params.shop);
    const { kind } = await readFields(request);
    if (typeof kind !== 'string' || !isOrderKind(kind)) {
      throw new HttpProblem(400, `kind is one of ${orderKinds.join(', ')}`);
    }
    return json(shown(placeOrder(world, shop, draftOfKind(world, shop, kind))), 201);
  });

  const firstLine = (order: SandboxOrder) => {
    const line = order.lines.find(({ currentQuantity }) => currentQuantity > 0);
    if (!line) throw new HttpProblem(409, `${order.name} has no lines left`);
    return line.id;
  };
  const changes: Record<string, (shop: SandboxShop, order: SandboxOrder) => void> = {
    pay: (shop, order) => payOrder(world, shop, order),
    cancel: (shop, order) => cancelOrder(world, shop, order),
    delete: (shop, order) => deleteOrder(world, shop, order),
    fulfil: (shop, order) => fulfilOrder(world, shop, order),
    refund: (shop, order) => refundLine(world, shop, order, firstLine(order), 1),
    remove: (shop, order) => removeFromOrder(world, shop, order, firstLine(order), 1),
    add: (shop, order) => {
      const [first] = draftOfKind(world, shop, 'plain').lines;
      if (first) addToOrder(world, shop, order, [first]);
    },
  };
  router.post('/control/orders/:shop/:order/:change', ({ params }) => {
    const shop = requireShop(world, params.shop);
    const order = shop.orders.find(({ id }) => id === params.order);
    if (!order) throw new HttpProblem(404, `${shop.name} has no order ${params.order}`);
    const change = changes[params.change ?? ''];
    if (!change) throw new HttpProblem(404, `A change is one of ${Object.keys(changes).join(', ')}`);
    change(shop, order);
    return json(shown(order));
  });
}
