/** The ledger as staff use it: days that close, a period with its parts, files and paper, the check, the orders from before. */
import { readFileSync } from 'node:fs';
import type { Frame, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deleteOrder, placeOrder } from '../../sandbox/orders/changes.ts';
import { setWebhookSwitches, webhooksSettled } from '../../sandbox/admin/webhooks.ts';
import { draftOfKind, type OrderKind } from '../../sandbox/orders/kinds.ts';
import type { SandboxOrder } from '../../sandbox/world.ts';
import { shopDay } from '../../app/record/day.ts';
import { addDays } from '../../app/conversion/calendar.ts';
import { barriers } from './accessible.ts';
import { goShopping, type Shopping } from './shopping.ts';

const DAY = 86_400_000;
let mall: Shopping;
let staff: Page;
let first: string;
let orders: SandboxOrder[];
const faults: string[] = [];

const place = (kind: OrderKind): SandboxOrder => {
  const { world } = mall.app.sandbox;
  return placeOrder(world, mall.shop, draftOfKind(world, mall.shop, kind));
};
const books = () => mall.app.house.bookkeeping;

beforeAll(async () => {
  mall = await goShopping();
  const { world } = mall.app.sandbox;
  staff = await (await mall.visitor()).newPage();
  staff.on('pageerror', (error) => faults.push(String(error)));
  // Two orders from before the install, of which nobody heard.
  setWebhookSwitches(world, { lossRate: 1 });
  place('plain');
  place('plain');
  await mall.later(60_000);
  await mall.app.house.store.database.run('UPDATE shops SET installed_at = $1', [mall.app.clock.now()]);
  await mall.later(60_000);
  setWebhookSwitches(world, { lossRate: 0 });
  first = shopDay(mall.app.clock.now(), mall.shop.timeZone);
  orders = (['plain', 'plain', 'pos', 'tiktok-shop'] as const).map(place);
  await world.clock.settle();
  await webhooksSettled(world);
  await mall.deliver();
}, 120_000);
afterAll(() => mall.close());

async function open(path: string): Promise<FrameLocator> {
  await staff.goto(`${mall.app.sandbox.url}/admin/store/${mall.shop.handle}/apps/tock${path}`);
  const app = staff.frameLocator('iframe');
  await app.locator('h1').waitFor();
  return app;
}

function appFrame(): Frame {
  const frame = staff.frames().find((one) => one.url().startsWith(mall.app.url));
  if (!frame) throw new Error('The app is not in the page.');
  return frame;
}

it('says when the first day closes, and shows the open day as it stands', async () => {
  const app = await open('/app/ledger');
  await app.getByText('No day is closed yet.').first().waitFor();
  await app.getByRole('link', { name: /still open, 4 orders/ }).waitFor();
  await app.getByText('Closes to zero', { exact: true }).waitFor();
  expect(await barriers(appFrame())).toEqual([]);
});

it('a day that closed opens by keyboard, adds up, and each part leads to its orders', async () => {
  const { world } = mall.app.sandbox;
  const [gone] = orders;
  if (!gone) throw new Error('No order was placed.');
  setWebhookSwitches(world, { lossRate: 1 });
  deleteOrder(world, mall.shop, gone);
  await mall.later(5 * DAY);
  await books().everyHour();
  expect((await books().check(mall.shop.id))?.statements).toBeGreaterThan(0);

  const app = await open(`/app/ledger?month=${first.slice(0, 7)}`);
  const day = app.locator(`a[href$="from=${first}&to=${first}"]`);
  await day.focus();
  expect(await day.getAttribute('aria-label')).toContain('closes to zero, 4 orders');
  await staff.keyboard.press('Enter');
  await app.locator(`a[aria-current="date"][href$="to=${first}"]`).waitFor();
  const cells = async (name: string) => {
    const row = app.getByRole('row').filter({ has: app.getByRole('rowheader', { name, exact: true }) });
    return (await row.getByRole('cell').allTextContents()).map((text) => text.trim());
  };
  expect((await cells('Orders in Shopify'))[0]).toBe('4');
  expect((await cells('Sent to TikTok'))[0]).toBe('2');
  expect((await cells('Skipped'))[0]).toBe('2');
  expect((await cells('Point of sale'))[0]).toBe('1');
  expect((await cells('Unexplained'))[0]).toBe('0');
  expect((await cells('Deleted in Shopify since, counted above'))[0]).toBe('1');
  expect(await barriers(appFrame())).toEqual([]);

  await app.getByRole('link', { name: 'Deleted in Shopify since, counted above' }).click();
  await app.getByRole('rowheader', { name: gone.name }).waitFor();
  expect(await barriers(appFrame())).toEqual([]);
  await app.getByRole('button', { name: 'Ledger' }).click();
  await app.getByRole('link', { name: 'Point of sale' }).click();
  await app.getByRole('rowheader', { name: orders[2]?.name ?? '' }).waitFor();
  expect(await app.getByRole('rowheader').count()).toBe(1);
  await app.getByRole('link', { name: orders[2]?.name ?? '' }).click();
  await app.getByRole('heading', { name: orders[2]?.name ?? '' }).waitFor();
});

