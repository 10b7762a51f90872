/** Events, order sources, values and products as staff use them: in the admin's frame, by keyboard, and on a phone. */
import axe from 'axe-core';
import type { Frame, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDeployedApp } from '../../sandbox/admin/app-files.ts';
import { grantScopes } from '../../sandbox/admin/installation.ts';
import { webhooksSettled } from '../../sandbox/admin/webhooks.ts';
import { placeOrder } from '../../sandbox/orders/changes.ts';
import { draftOfKind, type OrderKind } from '../../sandbox/orders/kinds.ts';
import { goShopping, type Shopping } from './shopping.ts';

let mall: Shopping;
let staff: Page;
const faults: string[] = [];
const ORDERS: OrderKind[] = ['plain', 'plain', 'pos', 'tiktok-shop', 'draft', 'taxes-included'];

beforeAll(async () => {
  mall = await goShopping();
  const { world } = mall.app.sandbox;
  for (const kind of ORDERS) placeOrder(world, mall.shop, draftOfKind(world, mall.shop, kind));
  await world.clock.settle();
  staff = await (await mall.visitor()).newPage();
  staff.on('pageerror', (error) => faults.push(String(error)));
});
afterAll(() => mall.close());

async function open(path: string, handle = mall.shop.handle): Promise<FrameLocator> {
  await staff.goto(`${mall.app.sandbox.url}/admin/store/${handle}/apps/tock${path}`);
  const app = staff.frameLocator('iframe');
  await app.locator('h1').waitFor();
  return app;
}

const save = () => staff.getByRole('button', { name: 'Save', exact: true }).click();
const settings = async () => (await mall.app.house.settingsOf(mall.app.house.store.shop(mall.shop.id))).value;
const pixelSettings = async () => {
  const [pixel] = await mall.app.house.store.shop(mall.shop.id).pixels.list();
  const own = pixel && (await settings()).pixels[pixel.id];
  if (!own) throw new Error('The pixel has no settings.');
  return own;
};

function appFrame(): Frame {
  const frame = staff.frames().find((one) => one.url().startsWith(mall.app.url));
  if (!frame) throw new Error('The app is not in the page.');
  return frame;
}

