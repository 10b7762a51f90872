/** One text for one value: JSON with sorted keys, so that equal facts are equal bytes. */

export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const source = Object.entries(value);
  source.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const result: Record<string, unknown> = {};
  for (const [key, entry] of source) if (entry !== undefined) result[key] = sorted(entry);
  return result;
}
