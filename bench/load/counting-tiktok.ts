/** A TikTok that takes everything and writes down which id came how often and when first: the other side of the count. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingTikTok {
  /** As TIKTOK_API_URL. */
  baseUrl: string;
  /** By event id. */
  arrivals: Map<string, { copies: number; firstAt: number }>;
  requests(): number;
  close(): Promise<void>;
}

const EVENT_ID = /"event_id":"([^"]+)"/g;

export async function countingTikTok(): Promise<CountingTikTok> {
  const arrivals: CountingTikTok['arrivals'] = new Map();
  let requests = 0;
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const at = Date.now();
      requests += 1;
      for (const [, id] of Buffer.concat(parts).toString('utf8').matchAll(EVENT_ID)) {
        if (id === undefined) continue;
        const known = arrivals.get(id);
        if (known) known.copies += 1;
        else arrivals.set(id, { copies: 1, firstAt: at });
      }
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end(`{"code":0,"message":"OK","request_id":"bench-${requests}","data":{}}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/open_api/v1.3`,
    arrivals,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
