/** The sandbox's switches, its story and its visitors, used over HTTP as the control page uses them. */

import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { calmWebhooks, webhooksSettled } from '../../../sandbox/admin/webhooks.ts';
import { startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import { tiktokOf } from '../../../sandbox/tiktok/business.ts';
import type { SandboxShop } from '../../../sandbox/world.ts';

interface Beacon {
  client: string;
  click?: { id: string };
  events: { name: string }[];
}

let sandbox: Sandbox;
let app: Server;
let shop: SandboxShop;
/** What the app was told, by path. */
let told: { path: string; topic: string | undefined; body: string }[];

beforeAll(async () => {
  told = [];
  app = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const topic = request.headers['x-shopify-topic'];
      told.push({
        path: request.url ?? '',
        topic: typeof topic === 'string' ? topic : undefined,
        body: Buffer.concat(pieces).toString('utf8'),
      });
      response.writeHead(202).end('{}');
    });
  });
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
  const address = app.address();
  const appUrl = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
  sandbox = await startSandbox({ port: 0, appUrl, apiKey: 'k', apiSecret: 's', seed: 5 });
  const northwind = sandbox.world.shops.get('northwind');
  if (!northwind) throw new Error('the seed makes northwind');
  shop = northwind;
  sandbox.world.installApp(shop);
  shop.install.webPixel = {
    id: '1',
    dataSharingState: 'ALWAYS_ON',
    settings: {
      key: 'public',
      endpoint: `${appUrl}/intake/storefront`,
      options: JSON.stringify({
        v: 1,
        events: [
          'page_viewed',
          'product_viewed',
          'product_added_to_cart',
          'checkout_started',
          'checkout_completed',
        ],
        echo: [],
      }),
    },
  };
});

afterAll(async () => {
  await sandbox.close();
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
});

afterEach(async () => {
  await webhooksSettled(sandbox.world);
  told.length = 0;
  tiktokOf(sandbox.world).switches.faults.length = 0;
});

type Json = Record<string, unknown>;

