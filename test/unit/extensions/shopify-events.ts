/** Customer events as Shopify's pixel manager hands them out, small but in their real shape. */
import type { ShopifyEvent } from '../../../extensions/storefront-pixel/src/capture.ts';

const CLIENT = '6f1c5c4e-7a40-4a0e-9f83-6a2d6d0e7a11';

export interface At {
  id?: string;
  url?: string;
  referrer?: string;
  timestamp?: string;
  client?: string;
}

function event(name: string, data: unknown, at: At): ShopifyEvent {
  return {
    id: at.id ?? `sh-${name}-1`,
    clientId: at.client ?? CLIENT,
    name,
    type: 'standard',
    timestamp: at.timestamp ?? '2026-11-21T10:00:00.000Z',
    context: {
      document: {
        location: { href: at.url ?? 'https://north-light.example/' },
        referrer: at.referrer ?? '',
      },
      navigator: { language: 'en-GB' },
    },
    data,
  };
}

const lamp = {
  id: '41327143321713',
  price: { amount: 74.95, currencyCode: 'EUR' },
  product: {
    id: '7140001',
    title: 'Reading lamp',
    type: 'Lamps',
    vendor: 'North Light',
    url: '/products/reading-lamp',
  },
  sku: 'LAMP-1',
  title: 'Brass',
};

export function pageViewed(at: At = {}): ShopifyEvent {
  return event('page_viewed', {}, at);
}

export function productViewed(at: At = {}): ShopifyEvent {
  return event('product_viewed', { productVariant: lamp }, at);
}

export function addedToCart(at: At = {}): ShopifyEvent {
  const cartLine = {
    cost: { totalAmount: { amount: 149.9, currencyCode: 'EUR' } },
    merchandise: lamp,
    quantity: 2,
  };
  return event('product_added_to_cart', { cartLine }, at);
}

export function searched(query: string, at: At = {}): ShopifyEvent {
  return event('search_submitted', { searchResult: { query, productVariants: [lamp] } }, at);
}

export function checkout(name: string, at: At = {}): ShopifyEvent {
  const data = {
    checkout: {
      token: 'b1946ac92492d2347c6235b4d2611184',
      email: 'ada@example.com',
      phone: '+4915112345678',
      currencyCode: 'EUR',
      totalPrice: { amount: 149.9, currencyCode: 'EUR' },
      subtotalPrice: { amount: 149.9, currencyCode: 'EUR' },
      lineItems: [{ quantity: 2, title: 'Reading lamp', variant: lamp, finalLinePrice: { amount: 149.9 } }],
      order: null,
    },
  };
  return event(name, data, { url: 'https://north-light.example/checkouts/cn/c1-abc', ...at });
}
