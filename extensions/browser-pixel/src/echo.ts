/** Takes the copies that the web pixel leaves in the tab and tells them to TikTok's pixel, each once. */
import { ECHO_PREFIX, ECHO_WINDOW_MS, type EchoEntry } from '../../storefront-pixel/src/echo-entry.ts';
import type { TikTok } from './tiktok.ts';

/** A page that shows no sign of life for this long gets no new events; the next touch wakes it again. */
const LISTEN_MS = 5 * 60_000;
const SHORTEST_MS = 100;
const LONGEST_MS = 2_000;
/** Signs that an event may follow. A change of sessionStorage is not announced in its own tab, so it is looked for. */
const SIGNS = ['pointerdown', 'keydown', 'submit', 'change', 'visibilitychange'];

interface EchoListener {
  start(): void;
  /** Stops and forgets what lies there. */
  stop(): void;
}

export function echoListener(needs: { page: Window; codes: string[]; tiktok: TikTok }): EchoListener {
  const { page, codes, tiktok } = needs;
  /** Events from before belong to another page of this tab, whose address TikTok would be told wrongly. */
  let since = pageBegan(page);
  let lastSign = 0;
  let delay = SHORTEST_MS;
  let timer: number | undefined;
  let running = false;

  function takeAll(): boolean {
    let took = false;
    for (const key of keysIn(page)) {
      const entry = read(page, key);
      const told =
        entry !== undefined && isOfThisPage(entry, since, Date.now()) && codes.includes(entry.code);
      // Taken away first: whatever goes wrong after this, the event is not told twice.
      page.sessionStorage.removeItem(key);
      if (told) took = tiktok.track(entry.code, entry.name, entry.properties, entry.event_id) || took;
    }
    return took;
  }

  function look(): void {
    timer = undefined;
    if (!running) return;
    let took = false;
    try {
      took = takeAll();
    } catch {
      // A blocked storage or a foreign ttq that throws: the server's copy stands alone.
    }
    const now = Date.now();
    if (took) lastSign = now;
    delay = took ? SHORTEST_MS : Math.min(delay * 1.5, LONGEST_MS);
    if (now - lastSign < LISTEN_MS) timer = page.setTimeout(look, delay);
  }

  function wake(): void {
    if (!running) return;
    lastSign = Date.now();
    if (timer !== undefined && delay <= SHORTEST_MS) return;
    delay = SHORTEST_MS;
    page.clearTimeout(timer);
    timer = page.setTimeout(look, delay);
  }

  for (const sign of SIGNS) page.document.addEventListener(sign, wake, { capture: true, passive: true });
  page.addEventListener('pagehide', () => {
    page.clearTimeout(timer);
    look();
  });
  page.addEventListener('pageshow', (event) => {
    // Back from the browser's memory: what other pages of the tab left in between is theirs.
    if (event.persisted) since = Date.now();
    wake();
  });

  return {
    start() {
      running = true;
      lastSign = Date.now();
      delay = SHORTEST_MS;
      page.clearTimeout(timer);
      look();
    },
    stop() {
      running = false;
      page.clearTimeout(timer);
      try {
        for (const key of keysIn(page)) page.sessionStorage.removeItem(key);
      } catch {
        // Blocked storage holds nothing of ours.
      }
    },
  };
}

/**
 * When this document took over the tab, by the clock that events carry: until its answer came, or while it was
 * rendered ahead of a click, the page before it was still alive and could say things of its own.
 */
function pageBegan(page: Window): number {
  const [navigation] = page.performance.getEntriesByType('navigation') as Prerendered[];
  const took = Math.max(navigation?.responseStart ?? 0, navigation?.activationStart ?? 0);
  return Math.floor(Date.now() - page.performance.now() + took);
}

/** `activationStart` is known to Chromium only. */
type Prerendered = PerformanceNavigationTiming & { activationStart?: number };

function keysIn(page: Window): string[] {
  return Object.keys(page.sessionStorage).filter((key) => key.startsWith(ECHO_PREFIX));
}

function read(page: Window, key: string): EchoEntry | undefined {
  try {
    const entry: unknown = JSON.parse(page.sessionStorage.getItem(key) ?? '');
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is EchoEntry {
  const entry = value as Partial<EchoEntry> | null;
  return (
    entry?.v === 1 &&
    typeof entry.code === 'string' &&
    typeof entry.name === 'string' &&
    typeof entry.event_id === 'string'
  );
}

/** Exported for its test: what the page cannot place in its own life is not told. */
export function isOfThisPage(entry: { at: string }, since: number, now: number): boolean {
  const at = Date.parse(entry.at);
  return at >= since && now - at < ECHO_WINDOW_MS;
}
