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
  if (url === undefined || !safeHost(url.hostname)) return undefined;
  const path = scrubPath(url.pathname);
  const kept: string[] = [];
  for (const parameter of url.search === '' ? [] : url.search.slice(1).split('&')) {
    const name = parameter.slice(0, parameter.indexOf('='));
    const value = parameter.slice(name.length + 1);
    if (ALLOWED.has(name) && value !== '' && value.length <= 300 && !looksPersonal(value))
      kept.push(parameter);
  }
  const whole = `${url.protocol}//${url.host}${path}${kept.length > 0 ? '?' + kept.join('&') : ''}`;
  return whole.length <= LONGEST ? whole : `${url.protocol}//${url.host}/`;
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

function readUrl(raw: string | undefined, origin?: string): URL | undefined {
  const text = raw?.trim();
  if (!text || text.length > 8000) return undefined;
  const url = URL.parse(text, origin);
  return url && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== ''
    ? url
    : undefined;
}

/** Host names hold numbers (dev-12345678.myshopify.com) that are shops; only a whole international number is refused. */
function safeHost(host: string): boolean {
  return host.length <= 253 && !/@|%40/.test(host) && !/(?:\d[.\-_]{0,2}){10}/.test(host);
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
