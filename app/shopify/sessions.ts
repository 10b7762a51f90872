/** Keeps Shopify's sessions where the library asks for them; tokens reach the store only to be sealed there. */
import { Session } from '@shopify/shopify-api';
import { z } from 'zod';

import type { Installs, SessionRecord } from './needs.ts';

/** The five methods by which Shopify's library keeps sessions. */
export interface SessionKeeper {
  storeSession(session: Session): Promise<boolean>;
  loadSession(id: string): Promise<Session | undefined>;
  deleteSession(id: string): Promise<boolean>;
  deleteSessions(ids: string[]): Promise<boolean>;
  findSessionsByShop(shop: string): Promise<Session[]>;
}

export const offlineSessionId = (domain: string): string => `offline_${domain}`;

export function createSessionKeeper(installs: Installs): SessionKeeper {
  return {
    async storeSession(session) {
      await installs.saveSession(recordOf(session));
      // A fresh offline token is what a shop that asked to be reconnected was waiting for.
      if (!session.isOnline) await installs.setReconnectSince(session.shop, null);
      return true;
    },
    async loadSession(id) {
      const record = await installs.loadSession(id);
      return record ? sessionOf(record) : undefined;
    },
    async deleteSession(id) {
      await installs.deleteSessions([id]);
      return true;
    },
    async deleteSessions(ids) {
      await installs.deleteSessions(ids);
      return true;
    },
    async findSessionsByShop(shop) {
      return (await installs.sessionsOfShop(shop)).map(sessionOf);
    },
  };
}

const user = z.object({
  id: z.number(),
  first_name: z.string(),
  last_name: z.string(),
  email: z.string(),
  email_verified: z.boolean(),
  account_owner: z.boolean(),
  locale: z.string(),
  collaborator: z.boolean(),
});

const secretShape = z.object({
  state: z.string(),
  scope: z.string().optional(),
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
  online: z
    .object({
      expires_in: z.number(),
      associated_user_scope: z.string(),
      associated_user: user,
    })
    .optional(),
});

function recordOf(session: Session): SessionRecord {
  const online = session.onlineAccessInfo;
  const secret: z.input<typeof secretShape> = {
    state: session.state,
    scope: session.scope,
    accessToken: session.accessToken,
    refreshToken: session.refreshToken,
    ...(online
      ? {
          online: {
            expires_in: online.expires_in,
            associated_user_scope: online.associated_user_scope,
            associated_user: online.associated_user,
          },
        }
      : {}),
  };
  return {
    id: session.id,
    shopDomain: session.shop,
    isOnline: session.isOnline,
    userId: online ? String(online.associated_user.id) : null,
    expiresAt: session.expires ?? null,
    refreshExpires: session.refreshTokenExpires ?? null,
    secret: JSON.stringify(secret),
  };
}

export function sessionOf(record: SessionRecord): Session {
  const secret = secretShape.parse(JSON.parse(record.secret));
  return new Session({
    id: record.id,
    shop: record.shopDomain,
    state: secret.state,
    isOnline: record.isOnline,
    ...(secret.scope === undefined ? {} : { scope: secret.scope }),
    ...(secret.accessToken === undefined ? {} : { accessToken: secret.accessToken }),
    ...(secret.refreshToken === undefined ? {} : { refreshToken: secret.refreshToken }),
    ...(record.expiresAt ? { expires: record.expiresAt } : {}),
    ...(record.refreshExpires ? { refreshTokenExpires: record.refreshExpires } : {}),
    ...(secret.online ? { onlineAccessInfo: secret.online } : {}),
  });
}
