/** What an event is, once Shopify's words are gone: ids, money, items, origin and consent. No person is in here. */
import type { DraftItem } from './browser.ts';

/**
 * Ids are strings that know what they identify. A plain string may become any of them, one kind never another:
 * the compiler refuses an order id where a shop id is asked for, and nobody needs a cast.
 */
type Id<Kind extends string> = string & { readonly idOf?: Kind };

export type ShopId = Id<'shop'>;
export type ShopDomain = Id<'shop domain'>;
export type OrderId = Id<'order'>;
export type EventId = Id<'event'>;
export type PixelCode = Id<'pixel code'>;
export type PixelId = Id<'pixel'>;

/** One sum in the shop's currency and, only where the buyer saw another currency, in the buyer's. Exact decimals. */
export interface Amount {
  shop: string;
  presentment?: string;
}

/** A line of an order as it stands now. Lines that an edit removed are not here. */
export interface Item {
  variant?: string;
  product?: string;
  sku?: string;
  title?: string;
  variantTitle?: string;
  vendor?: string;
  type?: string;
  quantity: number;
  /** Unit price after every discount that Shopify allocated to the line, rounded half up to the minor unit. */
  unit: Amount;
  /** The line after discounts, exact: the lines add up to the subtotal. */
  net: Amount;
  giftCard?: true;
  subscription?: true;
}

/** Where an order came from. A flag that is false is left out. */
export interface Origin {
  sourceName?: string;
  appId?: string;
  channel?: string;
  tags: string[];
  gateways: string[];
  shippingCountry?: string;
  billingCountry?: string;
  /** ISO 3166-2 part after the country, for the consent region. */
  shippingRegion?: string;
  billingRegion?: string;
  discountCodes: string[];
  noteAttributes: string[];
  test?: true;
  draft?: true;
  pos?: true;
  /** Taken over from another system: processed long before it was created here. */
  imported?: true;
  subscription?: 'first' | 'renewal';
  b2b?: true;
  /** A staff member made it or edited its making. */
  staffMade?: true;
  /** The domain of a buyer's email when it is one of TikTok Shop's relay domains; no other domain is kept. */
  relayDomain?: string;
}

/** Which keys the source offered, so that a missing one can be explained. Says that, never what. */
export interface Offered {
  customer: boolean;
  email: 'usable' | 'unusable' | 'absent';
  phone: 'usable' | 'unusable' | 'absent';
  /** The buyer's browser (IP, user agent): 'staff' when the one given is a staff member's. */
  browser: 'buyer' | 'staff' | 'absent';
  /** False when name, email, phone and addresses are all null, as for an app without protected customer data. */
  personalData: boolean;
}

export interface PageAddress {
  /** https address, scrubbed: host, path and allowed parameters. */
  url: string;
  referrer?: string;
}

/** Fields that only the Admin API has, asked for once when an enabled rule needs them. An empty list is an answer. */
export interface FetchedFields {
  customerTags?: string[];
  customerTypes?: ('new' | 'returning')[];
  company?: boolean;
  markets?: string[];
  productTypes?: string[];
  sellingPlans?: boolean;
  channels?: string[];
}

export type FetchedField = keyof FetchedFields;

/**
 * Why Shopify was asked for a field and did not tell it. denied: the store granted no access to it. gone: Shopify does
 * not have the order any more. not_connected: the app has no valid token. no_answer: Shopify was silent for too long.
 */
export type NotTold = 'denied' | 'gone' | 'not_connected' | 'no_answer';

export type NotToldFields = Partial<Record<FetchedField, NotTold>>;

