/** Runs first in a pixel's worker: takes away every global that Shopify does not promise, then offers the pixel its API. */

import type { BrowserCall, FromWorker, ToWorker } from '../page-data.ts';
import { reaches } from '../event-names.ts';

/** Promised by Shopify for strict pixels; beside these only what the language itself has. */
const promised = [
  'self',
  'console',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'fetch',
  'Headers',
  'Request',
  'Response',
];
const language =
  'globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Int8Array Int16Array Int32Array Intl Iterator JSON Map Math Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint8Array Uint8ClampedArray Uint16Array Uint32Array WeakMap WeakRef WeakSet'.split(
    ' ',
  );

type Callback = (event: unknown) => unknown;
interface Subscription {
  name: string;
  callback: Callback;
}

const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
let calls = 0;
let port: MessagePort | undefined;
const outbox: FromWorker[] = [];

function tell(message: FromWorker) {
  if (port) port.postMessage(message);
  else outbox.push(message);
}

function failed(error: unknown) {
  tell({
    kind: 'failed',
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  });
}

function call(target: BrowserCall, args: unknown[]): Promise<unknown> {
  calls += 1;
  const number = calls;
  tell({ kind: 'call', call: number, target, args: args.map(String) });
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}

function storage(area: 'localStorage' | 'sessionStorage') {
  return {
    getItem: (key: string) => call(`${area}.getItem`, [key]),
    setItem: (key: string, value: unknown) => call(`${area}.setItem`, [key, value]),
    removeItem: (key: string) => call(`${area}.removeItem`, [key]),
    clear: () => call(`${area}.clear`, []),
    key: (index: number) => call(`${area}.key`, [index]),
    length: () => call(`${area}.length`, []),
  };
}

const browser = {
  cookie: {
    get: (name?: string) => call('cookie.get', name === undefined ? [] : [name]),
    set: (cookieOrName: string, value?: string) =>
      call('cookie.set', value === undefined ? [cookieOrName] : [cookieOrName, value]),
  },
  localStorage: storage('localStorage'),
  sessionStorage: storage('sessionStorage'),
  sendBeacon: (url: string, body?: string) => call('sendBeacon', body === undefined ? [url] : [url, body]),
};

/** One pixel's listener must not keep another from hearing. */
function deliver(subscription: Subscription, event: unknown) {
  try {
    const result = subscription.callback(event);
    if (result instanceof Promise) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}

interface HeardEvent {
  name: string;
  type: string;
}

/** What was heard is kept for this page: who subscribes late still gets it. */
const heard: HeardEvent[] = [];
const subscriptions = new Set<Subscription>();
const consentSubscriptions = new Set<Subscription>();

function subscribeTo(all: Set<Subscription>, name: string, callback: Callback) {
  const subscription = { name, callback };
  all.add(subscription);
  return { subscription, unsubscribe: () => all.delete(subscription) };
}

function isHeard(event: Record<string, unknown>): event is Record<string, unknown> & HeardEvent {
  return typeof event.name === 'string' && typeof event.type === 'string';
}

let extension: ((api: unknown) => unknown) | undefined;
let start: Extract<ToWorker, { kind: 'start' }> | undefined;
let running = false;

function runWhenBothAreThere() {
  if (running || !extension || !start) return;
  running = true;
  const { settings, init, pixelInfo } = start;
  const api = {
    settings,
    init,
    browser,
    _pixelInfo: pixelInfo,
    analytics: {
      subscribe(name: string, callback: Callback) {
        const { subscription, unsubscribe } = subscribeTo(subscriptions, name, callback);
        tell({ kind: 'subscribed', name });
        for (const event of heard) if (reaches(name, event)) deliver(subscription, event);
        return unsubscribe;
      },
    },
    customerPrivacy: {
      subscribe: (name: string, callback: Callback) =>
        subscribeTo(consentSubscriptions, name, callback).unsubscribe,
    },
  };
  try {
    const result = extension(api);
    if (result instanceof Promise) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}

function shiftTime(offset: number) {
  if (offset === 0) return;
  const Real = Date;
  class Shifted extends Real {
    constructor(...args: [] | [number | string | Date]) {
      if (args.length === 0) super(Real.now() + offset);
      else super(args[0]);
    }
    static override now() {
      return Real.now() + offset;
    }
  }
  globalThis.Date = new Proxy(Shifted, {
    construct: (_target, args: unknown[]): object =>
      args.length === 0 ? new Real(Real.now() + offset) : Reflect.construct(Real, args),
  }) as DateConstructor;
}

function hear(message: ToWorker) {
  switch (message.kind) {
    case 'start':
      start = message;
      shiftTime(message.clockOffsetMs);
      runWhenBothAreThere();
      return;
    case 'event': {
      const { event } = message;
      if (!isHeard(event)) return;
      heard.push(event);
      for (const subscription of subscriptions) {
        if (reaches(subscription.name, event)) deliver(subscription, event);
      }
      return;
    }
    case 'consent':
      for (const subscription of consentSubscriptions) {
        if (subscription.name === message.name) deliver(subscription, message.payload);
      }
      return;
    case 'answer':
      waiting.get(message.call)?.resolve(message.value);
      waiting.delete(message.call);
      return;
    case 'refusal':
      waiting.get(message.call)?.reject(new Error(message.message));
      waiting.delete(message.call);
  }
}

addEventListener('error', (event) => failed(event.error ?? event.message));
addEventListener('unhandledrejection', (event) => failed(event.reason));
addEventListener(
  'message',
  (event) => {
    port = event.ports[0];
    if (!port) return;
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => hear(data);
    for (const message of outbox.splice(0)) port.postMessage(message);
  },
  { once: true },
);

const offered = {
  extend(point: string, run: (api: unknown) => unknown) {
    if (point !== 'WebPixel::Render') throw new Error(`There is no extension point ${point}`);
    extension = run;
    tell({ kind: 'registered' });
    runWhenBothAreThere();
  },
};

function takeAwayTheRest() {
  const keep = new Set([...promised, ...language]);
  const names = new Set<string>();
  for (
    let scope: unknown = globalThis;
    scope && scope !== Object.prototype;
    scope = Object.getPrototypeOf(scope)
  ) {
    for (const name of Object.getOwnPropertyNames(scope)) names.add(name);
  }
  names.delete('constructor');
  for (const name of names) {
    if (keep.has(name)) continue;
    Reflect.deleteProperty(globalThis, name);
    if (name in globalThis) {
      Reflect.defineProperty(globalThis, name, { value: undefined, configurable: false, writable: false });
    }
  }
  Reflect.defineProperty(globalThis, 'constructor', { value: Object });
  Reflect.defineProperty(globalThis, 'shopify', { value: Object.freeze(offered) });
}

takeAwayTheRest();
