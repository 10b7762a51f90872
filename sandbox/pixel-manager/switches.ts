/** What a test or the demo can switch about pixels. */

import { worldMemory, type World } from '../world.ts';

export interface PixelSwitches {
  /** The worker starts this long after it may. */
  startDelayMs: number;
  /** How often `checkout_started` comes when a checkout is entered. */
  checkoutStartedTimes: number;
  /** The three forms in which `checkout.order.id` has been seen. */
  orderIdForm: 'plain' | 'gid' | 'order-identity';
}

export const pixelSwitches: (world: World) => PixelSwitches = worldMemory(() => ({
  startDelayMs: 0,
  checkoutStartedTimes: 1,
  orderIdForm: 'plain',
}));
