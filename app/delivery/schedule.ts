/** When a refused or unanswered event is tried again, and when trying would count it twice: values in, values out. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** TikTok discards repeats for 48 hours after any copy; an hour is kept for clocks and queues. */
export const SAFE_AFTER_COPY_MS = 47 * HOUR;
/** What TikTok never took is tried for as long as a conversion is of use to an ad. */
const USEFUL_MS = 7 * DAY;
/** An order may wait a week for its buyer to be recognised and be a week old when it comes. */
const OLDEST_EVENT_MS = 14 * DAY;

const LADDER_MS = [
  2 * SECOND,
  10 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
];
const SHORTEST_MS = 500;

/** Full jitter: any moment up to the step's length, so that a crowd that failed together does not return together. */
export function retryDelay(tries: number, random: () => number): number {
  const step = LADDER_MS[Math.min(Math.max(tries, 1), LADDER_MS.length) - 1] ?? 4 * HOUR;
  return Math.max(SHORTEST_MS, Math.round(random() * step));
}

export interface Standing {
  /** When a copy may first have reached TikTok, from us or from the browser; null when none can have. */
  firstPossibleCopyAt: Date | null;
  receivedAt: Date;
  /** What TikTok is told as the time of the event. */
  eventAt: Date;
}

export type TooLate = 'repeat_window' | 'age';

/** Why an event must not go any more; null while it may. */
export function tooLate({ firstPossibleCopyAt, eventAt }: Standing, now: Date): TooLate | null {
  if (firstPossibleCopyAt && now.getTime() - firstPossibleCopyAt.getTime() > SAFE_AFTER_COPY_MS) {
    return 'repeat_window';
  }
  return now.getTime() - eventAt.getTime() > OLDEST_EVENT_MS ? 'age' : null;
}

/** Until when an event that was never settled may still go, by the same two limits. */
export function sendableUntil({ firstPossibleCopyAt, eventAt }: Omit<Standing, 'receivedAt'>): Date {
  const age = eventAt.getTime() + OLDEST_EVENT_MS;
  return new Date(
    firstPossibleCopyAt ? Math.min(firstPossibleCopyAt.getTime() + SAFE_AFTER_COPY_MS, age) : age,
  );
}

/** The next try, or null when none would be safe or of use. */
export function nextTry(standing: Standing, tries: number, now: Date, random: () => number): Date | null {
  const at = new Date(now.getTime() + retryDelay(tries, random));
  if (tooLate(standing, at) !== null) return null;
  if (standing.firstPossibleCopyAt) return at;
  return at.getTime() - standing.receivedAt.getTime() > USEFUL_MS ? null : at;
}
