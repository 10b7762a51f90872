/** What the server hands to the pixel manager with every page. */

import type { Purposes, RegionRule } from './consent.ts';
import type { Approvals } from './redact.ts';

export interface PageEvent {
  name: string;
  data: Record<string, unknown>;
  /** Published once per browser for this key, however often the page is loaded. */
  once?: string;
}

export type DataSharing =
  | 'ALWAYS_ON'
  | 'OPTIMIZED_ALLOW_ALL_EVENTS'
  | 'OPTIMIZED_ALLOW_LIMITED_EVENTS'
  | 'OPTIMIZED_PAUSE_ALL_EVENTS'
  | 'PAUSED';

export interface PixelConfig {
  /** The created web pixel's numeric id. */
  id: string;
  apiClientId: string;
  settings: Record<string, string>;
  purposes: Purposes;
  approvals: Approvals;
  dataSharing: DataSharing;
  frameUrl: string;
  /** How long the worker lets wait for itself after it may run. */
  startDelayMs: number;
}

export interface PageData {
  /** The sandbox's time, which may have been moved away from the browser's. */
  now: string;
  surface: 'storefront' | 'checkout' | 'account';
  clientId: string;
  init: {
    customer: Record<string, unknown> | null;
    cart: Record<string, unknown> | null;
    shop: Record<string, unknown>;
    purchasingCompany: null;
  };
  events: PageEvent[];
  region: RegionRule;
  /** Whether the shop shows Shopify's own banner where a choice is due. */
  banner: boolean;
  pixels: PixelConfig[];
}

/** From the page to the worker. */
export type ToWorker =
  | {
      kind: 'start';
      settings: Record<string, string>;
      init: Record<string, unknown>;
      pixelInfo: Record<string, unknown>;
      /** What has to be added to the machine's time to get the sandbox's. */
      clockOffsetMs: number;
    }
  | { kind: 'event'; event: Record<string, unknown> }
  | { kind: 'consent'; name: string; payload: Record<string, unknown> }
  | { kind: 'answer'; call: number; value: unknown }
  | { kind: 'refusal'; call: number; message: string };

/** From the worker to the page. */
export type FromWorker =
  | { kind: 'registered' }
  | { kind: 'subscribed'; name: string }
  | { kind: 'call'; call: number; target: BrowserCall; args: string[] }
  | { kind: 'failed'; message: string };

export type BrowserCall =
  | 'cookie.get'
  | 'cookie.set'
  | `${'localStorage' | 'sessionStorage'}.${'getItem' | 'setItem' | 'removeItem' | 'clear' | 'key' | 'length'}`
  | 'sendBeacon';
