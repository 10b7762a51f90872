/** The TCP proxy does to a connection what it says, shown with plain HTTP through it. */

import { createServer, request, type Server } from 'node:http';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../../sandbox/faults/tcp-proxy.ts';

let target: Server;
let proxy: TcpProxy;
/** The paths that reached the server, oldest first. */
let asked: (string | undefined)[];

const long = 'x'.repeat(200_000);

beforeEach(async () => {
  const reached: typeof asked = [];
  asked = reached;
  target = createServer((incoming, res) => {
    // Its own list: what an earlier test left on the way may arrive late.
    reached.push(incoming.url);
    res.end(incoming.url === '/long' ? long : 'hello');
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const address = target.address();
  if (typeof address !== 'object' || !address) throw new Error('not listening');
  proxy = await startTcpProxy({ target: { host: '127.0.0.1', port: address.port } });
});

afterEach(async () => {
  await proxy.close();
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
});

/** The body, or in one word what went wrong. */
function ask(path = '/', timeoutMs = 5_000): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request(
      { host: proxy.host, port: proxy.port, path, agent: false, timeout: timeoutMs },
      (incoming) => {
        let body = '';
        incoming.on('data', (piece: Buffer) => (body += piece.toString()));
        incoming.on('end', () => resolve(body));
        incoming.on('error', () => resolve('cut'));
      },
    );
    outgoing.on('timeout', () => {
      resolve('silence');
      outgoing.destroy();
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    outgoing.end();
  });
}

test('calm: everything passes, whole and in order, and connections end', async () => {
  expect(await ask()).toBe('hello');
  expect(await ask('/long')).toBe(long);
  await expect.poll(() => proxy.connections()).toBe(0);
});

test('delay: both ways take their time, order is kept', async () => {
  proxy.set({ kind: 'delay', ms: 40 });
  const begun = performance.now();
  expect(await ask('/long')).toBe(long);
  expect(performance.now() - begun).toBeGreaterThan(75);
});

test('half-open: nothing answers, nothing arrives, and it stays so for that connection', async () => {
  proxy.set({ kind: 'half-open' });
  const dead = createConnection({ host: proxy.host, port: proxy.port });
  await once(dead, 'connect');
  expect(await ask('/', 100)).toBe('silence');
  expect(asked).toEqual([]);
  proxy.set({ kind: 'calm' });
  expect(await ask()).toBe('hello');
  dead.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(await ask()).toBe('hello');
  expect(asked).toHaveLength(2);
  dead.destroy();
});

test('half-open: a connection that was in use goes dead too', async () => {
  const open = createConnection({ host: proxy.host, port: proxy.port });
  open.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(open, 'data');
  proxy.set({ kind: 'half-open' });
  open.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await ask('/', 100)).toBe('silence');
  expect(asked).toHaveLength(1);
  open.destroy();
});

test('answers lost: the request arrives, the answer never does', async () => {
  proxy.set({ kind: 'answers-lost' });
  expect(await ask('/lost', 150)).toBe('silence');
  // As slow as the machine may be, it is on its way.
  await expect.poll(() => asked).toEqual(['/lost']);
});

test('refuse: new connections are reset', async () => {
  proxy.set({ kind: 'refuse' });
  expect(await ask()).toBe('ECONNRESET');
});

test('cut after: the answer ends in the middle', async () => {
  proxy.set({ kind: 'cut-after', bytes: 1_000 });
  expect(await ask('/long')).toBe('cut');
});

test('cut: every open connection is reset', async () => {
  const open = createConnection({ host: proxy.host, port: proxy.port });
  await once(open, 'connect');
  await expect.poll(() => proxy.connections()).toBe(1);
  const problem = new Promise<string>((resolve) => {
    open.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
  expect(proxy.cut()).toBe(1);
  expect(await problem).toBe('ECONNRESET');
  expect(proxy.connections()).toBe(0);
});

test('a target that is gone resets the client', async () => {
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
  expect(await ask()).toMatch(/ECONNRESET/);
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
});
