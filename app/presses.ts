/** Buttons that cost something each time: how often a shop's staff may press them, whoever wrote their page. */
import type { Clock } from './base/clock.ts';
import { createRateLimit } from './base/rate.ts';
import type { ShopId } from './conversion/facts.ts';

/** So many at once, then one more every so many seconds. In docs/limits.md. */
const BUTTONS = {
  /** Reads up to 20,000 orders; the pages ask by themselves while somebody types. */
  preview: { atOnce: 30, seconds: 2 },
  /** Reads every closed day and the orders behind it. */
  seals: { atOnce: 3, seconds: 20 },
  /** Asks the store's own web address for two pages. */
  storefront: { atOnce: 3, seconds: 20 },
  /** A test event or a token's check goes to TikTok, in the shop's name. */
  tiktok: { atOnce: 10, seconds: 10 },
  /** Pages through the orders of the last days at Shopify. */
  backfill: { atOnce: 5, seconds: 20 },
} as const;

export type PressedButton = keyof typeof BUTTONS;

export interface Presses {
  /** Null when it may go on; else in how many seconds it may. */
  wait(shopId: ShopId, button: PressedButton): number | null;
}

export function createPresses(clock: Clock): Presses {
  const limitOf = (button: PressedButton) => {
    const { atOnce, seconds } = BUTTONS[button];
    return createRateLimit({ clock, perSecond: 1 / seconds, burst: atOnce });
  };
  const limits = {
    preview: limitOf('preview'),
    seals: limitOf('seals'),
    storefront: limitOf('storefront'),
    tiktok: limitOf('tiktok'),
    backfill: limitOf('backfill'),
  };
  return {
    wait(shopId, button) {
      const taken = limits[button].take(shopId);
      return taken.ok ? null : taken.retryAfterSeconds;
    },
  };
}
