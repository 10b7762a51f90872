/** Strangers at every page and every form: another store's staff, an ended and a forged session, and after an uninstall. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { uninstallApp } from '../../../sandbox/admin/installation.ts';
import { webhooksSettled } from '../../../sandbox/admin/webhooks.ts';
import { placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import {
  ADMIN_FILES,
  ADMIN_PAGES,
  adminRoutes,
  isOwn,
  type AdminPage,
  type Places,
} from '../../support/admin-pages.ts';
import { openApp, type OpenApp, type Who } from './open-app.ts';

const CODE = 'C4A1B2C3D4E5F6G7H8I9';
const PIXEL_NAME = 'Northwind’s own pixel';
const ROUTES = [...ADMIN_PAGES, ...ADMIN_FILES];
const facts = new Map(adminRoutes().map((known) => [known.route, known]));
const loads = ({ route }: AdminPage): boolean => facts.get(route)?.loads ?? false;
/** A file answers by itself; a page's part is asked for by its route. */
const isFile = (page: AdminPage): boolean => ADMIN_FILES.includes(page);
const forms = ROUTES.flatMap((page) =>
  [...page.intents, ...(page.intents.length > 0 ? ['', 'nonsense'] : [])].map((intent) => ({ page, intent })),
);

let app: OpenApp;
let at: Places;
let northwind: string;
let orderName: string;

beforeAll(async () => {
  app = await openApp();
  for (const shop of ['northwind', 'fjord']) expect((await app.page('/app', { shop })).status).toBe(200);
  const shop = app.shop('northwind');
  northwind = shop.id;
  const outcome = await app.house
    .pixelsOf(app.house.store.shop(northwind))
    .add({ code: CODE, token: 'a'.repeat(40), name: PIXEL_NAME }, 'test');
  if (!outcome.ok) throw new Error('The pixel was not added.');
  const { world } = app.sandbox;
  const order = placeOrder(world, shop, draftOfKind(world, shop, 'plain'));
  orderName = order.name;
  await webhooksSettled(world);
  const eventId = `order-${order.id}`;
  at = { pixelId: outcome.pixel.id, sent: eventId, skipped: eventId };
});
afterAll(() => app.close());

/** The question, made once. */
let marks: string | undefined;

/** Everything that the database has of a store, table by table, as one mark each. */
async function rowsOf(shopId: string): Promise<Record<string, string>> {
  const { database } = app.house.store;
  if (marks === undefined) {
    const tables = await database.rows<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'shop_id' AND NOT a.attisdropped
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    marks = tables
      .map(
        ({ name }) =>
          `SELECT '${name}' AS name, count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS mark
             FROM ${name} t WHERE shop_id = $1`,
      )
      .join(' UNION ALL ');
  }
  const rows = await database.rows<{ name: string; mark: string }>(marks, [shopId]);
  return Object.fromEntries(rows.map(({ name, mark }) => [name, mark]));
}

function dataAddress(page: AdminPage, more: Record<string, string> = {}): string {
  const [path = '', query] = page.path(at).split('?');
  const search = new URLSearchParams(query);
  if (!isFile(page)) search.set('_data', `routes/${page.route}`);
  for (const [name, value] of Object.entries(more)) search.set(name, value);
  return `${path}?${search.toString()}`;
}
const READ = ROUTES.filter((page) => !isFile(page) || loads(page));

const send = (page: AdminPage, intent: string, who: Who): Promise<Response> =>
  app.fetchAs(
    dataAddress(page),
    {
      method: 'POST',
      body: new URLSearchParams({
        intent,
        name: 'Stolen',
        token: 'b'.repeat(40),
        id: at.pixelId,
        pixel: at.pixelId,
        pixelId: at.pixelId,
        shop: northwind,
        typed: 'northwind.myshopify.com',
        version: '1',
        draft: '{}',
      }),
    },
    who,
  );

/** Nothing that only Northwind's staff may read. */
async function tellsNothing(response: Response): Promise<void> {
  const text = await response.text();
  for (const secret of [CODE, PIXEL_NAME, orderName, at.sent]) expect(text).not.toContain(secret);
}

test('every route is tried here, and every form says what it intends', () => {
  expect([...new Set(ROUTES.map(({ route }) => route))].sort()).toEqual([...facts.keys()].sort());
  for (const page of ROUTES)
    expect(page.intents.length > 0, page.route).toBe(facts.get(page.route)?.acts ?? false);
});

test('what strangers must not see is there for our own staff, and what they must not change can be changed', async () => {
  const pixel = ROUTES.find(({ name }) => name === 'pixel');
  if (!pixel) throw new Error('The pixel’s page is not on the list.');
  const page = await (await app.page(pixel.path(at))).text();
  expect(page).toContain(CODE);
  expect(page).toContain(PIXEL_NAME);
  const log = await (await app.page('/app/log')).text();
  expect(log).toContain(orderName);
  expect(log).toContain(at.sent);
  const before = await rowsOf(northwind);
  expect((await send(pixel, 'pause', {})).status).toBe(200);
  const after = await rowsOf(northwind);
  expect(after['pixels']).not.toBe(before['pixels']);
  expect(after['audit_entries']).not.toBe(before['audit_entries']);
});

