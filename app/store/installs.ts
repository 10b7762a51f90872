/** Installed shops and their Shopify sessions: the one door that finds a shop by domain or public key. */
import { randomBytes } from 'node:crypto';
import type { ShopDomain, ShopId } from '../conversion/facts.ts';
import { newSecretKey } from '../base/crypto.ts';
import type { Session, Shop } from './generated/client.ts';
import { idOrNull, requireId } from './rows.ts';
import { bindingOf } from './sealed.ts';
import type { StoreParts } from './parts.ts';

/** Names the space of advisory locks that stand for one shop's tokens. */
const SHOP_LOCK_SPACE = 7_406_004;
const INSTALL_LOCK_SPACE = 7_406_005;
const PUBLIC_KEY_BYTES = 16;

export interface ShopProfile {
  readonly id: ShopId;
  readonly domain: ShopDomain;
  readonly name: string;
  readonly primaryDomain: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly country: string;
  readonly email: string | null;
  readonly scopes: readonly string[];
}

export interface InstalledShop extends ShopProfile {
  /** Names the shop in the storefront, where its numeric id would be believed by nobody. */
  readonly publicKey: string;
  readonly webPixelId: string | null;
  readonly installedAt: Date;
  readonly uninstalledAt: Date | null;
  /** Since when Shopify refuses our tokens; staff must open the app. */
  readonly reconnectSince: Date | null;
  readonly settingsVersion: number;
}

/** One Shopify session; `secret` holds the tokens and is stored sealed only. */
export interface SessionRecord {
  readonly id: string;
  readonly shopDomain: string;
  readonly isOnline: boolean;
  readonly userId: string | null;
  readonly expiresAt: Date | null;
  readonly refreshExpires: Date | null;
  readonly secret: string;
}

export interface Installs {
  shopByDomain(domain: string): Promise<InstalledShop | null>;
  shopByPublicKey(publicKey: string): Promise<InstalledShop | null>;
  shopById(id: string): Promise<InstalledShop | null>;
  /** By domain; uninstalled ones included. */
  listShops(): Promise<InstalledShop[]>;
  /** Makes the shop's row or brings it up to date; the public key and the HMAC key of a known shop stay. */
  install(profile: ShopProfile): Promise<InstalledShop>;
  /** Only when the uninstall is newer than the last install: a late webhook must not end a reinstall. */
  markUninstalled(domain: string, at: Date): Promise<boolean>;
  setScopes(domain: string, scopes: readonly string[]): Promise<void>;
  setWebPixel(id: ShopId, webPixelId: string | null): Promise<void>;
  /** Null when the connection works again. */
  setReconnectSince(domain: string, since: Date | null): Promise<void>;

  saveSession(session: SessionRecord): Promise<void>;
  loadSession(id: string): Promise<SessionRecord | null>;
  deleteSessions(ids: readonly string[]): Promise<void>;
  deleteSessionsOfShop(domain: string): Promise<void>;
  sessionsOfShop(domain: string): Promise<SessionRecord[]>;
  /** Installed shops whose offline session's refresh token ages out before this moment. */
  domainsToRenew(before: Date): Promise<ShopDomain[]>;
  /** Runs the work while no other process works on the same shop's tokens; holds a connection of its own meanwhile. */
  withShopLock<T>(domain: string, work: () => Promise<T>): Promise<T>;
}

