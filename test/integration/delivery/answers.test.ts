/** What TikTok answers, and what becomes of the events: split, retried, parked, paused, never counted twice. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rebuiltSendings } from '../../../app/delivery/detail.ts';
import { sha256Of } from '../../../app/delivery/prepare.ts';
import { rebuildPeriod } from '../../../app/ledger/rebuild.ts';
import { stuckAt } from '../../../app/overview.ts';
import { shopProfile } from '../../support/database.ts';
import { pageEvent, testFlow, webOrder, type Flow } from '../../support/flow.ts';
import { accept, answer, refuse, type Reply } from '../../support/tiktok.ts';

let flow: Flow;
beforeEach(async () => {
  flow = await testFlow();
});
afterEach(() => flow.close());

const HOUR = 3_600_000;

async function orders(count: number): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, at) => flow.webhook('orders/create', webOrder({ id: 1_000 + at }))),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  flow.clock.advance(61_000);
}

const outcomes = () =>
  flow.rows<{ order_id: string; state: string; reason: string }>(
    'SELECT order_id, state, reason FROM order_deliveries ORDER BY order_id',
  );
const waiting = () =>
  flow.rows<{ waiting_for: string; tries: number }>('SELECT waiting_for, tries FROM queue ORDER BY id');
const requests = () =>
  flow.rows<{ outcome: string; size: number }>('SELECT outcome, size FROM delivery_requests ORDER BY id');

/** What the requests of dead processes carried, as it is known. */
const tried = async (): Promise<string[]> =>
  (
    await flow.rows<{ sha: string }>(
      `SELECT encode(payload_sha256, 'hex') AS sha FROM unsettled_attempts ORDER BY request_id`,
    )
  ).map(({ sha }) => sha);

/** The hash of the one event of a request, as TikTok got it. */
function sentHash(request: number): string {
  const body = flow.tiktok.requests[request]?.body ?? '';
  return sha256Of(body.slice(body.indexOf('"data":[') + '"data":['.length, -2)).toString('hex');
}

const rebuilt = () =>
  rebuildPeriod(
    {
      database: flow.store.database,
      rebuild: (shopId, pixelId, eventId) =>
        rebuiltSendings({ ...flow, database: flow.store.database }, shopId, pixelId, eventId),
    },
    flow.shop.id,
    { from: '2026-10-01', to: '2026-10-31' },
  );

async function sumCloses(): Promise<void> {
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
}

/** Refuses a batch as TikTok does: whole, for its first bad event, which it may or may not name. */
function picky(bad: string, name: (index: number) => string): Reply {
  return (request, req, res) => {
    const index = request.events.findIndex(({ event_id }) => event_id === bad);
    if (index < 0) {
      flow.tiktok.taken.push(...request.events);
      return accept(request, req, res);
    }
    answer(res, 200, { code: 40002, message: name(index), request_id: 'r' });
  };
}

describe('one bad event of a batch', () => {
  test.each([
    [
      'that TikTok names by its place',
      (index: number) => `Invalid value for data.${index}.event_id: not a valid string.`,
    ],
    ['that TikTok does not name', () => 'Invalid value for event_id: not a valid string.'],
  ])('%s: the good ones go, once, the bad one says why', async (_name, name) => {
    await orders(9);
    flow.tiktok.reply(picky('order-1004', name));
    await flow.delivery.runDue();
    expect(flow.tiktok.taken.map(({ event_id }) => event_id).sort()).toEqual(
      [0, 1, 2, 3, 5, 6, 7, 8].map((at) => `order-${1_000 + at}`),
    );
    expect((await outcomes()).filter(({ state }) => state === 'error')).toEqual([
      { order_id: '1004', state: 'error', reason: 'event_refused' },
    ]);
    expect(await waiting()).toEqual([]);
    expect((await requests())[0]).toEqual({ outcome: 'split', size: 9 });
    await sumCloses();
  });
});

