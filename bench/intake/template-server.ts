/**
 * What a developer would write after Shopify's Remix template: an action that calls `authenticate.webhook` and
 * `prisma.create`, and one for the storefront that parses and creates. Sessions lie in the database, as in the template.
 */
import '@shopify/shopify-app-remix/adapters/node';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createRequestHandler, type ActionFunctionArgs, type ServerBuild } from '@remix-run/node';
import { PrismaPg } from '@prisma/adapter-pg';
import { ApiVersion, AppDistribution, shopifyApp } from '@shopify/shopify-app-remix/server';
import { Session } from '@shopify/shopify-api';
import { PrismaClient } from '../../app/store/generated/client.ts';

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env['DATABASE_URL'] ?? '' }),
});

const shopify = shopifyApp({
  apiKey: process.env['SHOPIFY_API_KEY'] ?? '',
  apiSecretKey: process.env['SHOPIFY_API_SECRET'] ?? '',
  appUrl: 'https://template.example',
  scopes: ['read_orders'],
  apiVersion: ApiVersion.October26,
  distribution: AppDistribution.AppStore,
  sessionStorage: {
    storeSession: () => Promise.resolve(true),
    async loadSession(id) {
      const row = await prisma.session.findUnique({ where: { id } });
      if (!row) return undefined;
      return new Session({
        id,
        shop: row.shopDomain,
        state: '',
        isOnline: false,
        accessToken: Buffer.from(row.sealed).toString('utf8'),
      });
    },
    deleteSession: () => Promise.resolve(true),
    deleteSessions: () => Promise.resolve(true),
    findSessionsByShop: () => Promise.resolve([]),
  },
});

async function keep(action: string, target: string, payload: unknown): Promise<void> {
  await prisma.auditEntry.create({
    data: {
      shopId: 1n,
      at: new Date(),
      actor: 'template',
      action,
      target,
      after: JSON.stringify(payload),
    },
  });
}

async function orders({ request }: ActionFunctionArgs): Promise<Response> {
  const { topic, shop, payload } = await shopify.authenticate.webhook(request);
  await keep(topic, shop, payload);
  return new Response();
}

async function storefront({ request }: ActionFunctionArgs): Promise<Response> {
  const beacon: unknown = JSON.parse(await request.text());
  await keep('beacon', 'storefront', beacon);
  return new Response('{}', { status: 202 });
}

const route = (id: string, path: string, action: typeof orders): ServerBuild['routes'] => ({
  [id]: { id, path, module: { default: undefined, action } },
});

const manifest = (id: string, path: string): ServerBuild['assets']['routes'] => ({
  [id]: {
    id,
    path,
    module: '',
    hasAction: true,
    hasLoader: false,
    hasClientAction: false,
    hasClientLoader: false,
    hasErrorBoundary: false,
  },
});

const build: ServerBuild = {
  entry: { module: { default: () => new Response(null, { status: 500 }) } },
  routes: {
    ...route('orders', 'webhooks/orders', orders),
    ...route('storefront', 'intake/storefront', storefront),
  },
  assets: {
    entry: { module: '', imports: [] },
    routes: {
      ...manifest('orders', 'webhooks/orders'),
      ...manifest('storefront', 'intake/storefront'),
    },
    url: '',
    version: '',
  },
  publicPath: '/',
  assetsBuildDirectory: '',
  future: {
    v3_fetcherPersist: true,
    v3_relativeSplatPath: true,
    v3_throwAbortReason: true,
    v3_singleFetch: true,
    v3_lazyRouteDiscovery: true,
  },
  isSpaMode: false,
  mode: 'production',
};

const handle = createRequestHandler(build, 'production');

const server = createServer((req, res) => {
  void (async () => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(req.headers))
      if (typeof value === 'string') headers.set(name, value);
    const answer = await handle(
      new Request(`https://template.example${req.url ?? '/'}`, {
        method: req.method ?? 'GET',
        headers,
        body: new Uint8Array(await buffer(req)),
      }),
    );
    res.writeHead(answer.status, Object.fromEntries(answer.headers));
    res.end(await answer.text());
  })().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    res.writeHead(500).end();
  });
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
