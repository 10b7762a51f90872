/** The Events API, the browser's endpoint and the Events Manager of the sandbox, over HTTP. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { request } from 'node:http';
import { startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import {
  clearArrivals,
  conversionsOf,
  pixelsOfShop,
  renewToken,
  revokeToken,
  tiktokOf,
  type Business,
  type TiktokPixel,
} from '../../../sandbox/tiktok/business.ts';
import { secondSenderFootprint } from '../../../sandbox/tiktok/browser-leg.ts';
import type { FaultKind } from '../../../sandbox/tiktok/faults.ts';
import { manualClock } from '../../support/clock.ts';
import { rule } from '../../support/rule.ts';

/** Stands still at a full minute, so that windows begin where a test expects them. */
const clock = manualClock(new Date('2026-11-21T10:00:00Z'));
let sandbox: Sandbox;
let business: Business;
let pixel: TiktokPixel;
let foreign: TiktokPixel;

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
  const [first, second] = [...sandbox.world.shops.keys()].map((handle) => pixelsOfShop(business, handle)[0]);
  if (!first || !second) throw new Error('the seed makes two shops with pixels');
  pixel = first;
  foreign = second;
});
afterAll(() => sandbox.close());
beforeEach(() => {
  clearArrivals(business);
  business.switches.faults.length = 0;
  business.switches.statusStyle = 'ok';
  business.switches.limits = { perSecond: 1_000, perMinute: 600_000, perDay: 86_400_000 };
});

type Json = Record<string, unknown>;

const purchase = (id: string, changes: Json = {}): Json => ({
  event: 'CompletePayment',
  event_time: Math.floor(sandbox.world.clock.now().getTime() / 1_000),
  event_id: id,
  user: { ttclid: 'E.C.P.abc', user_agent: 'Mozilla/5.0' },
  properties: { value: 10, currency: 'EUR' },
  page: { url: 'https://shop.example/' },
  ...changes,
});

interface Answer {
  status: number;
  body: Json;
}