describe('TikTok cannot work just now', () => {
  test('every attempt is recorded with what was sent; the same id goes until it is taken', async () => {
    await orders(1);
    flow.tiktok.reply(refuse(51008, 'Service error'));
    await flow.delivery.runDue();
    expect(await waiting()).toEqual([{ waiting_for: 'retry', tries: 1 }]);
    flow.clock.advance(10_000);
    await flow.delivery.runDue();
    flow.tiktok.reply(accept);
    flow.clock.advance(60_000);
    await flow.delivery.runDue();
    expect(await outcomes()).toEqual([{ order_id: '1000', state: 'sent', reason: 'accepted' }]);
    expect((await requests()).map(({ outcome }) => outcome)).toEqual(['retry', 'retry', 'accepted']);
    const tries = await flow.rows<{ sha: string }>(
      `SELECT encode(payload_sha256, 'hex') AS sha FROM unsettled_attempts`,
    );
    expect(tries.length).toBe(2);
    expect(new Set(flow.tiktok.requests.map(({ body }) => body)).size).toBe(1);
    await sumCloses();
  });

  test('refused in words for two days: no copy can exist, so it still goes', async () => {
    await orders(1);
    flow.tiktok.reply(refuse(50002, 'Internal error'));
    for (let hour = 0; hour < 60; hour += 1) {
      await flow.delivery.runDue();
      flow.clock.advance(HOUR);
    }
    flow.tiktok.reply(accept);
    flow.clock.advance(4 * HOUR);
    await flow.delivery.runDue();
    expect(flow.tiktok.taken.length).toBe(1);
    expect(await outcomes()).toEqual([{ order_id: '1000', state: 'sent', reason: 'accepted' }]);
  });

  test('no answer: sent again inside 47 hours with the same bytes, parked after them', async () => {
    await orders(1);
    const silent: Reply = (_request, req) => req.socket.destroy();
    flow.tiktok.reply(silent);
    for (let hour = 0; hour < 60; hour += 1) {
      await flow.delivery.runDue();
      flow.clock.advance(HOUR);
    }
    expect(await outcomes()).toEqual([{ order_id: '1000', state: 'error', reason: 'never_confirmed' }]);
    const [first] = flow.tiktok.requests;
    expect(flow.tiktok.requests.length).toBeGreaterThan(5);
    expect(new Set(flow.tiktok.requests.map(({ body }) => body))).toEqual(new Set([first?.body]));
    const [span] = await flow.rows<{ hours: number }>(
      'SELECT (extract(epoch FROM max(started_at) - min(started_at)) / 3600)::float8 AS hours FROM delivery_requests',
    );
    expect(span?.hours).toBeLessThanOrEqual(47);
    flow.tiktok.reply(accept);
    flow.clock.advance(HOUR);
    await flow.delivery.runDue();
    expect(flow.tiktok.taken).toEqual([]);
    await sumCloses();
  });

  test('too many requests: the pixel rests before it is asked again', async () => {
    await orders(1);
    flow.tiktok.reply(refuse(40100, 'Too many requests. Please retry in some time.'));
    await flow.delivery.runDue();
    flow.clock.advance(500);
    await flow.delivery.runDue();
    expect(flow.tiktok.requests.length).toBe(1);
    flow.tiktok.reply(accept);
    flow.clock.advance(10_000);
    await flow.delivery.runDue();
    expect(flow.tiktok.taken.length).toBe(1);
  });
});

