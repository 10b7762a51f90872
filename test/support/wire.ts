/**
 * The wire between a visitor's browser and the world: remembers what left for us and for TikTok, and cuts what an ad
 * blocker would. It lies below the browser: what is watched or blocked from inside is let go when its page is left, and a
 * beacon with `keepalive` outlives its page.
 */
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Beacon } from '../../app/conversion/beacon.ts';

export interface WiredBeacon {
  readonly beacon: Beacon;
  /** The server's answer; none where the wire was cut or is still waiting. */
  status: number | undefined;
}

export interface Wire {
  /** For the browser's context: everything goes this way, loopback too. */
  readonly proxy: { server: string };
  readonly beacons: WiredBeacon[];
  /** Event ids that TikTok's script told TikTok, as often as it did, without what was cut. */
  readonly hits: string[];
  /** Addresses that were asked for and cut. */
  readonly cut: string[];
  /** Until everything that left has its answer. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

const BEACON = /\/intake\/storefront$/;
const TIKTOK_HIT = /\/tiktok\/api\/v2\/pixel$/;

export async function openWire(blocked?: RegExp): Promise<Wire> {
  const beacons: WiredBeacon[] = [];
  const hits: string[] = [];
  const cut: string[] = [];
  const underWay = new Set<Promise<void>>();

  async function carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    let wired: WiredBeacon | undefined;
    if (request.method === 'POST' && BEACON.test(address.pathname)) {
      wired = { beacon: JSON.parse(body.toString()) as Beacon, status: undefined };
      beacons.push(wired);
    }
    if (blocked?.test(address.href) === true) {
      cut.push(address.href);
      request.socket.destroy();
      return;
    }
    if (request.method === 'POST' && TIKTOK_HIT.test(address.pathname)) {
      hits.push((JSON.parse(body.toString()) as { event_id: string }).event_id);
    }
    // Names that end in .localhost are not resolved by every system.
    const further = ask({
      host: '127.0.0.1',
      port: address.port,
      agent: false,
      method: request.method,
      path: address.pathname + address.search,
      headers: { ...request.headers, host: address.host },
    });
    further.end(body);
    const [answer] = (await once(further, 'response')) as [IncomingMessage];
    if (wired !== undefined) wired.status = answer.statusCode;
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    await pipeline(answer, response);
  }

  const server = createServer((request, response) => {
    const carried = carry(request, response)
      // A browser that goes away in the middle of a request is what journeys are about.
      .catch(() => void request.socket.destroy())
      .finally(() => underWay.delete(carried));
    underWay.add(carried);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    proxy: { server: `http://127.0.0.1:${port}` },
    beacons,
    hits,
    cut,
    async quiet() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
