/** What the Shopify side asks of the store: sessions, installed shops and a lock for each shop. */
import type { ShopDomain, ShopId } from '../conversion/facts.ts';
import type { InstalledShop, SessionRecord, ShopProfile } from '../store/installs.ts';

export type { InstalledShop, SessionRecord, ShopProfile };

export interface SessionRecords {
  saveSession(session: SessionRecord): Promise<void>;
  loadSession(id: string): Promise<SessionRecord | null>;
  deleteSessions(ids: readonly string[]): Promise<void>;
  deleteSessionsOfShop(domain: string): Promise<void>;
  sessionsOfShop(domain: string): Promise<SessionRecord[]>;
  /** Shops whose offline session's refresh token ages out before this moment. */
  domainsToRenew(before: Date): Promise<ShopDomain[]>;
  /** Runs the work while no other process works on the same shop's tokens. */
  withShopLock<T>(domain: string, work: () => Promise<T>): Promise<T>;
}

export interface Installs extends SessionRecords {
  shopByDomain(domain: string): Promise<InstalledShop | null>;
  shopById(id: ShopId): Promise<InstalledShop | null>;
  listShops(): Promise<InstalledShop[]>;
  /**
   * Makes the shop's row (public key and sealed HMAC key included) or brings it up to date; a shop that was
   * uninstalled is installed again. The public key and the HMAC key of a known shop stay.
   */
  install(profile: ShopProfile): Promise<InstalledShop>;
  /** Only when the uninstall is newer than the last install: a late webhook must not end a reinstall. */
  markUninstalled(domain: string, at: Date): Promise<boolean>;
  setScopes(domain: string, scopes: readonly string[]): Promise<void>;
  setWebPixel(id: ShopId, webPixelId: string): Promise<void>;
  /** Null when the connection works again. */
  setReconnectSince(domain: string, since: Date | null): Promise<void>;
}

/** An erasure or a request for data, as it came in a signed webhook. */
export type PrivacyRequest =
  | { readonly topic: 'shop/redact'; readonly shopId: ShopId; readonly domain: ShopDomain }
  | {
      readonly topic: 'customers/redact';
      readonly shopId: ShopId;
      readonly domain: ShopDomain;
      readonly customerId: string | null;
      readonly email: string | null;
      readonly orderIds: readonly string[];
    }
  | {
      readonly topic: 'customers/data_request';
      readonly shopId: ShopId;
      readonly domain: ShopDomain;
      readonly requestId: string | null;
      readonly customerId: string | null;
      readonly orderIds: readonly string[];
    };
