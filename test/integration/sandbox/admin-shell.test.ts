/** The sandbox's admin and its App Bridge stand-in, in a real browser, around a small app made for it. */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readSessionToken } from '../../../sandbox/admin/session-token.ts';
import { webhookLog, webhooksSettled } from '../../../sandbox/admin/webhooks.ts';
import { startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import { placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import type { SandboxShop } from '../../../sandbox/world.ts';
import { openBrowser, type TestBrowser } from '../../support/browser.ts';
import { rule } from '../../support/rule.ts';
import { apiKey, apiSecret } from './admin-client.ts';

interface SmallApp {
  url: string;
  requests: { method: string; path: string; authorization: string | undefined }[];
  /** Answers the next call to /api with 401 and Shopify's header. */
  refuseOnce(): void;
  close(): Promise<void>;
}

const appBridge = 'app-bridge.js';

function appPage(sandboxUrl: string, path: string): string {
  return `<!doctype html><html><head><meta name="shopify-api-key" content="${apiKey}">
<script src="${sandboxUrl}/${appBridge}"></script><title>Small app</title></head><body>
<ui-nav-menu><a href="/app" rel="home">Home</a><a href="/app/pixels">Pixels</a><a href="/app/log">Log</a></ui-nav-menu>
<ui-title-bar title="Small app"><button variant="primary" onclick="document.body.dataset.pressed = 'yes'">Add pixel</button></ui-title-bar>
<ui-modal id="sure"><p>Delete it?</p><ui-title-bar title="Delete pixel"><button variant="primary" onclick="document.body.dataset.deleted = 'yes'">Delete</button></ui-title-bar></ui-modal>
<form data-save-bar onsubmit="event.preventDefault(); document.body.dataset.saved = this.code.value"><input name="code" value="C1"></form>
<h1>${path}</h1></body></html>`;
}

async function startSmallApp(sandbox: () => string): Promise<SmallApp> {
  const requests: SmallApp['requests'] = [];
  let refuse = false;
  const server = createServer((req: IncomingMessage, res) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1');
    requests.push({ method: req.method ?? '', path: url.pathname, authorization: req.headers.authorization });
    if (url.pathname.startsWith('/api')) {
      res.writeHead(refuse ? 401 : 200, refuse ? { 'x-shopify-retry-invalid-session-request': '1' } : {});
      refuse = false;
      return res.end('ok');
    }
    res.writeHead(200, { 'content-type': 'text/html' });
    return res.end(appPage(sandbox(), url.pathname));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = Object.assign({ address: '', family: '', port: 0 }, server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    refuseOnce: () => (refuse = true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

let browser: TestBrowser;
let app: SmallApp;
let sandbox: Sandbox;
let shop: SandboxShop;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  app = await startSmallApp(() => sandbox.url);
  sandbox = await startSandbox({ port: 0, appUrl: app.url, apiKey, apiSecret, seed: 3 });
  const northwind = sandbox.world.shops.get('northwind');
  if (!northwind) throw new Error('The sandbox has no northwind');
  shop = northwind;
  page = await (await browser.visitor()).newPage();
});
afterEach(async () => {
  await page.context().close();
  await sandbox.close();
  await app.close();
  expect(sandbox.failures).toEqual([]);
});

async function openApp(path = ''): Promise<Frame> {
  sandbox.world.installApp(shop);
  await page.goto(`${sandbox.url}/admin/store/northwind/apps/tock${path}`);
  return appFrame();
}

async function appFrame(path = ''): Promise<Frame> {
  await page.frameLocator('#app-frame').locator('h1', { hasText: path }).waitFor();
  const frame = page.frames().find((candidate) => candidate.url().startsWith(app.url));
  if (!frame) throw new Error('The app is not in the frame');
  return frame;
}

/** `shopify` is what the app's own code sees. */
const inApp = (frame: Frame, expression: string): Promise<unknown> => frame.evaluate(expression);

describe('the app in its frame', () => {
  rule(
    'is opened with shop, host, embedded and a session token of the person',
    { fact: 'shopify.md §5.4, §6.3', mark: 'verified' },
    async () => {
      const frame = await openApp('/app/pixels?tab=2');
      const url = new URL(frame.url());
      expect(url.pathname).toBe('/app/pixels');
      expect(Object.fromEntries(url.searchParams)).toMatchObject({
        shop: shop.domain,
        embedded: '1',
        tab: '2',
      });
      expect(Buffer.from(url.searchParams.get('host') ?? '', 'base64').toString()).toBe(
        'admin.shopify.com/store/northwind',
      );
      const token = url.searchParams.get('id_token') ?? '';
      const read = readSessionToken(token, { domain: shop.domain, apiKey, secret: apiSecret });
      expect(read).toMatchObject({ ok: true, userId: shop.staff[0]?.id });
    },
  );

  rule(
    'fetches from its own server with a session token, and once more when told to',
    { fact: 'shopify.md §7', mark: 'verified' },
    async () => {
      const frame = await openApp();
      app.refuseOnce();
      expect(
        await inApp(
          frame,
          `fetch('/api/orders', { method: 'POST', body: 'x' }).then((answer) => answer.text())`,
        ),
      ).toBe('ok');
      const calls = app.requests.filter(({ path }) => path === '/api/orders');
      expect(calls).toHaveLength(2);
      expect(calls.every(({ authorization }) => authorization?.startsWith('Bearer ey'))).toBe(true);
      expect(calls[0]?.authorization).not.toBe(calls[1]?.authorization);
    },
  );

  rule(
    'gets a new token on the page between, and goes where it wanted to go',
    { fact: 'shopify.md §6.3, §7', mark: 'verified' },
    async () => {
      const frame = await openApp();
      await inApp(
        frame,
        `location.assign('/auth/session-token?shopify-reload=' + encodeURIComponent('${app.url}/app/log?shop=${shop.domain}'))`,
      );
      const back = new URL((await appFrame('/app/log')).url());
      expect(back.searchParams.get('id_token')).toMatch(/^ey/);
      expect(back.searchParams.get('shop')).toBe(shop.domain);
    },
  );

  rule(
    'tells who is looking',
    { fact: 'shopify.md §7', mark: 'assumed', assumption: 'shell-user' },
    async () => {
      await openApp();
      await page.locator('#people summary').click();
      await page.getByRole('button', { name: /Cleo/ }).click();
      const frame = await appFrame();
      expect(await inApp(frame, 'shopify.user()')).toEqual({ accountAccess: 'limited_access' });
      const token = String(await inApp(frame, 'shopify.idToken()'));
      const read = readSessionToken(token, { domain: shop.domain, apiKey, secret: apiSecret });
      expect(read).toMatchObject({
        ok: true,
        userId: shop.staff.find(({ role }) => role === 'collaborator')?.id,
      });
    },
  );
});

describe('what the admin draws for the app', () => {
  rule(
    'the navigation, without the home link, by shopify:navigate when the app listens',
    { fact: 'shopify.md §7', mark: 'verified' },
    async () => {
      const frame = await openApp();
      const menu = page.locator('#app-menu');
      await menu.getByRole('link', { name: 'Log' }).waitFor();
      expect(await menu.getByRole('link').allTextContents()).toEqual(['Pixels', 'Log']);
      await inApp(
        frame,
        `document.addEventListener('shopify:navigate', (event) => history.pushState(null, '', event.target.getAttribute('href')))`,
      );
      await menu.getByRole('link', { name: 'Log' }).click();
      await page.waitForURL('**/apps/tock/app/log');
      expect(app.requests.filter(({ path }) => path === '/app/log')).toEqual([]);
      expect(await menu.getByRole('link', { name: 'Log' }).getAttribute('aria-current')).toBe('page');
    },
  );

  rule('title bar buttons press the app’s own', { fact: 'shopify.md §7', mark: 'verified' }, async () => {
    const frame = await openApp();
    await page.getByRole('button', { name: 'Add pixel' }).click();
    await frame.waitForFunction(`document.body.dataset.pressed === 'yes'`);
  });

  rule(
    'a changed form brings the save bar, which saves or discards',
    { fact: 'shopify.md §5.3, §7', mark: 'verified' },
    async () => {
      const frame = await openApp();
      const bar = page.getByRole('region', { name: 'Unsaved changes' });
      await frame.locator('input').fill('C2');
      await bar.getByRole('button', { name: 'Discard' }).click();
      await bar.waitFor({ state: 'hidden' });
      expect(await frame.locator('input').inputValue()).toBe('C1');
      await frame.locator('input').fill('C3');
      await bar.getByRole('button', { name: 'Save' }).click();
      await frame.waitForFunction(`document.body.dataset.saved === 'C3'`);
    },
  );

  rule(
    'leaving with unsaved changes is asked about',
    { fact: 'shopify.md §7', mark: 'assumed', assumption: 'shell-save-bar' },
    async () => {
      const frame = await openApp();
      await frame.locator('input').fill('C2');
      await inApp(
        frame,
        `void shopify.saveBar.leaveConfirmation().then(() => { document.body.dataset.left = 'yes' })`,
      );
      await page.getByRole('button', { name: 'Leave page' }).click();
      await frame.waitForFunction(`document.body.dataset.left === 'yes'`);
    },
  );

  rule(
    'a toast shows, offers its action and tells when it is gone',
    { fact: 'shopify.md §7', mark: 'verified' },
    async () => {
      const frame = await openApp();
      await inApp(
        frame,
        `shopify.toast.show('Pixel saved', { action: 'Undo', onAction: () => { document.body.dataset.undone = 'yes' }, onDismiss: () => { document.body.dataset.gone = 'yes' } })`,
      );
      const toast = page.getByRole('status').filter({ hasText: 'Pixel saved' });
      await toast.getByRole('button', { name: 'Undo' }).click();
      await frame.waitForFunction(`document.body.dataset.undone === 'yes'`);
      await toast.getByRole('button', { name: 'Dismiss' }).click();
      await frame.waitForFunction(`document.body.dataset.gone === 'yes'`);
    },
  );

  rule(
    'a modal shows its content and buttons, and says when it shows and hides',
    { fact: 'shopify.md §7', mark: 'verified' },
    async () => {
      const frame = await openApp();
      await inApp(
        frame,
        `{ const modal = document.getElementById('sure'); window.seen = []; for (const name of ['show', 'hide']) modal.addEventListener(name, () => seen.push(name)); void modal.show() }`,
      );
      const dialog = frame.getByRole('dialog', { name: 'Delete pixel' });
      expect(await dialog.getByText('Delete it?').isVisible()).toBe(true);
      await dialog.getByRole('button', { name: 'Delete' }).click();
      expect(await inApp(frame, 'document.body.dataset.deleted')).toBe('yes');
      await inApp(frame, `shopify.modal.hide('sure')`);
      expect(await dialog.isVisible()).toBe(false);
      expect(await inApp(frame, 'seen')).toEqual(['show', 'hide']);
    },
  );
});

describe('scopes and extensions', () => {
  rule(
    'optional scopes are asked for in a dialog of the admin; undeclared ones are refused',
    { fact: 'shopify.md §7', mark: 'verified' },
    async () => {
      const frame = await openApp();
      await expect(inApp(frame, `shopify.scopes.request(['write_orders'])`)).rejects.toThrow('write_orders');
      await inApp(frame, `window.asked = shopify.scopes.request(['read_customers']); undefined`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(await inApp(frame, 'asked')).toMatchObject({ result: 'declined-all' });
      await inApp(frame, `window.asked = shopify.scopes.request(['read_customers']); undefined`);
      await page.getByRole('button', { name: 'Allow' }).click();
      expect(await inApp(frame, 'asked')).toMatchObject({ result: 'granted-all' });
      expect(shop.install.grantedScopes).toContain('read_customers');
      expect(await inApp(frame, `shopify.scopes.revoke(['read_customers'])`)).toMatchObject({
        detail: { granted: expect.not.arrayContaining(['read_customers']) },
      });
      await expect(inApp(frame, `shopify.scopes.revoke(['read_orders'])`)).rejects.toThrow('optional');
    },
  );

  rule(
    'app.extensions() says whether the embed is on; the deep link switches it, Save saves it',
    { fact: 'shopify.md §2.4', mark: 'verified' },
    async () => {
      const frame = await openApp();
      const status = `shopify.app.extensions().then(([extension]) => extension.activations[0].status)`;
      expect(await inApp(frame, status)).toBe('available');
      const link = `/shopify/${shop.domain}/admin/themes/current/editor?context=apps&activateAppId=${apiKey}/browser-pixel`;
      await page.goto(sandbox.url + link);
      expect(await page.getByRole('switch').isChecked()).toBe(true);
      expect(shop.embedEnabled).toBe(false);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved', { exact: true }).waitFor();
      expect(shop.embedEnabled).toBe(true);
      expect(await inApp(await openApp(), status)).toBe('active');
      const unknown = await page.goto(
        `${sandbox.url}/admin/store/northwind/themes/current/editor?activateAppId=${apiKey}/other`,
      );
      expect(unknown?.status()).toBe(404);
    },
  );
});

test('a merchant installs, uninstalls and reinstalls the app', async () => {
  await page.goto(`${sandbox.url}/admin/store/northwind/apps/tock`);
  await page.getByRole('button', { name: 'Install' }).click();
  await appFrame();
  await page.goto(`${sandbox.url}/admin/store/northwind/apps`);
  await page.getByRole('button', { name: 'Uninstall' }).click();
  await page.getByText('Uninstalled').waitFor();
  expect(shop.install.installed).toBe(false);
  await page.getByRole('link', { name: 'Reinstall' }).click();
  await page.getByRole('button', { name: 'Install' }).click();
  await appFrame();
  expect(shop.install.installed).toBe(true);
});

test('a merchant marks an order as paid, adds to it, cancels and deletes it, and the app is told', async () => {
  const order = placeOrder(sandbox.world, shop, draftOfKind(sandbox.world, shop, 'pending'));
  sandbox.world.installApp(shop);
  await page.goto(`${sandbox.url}/admin/store/northwind/orders`);
  for (const name of ['Mark as paid', 'Add one more', 'Refund one', 'Cancel', 'Delete']) {
    await page.getByRole('button', { name }).click();
    await page.waitForLoadState();
  }
  await page.getByText('No orders yet').waitFor();
  await webhooksSettled(sandbox.world);
  expect(order.deletedAt).not.toBeNull();
  const topics = webhookLog(sandbox.world).map(({ topic }) => topic);
  expect(topics).toEqual(
    expect.arrayContaining(['orders/paid', 'orders/updated', 'orders/cancelled', 'orders/delete']),
  );
});

test('session tokens are handed to the admin’s own page only', async () => {
  sandbox.world.installApp(shop);
  const address = `${sandbox.url}/admin/store/northwind/bridge/session-token`;
  const foreign = await fetch(address, { method: 'POST', headers: { origin: 'https://attacker.example' } });
  expect(foreign.status).toBe(403);
  sandbox.world.uninstallApp(shop);
  expect((await fetch(address, { method: 'POST' })).status).toBe(403);
});

test.each(['', '/orders', '/apps', '/settings', '/themes/current/editor'])(
  'the page %s fits a phone',
  async (path) => {
    sandbox.world.installApp(shop);
    await page.setViewportSize({ width: 390, height: 780 });
    await page.goto(`${sandbox.url}/admin/store/northwind${path}`);
    const width = await page.evaluate('document.scrollingElement.scrollWidth');
    expect(width).toBe(390);
  },
);
