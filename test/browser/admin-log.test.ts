/** The log as staff use it: found while it is typed, nothing of an address kept, the way of an order, and sending it again. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { placeOrder } from '../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../sandbox/orders/kinds.ts';
import type { SandboxOrder } from '../../sandbox/world.ts';
import { goShopping, type Shopping } from './shopping.ts';

let mall: Shopping;
let staff: Page;
let order: SandboxOrder;

beforeAll(async () => {
  mall = await goShopping();
  const { world } = mall.app.sandbox;
  order = placeOrder(world, mall.shop, draftOfKind(world, mall.shop, 'plain'));
  placeOrder(world, mall.shop, draftOfKind(world, mall.shop, 'pos'));
  await world.clock.settle();
  const stored = () => mall.app.house.store.database.rows('SELECT 1 FROM orders');
  await vi.waitFor(async () => expect(await stored()).toHaveLength(2), { timeout: 15_000 });
  await mall.deliver();
  staff = await (await mall.visitor()).newPage();
});
afterAll(() => mall.close());

async function open(path: string) {
  await staff.goto(`${mall.app.sandbox.url}/admin/store/${mall.shop.handle}/apps/tock${path}`);
  const app = staff.frameLocator('iframe');
  await app.locator('h1').first().waitFor();
  return app;
}

it('finds an order while its number is typed, and a buyer by email without a word of it in any address', async () => {
  const app = await open('/app/log');
  const asked: string[] = [];
  staff.on('request', (request) => asked.push(request.url()));
  const search = app.getByPlaceholder('Find by order number, email or event id');
  await app.getByRole('link', { name: 'Order #' }).nth(1).waitFor();
  await search.fill(order.name);
  await expect.poll(() => app.getByRole('link', { name: 'Order #' }).count(), { timeout: 15_000 }).toBe(1);
  await search.fill('nobody@example');
  await app
    .getByText('Nothing like this')
    .or(app.getByText('Type the whole email address'))
    .first()
    .waitFor();
  await search.fill(order.email ?? '');
  await app.getByText('Orders of this email address.').waitFor();
  await app.getByRole('link', { name: `Order ${order.name}` }).waitFor();
  const [name = 'nobody'] = (order.email ?? '').split('@');
  expect(asked.join('\n')).not.toContain(encodeURIComponent(name));
  expect(staff.url()).not.toContain(encodeURIComponent(name));
});

it('shows the way of an order, says what sending it again would do, and does it', async () => {
  const app = await open(`/app/log?order=${encodeURIComponent(order.name)}`);
  await app.getByRole('link', { name: `Order ${order.name}` }).click();
  await app.getByText('Accepted by TikTok').waitFor();
  await app.getByText('Made again from the stored facts and equal, byte for byte').waitFor();
  await app.getByRole('button', { name: 'Send again' }).focus();
  await staff.keyboard.press('Enter');
  await app.getByText('It would be sent exactly as last time').waitFor();
  await app.getByRole('button', { name: 'Send again' }).last().click();
  await app.getByText('Sent again by staff').waitFor();
  expect(await mall.ending(order)).toEqual([]);
});

it('saves the filtered log as a file', async () => {
  const app = await open('/app/log?state=skipped');
  await app.getByRole('link', { name: 'Order #' }).first().waitFor();
  const saving = staff.waitForEvent('download');
  await app.getByRole('button', { name: 'Export as CSV' }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toMatch(/^tock-log-\d{4}-\d\d-\d\d\.csv$/);
  const stream = await file.createReadStream();
  const text = Buffer.concat(await stream.toArray()).toString('utf8');
  expect(text).toContain(',Skipped,pos,Point of sale,');
  expect(text.trim().split('\r\n')).toHaveLength(2);
});

it('announces what is new to whoever reads, by keyboard or further down, and shows it at once to whoever is at the top', async () => {
  await staff.setViewportSize({ width: 1280, height: 260 });
  const app = await open('/app/log');
  const links = app.getByRole('link', { name: 'Order #' });
  const rows = () => links.allTextContents();
  const news = app.getByRole('button', { name: /^Show \d+ new events?$/ });
  const { world } = mall.app.sandbox;
  const shown = (name: string) =>
    app.getByRole('link', { name: `Order ${name}` }).waitFor({ timeout: 20_000 });
  async function arrive(): Promise<string> {
    const { name } = placeOrder(world, mall.shop, draftOfKind(world, mall.shop, 'plain'));
    await world.clock.settle();
    return name;
  }

  await links.last().focus();
  await app.locator('html').evaluate(() => scrollTo(0, 0));
  const before = await rows();
  const first = await arrive();
  await news.waitFor({ timeout: 20_000 });
  expect(await rows()).toEqual(before);
  expect(await links.last().evaluate((link) => document.activeElement === link)).toBe(true);
  await news.press('Enter');
  await shown(first);

  await app.locator('html').evaluate(() => scrollTo(0, 200));
  const place = () => app.locator('html').evaluate(() => scrollY);
  const at = await place();
  expect(at).toBeGreaterThan(120);
  const second = await arrive();
  await news.waitFor({ timeout: 20_000 });
  expect(await rows()).toEqual([`Order ${first}`, ...before]);
  expect(await place()).toBe(at);
  await news.click();
  await shown(second);
  expect(await place()).toBe(0);

  await shown(await arrive());
  expect(await news.count()).toBe(0);
});