async function violations(): Promise<string[]> {
  await appFrame().evaluate(axe.source);
  const found = await appFrame().evaluate<{ id: string; nodes: { html: string }[] }[]>(
    'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => ({ html })) })))',
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

it('switches events by keyboard, adds one of its own, says what changes, saves and undoes', async () => {
  const app = await open('/app/events');
  await app.getByText('6 in the last 30 days').waitFor();
  await app.getByLabel('Product view', { exact: true }).focus();
  await staff.keyboard.press('Space');
  await app.getByLabel('Name in Shopify').fill('page_viewed');
  await staff.keyboard.press('Enter');
  await app.getByText('This is one of Shopify’s own events.').waitFor();
  await app.getByLabel('Name in Shopify').fill('newsletter_signup');
  await staff.keyboard.press('Enter');
  await app.getByText('Product view: no longer sent.').waitFor();
  await app.getByText('newsletter_signup: sent as NewsletterSignup from now on.').waitFor();
  expect(await violations()).toEqual([]);
  await save();
  const undo = app.getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  expect((await pixelSettings()).events).toMatchObject({
    product_viewed: { on: false },
    newsletter_signup: { on: true, name: 'NewsletterSignup' },
  });
  await undo.focus();
  await staff.keyboard.press('Enter');
  await app.getByText('The settings are as they were before').waitFor();
  const { events } = await pixelSettings();
  expect(events.product_viewed?.on).toBe(true);
  expect(events).not.toHaveProperty('newsletter_signup');
  // The page loads the settings anew after it has told of the undo.
  await app.getByLabel('Product view', { exact: true }).and(app.locator(':checked')).waitFor();
});

it('keeps a name that TikTok refuses beside its field and saves nothing', async () => {
  const app = await open('/app/events');
  const before = await pixelSettings();
  await app.getByLabel('TikTok name: Order').selectOption({ label: 'A name of your own…' });
  await app.getByLabel('Name of your own: Order').fill('complete payment');
  await app.getByText('own name is written CompletePayment').waitFor();
  await save();
  await app.getByText('Not saved yet.').waitFor();
  expect(await pixelSettings()).toEqual(before);
});

it('shows on real orders what a source switch and a rule would do, before they are saved', async () => {
  const app = await open('/app/sources');
  await app.getByText('Sent: 3 orders').first().waitFor();
  await app.getByText('source_name').first().waitFor();
  expect(await violations()).toEqual([]);

  await app.getByLabel('Point of sale orders').focus();
  await staff.keyboard.press('Space');
  await app.getByText('Would be sent as well: 1 order').first().waitFor();
  await app.getByRole('button', { name: 'Add rule' }).click();
  await app.getByText('Enter at least one value').waitFor();
  await app.getByRole('group', { name: 'Rule 1' }).getByLabel('Field').selectOption('source_name');
  await app.getByRole('group', { name: 'Rule 1' }).getByLabel('Values').fill('web');
  await app.getByText('Would be kept back as well: 3 orders').first().waitFor();
  await app.getByText('Fits 3 orders of the last 30 days.').waitFor();
  expect(await violations()).toEqual([]);
  await save();
  await app.getByRole('button', { name: 'Undo' }).waitFor();
  expect((await settings()).shop).toMatchObject({
    sources: { pos: 'allow' },
    rules: [{ action: 'block', field: 'source_name', operator: 'is', values: ['web'] }],
  });
  await app.getByText('Sent: 1 order,').first().waitFor();
  await app.getByRole('button', { name: 'Undo' }).click();
  await app.getByText('The settings are as they were before').waitFor();
  expect((await settings()).shop).toMatchObject({ sources: { pos: 'block' }, rules: [] });
});

it('shows a real order in money while values and ids are chosen, and tests a catalogue', async () => {
  const app = await open('/app/values');
  const sent = app.getByText('Value at TikTok').locator('xpath=following-sibling::*');
  const whole = await sent.textContent();
  expect(whole).toMatch(/^\$\d/);
  expect(await violations()).toEqual([]);
  await app.getByLabel('Count shipping').uncheck();
  await expect.poll(() => sent.textContent(), { timeout: 15_000 }).not.toBe(whole);
  await app.getByLabel('Profit', { exact: true }).selectOption({ label: 'Send a part of it as profit' });
  await app.getByLabel('Profit in percent of the value').fill('200');
  await app.getByText('A percentage from 0 to 100.').waitFor();
  await app.getByText('Correct what is marked to see the example.').waitFor();
  await app.getByLabel('Profit in percent of the value').fill('50');
  await app.getByText('Value at TikTok').waitFor();

  const variants = mall.shop.products.flatMap(({ id, variants: own }) =>
    own.map((variant) => `shopify_${mall.shop.countryCode}_${id}_${variant.id}`),
  );
  await app.getByLabel('Ids or feed').fill(`sku_id\n${variants.join('\n')}`);
  await app.getByRole('button', { name: 'Test the catalogue' }).click();
  await app.getByText('With the template shopify_{country}_{product}_{variant}').waitFor();
  expect(await violations()).toEqual([]);
  await app.getByRole('button', { name: 'Use this setting' }).click();
  await app.getByLabel('Template').waitFor();
  await app.getByText(`shopify_${mall.shop.countryCode}_`).first().waitFor();
  await save();
  await app.getByRole('button', { name: 'Undo' }).waitFor();
  expect(await pixelSettings()).toMatchObject({
    contentId: { kind: 'template', template: 'shopify_{country}_{product}_{variant}' },
    value: { shipping: false, profit: { kind: 'margin', percent: '50' } },
  });
});

it('shows what runs in the storefront, switches what the embed does, and leads to the theme editor', async () => {
  const { install } = mall.shop;
  mall.shop.embedEnabled = false;
  const settingsWere = { ...install.webPixel?.settings };
  if (install.webPixel) install.webPixel.settings = { ...settingsWere, options: '{}' };
  const step = async (word: string) =>
    (await open('/app'))
      .getByRole('listitem')
      .filter({ hasText: 'Theme embed is on' })
      .getByText(word, { exact: true })
      .waitFor({ state: 'attached' });
  await step('To do');
  const app = await open('/app/storefront');
  await app.getByText('Shopify still has older settings.').waitFor();
  await app.getByText('Open the theme editor: the switch is set already').waitFor();
  expect(await violations()).toEqual([]);
  await app.getByRole('button', { name: 'Connect again' }).click();
  await app.getByText('Shopify has it with your newest settings.').waitFor();
  expect(install.webPixel?.settings).toEqual(settingsWere);

  await app.getByLabel('Tell TikTok’s script who is signed in').focus();
  await staff.keyboard.press('Space');
  await app.getByLabel('Keep the ad click with the cart').uncheck();
  await save();
  await app.getByRole('button', { name: 'Undo' }).waitFor();
  const embed = () => install.metafields.find(({ key }) => key === 'embed')?.value ?? '';
  expect(JSON.parse(embed())).toMatchObject({ cartClick: false, identify: true });
  const [entry] = await mall.app.house.store.shop(mall.shop.id).audit.list({ limit: 1 });
  expect(entry).toMatchObject({ action: 'settings.changed', target: 'storefront' });
  expect([entry?.before, entry?.after].map((text) => text?.includes('"identify":true'))).toEqual([
    false,
    true,
  ]);
  await app.getByRole('button', { name: 'Undo' }).click();
  await app.getByText('The settings are as they were before').waitFor();
  expect((await settings()).shop.embed).toEqual({ cartClick: true, identify: false });
  expect(JSON.parse(embed())).toMatchObject({ cartClick: true, identify: false });

  await app.getByRole('link', { name: 'Open theme editor' }).click();
  await staff.getByText('Not saved yet').waitFor();
  await staff.locator('#editor-save').click();
  await expect.poll(() => mall.shop.embedEnabled, { timeout: 15_000 }).toBe(true);
  const back = await open('/app/storefront');
  await back.getByText('It is on in your live theme.').waitFor();
  await step('Done');
});

it('asks for access before a rule that needs it: declined it stays unsaved, given it is saved, taken back it warns', async () => {
  const { world } = mall.app.sandbox;
  const app = await open('/app/sources');
  const rules = async () => (await settings()).shop.rules.map(({ field }) => field);
  const before = await rules();
  await app.getByRole('button', { name: 'Add rule' }).click();
  const rule = app.getByRole('group', { name: `Rule ${before.length + 1}` });
  await rule.getByLabel('Field').selectOption({ label: 'Customer tag' });
  await rule.getByLabel('Values').fill('wholesale');
  await rule.getByText('This needs access to your customers').waitFor();
  expect(await violations()).toEqual([]);
  const give = rule.getByRole('button', { name: 'Give access to customers' });
  await give.click();
  await staff.getByRole('button', { name: 'Cancel', exact: true }).click();
  await rule.getByText('Access was not given, so this cannot be saved.').waitFor();
  await save();
  await rule.getByText('Give Tock access to your customers first').waitFor();
  expect(await rules()).toEqual(before);

  await give.focus();
  await staff.keyboard.press('Enter');
  await staff.getByRole('button', { name: 'Allow', exact: true }).click();
  await rule.getByText('This needs access to your customers').waitFor({ state: 'detached' });
  await save();
  await app.getByText('Saved', { exact: true }).first().waitFor();
  expect(await rules()).toEqual([...before, 'customer_tag']);

  grantScopes(world, mall.shop, readDeployedApp().scopes);
  await webhooksSettled(world);
  const again = await open('/app/sources');
  await again.getByText('Not asked: Tock may not read your customers').waitFor();
});

it('adds a mark of TikTok Shop, and the preview over real orders shows what it catches', async () => {
  const app = await open('/app/sources');
  await app.getByRole('button', { name: 'Show and add marks' }).click();
  await app.getByLabel('Source names', { exact: true }).fill('web');
  await app.getByText('Would be kept back as well: 3 orders').first().waitFor();
  expect(await violations()).toEqual([]);
  await save();
  await app.getByRole('button', { name: 'Undo' }).waitFor();
  expect((await settings()).shop.tiktokShop.sourceNames).toEqual(['6712272', 'web']);
  await app.getByRole('button', { name: 'Undo' }).click();
  await app.getByText('The settings are as they were before').waitFor();
});

it('sets by keyboard when a sale counts, keeps what cannot be beside its field, and shows it in the history', async () => {
  const app = await open('/app/settings');
  await app.getByLabel('When the order is placed (default)').focus();
  await staff.keyboard.press('ArrowDown');
  await app.getByLabel('Wait for the visit').fill('soon');
  await save();
  await app.getByText('A whole number of seconds from 0 to 240.').waitFor();
  expect(await violations()).toEqual([]);
  await app.getByLabel('Wait for the visit').fill('90');
  await app.getByLabel('Name of the sale at TikTok').selectOption('Purchase');
  await save();
  await app.getByRole('button', { name: 'Undo' }).waitFor();
  expect((await settings()).shop).toMatchObject({ purchaseMoment: 'paid', holdSeconds: 90 });
  expect((await pixelSettings()).events.order?.name).toBe('Purchase');
  await app.getByRole('button', { name: 'Undo' }).click();
  await app.getByText('The settings are as they were before').waitFor();

  const history = await open('/app/audit');
  await history.getByText('Undid a change of settings: sales and consent').waitFor();
  await history.getByText('90 seconds').first().waitFor();
  expect(await violations()).toEqual([]);
});

it('says where alerts go, refuses an address without https, and tells how a test went', async () => {
  const app = await open('/app/settings/alerts');
  await app.getByText('Nothing is wrong').waitFor();
  await app.getByLabel('Webhook address').fill('http://hooks.example/key');
  await save();
  await app.getByText('An address that begins with https://').waitFor();
  await app.getByLabel('Webhook address').fill('https://127.0.0.1/key1234');
  await app.getByLabel('From this share of refused events on').fill('10');
  await save();
  await app.getByText('Stored: 127.0.0.1/…1234').waitFor();
  await app.getByRole('button', { name: 'Send a test alert' }).click();
  await app
    .getByText('Webhook: not sent. It was not taken: the address is not on the public internet.')
    .waitFor();
  expect(await violations()).toEqual([]);
});

it('carries the settings out as a file, and shows what a file would change before it is applied', async () => {
  const app = await open('/app/settings/carry');
  const [file] = await Promise.all([
    staff.waitForEvent('download'),
    app.getByRole('button', { name: 'Download the file' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe(`tock-settings-${mall.shop.handle}.json`);
  const before = await settings();
  const text = await mall.app.house.settingsPages(mall.app.house.store.shop(mall.shop.id)).exportAll();
  await app.getByLabel('Or paste it').fill(text.replace('"holdSeconds": 60', '"holdSeconds": 10'));
  await app.getByRole('button', { name: 'Show what would change' }).click();
  await app.getByText('10 seconds').waitFor();
  expect(await settings()).toEqual(before);
  expect(await violations()).toEqual([]);
  const apply = { name: 'Apply these changes' };
  await app.getByRole('button', apply).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Leave it as it is' }).click();
  expect(await settings()).toEqual(before);
  await app.getByRole('button', apply).click();
  await app.getByRole('dialog').getByRole('button', apply).click();
  await app.getByRole('button', { name: 'Undo' }).waitFor();
  expect((await settings()).shop.holdSeconds).toBe(10);
});

it('asks once more before data is kept for less, and not before it is kept for longer', async () => {
  const kept = async () => (await mall.app.house.keepOf(mall.shop.id)).pageDays;
  const app = await open('/app/settings/data');
  const save = async (days: string) => {
    await app.getByLabel('Storefront events').fill(days);
    await staff.getByRole('button', { name: 'Save', exact: true }).click();
  };
  await save('20');
  await app.getByRole('dialog').getByText('Storefront events older than 20 days are deleted.').waitFor();
  expect(await kept()).toBe(30);
  await app.getByRole('dialog').getByRole('button', { name: 'Delete what is older' }).click();
  // The bar closes once the page has read again what is stored.
  await staff.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'hidden' });
  expect(await kept()).toBe(20);
  await save('30');
  await expect.poll(kept, { timeout: 15_000 }).toBe(30);
  expect(await violations()).toEqual([]);
});

describe('a store that has nothing yet', () => {
  it.each([
    ['/app/events', 'Connect a pixel first'],
    ['/app/values', 'Connect a pixel first'],
    ['/app/sources', 'There are no orders yet to try this on.'],
    ['/app/settings', 'When a sale counts'],
    ['/app/settings/alerts', 'Nothing is wrong'],
    ['/app/audit', 'First settings'],
  ])('%s says what comes first', async (path, text) => {
    const app = await open(path, 'fjord');
    await app.getByText(text).waitFor();
    expect(await violations()).toEqual([]);
  });
});

describe('on a phone', () => {
  it.each([
    '/app/events',
    '/app/sources',
    '/app/values',
    '/app/storefront',
    '/app/settings',
    '/app/settings/alerts',
    '/app/settings/data',
    '/app/settings/carry',
    '/app/settings/store',
    '/app/audit',
  ])('%s fits into 390 pixels', async (path) => {
    await staff.setViewportSize({ width: 390, height: 844 });
    const app = await open(path);
    await app.locator('h1').waitFor();
    const width = () => appFrame().evaluate(() => document.documentElement.scrollWidth);
    await expect.poll(width, { timeout: 15_000 }).toBeLessThanOrEqual(390);
    expect(await violations()).toEqual([]);
  });
});

it('disconnects only after it was asked once more, and says how to go on', async () => {
  await staff.setViewportSize({ width: 1280, height: 900 });
  const app = await open('/app/settings/store');
  const erase = app.getByRole('button', { name: 'Erase all data' });
  expect(await erase.isDisabled()).toBe(true);
  await app.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Keep everything as it is' }).click();
  const pixel = async () => (await mall.app.house.store.shop(mall.shop.id).pixels.list())[0];
  expect((await pixel())?.state).toBe('active');
  await app.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Disconnect', exact: true }).click();
  await app.getByText('To connect again, open a pixel and enter an access token.').waitFor();
  expect(await pixel()).toMatchObject({ state: 'disconnected', tokenLast4: '' });
  expect(await violations()).toEqual([]);
  const page = await open(`/app/pixels/${(await pixel())?.id}`);
  await page.getByText('This pixel is disconnected').waitFor();
});

it('raises no error in any page', () => {
  expect(faults).toEqual([]);
});
