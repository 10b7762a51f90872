/** One real order as TikTok would be told of it under some value and content-id settings. */
import { fromMinor } from '../conversion/browser.ts';
import type { OrderFacts } from '../conversion/facts.ts';
import { noMatch } from '../conversion/identity.ts';
import { buildEvent } from '../conversion/payload/v1.ts';
import type { EventsApiProperties } from '../conversion/payload/v1.ts';
import { ORDER_EVENT } from '../conversion/settings.ts';
import type { PixelSettings, ShopSettings } from '../conversion/settings.ts';
import { currencyFor, minorOf, orderValue } from '../conversion/value.ts';

/** The sums that an order is made of, in the currency that it is reported in. */
export const ORDER_PARTS = ['total', 'subtotal', 'tax', 'shipping', 'tips', 'duties', 'giftCards'] as const;

export interface ValuesExample {
  orderId: string;
  name: string;
  currency: string;
  /** Exact decimals; a part that the order does not have is "0". */
  parts: { part: (typeof ORDER_PARTS)[number]; amount: string; none: boolean }[];
  /** Why the currency is not the one that was asked for. */
  note: 'converted' | 'unlisted' | null;
  /** The very properties of the event. */
  properties: EventsApiProperties;
  /** The same value as an exact decimal; null when it is left out. */
  value: string | null;
}

export function valuesExample(facts: OrderFacts, shop: ShopSettings, pixel: PixelSettings): ValuesExample {
  const { side = 'shop', note = null } = currencyFor(facts, pixel.value);
  const currency = facts.currency[side];
  const { properties } = buildEvent({
    facts,
    // Who bought it changes nothing of what the order is worth.
    match: noMatch(),
    settings: shop,
    pixel,
    eventName: pixel.events[ORDER_EVENT]?.name ?? 'CompletePayment',
    limitedDataUse: false,
  });
  return {
    orderId: facts.orderId,
    name: facts.name,
    currency,
    parts: ORDER_PARTS.map((part) => {
      const minor = minorOf(facts.money[part], side, currency);
      return { part, amount: fromMinor(minor, currency), none: minor === 0n };
    }),
    note,
    properties,
    value: orderValue(facts, pixel.value).amount ?? null,
  };
}
