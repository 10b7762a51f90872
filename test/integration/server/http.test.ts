/** The server around the doors: assets, compression, health, metrics, logs, and an end that loses nothing. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createDrain } from '../../../app/http/drain.ts';
import { openApp, type OpenApp } from './open-app.ts';

let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ metricsToken: 'a-token-for-metrics' });
});
afterAll(() => app.close());

/** fetch unpacks what is compressed; this one does not. */
async function raw(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ res: IncomingMessage; body: Buffer }> {
  const req = get(app.url + path, { headers, agent: false });
  const [res]: IncomingMessage[] = await once(req, 'response');
  if (!res) throw new Error('no answer');
  const parts: Buffer[] = [];
  for await (const part of res) parts.push(Buffer.from(part));
  return { res, body: Buffer.concat(parts) };
}

test('assets are compressed, immutable, and known by their content', async () => {
  const html = await (await app.page('/app')).text();
  const asset = /href="(\/assets\/styles-[^"]+\.css)"/.exec(html)?.[1] ?? '';
  const plain = await raw(asset);
  const packed = await raw(asset, { 'accept-encoding': 'gzip, br' });
  expect(packed.res.headers).toMatchObject({
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    'content-type': 'text/css; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  expect(brotliDecompressSync(packed.body).equals(plain.body)).toBe(true);
  expect(packed.body.length).toBeLessThan(plain.body.length / 4);
  const again = await raw(asset, { 'if-none-match': String(packed.res.headers.etag) });
  expect(again.res.statusCode).toBe(304);
  expect((await raw('/assets/nothing-here.js')).res.statusCode).toBe(404);
});

test('pages are compressed too', async () => {
  const { res, body } = await raw('/auth/login', { 'accept-encoding': 'br' });
  expect(res.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(body).toString('utf8')).toContain('Tock lives in your Shopify admin');
});

test('every HTML answer says who may frame it, errors included', async () => {
  for (const path of ['/auth/login', '/nowhere', '/auth/session-token', '/app/nowhere']) {
    const { res } = await raw(path, { 'user-agent': 'Mozilla/5.0 Chrome/141.0' });
    if (String(res.headers['content-type']).startsWith('text/html'))
      expect(res.headers['content-security-policy'], path).toMatch(/^frame-ancestors https/);
  }
  expect((await raw('/nowhere')).res.statusCode).toBe(404);
});

test('health, readiness and metrics', async () => {
  expect((await raw('/healthz')).res.statusCode).toBe(200);
  const ready = async (): Promise<[number | undefined, unknown]> => {
    const { res, body } = await raw('/readyz');
    return [res.statusCode, JSON.parse(body.toString())];
  };
  expect(await ready()).toEqual([
    503,
    { ready: false, worker: 'not begun', missing: ['This process is still starting.'] },
  ]);
  await app.house.wakeWorkers();
  expect(await ready()).toEqual([200, { ready: true, worker: 'elsewhere', missing: [] }]);
  const { database } = app.house.store;
  await database.run(`UPDATE public._prisma_migrations SET migration_name = 'of_tomorrow' WHERE migration_name =
    (SELECT max(migration_name) FROM public._prisma_migrations)`);
  expect(await ready()).toEqual([
    503,
    {
      ready: false,
      worker: 'elsewhere',
      missing: ['The database lacks migrations of this version of Tock.'],
    },
  ]);
  expect((await raw('/metrics')).res.statusCode).toBe(401);
  expect((await raw('/metrics', { authorization: 'Bearer a-token-for-metricz' })).res.statusCode).toBe(401);
  const { res, body } = await raw('/metrics', { authorization: 'Bearer a-token-for-metrics' });
  expect(res.statusCode).toBe(200);
  expect(body.toString()).toContain('tock_http_requests_total{door="health",status="2xx"}');
  expect(body.toString()).not.toContain('myshopify');
});

test('one line for each request, without its query', async () => {
  const from = app.log.length;
  await (await app.page('/app')).text();
  const lines = (): string[] => app.log.slice(from).filter((line) => line.includes('"message":"request"'));
  // The line is written when the answer has left, a moment after it has arrived here.
  await expect.poll(() => lines().length).toBe(1);
  expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ method: 'GET', path: '/app', status: 200 });
  expect(app.log.join('')).not.toMatch(/id_token|eyJ/);
});

test('draining answers what was accepted, takes nothing more, and says when it had to cut', async () => {
  const waiting: (() => void)[] = [];
  const server = createServer();
  const drain = createDrain(server);
  const arrived = new Promise<void>((resolve) => {
    server.on('request', (_req, res) => {
      drain.begin(res);
      waiting.push(() => res.end('done'));
      if (waiting.length === 3) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const url = `http://127.0.0.1:${address.port}/`;
  const answers = [1, 2, 3].map(() => fetch(url).then((response) => response.text()));
  await arrived;
  const finished = drain.finish(60_000);
  expect(drain.open).toBe(3);
  await expect(fetch(url)).rejects.toThrow();
  for (const answer of waiting) answer();
  expect(await Promise.all(answers)).toEqual(['done', 'done', 'done']);
  expect(await finished).toBe(true);
});
