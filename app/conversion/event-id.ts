/** Event ids that browser and server derive alike, so that TikTok sees one event. Depends on nothing: bundled into the storefront pixel. */

/** A purchase: the trailing digits of any form of the order id (plain, gid://shopify/Order/…, …/OrderIdentity/…). */
export function orderEventId(orderId: string): string {
  return 'order-' + trailingDigits(orderId);
}

/** Shopify says checkout_started each time the buyer enters the checkout; one token is one InitiateCheckout. */
export function checkoutEventId(checkoutToken: string): string {
  return 'checkout-' + checkoutToken;
}

export function paymentEventId(checkoutToken: string): string {
  return 'payment-' + checkoutToken;
}

/** The id of a page event: by checkout token where Shopify repeats itself, else Shopify's own event id. */
export function pageEventId(name: string, shopifyId: string, checkoutToken?: string): string {
  if (checkoutToken && name === 'checkout_started') return checkoutEventId(checkoutToken);
  if (checkoutToken && name === 'payment_info_submitted') return paymentEventId(checkoutToken);
  return shopifyId;
}

/** "gid://shopify/ProductVariant/413" and "413" are the same variant: both become "413". */
export function trailingDigits(id: string): string {
  const found = /(\d+)(?:\?.*)?$/.exec(id);
  return found?.[1] ?? id;
}
