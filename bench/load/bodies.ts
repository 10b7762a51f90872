/** What browsers and Shopify send, each body with ids of its own: made fast, so that the maker is not what is measured. */
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beaconOf } from '../../test/support/beacons.ts';
import type { BenchShop } from './shops.ts';

export interface Request {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Each visitor looks at this many pages, one in each round of so many visitors. */
const PAGES_OF_A_VISITOR = 5;
/** A multiple of the shops that any measurement has: who comes back comes back to the same shop. */
const VISITORS_OF_A_ROUND = 1_000;

/** All of them came by an ad just before. */
const CLICKED_AT = new Date();

function visitorOf(index: number): number {
  const generation = Math.floor(index / (VISITORS_OF_A_ROUND * PAGES_OF_A_VISITOR));
  return generation * VISITORS_OF_A_ROUND + (index % VISITORS_OF_A_ROUND);
}
const AGENT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1';

/** More addresses than any limit for one of them would notice. */
function addressOf(visitor: number): string {
  return `10.${(visitor >> 16) & 255}.${(visitor >> 8) & 255}.${visitor & 255}`;
}

const hex = (value: number, length: number): string => value.toString(16).padStart(length, '0');

export interface Page {
  shop: BenchShop;
  /** The how manieth of all. */
  index: number;
  at: Date;
  /** A checkout begins: what an order is joined by. */
  checkoutToken?: string;
}

export function pageEventIdOf({ index, checkoutToken }: Page): string {
  return checkoutToken === undefined ? `sh-${hex(index, 8)}-bench` : `checkout-${checkoutToken}`;
}

export function beaconRequest(page: Page): Request {
  const { shop, index, at, checkoutToken } = page;
  const visitor = checkoutToken === undefined ? visitorOf(index) : index;
  const beacon = beaconOf(
    {
      key: shop.publicKey,
      client: `00000000-0000-4000-8000-${hex(visitor, 12)}`,
      ttclid: `E.C.P.${hex(visitor, 60)}`,
      clickedAt: CLICKED_AT,
      language: 'de',
    },
    [
      {
        name: checkoutToken === undefined ? 'product_viewed' : 'checkout_started',
        shopifyId: `sh-${hex(index, 8)}-bench`,
        at,
        ...(checkoutToken === undefined ? {} : { checkoutToken }),
      },
    ],
    at,
  );
  return {
    path: '/intake/storefront',
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      'user-agent': AGENT,
      origin: 'null',
      'x-forwarded-for': addressOf(visitor),
    },
    body: JSON.stringify(beacon),
  };
}

const fixture = new URL('../../test/fixtures/shopify/synthetic_web_order_ttclid.json', import.meta.url);
const MARK = '%%';

/** The fixture's text with marks where each order differs; a parser would cost more than the rest of the request. */
function template(): string[] {
  const order: Record<string, unknown> = JSON.parse(readFileSync(fixture, 'utf8'));
  const mark = (name: string): string => `${MARK}${name}${MARK}`;
  return JSON.stringify({
    ...order,
    id: mark('id'),
    admin_graphql_api_id: `gid://shopify/Order/${mark('number')}`,
    name: `#${mark('number')}`,
    checkout_token: mark('token'),
    cart_token: null,
    email: mark('email'),
    contact_email: mark('email'),
    created_at: mark('at'),
    processed_at: mark('at'),
    updated_at: mark('at'),
  })
    .replace(`"${mark('id')}"`, mark('number'))
    .split(MARK);
}

const pieces = template();

export interface Bought {
  shop: BenchShop;
  index: number;
  at: Date;
  checkoutToken: string;
}

export const FIRST_ORDER = 6_000_000_000_000;

export function orderEventIdOf(index: number): string {
  return `order-${FIRST_ORDER + index}`;
}

export function checkoutTokenOf(index: number): string {
  return hex(index, 32);
}

export function orderRequest({ shop, index, at, checkoutToken }: Bought, secret: string): Request {
  const values: Record<string, string> = {
    number: String(FIRST_ORDER + index),
    token: checkoutToken,
    email: `buyer-${index}@example.com`,
    at: at.toISOString(),
  };
  const body = pieces.map((piece, place) => (place % 2 === 0 ? piece : (values[piece] ?? ''))).join('');
  return {
    path: '/webhooks/orders',
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': shop.domain,
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': `b54557e4-bdd9-4b37-8a5f-${hex(index, 12)}`,
      'x-shopify-event-id': `98880550-7158-44d4-b7cd-${hex(index, 12)}`,
      'x-shopify-triggered-at': at.toISOString(),
    },
    body,
  };
}
