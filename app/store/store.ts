/** Opens the store: the only way to the database, with one handle for each shop and a few named doors across shops. */
import type { ShopId } from '../conversion/facts.ts';
import type { Clock } from '../base/clock.ts';
import type { Keyring } from '../base/crypto.ts';
import type { Log } from '../base/log.ts';
import { createAudit, type AuditStore } from './audit.ts';
import { openDatabase, type Database } from './database.ts';
import { joinEmbedded } from './embedded/embedded.ts';
import { createInstalls, type InstalledShop, type Installs } from './installs.ts';
import { migrate } from './migrations.ts';
import { createPartitions, type Partitions } from './partitions.ts';
import type { ShopParts, StoreParts } from './parts.ts';
import { checkKey } from './keys.ts';
import { createPixels, type PixelStore } from './pixels.ts';
import { requireId } from './rows.ts';
import { bindingOf } from './sealed.ts';
import { createSetupMarks, type SetupMarks } from './setup-marks.ts';
import { createSettings, type SettingsStore } from './settings.ts';

export interface StoreOptions {
  /** Absent: the embedded PostgreSQL in `dataDir`/postgres. */
  databaseUrl?: string | undefined;
  dataDir: string;
  clock: Clock;
  log: Log;
  keyring: Keyring;
  poolSize?: number | undefined;
  /** How long connecting and each statement may take; see openDatabase. */
  limitMs?: number | undefined;
}

/** Everything of one shop; a row of another shop cannot be reached from here. */
export interface ShopStore {
  readonly id: ShopId;
  /** The shop's own key for search keys (`keyring.hmac`). */
  key(): Promise<Buffer>;
  /** Throws when the shop has never been installed. */
  details(): Promise<InstalledShop>;
  readonly pixels: PixelStore;
  readonly settings: SettingsStore;
  readonly audit: AuditStore;
  readonly setup: SetupMarks;
}

export interface Store {
  shop(id: ShopId): ShopStore;
  readonly installs: Installs;
  readonly partitions: Partitions;
  readonly database: Database;
  close(): Promise<void>;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  const { clock, log, keyring, databaseUrl } = options;
  const membership =
    databaseUrl === undefined ? await joinEmbedded({ dataDir: options.dataDir, log }) : undefined;
  const url = databaseUrl ?? membership?.url ?? '';
  let database: Database | undefined;
  try {
    database = await openDatabase({
      url,
      log,
      poolSize: options.poolSize,
      limitMs: options.limitMs,
    });
    await migrate(url, log);
    await checkKey(database, keyring, clock);
    const partitions = createPartitions(database);
    await partitions.makeAround(clock.now());
    const opened = database;
    return composeStore({ database, clock, log, keyring, partitions }, async () => {
      await opened.close();
      await membership?.leave();
    });
  } catch (error) {
    await database?.close();
    await membership?.leave();
    throw error;
  }
}

/** Puts the aggregates together over an open database. */
function composeStore(parts: StoreParts, close: () => Promise<void>): Store {
  const installs = createInstalls(parts);
  return {
    shop(id) {
      const shopParts: ShopParts = { ...parts, shopId: id };
      return {
        id,
        // Never kept here: a shop that was erased and comes back has another one.
        key: () => readShopKey(parts, id),
        async details() {
          const shop = await installs.shopById(id);
          if (!shop) throw new Error(`Shop ${id} is not installed.`);
          return shop;
        },
        pixels: createPixels(shopParts),
        settings: createSettings(shopParts),
        audit: createAudit(shopParts),
        setup: createSetupMarks(shopParts),
      };
    },
    installs,
    partitions: parts.partitions,
    database: parts.database,
    close,
  };
}

async function readShopKey({ database, keyring }: StoreParts, id: ShopId): Promise<Buffer> {
  const shop = await database.prisma.shop.findUnique({
    where: { id: requireId(id) },
    select: { keySealed: true },
  });
  if (!shop) throw new Error(`Shop ${id} is not installed.`);
  return keyring.open(shop.keySealed, bindingOf('shops.key_sealed', id));
}