export interface OrderFacts {
  v: 1;
  kind: 'order';
  /** Always "order"; the key of the mapping table. */
  event: 'order';
  orderId: OrderId;
  eventId: EventId;
  name: string;
  /** ISO 8601 in UTC. */
  createdAt: string;
  processedAt: string;
  updatedAt: string;
  /** When payment was first seen complete; see carryForward. */
  paidAt?: string;
  cancelledAt?: string;
  confirmed: boolean;
  edited?: true;
  paid: boolean;
  /** Shopify's financial status in lower case: pending, paid, refunded, voided, … */
  financialStatus?: string;
  currency: { shop: string; presentment: string };
  taxesIncluded: boolean;
  money: {
    /** As placed; what the ledger compares. */
    originalTotal: Amount;
    /** As it stands, edits and refunds counted. */
    total: Amount;
    subtotal: Amount;
    tax: Amount;
    shipping: Amount;
    shippingTax: Amount;
    duties: Amount;
    tips: Amount;
    discounts: Amount;
    /** Gift cards among the goods. */
    giftCards: Amount;
  };
  items: Item[];
  origin: Origin;
  customerType?: 'new' | 'returning';
  /** Absent where neither the payload nor the caller knew the storefront's host. */
  page?: PageAddress;
  offered: Offered;
  fetched?: FetchedFields;
  /** Asked for once and not to be had: what needs it is shown as a rule that could not be asked. */
  notTold?: NotToldFields;
}

export interface PageFacts {
  v: 1;
  kind: 'page';
  /** Shopify's event name. */
  event: string;
  eventId: EventId;
  shopifyId: string;
  occurredAt: string;
  /** The browser's clock when the beacon left; occurredAt may be long before (consent given late). */
  sentAt: string;
  page: PageAddress;
  /** The draft without anything that says who. */
  items?: DraftItem[];
  currency?: string;
  total?: string;
  subtotal?: string;
  tax?: string;
  shipping?: string;
  query?: string;
  customerType?: 'new' | 'returning';
  consent: ConsentChoice;
  /** Pixel codes for which the page was offered the browser copy. */
  echoed: PixelCode[];
  offered: Offered;
}

export type Facts = OrderFacts | PageFacts;

export type ClickOrigin = 'url' | 'referrer' | 'kept' | 'cookie' | 'landing' | 'attribute';

export interface Click {
  /** As TikTok gave it: never cut, never lower-cased. */
  ttclid: string;
  /** When the visitor clicked, as well as it is known. ISO 8601 in UTC. */
  at: string;
  from: ClickOrigin;
}

/** Everything that says who, normalised and hashed. The only part of an event that is sealed. */
export interface MatchData {
  /** Version of the normaliser that made the hashes. */
  v: number;
  emails: string[];
  phones: string[];
  externalIds: string[];
  ip?: string;
  userAgent?: string;
  ttp?: string;
  locale?: string;
  clicks: Click[];
}

/** Raw join keys; whoever stores them makes HMACs of them. */
export interface Links {
  checkoutToken?: string;
  cartToken?: string;
  customerId?: string;
}

export interface ConsentChoice {
  analytics: boolean;
  marketing: boolean;
  preferences: boolean;
  saleOfData: boolean;
}

/** pixel: with a beacon's own event. cart: the attribute that the theme embed keeps. client: an earlier beacon. */
export type ConsentSource = 'pixel' | 'cart' | 'client';

export interface ConsentObservation {
  choice: ConsentChoice;
  source: ConsentSource;
  /** ISO 8601 in UTC. */
  at: string;
}

/** What the region of the buyer asks for, as the shop has set it in Shopify. */
export type RegionPolicy = 'consentRequired' | 'saleOptOut' | 'none' | 'unknown';

export interface ConsentEvidence {
  /** Null: nobody told us anything, which is no evidence of anything. */
  choice: ConsentChoice | null;
  source: ConsentSource | 'none';
  at?: string;
  region: RegionPolicy;
}

/** Why a payload could not be read: the field that is wrong and what was expected. Never the content. */
export interface FactsProblem {
  code: 'not-json' | 'not-an-object' | 'missing' | 'invalid';
  /** Path such as "line_items[2].price"; empty for the whole. */
  field: string;
  expected: string;
}

export interface OrderRead {
  facts: OrderFacts;
  match: MatchData;
  links: Links;
  /** Consent that the cart carried (`_tock_consent`), if it did. */
  consent?: ConsentObservation;
}

export interface PageRead {
  facts: PageFacts;
  /** This event's own only. */
  match: MatchData;
  links: Links;
  consent: ConsentObservation;
}