test('TikTok is silent for all pixels: after the rest one request asks, its failure keeps the others back, its success lets them go', async () => {
  const { pixels } = flow.store.shop(flow.shop.id);
  for (let at = 2; at <= 5; at += 1) {
    await pixels.add(
      {
        code: `CTESTPIXEL0000000${at}`,
        name: 'One more',
        token: `token-${at}`,
        activeFrom: new Date('2026-10-01T00:00:00Z'),
      },
      'test',
    );
  }
  await orders(1);
  flow.tiktok.reply((_request, req) => req.socket.destroy());
  expect(await flow.delivery.runDue()).toMatchObject({ requests: 5, waiting: 5 });
  // The retries are due after a second, and TikTok rests for one and a half.
  flow.clock.advance(1_200);
  expect(await flow.delivery.runDue()).toMatchObject({ requests: 0 });
  flow.clock.advance(HOUR);
  expect(await flow.delivery.runDue()).toMatchObject({ requests: 1, waiting: 1 });
  expect(await flow.delivery.runDue()).toMatchObject({ requests: 0 });

  flow.clock.advance(HOUR);
  const asked = Promise.withResolvers<() => void>();
  flow.tiktok.reply((request, req, res) => {
    asked.resolve(() => accept(request, req, res));
  });
  const before = flow.tiktok.requests.length;
  const run = flow.delivery.runDue();
  const letGo = await asked.promise;
  // Whoever would not wait for the answer had ample time to go.
  for (let look = 0; look < 20; look += 1) await waiting();
  expect(flow.tiktok.requests.length).toBe(before + 1);
  flow.tiktok.reply(accept);
  letGo();
  expect(await run).toMatchObject({ requests: 5, sent: 5 });
  await sumCloses();
});

describe('the token is refused', () => {
  test('the pixel pauses, says so once, everything waits for it; a new token sends it all, once', async () => {
    const paused: unknown[] = [];
    const delivery = flow.newDelivery({ maxBatch: 2, onPixelPaused: (pause) => paused.push(pause.state) });
    await orders(5);
    flow.tiktok.reply(refuse(40105, 'Access token is incorrect or has been revoked.'));
    await delivery.runDue();
    expect((await flow.store.shop(flow.shop.id).pixels.get(flow.pixel.id))?.state).toBe('token_refused');
    expect(paused).toEqual(['token_refused']);
    expect(new Set((await waiting()).map(({ waiting_for }) => waiting_for))).toEqual(new Set(['pixel']));
    const asked = flow.tiktok.requests.length;
    await flow.webhook('orders/create', webOrder({ id: 2_000 }));
    flow.clock.advance(61_000);
    await delivery.runDue();
    expect(flow.tiktok.requests.length).toBe(asked);
    await sumCloses();

    flow.tiktok.reply(accept);
    await flow.store
      .shop(flow.shop.id)
      .pixels.change(flow.pixel.id, { token: 'a-new-token', state: 'active' }, 'staff');
    await delivery.runDue();
    expect(flow.tiktok.taken.map(({ event_id }) => event_id).sort()).toEqual(
      [1_000, 1_001, 1_002, 1_003, 1_004, 2_000].map((id) => `order-${id}`),
    );
    expect(flow.tiktok.requests.at(-1)?.token).toBe('a-new-token');
    await sumCloses();
  });

  test('says how much money waits, until when it is of use, and what became too late meanwhile', async () => {
    const dollars = (amount: string) => ({
      total_price: amount,
      total_price_set: {
        shop_money: { amount, currency_code: 'USD' },
        presentment_money: { amount, currency_code: 'USD' },
      },
    });
    const purchase = Date.parse('2026-10-05T18:54:47Z');
    const stuck = (currency = 'USD') =>
      stuckAt(flow.store.database, { id: flow.shop.id, currency }, flow.pixel.id, flow.clock.now());
    // Of the first a copy may be at TikTok; the others were only refused.
    await flow.webhook('orders/create', webOrder({ id: 1, ...dollars('19.90') }));
    flow.clock.advance(61_000);
    const maybe = flow.clock.now().getTime();
    flow.tiktok.reply((_request, req) => req.socket.destroy());
    await flow.delivery.runDue();
    for (const [id, amount] of [
      [2, '100.00'],
      [3, '0.05'],
    ] as const) {
      await flow.webhook('orders/create', webOrder({ id, ...dollars(amount) }));
    }
    flow.clock.advance(61_000);
    expect(await stuck()).toMatchObject({ orders: 0, valueMinor: 0n, until: null });
    flow.tiktok.reply(refuse(40105, 'Access token is incorrect or has been revoked.'));
    await flow.delivery.runDue();
    expect(new Set((await waiting()).map(({ waiting_for }) => waiting_for))).toEqual(new Set(['pixel']));

    expect(await stuck()).toEqual({
      orders: 3,
      whole: true,
      valueMinor: 11_995n,
      until: new Date(maybe + 47 * HOUR),
      late: 0,
    });
    // Money of another currency is not added to the shop's own.
    expect(await stuck('SEK')).toMatchObject({ orders: 3, valueMinor: 0n });
    flow.clock.advance(48 * HOUR);
    expect(await stuck()).toEqual({
      orders: 2,
      whole: true,
      valueMinor: 10_005n,
      until: new Date(purchase + 14 * 24 * HOUR),
      late: 1,
    });
    flow.clock.advance(13 * 24 * HOUR);
    expect(await stuck()).toEqual({
      orders: 0,
      whole: true,
      valueMinor: 0n,
      until: null,
      late: 3,
    });
  });

  test('what the browser may have sent two days before becomes too late and says so', async () => {
    await flow.beacon([pageEvent({ echoed: [flow.pixel.code] }), pageEvent()]);
    await flow.store.shop(flow.shop.id).pixels.change(flow.pixel.id, { state: 'paused' }, 'staff');
    await flow.delivery.runDue();
    flow.clock.advance(48 * HOUR);
    await flow.store.shop(flow.shop.id).pixels.change(flow.pixel.id, { state: 'active' }, 'staff');
    await flow.delivery.runDue();
    expect(await flow.rows('SELECT state, reason FROM page_deliveries ORDER BY state')).toEqual([
      { state: 'sent', reason: 'accepted' },
      { state: 'skipped', reason: 'too_late' },
    ]);
    await sumCloses();
  });
});

