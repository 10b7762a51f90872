/** What only a person can see on a live store: what to do, and what should then be there. */

export interface Look {
  /** The line of docs/assumptions.md. */
  readonly id: string;
  readonly look: string;
}

export const liveLooks: readonly Look[] = [
  {
    id: 'tiktok-windows',
    look: 'Send one test event twice with the same event id (Replay in an event’s story). Events Manager, Test events, must show it once; a real order that the browser reported too must be counted once after a day.',
  },
  {
    id: 'tiktok-window-start',
    look: 'In Events Manager, Diagnostics, look for repeats of an order that was sent again a day later: it must still count once.',
  },
  {
    id: 'tiktok-20001',
    look: 'If an attempt in the log shows code 20001, look for its event id in Events Manager: it must be there.',
  },
  {
    id: 'tiktok-51021',
    look: 'If an attempt in the log shows code 51021, the next attempt must pass without anything being changed.',
  },
  {
    id: 'tiktok-names-differ',
    look: 'With the theme embed on, an order must be counted under one name only, CompletePayment or Purchase, in Events Manager’s overview.',
  },
  {
    id: 'tiktok-deactivated-pixel',
    look: 'Deactivate a test pixel in Events Manager and place an order: the log must say that the token may not send for it.',
  },
  {
    id: 'tiktok-merge-fills',
    look: 'Open an event of both sources in Events Manager, Test events: its match keys must be those of browser and server together.',
  },
  {
    id: 'tiktok-session-cookie',
    look: 'Open the storefront with TikTok’s script in the page and consent: document.cookie must hold ttcsid_ with the pixel’s code, its first and its last event as thirteen digits each.',
  },
  {
    id: 'tiktok-events-js',
    look: 'Open the storefront with the theme embed and consent: the cookie _ttp must appear, and a click on "Add to cart" that leaves the page must be seen in Test events.',
  },
  {
    id: 'tiktok-consent-calls',
    look: 'Refuse consent in the storefront’s banner: no request to analytics.tiktok.com may leave the page, and no cookie _ttp may be set.',
  },
  {
    id: 'tiktok-script-twice',
    look: 'With another TikTok app in the theme, each of the two pixels must receive its own events once.',
  },
  {
    id: 'order-tiktok-shop',
    look: 'If the store sells in TikTok Shop: such an order must be skipped in the log with "TikTok Shop" as its source.',
  },
  {
    id: 'order-paid',
    look: 'Place an order with a manual payment method and mark it as paid an hour later: with "when paid" as its moment its event time must be that of the payment.',
  },
  {
    id: 'order-renewal',
    look: 'Let a subscription renew: the order must be skipped in the log as a renewal.',
  },
  {
    id: 'order-webhook-fields',
    look: 'In the Dev Dashboard, Logs, open an orders/create delivery of a B2B or subscription order: see whether company, selling_plan_allocation and customer.orders_count are there.',
  },
  {
    id: 'order-shipping',
    look: 'Order with a discount on shipping: the value in the log must be what the customer paid.',
  },
  {
    id: 'order-edit-totals',
    look: 'Add a line to an order and remove another: total_price in the webhook grows with the added one; the removed one lowers only current_total_price.',
  },
  {
    id: 'order-shipping-set',
    look: 'In the webhook of an order with a shipping discount, total_shipping_price_set must be the price before it, and total_discounts must include it.',
  },
  {
    id: 'order-no-decimals',
    look: 'Order in a currency without decimals (JPY): amounts in the webhook must have none.',
  },
  {
    id: 'uninstall-removes',
    look: 'Uninstall and install again: the web pixel must be on at once (Settings, Customer events), and the embed must load its pixels.',
  },
  {
    id: 'shell-user',
    look: 'Open Tock as a staff member without all permissions: the page must load, and the audit must name this person.',
  },
  {
    id: 'shell-save-bar',
    look: 'Change a setting and leave the page without saving: the admin must ask first.',
  },
  {
    id: 'storefront-sale-of-data',
    look: 'From California, opt out of the sale of data: page views must still reach the log, marked as limited data use.',
  },
  {
    id: 'storefront-embed-json',
    look: 'View the storefront’s source: the theme embed’s JSON must be whole, and a "<" in it must be escaped.',
  },
  {
    id: 'storefront-timestamp',
    look: 'With a wrong clock on the computer (ten minutes ahead), the browser’s copies must still arrive in Test events.',
  },
  {
    id: 'storefront-empty-attribute',
    look: 'Give consent, add to the cart, withdraw consent, order: the order’s additional details must not hold the click any longer.',
  },
  {
    id: 'storefront-cookie-set',
    look: 'Open a link with ?ttclid=test: a cookie of Tock with a life of 28 days must be there in the developer tools.',
  },
  {
    id: 'storefront-cart-add',
    look: 'In the theme that the store uses, add to the cart from a product page and from a quick-add: the order’s additional details must hold the click.',
  },
  {
    id: 'storefront-shopifyignore',
    look: 'After "shopify app deploy", the theme extension’s files in the Dev Dashboard must not include src.',
  },
  {
    id: 'storefront-embed-pages',
    look: 'View the source of a checkout page: the theme embed must not be there.',
  },
  {
    id: 'storefront-keepalive',
    look: 'Add to the cart and leave the page at once: the event must be in the log.',
  },
  {
    id: 'storefront-undecided',
    look: 'From a region that requires consent, without touching the banner: nothing of this visit may be in the log.',
  },
  {
    id: 'storefront-buffer',
    look: 'From such a region, look at a product, then give consent on the same page: the product view must arrive. Refuse instead: it must not.',
  },
  {
    id: 'storefront-gpc',
    look: 'With Global Privacy Control on, in a region that asks for nothing: events must arrive without limits. From California: limited.',
  },
  {
    id: 'storefront-limited-sharing',
    look: 'With data sharing set to optimised in Settings, Customer privacy: page views and completed checkouts still reach the log.',
  },
  {
    id: 'storefront-region',
    look: 'In the storefront’s console, Shopify.customerPrivacy.getRegion() must answer USCA or the like.',
  },
  {
    id: 'storefront-missing-cookie',
    look: 'In a private window without TikTok’s cookie, events must arrive without a ttp, and nothing may fail in the console.',
  },
  {
    id: 'storefront-buy-now',
    look: 'Put something in the cart, then use "Buy it now" on another product: see whether the order carries the cart’s attributes.',
  },
  {
    id: 'storefront-client-id',
    look: 'If the checkout is on another domain than the store: the visit in the order’s story must be one, before and after.',
  },
  {
    id: 'storefront-session',
    look: 'Come by an ad, wait half an hour, come back directly and order: see which landing page the order names.',
  },
  {
    id: 'tiktok-test-code',
    look: 'After Tock checked a new token, Events Manager’s overview must not count the event of that check.',
  },
  {
    id: 'storefront-identify',
    look: 'With identification on, sign in as a customer with a phone number: in the page’s source both hashes must be those of the lower-case email and of the number as +49….',
  },
  {
    id: 'tiktok-identify',
    look: 'With identification on, the browser’s events in Test events must show email and phone as match keys.',
  },
  {
    id: 'radar-tiktok-app',
    look: 'In a store with TikTok’s own app, view the storefront’s source: webPixelsConfigList must hold app 4383523 and its pixel code.',
  },
  {
    id: 'order-original-total',
    look: 'Edit an order: originalTotalPriceSet in the Admin API must stay what total_price was in the first webhook.',
  },
  {
    id: 'admin-access-denied',
    look: 'Without read_customers, the line admin-order-fields above must hold and name customer as not approved.',
  },
  {
    id: 'shell-download',
    look: 'In the log choose “Export as CSV”: the browser must save tock-log-….csv without leaving the admin.',
  },
];
