/** Serves the built client assets: known at start, compressed at build, cached for ever because names carry a hash. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';

import { answerText } from './answer.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

interface Variant {
  readonly path: string;
  readonly size: number;
}

interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly immutable: boolean;
  readonly plain: Variant;
  readonly br?: Variant;
  readonly gzip?: Variant;
}

/** True when the request was for one of our files and has been answered. */
export type StaticFiles = (req: IncomingMessage, res: ServerResponse, pathname: string) => boolean;

/** Only paths found here at start exist, so no path in a request can reach anything else. */
export async function openStaticFiles(root: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  const found = new Set(await listFiles(root));
  for (const path of found) {
    if (path.endsWith('.br') || path.endsWith('.gz')) continue;
    const name = `/${relative(root, path).split(sep).join('/')}`;
    const variant = async (suffix: string): Promise<Variant | undefined> =>
      found.has(path + suffix) ? { path: path + suffix, size: (await stat(path + suffix)).size } : undefined;
    const [br, gzip] = await Promise.all([variant('.br'), variant('.gz')]);
    const digest = createHash('sha256')
      .update(await readFile(path))
      .digest('base64url')
      .slice(0, 22);
    files.set(name, {
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      etag: `"${digest}"`,
      immutable: name.startsWith('/assets/'),
      plain: { path, size: (await stat(path)).size },
      ...(br ? { br } : {}),
      ...(gzip ? { gzip } : {}),
    });
  }
  return (req, res, pathname) => {
    const file = files.get(pathname);
    if (!file) {
      if (!pathname.startsWith('/assets/')) return false;
      answerText(res, 404, 'Not found.');
      return true;
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('allow', 'GET, HEAD');
      answerText(res, 405, 'Only GET is possible here.');
      return true;
    }
    sendFile(req, res, file);
    return true;
  };
}

function sendFile(req: IncomingMessage, res: ServerResponse, file: StaticFile): void {
  const headers: Record<string, string | number> = {
    'content-type': file.type,
    etag: file.etag,
    vary: 'accept-encoding',
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
  };
  if (req.headers['if-none-match'] === file.etag) {
    res.writeHead(304, headers).end();
    return;
  }
  const accepted = String(req.headers['accept-encoding'] ?? '');
  const br = file.br && /\bbr\b/.test(accepted) ? file.br : undefined;
  const gzip = !br && file.gzip && /\bgzip\b/.test(accepted) ? file.gzip : undefined;
  const chosen = br ?? gzip ?? file.plain;
  if (br) headers['content-encoding'] = 'br';
  if (gzip) headers['content-encoding'] = 'gzip';
  headers['content-length'] = chosen.size;
  res.writeHead(200, headers);
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  createReadStream(chosen.path)
    .on('error', () => res.destroy())
    .pipe(res);
}

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
