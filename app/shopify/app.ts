/** The app as Shopify sees it: who asks, for which shop, with which rights; and the doors to the Admin API. */
import '@shopify/shopify-app-remix/adapters/node';
import { ApiVersion, AppDistribution, LogSeverity, shopifyApp } from '@shopify/shopify-app-remix/server';
import { redirect } from '@remix-run/node';
import { InvalidShopError } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ShopDomain } from '../conversion/facts.ts';
import { createAdminApi, type AdminApi } from './admin.ts';
import type { InstalledShop, Installs } from './needs.ts';
import { appBridgeUrl, shopifyFetch } from './outbound.ts';
import { createSessionKeeper } from './sessions.ts';
import { shopDomain } from './shop-domain.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createWebhookCheck, type WebhookCheck } from './webhook.ts';

/** Where the library sends a page of which it does not know the shop. */
const LOGIN_PATH = '/auth/login';

export interface ShopifyConfig {
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly apiSecretPrevious?: string;
  readonly appUrl: string;
  readonly scopes: readonly string[];
}

/** Who acts in the admin, from the online token. */
export interface Staff {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly owner: boolean;
  readonly collaborator: boolean;
  readonly locale: string;
}

export interface ShopRequest {
  readonly shop: InstalledShop;
  readonly staff: Staff;
  readonly admin: AdminApi;
  /** What the install could not finish, in words for the merchant; empty when all is well. */
  readonly troubles: readonly string[];
}

export interface Shopify {
  readonly apiKey: string;
  readonly appBridgeUrl: string;
  readonly checkWebhook: WebhookCheck;
  readonly tokens: Tokens;
  /**
   * Answers only for a request with a valid session token, and always for the shop that the token names. Throws a
   * Response otherwise (bounce page, login page, 401 with the header that makes App Bridge try again, 403, 503).
   */
  requireShop(request: Request): Promise<ShopRequest>;
  /** For work behind the pages. */
  adminFor(domain: ShopDomain): AdminApi;
  /** The page that lets App Bridge fetch a session token and come back. */
  bouncePage(): Response;
}

export interface ShopifyNeeds {
  readonly config: ShopifyConfig;
  readonly sandboxUrl: string | undefined;
  readonly installs: Installs;
  readonly clock: Clock;
  readonly log: Log;
  /** Brings a shop's row, settings and web pixel up to date; called once for each new session and wherever a row is missing. */
  readonly install: (
    admin: AdminApi,
  ) => Promise<
    { ok: true; shop: InstalledShop; troubles: readonly string[] } | { ok: false; message: string }
  >;
}

