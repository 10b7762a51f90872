/** The process itself under load: what it acknowledged is stored, whether it is asked to stop or killed. */
import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sandboxCredentials } from '../../../app/config.ts';
import { freePort, openPlace, startApp, type AppProcess, type Place } from '../../support/app-processes.ts';
import { shopProfile } from '../../support/database.ts';
import { webOrder } from '../../support/flow.ts';

const SENDERS = 16;
let place: Place;
let port: number;
let app: AppProcess;
const shop = shopProfile();
/** Orders that were answered with 200. */
const acknowledged = new Set<string>();
let next = 7_000_000_000_000;

beforeAll(async () => {
  place = await openPlace();
  const store = await place.openStore(2);
  await store.installs.install(shop);
  await store.close();
  port = await freePort();
}, 60_000);
afterAll(async () => {
  app.kill();
  await app.ended;
  await place.remove();
});

async function start(): Promise<void> {
  app = startApp({
    door: 'both',
    place,
    throughUrl: true,
    port,
    appUrl: `http://127.0.0.1:${port}`,
    // Nobody is there: nothing of this goes to Shopify or TikTok.
    sandboxUrl: 'http://127.0.0.1:9',
    logFile: path.join(place.dataDir, 'app.log'),
  });
  await app.ready();
}

interface Sending {
  id: string;
  /** The rest of the body. */
  finish(): void;
  /** The status, or why there is none. */
  answer: Promise<number | string>;
}

/** Sends an order's webhook, the second half of its body when told. */
function begin(agent: Agent): Sending {
  const order = webOrder({ id: (next += 1) });
  const body = Buffer.from(JSON.stringify(order));
  const id = String(order.id);
  const req = request({
    host: '127.0.0.1',
    port,
    agent,
    method: 'POST',
    path: '/webhooks/orders',
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': shop.domain,
      'x-shopify-hmac-sha256': createHmac('sha256', sandboxCredentials.apiSecret)
        .update(body)
        .digest('base64'),
      'x-shopify-api-version': '2026-10',
      'x-shopify-webhook-id': randomUUID(),
    },
  });
  const answer = new Promise<number | string>((resolve) => {
    req.on('response', (res) => {
      res.resume();
      if (res.statusCode === 200) acknowledged.add(id);
      res.on('close', () => resolve(res.statusCode ?? 0));
    });
    req.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  const half = Math.floor(body.length / 2);
  req.write(body.subarray(0, half));
  return { id, finish: () => void req.end(body.subarray(half)), answer };
}

/** Sends one after the other until an answer does not come; `enough` resolves when so many are acknowledged. */
function load(count: number): { enough: Promise<void>; over: Promise<unknown> } {
  const before = acknowledged.size;
  let tell: () => void = () => undefined;
  const enough = new Promise<void>((resolve) => (tell = resolve));
  const sender = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let answer: number | string = 200; answer === 200;) {
      const sending = begin(agent);
      sending.finish();
      answer = await sending.answer;
      if (acknowledged.size - before >= count) tell();
    }
    agent.destroy();
  };
  return { enough, over: Promise.all(Array.from({ length: SENDERS }, sender)) };
}

async function stored(): Promise<Set<string>> {
  const store = await place.openStore(2);
  const rows = await store.database.rows<{ id: string }>(
    `SELECT o.order_id::text AS id FROM orders o JOIN order_revisions USING (shop_id, order_id, revision)`,
  );
  await store.close();
  return new Set(rows.map(({ id }) => id));
}

test('SIGTERM under load: whatever was accepted is answered and stored, and the process ends by itself', async () => {
  await start();
  const { enough, over } = load(300);
  await enough;
  const agent = new Agent({ keepAlive: false });
  const halfway = Array.from({ length: 10 }, () => begin(agent));
  // When this is answered the server has read what came before it.
  await fetch(`http://127.0.0.1:${port}/healthz`);
  await fetch(`http://127.0.0.1:${port}/healthz`);
  const stopped = app.stop();
  for (const sending of halfway) sending.finish();
  expect(await Promise.all(halfway.map(({ answer }) => answer))).toEqual(halfway.map(() => 200));
  await Promise.all([over, stopped]);
  const there = await stored();
  expect([...acknowledged].filter((id) => !there.has(id))).toEqual([]);
}, 60_000);

test('kill -9 under load: nothing that was acknowledged is lost, nothing is there by half', async () => {
  await start();
  const { enough, over } = load(300);
  await enough;
  app.kill();
  await Promise.all([over, app.ended]);
  const there = await stored();
  expect([...acknowledged].filter((id) => !there.has(id))).toEqual([]);
  // At most what every sender had on its way was stored and could not be answered.
  expect(there.size - acknowledged.size).toBeLessThanOrEqual(SENDERS);
}, 60_000);
