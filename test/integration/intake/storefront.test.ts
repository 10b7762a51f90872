/** Beacons: public, so measured, checked, never reflected, and believed in nothing that would create a purchase. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shopProfile } from '../../support/database.ts';
import { checkoutEvent, pageEvent, testFlow, type Flow } from '../../support/flow.ts';

let flow: Flow;
beforeEach(async () => {
  flow = await testFlow();
});
afterEach(() => flow.close());

const stored = () =>
  flow.rows<{ event_id: string; event: string }>('SELECT event_id, event FROM page_events');

test('a beacon is answered after its events are stored, and each goes to TikTok once', async () => {
  const event = pageEvent();
  expect(await flow.beacon([event])).toMatchObject({ status: 202, body: {} });
  expect(await flow.beacon([event])).toMatchObject({ status: 202, body: {} });
  expect(await stored()).toEqual([{ event_id: event.id, event: 'product_viewed' }]);
  await flow.delivery.runDue();
  expect(flow.tiktok.taken.map(({ event_id }) => event_id)).toEqual([event.id]);
  expect(flow.tiktok.taken[0]?.user).toMatchObject({ ip: '203.0.113.50' });
  const { totals, rows } = await flow.totals();
  expect(totals).toEqual(rows);
});

test('one event id at two times is one event', async () => {
  const event = pageEvent();
  await flow.beacon([event, { ...event, at: '2026-10-05T18:54:10.000Z' }]);
  await flow.beacon([{ ...event, at: '2026-10-05T18:54:20.000Z' }]);
  expect((await stored()).length).toBe(1);
});

test('a poisoned beacon is refused alone; beacons of another shop in the same group are stored', async () => {
  const shared = await testFlow({ intake: { patienceMs: 600_000, lanes: { gatherMs: 500 } } });
  // Beacons are measured before they are stored, so only the database itself can still find one that it will not take.
  await shared.rows(`CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.event_id = 'sh-poison' THEN RAISE EXCEPTION USING ERRCODE = '22000', MESSAGE = 'poison'; END IF;
    RETURN NEW; END $$`);
  await shared.rows(
    'CREATE TRIGGER poison BEFORE INSERT ON page_events FOR EACH ROW EXECUTE FUNCTION refuse_poison()',
  );
  const other = await shared.store.installs.install(
    shopProfile({ id: '5500000000002', domain: 'maple.myshopify.com' }),
  );
  const fine = [1, 2, 3, 4].map((at) => shared.beacon([pageEvent()], at > 2 ? { key: other.publicKey } : {}));
  const bad = shared.beacon([pageEvent({ id: 'sh-poison', shopifyId: 'sh-poison' })]);
  expect((await Promise.all(fine)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  expect(await bad).toMatchObject({ status: 422, body: { error: 'not_storable' } });
  const kept = await shared.rows<{ shop_id: string; n: string }>(
    'SELECT shop_id, count(*) AS n FROM page_events GROUP BY 1 ORDER BY 1',
  );
  expect(kept).toEqual([
    { shop_id: shared.shop.id, n: '2' },
    { shop_id: other.id, n: '2' },
  ]);
  await shared.close();
});

test('a checkout that starts again and again is one InitiateCheckout', async () => {
  for (const at of ['18:50', '18:51', '18:52']) {
    await flow.beacon([checkoutEvent('tok1', { at: `2026-10-05T${at}:00.000Z` })]);
  }
  await flow.delivery.runDue();
  expect(flow.tiktok.taken.map(({ event, event_id }) => [event, event_id])).toEqual([
    ['InitiateCheckout', 'checkout-tok1'],
  ]);
});

test('a visitor who comes back within the minute is not written again, and its events know it all the same', async () => {
  const seen = () => flow.rows<{ last_seen_at: Date }>('SELECT last_seen_at FROM visitor_contexts');
  await flow.beacon([pageEvent()]);
  const first = await seen();
  flow.clock.advance(40_000);
  await flow.beacon([pageEvent()]);
  expect(await seen()).toEqual(first);
  await flow.delivery.runDue();
  expect(flow.tiktok.taken.map(({ user }) => user?.ip)).toEqual(['203.0.113.50', '203.0.113.50']);
  flow.clock.advance(21_000);
  await flow.beacon([pageEvent()]);
  expect(await seen()).toEqual([{ last_seen_at: flow.clock.now() }]);
});

test('thief: who was here before is linked to a checkout from when it used its token, not from when it came', async () => {
  await flow.beacon([pageEvent()], { client: 'thief' });
  flow.clock.advance(10_000);
  await flow.beacon([checkoutEvent('tok5')], { client: 'owner' });
  flow.clock.advance(10_000);
  const used = flow.clock.now();
  await flow.beacon([checkoutEvent('tok5')], { client: 'thief' });
  const links = await flow.rows<{ linked_at: Date }>(
    'SELECT linked_at FROM visitor_links ORDER BY linked_at',
  );
  expect(links.map(({ linked_at }) => linked_at)).toEqual([new Date(used.getTime() - 10_000), used]);
});

test('every answer may be read by any page, and a preflight is answered', async () => {
  const answered = await flow.post('/intake/storefront', 'nonsense', {
    'content-type': 'text/plain',
    origin: 'null',
  });
  expect(answered).toMatchObject({ status: 400, body: { error: 'not_json' } });
  expect(answered.headers.get('access-control-allow-origin')).toBe('*');
});

test('bad beacons are refused by a fixed code; nothing of them is repeated or stored', async () => {
  const marked = 'zzMARKERzz';
  const bad: [Promise<{ status: number; body: unknown }>, number, string][] = [
    [flow.beacon([pageEvent()], { key: marked }), 404, 'unknown_shop'],
    [flow.beacon([], { client: marked }), 400, 'invalid_beacon'],
    [flow.beacon([pageEvent()], { tiktok: [marked] }), 400, 'invalid_beacon'],
    [flow.beacon([pageEvent()], { tiktok: Array(4).fill('CTOCK0NORTHLIGHT0001') }), 400, 'invalid_beacon'],
    [flow.beacon(Array.from({ length: 51 }, () => pageEvent())), 400, 'invalid_beacon'],
    [flow.beacon([pageEvent({ at: '2026-10-02T18:00:00.000Z' })]), 422, 'too_old'],
    [flow.beacon([pageEvent({ at: '2026-10-05T19:10:00.000Z' })]), 422, 'in_the_future'],
    [flow.beacon([pageEvent({ page: { url: `javascript:${marked}` } })]), 422, 'invalid_event'],
    [flow.post('/intake/storefront', '['.repeat(20_000)), 400, 'too_deep'],
  ];
  for (const [answer, status, error] of bad) {
    const answered = await answer;
    expect({ status: answered.status, body: answered.body }).toEqual({ status, body: { error } });
    expect(JSON.stringify(answered.body)).not.toContain(marked);
  }
  expect(await stored()).toEqual([]);
});

test('an address that floods is told to wait, others are not', async () => {
  const strict = await testFlow({ intake: { limits: { address: { perSecond: 1, burst: 3 } } } });
  const statuses: number[] = [];
  for (let time = 0; time < 5; time += 1)
    statuses.push((await strict.beacon([pageEvent()], { ip: '198.51.100.1' })).status);
  expect(statuses).toEqual([202, 202, 202, 429, 429]);
  expect((await strict.beacon([pageEvent()], { ip: '198.51.100.2' })).status).toBe(202);
  await strict.close();
});

test('no beacon creates a purchase, whatever it calls itself', async () => {
  await flow.beacon([
    pageEvent({
      name: 'checkout_completed',
      id: 'order-1',
      draft: { orderId: '1', checkoutToken: 'tok', total: '999.00', currency: 'EUR' },
    }),
    pageEvent({ name: 'order', id: 'order-2', draft: { orderId: '2', total: '999.00', currency: 'EUR' } }),
  ]);
  await flow.delivery.runDue();
  expect(flow.tiktok.requests).toEqual([]);
  expect(await flow.rows('SELECT 1 FROM orders')).toEqual([]);
});

test('thief: no event can take the id of a purchase, nor any id that the pixel would not have made', async () => {
  const answers = await Promise.all([
    flow.beacon([pageEvent({ id: 'order-1', shopifyId: 'order-1' })]),
    flow.beacon([pageEvent({ id: 'sh-other' })]),
    flow.beacon([checkoutEvent('tok', { id: 'checkout-of-another' })]),
  ]);
  expect(answers.map(({ body }) => body)).toEqual(
    Array.from({ length: 3 }, () => ({ error: 'invalid_event' })),
  );
  expect(await stored()).toEqual([]);
});

test('a refusal leaves four bits and a time, no address, no click', async () => {
  await flow.beacon([checkoutEvent('tok9')], {
    consent: { analytics: true, marketing: false, preferences: true, saleOfData: false },
    click: { id: 'E.C.P.click', at: '2026-10-05T18:40:00.000Z', from: 'kept' },
  });
  const [context] = await flow.rows<{ consent: number; sealed: Buffer }>(
    'SELECT consent, sealed FROM visitor_contexts',
  );
  expect(context?.consent).toBe(5);
  const opened = flow.keyring.openText(context?.sealed ?? Buffer.alloc(0), {
    shop: flow.shop.id,
    field: 'visitor_contexts.sealed',
  });
  expect(JSON.parse(opened)).toEqual({ v: 1, emails: [], phones: [], externalIds: [], clicks: [] });
  expect(await flow.rows('SELECT state, reason FROM page_deliveries')).toEqual([
    { state: 'skipped', reason: 'consent_refused' },
  ]);
});
