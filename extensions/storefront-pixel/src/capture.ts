/** Turns one of Shopify's customer events into one event of a beacon. */
import type { BeaconEvent } from '../../../app/conversion/beacon.ts';
import { draftOf } from '../../../app/conversion/browser.ts';
import { pageEventId } from '../../../app/conversion/event-id.ts';

/** What every event of Shopify's pixel API carries; parts of `context` are missing in some. */
export interface ShopifyEvent {
  id: string;
  clientId: string;
  name: string;
  timestamp: string;
  type?: string;
  context?: {
    document?: { location?: { href?: string }; referrer?: string };
    navigator?: { language?: string };
  };
  data?: unknown;
  customData?: unknown;
}

export interface Captured {
  client: string;
  language?: string;
  event: BeaconEvent;
}

/** Nothing for an event that cannot be told apart, placed in time or understood. */
export function captured(event: ShopifyEvent): Captured | undefined {
  if (!isText(event.id) || !isText(event.clientId) || Number.isNaN(Date.parse(event.timestamp)))
    return undefined;
  const draft = draftOf(event);
  const url = event.context?.document?.location?.href;
  if (draft === null || url === undefined) return undefined;
  const referrer = event.context?.document?.referrer;
  const language = event.context?.navigator?.language;
  return {
    client: event.clientId,
    ...(language ? { language } : {}),
    event: {
      id: pageEventId(event.name, event.id, draft.checkoutToken),
      shopifyId: event.id,
      name: event.name,
      at: event.timestamp,
      page: { url, ...(referrer ? { referrer } : {}) },
      draft,
    },
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
