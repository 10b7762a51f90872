/** Every word that a merchant reads in the app's pages, in one place, ready for translation. */
import { SOURCE_SWITCHES } from '../conversion/settings.ts';
import { SWITCH_WORDS } from './texts-settings.ts';

export type EventState = 'waiting' | 'sent' | 'skipped' | 'error';

export const STATE_WORDS: Record<EventState, string> = {
  waiting: 'Waiting',
  sent: 'Sent',
  skipped: 'Skipped',
  error: 'Refused',
};

/** Shopify's event names as staff know them. */
const EVENT_WORDS: Record<string, string> = {
  order: 'Order',
  page_viewed: 'Page view',
  product_viewed: 'Product view',
  collection_viewed: 'Collection view',
  search_submitted: 'Search',
  product_added_to_cart: 'Added to cart',
  product_removed_from_cart: 'Removed from cart',
  cart_viewed: 'Cart view',
  checkout_started: 'Checkout started',
  payment_info_submitted: 'Payment details given',
};

/** A button that costs something was pressed again and again. */
export const tooOften = (seconds: number): string =>
  `Too many times in a row. Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`;

/** Anybody can send an event, also one called "constructor". */
export const eventWord = (event: string): string =>
  (Object.hasOwn(EVENT_WORDS, event) ? EVENT_WORDS[event] : undefined) ?? event;

interface ReasonWords {
  /** A few words for a table. */
  short: string;
  /** What happened and what it means for the store. */
  meaning: string;
  /** The one thing to do; absent where nothing is to be done. */
  next?: string;
}

const REASON_WORDS: Record<string, ReasonWords> = {
  context: {
    short: 'For the visit',
    meaning:
      'Tock gives the storefront a minute to tell which visit the order belongs to, so that TikTok can match it.',
  },
  identity: {
    short: 'For a way to match it',
    meaning:
      'The order has no ad click, email or phone number, so TikTok could not match it. It goes out as soon as one arrives, for up to seven days.',
  },
  payment: {
    short: 'For the payment',
    meaning: 'You chose to count purchases when they are paid. This one is not paid yet.',
  },
  shopify: {
    short: 'For Shopify’s answer',
    meaning:
      'One of your rules needs something that only Shopify knows. Tock has asked and waits a few minutes at most.',
  },
  pixel: {
    short: 'For the pixel',
    meaning: 'The pixel is paused or its token was refused. The event goes out when the pixel works again.',
    next: 'Open the pixel and see what it needs.',
  },
  retry: {
    short: 'For the next try',
    meaning:
      'TikTok could not take it just now. Tock tries again with the same event id, so it can never count twice.',
  },
  due: { short: 'Next in line', meaning: 'It goes out within seconds.' },
  event_off: {
    short: 'Event switched off',
    meaning: 'You switched this event off for this pixel.',
    next: 'Switch it on under Events if you want it sent.',
  },
  context_only: {
    short: 'Only tells of the visit',
    meaning: 'This event only tells who the visitor is. TikTok has no event for it.',
  },
  test_order: {
    short: 'Test order',
    meaning: 'It was paid with the test gateway, so it is no real sale.',
  },
  tiktok_shop: {
    short: 'TikTok Shop order',
    meaning: 'The order was placed in TikTok Shop. TikTok knows it already; sending it would count it twice.',
  },
  pos: {
    short: 'Point of sale',
    meaning: 'The order was taken in a shop, not online.',
  },
  draft: {
    short: 'Draft order',
    meaning: 'Staff made this order, so no visitor of your store placed it.',
  },
  renewal: {
    short: 'Subscription renewal',
    meaning: 'A subscription renewed by itself. Only its first order is a conversion.',
  },
  b2b: {
    short: 'Business order',
    meaning: 'You chose not to send orders of business customers.',
  },
  staff_made: {
    short: 'Made by staff',
    meaning: 'You chose not to send orders that staff made.',
  },
  source_rule: {
    short: 'Your rule',
    meaning: 'One of your own rules keeps this order back.',
  },
  cancelled: {
    short: 'Cancelled',
    meaning: 'The order was cancelled before it was sent.',
  },
  deleted: {
    short: 'Deleted',
    meaning: 'The order was deleted in Shopify before it was sent.',
  },
  pixel_removed: {
    short: 'Pixel removed',
    meaning: 'The pixel was removed before this was sent.',
  },
  unconfirmed: {
    short: 'Not confirmed',
    meaning: 'Shopify has not confirmed this order.',
  },
  voided: {
    short: 'Payment voided',
    meaning: 'The payment was voided, so there is no sale.',
  },
  before_active: {
    short: 'Before the start',
    meaning: 'The order is older than this pixel’s start in Tock.',
  },
  too_old: {
    short: 'Too old',
    meaning:
      'The order reached Tock more than seven days after it was placed. TikTok could not use it any more.',
  },
  not_paid: {
    short: 'Never paid',
    meaning: 'The order was not paid within 28 days.',
  },
  consent_refused: {
    short: 'Visitor said no',
    meaning: 'The visitor did not allow marketing. Tock respects that.',
  },
  consent_unproven: {
    short: 'No consent known',
    meaning: 'The law in the buyer’s region asks for consent, and none was seen for this order.',
    next: 'A consent banner that records the choice helps. Blocked scripts can hide it.',
  },
  sale_opt_out: {
    short: 'Opted out of sale',
    meaning: 'The visitor opted out of the sale of their data.',
  },
  no_identity: {
    short: 'Nothing to match',
    meaning: 'There was no ad click, email or phone number for seven days, so TikTok could not match it.',
  },
  too_late: {
    short: 'Too late to be safe',
    meaning: 'TikTok may have taken a copy more than 47 hours ago. Sending it again could count it twice.',
  },
  never_confirmed: {
    short: 'Never confirmed',
    meaning:
      'Tock sent it, but TikTok never answered. It may have counted. Sending it again now could count it twice.',
    next: 'Look in TikTok Events Manager whether this event id arrived.',
  },
  facts_gone: {
    short: 'Details erased',
    meaning: 'The details of this event were erased before it could be sent.',
  },
  pixel_absent: {
    short: 'Before this pixel',
    meaning: 'The order was placed before this pixel was connected to Tock.',
  },
  not_recorded: {
    short: 'Found later, not sent',
    meaning: 'Shopify lists this order, but no message of it reached Tock in time to send it.',
  },
  accepted: { short: 'Taken by TikTok', meaning: 'TikTok confirmed that it took the event.' },
  test: {
    short: 'Taken as a test',
    meaning:
      'The pixel has a test event code, so TikTok shows the event under Test events and counts nothing.',
  },
};

