/** What a test or the demo can switch about pixels. */

import { worldMemory, type SandboxShop, type World } from '../world.ts';

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

/** What stands in a shop's pages beside our own app: another app's pixel, TikTok's own, a pasted snippet. */
export interface ForeignSenders {
  /** Entries for `webPixelsConfigList`. */
  pixelConfigs: ((shop: SandboxShop) => Record<string, unknown>[])[];
  /** HTML for the head of every storefront page. */
  head: ((shop: SandboxShop) => string)[];
}

export const foreignSenders: (world: World) => ForeignSenders = worldMemory(() => ({
  pixelConfigs: [],
  head: [],
}));
