/** How Shopify's ids cross the store's edge: text outside, bigint in the database. */

const BIGINT_MAX = 9_223_372_036_854_775_807n;

/** Null for what cannot be an id, such as a word from an address: then nothing is found, and nothing breaks. */
export function idOrNull(text: string): bigint | null {
  if (!/^\d{1,19}$/.test(text)) return null;
  const id = BigInt(text);
  return id > BIGINT_MAX ? null : id;
}

export function requireId(text: string): bigint {
  const id = idOrNull(text);
  if (id === null) throw new TypeError(`"${text.slice(0, 40)}" is not a numeric id.`);
  return id;
}
