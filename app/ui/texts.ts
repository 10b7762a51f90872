/** Every word that a merchant reads in the app's pages, in one place, ready for translation. */

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

export const eventWord = (event: string): string => EVENT_WORDS[event] ?? event;

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
  accepted: { short: 'Taken by TikTok', meaning: 'TikTok confirmed that it took the event.' },
};

/** Words for a reason; the words of TikTok's catalogue and of the rules come with the event itself. */
export const reasonWords = (reason: string): ReasonWords | null => REASON_WORDS[reason] ?? null;
