/** `POST /admin/oauth/access_token`: token exchange and refresh, with Shopify's answers to what it refuses. */

import { HttpProblem, json, type Router, type SandboxAnswer, type SandboxRequest } from '../http.ts';
import type { SandboxShop, World } from '../world.ts';
import { readSessionToken } from './session-token.ts';
import { requireShop } from './shop-address.ts';
import {
  checkAccess,
  issueOffline,
  issueOnline,
  offlineLifetime,
  onlineLifetime,
  refreshLifetime,
  refreshOffline,
  revokeAll,
  type OfflineGrant,
} from './tokens.ts';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
const idTokenType = 'urn:ietf:params:oauth:token-type:id_token';
const onlineType = 'urn:shopify:params:oauth:token-type:online-access-token';
const offlineType = 'urn:shopify:params:oauth:token-type:offline-access-token';

type Fields = Record<string, string>;

async function readFields(request: SandboxRequest): Promise<Fields> {
  if ((request.header('content-type') ?? '').includes('json')) {
    const body = await request.json();
    if (typeof body !== 'object' || body === null) throw new HttpProblem(400, 'The body is not an object');
    return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
  }
  return Object.fromEntries(await request.form());
}

function refuse(status: number, error: string, description: string): SandboxAnswer {
  return json({ error, error_description: description }, status);
}

function offlineAnswer({ access, refresh }: OfflineGrant): SandboxAnswer {
  return json({
    access_token: access.token,
    scope: access.scopes.join(','),
    ...(refresh && {
      expires_in: offlineLifetime / 1000,
      refresh_token: refresh.token,
      refresh_token_expires_in: refreshLifetime / 1000,
    }),
  });
}

function exchange(world: World, shop: SandboxShop, fields: Fields): SandboxAnswer {
  if (fields.subject_token_type !== idTokenType) {
    return refuse(400, 'invalid_request', 'The subject_token_type parameter is invalid.');
  }
  const subject = readSessionToken(fields.subject_token ?? '', {
    domain: shop.domain,
    apiKey: world.app.apiKey,
    secret: world.app.apiSecret,
  });
  if (!subject.ok) {
    world.record('oauth.refused', shop, { grant: 'exchange', why: subject.why });
    return refuse(
      400,
      'invalid_subject_token',
      'Token exchange cannot be performed due to an invalid subject token.',
    );
  }
  if (!shop.install.installed) {
    world.record('oauth.refused', shop, { grant: 'exchange', why: 'not installed' });
    return refuse(400, 'application_cannot_be_found', 'The application is not installed on this shop.');
  }
  if (fields.requested_token_type === offlineType) {
    const expiring = fields.expiring === '1';
    world.record('oauth.exchange', shop, { kind: 'offline', expiring });
    return offlineAnswer(issueOffline(world, shop, expiring));
  }
  if (fields.requested_token_type !== onlineType) {
    return refuse(400, 'invalid_request', 'The requested_token_type parameter is invalid.');
  }
  const user = shop.staff.find(({ id }) => id === subject.userId);
  if (!user) {
    return refuse(
      400,
      'invalid_subject_token',
      'Token exchange cannot be performed due to an invalid subject token.',
    );
  }
  world.record('oauth.exchange', shop, { kind: 'online', user: user.id });
  const access = issueOnline(world, shop, user);
  return json({
    access_token: access.token,
    scope: access.scopes.join(','),
    expires_in: onlineLifetime / 1000 - 1,
    associated_user_scope: access.scopes.join(','),
    session: subject.sid,
    account_number: 0,
    associated_user: {
      id: Number(user.id),
      first_name: user.firstName,
      last_name: user.lastName,
      email: user.email,
      account_owner: user.role === 'owner',
      locale: user.locale,
      collaborator: user.role === 'collaborator',
      email_verified: true,
    },
  });
}

function refresh(world: World, shop: SandboxShop, fields: Fields): SandboxAnswer {
  const grant = shop.install.installed ? refreshOffline(world, shop, fields.refresh_token ?? '') : null;
  world.record(grant ? 'oauth.refresh' : 'oauth.refused', shop, { grant: 'refresh' });
  if (!grant) return refuse(401, 'invalid_request', 'This request requires an active refresh_token');
  return offlineAnswer(grant);
}

export function mountOauth(router: Router, world: World): void {
  router.post('/shopify/:domain/admin/oauth/access_token', async (request) => {
    const shop = requireShop(world, request);
    const fields = await readFields(request);
    const known = fields.client_id === world.app.apiKey;
    // While a rotation is under way both secrets are the app's.
    const secrets = [world.app.apiSecret, world.app.previousSecret];
    if (!known || !fields.client_secret || !secrets.includes(fields.client_secret)) {
      return refuse(
        400,
        known ? 'invalid_client' : 'application_cannot_be_found',
        'Unknown client or wrong secret.',
      );
    }
    if (fields.grant_type === exchangeGrant) return exchange(world, shop, fields);
    if (fields.grant_type === 'refresh_token') return refresh(world, shop, fields);
    return refuse(400, 'unsupported_grant_type', 'The sandbox knows token exchange and refresh only.');
  });

  // The app gives its own permissions back: uninstalls itself.
  router.on('DELETE', '/shopify/:domain/admin/api_permissions/current.json', (request) => {
    const shop = requireShop(world, request);
    const check = checkAccess(world, shop, request.header('x-shopify-access-token') ?? '');
    if (!check.ok) return json({ errors: '[API] Invalid API key or access token' }, 401);
    revokeAll(world, shop);
    world.uninstallApp(shop);
    return json({});
  });
}
