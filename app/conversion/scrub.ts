/** The one scrubber: addresses, referrers and texts without the people in them (design decision 13). */
import { looksPersonal, safeQuery } from './browser.ts';
import type { PageAddress } from './facts.ts';

/** Parameters that say which ad or page, never who. A click id is match data and does not stay in an address. */
const ALLOWED = new Set([
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_content',
  'utm_term',
  'utm_id',
  'sort_by',
  'page',
  'country',
  'currency',
  'locale',
]);

/** What follows these in a path is a token, an order or a person. */
const SHORTENED = new Set([
  'account',
  'accounts',
  'apps',
  'cart',
  'checkout',
  'checkouts',
  'customer_authentication',
  'customer_identity',
  'gift_cards',
  'invoices',
  'order',
  'orders',
  'a',
  'tools',
  'unsubscribe',
  'thank_you',
  'thank-you',
]);

const LONGEST = 2000;

/** Host, path and allowed parameters of an http(s) address; undefined when nothing of it can be kept. */
export function scrubUrl(raw: string | undefined, origin?: string): string | undefined {
  const url = readUrl(raw, origin);
  if (url === undefined || !safeHost(url.host)) return undefined;
  const kept: string[] = [];
  for (const parameter of url.query === '' ? [] : url.query.split('&')) {
    const name = parameter.slice(0, parameter.indexOf('='));
    const value = parameter.slice(name.length + 1);
    if (ALLOWED.has(name) && value !== '' && value.length <= 300 && !looksPersonal(value))
      kept.push(parameter);
  }
  const door = `${url.protocol}//${url.host}`;
  const whole = door + scrubPath(url.path) + (kept.length > 0 ? '?' + kept.join('&') : '');
  return whole.length <= LONGEST ? whole : door + '/';
}

/** The page of an event and where the visitor came from. */
export function scrubPage(
  url: string | undefined,
  referrer?: string,
  origin?: string,
): PageAddress | undefined {
  const page = scrubUrl(url, origin);
  if (page === undefined) return undefined;
  const from = scrubUrl(referrer);
  return from === undefined ? { url: page } : { url: page, referrer: from };
}

/** A search term, unless it names somebody. */
export function scrubTerm(term: string | undefined): string | undefined {
  return safeQuery(term);
}

/** The host of an http(s) address, without parsing all of it. */
export function hostOf(raw: string | undefined): string | undefined {
  const found = /^https?:\/\/([a-z0-9.-]+)(:\d{1,5})?(?:[/?#]|$)/i.exec(raw?.trim() ?? '');
  const host = found?.[1]?.toLowerCase();
  return host !== undefined && safeHost(host) ? host + (found?.[2] ?? '') : undefined;
}

interface Address {
  protocol: string;
  /** With its port. */
  host: string;
  path: string;
  /** Without its question mark. */
  query: string;
}

/**
 * An address that is written as a browser writes it: nothing in it would be changed by the real parser, which is
 * asked for every other (dot segments, capitals in the host, users, default ports, other alphabets).
 */
const AS_WRITTEN =
  /^(https?:)\/\/((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?::(?!80(?![0-9])|443(?![0-9]))[1-9]\d{1,4})?)(\/[\w.~%+,=:@/-]*)?(?:\?([\w.~%+,=:@/&-]*))?(?:#.*)?$/;

function readUrl(raw: string | undefined, origin?: string): Address | undefined {
  const text = raw?.trim();
  if (!text || text.length > 8000) return undefined;
  const absolute = origin?.endsWith('/') && /^\/(?!\/)/.test(text) ? origin + text.slice(1) : text;
  const plain = AS_WRITTEN.exec(absolute);
  if (plain && !/\/\.|%2e|xn--/i.test(plain[0])) {
    return { protocol: plain[1] ?? '', host: plain[2] ?? '', path: plain[3] ?? '/', query: plain[4] ?? '' };
  }
  const url = URL.parse(text, origin);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '')
    return undefined;
  return { protocol: url.protocol, host: url.host, path: url.pathname, query: url.search.slice(1) };
}

/** Host names hold numbers (dev-12345678.myshopify.com) that are shops; only a whole international number is refused. */
function safeHost(host: string): boolean {
  return host.length <= 259 && !/(?:\d[.\-_]{0,2}){10}/.test(host);
}

function scrubPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    const name = segment.toLowerCase();
    if (SHORTENED.has(name)) {
      kept.push(name);
      break;
    }
    kept.push(looksPersonal(segment) ? '-' : segment);
  }
  return '/' + kept.join('/');
}