describe('a process that dies', () => {
  /** TikTok has it, and the process is gone before it could write down the answer. */
  async function dieAfterSending(): Promise<void> {
    const dying = flow.newDelivery({
      tiktok: {
        async track(call) {
          await fetch(`${flow.tiktok.baseUrl}/event/track/`, { method: 'POST', body: call.body });
          throw new Error('killed here');
        },
      },
    });
    await expect(dying.runDue()).rejects.toThrow('killed here');
  }

  test('after the claim: nothing was sent, the lease ends, the event goes once', async () => {
    await orders(2);
    const broken = flow.newDelivery({
      keyring: {
        ...flow.keyring,
        openText: () => {
          throw new Error('killed here');
        },
      },
    });
    await expect(broken.runDue()).rejects.toThrow('killed here');
    await flow.delivery.runDue();
    expect(flow.tiktok.requests.length).toBe(0);
    flow.clock.advance(91_000);
    await flow.delivery.runDue();
    expect(flow.tiktok.taken.map(({ event_id }) => event_id).sort()).toEqual(['order-1000', 'order-1001']);
    await sumCloses();
  });

  test('between sending and settling: an ambiguous attempt, sent again with the same id, settled once', async () => {
    await orders(1);
    await dieAfterSending();
    expect(await requests()).toEqual([{ outcome: null, size: 1 }]);
    flow.clock.advance(91_000);
    await flow.delivery.runDue();
    expect((await requests()).map(({ outcome }) => outcome)).toEqual(['ambiguous', 'accepted']);
    expect(flow.tiktok.taken.map(({ event_id }) => event_id)).toEqual(['order-1000', 'order-1000']);
    expect(await outcomes()).toEqual([{ order_id: '1000', state: 'sent', reason: 'accepted' }]);
    await sumCloses();
    // What went out with the dead process is known as well as what went out after it.
    expect(await tried()).toEqual([sentHash(0)]);
    expect(await rebuilt()).toMatchObject({ same: 2, differs: 0 });
    await flow.rows(`UPDATE unsettled_attempts SET payload_sha256 = sha256('x')`);
    expect(await rebuilt()).toMatchObject({ same: 1, differs: 1 });
  });

  test('between sending and settling, its pixel removed before anybody looked: what was sent is still known', async () => {
    await orders(1);
    await dieAfterSending();
    await flow.store.shop(flow.shop.id).pixels.remove(flow.pixel.id, 'staff');
    flow.clock.advance(91_000);
    await flow.delivery.runDue();
    expect(await outcomes()).toEqual([{ order_id: '1000', state: 'error', reason: 'never_confirmed' }]);
    expect(await requests()).toEqual([{ outcome: 'ambiguous', size: 1 }]);
    expect(await tried()).toEqual([sentHash(0)]);
    expect(await rebuilt()).toMatchObject({ same: 1, differs: 0 });
    await sumCloses();
  });

  test('and is found dead only after 47 hours: nobody knows, so it is not sent again', async () => {
    await orders(1);
    const dying = flow.newDelivery({ tiktok: { track: () => Promise.reject(new Error('killed here')) } });
    await expect(dying.runDue()).rejects.toThrow('killed here');
    flow.clock.advance(48 * HOUR);
    await flow.delivery.runDue();
    expect(flow.tiktok.requests).toEqual([]);
    expect(await outcomes()).toEqual([{ order_id: '1000', state: 'error', reason: 'never_confirmed' }]);
    await sumCloses();
  });
});

