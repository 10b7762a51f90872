/** Takes out of a pixel event what the app is not approved to see: the fields become null, the structure stays. */

export interface Approvals {
  name: boolean;
  email: boolean;
  phone: boolean;
  address: boolean;
}

const nameFields = ['firstName', 'lastName'];
const phoneFields = ['phone', 'smsMarketingPhone'];
const addressFields = ['address1', 'address2', 'city', 'province', 'provinceCode', 'zip'];
/** Only here: a product also has a name, and a shop a country. */
const persons = ['customer', 'checkout', 'billingAddress', 'shippingAddress'];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function redactPerson(person: Record<string, unknown>, see: Approvals): Record<string, unknown> {
  const hidden = new Set([
    ...(see.name ? [] : nameFields),
    ...(see.email ? [] : ['email']),
    ...(see.phone ? [] : phoneFields),
    ...(see.address ? [] : addressFields),
  ]);
  return Object.fromEntries(
    Object.entries(person).map(([key, value]) => [key, hidden.has(key) ? null : redacted(value, see, key)]),
  );
}

export function redacted(value: unknown, see: Approvals, key = ''): unknown {
  if (!isRecord(value)) return value;
  if (persons.includes(key)) return redactPerson(value, see);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, redacted(inner, see, name)]));
}
