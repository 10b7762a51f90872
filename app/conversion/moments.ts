/** Reading times that others wrote, as ISO 8601 in UTC. */

const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** What browsers and JavaScript write, of this century: already as it is wanted. Not the days that may not exist. */
const PLAIN = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

const FROM = Date.UTC(2000, 0);
const TO = Date.UTC(2100, 0);

/** Undefined for what is no time, names no zone, or lies outside the years 2000 to 2100. */
export function utc(written: string): string | undefined {
  if (written.length === 24 && PLAIN.test(written)) return written;
  if (!WITH_ZONE.test(written)) return undefined;
  const stamp = Date.parse(written);
  return stamp >= FROM && stamp < TO ? new Date(stamp).toISOString() : undefined;
}

/** Unix seconds as text. */
export function utcOfSeconds(seconds: string | undefined): string | undefined {
  if (seconds === undefined || !/^\d{9,11}$/.test(seconds)) return undefined;
  return utc(new Date(Number(seconds) * 1000).toISOString());
}
