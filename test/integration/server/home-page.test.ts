/** Home and a pixel's page as the server answers them: how it stands, the money that waits for a token, the set-up list, the start. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import { tiktokOf } from '../../../sandbox/tiktok/business.ts';
import { openApp, type OpenApp, type Who } from './open-app.ts';

const HOUR = 3_600_000;

let app: OpenApp;
let pixel: { id: string; code: string; token: string };

interface Home {
  state: string;
  line: string;
  next: { to: string } | null;
  today: Record<string, string>;
  month: Record<string, string>;
  chart: { days: { label: string; sent: number; skipped: number; waiting: number }[] };
  coverage: { keys: { name: string; percent: number }[] } | null;
  stuck: { sentences: string[] }[];
  testing: { name: string }[];
  alerts: { title: string; to: string }[];
  steps: { key: string; done: boolean; to?: string; tick?: boolean | null; optional?: boolean }[];
  dismissed: boolean;
}

const home = async (who: Who = {}): Promise<Home> =>
  (await app.fetchAs(`/app?index&_data=${encodeURIComponent('routes/app._index')}`, {}, who)).json();
const act = (form: Record<string, string>, who: Who = {}) =>
  app.fetchAs(
    `/app?index&_data=${encodeURIComponent('routes/app._index')}`,
    { method: 'POST', body: new URLSearchParams(form) },
    who,
  );
const atPixel = async (form?: Record<string, string>) =>
  app.fetchAs(
    `/app/pixels/${pixel.id}?_data=${encodeURIComponent('routes/app.pixels.$id')}`,
    form ? { method: 'POST', body: new URLSearchParams(form) } : {},
  );
/** What the frame round every page reminds of. */
const reminded = async (): Promise<string[]> => {
  const frame: { testing: { name: string }[] } = await (
    await app.fetchAs(`/app/events?_data=${encodeURIComponent('routes/app')}`)
  ).json();
  return frame.testing.map(({ name }) => name);
};
const done = (seen: Home) => seen.steps.filter((step) => step.done).map(({ key }) => key);
const own = () => app.house.store.shop(app.shop().id);

async function orders(...kinds: Parameters<typeof draftOfKind>[2][]): Promise<void> {
  const { world } = app.sandbox;
  const stored = () => app.house.store.database.rows('SELECT 1 FROM orders');
  const before = (await stored()).length;
  for (const kind of kinds) placeOrder(world, app.shop(), draftOfKind(world, app.shop(), kind));
  await world.clock.settle();
  await vi.waitFor(async () => expect(await stored()).toHaveLength(before + kinds.length), {
    timeout: 15_000,
  });
}

beforeAll(async () => {
  app = await openApp();
  for (const shop of ['northwind', 'fjord']) expect((await app.page('/app', { shop })).status).toBe(200);
});
afterAll(() => app.close());

test('a store that has nothing yet is disconnected, with one thing to do and a list that can be put away and back', async () => {
  expect(await home()).toMatchObject({
    state: 'disconnected',
    next: { to: '/app/pixels/new' },
    coverage: null,
    stuck: [],
    dismissed: false,
  });
  expect((await home()).chart.days).toHaveLength(30);
  expect(done(await home())).toEqual(['webPixel']);
  await act({ intent: 'dismiss', on: 'yes' });
  expect((await home()).dismissed).toBe(true);
  expect((await home({ shop: 'fjord' })).dismissed).toBe(false);
  await act({ intent: 'dismiss', on: 'no' });
  expect((await home()).dismissed).toBe(false);
  expect((await act({ intent: 'nonsense' })).status).toBe(400);
  const entries = await own().audit.list({ limit: 10 });
  expect(entries.filter(({ action }) => action === 'setup.marked')).toMatchObject([
    { target: 'dismissed', before: 'true', after: 'false' },
    { target: 'dismissed', before: 'false', after: 'true' },
  ]);
});

