import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { createTikTok, type TikTok } from '../../../app/tiktok/client.ts';
import { accept, answer, fakeTikTok, refuse, type FakeTikTok, type Reply } from '../../support/tiktok.ts';

const BODY = JSON.stringify({ event_source: 'web', event_source_id: 'C1', data: [] });
let tiktok: FakeTikTok | null = null;
let client: TikTok | null = null;

afterEach(async () => {
  await client?.close();
  await tiktok?.close();
  client = null;
  tiktok = null;
});

async function track(reply: Reply, options: { firstByteMs?: number; wholeMs?: number } = {}) {
  tiktok = await fakeTikTok();
  tiktok.reply(reply);
  client = createTikTok({ baseUrl: tiktok.baseUrl, ...options });
  return client.track({ accessToken: 'secret', body: BODY });
}

test('sends the token in TikTok’s header, to the address with its slash', async () => {
  const answered = await track(accept);
  expect(answered).toMatchObject({
    kind: 'answered',
    httpStatus: 200,
    code: 0,
    requestId: '2026112012000001',
  });
  expect(tiktok?.requests[0]).toMatchObject({
    path: '/open_api/v1.3/event/track/',
    token: 'secret',
    body: BODY,
  });
});

test('reads the code of the body whatever the HTTP status', async () => {
  const answered = await track((_request, _req, res) =>
    answer(res, 400, { code: 40002, message: 'Invalid value' }),
  );
  expect(answered).toMatchObject({
    kind: 'answered',
    httpStatus: 400,
    code: 40002,
    message: 'Invalid value',
  });
});

test('an error code under HTTP 200 is told as it is', async () => {
  expect(await track(refuse(40105, 'Access token is incorrect or has been revoked.'))).toMatchObject({
    code: 40105,
  });
});

test('HTML of a gateway is unreadable', async () => {
  const answered = await track((_request, _req, res) => answer(res, 502, '<html>502 Bad Gateway</html>'));
  expect(answered).toMatchObject({ kind: 'unreadable', httpStatus: 502 });
});

test('JSON without a code is unreadable', async () => {
  expect(await track((_request, _req, res) => answer(res, 200, { status: 'fine' }))).toMatchObject({
    kind: 'unreadable',
  });
});

test('a connection that breaks after the request was sent is unanswered', async () => {
  expect(await track((_request, req) => req.socket.destroy())).toMatchObject({ kind: 'unanswered' });
});

test('silence ends with the first-byte time-out', async () => {
  expect(await track(() => undefined, { firstByteMs: 50 })).toMatchObject({ kind: 'unanswered' });
});

test('a body that never ends ends with the whole time-out', async () => {
  const drip: Reply = (_request, _req, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.write('{"code":');
  };
  expect(await track(drip, { wholeMs: 80 })).toMatchObject({ kind: 'unanswered' });
});

test('an answer that is far too large is not read to its end', async () => {
  const flood: Reply = (_request, _req, res) => answer(res, 200, { code: 0, message: 'x'.repeat(600_000) });
  expect(await track(flood)).toMatchObject({ kind: 'unanswered' });
});

test('a port where nobody listens means: never sent', async () => {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  client = createTikTok({ baseUrl: `http://127.0.0.1:${port}` });
  expect(await client.track({ accessToken: 'secret', body: BODY })).toMatchObject({ kind: 'unsent' });
});

/** How a call ends for a client with little patience; one with much of it, beside it, must still be waiting by then. */
async function givenUpAt(baseUrl: string): Promise<unknown> {
  const call = { accessToken: 'secret', body: BODY };
  client = createTikTok({ baseUrl, connectMs: 100 });
  const patient = createTikTok({ baseUrl, connectMs: 2_500 });
  const [early, late] = await Promise.all([client.track(call), patient.track(call)]);
  await patient.close();
  expect(late.durationMs - early.durationMs).toBeGreaterThan(500);
  return early;
}

/** Listens and never accepts: once its backlog is full, no further connection comes about. */
const DEAF = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

test('a connection that never comes about ends with the connect time-out, and means: never sent', async () => {
  const deaf = new Worker(DEAF, { eval: true });
  const callers: Socket[] = [];
  try {
    const port = await new Promise<number>((resolve) => deaf.once('message', resolve));
    // The kernel itself lets in one more than the backlog.
    const full = Promise.withResolvers<void>();
    let inside = 0;
    for (let caller = 0; caller < 8; caller += 1) {
      const socket = connect(port, '127.0.0.1', () => {
        inside += 1;
        if (inside === 2) full.resolve();
      });
      socket.on('error', () => undefined);
      callers.push(socket);
    }
    await full.promise;
    expect(await givenUpAt(`http://127.0.0.1:${port}`)).toMatchObject({
      kind: 'unsent',
      message: 'TikTok could not be reached (UND_ERR_CONNECT_TIMEOUT)',
    });
  } finally {
    for (const socket of callers) socket.destroy();
    await deaf.terminate();
  }
});

test('a TLS handshake that nobody answers ends with the connect time-out too: nothing of the request has left', async () => {
  const heard: Buffer[] = [];
  const sockets: Socket[] = [];
  const mute = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('data', (piece: Buffer) => heard.push(piece));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = mute.address() as AddressInfo;
    expect(await givenUpAt(`https://127.0.0.1:${port}`)).toMatchObject({
      kind: 'unsent',
      message: 'TikTok could not be reached (UND_ERR_CONNECT_TIMEOUT)',
    });
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('secret');
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  }
});

test('connections are kept: twenty requests need two at most', async () => {
  tiktok = await fakeTikTok();
  const ports = new Set<number | undefined>();
  tiktok.reply((request, req, res) => {
    ports.add(req.socket.remotePort);
    accept(request, req, res);
  });
  client = createTikTok({ baseUrl: tiktok.baseUrl });
  for (let round = 0; round < 20; round += 1) await client.track({ accessToken: 'secret', body: BODY });
  expect(ports.size).toBeLessThanOrEqual(2);
});
