/** Every page of the admin, in the states that staff can meet: for assistive technology, by keyboard, on a phone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from 'playwright-core';
import { ADMIN_FILES, ADMIN_PAGES, adminRoutes, isOwn } from '../support/admin-pages.ts';
import { openAdminWorld, type AdminWorld } from '../support/admin-world.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { barriers } from './accessible.ts';
import { DESK, openAdmin, PHONE, type Admin } from './admin.ts';
import { outOfReach } from './keyboard.ts';
import { lengthen, overflow } from './long-texts.ts';

let world: AdminWorld;
let browser: TestBrowser;
let admin: Admin;
/** What each page is called when all is well. */
const titles = new Map<string, string>();

beforeAll(async () => {
  [world, browser] = await Promise.all([openAdminWorld(), openBrowser()]);
  admin = await openAdmin(world, browser);
});
afterAll(async () => {
  await browser.close();
  await world.close();
});

const titleOf = (frame: Frame) => frame.locator('h1').first().innerText();

it('knows every route of the app', () => {
  const routes = adminRoutes().map(({ route }) => route);
  const listed = [...ADMIN_PAGES, ...ADMIN_FILES].map(({ route }) => route);
  expect([...new Set(listed)].sort()).toEqual(routes.sort());
  const names = ADMIN_PAGES.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

describe('with a month of business', () => {
  it.each(ADMIN_PAGES)('$name: no barrier, all by keyboard, and a phone holds longer texts', async (page) => {
    await admin.tab.setViewportSize(DESK);
    const frame = await admin.show(page);
    titles.set(page.name, await titleOf(frame));
    expect(await barriers(frame)).toEqual([]);
    expect(await outOfReach(admin.tab, frame)).toEqual([]);
    await admin.tab.setViewportSize(PHONE);
    expect(await overflow(frame)).toBe(0);
    expect(await barriers(frame)).toEqual([]);
    await lengthen(frame);
    expect(await overflow(frame)).toBe(0);
  });
});

describe('with nothing yet, opened by a session token that has ended', () => {
  it.each(ADMIN_PAGES)('$name: comes up, and says what comes first', async (page) => {
    await admin.tab.setViewportSize(PHONE);
    const frame = await admin.showLate(page, world.fresh);
    const text = await frame.locator('main').innerText();
    if (isOwn(page)) expect(text).toContain('This is not here');
    else expect(await titleOf(frame)).toBe(titles.get(page.name));
    expect(await barriers(frame)).toEqual([]);
    expect(await overflow(frame)).toBe(0);
  });
});

describe('with a slow network', () => {
  it('the admin’s loading bar runs from the click to the page', async () => {
    await admin.tab.setViewportSize(DESK);
    await admin.open('/app');
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await admin.tab.route(
      (url) => url.searchParams.has('_data'),
      async (route) => {
        await held;
        await route.continue();
      },
    );
    const bar = admin.tab.getByRole('progressbar', { name: 'Loading' });
    expect(await bar.isVisible()).toBe(false);
    await admin.tab.getByRole('link', { name: 'Guides' }).click();
    await bar.waitFor();
    letGo();
    await admin.frame().getByRole('heading', { level: 1, name: 'Guides' }).waitFor();
    await bar.waitFor({ state: 'hidden' });
    await admin.tab.unrouteAll({ behavior: 'wait' });
  });

  it('a link that is clicked before the page’s scripts are there leads where it says', async () => {
    let scripts = false;
    await admin.tab.route(/\/assets\/.*\.js/, (route) => (scripts ? route.continue() : route.abort()));
    await admin.tab.goto(`${app().sandbox.url}/admin/store/${world.filled.handle}/apps/tock/app/guides`);
    const shown = admin.tab.frameLocator('#app-frame');
    const asked = admin.tab.waitForRequest(/\/app\/guides\/find-your-pixel-code/);
    await shown.getByRole('link', { name: 'Find your pixel code' }).click();
    await asked;
    scripts = true;
    await shown.getByRole('heading', { level: 1, name: 'Find your pixel code' }).waitFor();
    await admin.tab.unrouteAll({ behavior: 'wait' });
  });

  it('a session that ends between two clicks is renewed on the way', async () => {
    await admin.open('/app');
    let refused = 0;
    await admin.tab.route(
      (url) => url.searchParams.has('_data'),
      async (route) => {
        const ended = app().token({ lifetime: -120 });
        await route.continue({
          headers: {
            ...route.request().headers(),
            ...(refused === 0 ? { authorization: `Bearer ${ended}` } : {}),
          },
        });
        refused += 1;
      },
    );
    await admin.tab.getByRole('link', { name: 'Log' }).click();
    await admin.frame().getByRole('heading', { level: 1, name: 'Log' }).waitFor();
    expect(refused).toBeGreaterThan(1);
    await admin.tab.unrouteAll({ behavior: 'wait' });
  });
});

describe('with everything wrong at once: token refused, Shopify down, every list full', () => {
  beforeAll(async () => {
    await world.addRows(20_000);
    await world.refuseToken();
    world.shopifyFails(true);
  });

  it.each(ADMIN_PAGES)('$name: is there all the same', async (page) => {
    await admin.tab.setViewportSize(PHONE);
    const frame = await admin.show(page);
    expect(await titleOf(frame)).toBe(titles.get(page.name));
    expect(await barriers(frame)).toEqual([]);
    expect(await overflow(frame)).toBe(0);
  });

  it('home and the pixel say that TikTok refused the token', async () => {
    const home = await admin.open('/app');
    await home.getByText('cannot send').first().waitFor();
    const pixel = await admin.open(`/app/pixels/${world.at.pixelId}`);
    await pixel.getByText('TikTok refused the access token').waitFor();
  });
});

it('no page raised an error', () => {
  expect(admin.faults).toEqual([]);
});

const app = () => world.app;