async function track(
  data: Json[],
  changes: Json = {},
  token: string | undefined = pixel.token,
): Promise<Answer> {
  const answer = await fetch(`${sandbox.url}/tiktok/open_api/v1.3/event/track/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { 'access-token': token }),
    },
    body: JSON.stringify({ event_source: 'web', event_source_id: pixel.code, data, ...changes }),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

async function browserHit(id: string, changes: Json = {}): Promise<void> {
  const answer = await fetch(`${sandbox.url}/tiktok/api/v2/pixel`, {
    method: 'POST',
    body: JSON.stringify({
      event: 'CompletePayment',
      event_id: id,
      timestamp: sandbox.world.clock.now().toISOString(),
      properties: { value: 10, currency: 'EUR' },
      context: {
        pixel: { code: pixel.code },
        user: { ttp: 'visitor' },
        page: { url: 'http://shop/' },
        library: { name: 'pixel.js' },
      },
      ...changes,
    }),
  });
  expect(answer.status).toBe(200);
}

function arm(
  what: FaultKind,
  changes: { rate?: number; times?: number; until?: number; pixel?: string } = {},
) {
  business.switches.faults.push({
    id: business.switches.faults.length + 1,
    what,
    pixel: changes.pixel,
    rate: changes.rate ?? 1,
    times: changes.times,
    until: changes.until,
  });
}

const counted = () => conversionsOf(business, { pixel: pixel.code });

describe('the Events API', () => {
  rule(
    'a good batch is answered with code 0 and counted',
    { fact: 'tiktok.md §1.7', mark: 'verified' },
    async () => {
      const answer = await track([purchase('order-1'), purchase('order-2')]);
      expect(answer).toMatchObject({ status: 200, body: { code: 0, message: 'OK', data: {} } });
      expect(answer.body.request_id).toMatch(/^\w{20,}$/);
      expect(counted().map((one) => one.eventId)).toEqual(['order-1', 'order-2']);
    },
  );
  rule('one bad event refuses all', { fact: 'tiktok.md §1.7', mark: 'second-hand' }, async () => {
    const answer = await track([purchase('order-1'), purchase('order-2', { event_id: 2 })]);
    expect(answer.body).toMatchObject({
      code: 40002,
      message: 'Invalid value for data.1.event_id: not a valid string.',
    });
    expect(counted()).toEqual([]);
  });
  rule(
    'without its last slash the address is unknown',
    { fact: 'tiktok.md §1.1', mark: 'second-hand' },
    async () => {
      const answer = await fetch(`${sandbox.url}/tiktok/open_api/v1.3/event/track`, {
        method: 'POST',
        body: '{}',
      });
      expect(answer.status).toBe(404);
    },
  );
  rule(
    'a foreign pixel, an empty, a Bearer and a revoked token',
    { fact: 'tiktok.md §1.7', mark: 'second-hand' },
    async () => {
      expect((await track([purchase('a')], { event_source_id: foreign.code })).body.code).toBe(40001);
      expect((await track([purchase('a')], {}, '')).body.code).toBe(40104);
      expect((await track([purchase('a')], {}, `Bearer ${pixel.token}`)).body.code).toBe(40105);
      const old = pixel.token;
      revokeToken(business, pixel);
      expect((await track([purchase('a')], {}, old)).body.code).toBe(40105);
      renewToken(business, pixel);
      expect((await track([purchase('a')])).body.code).toBe(0);
    },
  );
  rule(
    'a deactivated pixel',
    { fact: 'sandbox/tiktok/README.md, reading 5', mark: 'assumed', assumption: 'tiktok-deactivated-pixel' },
    async () => {
      pixel.active = false;
      expect((await track([purchase('a')])).body.code).toBe(40001);
      await browserHit('a');
      pixel.active = true;
      expect(counted()).toEqual([]);
    },
  );
  rule('too many requests', { fact: 'tiktok.md §1.8', mark: 'second-hand' }, async () => {
    await sandbox.world.advanceClock(60_000);
    business.switches.limits.perMinute = 2;
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push((await track([purchase(`order-${call}`)])).body);
    expect(answers.map((answer) => answer.code)).toEqual([0, 0, 40100]);
    expect(answers[2]?.message).toBe('Too many requests. Please retry in some time.');
    await sandbox.world.advanceClock(60_000);
    expect((await track([purchase('order-9')])).body.code).toBe(0);
  });
  rule('the status of errors can be switched', { fact: 'tiktok.md §11.1', mark: 'second-hand' }, async () => {
    business.switches.statusStyle = 'documented';
    expect((await track([purchase('a')], {}, '')).status).toBe(401);
    business.switches.statusStyle = 'bad-request';
    expect((await track([purchase('a', { event_id: 1 })])).status).toBe(400);
  });
  rule('test events are kept apart', { fact: 'tiktok.md §1.2', mark: 'second-hand' }, async () => {
    await track([purchase('order-1')], { test_event_code: 'TEST123' });
    expect(counted()).toEqual([]);
    expect(business.tests).toMatchObject([{ eventId: 'order-1', testEventCode: 'TEST123' }]);
    await track([purchase('order-1')]);
    expect(counted()).toHaveLength(1);
  });
});

describe('browser and server', () => {
  rule('merge within five minutes', { fact: 'tiktok.md §4', mark: 'second-hand' }, async () => {
    await browserHit('order-1');
    await track([purchase('order-1')]);
    const [one] = counted();
    expect(counted()).toHaveLength(1);
    expect(one?.channels).toEqual(['browser', 'server']);
    expect(one?.matchKeys).toEqual(expect.arrayContaining(['Click ID', 'Cookie _ttp']));
  });
  rule(
    'are discarded after that, and count again after 48 hours',
    { fact: 'tiktok.md §4', mark: 'second-hand' },
    async () => {
      await browserHit('order-1');
      await sandbox.world.advanceClock(6 * 60_000);
      await track([purchase('order-1')]);
      expect(counted()).toMatchObject([{ channels: ['browser'], discarded: 1 }]);
      expect(counted()[0]?.matchKeys).not.toContain('Click ID');
      await sandbox.world.advanceClock(48 * 3_600_000);
      await track([purchase('order-1')]);
      expect(counted()).toHaveLength(2);
    },
  );
  test('a hit for an unknown pixel is answered and dropped', async () => {
    await browserHit('order-1', { context: { pixel: { code: 'NOBODY' } } });
    expect(counted()).toEqual([]);
    expect(business.unknownPixelHits).toBe(1);
  });
});

/** What a client sees of a connection that is not answered properly. */
function rawTrack(timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request(
      `${sandbox.url}/tiktok/open_api/v1.3/event/track/`,
      { method: 'POST', headers: { 'access-token': pixel.token, 'content-type': 'application/json' } },
      (incoming) => {
        incoming.on('error', () => resolve('cut within the answer'));
        incoming.resume();
        incoming.on('end', () => resolve(`answered ${incoming.statusCode}`));
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    outgoing.setTimeout(timeoutMs, () => {
      resolve('silence');
      outgoing.destroy();
    });
    outgoing.end(
      JSON.stringify({ event_source: 'web', event_source_id: pixel.code, data: [purchase('order-1')] }),
    );
  });
}

describe('misbehaviour', () => {
  test('any code, with any status, and the events are not taken', async () => {
    arm({ kind: 'code', code: 51010, message: 'internal service timed out', status: 200, taken: false });
    expect(await track([purchase('order-1')])).toMatchObject({
      status: 200,
      body: { code: 51010, message: 'internal service timed out' },
    });
    expect(counted()).toEqual([]);
  });
  test('an error after which the events were taken all the same', async () => {
    arm({ kind: 'code', code: 50000, message: 'System error', status: 200, taken: true }, { times: 1 });
    expect((await track([purchase('order-1')])).body.code).toBe(50000);
    expect((await track([purchase('order-1')])).body.code).toBe(0);
    expect(counted()).toMatchObject([{ discarded: 1 }]);
  });
  test('a gateway’s page instead of JSON', async () => {
    arm({ kind: 'html', status: 502, taken: false });
    const answer = await fetch(`${sandbox.url}/tiktok/open_api/v1.3/event/track/`, {
      method: 'POST',
      body: '{}',
    });
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('<html>');
  });
  test('a connection that is cut at once, after reading, or within the answer', async () => {
    for (const moment of ['at-once', 'after-reading'] as const) {
      arm({ kind: 'reset', moment, taken: false }, { times: 1 });
      expect(await rawTrack(2_000)).toBe('ECONNRESET');
    }
    expect(counted()).toEqual([]);
    arm({ kind: 'reset', moment: 'within-the-answer', taken: true }, { times: 1 });
    expect(await rawTrack(2_000)).toBe('cut within the answer');
    expect(counted()).toHaveLength(1);
  });
  test('a half-open connection says nothing', async () => {
    arm({ kind: 'half-open', taken: true });
    expect(await rawTrack(150)).toBe('silence');
    expect(counted()).toHaveLength(1);
  });
  test('a slow first byte and a slow body end in a full answer', async () => {
    arm({ kind: 'slow-first-byte', ms: 60 }, { times: 1 });
    const begun = performance.now();
    expect((await track([purchase('order-1')])).body.code).toBe(0);
    expect(performance.now() - begun).toBeGreaterThan(55);
    arm({ kind: 'slow-body', ms: 60 }, { times: 1 });
    expect((await track([purchase('order-2')])).body.code).toBe(0);
    expect(counted()).toHaveLength(2);
  });
  test('a partial outage meets its share, one pixel’s fault leaves the others alone', async () => {
    arm({ kind: 'code', code: 51008, message: 'Service error', status: 200, taken: false }, { rate: 0.5 });
    const codes = [];
    for (let call = 0; call < 60; call += 1) codes.push((await track([purchase(`order-${call}`)])).body.code);
    const failed = codes.filter((code) => code === 51008).length;
    expect(failed).toBeGreaterThan(10);
    expect(failed).toBeLessThan(50);
    business.switches.faults.length = 0;
    arm({ kind: 'html', status: 502, taken: false }, { pixel: foreign.code });
    expect((await track([purchase('order-x')])).body.code).toBe(0);
  });
  test('a fault for a minute ends when the sandbox’s clock has passed it', async () => {
    arm(
      { kind: 'code', code: 51008, message: 'Service error', status: 200, taken: false },
      { until: sandbox.world.clock.now().getTime() + 60_000 },
    );
    expect((await track([purchase('order-1')])).body.code).toBe(51008);
    await sandbox.world.advanceClock(60_000);
    expect((await track([purchase('order-1')])).body.code).toBe(0);
  });
});

describe('the Events Manager', () => {
  test('tells by pixel and event what counted, from where, and why a copy did not', async () => {
    await browserHit('order-1');
    await track([purchase('order-1')]);
    await track([purchase('order-1'), purchase('order-2', { user: { ttclidX: 'a', ip: '8.8.8.8' } })]);
    const answer = await fetch(`${sandbox.url}/events-manager/api?pixel=${pixel.code}`);
    const shown = (await answer.json()) as {
      summary: Json[];
      conversions: { eventId: string; source: string; copies: { says: string; remarks: Json[] }[] }[];
      requests: Json[];
      hours: Json[];
    };
    expect(shown.summary).toMatchObject([
      {
        event: 'Purchase',
        sentAs: ['CompletePayment'],
        total: 2,
        server: 1,
        browser: 0,
        both: 1,
        discarded: 1,
        value: { EUR: 20 },
      },
    ]);
    expect(shown.conversions.map((one) => [one.eventId, one.source])).toEqual([
      ['order-2', 'Server'],
      ['order-1', 'Both'],
    ]);
    expect(shown.conversions[1]?.copies.map((copy) => copy.says.split(':')[0])).toEqual([
      'Counted',
      `Merged into #1`.replace('1', String(counted()[0]?.id)),
      'Discarded',
    ]);
    expect(shown.conversions[0]?.copies[0]?.remarks).toEqual([
      { field: 'user.ttclidX', says: 'is no field that TikTok knows' },
    ]);
    expect(shown.requests).toHaveLength(2);
    expect(shown.hours.reduce((total, hour) => total + Number(hour.both) + Number(hour.server), 0)).toBe(2);
  });
  test('has its page, script and style', async () => {
    for (const [path, type] of [
      ['/events-manager', 'text/html'],
      ['/events-manager/page.js', 'text/javascript'],
      ['/events-manager/page.css', 'text/css'],
    ] as const) {
      const answer = await fetch(sandbox.url + path);
      expect(answer.headers.get('content-type')).toContain(type);
      expect((await answer.text()).length).toBeGreaterThan(500);
    }
  });
});

describe('a second sender', () => {
  const shop = () => {
    const found = sandbox.world.shops.get(pixel.shop);
    if (!found) throw new Error('unreachable');
    return found;
  };
  test('leaves no footprint while none is switched on', () => {
    expect(secondSenderFootprint(sandbox.world, shop())).toEqual({
      head: '',
      checkoutHead: '',
      webPixels: [],
    });
  });
  rule('TikTok’s own app is 4383523 in the page', { fact: 'shopify.md §2.5', mark: 'second-hand' }, () => {
    business.switches.secondSenders.set(pixel.shop, { kind: 'tiktok-app', pixel: pixel.code });
    const footprint = secondSenderFootprint(sandbox.world, shop());
    expect(footprint.webPixels).toMatchObject([
      {
        apiClientId: 4383523,
        configuration: JSON.stringify({ pixelCode: pixel.code }),
        runtimeContext: 'STRICT',
      },
    ]);
    business.switches.secondSenders.clear();
  });
});
