/** Uninstalled while orders wait, and installed again: nothing goes meanwhile, nothing is lost, and the books close. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../../app/cli.ts';
import { installApp, uninstallApp } from '../../../sandbox/admin/installation.ts';
import { webhooksSettled } from '../../../sandbox/admin/webhooks.ts';
import { fulfilOrder, placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import { tiktokOf } from '../../../sandbox/tiktok/business.ts';
import type { SandboxOrder } from '../../../sandbox/world.ts';
import { manualClock } from '../../support/clock.ts';
import { openApp, type OpenApp } from './open-app.ts';

const HOUR = 3_600_000;
let app: OpenApp;
let shopId: string;

beforeAll(async () => {
  app = await openApp({}, { clock: manualClock(new Date()) });
  await open();
  shopId = app.shop().id;
  const pixel = [...tiktokOf(app.sandbox.world).pixels.values()].find(({ shop }) => shop === 'northwind');
  if (!pixel) throw new Error('The sandbox has no TikTok pixel for this shop.');
  const { house } = app;
  const added = await house
    .pixelsOf(house.store.shop(shopId))
    .add({ code: pixel.code, token: pixel.token, name: 'Main' }, 'test');
  expect(added.ok).toBe(true);
});
afterAll(() => app.close());

async function open(): Promise<void> {
  const page = await app.page('/app');
  await page.arrayBuffer();
  expect(page.status).toBe(200);
}
async function pass(ms: number): Promise<void> {
  app.clock.advance(ms);
  await webhooksSettled(app.sandbox.world);
}
const place = (): SandboxOrder =>
  placeOrder(app.sandbox.world, app.shop(), draftOfKind(app.sandbox.world, app.shop(), 'plain'));
const outcomes = () =>
  app.house.store.database.rows<{ id: string; state: string }>(
    `SELECT order_id::text AS id, state FROM order_deliveries WHERE shop_id = $1 ORDER BY order_id`,
    [shopId],
  );
const arrived = () =>
  [...tiktokOf(app.sandbox.world).conversions.values()].map(({ eventId }) => eventId).sort();

test('what waits is kept through an uninstall and goes after it; orders meanwhile are offered, never sent unasked', async () => {
  const { world } = app.sandbox;
  const { house } = app;
  const [first, second] = [place(), place()];
  await pass(1_000);
  uninstallApp(world, app.shop());
  await pass(1_000);
  expect(await house.store.installs.sessionsOfShop(app.shop().domain)).toEqual([]);

  await pass(10 * 60_000);
  await house.delivery.runDue();
  await house.bookkeeping.everyHour();
  expect(arrived()).toEqual([]);
  const meanwhile = place();
  await pass(HOUR);

  installApp(world, app.shop());
  await open();
  const after = place();
  await pass(10 * 60_000);
  await house.bookkeeping.everyHour();
  await house.delivery.runDue();
  const sent = [first, second, after].map(({ id }) => id).sort();
  expect(await outcomes()).toEqual(sent.map((id) => ({ id, state: 'sent' })));
  expect(arrived()).toEqual(sent.map((id) => `order-${id}`));
  expect(await house.bookkeeping.backfill.preview(shopId)).toMatchObject({
    ok: true,
    preview: { orders: 1, known: 2 },
  });
  let told = '';
  const code = await runCommand(['backfill', '--shop', 'northwind', '--json'], {
    out: (text) => (told += text),
    err: (text) => (told += text),
    stdin: () => Promise.resolve(''),
    env: {
      NODE_ENV: 'test',
      SANDBOX_URL: app.sandbox.url,
      DATABASE_URL: house.store.database.url,
      SHOPIFY_APP_URL: app.url,
    },
  });
  expect([code, told]).toEqual([0, expect.stringContaining('"dryRun":true')]);
  expect(JSON.parse(told)).toMatchObject({ preview: { orders: 1 } });
  expect(await house.bookkeeping.backfill.progress(shopId)).toBeNull();
  expect((await outcomes()).some(({ id }) => id === meanwhile.id)).toBe(false);

  await pass(5 * 24 * HOUR);
  await open();
  await house.bookkeeping.everyHour();
  const check = await house.bookkeeping.check(shopId);
  expect(check).toMatchObject({ sound: true, pending: [] });
  const span = await house.bookkeeping.told(shopId, '2020-01-01', '2020-01-02');
  const period = await house.bookkeeping.period(shopId, span?.firstDay ?? '', span?.today ?? '');
  expect(period?.closes).toBe(true);
  expect(period?.sums).toMatchObject([{ orders: { count: 3 }, sent: { count: 3 } }]);
});

test('a known order that changed while the app was away is brought up to date', async () => {
  const { world } = app.sandbox;
  const order = place();
  await pass(10 * 60_000);
  uninstallApp(world, app.shop());
  await pass(HOUR);
  fulfilOrder(world, app.shop(), order);
  await pass(HOUR);
  installApp(world, app.shop());
  await open();
  await pass(10 * 60_000);
  expect(await app.house.bookkeeping.compare(shopId)).toMatchObject({ found: 0, updated: 1, trouble: null });
});

test('two days after an uninstall Shopify asks to erase the shop, and a new install begins with nothing', async () => {
  const { world } = app.sandbox;
  uninstallApp(world, app.shop());
  await pass(49 * HOUR);
  await webhooksSettled(world);
  expect(await app.house.runPrivacy()).toBe(1);
  expect(await app.house.store.installs.shopById(shopId)).toBeNull();
  installApp(world, app.shop());
  await open();
  expect(await outcomes()).toEqual([]);
  expect(await app.house.bookkeeping.check(shopId)).toMatchObject({ sound: true, statements: 0 });
});
