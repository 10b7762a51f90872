/** Takes secrets and people out of anything that is about to be logged, whatever shape it has. */

const HIDDEN = '[hidden]';
/** Deeper or longer than this is cut: a log line is for reading, and a cycle must end. */
const MAX_DEPTH = 8;
const MAX_ITEMS = 100;
const MAX_TEXT = 4_000;

/** A key made of any of these words hides its value, whatever it is. Compared without case, `_` and `-`. */
const SECRET_KEYS =
  /(token|secret|password|passwd|passphrase|authorization|cookie|session(id|value)?$|apikey|privatekey|encryptionkey|hmac|signature|bearer|credential|sealed|ttclid|ttp$|^jwt$)/;
const PERSON_KEYS =
  /(email|phone|mobile|firstname|lastname|fullname|customername|address|street|city$|zip|postal|birth|useragent|^ip$|clientip|remoteip|remoteaddress|browserip|externalid|matchdata|^match$)/;
/** Keys that only sound secret. */
const HARMLESS_KEYS = /^(tokenlast4|keyid|addresscount|signaturevalid|sessioncount|statuscode)$/;

const PATTERNS: [RegExp, string][] = [
  // whole header lines
  [/\b((?:set-)?cookie|authorization|[\w-]*access-token)(["']?\s*:\s*)[^\r\n"]+/gi, `$1$2${HIDDEN}`],
  // user:password in any URL
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\bshp(at|ca|pa|ss|ua|rt|tka)_[A-Za-z0-9]+/gi, HIDDEN],
  // JSON web tokens
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.?[\w-]*/g, HIDDEN],
  // key=value and "key": "value" pairs inside texts, such as query strings, cookies and quoted JSON
  [
    /\b([\w-]*(?:token|secret|passw(?:or)?d|hmac|signature|api[_-]?key|cookie|session|ttclid|_ttp)[\w-]*)(["']?\s*[=:]\s*["']?)[^\s&;,"'}]+/gi,
    `$1$2${HIDDEN}`,
  ],
  // emails, also percent-encoded ones
  [/[\w.!#$%'*+^{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+/gi, HIDDEN],
  // Phone numbers: with a plus (also percent-encoded), or groups with separators; 8 to 15 digits. Plain digit runs
  // stay, because they are order ids; so do dates, times and decimals, which the groups below cannot match.
  [/(?:\+|%2B)\d(?:(?:%2[089]|[\s().-]){0,2}\d){7,14}(?!\d)/gi, HIDDEN],
  [/(?<![\w.:-])\(?\d{3,4}\)?[\s.-]\d{3}[\s.-]\d{3,4}(?![\w.:-])/g, HIDDEN],
];

export function redactText(text: string): string {
  let result = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
  return result;
}

export function redact(value: string): string;
export function redact(value: Record<string, unknown>): Record<string, unknown>;
export function redact(value: unknown): unknown {
  return redacted(value, 0, new Set());
}

function hides(key: string): boolean {
  const plain = key.replace(/[_\-.\s]/g, '').toLowerCase();
  if (HARMLESS_KEYS.test(plain)) return false;
  return SECRET_KEYS.test(plain) || PERSON_KEYS.test(plain);
}

function redacted(value: unknown, depth: number, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value);
    case 'bigint':
      return value.toString();
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : redactedObject(value, depth, above);
    default:
      return value;
  }
}

function redactedObject(value: object, depth: number, above: Set<object>): unknown {
  if (above.has(value)) return '[circular]';
  if (depth >= MAX_DEPTH) return '[deep]';
  // Bytes are never spelled out: they could be anything, and nobody reads them.
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  const inside = new Set(above).add(value);
  const next = (item: unknown): unknown => redacted(item, depth + 1, inside);
  if (value instanceof Error) return redactedError(value, next);
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map(next);
    return value.length > MAX_ITEMS ? [...items, `… ${value.length - MAX_ITEMS} more`] : items;
  }
  if (value instanceof Map)
    return redactedEntries(
      [...value].map(([key, item]) => [nameOf(key), item]),
      next,
    );
  if (value instanceof Set) return [...value].slice(0, MAX_ITEMS).map(next);
  const spoken = spokenForm(value);
  if (spoken !== undefined) return redacted(spoken.value, depth + 1, inside);
  return redactedEntries(Object.entries(value), next);
}

function nameOf(key: unknown): string {
  return typeof key === 'object' || typeof key === 'function' ? `[${typeof key}]` : String(key);
}

/** Objects that say themselves what they are in JSON are taken at their word, and that word is redacted too. */
function spokenForm(value: object): { value: unknown } | undefined {
  if (!('toJSON' in value) || typeof value.toJSON !== 'function') {
    return Symbol.iterator in value && value instanceof URLSearchParams
      ? { value: value.toString() }
      : undefined;
  }
  try {
    const spoken: unknown = value.toJSON('');
    return spoken === value ? undefined : { value: spoken };
  } catch {
    return { value: '[unreadable]' };
  }
}

function redactedError(error: Error, next: (item: unknown) => unknown): Record<string, unknown> {
  const { name, message, stack, cause, ...rest } = error;
  return {
    name,
    message: redactText(message),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...redactedEntries(Object.entries(rest), next),
    ...(cause === undefined ? {} : { cause: next(cause) }),
  };
}

/** Pairs that carry the key's name as data, such as `{name: 'cookie', value: '…'}`, are hidden as well. */
function redactedEntries(
  entries: [string, unknown][],
  next: (item: unknown) => unknown,
): Record<string, unknown> {
  const named = entries.find(([key]) => /^(name|key|header)$/i.test(key))?.[1];
  const hideValue = typeof named === 'string' && hides(named);
  const result: Record<string, unknown> = {};
  for (const [key, item] of entries.slice(0, MAX_ITEMS)) {
    const hidden = hides(key) || (hideValue && /^values?$/i.test(key));
    result[redactText(key)] = hidden && item !== null && item !== undefined ? HIDDEN : next(item);
  }
  return result;
}
