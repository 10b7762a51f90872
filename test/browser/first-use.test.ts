/** The first ten minutes: from the install to the first test event that TikTok took, by what the pages themselves say. */
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pixelsOfShop, tiktokOf } from '../../sandbox/tiktok/business.ts';
import { goShopping, type Shopping } from './shopping.ts';

/** A click, a paste, or a value copied at TikTok is one step. */
const MOST_STEPS = 12;

let mall: Shopping;
let owner: Page;
let app: FrameLocator;
const steps: string[] = [];

beforeAll(async () => {
  mall = await goShopping({ connect: false });
  owner = await (await mall.visitor()).newPage();
  app = owner.frameLocator('#app-frame');
});
afterAll(() => mall.close());

async function click(what: Locator, name: string): Promise<void> {
  steps.push(`click ${name}`);
  await what.click();
}

/** Copies a value at TikTok, by what the page says of where it is, and pastes it into its field. */
async function carry(label: string | RegExp, says: RegExp, value: string): Promise<void> {
  const field = app.getByLabel(label);
  const help = (await field.getAttribute('aria-describedby')) ?? '';
  const text = await Promise.all(
    help
      .split(' ')
      .filter((id) => id !== '')
      .map((id) => app.locator(`[id="${id}"]`).innerText()),
  );
  expect(text.join(' '), `the help of ${String(label)}`).toMatch(says);
  steps.push(`copy what goes into ${String(label)}`, `paste it`);
  await field.fill(value);
}

it(`takes at most ${MOST_STEPS} steps, none of which needs knowledge from elsewhere`, async () => {
  const { sandbox } = mall.app;
  const shop = mall.app.shop('fjord');
  shop.install.installed = false;
  const [pixel] = pixelsOfShop(tiktokOf(sandbox.world), shop.handle);
  if (!pixel) throw new Error('The sandbox has no TikTok pixel for this shop.');

  await owner.goto(`${sandbox.url}/admin/store/${shop.handle}/apps/tock`);
  await click(owner.getByRole('button', { name: 'Install' }), 'Install');
  await click(app.getByRole('link', { name: 'Connect a TikTok pixel' }).first(), 'Connect a TikTok pixel');
  await app.getByRole('heading', { level: 1, name: 'Add pixel' }).waitFor();
  await carry('Pixel code', /In TikTok Events Manager, under the pixel’s name/, pixel.code);
  await carry(
    'Access token',
    /In Events Manager: your pixel, Settings, Events API, Generate access token/,
    pixel.token,
  );
  await carry(/^Test event code/, /TikTok shows one in Events Manager, under Test events/, 'TEST54321');
  await click(owner.getByRole('button', { name: 'Save' }), 'Save');
  await click(app.getByRole('button', { name: 'Send test event' }), 'Send test event');
  await app.getByText('TikTok took the test event').waitFor();

  const { tests } = tiktokOf(sandbox.world);
  expect(tests.filter(({ testEventCode }) => testEventCode === 'TEST54321').length).toBeGreaterThan(0);
  expect(steps.length, steps.join(', ')).toBeLessThanOrEqual(MOST_STEPS);
});
