/** The words of the page Settings, ready for translation. */
import type { ConsentSettings, ShopSettings } from '../conversion/settings.ts';

export const SETTINGS_TEXT = {
  title: 'Settings',
  intro: 'For all pixels of your store.',
  purchase: 'When a sale counts',
  moment: 'Count a purchase',
  placed: 'When the order is placed (default)',
  placedText: 'TikTok hears of it within about a minute and can credit the ad at once.',
  paid: 'When the order is paid',
  paidText:
    'Orders wait until they are paid, for up to 28 days, and are skipped after that. Choose this if many orders are paid by bank transfer or on delivery. TikTok learns of them later.',
  saleName: 'Name of the sale at TikTok',
  saleNameOf: (pixel: string): string => `Name of the sale at TikTok: ${pixel}`,
  saleNameText:
    'CompletePayment is what most campaigns aim at. TikTok’s newer name for the same event is Purchase. Campaigns see one name only, so change it together with them. An order that Tock has already tried to send keeps the name it had.',
  ownName: (name: string): string => `${name} (your own name, from the page Events)`,
  hold: 'Wait for the visit',
  holdText:
    'How long an order waits for the storefront to tell which visit it belongs to. 60 seconds is the default. Never later than four minutes after the purchase: TikTok merges the browser’s copy only for five. With 0, orders go at once and more of them without their ad click.',
  seconds: 'seconds',
  consent: 'Consent',
  withoutEvidence: 'When nobody recorded the buyer’s choice',
  consentRespected:
    'A choice that was recorded always counts: who said no is never sent. This is about orders without any record, such as with a blocked script or a banner that does not tell Shopify.',
  saleOptOut: 'When a buyer opted out of the sale of their data',
  matching: 'Matching',
  window: 'Click window',
  windowText:
    'An ad click counts for a purchase this many days later. 28 is the default. Older clicks are not sent.',
  days: 'days',
  visitorId: 'Send Shopify’s visitor number, hashed',
  visitorIdText:
    'Helps TikTok to tell that two visits are one visitor. It is sent as a one-way hash, only with consent. Applies to visits from now on.',
  more: 'More',
} as const;

export const WITHOUT_EVIDENCE: {
  value: ConsentSettings['withoutEvidence'];
  label: string;
  text: string;
}[] = [
  {
    value: 'region',
    label: 'Decide by the buyer’s region (default)',
    text: 'Where the law asks for consent first, the order is skipped. Where buyers can opt out of the sale of data, it is sent with limited data use. Elsewhere it is sent.',
  },
  {
    value: 'skip',
    label: 'Never send',
    text: 'The strictest choice. Only orders with recorded consent are sent; expect fewer sales at TikTok.',
  },
  {
    value: 'limited',
    label: 'Send with limited data use',
    text: 'TikTok may count the sale but not use it to build audiences. Orders without an IP address are skipped. Where the law asks for consent first, this may still need a legal basis.',
  },
  {
    value: 'send',
    label: 'Always send',
    text: 'Also from regions where the law asks for consent first. You are responsible for having it: only choose this if your store collects consent in a way that Shopify does not see.',
  },
];

export const SALE_OPT_OUT: { value: ConsentSettings['saleOptOut']; label: string; text: string }[] = [
  {
    value: 'limited',
    label: 'Send with limited data use (default)',
    text: 'TikTok is told to respect the choice. Without an IP address it cannot, so such orders are skipped.',
  },
  { value: 'skip', label: 'Do not send', text: 'Nothing of such a buyer goes to TikTok.' },
];

export const MOMENTS: { value: ShopSettings['purchaseMoment']; label: string; text: string }[] = [
  { value: 'placed', label: SETTINGS_TEXT.placed, text: SETTINGS_TEXT.placedText },
  { value: 'paid', label: SETTINGS_TEXT.paid, text: SETTINGS_TEXT.paidText },
];

/** The pages that belong to the settings, as cards that lead there. */
export const SETTINGS_LINKS: { title: string; text: string; label: string; to: string }[] = [
  {
    title: 'Alerts',
    text: 'Who is told, by email or in Slack, when something needs you.',
    label: 'Set up',
    to: '/app/settings/alerts',
  },
  {
    title: 'How long data is kept',
    text: 'Orders with their outcomes, and what happens in your storefront.',
    label: 'Change',
    to: '/app/settings/data',
  },
  {
    title: 'History of changes',
    text: 'Who changed what, and when.',
    label: 'Show history',
    to: '/app/audit',
  },
  {
    title: 'Export and import settings',
    text: 'Carry a set-up to another store, or keep a copy of it.',
    label: 'Show',
    to: '/app/settings/carry',
  },
  {
    title: 'Disconnect, reset or erase',
    text: 'Stop sending, go back to the defaults, or delete everything. For the account owner.',
    label: 'Show',
    to: '/app/settings/store',
  },
];

interface Bounds {
  least: number;
  most: number;
}

export const KEEP_TEXT = {
  title: 'How long data is kept',
  intro: 'Tock keeps no names, addresses or readable emails at all. This is about everything else.',
  orders: 'Orders, what became of them, and the ledger',
  months: 'months',
  ordersText: ({ least, most }: Bounds): string =>
    `From ${least} to ${most} months; ${most} is the default. An order that is gone from Tock can no longer be looked up or proved.`,
  pages: 'Storefront events',
  pagesText: ({ least, most }: Bounds): string =>
    `From ${least} to ${most} days; ${most} is the default. Such as product views and carts, with what became of them.`,
  shorter:
    'If you choose less, what is older is deleted within a day and cannot be brought back. What TikTok received stays at TikTok.',
  ownerOnly:
    'Only the account owner of this store can choose less: what is older is then deleted and cannot be brought back. Anybody can choose more.',
  sure: 'Keep data for less time?',
  lostOrders: (months: string): string =>
    `Orders older than ${months} ${months === '1' ? 'month' : 'months'} are deleted, with what became of them and their part of the ledger.`,
  lostPages: (days: string): string =>
    `Storefront events older than ${days} ${days === '1' ? 'day' : 'days'} are deleted.`,
  lostForGood: [
    'It is done within a day, and nobody can bring them back.',
    'Everything newer stays, and so does what TikTok received.',
  ],
  delete: 'Delete what is older',
  cancel: 'Leave it as it is',
} as const;
