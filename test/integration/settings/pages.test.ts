/** The settings pages over real orders in a real database: looking ahead, saving, what then happens, and going back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ShopSettings } from '../../../app/conversion/settings.ts';
import { defaultPixelSettings } from '../../../app/conversion/settings.ts';
import { createSettingsPages, type SettingsPages } from '../../../app/settings/pages.ts';
import { createRecentOrders } from '../../../app/store/preview.ts';
import { readTotals } from '../../../app/store/totals.ts';
import { catalogueWords } from '../../../app/ui/words-for-values.ts';
import { testFlow, webOrder, type Flow } from '../../support/flow.ts';

let flow: Flow & { close(): Promise<void> };
let pages: SettingsPages;
let told = 0;
/** What is known of the store's access, and what Shopify says when it is asked. */
let granted: string[] = [];
let atShopify: string[] = [];

const pixel = () => ({ id: flow.pixel.id, code: flow.pixel.code, name: flow.pixel.name });
const ORDERS = [
  { id: 7001, name: '#7001', source_name: 'web', tags: '' },
  { id: 7002, name: '#7002', source_name: 'pos', tags: '' },
  { id: 7003, name: '#7003', source_name: 'web', tags: 'Wholesale' },
  { id: 7004, name: '#7004', source_name: 'web', tags: 'tiktok shop' },
];
/** The same orders once more, under other numbers: they meet the settings that were saved meanwhile. */
const AGAIN = ORDERS.map((order) => ({ ...order, id: order.id + 1000, name: `#${order.id + 1000}` }));

beforeAll(async () => {
  flow = await testFlow();
  await flow.settings(() => undefined);
  const shop = flow.store.shop(flow.shop.id);
  pages = createSettingsPages({
    settings: shop.settings,
    pixels: shop.pixels,
    orders: createRecentOrders(flow.store.database, shop.id),
    access: {
      granted: () => Promise.resolve(granted),
      look: () => Promise.resolve(atShopify),
    },
    totals: (from, to) => readTotals(flow.store.database, shop.id, from, to),
    timeZone: () => Promise.resolve(flow.shop.timeZone),
    clock: flow.clock,
    news: {
      changed: () => undefined,
      tellStorefront() {
        told += 1;
        return Promise.resolve(undefined);
      },
    },
  });
  for (const order of ORDERS) await flow.webhook('orders/create', webOrder(order));
});
afterAll(() => flow.close());

const sourcesDraft = (change: (now: ShopSettings) => Partial<ShopSettings>) => async () => {
  const { sources, rules } = await pages.sources();
  const now = await pages.sources();
  return JSON.stringify({ sources, rules, ...change(now) });
};

const keepWholesale = sourcesDraft(({ sources }) => ({
  sources: { ...sources, pos: 'allow' },
  rules: [{ id: 'ws', on: true, action: 'block', field: 'tag', operator: 'is', values: ['wholesale'] }],
}));

it('shows before saving what then happens to the same orders, and brings the old settings back', async () => {
  const draft = await keepWholesale();
  const looked = await pages.lookAtSources(draft);
  if (!looked.ok) throw new Error(JSON.stringify(looked.errors));
  const { value } = looked;
  expect(value.comesIn.map(({ name }) => name)).toEqual(['#7002']);
  expect(value.goesOut.map(({ name, rule }) => [name, rule])).toEqual([['#7003', 'rule:ws']]);
  expect(value.periods.map(({ days, after }) => [days, after.sent.orders, after.kept.orders])).toEqual([
    [90, 2, 2],
    [30, 2, 2],
  ]);
  expect(value).toMatchObject({ lookedAt: 4, whole: true });

  const saved = await pages.save({ page: 'sources' }, draft, 'Nia (7)');
  expect(saved).toEqual({ ok: true, undo: 1 });
  for (const order of AGAIN) await flow.webhook('orders/create', webOrder(order));
  const kept = await flow.rows<{ name: string; reason: string; rule: string }>(
    `SELECT o.name, d.reason, d.rule FROM order_deliveries d JOIN orders o USING (shop_id, order_id)
     WHERE o.order_id >= 8000 AND d.state = 'skipped' ORDER BY o.order_id`,
  );
  expect(kept).toEqual([
    { name: '#8003', reason: 'source_rule', rule: 'rule:ws' },
    { name: '#8004', reason: 'tiktok_shop', rule: 'switch:tiktokShop' },
  ]);

  expect(await pages.restore({ page: 'sources' }, 1, 'Nia (7)')).toEqual({ ok: true });
  expect(await pages.sources()).toMatchObject({ rules: [], sources: { pos: 'block' } });
  const [restored, changed] = await flow.store.shop(flow.shop.id).audit.list({ limit: 2 });
  expect([restored, changed]).toMatchObject([
    { action: 'settings.restored', target: 'order sources', actor: 'Nia (7)' },
    { action: 'settings.changed', target: 'order sources', actor: 'Nia (7)' },
  ]);
  expect(changed?.after).toContain('wholesale');
  expect(told).toBe(0);
});

