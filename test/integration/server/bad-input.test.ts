/** Bad input at every plain door: a clear 4xx, never a 500, and nothing stored. */
import { once } from 'node:events';
import { connect } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { openApp, type OpenApp, type WebhookChange } from './open-app.ts';

let app: OpenApp;
let before: Record<string, string>;

beforeAll(async () => {
  app = await openApp();
  expect((await app.page('/app')).status).toBe(200);
  before = await rowsByTable();
});
afterAll(() => app.close());

afterEach(async () => {
  expect(await rowsByTable(), 'something was stored').toEqual(before);
  expect(app.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

async function rowsByTable(): Promise<Record<string, string>> {
  const counts: Record<string, string> = {};
  for (const table of [
    'audit_entries',
    'orders',
    'order_revisions',
    'page_events',
    'queue',
    'visitor_contexts',
    'shops',
  ]) {
    const [row] = await app.house.store.database.rows<{ count: string }>(
      `SELECT count(*)::text AS count FROM ${table}`,
    );
    counts[table] = row?.count ?? '';
  }
  return counts;
}

const nested = '['.repeat(10_000) + ']'.repeat(10_000);

const doors = [
  { path: '/webhooks/orders', topic: 'orders/create' },
  { path: '/webhooks/app', topic: 'app/scopes_update' },
  { path: '/webhooks/privacy', topic: 'customers/redact' },
];

describe.each(doors)('POST $path', ({ path, topic }) => {
  test.each([
    ['without a signature', { headers: { 'x-shopify-hmac-sha256': null } }, 401],
    ['with a wrong signature', { secret: 'somebody-else' }, 401],
    ['with a signature that is no base64', { headers: { 'x-shopify-hmac-sha256': 'bm9wZQ' } }, 401],
    ['as a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415],
    ['without a topic', { headers: { 'x-shopify-topic': null } }, 400],
    ['without a webhook id', { headers: { 'x-shopify-webhook-id': null } }, 400],
    ['from an address that is no shop', { domain: 'evil.example' }, 400],
    ['from a shop that nobody installed', { domain: 'nobody.myshopify.com' }, [400, 404]],
    ['of an unknown topic', { headers: { 'x-shopify-topic': 'orders/dreamt' } }, 404],
    ['with broken JSON', { rawBody: '{"id": 1' }, [400, 422]],
    ['with an empty body', { rawBody: '' }, 400],
    ['with 10,000 nested arrays', { rawBody: nested }, [400, 422]],
    ['with raw NUL bytes', { rawBody: '{"id":\u0000 1}' }, [400, 422]],
    ['with bytes that are no UTF-8', { rawBody: Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]) }, [400, 422]],
    [
      'with a lone surrogate for an id',
      { rawBody: '{"id":"\\ud800","shop_id":"\\ud800","current":1}' },
      [400, 422],
    ],
    ['with a number for a body', { rawBody: '7' }, [400, 422]],
    ['with null for a body', { rawBody: 'null' }, [400, 422]],
  ] satisfies [string, WebhookChange, number | number[]][])('%s', async (_name, change, expected) => {
    const response = await app.webhook(path, topic, {}, change);
    expect([expected].flat()).toContain(response.status);
    const answer: unknown = await response.json();
    expect(answer).toEqual({ error: expect.stringMatching(/^[a-z_]+$/) as unknown });
  });

  test('with any other method', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await fetch(app.url + path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
      await response.arrayBuffer();
    }
  });

  test('with 50 MB is refused before it is read', async () => {
    expect(await rawRequest(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 52428800\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });

  test('that grows beyond the limit without saying so is refused', async () => {
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const answer = await rawRequest(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`,
      chunk,
      8,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('that ends before it is whole is not taken', async () => {
    const answer = await rawRequest(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"id":1`,
      undefined,
      0,
      true,
    );
    expect(answer === '' || answer.startsWith('HTTP/1.1 4')).toBe(true);
  });
});

describe('POST /intake/storefront', () => {
  const send = (body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`${app.url}/intake/storefront`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain' },
    });

  test.each([
    ['broken JSON', '{"v":1'],
    ['nothing', ''],
    ['10,000 nested arrays', nested],
    ['raw NUL bytes', '{"v":\u00001}'],
    [
      'a lone surrogate for a key',
      '{"v":1,"key":"\\ud800","client":"c","sent":"2026-11-20T12:00:00Z","events":[]}',
    ],
    [
      'a key that no shop has',
      '{"v":1,"key":"AAAAAAAAAAAAAAAAAAAAAA","client":"c","sent":"2026-11-20T12:00:00Z","consent":{},"events":[]}',
    ],
    ['a number', '7'],
    ['null', 'null'],
  ])('%s', async (_name, body) => {
    const response = await send(body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({ error: expect.stringMatching(/^[a-z_]+$/) as unknown });
  });

  test('65 kB', async () => {
    expect((await send('x'.repeat(65 * 1024))).status).toBe(413);
  });

  test('GET', async () => {
    expect((await fetch(`${app.url}/intake/storefront`)).status).toBe(405);
  });
});

describe('the server itself', () => {
  test.each([
    ['an address that is no path', 'GET http://evil.example/ HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    [
      'an address that becomes another host',
      'GET //evil.example/app HTTP/1.1\r\nhost: x\r\n\r\n',
      [400, 404],
    ],
    ['a path with a broken escape', 'GET /app/%E0%A4%A HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    [
      'a path that climbs out of the assets',
      'GET /assets/../../package.json HTTP/1.1\r\nhost: x\r\n\r\n',
      404,
    ],
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['headers above 16 kB', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'y'.repeat(20_000)}\r\n\r\n`, [400, 431]],
    ['a method of its own', 'PROPFIND /app HTTP/1.1\r\nhost: x\r\n\r\n', 405],
  ])('%s', async (_name, text, expected) => {
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(await rawRequest(text))?.[1]);
    expect([expected].flat()).toContain(status);
  });

  test('/metrics is closed without a token', async () => {
    expect((await fetch(`${app.url}/metrics`)).status).toBe(404);
  });
});

/** Bytes as they are; `repeat` sends `part` that often after the head, `hangUp` ends the connection then. */
async function rawRequest(head: string, part = '', repeat = 0, hangUp = false): Promise<string> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')));
  // The server hangs up while we still write: that is the point.
  socket.on('error', () => undefined);
  socket.write(head);
  for (let sent = 0; sent < repeat && !socket.destroyed; sent += 1) socket.write(part);
  if (hangUp) socket.end();
  const closed = once(socket, 'close');
  while (!hangUp && answer === '' && !socket.destroyed) await Promise.race([once(socket, 'data'), closed]);
  socket.destroy();
  await closed;
  return answer;
}
