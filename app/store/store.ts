/** Opens the store: the only way to the database, with one handle for each shop and a few named doors across shops. */
import type { Clock } from '../base/clock.ts';
import type { Keyring } from '../base/crypto.ts';
import type { Log } from '../base/log.ts';
import { openDatabase, type Database } from './database.ts';
import { migrate } from './migrations.ts';
import { createPartitions, type Partitions } from './partitions.ts';

export interface StoreOptions {
  /** Absent: the embedded PostgreSQL in `dataDir`/postgres. */
  databaseUrl?: string | undefined;
  dataDir: string;
  clock: Clock;
  log: Log;
  keyring: Keyring;
  poolSize?: number | undefined;
}

/** What every aggregate is made of. */
export interface StoreParts {
  database: Database;
  clock: Clock;
  log: Log;
  keyring: Keyring;
  partitions: Partitions;
}

/** What an aggregate of one shop is made of. */
export interface ShopParts extends StoreParts {
  /** Shopify's numeric id, as text. */
  shopId: string;
  /** The shop's own key for search keys (`keyring.hmac`); read once, kept in memory. */
  shopKey(): Promise<Buffer>;
}
