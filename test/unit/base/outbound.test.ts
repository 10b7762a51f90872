import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutbound, isPublicAddress } from '../../../app/base/outbound.ts';

let server: Server;
let port: number;
let asked: (string | undefined)[];

beforeAll(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    if (request.url === '/hop') response.writeHead(302, { location: '/landed' }).end();
    else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
    else if (request.url === '/out')
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    else if (request.url === '/long') response.end('x'.repeat(5_000));
    else if (request.url !== '/silent') response.end('here');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const noName = () => Promise.reject(new Error('nobody asks for names here'));

describe('an address is public', () => {
  it.each(['8.8.8.8', '23.227.38.65', '2606:4700::1111', '2a00:1450:4001::1'])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    'fe80::1',
    'fd00:ec2::254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'not an address',
  ])('not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('without an allowance', () => {
  it.each([
    ['http://shop.example/', 'not_https'],
    ['https://user:secret@shop.example/', 'credentials'],
    ['https://127.0.0.1/', 'private'],
    ['https://2130706433/', 'private'],
    ['https://[::1]/', 'private'],
    ['https://[::ffff:169.254.169.254]/', 'private'],
    ['file:///etc/passwd', 'not_https'],
    ['no address at all', 'address'],
  ])('%s is refused: %s', async (url, why) => {
    expect(await createOutbound({ resolve: noName }).call(url)).toMatchObject({ kind: 'refused', why });
  });

  it('a name that stands for a private address is refused, also with a public one beside it', async () => {
    const outbound = createOutbound({ resolve: () => Promise.resolve(['8.8.8.8', '10.0.0.1']) });
    expect(await outbound.call('https://shop.example/')).toMatchObject({ kind: 'refused', why: 'private' });
  });

  it('a name is asked for once: the address that was checked is the one that is called', async () => {
    let times = 0;
    const outbound = createOutbound({
      resolve: () => {
        times += 1;
        return Promise.resolve(times === 1 ? ['192.0.2.1'] : ['8.8.8.8']);
      },
    });
    expect(await outbound.call('https://shop.example/')).toMatchObject({ kind: 'refused' });
    expect(times).toBe(1);
  });

  it('a name that nobody knows says so', async () => {
    expect(await createOutbound({ resolve: noName }).call('https://shop.example/')).toMatchObject({
      kind: 'failed',
      why: 'name',
    });
  });
});

describe('with the sandbox allowed', () => {
  const outbound = (options = {}) =>
    createOutbound({ sandboxUrl: `http://127.0.0.1:${port}`, resolve: noName, ...options });

  it('its storefronts are reached at the sandbox’s own address, under their own name', async () => {
    asked = [];
    expect(await outbound().call(`http://northwind.localhost:${port}/hop`)).toMatchObject({
      kind: 'answered',
      status: 200,
      url: `http://northwind.localhost:${port}/landed`,
      text: 'here',
    });
    expect(asked).toEqual([`northwind.localhost:${port}/hop`, `northwind.localhost:${port}/landed`]);
  });

  it.each([
    ['another port', () => `http://northwind.localhost:${port + 1}/`],
    ['another host', () => `http://10.0.0.1:${port}/`],
    ['a name that only begins like one', () => `http://northwind.localhost.example:${port}/`],
  ])('%s is refused all the same', async (_case, url) => {
    expect(await outbound().call(url())).toMatchObject({ kind: 'refused', why: 'not_https' });
  });

  it('a redirect is checked like the address before it', async () => {
    expect(await outbound().call(`http://northwind.localhost:${port}/out`)).toMatchObject({
      kind: 'refused',
      url: 'http://169.254.169.254/latest/meta-data',
    });
  });

  it('a redirect in a circle ends', async () => {
    expect(await outbound().call(`http://northwind.localhost:${port}/round`)).toMatchObject({
      kind: 'refused',
      why: 'redirects',
    });
  });

  it('a POST follows no redirect', async () => {
    const call = outbound().call(`http://northwind.localhost:${port}/hop`, { method: 'POST', body: '{}' });
    expect(await call).toMatchObject({ kind: 'answered', status: 302 });
  });

  it('a long answer is cut off, a silent one given up', async () => {
    expect(await outbound({ maxBytes: 1_000 }).call(`http://a.localhost:${port}/long`)).toMatchObject({
      text: 'x'.repeat(1_000),
      cut: true,
    });
    expect(await outbound({ wholeMs: 50 }).call(`http://a.localhost:${port}/silent`)).toMatchObject({
      kind: 'failed',
      why: 'timeout',
    });
  });
});
