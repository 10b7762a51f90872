/** Reading JSON that others wrote: ids kept exact, every wrong field named, nothing believed. */
import type { FactsProblem } from './facts.ts';
import { utc } from './moments.ts';
import { ok, problem } from './result.ts';
import type { Result } from './result.ts';

export type JsonObject = Record<string, unknown>;

/**
 * Thrown by the readers below and caught by `reading`, the only door: callers get a value. It saves every field
 * of a hundred from carrying its own result.
 */
class FieldError extends Error {
  readonly found: FactsProblem;
  constructor(found: FactsProblem) {
    super(found.code);
    this.found = found;
  }
}

/** Says that a number was read which a double cannot hold: the text is then parsed again, slowly and exactly. */
class Inexact extends Error {
  readonly field: string;
  constructor(field: string) {
    super('inexact');
    this.field = field;
  }
}

export function reading<T>(read: () => T): Result<T, FactsProblem> {
  // A deep stack trace for a merchant's odd order would cost more than reading it.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof FieldError) return problem(error.found);
    if (error instanceof Inexact)
      return problem({ code: 'invalid', field: error.field, expected: 'a number that can be exact' });
    throw error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/**
 * Reads a text that holds one object. Shopify's real ids have thirteen or fourteen digits, which a double holds: so
 * the plain parser goes first, and only when a field that matters turns out to be a longer integer the text is
 * parsed again with its long integers quoted.
 */
export function readingText<T>(source: string, read: (from: JsonObject) => T): Result<T, FactsProblem> {
  return reading(() => {
    try {
      return read(parseObject(source, JSON.parse));
    } catch (error) {
      if (!(error instanceof Inexact)) throw error;
      return read(parseObject(source, parseExact));
    }
  });
}

export function refuse(field: string, expected: string, code: 'missing' | 'invalid' = 'invalid'): never {
  throw new FieldError({ code, field, expected });
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Sixteen digits are where a double stops being exact. */
const LONG_INTEGER = /^-?\d{16,}$/;

/** JSON.parse that keeps integers of sixteen and more digits as strings. */
export function parseExact(source: string): unknown {
  return JSON.parse(
    source.replace(STRING_OR_NUMBER, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token)),
  );
}

function parseObject(source: string, parse: (source: string) => unknown): JsonObject {
  let value: unknown;
  try {
    value = parse(source);
  } catch {
    throw new FieldError({ code: 'not-json', field: '', expected: 'JSON' });
  }
  if (!isObject(value)) throw new FieldError({ code: 'not-an-object', field: '', expected: 'an object' });
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text, or a number as text; null, absent and blank are undefined. */
export function text(from: JsonObject, key: string, path = ''): string | undefined {
  const value = from[key];
  if (typeof value === 'string') {
    const trimmed = value.trim();
    return trimmed === '' ? undefined : trimmed;
  }
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new Inexact(path + key);
    return String(value);
  }
  return refuse(path + key, 'text');
}

export function requireText(from: JsonObject, key: string, path = ''): string {
  return text(from, key, path) ?? refuse(path + key, 'text', 'missing');
}

export function flag(from: JsonObject, key: string, path = ''): boolean {
  const value = from[key];
  if (value === null || value === undefined) return false;
  return typeof value === 'boolean' ? value : refuse(path + key, 'true or false');
}

export function object(from: JsonObject, key: string, path = ''): JsonObject | undefined {
  const value = from[key];
  if (value === null || value === undefined) return undefined;
  return isObject(value) ? value : refuse(path + key, 'an object');
}

export function objects(from: JsonObject, key: string, path = ''): JsonObject[] {
  const value = from[key];
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) return refuse(path + key, 'a list');
  return value.map((entry: unknown, index) =>
    isObject(entry) ? entry : refuse(`${path}${key}[${index}]`, 'an object'),
  );
}

export function texts(from: JsonObject, key: string, path = ''): string[] {
  const value = from[key];
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) return refuse(path + key, 'a list');
  const kept: string[] = [];
  value.forEach((entry: unknown, index) => {
    if (typeof entry === 'string') {
      if (entry.trim() !== '') kept.push(entry.trim());
    } else if (entry !== null) refuse(`${path}${key}[${index}]`, 'text');
  });
  return kept;
}

export function whole(from: JsonObject, key: string, path = ''): number | undefined {
  const value = from[key];
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(path + key, 'a whole number');
}

/** A time with its zone, as ISO 8601 in UTC. */
export function time(from: JsonObject, key: string, path = ''): string | undefined {
  const value = text(from, key, path);
  return value === undefined
    ? undefined
    : (utc(value) ?? refuse(path + key, 'a time such as 2026-10-05T14:54:49-04:00'));
}

export function requireTime(from: JsonObject, key: string, path = ''): string {
  return time(from, key, path) ?? refuse(path + key, 'a time', 'missing');
}

/** A decimal id as a string, from a plain number, a string or the end of a gid. */
export function idOf(
  from: JsonObject,
  plain: string,
  gid: string | undefined,
  path = '',
): string | undefined {
  const global = gid === undefined ? undefined : from[gid];
  if (typeof global === 'string') {
    const digits = /^gid:\/\/shopify\/\w+\/(\d{1,20})(?:\?.*)?$/.exec(global)?.[1];
    if (digits !== undefined) return digits;
  }
  const value = text(from, plain, path);
  if (value === undefined) return undefined;
  const digits = /^(?:gid:\/\/shopify\/\w+\/)?(\d{1,20})(?:\?.*)?$/.exec(value)?.[1];
  return digits ?? refuse(path + plain, 'a numeric id');
}

/** How deep a body may nest; Shopify's orders stay under 12, the beacon under 8. */
const MAX_DEPTH = 64;

/** True when brackets nest deeper than any honest body: such text is refused before a parser meets it. */
export function nestsTooDeep(text: string, limit = MAX_DEPTH): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (inString) {
      if (unit === 92) at += 1;
      else if (unit === 34) inString = false;
    } else if (unit === 34) inString = true;
    else if (unit === 123 || unit === 91) {
      depth += 1;
      if (depth > limit) return true;
    } else if (unit === 125 || unit === 93) depth -= 1;
  }
  return false;
}
