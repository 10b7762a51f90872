/** Who gets into the admin pages, for which shop, and what an install leaves behind. */
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openApp, type OpenApp } from './open-app.ts';

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

test('a page with a session token is shown, and the first one installs the shop', async () => {
  const response = await app.page('/app');
  const html = await response.text();
  expect(response.status, html.slice(0, 500)).toBe(200);
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
  const settings: unknown = JSON.parse(JSON.stringify(sandbox.install.webPixel?.settings));
  expect(settings).toMatchObject({
    key: shop?.publicKey,
    endpoint: 'https://tock.example/intake/storefront',
  });
  expect(JSON.stringify(sandbox.install.metafields)).toContain('embed');
});
