/** One store's staff at another store's things: every route with an id in it says that it is not there, and changes nothing. */
import { readdirSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { uninstallApp } from '../../../sandbox/admin/installation.ts';
import { openApp, type OpenApp } from './open-app.ts';

const CODE = 'C4A1B2C3D4E5F6G7H8I9';

let app: OpenApp;
let pixelId: string;
let northwind: string;

beforeAll(async () => {
  app = await openApp();
  for (const shop of ['northwind', 'fjord']) expect((await app.page('/app', { shop })).status).toBe(200);
  northwind = app.shop('northwind').id;
  const outcome = await app.house
    .pixelsOf(app.house.store.shop(northwind))
    .add({ code: CODE, token: 'a'.repeat(40), name: 'Main' }, 'test');
  if (!outcome.ok) throw new Error('The pixel was not added.');
  pixelId = outcome.pixel.id;
});
afterAll(() => app.close());

const stateOfNorthwind = async () => {
  const own = app.house.store.shop(northwind);
  return {
    pixels: await own.pixels.list({ removed: true }),
    settings: await own.settings.current(),
    audit: await own.audit.list({ limit: 100 }),
  };
};

/** The route file's name, and the same address with the other store's ids in it. */
const addresses: Record<string, () => string> = {
  'app.pixels.$id': () => `/app/pixels/${pixelId}`,
  'app.log.$pixelId.$eventId': () => `/app/log/${pixelId}/order-6000000000001`,
};

test('every route with an id in its address is tried here', () => {
  const withIds = readdirSync(new URL('../../../app/routes', import.meta.url))
    .map((file) => file.replace(/\.tsx?$/, ''))
    // A guide is nobody's: every store reads the same.
    .filter((name) => /\$\w/.test(name) && name !== 'app.guides.$slug');
  expect(withIds.sort()).toEqual(Object.keys(addresses).sort());
});

describe.each(Object.entries(addresses))('%s', (_route, address) => {
  test('a page of another store is not there', async () => {
    const response = await app.page(address(), { shop: 'fjord' });
    const html = await response.text();
    expect(response.status).toBe(404);
    expect(html).not.toContain(CODE);
    expect(response.headers.get('content-security-policy')).toContain('frame-ancestors https://fjord');
  });

  test.each(['save', 'pause', 'resume', 'remove', 'test', 'resend', ''])(
    'a form with the intent "%s" changes nothing',
    async (intent) => {
      const before = await stateOfNorthwind();
      const response = await app.fetchAs(
        `${address()}?_data=${encodeURIComponent(`routes/${_route}`)}`,
        {
          method: 'POST',
          body: new URLSearchParams({
            intent,
            name: 'Stolen',
            token: 'b'.repeat(40),
            id: pixelId,
            pixelId,
            shop: northwind,
          }),
        },
        { shop: 'fjord' },
      );
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(await stateOfNorthwind()).toEqual(before);
    },
  );
});

describe('the ledger of another store', () => {
  const at = (path: string, route: string) => `${path}&_data=${encodeURIComponent(`routes/${route}`)}`;

  test('is not shown by naming its pixel, and days that are none are refused', async () => {
    const asked = `?part=outside&from=2020-01-01&to=2020-12-31&pixel=${pixelId}`;
    const listed = await app.fetchAs(
      at(`/app/ledger/orders${asked}`, 'app.ledger.orders'),
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
    const part = await app.fetchAs(at('/app/ledger/orders?part=all', 'app.ledger.orders'));
    expect(part.status).toBe(404);
    await part.arrayBuffer();
  });

  test.each(['', 'begin', 'begin everything'])('sends nothing on the intent "%s"', async (intent) => {
    const before = await stateOfNorthwind();
    const response = await app.fetchAs(
      at('/app/ledger/backfill?', 'app.ledger.backfill'),
      { method: 'POST', body: new URLSearchParams({ intent, orders: '0', shop: northwind }) },
      { shop: 'fjord' },
    );
    expect(response.status).toBe(intent === 'begin' ? 200 : 400);
    await response.arrayBuffer();
    expect(await stateOfNorthwind()).toEqual(before);
    expect(await app.house.bookkeeping.backfill.progress(northwind)).toBeNull();
  });
});

test.each(['0', '-1', '99999999999999999999999999', 'null', '%00', '1%20OR%201=1', '..%2f..%2f'])(
  'an id such as %s is an id of nothing',
  async (id) => {
    for (const path of [`/app/pixels/${id}`, `/app/log/${id}/order-1`, `/app/log/${pixelId}/${id}`]) {
      const response = await app.page(path);
      expect(response.status, path).toBe(404);
      await response.arrayBuffer();
    }
  },
);

test('after an uninstall nobody gets in with the old session', async () => {
  const shop = app.shop('fjord');
  uninstallApp(app.sandbox.world, shop);
  await app.webhook('/webhooks/app', 'app/uninstalled', {}, { domain: shop.domain });
  const response = await app.fetchAs('/app?_data=routes%2Fapp', {}, { shop: 'fjord' });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('did not let Tock in');
});