test('waits for the first order, then is active with its numbers, its days and what it is matched by', async () => {
  const known = [...tiktokOf(app.sandbox.world).pixels.values()].find(
    ({ shop }) => shop === app.shop().handle,
  );
  if (!known) throw new Error('The sandbox has no pixel for this shop.');
  const added = await app.house
    .pixelsOf(own())
    .add({ code: known.code, token: known.token, name: 'Main' }, 'test');
  if (!added.ok) throw new Error('The pixel was not added.');
  pixel = { id: added.pixel.id, code: known.code, token: known.token };
  expect(await home()).toMatchObject({ state: 'waiting' });

  await orders('plain', 'pos');
  app.clock.advance(5 * 60_000);
  await app.house.delivery.runDue();
  const seen = await home();
  expect(seen).toMatchObject({
    state: 'active',
    next: null,
    today: { orders: '2', sent: '1', skipped: '1', waiting: '0', refused: '0' },
    month: { orders: '2', sent: '1' },
  });
  expect(seen.today.value).toMatch(/^\$\d/);
  expect(seen.chart.days.at(-1)).toMatchObject({ sent: 1, skipped: 1, waiting: 0 });
  expect(seen.coverage?.keys).toContainEqual({ name: 'Email', percent: 100, text: '100%' });
  expect(seen.coverage?.keys).toContainEqual({ name: 'Ad click', percent: 0, text: '0%' });
  expect(done(seen)).toEqual(['pixel', 'webPixel', 'order']);
  expect(seen.steps.find(({ key }) => key === 'webPixel')?.to).toBe('/app/storefront');
});

test('TikTok’s own data sharing is ticked off by staff until the storefront itself can tell', async () => {
  await act({ intent: 'sharing', on: 'yes' });
  expect((await home()).steps.find(({ key }) => key === 'sharing')).toMatchObject({ done: true, tick: true });
  await act({ intent: 'sharing', on: 'no' });
  expect((await home()).steps.find(({ key }) => key === 'sharing')).toMatchObject({
    done: false,
    tick: false,
  });
});

test('test mode is said on every page, and a test event that TikTok took is a step done', async () => {
  await atPixel({ intent: 'save', name: 'Main', testEventCode: 'TEST12345', browserLeg: 'off' });
  expect(await home()).toMatchObject({ state: 'test', testing: [{ name: 'Main' }] });
  expect(await reminded()).toEqual(['Main']);
  expect(done(await home())).not.toContain('test');
  expect(await (await atPixel({ intent: 'test' })).json()).toMatchObject({ test: { arrived: true } });
  expect(done(await home())).toContain('test');
  await atPixel({ intent: 'save', name: 'Main', testEventCode: '', browserLeg: 'off' });
  expect(await home()).toMatchObject({ state: 'active', testing: [] });
  expect(await reminded()).toEqual([]);
});

test('the start is read in the time of the store, kept to the second while nobody touches it, and refused beside its field', async () => {
  const before = (await own().pixels.get(pixel.id))?.activeFrom;
  await atPixel({ intent: 'save', name: 'Main', testEventCode: '', activeFrom: '' });
  expect((await own().pixels.get(pixel.id))?.activeFrom).toEqual(before);
  const page: { activeFrom: string; zone: string } = await (await atPixel()).json();
  expect(page.zone).toBe('Eastern Time');
  const inStore = { timeZone: 'America/New_York' };
  expect(page.activeFrom).toBe(app.house.localTime(inStore, before ?? new Date()).slice(0, 16));

  const wanted = new Date(Math.floor((app.clock.now().getTime() - HOUR) / 60_000) * 60_000);
  const local = app.house.localTime(inStore, wanted).slice(0, 16);
  await atPixel({ intent: 'save', name: 'Main', testEventCode: '', activeFrom: local });
  expect((await own().pixels.get(pixel.id))?.activeFrom).toEqual(wanted);
  const refused = await atPixel({
    intent: 'save',
    name: 'Main',
    testEventCode: '',
    activeFrom: '2020-01-01T00:00',
  });
  expect(await refused.json()).toMatchObject({
    errors: { activeFrom: expect.stringContaining('At most 7 days back') },
  });
  expect((await own().pixels.get(pixel.id))?.activeFrom).toEqual(wanted);
});

