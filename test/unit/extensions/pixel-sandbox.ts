/** Shopify's strict sandbox for one web pixel, as documented and no more, with a clock that tests move. */
import { createContext, runInContext } from 'node:vm';
import type { Beacon } from '../../../app/conversion/beacon.ts';
import type { ShopifyEvent } from '../../../extensions/storefront-pixel/src/capture.ts';

/** What outlives a page: the browser's cookies and storages of the shop's domain. */
export interface TopFrame {
  cookies: Map<string, string>;
  local: Map<string, string>;
  session: Map<string, string>;
}

export interface Privacy {
  analyticsProcessingAllowed: boolean;
  marketingAllowed: boolean;
  preferencesProcessingAllowed: boolean;
  saleOfDataAllowed: boolean;
}

export interface Sent {
  url: string;
  body: string;
  beacon: Beacon;
  contentType: string | undefined;
  keepalive: boolean | undefined;
}

export interface PixelPage {
  subscribed: string[];
  sent: Sent[];
  /** All events of all beacons so far. */
  events(): Beacon['events'];
  publish(event: ShopifyEvent): Promise<void>;
  collectConsent(privacy: Privacy): Promise<void>;
  /** Moves the clock and runs what is due. */
  advance(ms: number): Promise<void>;
  /** The page goes away with everything that is not in the top frame. */
  leave(): void;
  errors: unknown[];
}

export const everythingAllowed: Privacy = {
  analyticsProcessingAllowed: true,
  marketingAllowed: true,
  preferencesProcessingAllowed: true,
  saleOfDataAllowed: true,
};
export const nothingAllowed: Privacy = {
  analyticsProcessingAllowed: false,
  marketingAllowed: false,
  preferencesProcessingAllowed: false,
  saleOfDataAllowed: false,
};

export function topFrame(): TopFrame {
  return { cookies: new Map(), local: new Map(), session: new Map() };
}

export type Answer = number | 'unreachable' | 'silent';

export interface PageOptions {
  settings: Record<string, unknown>;
  frame?: TopFrame;
  privacy?: Privacy | undefined;
  start?: string;
  /** The page at which the worker starts; its events carry their own. */
  url?: string;
  referrer?: string;
  /** What the server answers, in order; then 202. */
  answers?: Answer[];
  /** A top frame whose storage and cookies are blocked. */
  blocked?: boolean;
  /** A top frame that never answers. */
  mute?: boolean;
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export async function openPage(bundle: string, options: PageOptions): Promise<PixelPage> {
  const frame = options.frame ?? topFrame();
  const answers = [...(options.answers ?? [])];
  const sent: Sent[] = [];
  const errors: unknown[] = [];
  const callbacks = new Map<string, ((event: ShopifyEvent) => void)[]>();
  const consentCallbacks: ((event: { customerPrivacy: Privacy }) => void)[] = [];
  let now = Date.parse(options.start ?? '2026-11-21T10:00:00.000Z');
  let alive = true;
  let nextTimer = 1;
  const timers = new Map<number, { at: number; run: () => void }>();

  const answered = <T>(work: () => T): Promise<T> => {
    if (options.mute || !alive) return new Promise<T>(() => undefined);
    if (options.blocked) return Promise.reject(new Error('blocked by the browser'));
    return Promise.resolve().then(work);
  };
  const storage = (map: Map<string, string>) => ({
    getItem: (key: string) => answered(() => map.get(key) ?? null),
    setItem: (key: string, value: string) => answered(() => void map.set(key, String(value))),
    removeItem: (key: string) => answered(() => void map.delete(key)),
    clear: () => answered(() => map.clear()),
    key: (index: number) => answered(() => [...map.keys()][index] ?? null),
    length: () => answered(() => map.size),
  });
  const api = {
    settings: options.settings,
    analytics: {
      subscribe(name: string, callback: (event: ShopifyEvent) => void) {
        callbacks.set(name, [...(callbacks.get(name) ?? []), callback]);
        return () => true;
      },
    },
    customerPrivacy: {
      subscribe(_name: string, callback: (event: { customerPrivacy: Privacy }) => void) {
        consentCallbacks.push(callback);
        return () => true;
      },
    },
    browser: {
      cookie: {
        get: (name?: string) =>
          answered(() =>
            name === undefined
              ? [...frame.cookies].map((pair) => pair.join('=')).join('; ')
              : (frame.cookies.get(name) ?? ''),
          ),
        set: (cookie: string) =>
          answered(() => {
            const [pair = '', ...attributes] = cookie.split('; ');
            const [name = '', value = ''] = pair.split('=', 2);
            if (attributes.includes('max-age=0')) frame.cookies.delete(name);
            else frame.cookies.set(name, value);
            return '';
          }),
      },
      localStorage: storage(frame.local),
      sessionStorage: storage(frame.session),
      sendBeacon: () => Promise.reject(new Error('deprecated: the pixel must use fetch')),
    },
    init: {
      customerPrivacy: options.privacy,
      context: { document: { location: { href: options.url ?? '' }, referrer: options.referrer ?? '' } },
      data: {},
    },
  };

  const fetch = (
    url: string,
    init: { body: string; headers: Record<string, string>; keepalive?: boolean },
  ) => {
    const body = init.body;
    sent.push({
      url,
      body,
      beacon: JSON.parse(body) as Beacon,
      contentType: init.headers['content-type'],
      keepalive: init.keepalive,
    });
    const answer = answers.shift() ?? 202;
    if (answer === 'silent' || !alive) return new Promise(() => undefined);
    if (answer === 'unreachable') return Promise.reject(new TypeError('Failed to fetch'));
    return Promise.resolve({ ok: answer >= 200 && answer < 300, status: answer });
  };

  // Only what Shopify promises to be there; everything else of a browser is missing on purpose.
  const globals: Record<string, unknown> = {
    console,
    fetch,
    Headers,
    Request,
    Response,
    setTimeout: (run: () => void, ms = 0) => {
      timers.set(nextTimer, { at: now + ms, run });
      return nextTimer++;
    },
    clearTimeout: (id: number) => void timers.delete(id),
    setInterval: () => {
      throw new Error('an interval would outlive its use');
    },
    clearInterval: () => undefined,
    shopify: { extend: (_point: string, register: (given: typeof api) => void) => register(api) },
    businessNow: () => now,
  };
  globals.self = globals;
  const context = createContext(globals);
  runInContext('Date.now = businessNow; delete globalThis.businessNow;', context);
  try {
    runInContext(bundle, context);
  } catch (error) {
    errors.push(error);
  }
  await settle();

  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      errors.push(error);
    }
  };

  return {
    subscribed: [...callbacks.keys()],
    sent,
    errors,
    events: () => sent.flatMap(({ beacon }) => beacon.events),
    async publish(event) {
      for (const callback of callbacks.get(event.name) ?? []) guarded(() => callback(event));
      await settle();
    },
    async collectConsent(privacy) {
      for (const callback of consentCallbacks) guarded(() => callback({ customerPrivacy: privacy }));
      await settle();
    },
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.at <= until)
          .sort(([, a], [, b]) => a.at - b.at)[0];
        if (due === undefined) break;
        const [id, timer] = due;
        timers.delete(id);
        now = Math.max(now, timer.at);
        guarded(timer.run);
        await settle();
      }
      now = until;
      await settle();
    },
    leave() {
      alive = false;
      timers.clear();
    },
  };
}