export function createShopify(needs: ShopifyNeeds): Shopify {
  const { config, sandboxUrl, installs, clock, log } = needs;
  const fetch = shopifyFetch(sandboxUrl);
  // The library keeps one outgoing function for the whole process; importing its adapter has just set it.
  setAbstractFetchFunc(fetch);
  const sessions = createSessionKeeper(installs);
  const app = shopifyApp({
    apiKey: config.apiKey,
    apiSecretKey: config.apiSecret,
    appUrl: config.appUrl,
    scopes: [...config.scopes],
    apiVersion: ApiVersion.October26,
    distribution: AppDistribution.AppStore,
    sessionStorage: sessions,
    useOnlineTokens: true,
    isEmbeddedApp: true,
    future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
    hooks: {
      // A new session is the moment to see what changed at Shopify's side. Its failure must not lock anybody out.
      afterAuth: async ({ session }) => {
        const done = await needs.install(adminFor(session.shop));
        if (!done.ok)
          log.warn('the shop could not be brought up to date', { shop: session.shop, why: done.message });
      },
    },
    logger: {
      level: LogSeverity.Warning,
      log: async (severity, message) => {
        if (severity === LogSeverity.Error) log.error('shopify library', { text: message });
        else log.debug('shopify library', { text: message });
      },
    },
  });
  const tokens = createTokens({
    installs,
    sessions,
    fetch,
    clock,
    log,
    apiKey: config.apiKey,
    apiSecret: config.apiSecret,
  });
  const adminFor = (domain: ShopDomain): AdminApi => createAdminApi({ fetch, tokens }, domain);

  async function installedShop(
    domain: ShopDomain,
    admin: AdminApi,
  ): Promise<Pick<ShopRequest, 'shop' | 'troubles'>> {
    const known = await installs.shopByDomain(domain);
    if (known && known.uninstalledAt === null) return { shop: known, troubles: [] };
    const done = await needs.install(admin);
    if (done.ok) return done;
    throw new Response(done.message, { status: 503, statusText: 'Shopify did not answer' });
  }

  return {
    apiKey: config.apiKey,
    appBridgeUrl: appBridgeUrl(sandboxUrl),
    checkWebhook: createWebhookCheck([
      config.apiSecret,
      ...(config.apiSecretPrevious === undefined ? [] : [config.apiSecretPrevious]),
    ]),
    tokens,
    adminFor,
    async requireShop(request) {
      const { session } = await app.authenticate.admin(request).catch((thrown: unknown) => {
        // Signed, and yet of an address that is no shop's: not Shopify's own, so nobody is let in.
        if (thrown instanceof InvalidShopError) throw new Response(null, { status: 401 });
        if (!(thrown instanceof Response)) throw thrown;
        throw asThePageBefore(request, thrown) ?? forPeople(toSandboxAdmin(thrown, sandboxUrl));
      });
      const named = new URL(request.url).searchParams.get('shop');
      // Only the token says which shop this is. An address that names another one was put together by somebody.
      if (named !== null && shopDomain(named) !== session.shop)
        throw new Response('This address belongs to another store.', { status: 403 });
      const user = session.onlineAccessInfo?.associated_user;
      if (!user)
        throw new Response('Shopify did not say who is asking. Please open the app again.', { status: 403 });
      const admin = adminFor(session.shop);
      return {
        ...(await installedShop(session.shop, admin)),
        admin,
        staff: {
          id: String(user.id),
          name: `${user.first_name} ${user.last_name}`.trim(),
          email: user.email,
          owner: user.account_owner,
          collaborator: user.collaborator,
          locale: user.locale,
        },
      };
    },
    bouncePage: () =>
      new Response(
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tock</title>` +
          `<meta name="shopify-api-key" content="${escaped(config.apiKey)}">` +
          `<script src="${escaped(appBridgeUrl(sandboxUrl))}"></script></head><body></body></html>`,
        { headers: { 'content-type': 'text/html; charset=utf-8' } },
      ),
  };
}

/**
 * A link that is clicked before the page's scripts run asks for an address without shop and host, which the library
 * sends to the login page. The page before had both; a session token is asked for all the same.
 */
function asThePageBefore(request: Request, answer: Response): Response | null {
  if (answer.headers.get('location') !== LOGIN_PATH) return null;
  const target = new URL(request.url);
  const before = URL.parse(request.headers.get('referer') ?? '');
  if (before?.origin !== target.origin || target.searchParams.has('shop')) return null;
  for (const name of ['shop', 'host', 'embedded', 'locale']) {
    const value = before.searchParams.get(name);
    if (value !== null) target.searchParams.set(name, value);
  }
  // Without these two it would come back here for ever.
  if (!target.searchParams.has('shop') || !target.searchParams.has('host')) return null;
  return redirect(target.pathname + target.search);
}

/** The library says 500 without a word where Shopify refuses or fails to exchange the session token. */
function forPeople(response: Response): Response {
  if (response.status !== 500) return response;
  return new Response(
    'Shopify did not let Tock in. If Tock is still installed, open it again from the Apps menu of your store.',
    { status: 503, statusText: 'Shopify did not answer' },
  );
}

/** The library sends a page outside the admin to admin.shopify.com; with the sandbox the admin is elsewhere. */
function toSandboxAdmin(response: Response, sandboxUrl: string | undefined): Response {
  const location = response.headers.get('location');
  if (sandboxUrl === undefined || location === null) return response;
  const found = /^https:\/\/admin\.shopify\.com\/store\/([a-z0-9-]+)\/apps\//.exec(location);
  if (!found?.[1]) return response;
  return new Response(null, {
    status: response.status,
    headers: { location: `${sandboxUrl}/admin/store/${found[1]}/apps/tock` },
  });
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
