/** Normalise and hash what says who: emails, phones, external ids, addresses of machines, languages. */
import { hash } from 'node:crypto';
import { parsePhoneNumberFromString, isSupportedCountry } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import type { Click, MatchData } from './facts.ts';

/** Written into every MatchData: hashes of two versions must not be taken for each other's. */
export const NORMALISER = 1;

const SHA256 = /^[0-9a-f]{64}$/i;

/** Spaces of every kind, and the invisible characters that copying leaves at the ends. */
const EDGES =
  /^[\s\u00AD\u200B-\u200F\u202A-\u202E\u2060\uFEFF\0]+|[\s\u00AD\u200B-\u200F\u202A-\u202E\u2060\uFEFF\0]+$/g;

function trimmed(raw: string): string {
  const first = raw.charCodeAt(0);
  const last = raw.charCodeAt(raw.length - 1);
  // Nearly all values begin and end with a visible ASCII character.
  return first > 32 && first < 127 && last > 32 && last < 127 ? raw : raw.replace(EDGES, '');
}

/** A value that is a SHA-256 already, in lower case. */
function givenHash(raw: string): string | undefined {
  if (raw.length < 64) return undefined;
  const text = trimmed(raw);
  return SHA256.test(text) ? text.toLowerCase() : undefined;
}

export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** Trimmed and lower-cased; dots and plus signs mean what their owner means by them. Undefined for no address. */
export function normaliseEmail(raw: string): string | undefined {
  const email = trimmed(raw).toLowerCase();
  const at = email.lastIndexOf('@');
  if (at < 1 || at === email.length - 1 || email.length > 320 || /\s/.test(email)) return undefined;
  return email;
}

/**
 * E.164 with its plus sign. Written internationally it is taken at its word; a national number is read with the
 * countries that the order names, in their order. What cannot be read is left out: a guess would be another person.
 */
export function normalisePhone(raw: string, countries: readonly string[]): string | undefined {
  const written = trimmed(raw);
  // North America has no trunk prefix, so eleven clean digits need no library: it is most orders, and ten times faster.
  if (/^\+1[2-9]\d{9}$/.test(written)) return written;
  // East Asian keyboards write wide digits and a wide plus sign.
  const phone = written.normalize('NFKC');
  if (phone.length < 5 || phone.length > 60) return undefined;
  if (phone.startsWith('+') || phone.startsWith('(+')) {
    const number = parsePhoneNumberFromString(phone)?.number;
    return number !== undefined && /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
  }
  for (const country of countries) {
    const code = country.toUpperCase();
    if (!isCountry(code)) continue;
    const found = parsePhoneNumberFromString(phone, code);
    if (found?.isValid()) return found.number;
  }
  return undefined;
}

function isCountry(code: string): code is CountryCode {
  return isSupportedCountry(code);
}

/** Trimmed, not lower-cased. What programs write for "nobody" is nobody. */
export function normaliseExternalId(raw: string): string | undefined {
  const id = trimmed(raw);
  return /^(0+|null|undefined|none|nan|false|guest|anonymous|\[object object\])?$/i.test(id) ? undefined : id;
}

/** SHA-256 as TikTok wants it; a value that is a hash already stays it, in lower case. Undefined for nothing usable. */
export function hashedEmail(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const given = givenHash(raw);
  if (given !== undefined) return given;
  const email = normaliseEmail(raw);
  return email === undefined ? undefined : sha256(email);
}

export function hashedPhone(raw: string | undefined, countries: readonly string[]): string | undefined {
  if (raw === undefined) return undefined;
  const given = givenHash(raw);
  if (given !== undefined) return given;
  const phone = normalisePhone(raw, countries);
  return phone === undefined ? undefined : sha256(phone);
}

export function hashedExternalId(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const given = givenHash(raw);
  if (given !== undefined) return given;
  const id = normaliseExternalId(raw);
  return id === undefined ? undefined : sha256(id);
}

/** Each value once, in the order given, nothing empty. */
export function distinct(values: readonly (string | undefined)[]): string[] {
  const kept: string[] = [];
  for (const value of values) if (value && !kept.includes(value)) kept.push(value);
  return kept;
}

