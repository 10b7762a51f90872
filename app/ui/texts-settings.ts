/** The words of the pages Events, Order sources and Values, ready for translation. */
import { countWords, orderCount, percentWords } from './count-words.ts';
import type { NotTold } from '../conversion/facts.ts';
import type { FeatureWithScopes } from '../shopify/feature-scopes.ts';
import type { RuleField, RuleOperator, SourceSwitch } from '../conversion/settings.ts';

/** What an event is for, by Shopify's name. */
const EVENT_PURPOSE: Record<string, string> = {
  order: 'The sale. Campaigns for sales need it, and nothing else tells TikTok what your ads earned.',
  payment_info_submitted: 'The last step before the sale. Helps campaigns while sales are still few.',
  checkout_started: 'Shows who meant to buy. Good for campaigns that bring back abandoned checkouts.',
  product_added_to_cart: 'Shows interest in a product. Needed for catalogue ads.',
  product_viewed: 'Which products are looked at. Needed for catalogue ads and retargeting.',
  search_submitted: 'What visitors look for. For retargeting by interest.',
  collection_viewed:
    'Which collections are looked at. Many events with little to say; leave it off if in doubt.',
  page_viewed: 'Every page. Many events with little to say; for audiences of all visitors.',
  cart_viewed: 'Who looks into the cart. TikTok has no event of its own for it.',
  product_removed_from_cart: 'Who changes their mind. TikTok has no event of its own for it.',
};

export const eventPurpose = (event: string): string =>
  EVENT_PURPOSE[event] ?? 'An event of your own, published by your theme or an app.';

export const EVENTS_TEXT = {
  title: 'Events',
  intro: 'What this pixel tells TikTok, and under which name.',
  pixel: 'Pixel',
  own: 'Own events',
  ownIntro:
    'Events that your theme or an app publishes with Shopify.analytics.publish. Enter the name exactly as it is published.',
  addName: 'Name in Shopify',
  add: 'Add event',
  remove: 'Remove',
  tiktokName: 'TikTok name',
  ownName: 'Name of your own',
  otherName: 'A name of your own…',
  changes: 'What will change',
  purchaseOff: 'No sale will reach TikTok through this pixel while the order is switched off.',
} as const;

export const NO_PIXEL_TEXT = {
  title: 'Connect a pixel first',
  text: 'These settings belong to a pixel. As soon as one is connected, you can change them here.',
  add: 'Add pixel',
} as const;

export function eventCountWords(
  count: { seen: number; sent: number } | undefined,
  on: boolean,
  locale: string,
): string {
  if (count === undefined || count.seen === 0)
    return on ? 'None in the last 30 days' : 'Not counted while it is off';
  const seen = `${countWords(count.seen, locale)} in the last 30 days`;
  return count.sent === count.seen ? `${seen}, all sent` : `${seen}, ${countWords(count.sent, locale)} sent`;
}

export const SWITCH_WORDS: Record<SourceSwitch, { name: string; text: string }> = {
  tiktokShop: {
    name: 'TikTok Shop orders',
    text: 'Bought inside TikTok. TikTok knows them already, so sending them counts them twice.',
  },
  pos: { name: 'Point of sale orders', text: 'Taken in a shop. Ads in a browser have no part in them.' },
  draft: { name: 'Draft orders', text: 'Made by staff from a draft or an invoice.' },
  renewal: {
    name: 'Subscription renewals',
    text: 'Charged by themselves. The first order of a subscription is always sent.',
  },
  test: { name: 'Test orders', text: 'Paid with the test gateway, so no money came in.' },
  b2b: { name: 'Business orders', text: 'Placed by a company’s customer.' },
  staffMade: { name: 'Orders made by staff', text: 'Entered by a staff member for somebody else.' },
};

