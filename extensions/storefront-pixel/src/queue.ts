/** What is still to be told: held in memory, copied to localStorage so that a closed page does not lose it. */
import type { BeaconClick, BeaconConsent, BeaconEvent } from '../../../app/conversion/beacon.ts';
import type { Shelf } from './page-memory.ts';

/** One event with everything that was true of the visitor when it happened. */
export interface Pending {
  client: string;
  consent: BeaconConsent;
  click?: BeaconClick;
  ttp?: string;
  tiktok?: string[];
  language?: string;
  event: BeaconEvent;
}

export interface Queue {
  /** In the order of arrival. */
  all(): readonly Pending[];
  add(pending: Pending): void;
  remove(done: readonly Pending[]): void;
  /** Takes over what earlier pages could not send. */
  takeOver(now: number): Promise<number>;
  /** Forgets everything, also what other pages kept. */
  clear(): Promise<void>;
}

const PREFIX = 'tock:q:';
const MOST_EVENTS = 40;
const MOST_TEXT = 48_000;
/** The server takes page events for 72 hours; a day is enough for someone who comes back tomorrow evening. */
const OLDEST_MS = 24 * 3_600_000;

/** Every page load has a slot of its own, so that two tabs never overwrite each other. */
export function createQueue(shelf: Shelf, slot: string): Queue {
  const key = PREFIX + slot;
  let held: Pending[] = [];
  let writing = Promise.resolve<unknown>(undefined);
  let stale = false;

  /** One write at a time, and the last one always holds the newest state. */
  function persist(): Promise<unknown> {
    if (stale) return writing;
    stale = true;
    writing = writing.then<unknown>(() => {
      stale = false;
      if (held.length === 0) return shelf.drop(key);
      return shelf.write(key, JSON.stringify(withinBounds(held).map(withoutPerson)));
    });
    return writing;
  }

  return {
    all: () => held,
    add(pending) {
      held = [...held, pending].slice(-MOST_EVENTS);
      void persist();
    },
    remove(done) {
      held = held.filter((pending) => !done.includes(pending));
      void persist();
    },
    async takeOver(now) {
      const keys = (await shelf.keys(PREFIX)).filter((other) => other !== key);
      const texts = await Promise.all(keys.map((other) => shelf.read(other)));
      const known = new Set(held.map((pending) => pending.event.shopifyId));
      const found = texts
        .flatMap((text) => pendingIn(text))
        .filter(({ event }) => now - Date.parse(event.at) < OLDEST_MS && !known.has(event.shopifyId));
      held = [...found, ...held].slice(-MOST_EVENTS);
      // Ours is written before theirs is dropped: a page that closes in between sends twice, and the id is the same.
      if (found.length > 0) await persist();
      await Promise.all(keys.map((other) => shelf.drop(other)));
      return found.length;
    },
    async clear() {
      held = [];
      await persist();
      await Promise.all((await shelf.keys(PREFIX)).map((other) => shelf.drop(other)));
    },
  };
}

/** The oldest go first when there is too much. */
function withinBounds(held: readonly Pending[]): Pending[] {
  const kept: Pending[] = [];
  let text = 0;
  for (const pending of [...held].reverse()) {
    text += JSON.stringify(pending).length;
    if (text > MOST_TEXT) break;
    kept.unshift(pending);
  }
  return kept;
}

/** Email and phone stay in memory: any script of the page can read localStorage. The signed order has them anyway. */
function withoutPerson(pending: Pending): Pending {
  const { email: _email, phone: _phone, ...draft } = pending.event.draft;
  return { ...pending, event: { ...pending.event, draft } };
}

/** Any script of the page could have written this; the server checks it again. */
function pendingIn(text: string | undefined): Pending[] {
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter(isPending) : [];
  } catch {
    return [];
  }
}

function isPending(value: unknown): value is Pending {
  const pending = value as Partial<Pending> | null | undefined;
  return (
    typeof pending?.client === 'string' &&
    typeof pending.consent === 'object' &&
    typeof pending.event === 'object' &&
    typeof pending.event.shopifyId === 'string' &&
    typeof pending.event.at === 'string'
  );
}
