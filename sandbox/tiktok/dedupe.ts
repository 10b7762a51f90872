/** How TikTok tells doubles: merges pixel and server for five minutes, discards until 48 hours, then counts again. Pure, over a book that the caller keeps. */

export type Channel = 'browser' | 'server';

export const mergeMs = 5 * 60_000;
export const discardMs = 48 * 3_600_000;

export interface Copy {
  pixel: string;
  event: string;
  eventId: string | undefined;
  channel: Channel;
  /** When it arrived, in milliseconds. */
  at: number;
  ttp: string | undefined;
}

export type Verdict =
  /** A conversion of its own. */
  | { kind: 'counted'; why: 'first' | 'after-48-hours' }
  /** Its fields enrich the conversion `into`. */
  | { kind: 'merged'; into: number }
  /** Changes nothing. */
  | { kind: 'discarded'; from: number; why: 'same-channel' | 'after-5-minutes' | 'no-id-same-visitor' }
  /** Counted, and the server's copy without an id that came just before it is taken back. */
  | { kind: 'counted-instead'; of: number };

interface Counted {
  id: number;
  at: number;
  channels: Set<Channel>;
}

/** What has been counted, as far as it still decides about what comes. */
export interface Book {
  byId: Map<string, Counted>;
  /** Newest browser copy, and server copy without an id, by pixel, event and visitor. */
  byVisitor: Map<string, { browser?: Counted; server?: Counted }>;
}

export function emptyBook(): Book {
  return { byId: new Map(), byVisitor: new Map() };
}

const separator = '\u0000';

/** Judges a copy and writes it into the book; `id` names it there, if it becomes a conversion of its own. */
export function judge(book: Book, copy: Copy, id: number): Verdict {
  const { pixel, event, eventId, channel, at, ttp } = copy;
  const visitor = ttp === undefined ? undefined : [pixel, event, ttp].join(separator);
  const seen = visitor === undefined ? undefined : (book.byVisitor.get(visitor) ?? {});
  const counted: Counted = { id, at, channels: new Set([channel]) };
  const remember = (as: Channel) => {
    if (visitor === undefined || seen === undefined) return;
    seen[as] = counted;
    book.byVisitor.set(visitor, seen);
  };

  if (eventId === undefined) {
    if (channel === 'server') {
      const browser = seen?.browser;
      if (browser && at - browser.at <= mergeMs) {
        return { kind: 'discarded', from: browser.id, why: 'no-id-same-visitor' };
      }
      remember('server');
    } else {
      remember('browser');
    }
    return takeBack(seen, channel, at) ?? { kind: 'counted', why: 'first' };
  }

  const key = [pixel, event, eventId].join(separator);
  const first = book.byId.get(key);
  if (first && at - first.at <= discardMs) {
    if (first.channels.has(channel)) return { kind: 'discarded', from: first.id, why: 'same-channel' };
    if (at - first.at > mergeMs) return { kind: 'discarded', from: first.id, why: 'after-5-minutes' };
    first.channels.add(channel);
    return { kind: 'merged', into: first.id };
  }
  book.byId.set(key, counted);
  if (channel === 'browser') remember('browser');
  if (first) return { kind: 'counted', why: 'after-48-hours' };
  return takeBack(seen, channel, at) ?? { kind: 'counted', why: 'first' };
}

function takeBack(seen: { server?: Counted } | undefined, channel: Channel, at: number): Verdict | undefined {
  const server = seen?.server;
  if (channel !== 'browser' || !seen || !server || at - server.at > mergeMs) return undefined;
  delete seen.server;
  return { kind: 'counted-instead', of: server.id };
}

/** Forgets what can no longer decide about anything that arrives from now on. */
export function forget(book: Book, now: number): void {
  for (const [key, counted] of book.byId) if (now - counted.at > discardMs) book.byId.delete(key);
  for (const [key, seen] of book.byVisitor) {
    const newest = Math.max(seen.browser?.at ?? 0, seen.server?.at ?? 0);
    if (now - newest > mergeMs) book.byVisitor.delete(key);
  }
}
