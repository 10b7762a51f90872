/** Access and refresh tokens: who holds which, for how long by the world's clock, and what a rotation ends. */

import { worldMemory, type SandboxShop, type SandboxStaff, type World } from '../world.ts';

export interface AccessToken {
  token: string;
  shop: SandboxShop;
  /** Offline tokens keep the scopes they were issued with until the next exchange. */
  scopes: string[];
  user: SandboxStaff | null;
  /** Null for a token of the kind that never expires. */
  expiresAt: Date | null;
  revoked: boolean;
}

interface RefreshToken {
  token: string;
  shop: SandboxShop;
  expiresAt: Date;
  access: AccessToken;
  /** The one it replaced: good until this one is used. */
  before: RefreshToken | null;
  revoked: boolean;
}

export interface OfflineGrant {
  access: AccessToken;
  refresh: { token: string; expiresAt: Date } | null;
}

const hour = 3_600_000;
export const offlineLifetime = hour;
export const onlineLifetime = 24 * hour;
export const refreshLifetime = 90 * 24 * hour;

const memoryOf = worldMemory(() => ({
  access: new Map<string, AccessToken>(),
  refresh: new Map<string, RefreshToken>(),
}));

function later(world: World, milliseconds: number): Date {
  return new Date(world.clock.now().getTime() + milliseconds);
}

function issueAccess(
  world: World,
  shop: SandboxShop,
  user: SandboxStaff | null,
  lifetime: number | null,
  scopes: string[],
): AccessToken {
  const access: AccessToken = {
    token: `${user ? 'shpua' : 'shpat'}_${world.random.hex(32)}`,
    shop,
    scopes,
    user,
    expiresAt: lifetime === null ? null : later(world, lifetime),
    revoked: false,
  };
  memoryOf(world).access.set(access.token, access);
  return access;
}

function issueRefresh(world: World, access: AccessToken, before: RefreshToken | null): RefreshToken {
  const refresh: RefreshToken = {
    token: `shprt_${world.random.hex(32)}`,
    shop: access.shop,
    expiresAt: later(world, refreshLifetime),
    access,
    before,
    revoked: false,
  };
  memoryOf(world).refresh.set(refresh.token, refresh);
  return refresh;
}

export function issueOffline(world: World, shop: SandboxShop, expiring: boolean): OfflineGrant {
  const access = issueAccess(world, shop, null, expiring ? offlineLifetime : null, [
    ...shop.install.grantedScopes,
  ]);
  return { access, refresh: expiring ? issueRefresh(world, access, null) : null };
}

export function issueOnline(world: World, shop: SandboxShop, user: SandboxStaff): AccessToken {
  return issueAccess(world, shop, user, onlineLifetime, [...shop.install.grantedScopes]);
}

/** Null when the refresh token is unknown, of another shop, replaced, expired or revoked. */
export function refreshOffline(world: World, shop: SandboxShop, token: string): OfflineGrant | null {
  const used = memoryOf(world).refresh.get(token);
  if (!used || used.shop !== shop || used.revoked || used.expiresAt <= world.clock.now()) return null;
  // Its first use settles that it arrived: from now on the one before it is of no more use.
  if (used.before) used.before.revoked = true;
  used.access.revoked = true;
  const access = issueAccess(world, shop, null, offlineLifetime, [...shop.install.grantedScopes]);
  return { access, refresh: issueRefresh(world, access, used) };
}

export type TokenCheck =
  { ok: true; access: AccessToken } | { ok: false; why: 'unknown' | 'expired' | 'revoked' | 'not-expiring' };

export function checkAccess(world: World, shop: SandboxShop, token: string): TokenCheck {
  const access = memoryOf(world).access.get(token);
  if (!access || access.shop !== shop) return { ok: false, why: 'unknown' };
  if (access.revoked || !shop.install.installed) return { ok: false, why: 'revoked' };
  if (access.expiresAt && access.expiresAt <= world.clock.now()) return { ok: false, why: 'expired' };
  if (!access.expiresAt) return { ok: false, why: 'not-expiring' };
  return { ok: true, access };
}

export function revokeAll(world: World, shop: SandboxShop): void {
  const memory = memoryOf(world);
  for (const access of memory.access.values()) if (access.shop === shop) access.revoked = true;
  for (const refresh of memory.refresh.values()) if (refresh.shop === shop) refresh.revoked = true;
}
