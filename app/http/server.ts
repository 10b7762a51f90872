/** The HTTP server: health first, then intake, then built files, then Remix; each door with its limits. */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';

import { answerJson, answerProblem, answerText, SECURITY_HEADERS } from './answer.ts';
import { BODY_LIMITS, readBody } from './body.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';
import { createDrain } from './drain.ts';
import { type Metrics, SECONDS } from './metrics.ts';
import { answerWithRemix, type RemixDoor, type WebHandler } from './remix.ts';

/** A door that reads its own body format; what it needs to know of the connection is handed in. */
export type IntakeHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  body: Buffer,
  edge: { readonly ip: string },
) => Promise<void>;

export interface IntakeHandlers {
  /** POST and OPTIONS /intake/storefront */
  readonly storefront: IntakeHandler;
  /** POST /webhooks/orders */
  readonly orders: IntakeHandler;
  /** POST /webhooks/app */
  readonly app: IntakeHandler;
  /** POST /webhooks/privacy */
  readonly privacy: IntakeHandler;
}

export interface ServerLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Why this process cannot do its work, one plain sentence each, empty when it can; and where its work is done. */
export type ReadyCheck = () => Promise<{ readonly missing: readonly string[]; readonly worker: string }>;

/** The admin pages: built ones, or in development Vite's. */
export interface Pages {
  /** True when the request was for a file and has been answered. */
  readonly files: (req: IncomingMessage, res: ServerResponse, pathname: string) => boolean | Promise<boolean>;
  readonly handler: () => Promise<WebHandler>;
  readonly close?: () => Promise<void>;
}

export interface ServerNeeds {
  readonly intake: IntakeHandlers;
  /** Opened before the first request; hot reload lives on the same server. */
  readonly openPages: (server: Server) => Promise<Pages>;
  readonly remix: Omit<RemixDoor, 'handler'>;
  readonly trusted: TrustedProxies;
  readonly metrics: Metrics;
  /** Whoever reads /metrics shows this as a bearer token; without it the door is closed. */
  readonly metricsToken: string | undefined;
  readonly ready: ReadyCheck;
  readonly log: ServerLog;
}

export interface HttpServer {
  readonly server: Server;
  /** The port that was taken; with port 0 the one that was free. */
  listen(port: number, host: string): Promise<number>;
  /** Answers what was accepted and takes nothing more; false when some answers had to be cut off. */
  close(patienceMs: number): Promise<boolean>;
}

export function createHttpServer(needs: ServerNeeds): HttpServer {
  const { metrics, log } = needs;
  const requests = metrics.counter('tock_http_requests_total', 'Answered requests by door and status class.');
  const seconds = metrics.histogram('tock_http_request_seconds', 'Time until the answer had left.', SECONDS);
  const server = createServer({
    // A proxy in front usually keeps idle connections for 60 s; ours must live longer, or it reuses a dead one.
    keepAliveTimeout: 65_000,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 5_000,
  });
  const drain = createDrain(server);
  let pages: Pages | undefined;
  metrics.gauge('tock_http_open_requests', 'Requests accepted and not answered yet.', () => drain.open);

  server.on('request', (req, res) => {
    const started = performance.now();
    drain.begin(res);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value);
    const pathname = pathOf(req.url);
    const door = doorOf(pathname);
    res.once('close', () => {
      const taken = (performance.now() - started) / 1000;
      requests.add({ door, status: `${Math.floor(res.statusCode / 100)}xx` });
      seconds.observe(taken, { door });
      // Thousands of stored arrivals a second say nothing that the counters do not say.
      const usual = (door === 'beacon' || door === 'webhook') && res.writableFinished && res.statusCode < 300;
      // The path without its query: session tokens travel there.
      log[usual ? 'debug' : 'info']('request', {
        method: req.method,
        path: pathname.slice(0, 200),
        status: res.statusCode,
        ms: Math.round(taken * 1000),
        ...(res.writableFinished ? {} : { aborted: true }),
      });
    });
    answer(needs, pages, req, res, pathname).catch((error: unknown) => {
      log.error('request failed', { method: req.method, path: pathname.slice(0, 200), error });
      if (door === 'pages' && !res.headersSent) {
        res.setHeader('content-security-policy', needs.remix.framePolicy(req.url));
        answerText(res, 500, FAILED_PAGE, 'text/html; charset=utf-8');
      } else answerProblem(res, 500, 'internal');
    });
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else socket.destroy();
  });

  return {
    server,
    async listen(port, host) {
      pages = await needs.openPages(server);
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          const address = server.address();
          resolve(address !== null && typeof address === 'object' ? address.port : port);
        });
      });
    },
    async close(patienceMs) {
      const answered = await drain.finish(patienceMs);
      await pages?.close?.();
      return answered;
    },
  };
}