export const FIELD_WORDS: Record<RuleField, string> = {
  source_name: 'Source name',
  app_id: 'App id',
  channel: 'Sales channel',
  tag: 'Order tag',
  gateway: 'Payment gateway',
  discount_code: 'Discount code',
  note_attribute: 'Order attribute (name)',
  shipping_country: 'Shipping country',
  billing_country: 'Billing country',
  total: 'Order total',
  staff_made: 'Made by staff',
  subscription: 'Subscription',
  customer_type: 'Customer',
  vendor: 'Product vendor',
  sku: 'SKU',
  product: 'Product id',
  customer_tag: 'Customer tag',
  company: 'Company',
  market: 'Market',
  product_type: 'Product type',
};

/** Fields with few possible values are chosen, not typed. */
export const FIELD_CHOICES: Partial<Record<RuleField, { value: string; label: string }[]>> = {
  staff_made: [
    { value: 'yes', label: 'Yes' },
    { value: 'no', label: 'No' },
  ],
  company: [
    { value: 'yes', label: 'Yes' },
    { value: 'no', label: 'No' },
  ],
  subscription: [
    { value: 'first', label: 'First order' },
    { value: 'renewal', label: 'Renewal' },
    { value: 'none', label: 'No subscription' },
  ],
  customer_type: [
    { value: 'new', label: 'New' },
    { value: 'returning', label: 'Returning' },
  ],
};

export const OPERATOR_WORDS: Record<RuleOperator, string> = {
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  starts_with: 'starts with',
  at_least: 'is at least',
  at_most: 'is at most',
};

/** Readable names of Shopify's hidden source values; every other one is shown as it is. */
const SOURCE_NAMES: Record<string, string> = {
  web: 'Online Store',
  pos: 'Point of Sale',
  shopify_draft_order: 'Draft orders',
  iphone: 'Shopify app on iPhone',
  android: 'Shopify app on Android',
  subscription_contract: 'Subscriptions',
  subscription_contract_checkout_one: 'Subscriptions',
  '6712272': 'TikTok Shop',
};

export function sourceWords(source: { sourceName: string; appId: string; channel: string }): string {
  const { sourceName, appId, channel } = source;
  const told = channel === '' ? sourceName : channel;
  const known = SOURCE_NAMES[told.toLowerCase()];
  if (known !== undefined) return known;
  if (told.toLowerCase().startsWith('tiktok')) return 'TikTok Shop';
  if (/^\d+$/.test(told)) return `An app or connector (number ${told})`;
  if (told !== '') return told;
  return appId === '' ? 'Not told by Shopify' : `An app (number ${appId})`;
}

export const SOURCES_TEXT = {
  title: 'Order sources',
  intro: 'Which orders count as sales from your store. For all pixels.',
  switches: 'Kinds of orders',
  switchesIntro: 'Ticked kinds are sent to TikTok as sales, the others are kept back.',
  none: 'None in the last 30 days',
  such: 'such as',
  looking: 'Looking through your orders…',
  late: 'Your last change is looked at in a moment.',
  rules: 'Your own rules',
  rulesIntro: 'Asked from top to bottom, before the kinds above. The first rule that fits decides.',
  noRules: 'No rules yet. You need none unless the kinds above do not fit your store.',
  addRule: 'Add rule',
  on: 'On',
  action: 'What to do',
  field: 'Field',
  operator: 'Comparison',
  value: 'Value',
  values: 'Values',
  valuesHelp: 'Separate several with commas: any of them fits.',
  up: 'Move up',
  down: 'Move down',
  removeRule: 'Remove',
  block: 'Keep back',
  sent: 'Sent',
  keptBack: 'Kept back',
  partlyKeptBack: 'Partly kept back',
  allow: 'Send',
  sources: 'Sources seen',
  sourcesIntro: 'Where the orders of the last 30 days came from, as Shopify names it.',
  noSources: 'No orders in the last 30 days. Sources are listed here once orders come in.',
  makeRule: 'Make a rule',
  preview: 'If you save this',
  previewNow: 'As it is now',
  previewText:
    'Counted over your real orders with the same rules that decide. Consent, cancellations and missing contact details are decided afterwards.',
  noChange: 'No order would be treated differently.',
  noOrders: 'There are no orders yet to try this on.',
  mend: 'Correct what is marked below to see what would change.',
  comesIn: 'Would be sent as well',
  goesOut: 'Would be kept back as well',
} as const;