test('a refused token is said first, with the money that waits, how long it is of use, and what became too late', async () => {
  await own().pixels.change(pixel.id, { state: 'token_refused' }, 'TikTok');
  app.house.shops.forget();
  await orders('plain', 'plain');
  app.clock.advance(5 * 60_000);
  await app.house.delivery.hold(pixel.id);
  const seen = await home();
  expect(seen).toMatchObject({ state: 'token_refused', next: { to: `/app/pixels/${pixel.id}` } });
  expect(seen.line).toContain('Main cannot send');
  expect(seen.stuck[0]?.sentences[0]).toMatch(/^2 orders worth \$[\d,.]+ wait/);
  expect(seen.stuck[0]?.sentences[1]).toMatch(/^They can still go out until /);
  expect(await (await atPixel()).json()).toMatchObject({ waits: seen.stuck[0]?.sentences });
  expect((await home({ shop: 'fjord' })).stuck).toEqual([]);

  await app.house.alerts.watch();
  expect((await app.house.openAlerts(app.shop().id)).map(({ cause }) => cause)).toContain('token_refused');
  expect((await home()).alerts).toEqual([]);

  // The same orders at a paused pixel wait for no token.
  await own().pixels.change(pixel.id, { state: 'paused' }, 'test');
  expect(await home()).toMatchObject({ state: 'paused', next: { to: `/app/pixels/${pixel.id}` } });
  expect((await home()).stuck[0]?.sentences[0]).toMatch(/^2 orders .* wait until the pixel is resumed\.$/);
  await own().pixels.change(pixel.id, { state: 'token_refused' }, 'TikTok');
  const replace = async () =>
    (await atPixel({ intent: 'save', name: 'Main', testEventCode: '', token: pixel.token })).json();
  expect(await replace()).toMatchObject({ done: 'Token replaced. Going out now: 2 orders.' });
  await own().pixels.change(pixel.id, { state: 'token_refused' }, 'TikTok');

  app.clock.advance(14 * 24 * HOUR + HOUR);
  expect((await home()).stuck[0]?.sentences).toEqual([expect.stringMatching(/^2 orders became too late/)]);
  expect(await replace()).toMatchObject({ done: 'Token replaced. Too late to send: 2 orders.' });
});

test('a store that was disconnected is told so, with the way back', async () => {
  await own().pixels.disconnectAll('test');
  app.house.shops.forget();
  const seen = await home();
  expect(seen).toMatchObject({ state: 'disconnected', next: { to: `/app/pixels/${pixel.id}` } });
  expect(seen.line).toContain('Orders are kept and wait');
});

test('what an alert tells stands at Home too, with its next step, in its own store only', async () => {
  await app.house.store.database.run(
    `INSERT INTO alerts (shop_id, cause, opened_at, figures) VALUES ($1, 'not_closed', $2, '{"days": 2, "first": "2026-11-01"}')`,
    [app.shop().id, app.clock.now()],
  );
  expect((await home()).alerts).toContainEqual(
    expect.objectContaining({ title: '2 days of the ledger are not closed', to: '/app/ledger' }),
  );
  expect((await home({ shop: 'fjord' })).alerts).toEqual([]);
});

test('nobody without a session sees or changes any of it', async () => {
  for (const who of [{ lifetime: -60 }, { secret: 'forged' }]) {
    const page = await app.fetchAs(`/app?index&_data=${encodeURIComponent('routes/app._index')}`, {}, who);
    expect(page.status).toBe(401);
    expect((await act({ intent: 'dismiss', on: 'yes' }, who)).status).toBe(401);
  }
});
