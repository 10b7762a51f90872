/** What the aggregates of the store are made of. */
import type { Clock } from '../base/clock.ts';
import type { Keyring } from '../base/crypto.ts';
import type { Log } from '../base/log.ts';
import type { ShopId } from '../conversion/facts.ts';
import type { Database } from './database.ts';
import type { Partitions } from './partitions.ts';

/** Of every aggregate. */
export interface StoreParts {
  database: Database;
  clock: Clock;
  log: Log;
  keyring: Keyring;
  partitions: Partitions;
}

/** Of an aggregate of one shop. */
export interface ShopParts extends StoreParts {
  /** Shopify's numeric id, as text. */
  shopId: ShopId;
}
