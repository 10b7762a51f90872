/** The conflict radar over the whole app: what a second sender in the sandbox's storefront makes it say, and when it stops. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Beacon } from '../../../app/conversion/beacon.ts';
import { createOutbound } from '../../../app/base/outbound.ts';
import { createRadar } from '../../../app/radar/radar.ts';
import type { StorefrontCheck } from '../../../app/radar/findings.ts';
import { createStorefrontChecks } from '../../../app/store/storefront-checks.ts';
import type { InstalledShop } from '../../../app/store/installs.ts';
import { tiktokOf } from '../../../sandbox/tiktok/business.ts';
import { openApp, type OpenApp } from '../server/open-app.ts';

let app: OpenApp;
let shop: InstalledShop;
let code: string;

beforeAll(async () => {
  app = await openApp();
  const { house, sandbox } = app;
  const page = await house.requireShop(
    new Request(`${app.url}/app?shop=${app.shop().domain}&embedded=1&host=x&id_token=${app.token()}`, {
      headers: { authorization: `Bearer ${app.token()}` },
    }),
  );
  const pixel = [...tiktokOf(sandbox.world).pixels.values()].find((known) => known.shop === 'northwind');
  code = pixel?.code ?? '';
  await house
    .pixelsOf(page.store)
    .add({ code, token: pixel?.token ?? '', name: 'Main', browserLeg: 'on' }, 'test');
  app.shop().embedEnabled = true;
  shop = await page.store.details();
});
afterAll(() => app.close());

function sender(kind: 'tiktok-app' | 'other-app' | undefined, pixel = code): void {
  const { secondSenders } = tiktokOf(app.sandbox.world).switches;
  if (kind === undefined) secondSenders.delete('northwind');
  else secondSenders.set('northwind', { kind, pixel });
}

const kinds = (check: StorefrontCheck | null) =>
  check?.findings.map(({ kind, pixelCode, countsTwice }) => [kind, pixelCode, countsTwice]);

describe('the radar', () => {
  it('says nothing before it looked, and finds nothing where only Tock sends', async () => {
    expect(await app.house.radarFindings(shop)).toBeNull();
    const check = await app.house.checkStorefront(shop);
    expect(check).toMatchObject({ state: 'read', findings: [], status: null });
    expect(check.pages).toHaveLength(2);
  });

  it('finds TikTok’s own app on the same pixel, keeps it, and clears it when it is gone', async () => {
    sender('tiktok-app');
    expect(kinds(await app.house.checkStorefront(shop))).toEqual([['tiktok_app', code, true]]);
    expect(kinds(await app.house.radarFindings(shop))).toEqual([['tiktok_app', code, true]]);
    sender(undefined);
    expect(kinds(await app.house.checkStorefront(shop))).toEqual([]);
    expect(kinds(await app.house.radarFindings(shop))).toEqual([]);
  });

  it('finds a snippet in the theme', async () => {
    sender('other-app', 'C9SOMEBODYELSES00001');
    expect(kinds(await app.house.checkStorefront(shop))).toEqual([['theme', 'C9SOMEBODYELSES00001', false]]);
    sender(undefined);
  });
});

it('behind a password, and where nothing answers, it says so and keeps what it knew', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/password') response.end('<p>Opening soon</p>');
    else response.writeHead(302, { location: '/password' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const rows = createStorefrontChecks(app.house.store.database);
  const radar = createRadar({
    outbound: createOutbound({ sandboxUrl: `http://127.0.0.1:${port}` }),
    rows,
    clock: app.clock,
    log: app.house.log,
  });
  const closed = {
    id: shop.id,
    domain: shop.domain,
    url: `http://northwind.localhost:${port}`,
    own: { webPixelId: null, endpoint: 'https://tock.example/x', codes: [code] },
    loaded: [],
  };
  sender('tiktok-app');
  await app.house.checkStorefront(shop);
  sender(undefined);
  server.closeAllConnections();
  const locked = await radar.check(closed);
  expect(locked.state).toBe('password');
  expect(kinds(locked)).toEqual([['tiktok_app', code, true]]);

  server.closeAllConnections();
  server.close();
  const unreachable = await radar.check(closed);
  expect(unreachable.state).toBe('unreachable');
  expect(kinds(unreachable)).toEqual([['tiktok_app', code, true]]);

  // Looked at a moment ago: a day has to pass first.
  expect(await radar.checkDue([closed])).toBe(0);
  app.clock.advance(24 * 3_600_000);
  expect(await radar.checkDue([closed])).toBe(1);
});

it('a new version of Tock gives every store’s storefront its settings, once', async () => {
  const { install } = app.shop();
  const were = { ...install.webPixel?.settings };
  if (install.webPixel) install.webPixel.settings = { ...were, options: '{"v":0}' };
  const asked = () =>
    app.sandbox.world.events.filter((event) => event.kind === 'graphql' && event.shop === shop.domain).length;
  expect(await app.house.renewStorefronts()).toBe(1);
  expect(install.webPixel?.settings).toEqual(were);
  const before = asked();
  expect(before).toBeGreaterThan(0);
  expect(await app.house.renewStorefronts()).toBe(0);
  expect(asked()).toBe(before);
});

it('counts what visits saw of scripts that are not ours, says so from the third on, and forgets it in three days', async () => {
  const rows = createStorefrontChecks(app.house.store.database);
  const day = () => app.clock.now().toISOString().slice(0, 10);
  const theirs = 'C9SOMEBODYELSES00001';
  await Promise.all(Array.from({ length: 5 }, () => rows.addSighting(shop.id, day(), [])));
  await Promise.all(Array.from({ length: 2 }, () => rows.addSighting(shop.id, day(), [theirs])));
  expect(kinds(await app.house.checkStorefront(shop))).toEqual([]);
  const { publicKey } = shop;
  const beacon = await fetch(`${app.url}/intake/storefront`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify(sightingBeacon(publicKey, app.clock.now(), [theirs])),
  });
  expect(beacon.status).toBe(202);
  await expect
    .poll(async () => kinds(await app.house.checkStorefront(shop)), { timeout: 10_000 })
    .toEqual([['visits', theirs, false]]);
  expect((await app.house.radarFindings(shop))?.findings[0]?.visits).toMatchObject({ seen: 3, of: 8 });

  app.clock.advance(4 * 24 * 3_600_000);
  expect(kinds(await app.house.checkStorefront(shop))).toEqual([]);
  expect(await rows.sightings(shop.id, '2000-01-01')).toEqual({ visits: 0, seen: [] });
});

it('keeps no more codes of a day than a shop could have, and goes on counting those it knows', async () => {
  const rows = createStorefrontChecks(app.house.store.database);
  const day = app.clock.now().toISOString().slice(0, 10);
  const made = Array.from({ length: 40 }, (_, place) => `CMADEUP${String(place).padStart(13, '0')}`);
  for (const code of made) await rows.addSighting(shop.id, day, [code]);
  await rows.addSighting(shop.id, day, [made[0] ?? '']);
  const { seen, visits } = await rows.sightings(shop.id, day);
  expect(visits).toBe(41);
  expect(seen.length).toBeLessThanOrEqual(20);
  expect(seen.find(({ code }) => code === made[0])?.visits).toBe(2);
});

function sightingBeacon(key: string, now: Date, tiktok: string[]): Beacon {
  const at = now.toISOString();
  return {
    v: 1,
    key,
    client: 'client-of-a-sighting',
    sent: at,
    consent: { analytics: true, marketing: true, preferences: true, saleOfData: true },
    tiktok,
    events: [
      {
        id: 'sh-sighted',
        shopifyId: 'sh-sighted',
        name: 'search_submitted',
        at,
        page: { url: 'https://northwind.example/search' },
        draft: { query: 'cap' },
      },
    ],
  };
}
