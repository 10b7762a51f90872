/** One order, end to end, as a newcomer would do it: connect a pixel, click an ad, buy, and find the order in the log. */
import { createHash } from 'node:crypto';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { adLinks } from '../../sandbox/storefront/ads.ts';
import { goShopping, type Shopping } from './shopping.ts';

let mall: Shopping;

beforeAll(async () => {
  mall = await goShopping({ connect: false });
});
afterAll(() => mall.close());

/** The app as staff see it: in the admin's frame. */
async function openInAdmin(page: Page, path: string): Promise<FrameLocator> {
  await page.goto(`${mall.app.sandbox.url}/admin/store/${mall.shop.handle}/apps/tock${path}`);
  return page.frameLocator('iframe');
}

it('goes from the ad through the checkout to TikTok, once, and into the log', async () => {
  const staff = await (await mall.visitor()).newPage();
  const faults: string[] = [];
  staff.on('pageerror', (error) => faults.push(String(error)));

  const app = await openInAdmin(staff, '/app/pixels');
  await app.getByRole('button', { name: 'Add pixel' }).click();
  await app.getByLabel('Pixel code').fill(mall.pixelCode);
  await app.getByLabel('Access token').fill(mall.pixelToken);
  await staff.getByRole('button', { name: 'Save' }).click();
  await app.getByRole('heading', { name: 'Pixel added' }).waitFor();

  const visitor = await (await mall.visitor('US-NY')).newPage();
  const ad = adLinks(mall.app.sandbox.world, mall.shop, 'harbor-raincoat').find(
    ({ way }) => way === 'direct',
  );
  mall.newJourney();
  await visitor.goto(ad?.href ?? '');
  await mall.addToCart(visitor);
  const order = await mall.buy(visitor);
  await mall.heard('product_viewed', 'product_added_to_cart', 'checkout_started', 'payment_info_submitted');
  await mall.deliver();

  const purchases = mall.counted().filter(({ event }) => event === 'CompletePayment');
  expect(purchases).toEqual([
    {
      event: 'CompletePayment',
      id: `order-${order.id}`,
      source: 'Server',
      value: Number(order.total),
      ttclid: ad?.ttclid,
    },
  ]);
  expect(mall.conversion(`order-${order.id}`)).toMatchObject({
    currency: mall.shop.currency,
    user: {
      email: createHash('sha256')
        .update((order.email ?? '').trim().toLowerCase())
        .digest('hex'),
    },
  });

  const log = await openInAdmin(staff, '/app/log');
  await log.getByRole('link', { name: `Order ${order.name}` }).click();
  await log.getByText('Sent to TikTok').first().waitFor();
  await log.getByText('equal, byte for byte, to what was sent').waitFor();
  expect(await log.getByLabel('The event as sent').textContent()).toContain(`"order-${order.id}"`);
  expect(faults).toEqual([]);
});
