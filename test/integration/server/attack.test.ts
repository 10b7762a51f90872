/** What an outsider tries who has the source: forged tokens, forms without one, garbage in every page's address, markup in names. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { webOrder } from '../../support/flow.ts';
import { tiktokOf } from '../../../sandbox/tiktok/business.ts';
import { openApp, type OpenApp } from './open-app.ts';

const CODE = 'C4A1B2C3D4E5F6G7H8I9';
const TOKEN = 'f00dfacef00dfacef00dfacef00dfacef00dface';
const MARKUP = `</script><script>alert(1)</script><img src=x onerror=alert(2)>'"`;
const SECRET = 'tock-sandbox-secret';

let app: OpenApp;
let pixelId: string;
let addresses: string[];

beforeAll(async () => {
  app = await openApp();
  expect((await app.page('/app')).status).toBe(200);
  const outcome = await app.house
    .pixelsOf(app.house.store.shop(app.shop().id))
    .add({ code: CODE, token: TOKEN, name: MARKUP.slice(0, 60) }, MARKUP);
  if (!outcome.ok) throw new Error('The pixel was not added.');
  pixelId = outcome.pixel.id;
  const at = app.clock.now().toISOString();
  const order = webOrder({ name: MARKUP, processed_at: at, created_at: at, updated_at: at });
  expect((await app.webhook('/webhooks/orders', 'orders/create', order)).status).toBe(200);
  const routes = readdirSync(new URL('../../../app/routes', import.meta.url))
    .map((file) => file.replace(/\.tsx?$/, ''))
    .filter((name) => name.startsWith('app.'));
  addresses = routes.map(
    (name) =>
      '/' +
      name
        .replace('$pixelId', pixelId)
        .replace('$eventId', `order-${order.id}`)
        .replace('$id', pixelId)
        .replace('$slug', 'none')
        .replaceAll('.', '/')
        .replace(/\/_index$/, ''),
  );
});
afterAll(() => app.close());
afterEach(() => {
  expect(app.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  app.log.length = 0;
});

const everything = async (): Promise<unknown> => {
  const own = app.house.store.shop(app.shop().id);
  return [
    await own.pixels.list({ removed: true }),
    await own.settings.current(),
    await own.audit.list({ limit: 100 }),
  ];
};

describe('a session token', () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  function forged(claims: Record<string, unknown>, alg = 'HS256', secret = SECRET): string {
    const now = Math.floor(Date.now() / 1000);
    const { domain, staff } = app.shop();
    const body = part({
      iss: `https://${domain}/admin`,
      dest: `https://${domain}`,
      aud: 'tock-sandbox-key',
      sub: staff[0]?.id,
      exp: now + 60,
      nbf: now - 1,
      iat: now,
      jti: 'forged',
      sid: 'forged',
      ...claims,
    });
    const content = `${part({ alg, typ: 'JWT' })}.${body}`;
    const signature = alg === 'none' ? '' : createHmac('sha256', secret).update(content).digest('base64url');
    return `${content}.${signature}`;
  }
  const ask = (token: string): Promise<Response> =>
    fetch(`${app.url}/app/pixels?_data=routes%2Fapp.pixels._index`, {
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'Mozilla/5.0 Chrome/141.0' },
      redirect: 'manual',
    });

  test('as Shopify makes it opens the page', async () => {
    expect((await ask(forged({}))).status).toBe(200);
  });

  test.each([
    ['of another app', () => forged({ aud: 'another-app' })],
    ['without a signature', () => forged({}, 'none')],
    ['signed with another secret', () => forged({}, 'HS256', 'another')],
    ['that has ended', () => forged({ exp: Math.floor(Date.now() / 1000) - 120 })],
    ['that is not valid yet', () => forged({ nbf: Math.floor(Date.now() / 1000) + 3_600 })],
    ['of an address that is no shop', () => forged({ dest: 'https://evil.example' })],
    [
      'of an address that begins like a shop',
      () => forged({ dest: 'https://northwind.myshopify.com.evil.example' }),
    ],
    ['of a shop that nobody installed', () => forged({ dest: 'https://nobody.myshopify.com' })],
    ['that is no token', () => 'e30.e30.e30'],
  ])('%s does not', async (_name, token) => {
    const response = await ask(token());
    expect(response.status).toBeGreaterThanOrEqual(300);
    const text = await response.text();
    expect(text).not.toContain(CODE);
  });
});

test('a form that another page sends, without a session token, changes nothing in any route', async () => {
  const before = await everything();
  for (const address of addresses) {
    for (const intent of ['save', 'pause', 'resume', 'remove']) {
      const response = await fetch(app.url + address, {
        method: 'POST',
        body: new URLSearchParams({ intent, name: 'Stolen', token: 'b'.repeat(40) }),
        headers: { 'user-agent': 'Mozilla/5.0 Chrome/141.0', origin: 'https://evil.example' },
        redirect: 'manual',
      });
      expect(response.status, address).not.toBe(200);
      expect(response.status, address).toBeLessThan(500);
      await response.arrayBuffer();
    }
  }
  expect(await everything()).toEqual(before);
});

test.each([
  ['JSON', '{"intent":"remove"}', 'application/json'],
  ['a multipart form without parts', 'nothing', 'multipart/form-data; boundary=x'],
  ['a multipart form without a boundary', 'nothing', 'multipart/form-data'],
  ['bytes without a type', '\u0000\u0001', ''],
  [
    'NUL and half a surrogate',
    'intent=save&name=%00&token=%ED%A0%80&code=%00',
    'application/x-www-form-urlencoded',
  ],
  [
    'names of every object',
    'intent=__proto__&__proto__=1&constructor=1&toString=1',
    'application/x-www-form-urlencoded',
  ],
])('%s for a form is a mistake of the sender, in every route', async (_name, body, type) => {
  const before = await everything();
  for (const address of addresses) {
    const response = await app.fetchAs(address, { method: 'POST', body, headers: { 'content-type': type } });
    expect(response.status, address).toBeGreaterThanOrEqual(200);
    expect(response.status, address).toBeLessThan(500);
    await response.arrayBuffer();
  }
  expect(await everything()).toEqual(before);
});

test('garbage in the query of any page is no fault of ours', { timeout: 180_000 }, async () => {
  const garbage = [
    '%00',
    '%ED%A0%80',
    '__proto__',
    '-1',
    '9'.repeat(40),
    "'%3B--",
    '%5B%5D',
    'x'.repeat(4_000),
  ];
  const names = ['after', 'state', 'order', 'pixel', 'pixelId', 'eventId', 'kind', 'from', 'to', 'limit'];
  for (const address of addresses) {
    for (const value of garbage) {
      const query = names.map((name) => `${name}=${value}`).join('&');
      const response = await app.page(`${address}?${query}`);
      expect(response.status, `${address} ${value}`).toBeLessThan(500);
      await response.arrayBuffer();
    }
  }
});

test('markup in the names of pixels, orders and people stays text, and no page holds a secret', async () => {
  const sessions = await app.house.store.installs.sessionsOfShop(app.shop().domain);
  const secrets = [
    TOKEN,
    SECRET,
    app.house.config.encryptionKeys,
    ...sessions.flatMap(({ secret }) => secret.match(/shp(?:at|ua|rt)_\w+/g) ?? []),
  ];
  expect(secrets.length).toBeGreaterThan(4);
  let seen = 0;
  for (const address of addresses) {
    const html = await (await app.page(address)).text();
    expect(html, address).not.toContain('<script>alert(1)');
    expect(html, address).not.toContain('<img src=x');
    for (const secret of secrets) expect(html.includes(secret), `a secret in ${address}`).toBe(false);
    if (html.includes('alert(1)')) seen += 1;
  }
  expect(seen).toBeGreaterThan(1);
  for (const line of app.log) for (const secret of secrets) expect(line.includes(secret)).toBe(false);
});

test.each([
  ['two lengths', 'content-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
  ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['chunks twice', 'transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
  ['a chunk of no length', 'transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'],
  ['a length below zero', 'content-length: -5\r\n\r\nhello'],
  ['a bare line end in a header', 'x-a: b\nx-shopify-topic: orders/create\n\n'],
])('a request with %s is refused, and nothing hides behind it', async (_name, rest) => {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')));
  socket.on('error', () => undefined);
  socket.end(`POST /webhooks/orders HTTP/1.1\r\nhost: x\r\n${rest}GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n`);
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(answer).not.toContain(' 200 ');
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'order', 'made_up'])(
  'an event called %s is not taken for one of ours, and no row is kept of its name',
  async (name) => {
    const shop = await app.house.store.installs.shopByDomain(app.shop().domain);
    const at = app.clock.now().toISOString();
    const response = await fetch(`${app.url}/intake/storefront`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({
        v: 1,
        key: shop?.publicKey,
        client: 'c',
        sent: at,
        consent: { analytics: true, marketing: true, preferences: true, saleOfData: true },
        events: [
          {
            id: `sh-${name}`,
            shopifyId: `sh-${name}`,
            name,
            at,
            page: { url: 'https://x.example/' },
            draft: {},
          },
        ],
      }).replace(
        '"draft":{}',
        '"draft":{"__proto__":{"email":"x@example.com"},"constructor":{"prototype":{"a":1}}}',
      ),
    });
    expect(response.status).toBe(422);
    expect(Object.prototype).not.toHaveProperty('email');
    expect({}).not.toHaveProperty('a');
    const [row] = await app.house.store.database.rows<{ queue: string; pages: string; totals: string }>(
      `SELECT (SELECT count(*) FROM queue WHERE event = $1 AND kind = 'page') AS queue,
              (SELECT count(*) FROM page_events WHERE event = $1) AS pages,
              (SELECT count(*) FROM daily_totals WHERE event = $1 AND source = 'beacon') AS totals`,
      [name],
    );
    expect(row).toEqual({ queue: '0', pages: '0', totals: '0' });
  },
);

describe('staff who write their own requests', () => {
  const own = () => app.house.store.shop(app.shop().id);
  const post = (path: string, route: string, form: Record<string, string>, staff = 0): Promise<Response> =>
    app.fetchAs(
      `${path}${path.includes('?') ? '&' : '?'}_data=${encodeURIComponent(`routes/${route}`)}`,
      { method: 'POST', body: new URLSearchParams(form) },
      { staff },
    );

  test.each([-8.64e15, -1e14, 8.64e15, 4e15])(
    'reach no fault with a cursor to the moment %d, which JavaScript has and PostgreSQL has not',
    async (moment) => {
      const after = Buffer.from(JSON.stringify([moment, 'order-1', pixelId])).toString('base64url');
      expect((await app.page(`/app/log?after=${after}`)).status).toBe(200);
    },
  );

  test.each(['2026-99-99T', '2026-01-01Tea', '0000-00-00T00:00:00'])(
    'cannot blind the history by calling a pixel %s',
    async (name) => {
      const form = { intent: 'save', name, testEventCode: '' };
      expect((await post(`/app/pixels/${pixelId}`, 'app.pixels.$id', form, 1)).status).toBe(200);
      const history = await app.page('/app/audit');
      expect(history.status).toBe(200);
      expect(await history.text()).toContain(name);
    },
  );

  test.each(['ru\u0000le', 'ru\nle', 'ru\ud800le'])(
    'save no rule with the id %j, which no outcome could name',
    async (id) => {
      const { sources, rules } = await app.house.settingsPages(own()).sources();
      const rule = { id, on: true, action: 'block', field: 'tag', operator: 'is', values: ['poison'] };
      const draft = JSON.stringify({ sources, rules: [...rules, rule] });
      const saved = await post('/app/sources', 'app.sources', { intent: 'save', draft });
      expect(await saved.json()).toMatchObject({ done: null, errors: { 'rules.0.id': expect.anything() } });
      const at = app.clock.now().toISOString();
      const order = webOrder({ tags: 'poison', processed_at: at, created_at: at, updated_at: at });
      expect((await app.webhook('/webhooks/orders', 'orders/create', order)).status).toBe(200);
    },
  );

  test.each(['app.events', 'app.values'])(
    'hand the form of a pixel that was removed on to no other pixel in %s',
    async (route) => {
      const added = await app.house
        .pixelsOf(own())
        .add({ code: 'C9A1B2C3D4E5F6G7H8I9', token: 'b'.repeat(40), name: 'Second' }, 'test');
      if (!added.ok) throw new Error('The pixel was not added.');
      const gone = added.pixel.id;
      const { events, contentId, value } = (await app.house.settingsOf(own())).value.pixels[gone] ?? {};
      await app.house.pixelsOf(own()).remove(gone, 'test');
      const before = await everything();
      const draft = JSON.stringify(
        route === 'app.events'
          ? { events: { ...events, page_viewed: { on: true, name: 'Stolen' } } }
          : { contentId: { ...contentId, kind: 'sku' }, value },
      );
      const path = `/${route.replace('.', '/')}?pixel=${gone}`;
      const response = await post(path, route, { intent: 'save', draft });
      expect(response.status).toBe(404);
      await response.arrayBuffer();
      expect(await everything()).toEqual(before);
    },
  );

  const noDraft = JSON.stringify({ sources: {}, rules: [] });
  test.each<[string, number, string, string, Record<string, string>]>([
    ['the preview of order sources', 30, '/app/sources', 'app.sources', { intent: 'look', draft: noDraft }],
    ['the check of the seals', 3, '/app/ledger?index', 'app.ledger._index', {}],
    ['the look at the storefront', 3, '/app/storefront', 'app.storefront', { intent: 'check' }],
    ['the search for older orders', 5, '/app/ledger/backfill', 'app.ledger.backfill', { intent: 'look' }],
  ])('press %s %d times at once, then wait; other stores do not', async (_what, times, path, route, form) => {
    app.clock.advance(3_600_000);
    const pressed: number[] = [];
    for (let n = 0; n < times + 2; n += 1) {
      const response = await post(path, route, form);
      pressed.push(response.status);
      const said = await response.text();
      if (response.status === 429) expect(said).toMatch(/Try again in \d+ seconds|"wait":\d+/);
    }
    expect(pressed).toEqual([...Array.from({ length: times }, () => 200), 429, 429]);
    const elsewhere = await app.fetchAs(
      `${path}${path.includes('?') ? '&' : '?'}_data=${encodeURIComponent(`routes/${route}`)}`,
      { method: 'POST', body: new URLSearchParams(form) },
      { shop: 'fjord' },
    );
    expect(elsewhere.status).toBe(200);
    app.clock.advance(20_000);
    expect((await post(path, route, form)).status).toBe(200);
  });

  test('send TikTok no flood of test events, with one token after the other', async () => {
    app.clock.advance(3_600_000);
    const heard = () => tiktokOf(app.sandbox.world).requests.length;
    const before = heard();
    const answers: string[] = [];
    for (let n = 0; n < 12; n += 1) {
      const token = String(n).padStart(40, 'e');
      const form = { intent: 'save', name: 'Main', code: 'C9A1B2C3D4E5F6G7H8I9', token, testEventCode: '' };
      answers.push(await (await post('/app/pixels/new', 'app.pixels.new', form)).text());
    }
    expect(heard() - before).toBe(10);
    expect(answers.slice(-2).every((answer) => answer.includes('Try again in 10 seconds'))).toBe(true);
  });

  test.each(['look', 'apply'])(
    'reach no fault with a settings file of 50,000 lists in one another: %s',
    async (intent) => {
      const deep = '['.repeat(50_000) + ']'.repeat(50_000);
      const file = `{"kind":"tock settings","format":1,"shop":{"rules":${deep}},"pixels":[]}`;
      const form = { intent, file, version: String((await own().settings.current())?.version) };
      const before = await everything();
      const response = await post('/app/settings/carry', 'app.settings.carry', form);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('nested');
      expect(await everything()).toEqual(before);
    },
  );

  test('leave nothing of a store with whoever keeps answers on the way', async () => {
    for (const address of addresses) {
      const response = await app.fetchAs(address);
      await response.arrayBuffer();
      expect(response.headers.get('cache-control'), address).toBe('no-store');
    }
    const data = await app.fetchAs('/app/settings/alerts?_data=routes%2Fapp.settings.alerts');
    await data.arrayBuffer();
    expect(data.headers.get('cache-control')).toBe('no-store');
  });
});
