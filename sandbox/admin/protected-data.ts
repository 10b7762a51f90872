/** Protected customer data: which fields Shopify empties for an app that was not approved for them. */

import type { ProtectedDataApproval } from '../world.ts';

export type ProtectedField = 'name' | 'email' | 'phone' | 'address';

/** Payload keys of webhooks, wherever in the payload they stand. */
const payloadFields: Record<string, ProtectedField> = {
  email: 'email',
  contact_email: 'email',
  phone: 'phone',
  first_name: 'name',
  last_name: 'name',
  billing_address: 'address',
  shipping_address: 'address',
  default_address: 'address',
  order_status_url: 'address',
};

/** Keys whose `name`, `company` and the like belong to a person; elsewhere a name is an order's or a product's. */
const people = new Set(['customer', 'billing_address', 'shipping_address', 'default_address']);

export function nullProtected(
  payload: Record<string, unknown>,
  approval: ProtectedDataApproval,
): Record<string, unknown> {
  if (approval.name && approval.email && approval.phone && approval.address) return payload;
  const visit = (value: unknown, inPerson: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown) => visit(item, inPerson));
    // A raw number (an id too long for JavaScript) is an object to us and none to its reader.
    if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, content]: [string, unknown]) => {
        const field = payloadFields[key] ?? (inPerson && key === 'name' ? 'name' : undefined);
        if (field && !approval[field]) return [key, null];
        return [key, visit(content, people.has(key))];
      }),
    );
  };
  return Object.fromEntries(
    Object.entries(payload).map(([key, content]) => {
      const field = payloadFields[key];
      return [key, field && !approval[field] ? null : visit(content, people.has(key))];
    }),
  );
}

/** The same gate for GraphQL, by type and field. */
export const graphqlFields: Record<string, ProtectedField> = {
  'Order.email': 'email',
  'Order.phone': 'phone',
  'Order.billingAddress': 'address',
  'Order.shippingAddress': 'address',
  'Order.displayAddress': 'address',
  'Order.statusPageUrl': 'address',
  'Customer.displayName': 'name',
  'Customer.firstName': 'name',
  'Customer.lastName': 'name',
  'Customer.defaultEmailAddress': 'email',
  'Customer.defaultPhoneNumber': 'phone',
  'Customer.defaultAddress': 'address',
  'Customer.addressesV2': 'address',
  'MailingAddress.firstName': 'name',
  'MailingAddress.lastName': 'name',
  'MailingAddress.name': 'name',
  'MailingAddress.phone': 'phone',
};

/** Types that are customer data as a whole: nothing of them without level 1. */
export const customerDataTypes = new Set(['Order', 'Customer', 'CustomerJourneySummary', 'DraftOrder']);