it('undoes nothing over somebody else’s later change, and nothing that never was', async () => {
  const first = await pages.save({ page: 'sources' }, await keepWholesale(), 'Nia (7)');
  const other = await sourcesDraft(({ sources }) => ({ sources: { ...sources, draft: 'allow' } }))();
  await pages.save({ page: 'sources' }, other, 'Omar (8)');
  if (!first.ok || first.undo === null) throw new Error('nothing was saved');
  expect(await pages.restore({ page: 'sources' }, first.undo, 'Nia (7)')).toEqual({
    ok: false,
    problem: 'changed_meanwhile',
  });
  expect(await pages.sources()).toMatchObject({ sources: { draft: 'allow' } });
  for (const version of [0, -1, 999, 1.5, NaN, Infinity])
    expect(await pages.restore({ page: 'sources' }, version, 'Nia (7)')).toMatchObject({ ok: false });
});

it('saves no rule that Shopify would not answer, keeps one that lost its access, and asks Shopify before it refuses', async () => {
  const byTag = (action: 'allow' | 'block', on = true) =>
    sourcesDraft(() => ({
      rules: [{ id: 'vip', on, action, field: 'customer_tag', operator: 'is', values: ['vip'] }],
    }))();
  const section = { page: 'sources' } as const;
  expect((await pages.closedSources()).fields).toEqual({
    customer_tag: 'customers',
    company: 'customers',
    customer_type: 'customers',
    market: 'markets',
  });
  expect(await pages.save(section, await byTag('block'), 'Nia (7)')).toEqual({
    ok: false,
    errors: { 'rules.0.field': 'Give Tock access to your customers first, or choose something else.' },
  });
  const business = await sourcesDraft(({ sources }) => ({ sources: { ...sources, b2b: 'block' } }))();
  expect(await pages.save(section, business, 'Nia (7)')).toMatchObject({
    errors: { 'sources.b2b': expect.stringContaining('access to your customers') },
  });
  expect((await pages.save(section, await byTag('block', false), 'Nia (7)')).ok).toBe(true);
  // Granted a moment ago: Shopify knows it, we do not yet.
  atShopify = ['read_customers'];
  expect((await pages.save(section, await byTag('block'), 'Nia (7)')).ok).toBe(true);
  // Taken back: the page shows it, and other changes can still be saved.
  atShopify = [];
  expect(await pages.closedSources()).toMatchObject({ b2b: 'customers' });
  expect((await pages.save(section, await byTag('allow'), 'Nia (7)')).ok).toBe(true);
  granted = ['read_customers', 'read_markets'];
  expect(await pages.closedSources()).toEqual({ fields: {}, b2b: null });
  granted = [];
  await pages.save(section, await sourcesDraft(() => ({ rules: [] }))(), 'Nia (7)');
});

it('saves a pixel’s events, tells the storefront, and undoes only them', async () => {
  const section = { page: 'events', pixel: flow.pixel.id, code: flow.pixel.code } as const;
  const { events } = defaultPixelSettings();
  const before = told;
  const saved = await pages.save(
    section,
    JSON.stringify({ events: { ...events, signup: { on: true, name: 'Subscribe' } } }),
    'Nia (7)',
  );
  if (!saved.ok || saved.undo === null) throw new Error('nothing was saved');
  expect(told).toBe(before + 1);
  await pages.save({ page: 'sources' }, await keepWholesale(), 'Omar (8)');
  expect(await pages.restore(section, saved.undo, 'Nia (7)')).toEqual({ ok: true });
  expect((await pages.pixelPage(flow.pixel.id))?.settings.events).toEqual(events);
  expect((await pages.sources()).rules).toHaveLength(1);
  expect(await pages.save(section, JSON.stringify({ events }), 'Nia (7)')).toEqual({ ok: true, undo: null });
});

it('counts a pixel’s events from the daily totals', async () => {
  expect(await pages.eventCounts(flow.pixel.id)).toEqual({ order: { seen: 8, sent: 0 } });
  expect(await pages.eventCounts('999')).toEqual({});
});

