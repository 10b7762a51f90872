/** Retries, pauses, holds and replays on a virtual clock, across five minutes, 48 hours and 28 days. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkBooks, readPeriod } from '../../../app/ledger/books.ts';
import { rebuildPeriod } from '../../../app/ledger/rebuild.ts';
import { planReplay, runReplay } from '../../../app/ledger/replay.ts';
import { rebuiltSendings } from '../../../app/delivery/detail.ts';
import { webOrder } from '../../support/flow.ts';
import { shopifyFlow, type ShopifyFlow } from '../../support/shopify-flow.ts';
import { accept, refuse } from '../../support/tiktok.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let flow: ShopifyFlow;

beforeEach(async () => {
  // The fixture's order was placed at 18:54:47.
  flow = await shopifyFlow({ start: '2026-10-05T18:54:50.000Z' });
});
afterEach(() => flow.close());

const outcomes = () =>
  flow.rows<{ state: string; reason: string }>(
    'SELECT state, reason FROM order_deliveries ORDER BY order_id',
  );
const waiting = () => flow.rows<{ waiting_for: string }>('SELECT waiting_for FROM queue');

async function closesToZero(): Promise<void> {
  const read = await readPeriod(flow.books, flow.shop.id, '2026-10-01', '2026-12-31');
  expect(read?.closes).toBe(true);
  expect((await checkBooks(flow.books, flow.shop.id))?.totals).toEqual([]);
}

async function replayAll(evenIfTwice = false) {
  const filter = { from: '2026-10-01', to: '2026-12-31' };
  const plan = await planReplay(flow.replays, flow.shop.id, filter);
  const done = await runReplay(flow.replays, flow.shop.id, plan?.planned ?? [], {
    actor: 'Ada',
    evenIfTwice,
    filter,
  });
  return { planned: plan?.planned ?? [], done };
}

test('held for its visit, it goes before the five minutes in which TikTok merges are over', async () => {
  await flow.webhook('orders/create', webOrder());
  expect(await waiting()).toEqual([{ waiting_for: 'context' }]);
  expect((await flow.delivery.runDue()).sent).toBe(0);
  await closesToZero();
  flow.clock.advance(4 * MINUTE);
  expect((await flow.delivery.runDue()).sent).toBe(1);
  expect(flow.clock.now().getTime()).toBeLessThan(Date.parse('2026-10-05T18:59:47Z'));
  await closesToZero();
});

test('refused in words for two days it is tried again and goes; its silence past 47 hours is never repeated', async () => {
  flow.tiktok.reply(refuse(50_000, 'internal error'));
  await flow.webhook('orders/create', webOrder());
  for (let hours = 0; hours < 50; hours += 2) {
    flow.clock.advance(2 * HOUR);
    await flow.delivery.runDue();
  }
  expect(await waiting()).toEqual([{ waiting_for: 'retry' }]);
  await closesToZero();
  flow.tiktok.reply(accept);
  flow.clock.advance(5 * HOUR);
  await flow.delivery.runDue();
  expect(await outcomes()).toEqual([{ state: 'sent', reason: 'accepted' }]);

  // Another one: TikTok takes the bytes and never answers.
  flow.tiktok.reply((_request, req) => void req.socket.destroy());
  await flow.webhook(
    'orders/create',
    webOrder({
      id: 6_000_000_000_001,
      created_at: flow.clock.now().toISOString(),
      processed_at: flow.clock.now().toISOString(),
      updated_at: flow.clock.now().toISOString(),
    }),
  );
  for (let hours = 0; hours < 56; hours += 2) {
    flow.clock.advance(2 * HOUR);
    await flow.delivery.runDue();
  }
  const before = flow.tiktok.requests.length;
  expect(await outcomes()).toContainEqual({ state: 'error', reason: 'never_confirmed' });
  flow.tiktok.reply(accept);
  flow.clock.advance(DAY);
  await flow.delivery.runDue();
  expect(flow.tiktok.requests.length).toBe(before);
  await closesToZero();

  // Nor does a replay, unless staff take the risk, which stands in the audit.
  const { planned, done } = await replayAll();
  expect(planned.map(({ risk, refusal }) => [risk, refusal])).toEqual([
    ['counts', 'counts'],
    ['may_count', 'may_count'],
  ]);
  expect(done).toEqual({ queued: 0, refused: 2, changed: 0 });
  await flow.delivery.runDue();
  expect(flow.tiktok.requests.length).toBe(before);
  expect((await replayAll(true)).done.queued).toBe(2);
  await closesToZero();
  await flow.delivery.runDue();
  expect(await outcomes()).toEqual([
    { state: 'sent', reason: 'accepted' },
    { state: 'sent', reason: 'accepted' },
  ]);
  await closesToZero();
  const [entry, begun] = await flow.store.shop(flow.shop.id).audit.list({ limit: 2 });
  expect(begun).toMatchObject({ actor: 'Ada', action: 'ledger.replay.begun' });
  expect(entry).toMatchObject({ actor: 'Ada', action: 'ledger.replay', target: '2 orders' });
  expect(entry?.after).toContain('"evenIfTwice":true');
});

test('a pixel paused for three days: what was never sent goes then, and the ledger closes on every day of it', async () => {
  const { pixels } = flow.store.shop(flow.shop.id);
  await pixels.change(flow.pixel.id, { state: 'paused' }, 'Ada');
  await flow.webhook('orders/create', webOrder());
  for (let day = 0; day < 3; day += 1) {
    flow.clock.advance(DAY);
    await flow.delivery.runDue();
    expect(flow.tiktok.requests).toEqual([]);
    await closesToZero();
  }
  await pixels.change(flow.pixel.id, { state: 'active' }, 'Ada');
  await flow.delivery.runDue();
  expect(await outcomes()).toEqual([{ state: 'sent', reason: 'accepted' }]);
  await closesToZero();
});

test('paid on the 27th day it goes; not paid within 28 days it ends, and a replay says what today’s rules say', async () => {
  await flow.settings((version) => {
    version.shop.purchaseMoment = 'paid';
  });
  const unpaid = { financial_status: 'pending' };
  await flow.webhook('orders/create', webOrder({ ...unpaid, id: 6_000_000_000_001 }));
  await flow.webhook('orders/create', webOrder({ ...unpaid, id: 6_000_000_000_002 }));
  flow.clock.advance(27 * DAY);
  await flow.delivery.runDue();
  expect(await waiting()).toEqual([{ waiting_for: 'payment' }, { waiting_for: 'payment' }]);
  await closesToZero();
  await flow.webhook(
    'orders/paid',
    webOrder({
      id: 6_000_000_000_001,
      financial_status: 'paid',
      updated_at: flow.clock.now().toISOString(),
    }),
  );
  await flow.delivery.runDue();
  flow.clock.advance(2 * DAY);
  await flow.delivery.runDue();
  expect(await outcomes()).toEqual([
    { state: 'sent', reason: 'accepted' },
    { state: 'skipped', reason: 'not_paid' },
  ]);
  await closesToZero();
  const plan = await planReplay(flow.replays, flow.shop.id, {
    reason: 'not_paid',
    from: '2026-10-01',
    to: '2026-12-31',
  });
  expect(plan?.planned).toMatchObject([{ refusal: 'skipped', verdict: { reason: 'not_paid' } }]);
});

test('a replay shows byte for byte what differs and why, sends the same id within 48 hours, and rebuilds afterwards', async () => {
  await flow.webhook('orders/create', webOrder());
  flow.clock.advance(5 * MINUTE);
  await flow.delivery.runDue();
  await flow.settings((version) => {
    const { value } = version.pixels[flow.pixel.id] ?? {};
    if (value) value.basis = 'subtotal';
  });
  const { planned, done } = await replayAll();
  expect(planned).toMatchObject([{ risk: 'discarded', refusal: null }]);
  const [first] = planned;
  expect(first?.settings.now).toBeGreaterThan(first?.settings.before ?? 0);
  expect(first?.differences.map(({ path }) => path)).toEqual(['properties.value']);
  expect(done).toEqual({ queued: 1, refused: 0, changed: 0 });
  await closesToZero();
  await flow.delivery.runDue();
  expect(new Set(flow.tiktok.taken.map(({ event_id: id }) => id)).size).toBe(1);
  expect(flow.tiktok.requests).toHaveLength(2);
  expect(flow.tiktok.requests[1]?.body).toContain(first?.verdict.kind === 'send' ? first.verdict.bytes : '?');
  await closesToZero();

  const rebuild = (shopId: string, pixelId: string, eventId: string) =>
    rebuiltSendings(
      { database: flow.store.database, keyring: flow.keyring, shops: flow.shops },
      shopId,
      pixelId,
      eventId,
    );
  const days = { from: '2026-10-01', to: '2026-10-31' };
  const check = () => rebuildPeriod({ database: flow.store.database, rebuild }, flow.shop.id, days);
  expect(await check()).toMatchObject({ same: 1, differs: 0 });
  await flow.store.database.run(
    `UPDATE order_revisions SET facts = replace(facts, '"paid":true', '"paid":false')`,
  );
  await flow.store.database.run(`UPDATE order_deliveries SET payload_sha256 = sha256('x')`);
  expect(await check()).toMatchObject({ same: 0, differs: 1, examples: [{ day: '2026-10-05' }] });
});

test('a replay that comes to nothing leaves what TikTok took: it stands again as it stood, and the ledger closes', async () => {
  await flow.webhook('orders/create', webOrder());
  flow.clock.advance(5 * MINUTE);
  await flow.delivery.runDue();
  const columns = 'state, reason, settled_at, settings_version, payload_sha256, request_ids';
  const stood = await flow.rows(`SELECT ${columns} FROM order_deliveries`);
  expect((await replayAll()).done.queued).toBe(1);
  await closesToZero();
  // Its pixel rests until a repeat would count twice.
  const { pixels } = flow.store.shop(flow.shop.id);
  await pixels.change(flow.pixel.id, { state: 'paused' }, 'Ada');
  await flow.settings((version) => {
    version.shop.purchaseMoment = 'paid';
  });
  flow.clock.advance(3 * DAY);
  await pixels.change(flow.pixel.id, { state: 'active' }, 'Ada');
  expect(await flow.delivery.runDue()).toMatchObject({ sent: 0, skipped: 0, errors: 0 });
  expect(await flow.rows(`SELECT ${columns} FROM order_deliveries`)).toEqual(stood);
  expect(flow.tiktok.requests).toHaveLength(1);
  await closesToZero();
});
