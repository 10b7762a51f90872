/** Carries a request of Node's server to Remix and the answer back: streamed, compressed, with a policy for frames. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';

import type { AppLoadContext } from '@remix-run/node';

import { answerProblem } from './answer.ts';
import { BODY_LIMITS, readBody } from './body.ts';

/** What Remix's build and Vite both give: a web Request to a web Response. */
export type WebHandler = (request: Request, context: AppLoadContext) => Promise<Response>;

export interface RemixDoor {
  readonly handler: () => Promise<WebHandler>;
  readonly context: AppLoadContext;
  /** Our own address as the world sees it; the Host header is not believed. */
  readonly origin: string;
  /** The Content-Security-Policy of an HTML answer to this URL. */
  readonly framePolicy: (url: string | undefined) => string;
}

const WITHOUT_BODY = new Set(['GET', 'HEAD']);
const METHODS = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);

export async function answerWithRemix(
  door: RemixDoor,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const method = req.method ?? 'GET';
  if (!METHODS.has(method)) {
    res.setHeader('allow', 'GET, HEAD, POST');
    return answerProblem(res, 405, 'method');
  }
  const url = targetOf(door.origin, req.url);
  if (url === null) return answerProblem(res, 400, 'url');
  let body: Buffer | null = null;
  if (!WITHOUT_BODY.has(method)) {
    // A browser says which page a form comes from; only our own pages have forms for us.
    if (req.headers.origin !== undefined && req.headers.origin !== door.origin)
      return answerProblem(res, 403, 'origin');
    const read = await readBody(req, BODY_LIMITS.form);
    if (!read.ok) return answerProblem(res, read.problem === 'too_large' ? 413 : 400, read.problem);
    body = read.body;
    if (method === 'POST' && !(await isForm(body, req.headers['content-type'])))
      return answerProblem(res, 415, 'form');
  }
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const request = new Request(url, {
    method,
    headers: webHeaders(req, new URL(door.origin).host),
    signal: gone.signal,
    ...(body && body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  const handle = await door.handler();
  const response = await handle(request, door.context);
  await sendResponse(door, req, res, response);
}

async function sendResponse(
  door: RemixDoor,
  req: IncomingMessage,
  res: ServerResponse,
  response: Response,
): Promise<void> {
  const type = response.headers.get('content-type') ?? '';
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') res.setHeader(name, value);
  });
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) res.setHeader('set-cookie', cookies);
  if (type.startsWith('text/html')) res.setHeader('content-security-policy', door.framePolicy(req.url));
  // Pages and what they load are one store's alone: nobody on the way keeps them.
  res.setHeader('cache-control', 'no-store');
  res.statusCode = response.status;
  if (!response.body || req.method === 'HEAD') {
    res.end();
    await response.body?.cancel();
    return;
  }
  const source = Readable.from(partsOf(response.body), { objectMode: false });
  try {
    const packed = compressible(type, response) ? packerFor(req, res) : null;
    await (packed ? pipeline(source, packed, res) : pipeline(source, res));
  } catch (error) {
    // The reader went away in mid-answer; there is nobody left to tell.
    if (!res.destroyed) throw error;
  }
}

async function* partsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel();
  }
}

const compressible = (type: string, response: Response): boolean =>
  /^(text\/(html|css|plain|csv)|application\/json|text\/x-script)/.test(type) &&
  !response.headers.has('content-encoding');

/** Flushes with every part, so that a streamed page arrives while it is made. */
function packerFor(req: IncomingMessage, res: ServerResponse): NodeJS.ReadWriteStream | null {
  res.setHeader('vary', 'accept-encoding');
  const accepted = String(req.headers['accept-encoding'] ?? '');
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
  if (encoding === null) return null;
  res.removeHeader('content-length');
  res.setHeader('content-encoding', encoding);
  return encoding === 'gzip'
    ? createGzip({ level: 5, flush: constants.Z_SYNC_FLUSH })
    : createBrotliCompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        params: { [constants.BROTLI_PARAM_QUALITY]: 4 },
      });
}

/** A path of ours, or null: `//host/…` and absolute forms must not become another origin. */
function targetOf(origin: string, path: string | undefined): URL | null {
  if (path === undefined || !path.startsWith('/') || path.startsWith('//')) return null;
  try {
    const url = new URL(origin + path);
    decodeURIComponent(url.pathname);
    return url.origin === origin ? url : null;
  } catch {
    return null;
  }
}

/** Actions read forms; what is none would only be found out there, as an error of ours. */
async function isForm(body: Buffer, type: string | undefined): Promise<boolean> {
  if (type === undefined) return body.length === 0;
  if (/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return true;
  if (!/^multipart\/form-data\s*;/i.test(type)) return false;
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().then(
    () => true,
    () => false,
  );
}

/** Names of hosts are taken out: where we live is configured, not told by whoever asks. */
const HOST_HEADERS = new Set(['host', 'x-forwarded-host']);

function webHeaders(req: IncomingMessage, host: string): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at];
    const value = req.rawHeaders[at + 1];
    if (name === undefined || value === undefined || HOST_HEADERS.has(name.toLowerCase())) continue;
    headers.append(name, value);
  }
  headers.set('host', host);
  return headers;
}
