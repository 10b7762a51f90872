/** Beacons as the storefront pixel makes them, for tests and measurements that need many. */
import type { Beacon, BeaconEvent } from '../../app/conversion/beacon.ts';

export interface Visitor {
  key: string;
  client: string;
  ttclid: string;
  /** When the ad was clicked; as it is sent if absent. */
  clickedAt?: Date;
  language: string;
}

/** Everything that is on by default, so that each of these events must reach TikTok. */
type Name = 'product_viewed' | 'product_added_to_cart' | 'checkout_started';

export interface VisitEvent {
  name: Name;
  shopifyId: string;
  at: Date;
  checkoutToken?: string;
  cartToken?: string;
}

/** The id that browser and server must agree on; said here by hand, so that a change of the rule is noticed. */
export function idOf(event: VisitEvent): string {
  return event.name === 'checkout_started' ? `checkout-${event.checkoutToken ?? ''}` : event.shopifyId;
}

function eventOf(event: VisitEvent): BeaconEvent {
  const path = event.name === 'checkout_started' ? 'checkouts/cn/x' : 'products/harbor-raincoat';
  return {
    id: idOf(event),
    shopifyId: event.shopifyId,
    name: event.name,
    at: event.at.toISOString(),
    page: { url: `https://shop.example/${path}` },
    draft: {
      items: [{ variant: '41', product: '7', quantity: 1, price: '12.50', title: 'Raincoat' }],
      currency: 'USD',
      total: '12.50',
      ...(event.checkoutToken === undefined ? {} : { checkoutToken: event.checkoutToken }),
      ...(event.cartToken === undefined ? {} : { cartToken: event.cartToken }),
    },
  };
}

export function beaconOf(visitor: Visitor, events: readonly VisitEvent[], sent: Date): Beacon {
  return {
    v: 1,
    key: visitor.key,
    client: visitor.client,
    sent: sent.toISOString(),
    consent: { analytics: true, marketing: true, preferences: true, saleOfData: true },
    click: { id: visitor.ttclid, at: (visitor.clickedAt ?? sent).toISOString(), from: 'url' },
    language: visitor.language,
    events: events.map(eventOf),
  };
}
