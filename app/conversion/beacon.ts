/** What the storefront pixel sends to /intake/storefront. Depends on nothing: bundled into the storefront pixel. */
import type { PageDraft } from './browser.ts';

export interface BeaconConsent {
  analytics: boolean;
  marketing: boolean;
  preferences: boolean;
  saleOfData: boolean;
}

export interface BeaconClick {
  id: string;
  /** ISO 8601, the browser's clock when the click was first seen. */
  at: string;
  from: 'url' | 'referrer' | 'kept' | 'cookie';
}

export interface Beacon {
  v: 1;
  /** The shop's public key. */
  key: string;
  /** Shopify's clientId. */
  client: string;
  /** ISO 8601, the browser's clock. */
  sent: string;
  consent: BeaconConsent;
  ttp?: string;
  click?: BeaconClick;
  language?: string;
  /**
   * Once for a visitor: the codes of TikTok pixels whose script works in the page though Tock does not load it there; empty
   * where there is none.
   */
  tiktok?: string[];
  /** 1 to 50. */
  events: BeaconEvent[];
}

export interface BeaconEvent {
  /** Tock's event id by the rules of event-id.ts. */
  id: string;
  shopifyId: string;
  /** Shopify's event name. */
  name: string;
  /** ISO 8601. */
  at: string;
  page: { url: string; referrer?: string };
  draft: PageDraft;
  /** Pixel codes for which the page was offered the browser copy. */
  echoed?: string[];
}

export const BEACON_MAX_EVENTS = 50;
export const BEACON_MAX_SCRIPTS = 3;