describe('another store’s staff', () => {
  test.each(READ)('$name shows nothing of ours', async (page) => {
    const response = await app.page(page.path(at), { shop: 'fjord' });
    expect(response.status).toBe(isOwn(page) ? 404 : 200);
    if (!isFile(page))
      expect(response.headers.get('content-security-policy')).toContain('frame-ancestors https://fjord');
    await tellsNothing(response);
  });

  test.each(forms)('$page.name, the form “$intent”, changes nothing of ours', async ({ page, intent }) => {
    const before = await rowsOf(northwind);
    const response = await send(page, intent, { shop: 'fjord' });
    if (isOwn(page)) expect([400, 404]).toContain(response.status);
    else expect(response.status).toBeLessThan(500);
    await tellsNothing(response);
    expect(await rowsOf(northwind)).toEqual(before);
  });

  test.each(READ)('$name does not believe an address that names our store', async (page) => {
    const address = dataAddress(page, { shop: 'northwind.myshopify.com' });
    const response = await app.fetchAs(address, {}, { shop: 'fjord' });
    expect(response.status).toBe(loads(page) ? 403 : 400);
    await tellsNothing(response);
  });
});

describe.each([
  ['a session that has ended', { lifetime: -120 }],
  ['a session that somebody forged', { secret: 'not-the-secret-of-this-app' }],
] satisfies [string, Who][])('%s', (_name, who) => {
  test.each(READ)('$name sends a reader to fetch another, and shows nothing', async (page) => {
    const response = await app.page(page.path(at), who);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toMatch(/^\/auth\/session-token\?/);
    await tellsNothing(response);
    if (!loads(page)) return;
    const data = await app.fetchAs(dataAddress(page), {}, who);
    expect(data.status).toBe(401);
    expect(data.headers.get('x-shopify-retry-invalid-session-request')).toBe('1');
    await tellsNothing(data);
  });

  test.each(forms)('$page.name, the form “$intent”, is refused', async ({ page, intent }) => {
    const before = await rowsOf(northwind);
    const response = await send(page, intent, who);
    expect(response.status).toBe(401);
    expect(response.headers.get('x-shopify-retry-invalid-session-request')).toBe('1');
    await tellsNothing(response);
    expect(await rowsOf(northwind)).toEqual(before);
  });
});

describe('the ledger of another store', () => {
  const data = (path: string, route: string) => `${path}&_data=${encodeURIComponent(`routes/${route}`)}`;

  test('is not shown by naming its pixel, and days that are none are refused', async () => {
    const asked = `?part=outside&from=2020-01-01&to=2020-12-31&pixel=${at.pixelId}`;
    const listed = await app.fetchAs(
      data(`/app/ledger/orders${asked}`, 'app.ledger.orders'),
      {},
      { shop: 'fjord' },
    );
    expect(await listed.json()).toMatchObject({ orders: [] });
    const file = await app.fetchAs('/app/ledger/csv?from=2026-11-01&to=2026-11-02', {}, { shop: 'fjord' });
    const text = await file.text();
    expect(file.status).toBe(200);
    expect(text).toContain(app.shop('fjord').domain);
    expect(text).not.toContain(CODE);
    const wrong = await app.fetchAs('/app/ledger/csv?from=never&to=2026-11-02', {}, { shop: 'fjord' });
    expect(wrong.status).toBe(400);
    await wrong.arrayBuffer();
    const part = await app.fetchAs(data('/app/ledger/orders?part=all', 'app.ledger.orders'));
    expect(part.status).toBe(404);
    await part.arrayBuffer();
  });

  test.each(['', 'begin', 'begin everything'])('sends nothing on the intent "%s"', async (intent) => {
    const before = await rowsOf(northwind);
    const response = await app.fetchAs(
      data('/app/ledger/backfill?', 'app.ledger.backfill'),
      { method: 'POST', body: new URLSearchParams({ intent, orders: '0', shop: northwind }) },
      { shop: 'fjord' },
    );
    expect(response.status).toBe(intent === 'begin' ? 200 : 400);
    await response.arrayBuffer();
    expect(await rowsOf(northwind)).toEqual(before);
    expect(await app.house.bookkeeping.backfill.progress(northwind)).toBeNull();
  });
});

test.each(['0', '-1', '99999999999999999999999999', 'null', '%00', '1%20OR%201=1', '..%2f..%2f'])(
  'an id such as %s is an id of nothing',
  async (id) => {
    for (const path of [`/app/pixels/${id}`, `/app/log/${id}/order-1`, `/app/log/${at.pixelId}/${id}`]) {
      const response = await app.page(path);
      expect(response.status, path).toBe(404);
      await response.arrayBuffer();
    }
  },
);

describe('after an uninstall', () => {
  let before: Record<string, string>;
  beforeAll(async () => {
    const shop = app.shop('northwind');
    uninstallApp(app.sandbox.world, shop);
    await webhooksSettled(app.sandbox.world);
    expect((await app.house.store.installs.shopByDomain(shop.domain))?.uninstalledAt).not.toBeNull();
    before = await rowsOf(northwind);
  });

  test.each(READ)('$name lets nobody in with the old session', async (page) => {
    const response = await app.page(page.path(at));
    expect(response.status).toBe(503);
    await tellsNothing(response);
  });

  test.each(forms)('$page.name, the form “$intent”, does nothing', async ({ page, intent }) => {
    const response = await send(page, intent, {});
    expect(response.status).toBe(503);
    await tellsNothing(response);
    expect(await rowsOf(northwind)).toEqual(before);
  });
});