it('takes a file home through the session token, and prints with the seal on it', async () => {
  const app = await open(`/app/ledger?from=${first}&to=${first}`);
  const saving = staff.waitForEvent('download');
  await app.getByRole('button', { name: 'Download as CSV' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe(`tock-ledger-${first}-${first}.csv`);
  const file = readFileSync(await saved.path(), 'utf8');
  const head = (await books().check(mall.shop.id))?.head ?? 'none';
  expect(file).toContain(head);
  expect(file).toContain(mall.shop.domain);
  expect(file).toMatch(
    new RegExp(`sum,${first},closed,1,[0-9a-f]{64},${mall.pixelCode},USD,sent,accepted,2,`),
  );

  await app.getByRole('button', { name: 'Printable page' }).click();
  await app.getByText(head).first().waitFor();
  await app.getByText(mall.shop.domain).waitFor();
  await app.getByText(`Days in the time zone ${mall.shop.timeZone}`).waitFor();
  expect(await barriers(appFrame())).toEqual([]);
  await appFrame().evaluate(() => {
    window.print = () => document.body.setAttribute('data-printed', 'yes');
  });
  await app.getByRole('button', { name: 'Print', exact: true }).click();
  await app.locator('body[data-printed="yes"]').waitFor();
});

it('checks the seals, and names the day that somebody touched', async () => {
  const { database } = mall.app.house.store;
  const app = await open('/app/ledger');
  await app.getByRole('button', { name: 'Check now' }).click();
  await app.getByText('Everything holds').waitFor();
  expect(await barriers(appFrame())).toEqual([]);
  await database.run(
    `UPDATE statements SET content = replace(content, '"count":2', '"count":3') WHERE number = 1`,
  );
  await app.getByRole('button', { name: 'Check now' }).click();
  await app.getByText('what it says was changed after it was closed').waitFor();
  await database.run(
    `UPDATE statements SET content = replace(content, '"count":3', '"count":2') WHERE number = 1`,
  );
});

it('keeps a period that is none beside its field', async () => {
  const app = await open(`/app/ledger?from=${first}&to=${addDays(first, -1)}`);
  await app.getByText('The last day is before the first one.').waitFor();
});

it('fits into 390 pixels', async () => {
  await staff.setViewportSize({ width: 390, height: 844 });
  for (const path of [`/app/ledger?from=${first}&to=${first}`, '/app/ledger/backfill']) {
    await open(path);
    const width = () => appFrame().evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(width, { timeout: 15_000 }).toBeLessThanOrEqual(390);
    expect(await barriers(appFrame())).toEqual([]);
  }
  await staff.setViewportSize({ width: 1280, height: 800 });
});

it('shows the orders from before the install, sends them when staff say so, stops and goes on', async () => {
  const app = await open('/app/ledger/backfill');
  await app.getByRole('button', { name: 'Look in Shopify' }).click();
  await app.getByText('2 orders worth').waitFor();
  expect(await barriers(appFrame())).toEqual([]);
  await app.getByRole('button', { name: 'Send 2 orders' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Send 2 orders' }).click();
  await app.getByText('Running').waitFor();
  await app.getByRole('button', { name: 'Stop' }).click();
  await app.getByText('Stopped').waitFor();
  await books().runBackfills();
  await app.getByText('0 of 2 orders taken in').waitFor();
  await app.getByRole('button', { name: 'Go on' }).click();
  await app.getByText('Running').waitFor();
  await books().runBackfills();
  await app.getByText('2 of 2 orders taken in').waitFor();
  await app.getByText('Done').waitFor();
  expect(await barriers(appFrame())).toEqual([]);
  const told = (await mall.app.house.store.shop(mall.shop.id).audit.list({ limit: 50 })).map(
    ({ action }) => action,
  );
  expect(told).toEqual(
    expect.arrayContaining(['backfill.started', 'backfill.stopped', 'backfill.resumed', 'backfill.done']),
  );
});

it('raises no error in any page', () => {
  expect(faults).toEqual([]);
});
