/** A database of its own for every test that asks: cloned from the migrated template, dropped when closed. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type {} from './global-setup.ts';
import { createKeyring, type Keyring } from '../../app/base/crypto.ts';
import { createLog, type Log } from '../../app/base/log.ts';
import type { ShopProfile } from '../../app/store/installs.ts';
import { openStore, type Store } from '../../app/store/store.ts';
import { manualClock, type ManualClock } from './clock.ts';

export interface TestDatabase {
  url: string;
  close(): Promise<void>;
}

/** `empty` gives one without any table. */
export async function testDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const { url, template } = inject('postgres');
  const name = `${template.replace(/_template$/, '')}_${randomBytes(6).toString('hex')}`;
  const source = options.empty === true ? 'template0' : template;
  await asAdmin(url, `CREATE DATABASE "${name}" TEMPLATE "${source}"`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    close: () => asAdmin(url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
  };
}

export const testKeys = {
  first: `first:${Buffer.alloc(32, 1).toString('base64')}`,
  second: `second:${Buffer.alloc(32, 2).toString('base64')}`,
} as const;

export interface TestStore {
  store: Store;
  clock: ManualClock;
  keyring: Keyring;
  log: Log;
  url: string;
  close(): Promise<void>;
}

export interface TestStoreOptions {
  clock?: ManualClock;
  keys?: string;
  /** How long connecting and each statement may take. */
  limitMs?: number;
  /** The way to the database, such as a proxy that breaks it; given its address, answers another. */
  through?: (url: string) => Promise<string>;
}

/** An open store on a database of its own; hand in a clock to move time. */
export async function testStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const database = await testDatabase();
  const clock = options.clock ?? manualClock();
  const keyring = createKeyring(options.keys ?? testKeys.first);
  const log = createLog({ level: 'silent' });
  const store = await openStore({
    databaseUrl: (await options.through?.(database.url)) ?? database.url,
    dataDir: '.data',
    clock,
    log,
    keyring,
    limitMs: options.limitMs,
  });
  return {
    store,
    clock,
    keyring,
    log,
    url: database.url,
    async close() {
      await store.close();
      await database.close();
    },
  };
}

/** What Shopify would say of a test shop. */
export function shopProfile(change: Partial<ShopProfile> = {}): ShopProfile {
  return {
    id: '5500000000001',
    domain: 'birch.myshopify.com',
    name: 'Birch & Clay',
    primaryDomain: 'birch.example',
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    country: 'DE',
    email: null,
    scopes: ['read_orders', 'write_pixels'],
    ...change,
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