/** For a table; the whole sentence comes from TikTok's catalogue with the event itself. */
const TIKTOK_WORDS: Record<string, string> = {
  event_refused: 'A value was refused',
  object_not_found: 'Pixel not known',
  request_too_large: 'Too large',
  tiktok_unavailable: 'TikTok was not available',
  tiktok_throttled: 'TikTok was too busy',
  tiktok_unknown_code: 'Unknown answer',
  tiktok_unreachable: 'TikTok was not reached',
  tiktok_no_answer: 'No answer',
  tiktok_unreadable_answer: 'Unreadable answer',
};

/** A reason in a few words. */
export const shortReason = (reason: string): string =>
  REASON_WORDS[reason]?.short ?? TIKTOK_WORDS[reason] ?? reason;

/** Words for a reason; the words of TikTok's catalogue and of the rules come with the event itself. */
export const reasonWords = (reason: string): ReasonWords | null => REASON_WORDS[reason] ?? null;

const RULE_WORDS: Record<string, string> = {
  hold: 'Hold time',
  'pixel.active_from': 'The pixel’s start',
  'order.age': 'Orders up to seven days old',
  'order.deleted': 'Orders deleted in Shopify',
  'pixel.removed': 'Pixels that were removed',
  'consent:region': 'The consent rules of the buyer’s region',
  'consent:setting': 'Your consent setting',
  'consent:pixel': 'The visitor’s own choice',
  'consent:cart': 'The visitor’s own choice',
  'consent:client': 'The visitor’s own choice',
  'identity.purchase': 'What TikTok needs to match a purchase',
  'identity.page': 'What TikTok needs to match a visit',
  'window:repeat_window': 'TikTok’s 48 hours',
  'window:age': 'Orders up to fourteen days old',
  'order.cancelled': 'Cancelled orders',
  'order.unconfirmed': 'Orders that Shopify confirmed',
  'order.voided': 'Payments that were voided',
  'event.age': 'Events up to seven days old',
  'privacy.erased': 'Erased customer data',
  'purchase.paid': 'Purchases count when paid',
};

/** The rule that decided, as staff would name it; a rule without words is shown by its own name. */
export function ruleWords(rule: string): string {
  const known = RULE_WORDS[rule];
  if (known !== undefined) return known;
  const [kind, name] = [rule.slice(0, rule.search(/[.:]/)), rule.slice(rule.search(/[.:]/) + 1)];
  if (kind === 'events') return `Events: ${eventWord(name)}`;
  const own = SOURCE_SWITCHES.find((one) => one === name);
  if (kind === 'switch' && own) return `Order sources: ${SWITCH_WORDS[own].name}`;
  return kind === 'rule' ? 'One of your own rules' : rule;
}