test('two workers at once send everything once', async () => {
  await orders(40);
  const second = flow.newDelivery({ maxBatch: 3 });
  const first = flow.newDelivery({ maxBatch: 3 });
  await Promise.all([first.runDue(), second.runDue()]);
  await first.runDue();
  const ids = flow.tiktok.taken.map(({ event_id }) => event_id);
  expect(ids.length).toBe(40);
  expect(new Set(ids).size).toBe(40);
  await sumCloses();
});

test('a busy pixel has four requests in flight at once, and never a fifth', async () => {
  await orders(20);
  let first = true;
  let open = 0;
  let most = 0;
  const held: (() => void)[] = [];
  const four = Promise.withResolvers<void>();
  flow.tiktok.reply((request, req, res) => {
    open += 1;
    most = Math.max(most, open);
    const letGo = (): void => {
      open -= 1;
      flow.tiktok.taken.push(...request.events);
      accept(request, req, res);
    };
    // One alone tells that there is more; only then do others go beside it.
    if (first) {
      first = false;
      letGo();
      return;
    }
    held.push(letGo);
    if (held.length === 4) four.resolve();
  });
  const run = flow.newDelivery({ maxBatch: 1 }).runDue();
  await four.promise;
  // Whoever would begin a fifth had ample time for it.
  for (let look = 0; look < 20; look += 1) await waiting();
  expect(held.length).toBe(4);
  const leased = await flow.rows('SELECT 1 FROM queue WHERE lease_until IS NOT NULL');
  expect(leased.length).toBe(4);
  flow.tiktok.reply(accept);
  for (const letGo of held) letGo();
  expect(await run).toMatchObject({ requests: 20, sent: 20 });
  expect(most).toBe(4);
  expect(new Set(flow.tiktok.taken.map(({ event_id }) => event_id)).size).toBe(20);
  await sumCloses();
});

test('when busy events travel in batches, when quiet alone', async () => {
  await orders(25);
  await flow.newDelivery({ maxBatch: 10 }).runDue();
  expect(flow.tiktok.requests.map(({ events }) => events.length).sort((a, b) => b - a)).toEqual([10, 10, 5]);
});

test('after an outage the dearest purchases go first', async () => {
  const total = (amount: string) => ({
    total_price: amount,
    total_price_set: {
      shop_money: { amount, currency_code: 'USD' },
      presentment_money: { amount, currency_code: 'USD' },
    },
  });
  await flow.beacon([pageEvent()]);
  for (const [id, amount] of [
    [1, '10.00'],
    [2, '900.00'],
    [3, '50.00'],
  ] as const) {
    await flow.webhook('orders/create', webOrder({ id, ...total(amount) }));
  }
  flow.clock.advance(10 * 60_000);
  await flow.newDelivery({ maxBatch: 1, perPixel: 1 }).runDue();
  expect(flow.tiktok.taken.map(({ event_id }) => event_id).slice(0, 3)).toEqual([
    'order-2',
    'order-3',
    'order-1',
  ]);
});

