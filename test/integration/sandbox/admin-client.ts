/** An app as the sandbox's admin sees one: exchanges tokens, asks the Admin API, takes webhooks in. */

import { createServer, type IncomingHttpHeaders } from 'node:http';
import { mintSessionToken } from '../../../sandbox/admin/session-token.ts';
import { startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import type { SandboxShop } from '../../../sandbox/world.ts';
import { manualClock } from '../../support/clock.ts';

export const apiKey = 'tock-sandbox-key';
export const apiSecret = 'tock-sandbox-secret';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TestApp {
  url: string;
  received: Received[];
  /** Status of the next answers; the last one stays. */
  answerWith(...statuses: number[]): void;
  close(): Promise<void>;
}

export async function startApp(): Promise<TestApp> {
  const received: Received[] = [];
  let statuses = [200];
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (chunk: string) => (body += chunk));
    req.on('end', () => {
      received.push({ path: req.url ?? '', headers: req.headers, body });
      const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
      res.writeHead(status, status >= 300 && status < 400 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The test app has no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    answerWith: (...next) => (statuses = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface TestSandbox extends Sandbox {
  app: TestApp;
}

export async function openSandbox(): Promise<TestSandbox> {
  const app = await startApp();
  const sandbox = await startSandbox({
    port: 0,
    appUrl: app.url,
    apiKey,
    apiSecret,
    seed: 7,
    clock: manualClock(new Date('2026-11-21T09:00:00Z')),
  });
  return {
    ...sandbox,
    app,
    close: async () => {
      await sandbox.close();
      await app.close();
    },
  };
}

export function shopOf(sandbox: Sandbox, handle = 'northwind'): SandboxShop {
  const shop = sandbox.world.shops.get(handle);
  if (!shop) throw new Error(`The sandbox has no shop ${handle}`);
  return shop;
}

interface TokenAnswer {
  status: number;
  body: {
    access_token: string;
    scope: string;
    expires_in: number;
    refresh_token: string;
    refresh_token_expires_in: number;
    associated_user: { id: number; account_owner: boolean; collaborator: boolean };
    error: string;
    error_description: string;
  };
}

export async function postToken(
  sandbox: Sandbox,
  shop: SandboxShop,
  fields: Record<string, string>,
): Promise<TokenAnswer> {
  const answer = await fetch(`${sandbox.url}/shopify/${shop.domain}/admin/oauth/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: apiKey, client_secret: apiSecret, ...fields }),
  });
  return { status: answer.status, body: await answer.json() };
}

export function sessionToken(
  shop: SandboxShop,
  change: Partial<Parameters<typeof mintSessionToken>[0]> = {},
): string {
  return mintSessionToken({
    domain: shop.domain,
    apiKey,
    secret: apiSecret,
    userId: shop.staff[0]?.id ?? '',
    sid: 'session',
    jti: 'token',
    ...change,
  });
}

export function exchange(
  sandbox: Sandbox,
  shop: SandboxShop,
  { kind = 'offline', token = sessionToken(shop), expiring = '1' } = {},
): Promise<TokenAnswer> {
  return postToken(sandbox, shop, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: `urn:shopify:params:oauth:token-type:${kind}-access-token`,
    expiring,
  });
}

export function refresh(sandbox: Sandbox, shop: SandboxShop, token: string): Promise<TokenAnswer> {
  return postToken(sandbox, shop, { grant_type: 'refresh_token', refresh_token: token });
}

interface GraphqlAnswer {
  status: number;
  data: Record<string, unknown> | null | undefined;
  errors: { message: string; path?: string[]; extensions?: Record<string, unknown> }[];
  cost: {
    requestedQueryCost: number;
    actualQueryCost: number | null;
    throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
  };
  raw: unknown;
}

export async function graphql(
  sandbox: Sandbox,
  shop: SandboxShop,
  token: string,
  query: string,
  variables: Record<string, unknown> = {},
  version = '2026-10',
): Promise<GraphqlAnswer> {
  const answer = await fetch(`${sandbox.url}/shopify/${shop.domain}/admin/api/${version}/graphql.json`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-shopify-access-token': token },
    body: JSON.stringify({ query, variables }),
  });
  const raw = await answer.json();
  return { status: answer.status, data: raw.data, errors: raw.errors ?? [], cost: raw.extensions?.cost, raw };
}

/** Installed, and holding a fresh offline token. */
export async function install(sandbox: Sandbox, shop: SandboxShop, scopes?: string[]): Promise<string> {
  sandbox.world.installApp(shop, scopes);
  return (await exchange(sandbox, shop)).body.access_token;
}