export const MARKS_TEXT = {
  title: 'How TikTok Shop orders are recognised',
  intro:
    'One of these marks is enough. Apps that copy TikTok Shop orders into Shopify use marks of their own; if one of yours is missing under “Sources seen”, add it here. The numbers above show at once what it changes.',
  change: 'Show and add marks',
  known: (entries: string[]): string =>
    entries.length === 0 ? 'None is known.' : `Known: ${entries.join(', ')}.`,
  several: 'Add more, separated by commas.',
} as const;

export const lastDays = (days: number): string => `Last ${days} days`;

export const notAll = (orders: number, locale: string): string =>
  `Your newest ${orderCount(orders, locale)} were counted.`;

export const ordersWords = (orders: number, money: string, locale: string): string =>
  orders === 0 ? 'no orders' : `${orderCount(orders, locale)}, ${money}`;

export const fittingWords = (orders: number, locale: string): string =>
  `Fits ${orderCount(orders, locale)} of the last 30 days.`;

export const unansweredWords = (orders: string, field: RuleField): string =>
  `Of ${orders} Tock does not know “${FIELD_WORDS[field]}”, because no rule needed it then. They are counted as not fitting. New orders are asked.`;

/** What Tock says before Shopify asks for more access. */
export const ACCESS_WORDS: Record<
  FeatureWithScopes,
  { needed: string; lost: string; why: string; give: string }
> = {
  customers: {
    needed: 'This needs access to your customers',
    lost: 'Not asked: Tock may not read your customers',
    why: 'A customer’s tags, company and number of orders stand with the customer, not with the order. Tock reads only what your choice asks for and keeps no name, email or address.',
    give: 'Give access to customers',
  },
  markets: {
    needed: 'This needs access to your markets',
    lost: 'Not asked: Tock may not read your markets',
    why: 'Orders do not name their market, so Tock reads which countries belong to which market. It changes nothing there.',
    give: 'Give access to markets',
  },
};

export const ACCESS_TEXT = {
  shopifyAsks: 'Shopify asks you to agree in its own window.',
  declined: 'Access was not given, so this cannot be saved. Choose something else, or give access.',
  stillLost: 'Access was not given. Orders go on without this being asked.',
  failed: 'Shopify did not answer. Please try again.',
} as const;

/** Why a rule could not be asked of an order. */
export const UNASKED_WORDS: Record<NotTold | 'not_asked', string> = {
  denied: 'your store has not given Tock access to what it needs. Order sources has a button for that.',
  gone: 'Shopify does not have the order any more.',
  not_connected: 'Tock was not connected to Shopify. Opening Tock from your Shopify admin reconnects it.',
  no_answer: 'Shopify did not answer in time.',
  not_asked: 'Shopify has not been asked yet.',
};

export const UNASKED_TITLE = 'Not every rule could be asked';

export const ruleName = (place: number): string => `Rule ${place + 1}`;

