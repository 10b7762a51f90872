/** The client and the catalogue against the sandbox's TikTok, which refuses what the original refuses. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTikTok, type TikTok } from '../../../app/tiktok/client.ts';
import { classify } from '../../../app/tiktok/errors.ts';
import { requestBody } from '../../../app/delivery/prepare.ts';
import { startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import {
  conversionsOf,
  pixelsOfShop,
  tiktokOf,
  type Business,
  type TiktokPixel,
} from '../../../sandbox/tiktok/business.ts';
import { manualClock } from '../../support/clock.ts';

const clock = manualClock('2026-11-21T10:00:00Z');
let sandbox: Sandbox;
let business: Business;
let pixel: TiktokPixel;
let client: TikTok;

beforeAll(async () => {
  sandbox = await startSandbox({
    port: 0,
    appUrl: 'http://127.0.0.1:1',
    apiKey: 'k',
    apiSecret: 's',
    seed: 7,
    clock,
  });
  business = tiktokOf(sandbox.world);
  const [handle = ''] = sandbox.world.shops.keys();
  const [first] = pixelsOfShop(business, handle);
  if (!first) throw new Error('the seed makes a pixel');
  pixel = first;
  client = createTikTok({ baseUrl: `${sandbox.url}/tiktok/open_api/v1.3` });
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
});

const event = (id: unknown): string =>
  JSON.stringify({
    event: 'CompletePayment',
    event_time: 1_795_255_200,
    event_id: id,
    user: { email: 'a'.repeat(64) },
    properties: { currency: 'EUR', value: 10 },
    page: { url: 'https://shop.example/' },
  });

const send = async (events: string[], change: { token?: string; code?: string } = {}) => {
  const answer = await client.track({
    accessToken: change.token ?? pixel.token,
    body: requestBody(change.code ?? pixel.code, null, events),
  });
  const { policy, entry } = classify(answer, events.length);
  return { policy, key: entry.key };
};

test('a good batch is accepted and counted', async () => {
  expect(await send([event('order-1'), event('order-2')])).toEqual({ policy: 'accepted', key: 'accepted' });
  expect(conversionsOf(business, { pixel: pixel.code }).length).toBe(2);
});

test('one bad event refuses the batch, and alone it is rejected', async () => {
  expect(await send([event('order-3'), event(4)])).toEqual({ policy: 'split', key: 'event_refused' });
  expect(await send([event(4)])).toEqual({ policy: 'reject', key: 'event_refused' });
});

test('a wrong token pauses', async () => {
  expect(await send([event('order-5')], { token: 'wrong' })).toEqual({
    policy: 'pause',
    key: 'token_refused',
  });
});
