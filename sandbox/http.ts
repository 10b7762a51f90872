/** A small router on node:http for the sandbox: host-based routing, path parameters, bodies with limits, plain answers. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface SandboxRequest {
  method: string;
  /** Path and query as asked for, on the sandbox's own origin. */
  url: URL;
  path: string;
  /** What the pattern's `:name` and `*` parts matched, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Host without port, lower case. */
  host: string;
  /** `northwind` for `northwind.localhost`; empty on the sandbox's own address. */
  shopHandle: string;
  ip: string;
  header(name: string): string | undefined;
  cookies: Record<string, string>;
  /** The whole body; more than `limit` bytes (default 4 MB) is answered with 413. */
  body(limit?: number): Promise<Buffer>;
  text(limit?: number): Promise<string>;
  /** The parsed body; broken JSON is answered with 400. */
  json(limit?: number): Promise<unknown>;
  form(limit?: number): Promise<URLSearchParams>;
  raw: IncomingMessage;
}

export interface SandboxAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Uint8Array;
}

/** A handler that has written to `res` itself (streams, cut connections) answers with this. */
export const answered = Symbol('answered');

export type Handler = (
  request: SandboxRequest,
  res: ServerResponse,
) => Promise<SandboxAnswer | typeof answered> | SandboxAnswer | typeof answered;

/** Thrown anywhere in a handler to end the request with this status. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly answer: SandboxAnswer;
  constructor(status: number, message: string, answer: SandboxAnswer = text(`${message}\n`, status)) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

type Headers = Record<string, string | string[]>;

export function json(value: unknown, status = 200, headers: Headers = {}): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function html(body: string, status = 200, headers: Headers = {}): SandboxAnswer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

export function text(body: string, status = 200, headers: Headers = {}): SandboxAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

export function script(body: string, headers: Headers = {}): SandboxAnswer {
  return { status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8', ...headers }, body };
}

export function redirect(
  location: string,
  status: 301 | 302 | 303 | 307 = 302,
  headers: Headers = {},
): SandboxAnswer {
  return { status, headers: { location, ...headers }, body: '' };
}

export function notFound(what = 'Not found'): SandboxAnswer {
  return text(`${what}\n`, 404);
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For every value that is put into HTML text or a quoted attribute. */
export function escapeHtml(value: unknown): string {
  return String(value).replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

/** For a value inside a script element: cannot close the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value ?? null)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

export interface Routes {
  /** `*` as method takes every method; a pattern has `:name` for one segment and a last `*` for the rest. */
  on(method: string, pattern: string, handler: Handler): Routes;
  get(pattern: string, handler: Handler): Routes;
  post(pattern: string, handler: Handler): Routes;
}

export interface Router extends Routes {
  /** Routes of every `<shop>.localhost`; the request's `shopHandle` tells which. */
  storefront: Routes;
}

interface Route {
  method: string;
  match: RegExp;
  names: string[];
  handler: Handler;
}

interface RouteTable extends Routes {
  find(
    method: string,
    path: string,
  ): { handler: Handler; params: Record<string, string> } | 'method' | undefined;
}

function createRoutes(): RouteTable {
  const routes: Route[] = [];
  const table: RouteTable = {
    on(method, pattern, handler) {
      const names: string[] = [];
      const source = pattern
        .split('/')
        .map((part) => {
          if (part === '*') {
            names.push('*');
            return '(.*)';
          }
          return part.replace(
            /:([a-zA-Z]+)|[.+?^${}()|[\]\\]/g,
            (found: string, name: string | undefined) => {
              if (name === undefined) return `\\${found}`;
              names.push(name);
              return '([^/]+?)';
            },
          );
        })
        .join('/');
      routes.push({ method, match: new RegExp(`^${source}$`), names, handler });
      return table;
    },
    get: (pattern, handler) => table.on('GET', pattern, handler),
    post: (pattern, handler) => table.on('POST', pattern, handler),
    find(method, path) {
      let otherMethod = false;
      for (const route of routes) {
        const found = route.match.exec(path);
        if (!found) continue;
        const fits =
          route.method === '*' || route.method === method || (method === 'HEAD' && route.method === 'GET');
        if (!fits) {
          otherMethod = true;
          continue;
        }
        const params: Record<string, string> = {};
        for (const [index, name] of route.names.entries()) params[name] = decode(found[index + 1] ?? '');
        return { handler: route.handler, params };
      }
      return otherMethod ? 'method' : undefined;
    },
  };
  return table;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpProblem(400, 'Malformed path');
  }
}

function readCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    const value = pair.slice(at + 1).trim();
    try {
      cookies[pair.slice(0, at).trim()] = decodeURIComponent(value);
    } catch {
      cookies[pair.slice(0, at).trim()] = value;
    }
  }
  return cookies;
}

async function readBody(raw: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of raw) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > limit) throw new HttpProblem(413, `The body is larger than ${limit} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const defaultBodyLimit = 4 * 1024 * 1024;

function readRequest(raw: IncomingMessage): SandboxRequest {
  const authority = raw.headers.host ?? '127.0.0.1';
  const host = authority.replace(/:\d+$/, '').toLowerCase();
  let url: URL;
  try {
    url = new URL(raw.url ?? '/', `http://${authority}`);
  } catch {
    throw new HttpProblem(400, 'Malformed address');
  }
  let whole: Promise<Buffer> | undefined;
  const body = (limit = defaultBodyLimit) => (whole ??= readBody(raw, limit));
  const header = (name: string) => {
    const value = raw.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return {
    method: raw.method ?? 'GET',
    url,
    path: url.pathname,
    params: {},
    query: url.searchParams,
    host,
    shopHandle: host.endsWith('.localhost') ? host.slice(0, -'.localhost'.length) : '',
    ip: raw.socket.remoteAddress ?? '',
    header,
    cookies: readCookies(header('cookie')),
    body,
    text: async (limit) => (await body(limit)).toString('utf8'),
    async json(limit) {
      const source = (await body(limit)).toString('utf8');
      try {
        const value: unknown = JSON.parse(source);
        return value;
      } catch {
        throw new HttpProblem(400, 'The body is not JSON');
      }
    },
    form: async (limit) => new URLSearchParams((await body(limit)).toString('utf8')),
    raw,
  };
}

function write(res: ServerResponse, answer: SandboxAnswer, withBody: boolean) {
  res.writeHead(answer.status, { 'cache-control': 'no-store', ...answer.headers });
  res.end(withBody ? answer.body : undefined);
}

export interface SandboxServer {
  router: Router;
  /** Port 0 takes a free one; answers the port in use. */
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/** Handler failures end in a 500 with their text, and are handed to `onError`. */
export function createSandboxServer(onError: (error: unknown, request: string) => void): SandboxServer {
  const own = createRoutes();
  const storefront = createRoutes();

  async function answer(raw: IncomingMessage, res: ServerResponse) {
    try {
      const request = readRequest(raw);
      const found = (request.shopHandle ? storefront : own).find(request.method, request.path);
      if (found === 'method') return write(res, text('Method not allowed\n', 405), true);
      if (!found) return write(res, notFound(), request.method !== 'HEAD');
      request.params = found.params;
      const result = await found.handler(request, res);
      if (result !== answered) write(res, result, request.method !== 'HEAD');
    } catch (error) {
      if (res.headersSent || res.destroyed) {
        res.destroy();
      } else if (error instanceof HttpProblem) {
        // The rest of an oversized body is not read: the connection cannot be used again.
        if (error.status === 413) res.setHeader('connection', 'close');
        write(res, error.answer, true);
      } else {
        onError(error, `${raw.method} ${raw.url}`);
        write(
          res,
          text(`The sandbox failed: ${error instanceof Error ? error.message : String(error)}\n`, 500),
          true,
        );
      }
    }
  }

  const server: Server = createServer((raw, res) => void answer(raw, res));
  // Browsers keep connections open for long; tests must not wait for them.
  server.keepAliveTimeout = 10_000;

  return {
    router: { ...own, storefront },
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
