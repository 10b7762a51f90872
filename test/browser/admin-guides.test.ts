/** Guides as staff read them: the one about TikTok's own data sharing first, its pictures, and its check of the storefront. */
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { barriers } from './accessible.ts';
import { goShopping, type Shopping } from './shopping.ts';

let mall: Shopping;
let staff: Page;

beforeAll(async () => {
  mall = await goShopping();
  staff = await (await mall.visitor()).newPage();
});
afterAll(() => mall.close());

async function openInAdmin(path: string): Promise<Frame> {
  await staff.goto(`${mall.app.sandbox.url}/admin/store/${mall.shop.handle}/apps/tock${path}`);
  await staff.frameLocator('iframe').locator('h1').first().waitFor();
  const frame = staff.frames().find((known) => known.url().startsWith(mall.app.house.config.shopify.appUrl));
  if (!frame) throw new Error('The app is not in the admin.');
  return frame;
}

const FIRST = 'Disable TikTok’s own data sharing in Shopify';

it('leads from the list to the first guide, draws its pictures, and finds the other sender', async () => {
  const frame = await openInAdmin('/app/guides');
  expect(await frame.locator('h2').first().innerText()).toBe(FIRST);
  expect(await barriers(frame)).toEqual([]);

  await frame.getByRole('link', { name: FIRST }).click();
  await frame.getByRole('heading', { level: 1, name: FIRST }).waitFor();
  const drawn = await frame
    .locator('img[alt]')
    .evaluateAll((images) =>
      images.map((image) => image instanceof HTMLImageElement && image.complete && image.naturalWidth > 0),
    );
  expect(drawn).toEqual([true, true, true]);

  await frame.getByRole('button', { name: 'Check my storefront' }).click();
  await frame.getByText('No other sender found').waitFor();
  expect(await barriers(frame)).toEqual([]);
});

it('fits a phone', async () => {
  await staff.setViewportSize({ width: 390, height: 844 });
  const frame = await openInAdmin('/app/guides/turn-off-tiktok-data-sharing');
  const wide = await frame.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(wide).toBe(0);
  expect(await barriers(frame)).toEqual([]);
});
