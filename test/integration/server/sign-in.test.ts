/** Who gets into the admin pages, for which shop, and what an install leaves behind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { installApp, uninstallApp } from '../../../sandbox/admin/installation.ts';
import { openApp, type OpenApp } from './open-app.ts';

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0 Safari/537.36' };

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

test('a page with a session token is shown, and the first one installs the shop', async () => {
  const response = await app.page('/app');
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-security-policy')).toBe(
    `frame-ancestors https://northwind.myshopify.com https://admin.shopify.com ${app.sandbox.url};`,
  );
  const head = html.slice(0, html.indexOf('</head>'));
  expect(head).toContain('<meta name="shopify-api-key" content="tock-sandbox-key"/>');
  expect(head).toContain(`<script src="${app.sandbox.url}/app-bridge.js">`);

  const shop = await app.house.store.installs.shopByDomain('northwind.myshopify.com');
  const sandbox = app.shop();
  expect(shop).toMatchObject({
    id: sandbox.id,
    name: sandbox.name,
    currency: sandbox.currency,
    timeZone: sandbox.timeZone,
    reconnectSince: null,
    settingsVersion: 1,
  });
  expect(shop?.webPixelId).toBe(`gid://shopify/WebPixel/${sandbox.install.webPixel?.id}`);
  expect(sandbox.install.webPixel?.settings).toMatchObject({
    key: shop?.publicKey,
    endpoint: 'https://tock.example/intake/storefront',
  });
  expect(JSON.stringify(sandbox.install.metafields)).toContain('embed');
});

test('tokens are stored sealed only', async () => {
  const rows = await app.house.store.database.rows<{ sealed: Buffer }>('SELECT sealed FROM sessions');
  expect(rows.length).toBe(2);
  for (const { sealed } of rows) expect(sealed.toString('latin1')).not.toMatch(/shp(at|ua|rt)_/);
});

describe('no entry', () => {
  test('without a session token a page goes to the bounce page, which loads App Bridge', async () => {
    const shop = app.shop();
    const host = Buffer.from(`admin.shopify.com/store/${shop.handle}`).toString('base64');
    const response = await fetch(`${app.url}/app?shop=${shop.domain}&host=${host}&embedded=1`, {
      redirect: 'manual',
      headers: BROWSER,
    });
    expect(response.status).toBe(302);
    const location = response.headers.get('location') ?? '';
    expect(location).toMatch(/^\/auth\/session-token\?/);
    const bounce = await fetch(app.url + location, { headers: BROWSER });
    expect(await bounce.text()).toContain(`${app.sandbox.url}/app-bridge.js`);
    expect(bounce.headers.get('content-security-policy')).toContain(`https://${shop.domain}`);
  });

  test('without a shop a page goes to the page that says where Tock lives, and asks for nothing', async () => {
    const response = await fetch(`${app.url}/app`, { redirect: 'manual', headers: BROWSER });
    expect(response.headers.get('location')).toBe('/auth/login');
    const login = await (await fetch(`${app.url}/auth/login`, { headers: BROWSER })).text();
    expect(login).not.toMatch(/<(input|form)/);
  });

  test.each([
    ['our own page', 'https://tock.example', 'again with that shop'],
    ['another site', 'https://evil.example', 'to the login page'],
  ])('a link clicked on %s before its scripts ran', async (_name, origin, outcome) => {
    const shop = app.shop();
    const host = Buffer.from(`admin.shopify.com/store/${shop.handle}`).toString('base64');
    const asked = (path: string) =>
      fetch(app.url + path, {
        redirect: 'manual',
        headers: {
          ...BROWSER,
          referer: `${origin}/app?shop=${shop.domain}&host=${host}&embedded=1&id_token=old`,
        },
      });
    const location = (await asked('/app/log?state=sent')).headers.get('location') ?? '';
    if (outcome === 'to the login page') return expect(location).toBe('/auth/login');
    expect(location).toBe(
      `/app/log?state=sent&shop=${shop.domain}&host=${encodeURIComponent(host)}&embedded=1`,
    );
    expect((await asked(location)).headers.get('location')).toMatch(/^\/auth\/session-token\?/);
    // A shop that is none is not carried round and round.
    expect((await asked('/app/log?shop=nonsense')).headers.get('location')).toBe('/auth/login');
  });

  test('outside the admin a page goes to the admin', async () => {
    const shop = app.shop();
    const host = Buffer.from(`admin.shopify.com/store/${shop.handle}`).toString('base64');
    const response = await fetch(`${app.url}/app?shop=${shop.domain}&host=${host}`, {
      redirect: 'manual',
      headers: BROWSER,
    });
    expect(response.headers.get('location')).toBe(`${app.sandbox.url}/admin/store/${shop.handle}/apps/tock`);
  });

  test.each([
    ['a token signed by somebody else', { secret: 'not-the-secret-of-this-app' }],
    ['a token that has ended', { lifetime: -120 }],
  ])('%s: 401 with the word that makes App Bridge try again', async (_name, who) => {
    const response = await app.fetchAs('/app?_data=routes%2Fapp', {}, who);
    expect(response.status).toBe(401);
    expect(response.headers.get('x-shopify-retry-invalid-session-request')).toBe('1');
  });

  test('a token of one shop under the address of another', async () => {
    const response = await app.fetchAs(
      '/app?_data=routes%2Fapp&shop=northwind.myshopify.com',
      {},
      { shop: 'fjord' },
    );
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('northwind');
  });
});

test('who acts comes from the online token', async () => {
  const request = (staff: number): Request =>
    new Request('https://tock.example/app', {
      headers: { ...BROWSER, authorization: `Bearer ${app.token({ staff })}` },
    });
  for (const [at, person] of app.shop().staff.entries()) {
    const { staff, actor } = await app.house.requireShop(request(at));
    expect(staff).toMatchObject({
      id: person.id,
      email: person.email,
      owner: person.role === 'owner',
      collaborator: person.role === 'collaborator',
    });
    expect(actor).toBe(`${person.firstName} ${person.lastName} (${person.id})`);
  }
});

test('an uninstall ends the sessions at once, and a reinstall resumes with the same keys', async () => {
  const { installs } = app.house.store;
  const before = await installs.shopByDomain('northwind.myshopify.com');
  uninstallApp(app.sandbox.world, app.shop());
  const answer = await app.webhook('/webhooks/app', 'app/uninstalled', {});
  expect(answer.status).toBe(200);
  const gone = await installs.shopByDomain('northwind.myshopify.com');
  expect(gone?.uninstalledAt).not.toBeNull();
  expect(await installs.sessionsOfShop('northwind.myshopify.com')).toEqual([]);

  app.clock.advance(60_000);
  installApp(app.sandbox.world, app.shop());
  expect((await app.page('/app')).status).toBe(200);
  const back = await installs.shopByDomain('northwind.myshopify.com');
  expect(back).toMatchObject({ uninstalledAt: null, publicKey: before?.publicKey });
  expect(app.shop().install.webPixel).not.toBeNull();

  // The webhook of the first uninstall comes late, and once more: it must not end the second install.
  const late = await app.webhook(
    '/webhooks/app',
    'app/uninstalled',
    {},
    {
      headers: { 'x-shopify-triggered-at': gone?.uninstalledAt?.toISOString() ?? null },
    },
  );
  expect(late.status).toBe(200);
  expect((await installs.shopByDomain('northwind.myshopify.com'))?.uninstalledAt).toBeNull();
});

test('a web pixel that is there already is updated', async () => {
  const { installs } = app.house.store;
  const shop = await installs.shopByDomain('northwind.myshopify.com');
  if (!shop) throw new Error('not installed');
  await installs.setWebPixel(shop.id, null);
  expect(await app.house.tellStorefront(shop.id)).toBeUndefined();
  expect((await installs.shopByDomain('northwind.myshopify.com'))?.webPixelId).toBe(shop.webPixelId);
});

test('changed scopes are kept and audited', async () => {
  const { installs } = app.house.store;
  const answer = await app.webhook('/webhooks/app', 'app/scopes_update', { current: ['read_orders'] });
  expect(answer.status).toBe(200);
  const shop = await installs.shopByDomain('northwind.myshopify.com');
  expect(shop?.scopes).toEqual(['read_orders']);
  const [entry] = await app.house.store.shop(shop?.id ?? '').audit.list({ limit: 1 });
  expect(entry).toMatchObject({ actor: 'Shopify', action: 'app.scopes_changed', after: '["read_orders"]' });
});