it('shows a real order under a draft: the value and ids that would be sent', async () => {
  const { value, contentId } = defaultPixelSettings();
  const whole = await pages.lookAtValues(pixel(), JSON.stringify({ value, contentId }), '7001');
  const goods = await pages.lookAtValues(
    pixel(),
    JSON.stringify({ value: { ...value, basis: 'subtotal', tax: false }, contentId: { kind: 'sku' } }),
    '7001',
  );
  if (!whole.ok || !goods.ok) throw new Error('a draft was refused');
  const order = webOrder();
  expect(whole.value.example).toMatchObject({ name: '#7001', value: order['current_total_price'] });
  expect(whole.value.example?.properties.value).toBe(Number(order['current_total_price']));
  expect(goods.value.example?.properties).not.toEqual(whole.value.example?.properties);
  // Orders that the sources keep back are no examples.
  expect(whole.value.orders.map(({ name }) => name)).toEqual(['#8002', '#8001', '#7002', '#7001']);
});

it('tests a catalogue against what was bought and stores nothing of it', async () => {
  const { value, contentId } = defaultPixelSettings();
  const draft = JSON.stringify({ value, contentId });
  const look = await pages.lookAtValues(pixel(), draft, null);
  const ids = look.ok ? (look.value.example?.properties.content_ids ?? []) : [];
  expect(ids.length).toBeGreaterThan(0);
  const tested = await pages.testCatalogue(
    pixel(),
    draft,
    `sku_id,title\n${ids.join(',A-secret-title\n')},x`,
  );
  expect(tested).toMatchObject({ ok: true, value: { current: { matched: ids.length }, better: null } });
  expect(await pages.testCatalogue(pixel(), draft, '  \n')).toMatchObject({ ok: false });
  expect(await flow.everything()).not.toContain('A-secret-title');
});

it('takes a feed of TikTok’s catalogue and names the match rate and the setting that mends it', async () => {
  const { value } = defaultPixelSettings();
  const draft = (kind: 'variant' | 'sku') => JSON.stringify({ value, contentId: { kind } });
  const bought = async (kind: 'variant' | 'sku') => {
    const look = await pages.lookAtValues(pixel(), draft(kind), '7001');
    return look.ok ? (look.value.example?.properties.content_ids ?? []) : [];
  };
  const variants = await bought('variant');
  // What has no SKU is sent by its variant either way.
  const skus = (await bought('sku')).filter((id) => !variants.includes(id));
  expect(skus.length).toBeGreaterThan(0);
  const feed = ['sku_id,title,price', ...skus.map((sku) => `${sku},"Board, long",19.00 EUR`)].join('\r\n');
  const tested = await pages.testCatalogue(pixel(), draft('variant'), `\uFEFF${feed}`);
  if (!tested.ok) throw new Error('the feed was refused');
  const words = catalogueWords(tested.value, 'en');
  expect(words).toMatchObject({ state: 'none', better: { setting: { kind: 'sku' } } });
  expect(words.read).toContain('sku_id');
  expect(words.matched).toContain(`0 of ${tested.value.items}`);
  expect(words.missing).toEqual(variants);
  expect(words.better?.text).toContain('SKU');
  const mended = await pages.testCatalogue(pixel(), draft('sku'), feed);
  expect(mended).toMatchObject({ ok: true, value: { current: { matched: skus.length }, better: null } });
});

it('reads orders in pages, newest first, each once, and never another shop’s', async () => {
  const { database } = flow.store;
  await database.run(
    `INSERT INTO orders (shop_id, order_id, name, created_at, processed_at, updated_at, received_at, day, revision,
       source, currency, total_minor, email_keys, webhook_ids, event_ids)
     SELECT s, 1000000 + n, '#' || n, $1, $1, $1, $1, '2026-09-01'::date + n % 7, 1, 'webhook', 'EUR', 1, '{}', '{}', '{}'
     FROM generate_series(1, 1200) n, (VALUES (41), (42)) AS shops(s)`,
    [flow.clock.now()],
  );
  await database.run(
    `INSERT INTO order_revisions (shop_id, order_id, revision, cause, received_at, facts)
     SELECT shop_id, order_id, 1, 'test', $1, '{}' FROM orders WHERE shop_id IN (41, 42)`,
    [flow.clock.now()],
  );
  const seen: { orderId: string; day: string }[] = [];
  let most = 0;
  for await (const page of createRecentOrders(database, '41').since('2026-09-02')) {
    most = Math.max(most, page.length);
    seen.push(...page);
  }
  const wanted = Array.from({ length: 1200 }, (_, place) => place + 1).filter((n) => n % 7 > 0).length;
  expect(seen).toHaveLength(wanted);
  expect(new Set(seen.map(({ orderId }) => orderId)).size).toBe(wanted);
  expect(most).toBe(500);
  expect(seen.map(({ day, orderId }) => `${day} ${orderId}`)).toEqual(
    seen
      .map(({ day, orderId }) => `${day} ${orderId}`)
      .sort()
      .reverse(),
  );
});
