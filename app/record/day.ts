/** The shop's day of a moment, as its ledger counts, and the moments of the shop's days and clocks. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  } catch {
    // A zone that this Node does not know must not stop an order; UTC is at most 14 hours off.
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'UTC',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  }
  formats.set(timeZone, format);
  return format;
}

/** YYYY-MM-DD. */
export function shopDay(at: Date, timeZone: string): string {
  return formatOf(timeZone).format(at);
}

const DAY_MS = 86_400_000;

/** When a day begins at the shop: where the clocks skip midnight, with the first moment after. */
export const dayStart = (day: string, timeZone: string): Date => momentOf(`${day}T00:00:00`, timeZone);

/**
 * The moment at which the shop's clocks show this local time (YYYY-MM-DDTHH:MM:SS). Of an hour that comes twice the
 * first is meant; one that is skipped is read as if the clocks had not been put forward yet.
 */
export function momentOf(local: string, timeZone: string): Date {
  const wanted = Date.parse(`${local}Z`);
  const before = offsetAt(wanted - DAY_MS, timeZone);
  const after = offsetAt(wanted + DAY_MS, timeZone);
  const fits = [before, after]
    .map((offset) => wanted - offset)
    .filter((at) => at + offsetAt(at, timeZone) === wanted)
    .sort((a, b) => a - b);
  return new Date(fits[0] ?? wanted - before);
}

/** What the shop's clocks show, as YYYY-MM-DDTHH:MM:SS. */
export const localTime = (at: Date, timeZone: string): string =>
  new Date(at.getTime() + offsetAt(at.getTime(), timeZone)).toISOString().slice(0, 19);

/** How far the shop's clocks are ahead of UTC, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const whole = Math.floor(at / 1000) * 1000;
  const parts = clockOf(timeZone).formatToParts(whole);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - whole;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-CA', {
    timeZone: formatOf(timeZone).resolvedOptions().timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  clocks.set(timeZone, clock);
  return clock;
}
