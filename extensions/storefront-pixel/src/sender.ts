/** Sends what is pending as few small beacons: within a moment, at once when the page is about to go. */
import type { Beacon } from '../../../app/conversion/beacon.ts';
import type { Pending, Queue } from './queue.ts';
import { quietly, within } from './patience.ts';

export interface Sender {
  /** Sends soon, or now. */
  send(urgent: boolean): void;
  /** Nothing is sent any more until `resume`; what is on the wire cannot be called back. */
  stop(): void;
  resume(): void;
}

type Answer = 'taken' | 'refused' | 'failed';

/** Long enough for the events of one page load to come together, short enough to be gone before a quick click. */
const MOMENT_MS = 150;
const RETRY_MS = 2_000;
const ANSWER_MS = 10_000;
const MOST_EVENTS = 20;
/** Browsers take 64 kB of `keepalive` bodies at a time for a whole page; characters may be three bytes each. */
const MOST_TEXT = 20_000;

export function createSender(needs: {
  endpoint: string;
  key: string;
  queue: Queue;
  now: () => number;
}): Sender {
  const { endpoint, key, queue, now } = needs;
  const attempts = new Map<Pending, number>();
  const underWay = new Set<Pending>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (stopped) return;
    const due = queue.all().filter((pending) => !underWay.has(pending) && (attempts.get(pending) ?? 0) < 2);
    for (const group of beaconGroups(due)) {
      for (const pending of group) {
        underWay.add(pending);
        attempts.set(pending, (attempts.get(pending) ?? 0) + 1);
      }
      quietly(() => deliver(group));
    }
  }

  async function deliver(group: readonly Pending[]): Promise<void> {
    const answer = await post(endpoint, JSON.stringify(beaconOf(key, group, now())));
    for (const pending of group) underWay.delete(pending);
    if (answer !== 'failed') {
      for (const pending of group) attempts.delete(pending);
      queue.remove(group);
    } else if (!stopped && group.some((pending) => attempts.get(pending) === 1)) {
      // Once more on this page; what fails again waits in localStorage for the next page.
      clearTimeout(retryTimer);
      retryTimer = setTimeout(() => quietly(flush), RETRY_MS);
    }
  }

  return {
    send(urgent) {
      if (stopped) return;
      if (urgent) quietly(flush);
      else timer ??= setTimeout(() => quietly(flush), MOMENT_MS);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(retryTimer);
      timer = undefined;
      attempts.clear();
    },
    resume() {
      stopped = false;
    },
  };
}

/** A beacon speaks of one visitor in one state of consent with one click; small enough for `keepalive`. */
function beaconGroups(due: readonly Pending[]): Pending[][] {
  const groups: Pending[][] = [];
  let key = '';
  let text = 0;
  for (const pending of due) {
    const { event, ...visitor } = pending;
    const visitorKey = JSON.stringify(visitor);
    const length = JSON.stringify(event).length;
    const group = groups[groups.length - 1];
    if (
      group === undefined ||
      visitorKey !== key ||
      group.length >= MOST_EVENTS ||
      text + length > MOST_TEXT
    ) {
      groups.push([pending]);
      key = visitorKey;
      text = length;
    } else {
      group.push(pending);
      text += length;
    }
  }
  return groups;
}

function beaconOf(key: string, group: readonly Pending[], now: number): Beacon | undefined {
  const first = group[0];
  if (first === undefined) return undefined;
  const { event: _event, ...visitor } = first;
  return {
    v: 1,
    key,
    ...visitor,
    sent: new Date(now).toISOString(),
    events: group.map(({ event }) => event),
  };
}

/** text/plain makes it a simple request: no preflight from the sandbox's opaque origin. */
async function post(endpoint: string, body: string): Promise<Answer> {
  const request = fetch(endpoint, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
    credentials: 'omit',
    keepalive: body.length <= MOST_TEXT + 4_000,
  });
  const response = await within<Response | undefined>(ANSWER_MS, request, undefined);
  if (response === undefined) return 'failed';
  if (response.ok) return 'taken';
  // The server's clear no stays a no; a busy or broken server is asked again.
  return response.status >= 500 || response.status === 429 || response.status === 408 ? 'failed' : 'refused';
}
