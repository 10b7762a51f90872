/** What a test or the demo can switch about orders. */

import { worldMemory, type World } from '../world.ts';

export interface OrderSwitches {
  /** Ids of 18 digits, beyond what a JavaScript number can hold. */
  bigIds: boolean;
}

export const orderSwitches: (world: World) => OrderSwitches = worldMemory(() => ({ bigIds: false }));

/** An id as Shopify gives it today, or one beyond 2^53 when that is switched on. */
export function nextId(world: World): string {
  const id = world.random.id();
  return orderSwitches(world).bigIds ? `8${id.padStart(17, '2')}` : id;
}
