/** The log's page as the server answers it: what is typed never reaches an address or a log, files, other shops, sending again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';

import { placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import { tiktokOf } from '../../../sandbox/tiktok/business.ts';
import { openApp, type OpenApp, type Who } from './open-app.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let app: OpenApp;
let pixelId: string;
/** The order that was sent, and who bought it. */
let order: { id: string; name: string; email: string };

beforeAll(async () => {
  app = await openApp();
  for (const shop of ['northwind', 'fjord']) expect((await app.page('/app', { shop })).status).toBe(200);
  const { world } = app.sandbox;
  const shop = app.shop();
  const pixel = [...tiktokOf(world).pixels.values()].find((known) => known.shop === shop.handle);
  if (!pixel) throw new Error('The sandbox has no pixel for this shop.');
  const added = await app.house
    .pixelsOf(app.house.store.shop(shop.id))
    .add({ code: pixel.code, token: pixel.token, name: '=Main, "one"' }, 'test');
  if (!added.ok) throw new Error('The pixel was not added.');
  pixelId = added.pixel.id;
  const plain = placeOrder(world, shop, draftOfKind(world, shop, 'plain'));
  placeOrder(world, shop, draftOfKind(world, shop, 'pos'));
  await world.clock.settle();
  const stored = () => app.house.store.database.rows('SELECT 1 FROM orders');
  await vi.waitFor(async () => expect(await stored()).toHaveLength(2), { timeout: 15_000 });
  app.clock.advance(5 * MINUTE);
  await app.house.delivery.runDue();
  const { email } = plain;
  if (email === null) throw new Error('The order has no email.');
  order = { id: plain.id, name: plain.name, email };
});
afterAll(() => app.close());
beforeEach(() => void app.log.splice(0));

const post = (path: string, route: string, form: Record<string, string>, who: Who = {}) =>
  app.fetchAs(
    route === '' ? path : `${path}?index&_data=${encodeURIComponent(route)}`,
    { method: 'POST', body: new URLSearchParams(form) },
    who,
  );
const find = async (text: string, who: Who = {}): Promise<{ by: string; rows: { what: string }[] }> => {
  const response = await post('/app/log', 'routes/app.log._index', { text }, who);
  expect(response.status).toBe(200);
  return response.json();
};
const csv = async (form: Record<string, string>, who: Who = {}) => {
  const response = await post('/app/log/csv', '', form, who);
  return { response, lines: (await response.text()).trim().split('\r\n') };
};

describe('the search', () => {
  it('finds an order by its number, its buyer and its event id, and says how', async () => {
    for (const text of [order.name, order.name.replace('#', ''), order.id])
      expect(await find(text)).toMatchObject({ by: 'order', rows: [{ what: `Order ${order.name}` }] });
    expect(await find(`order-${order.id}`)).toMatchObject({ by: 'event' });
    const mine = await find(` ${order.email.toUpperCase()} `);
    expect(mine.by).toBe('email');
    expect(mine.rows.map(({ what }) => what)).toContain(`Order ${order.name}`);
    expect(await find('nobody@example.com')).toEqual({ by: 'email', rows: [] });
    expect(await find('nobody@')).toEqual({ by: 'unfinished', rows: [] });
    expect(await find('no such thing\u0000')).toEqual({ by: 'nothing', rows: [] });
  });

  it('writes no typed address anywhere', async () => {
    await find(order.email);
    await csv({ text: order.email });
    expect(app.log.join('\n')).not.toContain(order.email.split('@')[0]);
    expect(app.log.join('\n')).toContain('"path":"/app/log"');
  });

  it('finds nothing of another shop', async () => {
    for (const text of [order.name, order.email, `order-${order.id}`])
      expect((await find(text, { shop: 'fjord' })).rows).toEqual([]);
  });
});

describe('the file', () => {
  it('holds what is filtered, with cells that no spreadsheet runs', async () => {
    const { response, lines } = await csv({ state: 'sent' });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="tock-log.csv"');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^Happened,Event,Order,Event id/);
    expect(lines[1]).toContain(`,Order,${order.name},order-${order.id},CompletePayment,Sent,accepted,`);
    expect(lines[1]).toContain(`"'=Main, ""one"""`);
  });

  it.each([
    [{ reason: 'pos' }, 2],
    [{ reason: 'pos', state: 'sent' }, 1],
    [{ from: '2020-01-01', to: '2020-01-02' }, 1],
    [{ state: 'nonsense', from: 'never', pixel: '' }, 3],
    [{ text: 'nobody@' }, 1],
  ])('of %j has %i lines', async (form, count) => {
    expect((await csv(form)).lines).toHaveLength(count);
  });

  it('of another shop has its heading only, and nobody gets one without a session', async () => {
    expect((await csv({}, { shop: 'fjord' })).lines).toHaveLength(1);
    expect((await csv({}, { lifetime: -60 })).response.status).toBe(401);
    expect((await csv({}, { secret: 'forged' })).response.status).toBe(401);
    expect((await app.fetchAs('/app/log/csv')).status).toBeGreaterThanOrEqual(400);
  });
});

describe('sending an order again', () => {
  const again = async (form: Record<string, string>, who: Who = {}) =>
    app.fetchAs(
      `/app/log/${pixelId}/order-${order.id}?_data=${encodeURIComponent('routes/app.log.$pixelId.$eventId')}`,
      { method: 'POST', body: new URLSearchParams(form) },
      who,
    );
  const state = async () =>
    (await app.house.logOf({ id: app.shop().id, timeZone: 'UTC' }).detail(pixelId, `order-${order.id}`))
      ?.record.entry.state;

  test('first says what would happen and changes nothing', async () => {
    expect(await (await again({ intent: 'plan' })).json()).toMatchObject({
      plan: {
        twice: false,
        stopped: false,
        differences: [],
        compared: 'It would be sent exactly as last time, byte for byte.',
      },
    });
    expect(await state()).toBe('sent');
  });

  test('is not possible for another shop, without words, or without an intent', async () => {
    expect((await again({ intent: 'resend' }, { shop: 'fjord' })).status).toBe(404);
    expect((await again({ intent: 'erase' })).status).toBe(400);
    expect(await state()).toBe('sent');
  });

  test('that would count twice goes only when staff say that they know, and the audit says who', async () => {
    app.clock.advance(60 * HOUR);
    expect(await (await again({ intent: 'plan' })).json()).toMatchObject({ plan: { twice: true } });
    expect(await (await again({ intent: 'resend' })).json()).toMatchObject({ sent: false });
    expect(await state()).toBe('sent');
    expect(await (await again({ intent: 'resend', twice: 'yes' })).json()).toMatchObject({ sent: true });
    expect(await state()).toBe('waiting');
    const entries = await app.house.store.shop(app.shop().id).audit.list({ limit: 20 });
    const replay = entries.find(
      ({ action }) => action === 'ledger.replay' || action === 'ledger.replay.done',
    );
    expect(replay?.actor).toMatch(/\(\d+\)$/);
    await app.house.delivery.runDue();
    expect(await state()).toBe('sent');
  });
});