/** A public IPv4 or IPv6 address as TikTok may have it; a mapped IPv4 becomes IPv4. Undefined for any other. */
export function publicIp(raw: string | undefined): string | undefined {
  const text = (raw ?? '').trim().toLowerCase();
  if (text === '') return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = mapped?.[1] ?? text;
  if (/^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/.test(v4)) return publicV4(v4);
  const groups = v6Groups(text);
  return groups !== undefined && publicV6(groups) ? text : undefined;
}

function publicV4(text: string): string | undefined {
  const parts = text.split('.').map(Number);
  const [a = 256, b = 256] = parts;
  if (parts.some((part) => part > 255)) return undefined;
  if (a === 0 || a === 10 || a === 127 || a >= 224) return undefined;
  if (a === 100 && b >= 64 && b <= 127) return undefined;
  if (a === 169 && b === 254) return undefined;
  if (a === 172 && b >= 16 && b <= 31) return undefined;
  if (a === 192 && b === 168) return undefined;
  return text;
}

function v6Groups(text: string): number[] | undefined {
  const halves = text.split('::');
  const group = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const head = group(halves[0] ?? '');
  const tail = group(halves[1] ?? '');
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  return all.every((part) => /^[0-9a-f]{1,4}$/.test(part))
    ? all.map((part) => parseInt(part, 16))
    : undefined;
}

/** Unique local, link-local, site-local, multicast, loopback, unspecified and mapped addresses are nobody's outside. */
function publicV6(groups: readonly number[]): boolean {
  const first = groups[0] ?? 0;
  if (first === 0) return false;
  return (first & 0xfe00) !== 0xfc00 && (first & 0xff80) !== 0xfe80 && (first & 0xff00) !== 0xff00;
}

/** BCP 47 such as "en" or "fr-CA"; Shopify's underscore forms are mended, anything else is left out. */
export function localeOf(raw: string | undefined): string | undefined {
  const found = /^([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?$/i.exec((raw ?? '').trim());
  if (!found) return undefined;
  const [, language = '', script, region] = found;
  const parts = [language.toLowerCase()];
  if (script) parts.push(script.charAt(0).toUpperCase() + script.slice(1).toLowerCase());
  if (region) parts.push(region.toUpperCase());
  return parts.join('-');
}

/** An opaque header or cookie value: trimmed, of one line, of a length that a browser would send. */
export function opaque(raw: string | undefined, longest: number): string | undefined {
  const text = trimmed(raw ?? '');
  // Control characters cannot have come from a browser.

  return text === '' || text.length > longest || /[\u0000-\u001f\u007f]/.test(text) ? undefined : text;
}

export function noMatch(): MatchData {
  return { v: NORMALISER, emails: [], phones: [], externalIds: [], clicks: [] };
}

/** Most values of one kind that an event carries. */
const MOST = 10;

/**
 * One event's own data, completed by what is known from elsewhere (a visitor's context). What the event itself
 * says wins; clicks of other events become kept ones, because it was not this page that showed them.
 */
export function mergeMatch(own: MatchData, other: MatchData): MatchData {
  const merged: MatchData = {
    v: own.v,
    emails: distinct([...own.emails, ...other.emails]).slice(0, MOST),
    phones: distinct([...own.phones, ...other.phones]).slice(0, MOST),
    externalIds: distinct([...own.externalIds, ...other.externalIds]).slice(0, MOST),
    clicks: mergeClicks(own.clicks, other.clicks),
  };
  const machine = sameMachine(own, other) ? other : own;
  if (machine.ip !== undefined) merged.ip = machine.ip;
  if (machine.userAgent !== undefined) merged.userAgent = machine.userAgent;
  const ttp = own.ttp ?? other.ttp;
  if (ttp !== undefined) merged.ttp = ttp;
  const locale = own.locale ?? other.locale;
  if (locale !== undefined) merged.locale = locale;
  return merged;
}

/** An address and a browser belong together: the other's pair counts only where it completes what the event says. */
function sameMachine(own: MatchData, other: MatchData): boolean {
  if (own.ip === undefined) return own.userAgent === undefined || own.userAgent === other.userAgent;
  return own.userAgent === undefined && own.ip === other.ip;
}

function mergeClicks(own: readonly Click[], other: readonly Click[]): Click[] {
  const merged = [...own];
  for (const click of other) {
    const from = click.from === 'url' || click.from === 'referrer' ? 'kept' : click.from;
    if (!merged.some((known) => known.ttclid === click.ttclid && known.from === from))
      merged.push({ ...click, from });
  }
  return merged.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, MOST);
}
