/** What a test or the demo can switch about a shop's storefront. */

import { worldMemory, type SandboxShop, type World } from '../world.ts';

export interface StorefrontSwitches {
  /** `DE` or `US-CA`: where visitors are who did not say; null is where the shop is. */
  region: string | null;
  /** Shopify's own consent banner where a choice is due. */
  banner: boolean;
  /** An offer between payment and the thank-you page. */
  upsell: boolean;
  /** Whether links to the shop's second domain hand the client id over. */
  carryClientId: boolean;
  /** Whether an order keeps its landing page when the visitor allowed no analytics. */
  landingWithoutConsent: boolean;
}

const byShop: (world: World) => Map<string, StorefrontSwitches> = worldMemory(() => new Map());

export function storefrontSwitches(world: World, shop: SandboxShop): StorefrontSwitches {
  const all = byShop(world);
  const known = all.get(shop.handle);
  if (known) return known;
  const fresh: StorefrontSwitches = {
    region: null,
    banner: true,
    upsell: false,
    carryClientId: true,
    landingWithoutConsent: true,
  };
  all.set(shop.handle, fresh);
  return fresh;
}
