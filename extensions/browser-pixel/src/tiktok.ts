/** TikTok's pixel in the page: joins the one that is there, or lays down the queue that events.js takes over. */
import type { Person } from './config.ts';

type Instance = unknown[] & Record<string, unknown>;

/** The queue's shape is TikTok's: an array with methods that collect calls until events.js has loaded. */
interface Ttq {
  load(code: string, options?: { limited_data_use?: boolean }): void;
  instance(code: string): Tracker;
  grantConsent?(): void;
  revokeConsent?(): void;
  _i?: Record<string, unknown>;
}

interface Tracker {
  /** Missing where another app's stand-in for it knows less. */
  identify?(person: Record<string, string>): void;
  track(name: string, properties: unknown, options: { event_id: string }): void;
}

declare global {
  interface Window {
    ttq?: unknown;
    TiktokAnalyticsObject?: string;
  }
}

const METHODS =
  'page track identify instances debug on off once ready alias group enableCookie disableCookie holdConsent revokeConsent grantConsent'.split(
    ' ',
  );

export interface TikTok {
  /** Loads the pixels that are not there yet. */
  load(pixels: { code: string; limitedDataUse: boolean }[]): void;
  /** Says who is signed in, in hashes and to our own pixel only. */
  identify(code: string, person: Person): void;
  /** Whether it could be handed over. */
  track(code: string, name: string, properties: unknown, eventId: string): boolean;
  /** Only where the pixel in the page is ours alone: another app's pixel has its own rules. */
  revoke(): void;
}

export function tiktokIn(page: Window, eventsJs: string): TikTok {
  let ours = false;
  let revoked = false;

  return {
    load(pixels) {
      if (pixels.length === 0) return;
      if (page.ttq === undefined) {
        page.TiktokAnalyticsObject = 'ttq';
        page.ttq = createQueue(page.document, eventsJs);
        ours = true;
      }
      const ttq = ttqOf(page);
      if (revoked) ttq?.grantConsent?.();
      revoked = false;
      for (const { code, limitedDataUse } of pixels) {
        if (ttq?._i?.[code] === undefined) {
          ttq?.load(code, limitedDataUse ? { limited_data_use: true } : undefined);
        }
      }
    },
    identify(code, { email, phone }) {
      ttqOf(page)
        ?.instance(code)
        .identify?.({
          ...(isHash(email) ? { sha256_email: email } : {}),
          ...(isHash(phone) ? { sha256_phone_number: phone } : {}),
        });
    },
    track(code, name, properties, eventId) {
      const ttq = ttqOf(page);
      if (ttq === undefined) return false;
      ttq.instance(code).track(name, properties, { event_id: eventId });
      return true;
    },
    revoke() {
      if (!ours) return;
      revoked = true;
      ttqOf(page)?.revokeConsent?.();
    },
  };
}

/** Whatever a theme or a renderer might make of it: what is not a hash is not passed on. */
function isHash(text: string | undefined): text is string {
  return /^[0-9a-f]{64}$/.test(text ?? '');
}

/** Something else called `ttq` is left alone. */
function ttqOf(page: Window): Ttq | undefined {
  const ttq = page.ttq as Partial<Ttq> | undefined;
  return typeof ttq?.load === 'function' && typeof ttq.instance === 'function' ? (ttq as Ttq) : undefined;
}

/** What events.js looks for when it arrives: `methods`, `instance`, `load`, and by pixel code `_i`, `_t`, `_o`. */
function createQueue(page: Document, eventsJs: string): Instance {
  const instances: Record<string, Instance> = {};
  const loadedAt: Record<string, number> = {};
  const options: Record<string, unknown> = {};
  const setAndDefer = (target: Instance, method: string) => {
    target[method] = (...args: unknown[]) => {
      target.push([method, ...args]);
    };
  };
  const queue = instanceWith({
    methods: METHODS,
    setAndDefer,
    _i: instances,
    _t: loadedAt,
    _o: options,
    instance(code: string) {
      const instance = instances[code] ?? instanceWith({});
      for (const method of METHODS) setAndDefer(instance, method);
      return instance;
    },
    load(code: string, chosen: unknown) {
      instances[code] = instanceWith({ _u: eventsJs });
      loadedAt[code] = Date.now();
      options[code] = chosen ?? {};
      const script = page.createElement('script');
      script.async = true;
      script.src = `${eventsJs}?sdkid=${encodeURIComponent(code)}&lib=ttq`;
      page.head.append(script);
    },
  });
  for (const method of METHODS) setAndDefer(queue, method);
  return queue;
}

function instanceWith(properties: Record<string, unknown>): Instance {
  const calls: unknown[] = [];
  return Object.assign(calls, properties);
}
