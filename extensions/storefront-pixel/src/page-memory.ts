/** The top frame's cookies and storages as the sandbox offers them: asynchronous, possibly blocked, never trusted. */
import { within } from './patience.ts';

/** The part of Shopify's `browser` object that is used here. */
export interface Browser {
  cookie: {
    get(name?: string): Promise<string>;
    set(cookieOrName: string, value?: string): Promise<unknown>;
  };
  localStorage: RemoteStorage;
  sessionStorage: RemoteStorage;
}

interface RemoteStorage {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<unknown>;
  removeItem(key: string): Promise<unknown>;
  key(index: number): Promise<string | null>;
  length(): Promise<number>;
}

export interface Shelf {
  read(key: string): Promise<string | undefined>;
  /** Whether it was written; a full or blocked storage is a no. A missing answer counts as written. */
  write(key: string, text: string): Promise<boolean>;
  drop(key: string): Promise<void>;
  /** Keys that begin with `prefix`, among the first 200 of the storage. */
  keys(prefix: string): Promise<string[]>;
}

export interface PageMemory {
  cookie(name: string): Promise<string | undefined>;
  /** All of them, as `document.cookie` has them. */
  cookies(): Promise<string>;
  setCookie(cookie: string): Promise<void>;
  local: Shelf;
  session: Shelf;
}

/** An answer of the top frame takes a millisecond or two; on a busy page perhaps a hundred. */
const PATIENCE_MS = 800;
const MOST_KEYS = 200;

export function pageMemory(browser: Browser): PageMemory {
  return {
    cookie: async (name) => (await within(PATIENCE_MS, browser.cookie.get(name), '')) || undefined,
    cookies: () => within(PATIENCE_MS, browser.cookie.get(), ''),
    setCookie: async (cookie) => {
      await within<unknown>(PATIENCE_MS, browser.cookie.set(cookie), undefined);
    },
    local: shelf(browser.localStorage),
    session: shelf(browser.sessionStorage),
  };
}

function shelf(storage: RemoteStorage): Shelf {
  return {
    read: async (key) => (await within(PATIENCE_MS, storage.getItem(key), null)) ?? undefined,
    write: (key, text) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(true), PATIENCE_MS);
        const settle = (written: boolean) => {
          clearTimeout(timer);
          resolve(written);
        };
        storage.setItem(key, text).then(
          () => settle(true),
          () => settle(false),
        );
      }),
    drop: async (key) => {
      await within<unknown>(PATIENCE_MS, storage.removeItem(key), undefined);
    },
    keys: async (prefix) => {
      const length = Math.min(MOST_KEYS, Number(await within(PATIENCE_MS, storage.length(), 0)) || 0);
      const asked = Array.from({ length }, (_, index) => within(PATIENCE_MS, storage.key(index), null));
      return (await Promise.all(asked)).filter((key): key is string => key?.startsWith(prefix) === true);
    },
  };
}