async function command(name: string, given: Json = {}): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${sandbox.url}/control/${name}`, {
    method: 'POST',
    body: JSON.stringify(given),
  });
  const body: Json = await answer.json();
  return { status: answer.status, body };
}

const orderTopics = () => told.flatMap(({ topic }) => (topic?.startsWith('orders/') ? [topic] : []));

describe('the control API', () => {
  test('says in words what it does not understand', async () => {
    expect(await command('nothing/such')).toMatchObject({ status: 404 });
    expect(await command('order/place', { shop: 'nowhere' })).toMatchObject({
      status: 400,
      body: { error: 'There is no shop nowhere; there are northwind, fjord.' },
    });
    expect(await command('tiktok/faults', { kind: 'storm' })).toMatchObject({ status: 400 });
    expect(await command('webhooks/set', { lossRate: 3 })).toMatchObject({ status: 400 });
    expect(await command('clock', { seconds: -5 })).toMatchObject({ status: 400 });
  });

  test('arms a fault, shows it, and lets it go', async () => {
    await command('tiktok/faults', { kind: 'html', status: 502, rate: 0.5, seconds: 60 });
    const state: Json = await (await fetch(`${sandbox.url}/control/state`)).json();
    expect(state.tiktok).toMatchObject({ faults: [{ what: { kind: 'html', status: 502 }, rate: 0.5 }] });
    await command('tiktok/well');
    expect(tiktokOf(sandbox.world).switches.faults).toEqual([]);
  });

  test('moves the clock', async () => {
    const before = sandbox.world.clock.now().getTime();
    await command('clock', { seconds: 3_600 });
    expect(sandbox.world.clock.now().getTime() - before).toBeGreaterThanOrEqual(3_600_000);
  });

  test('places an order, changes it, and sends its webhooks again', async () => {
    await command('order/place', { shop: 'northwind', kind: 'plain' });
    await webhooksSettled(sandbox.world);
    const first = orderTopics();
    expect(first).toContain('orders/create');
    await command('webhooks/resend', { shop: 'northwind', times: 2 });
    await webhooksSettled(sandbox.world);
    expect(orderTopics()).toHaveLength(first.length * 3);
    await command('order/change', { shop: 'northwind', what: 'cancel' });
    await webhooksSettled(sandbox.world);
    expect(orderTopics()).toContain('orders/cancelled');
  });

  test('sets webhooks and calms them again', async () => {
    const { body } = await command('webhooks/set', { duplicates: 1, delaySeconds: 0, lossRate: '0' });
    expect(body.switches).toMatchObject({ duplicates: 1 });
    await command('order/place', { shop: 'northwind', kind: 'plain' });
    await webhooksSettled(sandbox.world);
    expect(orderTopics().filter((topic) => topic === 'orders/create')).toHaveLength(2);
    await command('webhooks/calm');
    const state: { webhooks: { switches: unknown } } = await (
      await fetch(`${sandbox.url}/control/state`)
    ).json();
    expect(state.webhooks.switches).toEqual(calmWebhooks);
  });

  test('takes tokens away, gives new ones, and switches a pixel off', async () => {
    const [pixel] = [...tiktokOf(sandbox.world).pixels.values()];
    if (!pixel) throw new Error('the seed makes pixels');
    const old = pixel.token;
    await command('tiktok/tokens/revoke', { pixel: pixel.code });
    const { body } = await command('tiktok/tokens/renew', { pixel: pixel.code });
    expect(body.token).not.toBe(old);
    expect(tiktokOf(sandbox.world).tokens.get(old)?.revoked).toBe(true);
    await command('tiktok/pixels/active', { pixel: pixel.code, active: false });
    expect(pixel.active).toBe(false);
    await command('tiktok/pixels/active', { pixel: pixel.code, active: true });
  });
});

test.each<[Json, string]>([
  [{ kind: 'code', code: 51008, seconds: 60 }, 'Requests to TikTok: HTTP 200 with code 51008 – for 60 s.'],
  [
    { kind: 'reset', moment: 'after-reading', taken: true, times: 1 },
    'Requests to TikTok: the connection is cut after reading, but the events are taken – once, for the next one.',
  ],
  [
    { kind: 'html', status: 502, rate: 0.5, times: 3 },
    '50 % of the requests to TikTok: HTTP 502 with a web page – for the next 3.',
  ],
  [{ kind: 'half-open' }, 'Requests to TikTok: a connection that never answers – until cleared.'],
])('a fault %j is told in one sentence', async (given, says) => {
  expect((await command('tiktok/faults', given)).body).toMatchObject({ says });
});

describe('the pages', () => {
  test('name only commands that exist', async () => {
    const { commands }: { commands: string[] } = await (
      await fetch(`${sandbox.url}/control/commands`)
    ).json();
    for (const path of ['/control', '/story']) {
      const page = await (await fetch(sandbox.url + path)).text();
      const named = [...page.matchAll(/data-command="([^"]+)"/g)].map(([, name]) => name);
      expect(named.length).toBeGreaterThan(5);
      for (const name of named) expect(commands).toContain(name);
    }
  });
  test('link only to what answers', async () => {
    for (const path of ['/control', '/story']) {
      const page = await (await fetch(sandbox.url + path)).text();
      for (const [, href = ''] of page.matchAll(/href="([^"#]+)"/g)) {
        const address = new URL(href.replaceAll('&amp;', '&'), sandbox.url);
        if (address.hostname !== '127.0.0.1' || address.protocol !== 'http:') continue;
        expect((await fetch(address)).status, address.href).toBe(200);
      }
    }
  });
});

describe.skipIf(!existsSync(new URL('../../../extensions/storefront-pixel/dist', import.meta.url)))(
  'a visitor',
  () => {
    const beacons = () =>
      told.flatMap(({ path, body }): Beacon[] => (path === '/intake/storefront' ? [JSON.parse(body)] : []));

    test('comes by the ad, buys, and the real pixel tells of the click', async () => {
      const { body } = await command('visitors/walk', { shop: 'northwind', consent: 'unasked' });
      await webhooksSettled(sandbox.world);
      const [visitor] = body.visitors as { ttclid: string; clientId: string; order: string }[];
      expect(visitor?.order).toBeDefined();
      expect(beacons().flatMap(({ events }) => events.map(({ name }) => name))).toEqual(
        expect.arrayContaining([
          'product_viewed',
          'product_added_to_cart',
          'checkout_started',
          'checkout_completed',
        ]),
      );
      for (const beacon of beacons()) {
        expect(beacon.client).toBe(visitor?.clientId);
        expect(beacon.click?.id).toBe(visitor?.ttclid);
      }
      expect(orderTopics()).toContain('orders/create');
    });
    test('who declines is not told of, but may buy', async () => {
      await command('visitors/walk', { shop: 'northwind', consent: 'declined' });
      await webhooksSettled(sandbox.world);
      expect(beacons()).toEqual([]);
      expect(orderTopics()).toContain('orders/create');
    });
    test('whose order’s webhooks get lost can be told of later', async () => {
      await command('order/lose', { shop: 'northwind' });
      await webhooksSettled(sandbox.world);
      expect(orderTopics()).toEqual([]);
      await command('webhooks/resend', { shop: 'northwind' });
      await webhooksSettled(sandbox.world);
      expect(orderTopics()).toContain('orders/create');
    });
  },
);
