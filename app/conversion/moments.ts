/** Reading times that others wrote, as ISO 8601 in UTC. */

const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** Undefined for what is no time, names no zone, or lies outside the years 2000 to 2100. */
export function utc(written: string): string | undefined {
  if (!WITH_ZONE.test(written)) return undefined;
  const stamp = Date.parse(written);
  return stamp >= 946_684_800_000 && stamp < 4_102_444_800_000 ? new Date(stamp).toISOString() : undefined;
}

/** Unix seconds as text. */
export function utcOfSeconds(seconds: string | undefined): string | undefined {
  if (seconds === undefined || !/^\d{9,11}$/.test(seconds)) return undefined;
  return utc(new Date(Number(seconds) * 1000).toISOString());
}
