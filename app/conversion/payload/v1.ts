/** Facts and pixel settings to one event of TikTok's Events API 2.0: payload version 1. */
import { browserCopy, contentIdOf, contentOf, contentTypeOf, priceNumber } from '../browser.ts';
import type { Content, CopyProperties, EchoOptions } from '../browser.ts';
import { chooseClick } from '../clicks.ts';
import type { Facts, MatchData, OrderFacts, PageFacts } from '../facts.ts';
import { contentIdOptions, valueOptions } from '../settings.ts';
import type { PixelSettings, ShopSettings } from '../settings.ts';
import { minorOf, orderValue } from '../value.ts';

export const payloadVersion = 1;

export interface EventsApiUser {
  email?: string | string[];
  phone?: string | string[];
  external_id?: string | string[];
  ttclid?: string;
  ttp?: string;
  ip?: string;
  user_agent?: string;
  locale?: string;
}

export interface EventsApiProperties extends CopyProperties {
  order_id?: string;
  customer_type?: 'new' | 'returning';
}

/** One entry of `data`: only what the facts document, nothing empty, keys always in this order. */
export interface EventsApiEvent {
  event: string;
  /** Unix seconds. */
  event_time: number;
  event_id: string;
  user: EventsApiUser;
  properties: EventsApiProperties;
  page?: { url: string; referrer?: string };
  limited_data_use?: true;
}

export interface BuildInput {
  facts: Facts;
  match: MatchData;
  settings: ShopSettings;
  pixel: PixelSettings;
  /** TikTok's name: frozen at the first attempt. */
  eventName: string;
  limitedDataUse: boolean;
}

/** The event as TikTok gets it. The same input makes the same bytes, today and in a year. */
export function buildEvent(input: BuildInput): EventsApiEvent {
  const { facts, match, settings, pixel, eventName, limitedDataUse } = input;
  const at = occurredAt(facts, settings);
  const event: EventsApiEvent = {
    event: eventName,
    event_time: Math.floor(Date.parse(at) / 1000),
    event_id: facts.eventId,
    user: userOf(match, at, settings),
    properties:
      facts.kind === 'order'
        ? orderProperties(facts, pixel, settings)
        : pageProperties(facts, pixel, settings),
  };
  const page = pageOf(facts, settings);
  if (page) event.page = page;
  if (limitedDataUse) event.limited_data_use = true;
  return event;
}

/** The bytes of one event. buildEvent sets the keys' order, so equal facts and settings give equal bytes. */
export function payloadBytes(event: EventsApiEvent): string {
  return JSON.stringify(event);
}

/** When the event happened, as TikTok is told: an order counts when it was placed, or when it was paid. */
export function occurredAt(facts: Facts, settings: ShopSettings): string {
  if (facts.kind === 'page') return facts.occurredAt;
  return settings.purchaseMoment === 'paid' ? (facts.paidAt ?? facts.processedAt) : facts.processedAt;
}

function userOf(match: MatchData, at: string, settings: ShopSettings): EventsApiUser {
  const user: EventsApiUser = {};
  const email = oneOrMore(match.emails);
  if (email !== undefined) user.email = email;
  const phone = oneOrMore(match.phones);
  if (phone !== undefined) user.phone = phone;
  const externalId = oneOrMore(match.externalIds);
  if (externalId !== undefined) user.external_id = externalId;
  const { click } = chooseClick(match.clicks, at, settings.clickWindowDays);
  if (click !== undefined) user.ttclid = click.ttclid;
  if (match.ttp) user.ttp = match.ttp;
  if (match.ip) user.ip = match.ip;
  if (match.userAgent) user.user_agent = match.userAgent;
  if (match.locale) user.locale = match.locale;
  return user;
}

function oneOrMore(values: readonly string[]): string | string[] | undefined {
  return values.length > 1 ? [...values] : values[0];
}

function orderProperties(
  facts: OrderFacts,
  pixel: PixelSettings,
  settings: ShopSettings,
): EventsApiProperties {
  const value = orderValue(facts, pixel.value);
  const options = contentIdOptions(pixel, settings);
  const properties: EventsApiProperties = {};
  const contents: Content[] = [];
  const ids: string[] = [];
  let count = 0;
  for (const item of facts.items) {
    const id = contentIdOf(item, options);
    if (id && !ids.includes(id)) ids.push(id);
    const price =
      value.side === undefined
        ? undefined
        : priceNumber(minorOf(item.unit, value.side, value.currency), value.currency);
    contents.push(contentOf(item, id, price));
    count += item.quantity;
  }
  if (contents.length > 0) properties.contents = contents;
  if (ids.length > 0) {
    properties.content_ids = ids;
    properties.content_type = contentTypeOf(options);
  }
  if (value.side !== undefined) {
    properties.currency = value.currency;
    properties.value = Number(value.amount);
  }
  if (count > 0) properties.num_items = count;
  properties.order_id = facts.orderId;
  if (facts.customerType) properties.customer_type = facts.customerType;
  return properties;
}

/** The very function that makes the browser's copy, so that both legs say the same, byte for byte. */
function pageProperties(facts: PageFacts, pixel: PixelSettings, settings: ShopSettings): EventsApiProperties {
  const options: EchoOptions = {
    code: '',
    // Which name it has was decided before; here only the properties are made.
    events: { [facts.event]: facts.event },
    contentId: contentIdOptions(pixel, settings),
    value: valueOptions(pixel),
  };
  return browserCopy(facts, facts.event, options)?.properties ?? {};
}

/** A web event has a page: an order without one happened at the storefront's door. */
function pageOf(facts: Facts, settings: ShopSettings): EventsApiEvent['page'] {
  if (facts.page !== undefined) {
    return facts.page.referrer === undefined
      ? { url: facts.page.url }
      : { url: facts.page.url, referrer: facts.page.referrer };
  }
  return settings.host ? { url: `https://${settings.host}/` } : undefined;
}