test('inside five minutes the newest goes first, and a pixel with much to send lets another have its turn', async () => {
  const other = await flow.store.installs.install(
    shopProfile({ id: '5500000000002', domain: 'maple.myshopify.com' }),
  );
  const code = 'CTESTPIXEL00000002';
  await flow.store
    .shop(other.id)
    .pixels.add(
      { code, name: 'Theirs', token: 'their-token', activeFrom: new Date('2026-10-01T00:00:00Z') },
      'test',
    );
  for (let id = 1; id <= 12; id += 1) {
    await flow.webhook('orders/create', webOrder({ id }));
    flow.clock.advance(1_000);
  }
  await flow.webhook('orders/create', webOrder({ id: 99 }), { domain: other.domain });
  flow.clock.advance(61_000);
  await flow.newDelivery({ maxBatch: 1, perPixel: 1, pixelsAtOnce: 1 }).runDue();
  const ids = flow.tiktok.taken.map(({ event_id }) => event_id);
  expect(ids.filter((id) => id !== 'order-99')).toEqual(
    Array.from({ length: 12 }, (_, at) => `order-${12 - at}`),
  );
  expect(ids.indexOf('order-99')).toBe(8);
  expect(flow.tiktok.requests[8]?.body).toContain(code);
});

test('a test code travels with every event of its pixel, and the outcome says test', async () => {
  const testing = await testFlow({ testEventCode: 'TEST12345' });
  await testing.webhook('orders/create', webOrder());
  testing.clock.advance(61_000);
  await testing.delivery.runDue();
  expect(testing.tiktok.requests.map(({ testCode }) => testCode)).toEqual(['TEST12345']);
  expect(await testing.rows('SELECT state, reason FROM order_deliveries')).toEqual([
    { state: 'sent', reason: 'test' },
  ]);
  expect(await testing.rows('SELECT test FROM delivery_requests')).toEqual([{ test: true }]);
  await testing.close();
});

test('a production request carries no test code, not even an empty one', async () => {
  await orders(1);
  await flow.delivery.runDue();
  expect(flow.tiktok.requests[0]?.body).not.toContain('test_event_code');
});

test('an uninstalled shop sends nothing, a reinstalled one goes on', async () => {
  await orders(1);
  await flow.store.installs.markUninstalled(flow.shop.domain, flow.clock.now());
  await flow.delivery.runDue();
  expect(flow.tiktok.requests).toEqual([]);
  await flow.store.installs.install({ ...flow.shop });
  await flow.delivery.runDue();
  expect(flow.tiktok.taken.length).toBe(1);
});

test('one wide line for each attempt, without token, click or address', async () => {
  await orders(2);
  await flow.delivery.runDue();
  const lines = flow.lines.filter((line) => line.includes('"delivery attempt"'));
  expect(lines.length).toBe(1);
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
    shop: flow.shop.domain,
    pixel: flow.pixel.code,
    size: 2,
    orders: 2,
    outcome: 'accepted',
    reason: 'accepted',
    httpStatus: 200,
    tiktokCode: 0,
  });
  expect(flow.lines.join('\n')).not.toContain('token-of-the-first-pixel');
  expect(flow.lines.join('\n')).not.toContain('E.C.P.TestTtclid');
});

test('the loop sends when it is woken, and drain settles what is in flight', async () => {
  const delivery = flow.newDelivery({ sweepMs: 60_000 });
  const asked = new Promise<void>((resolve) => {
    flow.tiktok.reply((request, req, res) => {
      resolve();
      setImmediate(() => accept(request, req, res));
    });
  });
  delivery.start();
  await orders(3);
  delivery.wake();
  await asked;
  await delivery.drain();
  expect((await outcomes()).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
  await flow.webhook('orders/create', webOrder({ id: 9 }));
  flow.clock.advance(61_000);
  delivery.wake();
  expect(await delivery.runDue()).toMatchObject({ requests: 0 });
});
