/** The shop's day of a moment, as its ledger counts. */

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
