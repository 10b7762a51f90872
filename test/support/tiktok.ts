/** A TikTok that answers what a test tells it to, over real HTTP: for the client's and the delivery's tests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedEvent {
  event: string;
  event_id: string;
  event_time: number;
  user: Record<string, unknown>;
  properties: Record<string, unknown>;
  limited_data_use?: boolean;
}

export interface ReceivedRequest {
  path: string;
  token: string | undefined;
  body: string;
  source: string;
  testCode: string | undefined;
  events: ReceivedEvent[];
}

export type Reply = (request: ReceivedRequest, req: IncomingMessage, res: ServerResponse) => void;

export interface FakeTikTok {
  baseUrl: string;
  requests: ReceivedRequest[];
  /** Events of requests that were answered with code 0. */
  taken: ReceivedEvent[];
  /** What happens with requests from now on. */
  reply(reply: Reply): void;
  close(): Promise<void>;
}

export function answer(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(typeof value === 'string' ? value : JSON.stringify(value));
}

export const accept: Reply = (_request, _req, res) =>
  answer(res, 200, { code: 0, message: 'OK', request_id: '2026112012000001', data: {} });

/** TikTok's way: HTTP 200 and a code that says no. */
export function refuse(code: number, message: string): Reply {
  return (_request, _req, res) => answer(res, 200, { code, message, request_id: '2026112012000002' });
}

export async function fakeTikTok(): Promise<FakeTikTok> {
  const requests: ReceivedRequest[] = [];
  const taken: ReceivedEvent[] = [];
  let current: Reply = accept;
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const parsed: { event_source_id: string; test_event_code?: string; data: ReceivedEvent[] } =
        JSON.parse(body);
      const token = req.headers['access-token'];
      const request: ReceivedRequest = {
        path: req.url ?? '',
        token: Array.isArray(token) ? token[0] : token,
        body,
        source: parsed.event_source_id,
        testCode: parsed.test_event_code,
        events: parsed.data,
      };
      requests.push(request);
      current(request, req, res);
      if (current === accept) taken.push(...request.events);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/open_api/v1.3`,
    requests,
    taken,
    reply(reply) {
      current = reply;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