export const VALUES_TEXT = {
  title: 'Values and products',
  intro: 'What an order is worth to TikTok, and by which ids it finds your products.',
  value: 'Order value',
  basis: 'Start from',
  basisTotal: 'What the customer paid (total)',
  basisSubtotal: 'Goods after discounts (subtotal)',
  tax: 'Count taxes',
  shipping: 'Count shipping',
  tips: 'Count tips',
  duties: 'Count duties',
  giftCards: 'Count gift cards that are bought',
  profit: 'Profit',
  profitNone: 'Send the value as it is',
  profitMargin: 'Send a part of it as profit',
  profitCost: 'Take the cost of the goods off',
  percentMargin: 'Profit in percent of the value',
  percentCost: 'Cost in percent of the goods',
  currency: 'Currency',
  currencyShop: 'Your store’s currency',
  currencyBuyer: 'The currency the customer paid in',
  unlisted: 'If TikTok does not take that currency',
  unlistedConvert: 'Use the order’s other currency',
  unlistedOmit: 'Leave the value out',
  contentId: 'Product ids',
  contentIdHelp: 'Choose the id that your TikTok catalogue uses, or catalogue ads cannot find your products.',
  kind: 'Id of a product',
  template: 'Template',
  templateHelp:
    'With {country}, {product}, {variant} and {sku}. For example shopify_{country}_{product}_{variant}.',
  example: 'A real order, as TikTok would get it',
  exampleOrder: 'Order',
  noExample: 'As soon as an order has come in, you see here what TikTok would be told of it.',
  sent: 'Value at TikTok',
  sentNone: 'No value',
  converted: 'TikTok does not take the currency you chose, so the other one is used.',
  unlistedNote: 'TikTok takes neither currency of this order.',
  contents: 'Products at TikTok',
  mend: 'Correct what is marked to see the example.',
  catalogue: 'Does it fit your catalogue?',
  catalogueText:
    'Paste ids from TikTok’s catalogue, or choose the feed file. They are held against the products bought in the last 90 days and not stored.',
  list: 'Ids or feed',
  file: 'Choose a feed file (CSV, TSV or XML)',
  test: 'Test the catalogue',
  cutFile: 'The file is large: its first 700 kB are looked at.',
  useThis: 'Use this setting',
  noItems: 'No product was bought in the last 90 days, so there is nothing to compare yet.',
  allMatch: 'Every product that was bought is in your catalogue. Nothing to do.',
  missing: 'Tock sends, and the catalogue does not have:',
  looksLike: 'The catalogue has:',
  noneBetter:
    'No other setting fits better. If the ids differ in their form, describe that form as a template above.',
} as const;

export const PART_WORDS: Record<string, string> = {
  total: 'Total',
  subtotal: 'Goods after discounts',
  tax: 'Taxes',
  shipping: 'Shipping',
  tips: 'Tips',
  duties: 'Duties',
  giftCards: 'Gift cards bought',
};

export const KIND_WORDS: Record<'variant' | 'product' | 'sku' | 'template', string> = {
  variant: 'Variant id',
  product: 'Product id',
  sku: 'SKU',
  template: 'A template',
};

export const settingWords = (setting: {
  kind: keyof typeof KIND_WORDS;
  template?: string | undefined;
}): string =>
  setting.kind === 'template' ? `the template ${setting.template ?? ''}` : `“${KIND_WORDS[setting.kind]}”`;

export const matchWords = (matched: number, items: number, locale: string): string =>
  `${countWords(matched, locale)} of ${countWords(items, locale)} products match (${percentWords(matched, items, locale)})`;

export const idsRead = (ids: number, column: string | null, locale: string): string =>
  `${countWords(ids, locale)} ${ids === 1 ? 'id' : 'ids'} read${column === null ? '' : ` from the column “${column}”`}.`;

export const betterWords = (setting: string, matched: number, items: number, locale: string): string =>
  `With ${setting}, ${countWords(matched, locale)} of ${countWords(items, locale)} would match.`;

export const SAVING_TEXT = {
  save: 'Save',
  discard: 'Discard',
  saved: 'Saved',
  savedText: 'New events follow these settings from now on.',
  undo: 'Undo',
  undone: 'The settings are as they were before',
  undoRefused: 'This was changed again meanwhile, so it was not undone.',
  notSaved: 'Not saved yet. Correct what is marked.',
  unknownForm: 'This form is not known. Load the page again.',
  storefront: 'Saved, but your storefront does not know yet',
} as const;
