/** Serves the empty Polaris page as Tock serves its own: rendered, compressed, with App Bridge first in its head. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { constants, brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

export interface EmptyServer {
  url: string;
  close(): void;
}

async function bundle(entry: string, platform: 'browser' | 'node'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL(entry, import.meta.url).pathname],
    bundle: true,
    write: false,
    minify: platform === 'browser',
    format: platform === 'browser' ? 'esm' : 'cjs',
    platform,
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outputFiles[0]?.text ?? '';
}

/** `key` and `appBridge` are what App Bridge needs to take the page for an app's. */
export async function serveEmptyPage(key: string, appBridge: string): Promise<EmptyServer> {
  const [client, document] = await Promise.all([
    bundle('./empty-client.tsx', 'browser'),
    bundle('./empty-document.tsx', 'node'),
  ]);
  const require = createRequire(import.meta.url);
  const module = { exports: { html: '' } };
  new Function('module', 'require', document)(module, require);
  const style = readFileSync(require.resolve('@shopify/polaris/build/esm/styles.css'), 'utf8');
  const page =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="shopify-api-key" content="${key}">` +
    `<script src="${appBridge}"></script><meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<title>Nothing</title><link rel="modulepreload" href="/page.js"><link rel="stylesheet" href="/page.css"></head>` +
    `<body><div id="root">${module.exports.html}</div><script type="module" src="/page.js"></script></body></html>`;
  const packed = (text: string): Buffer =>
    brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  const answers = new Map([
    ['/page.js', { type: 'text/javascript; charset=utf-8', body: packed(client) }],
    ['/page.css', { type: 'text/css; charset=utf-8', body: packed(style) }],
  ]);
  const whole = { type: 'text/html; charset=utf-8', body: packed(page) };
  const server = createServer((request, response) => {
    const { type, body } = answers.get((request.url ?? '').replace(/\?.*/, '')) ?? whole;
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'br' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
