/** Connecting a pixel as staff do it: a refused token is explained beside its field, a good one is saved, a test event arrives. */
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tiktokOf } from '../../sandbox/tiktok/business.ts';
import { barriers } from './accessible.ts';
import { goShopping, type Shopping } from './shopping.ts';

let mall: Shopping;
let staff: Page;

beforeAll(async () => {
  mall = await goShopping({ connect: false });
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

const save = () => staff.getByRole('button', { name: 'Save' }).click();
const stored = () => mall.app.house.store.shop(mall.shop.id).pixels.list();

it('explains a refused token and saves nothing; saves a good one and sees its test event arrive', async () => {
  const app = await openInAdmin('/app/pixels/new');
  await app.getByLabel('Pixel code').pressSequentially('c4');
  await app.getByText('A pixel code has capital letters and digits only.').waitFor();
  await app.getByLabel('Pixel code').fill(mall.pixelCode);
  await app.getByLabel('Access token').fill('0123456789abcdef0123456789abcdef01234567');
  await app.getByLabel('Test event code').fill('TEST12345');
  await save();
  await app.getByText('TikTok refused this token').waitFor();
  expect(await stored()).toEqual([]);
  expect(await barriers(app)).toEqual([]);

  await app.getByLabel('Access token').fill(mall.pixelToken);
  await save();
  await app.getByRole('heading', { name: 'Pixel added' }).waitFor();
  await app.getByRole('heading', { name: 'Test mode: nothing from this pixel counts' }).waitFor();
  expect(await stored()).toMatchObject([
    { code: mall.pixelCode, testEventCode: 'TEST12345', browserLeg: false },
  ]);

  await app.getByRole('button', { name: 'Send test event' }).click();
  await app.getByRole('heading', { name: 'TikTok took the test event' }).waitFor();
  expect(await barriers(app)).toEqual([]);
  expect(mall.counted()).toEqual([]);
});

it('lets a pixel be saved without the check only after TikTok could not be asked', async () => {
  const [pixel] = await stored();
  const app = await openInAdmin(`/app/pixels/${pixel?.id ?? ''}`);
  tiktokOf(mall.app.sandbox.world).switches.faults.push({
    id: 1,
    what: { kind: 'html', status: 502, taken: false },
    pixel: undefined,
    rate: 1,
    times: 1,
    until: undefined,
  });
  await app.getByRole('button', { name: 'Replace token' }).click();
  await app.getByLabel('New access token').fill(mall.pixelToken);
  await app.getByLabel('Also send from the visitor’s browser').check();
  await save();
  await app.getByRole('heading', { name: 'TikTok could not check the token just now' }).waitFor();
  expect(await stored()).toMatchObject([{ browserLeg: false }]);
  expect(await barriers(app)).toEqual([]);
  await app.getByRole('button', { name: 'Save without the check' }).click();
  await app.getByRole('button', { name: 'Replace token' }).waitFor();
  expect(await stored()).toMatchObject([{ browserLeg: true }]);
});