const FAILED_PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Tock</title>' +
  '<p>Something went wrong on our side. Your store keeps working and nothing is lost. Please load the page again.</p>';

async function answer(
  needs: ServerNeeds,
  pages: Pages | undefined,
  req: IncomingMessage,
  res: ServerResponse,
  pathname: string,
): Promise<void> {
  switch (pathname) {
    case '/healthz':
      return onlyGet(req, res, () => answerText(res, 200, 'ok\n'));
    case '/readyz':
      return onlyGet(req, res, async () => {
        const { missing, worker } = await needs.ready();
        const ready = missing.length === 0;
        answerJson(res, ready ? 200 : 503, { ready, worker, missing });
      });
    case '/metrics':
      return onlyGet(req, res, () => answerMetrics(needs, req, res));
    case '/intake/storefront':
      res.setHeader('access-control-allow-origin', '*');
      return answerIntake(needs, req, res, needs.intake.storefront, BODY_LIMITS.beacon, ['POST', 'OPTIONS']);
    case '/webhooks/orders':
      return answerIntake(needs, req, res, needs.intake.orders, BODY_LIMITS.webhook, ['POST']);
    case '/webhooks/app':
      return answerIntake(needs, req, res, needs.intake.app, BODY_LIMITS.webhook, ['POST']);
    case '/webhooks/privacy':
      return answerIntake(needs, req, res, needs.intake.privacy, BODY_LIMITS.webhook, ['POST']);
    default:
      if (!pages) return answerProblem(res, 503, 'starting');
      if (await pages.files(req, res, pathname)) return;
      return answerWithRemix({ ...needs.remix, handler: pages.handler }, req, res);
  }
}

async function answerIntake(
  needs: ServerNeeds,
  req: IncomingMessage,
  res: ServerResponse,
  handle: IntakeHandler,
  limit: number,
  methods: readonly string[],
): Promise<void> {
  if (!methods.includes(req.method ?? '')) {
    res.setHeader('allow', methods.join(', '));
    return answerProblem(res, 405, 'method');
  }
  const read = await readBody(req, limit);
  if (!read.ok) {
    // What is left of a refused body is not worth reading: the connection ends with the answer.
    res.setHeader('connection', 'close');
    return answerProblem(res, read.problem === 'too_large' ? 413 : 400, read.problem);
  }
  const ip = clientAddress(req.socket.remoteAddress, req.headers['x-forwarded-for'], needs.trusted);
  await handle(req, res, read.body, { ip });
}

async function answerMetrics(needs: ServerNeeds, req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (needs.metricsToken === undefined) return answerProblem(res, 404, 'not_found');
  const given = Buffer.from(String(req.headers.authorization ?? '').replace(/^Bearer /, ''));
  const expected = Buffer.from(needs.metricsToken);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    res.setHeader('www-authenticate', 'Bearer');
    return answerProblem(res, 401, 'token');
  }
  answerText(res, 200, await needs.metrics.print(), 'text/plain; version=0.0.4; charset=utf-8');
}

async function onlyGet(
  req: IncomingMessage,
  res: ServerResponse,
  go: () => void | Promise<void>,
): Promise<void> {
  if (req.method === 'GET' || req.method === 'HEAD') return go();
  res.setHeader('allow', 'GET, HEAD');
  answerProblem(res, 405, 'method');
}

function pathOf(url: string | undefined): string {
  const path = url ?? '/';
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

function doorOf(pathname: string): 'health' | 'beacon' | 'webhook' | 'files' | 'pages' {
  if (pathname === '/healthz' || pathname === '/readyz' || pathname === '/metrics') return 'health';
  if (pathname === '/intake/storefront') return 'beacon';
  if (pathname.startsWith('/webhooks/')) return 'webhook';
  if (pathname.startsWith('/assets/')) return 'files';
  return 'pages';
}