export function createInstalls({ database, keyring, clock }: StoreParts): Installs {
  const { prisma, pool } = database;

  function sessionOf(row: Session): SessionRecord {
    return {
      id: row.id,
      shopDomain: row.shopDomain,
      isOnline: row.isOnline,
      userId: row.userId === null ? null : String(row.userId),
      expiresAt: row.expiresAt,
      refreshExpires: row.refreshExpires,
      secret: keyring.openText(row.sealed, bindingOf('sessions.sealed', row.shopDomain)),
    };
  }

  return {
    async shopByDomain(domain) {
      return shopOrNull(await prisma.shop.findUnique({ where: { domain } }));
    },
    async shopByPublicKey(publicKey) {
      return shopOrNull(await prisma.shop.findUnique({ where: { publicKey } }));
    },
    async shopById(id) {
      const shopId = idOrNull(id);
      return shopId === null ? null : shopOrNull(await prisma.shop.findUnique({ where: { id: shopId } }));
    },
    async listShops() {
      return (await prisma.shop.findMany({ orderBy: { domain: 'asc' } })).map(shopOf);
    },
    async install(profile) {
      const id = requireId(profile.id);
      const installedAt = clock.now();
      const told = {
        domain: profile.domain,
        name: profile.name,
        primaryDomain: profile.primaryDomain,
        currency: profile.currency,
        timeZone: profile.timeZone,
        country: profile.country,
        email: profile.email,
        scopes: [...profile.scopes],
      };
      const [, , , row] = await prisma.$transaction([
        // The first requests of a new shop come side by side; each of them installs it.
        prisma.$executeRaw`SELECT pg_advisory_xact_lock(${INSTALL_LOCK_SPACE}::int, hashtext(${profile.domain}))`,
        // A domain may pass from a shop that is gone to a new one; the gone one keeps its id and its history.
        prisma.shop.updateMany({
          where: { domain: profile.domain, id: { not: id } },
          data: { domain: `replaced-by-${id}.${profile.domain}`, uninstalledAt: installedAt },
        }),
        // A reinstall begins anew; an install that is merely repeated does not move its beginning.
        prisma.shop.updateMany({
          where: { id, uninstalledAt: { not: null } },
          data: { installedAt, uninstalledAt: null, reconnectSince: null },
        }),
        prisma.shop.upsert({
          where: { id },
          update: told,
          create: {
            ...told,
            id,
            installedAt,
            publicKey: randomBytes(PUBLIC_KEY_BYTES).toString('base64url'),
            keySealed: Uint8Array.from(
              keyring.seal(newSecretKey(), bindingOf('shops.key_sealed', profile.id)),
            ),
          },
        }),
      ]);
      return shopOf(row);
    },
    async markUninstalled(domain, at) {
      const { count } = await prisma.shop.updateMany({
        where: { domain, uninstalledAt: null, installedAt: { lte: at } },
        data: { uninstalledAt: at, webPixelId: null },
      });
      return count > 0;
    },
    async setScopes(domain, scopes) {
      await prisma.shop.updateMany({ where: { domain }, data: { scopes: [...scopes] } });
    },
    async setWebPixel(id, webPixelId) {
      await prisma.shop.updateMany({ where: { id: requireId(id) }, data: { webPixelId } });
    },
    async setReconnectSince(domain, since) {
      // The first refusal counts: repeated ones do not move the date that staff are shown.
      await prisma.shop.updateMany({
        where: since === null ? { domain } : { domain, reconnectSince: null },
        data: { reconnectSince: since },
      });
    },

    async saveSession(session) {
      const data = {
        shopDomain: session.shopDomain,
        isOnline: session.isOnline,
        userId: session.userId === null ? null : requireId(session.userId),
        expiresAt: session.expiresAt,
        refreshExpires: session.refreshExpires,
        sealed: Uint8Array.from(
          keyring.seal(session.secret, bindingOf('sessions.sealed', session.shopDomain)),
        ),
        updatedAt: clock.now(),
      };
      await prisma.session.upsert({
        where: { id: session.id },
        update: data,
        create: { id: session.id, ...data },
      });
    },
    async loadSession(id) {
      const row = await prisma.session.findUnique({ where: { id } });
      return row ? sessionOf(row) : null;
    },
    async deleteSessions(ids) {
      await prisma.session.deleteMany({ where: { id: { in: [...ids] } } });
    },
    async deleteSessionsOfShop(domain) {
      await prisma.session.deleteMany({ where: { shopDomain: domain } });
    },
    async sessionsOfShop(domain) {
      const rows = await prisma.session.findMany({ where: { shopDomain: domain }, orderBy: { id: 'asc' } });
      return rows.map(sessionOf);
    },
    async domainsToRenew(before) {
      const found = await database.rows<{ domain: string }>(
        `SELECT DISTINCT s.shop_domain AS domain FROM sessions s JOIN shops h ON h.domain = s.shop_domain
          WHERE NOT s.is_online AND s.refresh_expires < $1 AND h.uninstalled_at IS NULL ORDER BY 1`,
        [before],
      );
      return found.map(({ domain }) => domain);
    },
    async withShopLock(domain, work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [SHOP_LOCK_SPACE, domain]);
        return await work();
      } finally {
        await client
          .query('SELECT pg_advisory_unlock($1, hashtext($2))', [SHOP_LOCK_SPACE, domain])
          .catch((error: unknown) => {
            broken = error instanceof Error ? error : new Error(String(error));
          });
        // A connection that could not give the lock back is closed, which gives it back.
        client.release(broken);
      }
    },
  };
}

function shopOrNull(row: Shop | null): InstalledShop | null {
  return row ? shopOf(row) : null;
}

function shopOf(row: Shop): InstalledShop {
  return {
    id: String(row.id),
    domain: row.domain,
    name: row.name,
    primaryDomain: row.primaryDomain,
    currency: row.currency,
    timeZone: row.timeZone,
    country: row.country,
    email: row.email,
    scopes: row.scopes,
    publicKey: row.publicKey,
    webPixelId: row.webPixelId,
    installedAt: row.installedAt,
    uninstalledAt: row.uninstalledAt,
    reconnectSince: row.reconnectSince,
    settingsVersion: row.settingsVersion,
  };
}
