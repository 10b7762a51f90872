/** A shop as it is in force when something arrives: settings version, pixels, key; read together, kept for seconds. */
import { defaultPixelSettings, defaultSettings, parseSettings } from '../conversion/settings.ts';
import type { PixelSettings, ShopSettings, ShopSettingsVersion } from '../conversion/settings.ts';
import type { PixelCode, PixelId, ShopDomain, ShopId } from '../conversion/facts.ts';
import type { InstalledShop } from '../store/installs.ts';
import type { Pixel } from '../store/pixels.ts';
import type { Store } from '../store/store.ts';

export interface PixelInForce {
  id: PixelId;
  code: PixelCode;
  state: Pixel['state'];
  activeFrom: Date;
  testEventCode: string | null;
}

export interface ShopInForce {
  id: ShopId;
  domain: ShopDomain;
  key: Buffer;
  currency: string;
  timeZone: string;
  country: string;
  host: string;
  installed: boolean;
  /** Frozen into whatever is recorded now. */
  version: VersionInForce;
  /** Those that are not removed. */
  pixels: PixelInForce[];
}

export interface ShopsInForce {
  byDomain(domain: string): Promise<ShopInForce | null>;
  byPublicKey(key: string): Promise<ShopInForce | null>;
  byId(id: ShopId): Promise<ShopInForce | null>;
  /** One version of a shop's settings; versions never change. */
  version(shop: ShopInForce, version: number): Promise<VersionInForce>;
  /** After a change in this process; other processes see it within `keepMs`. */
  forget(): void;
}

export interface VersionInForce {
  version: number;
  settings: ShopSettings;
  settingsOf(pixelId: PixelId): PixelSettings;
}

export interface ShopsInForceOptions {
  store: Pick<Store, 'installs' | 'shop'>;
  /** How long a process may work with what it read; 0 reads every time. */
  keepMs?: number;
  /** A clock that only runs forward; not business time. */
  elapsedMs?: () => number;
}

const KEEP_MS = 2_000;
const MAX_KEPT = 5_000;
const MAX_VERSIONS = 2_000;

/** A shop that never saved settings works by the defaults, with what Shopify says of its country and host. */
function defaultsFor(shop: InstalledShop): ShopSettingsVersion {
  return { shop: { ...defaultSettings(), country: shop.country, host: shop.primaryDomain }, pixels: {} };
}

function inForce(version: number, read: ShopSettingsVersion): VersionInForce {
  return {
    version,
    settings: read.shop,
    settingsOf: (pixelId) => read.pixels[pixelId] ?? defaultPixelSettings(),
  };
}

function bounded<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.set(key, value);
  if (map.size <= limit) return;
  const first = map.keys().next();
  if (!first.done) map.delete(first.value);
}

export function createShopsInForce(options: ShopsInForceOptions): ShopsInForce {
  const { store } = options;
  const keepMs = options.keepMs ?? KEEP_MS;
  const elapsedMs = options.elapsedMs ?? (() => performance.now());
  const kept = new Map<string, { at: number; reading: boolean; shop: Promise<ShopInForce | null> }>();
  const versions = new Map<string, Promise<VersionInForce>>();

  async function readVersion(shop: InstalledShop, version: number): Promise<VersionInForce> {
    if (version === 0) return inForce(0, defaultsFor(shop));
    const stored = await store.shop(shop.id).settings.version(version);
    if (!stored) throw new Error(`Shop ${shop.id} has no settings version ${version}.`);
    const read = parseSettings(stored.settings);
    if (!read.ok) {
      const first = read.problem[0];
      throw new Error(
        `Settings version ${version} of shop ${shop.id} cannot be read: ${first?.field} ${first?.message}`,
      );
    }
    return inForce(version, read.value);
  }

  /** Version 0 follows the shop's row, every other one is kept for good. */
  function versionOf(shop: InstalledShop, version: number): Promise<VersionInForce> {
    if (version === 0) return readVersion(shop, 0);
    const key = `${shop.id} ${version}`;
    const known = versions.get(key);
    if (known) return known;
    const reading = readVersion(shop, version);
    bounded(versions, key, reading, MAX_VERSIONS);
    reading.catch(() => versions.delete(key));
    return reading;
  }

  async function compose(shop: InstalledShop | null): Promise<ShopInForce | null> {
    if (!shop) return null;
    const handle = store.shop(shop.id);
    const [key, pixels, version] = await Promise.all([
      handle.key(),
      handle.pixels.list(),
      versionOf(shop, shop.settingsVersion),
    ]);
    return {
      id: shop.id,
      domain: shop.domain,
      key,
      currency: shop.currency,
      timeZone: shop.timeZone,
      country: shop.country,
      host: shop.primaryDomain,
      installed: shop.uninstalledAt === null,
      version,
      pixels: pixels.map(({ id, code, state, activeFrom, testEventCode }) => ({
        id,
        code,
        state,
        activeFrom,
        testEventCode,
      })),
    };
  }

  function keptOr(key: string, read: () => Promise<InstalledShop | null>): Promise<ShopInForce | null> {
    const at = elapsedMs();
    const known = kept.get(key);
    // While the database is silent one question stands for all that ask the same.
    if (known && keepMs > 0 && (known.reading || at - known.at < keepMs)) return known.shop;
    const entry = { at, reading: true, shop: read().then(compose) };
    kept.delete(key);
    bounded(kept, key, entry, MAX_KEPT);
    entry.shop.then(
      () => (entry.reading = false),
      () => kept.get(key) === entry && kept.delete(key),
    );
    return entry.shop;
  }

  return {
    byDomain: (domain) => keptOr(`domain ${domain}`, () => store.installs.shopByDomain(domain)),
    byPublicKey: (key) => keptOr(`key ${key}`, () => store.installs.shopByPublicKey(key)),
    byId: (id) => keptOr(`id ${id}`, () => store.installs.shopById(id)),
    async version(shop, version) {
      if (version === shop.version.version) return shop.version;
      const installed = await store.installs.shopById(shop.id);
      if (!installed) throw new Error(`Shop ${shop.id} is not installed.`);
      return versionOf(installed, version);
    },
    forget: () => kept.clear(),
  };
}
