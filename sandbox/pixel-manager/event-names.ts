/** Names of Shopify's pixel events, as `@shopify/web-pixels-extension` lists them. */

export const standardEvents: readonly string[] = [
  'alert_displayed',
  'cart_viewed',
  'checkout_address_info_submitted',
  'checkout_completed',
  'checkout_contact_info_submitted',
  'checkout_shipping_info_submitted',
  'checkout_started',
  'collection_viewed',
  'page_viewed',
  'payment_info_submitted',
  'product_added_to_cart',
  'product_removed_from_cart',
  'product_viewed',
  'search_submitted',
  'ui_extension_errored',
];

export const domEvents: readonly string[] = [
  'clicked',
  'form_submitted',
  'input_blurred',
  'input_changed',
  'input_focused',
];

/** What a pixel still gets when data sharing is optimised down to little. Nobody outside Shopify knows the list. */
export const limitedEvents: readonly string[] = ['page_viewed', 'checkout_completed'];

export function reaches(subscription: string, event: { name: string; type: string }): boolean {
  switch (subscription) {
    case 'all_events':
      return event.type !== 'advanced-dom';
    case 'all_standard_events':
      return event.type === 'standard';
    case 'all_custom_events':
      return event.type === 'custom';
    case 'all_dom_events':
      return event.type === 'dom';
    default:
      return subscription === event.name;
  }
}
