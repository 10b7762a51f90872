/** Gives the work behind the pages a valid offline token, renewed by one process at a time. */
import { Session } from '@shopify/shopify-api';
import { z } from 'zod';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ShopDomain } from '../conversion/facts.ts';
import type { Installs } from './needs.ts';
import type { Fetch } from './outbound.ts';
import { offlineSessionId, type SessionKeeper } from './sessions.ts';

/** An access token that ends within this time is renewed first, so that no call starts with a dying token. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** A refresh token lives 90 days; from this many days before its end the daily job renews it, every day anew. */
const RENEW_REFRESH_BEFORE_MS = 30 * 24 * 3_600_000;

/**
 * The lock of a shop holds a database connection, and the work under it needs another one. So one process takes few
 * locks at once, far fewer than its pool has connections, and all who ask for the same shop wait for one answer.
 */
const LOCKS_AT_ONCE = 2;

export type TokenAnswer =
  | { readonly ok: true; readonly token: string }
  | {
      readonly ok: false;
      /** not_connected: never installed, or uninstalled. reconnect: somebody must open the app. unreachable: try later. */
      readonly problem: 'not_connected' | 'reconnect' | 'unreachable';
    };

export interface Tokens {
  accessToken(domain: ShopDomain): Promise<TokenAnswer>;
  /** The daily job. Answers how many were renewed, and which shops must open the app. */
  renewAgeing(): Promise<{ renewed: number; refused: ShopDomain[]; unreachable: ShopDomain[] }>;
  /** After a store gave more access: a token from before may not carry it, so it is renewed. */
  widen(domain: ShopDomain, scopes: readonly string[]): Promise<TokenAnswer>;
  /** Shopify refused this token in a call: it is forgotten unless another process has already renewed it. */
  refused(domain: ShopDomain, token: string): Promise<void>;
}

export interface TokenNeeds {
  readonly installs: Installs;
  readonly sessions: SessionKeeper;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly apiKey: string;
  readonly apiSecret: string;
}

const grant = z.object({
  access_token: z.string().min(1),
  scope: z.string(),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1),
  refresh_token_expires_in: z.number().positive(),
});

export function createTokens(needs: TokenNeeds): Tokens {
  const { installs, sessions, clock, log } = needs;
  const isFresh = (session: Session): boolean =>
    session.expires === undefined || session.expires.getTime() - RENEW_BEFORE_MS > clock.now().getTime();

  const inTurn = createTurns(LOCKS_AT_ONCE);
  const asked = new Map<ShopDomain, Promise<TokenAnswer>>();
  const locked = <T>(domain: ShopDomain, work: () => Promise<T>): Promise<T> =>
    inTurn(() => installs.withShopLock(domain, work));

  function renewOnce(domain: ShopDomain): Promise<TokenAnswer> {
    const running = asked.get(domain);
    if (running) return running;
    const renewal = renew(domain, isFresh).finally(() => asked.delete(domain));
    asked.set(domain, renewal);
    return renewal;
  }

  async function renew(domain: ShopDomain, keep: (session: Session) => boolean): Promise<TokenAnswer> {
    return locked(domain, async () => {
      // Another process may have renewed it while we waited for the lock.
      const session = await sessions.loadSession(offlineSessionId(domain));
      if (!session?.accessToken) return { ok: false, problem: 'not_connected' };
      if (keep(session)) return { ok: true, token: session.accessToken };
      if (!session.refreshToken) return reconnect(domain, 'no refresh token');
      const answer = await askForRenewal(needs, domain, session.refreshToken);
      if (!answer.ok) {
        if (answer.problem === 'unreachable') return { ok: false, problem: 'unreachable' };
        // Somebody who opened the app meanwhile brought new ones.
        const now = await sessions.loadSession(session.id);
        return now?.accessToken && now.refreshToken !== session.refreshToken
          ? { ok: true, token: now.accessToken }
          : reconnect(domain, answer.problem);
      }
      const now = clock.now().getTime();
      await sessions.storeSession(
        new Session({
          id: session.id,
          shop: domain,
          state: '',
          isOnline: false,
          accessToken: answer.grant.access_token,
          scope: answer.grant.scope,
          expires: new Date(now + answer.grant.expires_in * 1000),
          refreshToken: answer.grant.refresh_token,
          refreshTokenExpires: new Date(now + answer.grant.refresh_token_expires_in * 1000),
        }),
      );
      return { ok: true, token: answer.grant.access_token };
    });
  }

  async function reconnect(domain: ShopDomain, why: string): Promise<TokenAnswer> {
    log.warn('Shopify does not renew the token; the app must be opened once to reconnect', {
      shop: domain,
      why,
    });
    // A session of staff that is still good would keep the next page from asking Shopify for new tokens.
    await installs.deleteSessionsOfShop(domain);
    await installs.setReconnectSince(domain, clock.now());
    return { ok: false, problem: 'reconnect' };
  }

  return {
    async accessToken(domain) {
      const session = await sessions.loadSession(offlineSessionId(domain));
      if (!session?.accessToken) return { ok: false, problem: 'not_connected' };
      return isFresh(session) ? { ok: true, token: session.accessToken } : renewOnce(domain);
    },
    async renewAgeing() {
      const before = new Date(clock.now().getTime() + RENEW_REFRESH_BEFORE_MS);
      const result = { renewed: 0, refused: [] as ShopDomain[], unreachable: [] as ShopDomain[] };
      for (const domain of await installs.domainsToRenew(before)) {
        const answer = await renew(
          domain,
          ({ refreshTokenExpires }) => refreshTokenExpires !== undefined && refreshTokenExpires >= before,
        );
        if (answer.ok) result.renewed += 1;
        else if (answer.problem === 'unreachable') result.unreachable.push(domain);
        else result.refused.push(domain);
      }
      return result;
    },
    widen: (domain, scopes) =>
      renew(domain, ({ scope }) => {
        const carried = (scope ?? '').split(',');
        return scopes.every((wanted) => carried.includes(wanted));
      }),
    async refused(domain, token) {
      await locked(domain, async () => {
        const session = await sessions.loadSession(offlineSessionId(domain));
        if (session?.accessToken === token) await reconnect(domain, 'token refused');
      });
    },
  };
}

/** Runs at most so many pieces of work at once; the others wait in their order. */
function createTurns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // Whoever waits takes over the place, so that nobody can slip in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

type Renewal =
  | { ok: true; grant: z.infer<typeof grant> }
  | { ok: false; problem: 'unreachable' | 'refused' | 'answer not understood' };

async function askForRenewal(needs: TokenNeeds, domain: ShopDomain, refreshToken: string): Promise<Renewal> {
  let response: Response;
  let body: unknown;
  try {
    response = await needs.fetch(`https://${domain}/admin/oauth/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        client_id: needs.apiKey,
        client_secret: needs.apiSecret,
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
      }),
    });
    body = response.status === 200 ? await response.json() : await response.text();
  } catch {
    return { ok: false, problem: 'unreachable' };
  }
  // Shopify refuses with 400, 401, or 403; anything else that is not 200 is a passing trouble.
  if ([400, 401, 403].includes(response.status)) return { ok: false, problem: 'refused' };
  if (response.status !== 200) return { ok: false, problem: 'unreachable' };
  const read = grant.safeParse(body);
  return read.success ? { ok: true, grant: read.data } : { ok: false, problem: 'answer not understood' };
}
