/** Development's pages: Vite's middleware in the same server, with hot reload. Never imported in production. */
import type { Server } from 'node:http';

import { createRequestHandler, type ServerBuild } from '@remix-run/node';

import type { Pages } from './server.ts';

/** `server`: where the hot reload's WebSocket lives, so that one port is enough. */
export async function openVite(server: Server): Promise<Pages> {
  const { createServer } = await import('vite');
  const before = new Set(process.listeners('SIGTERM'));
  const vite = await createServer({ server: { middlewareMode: true, hmr: { server } }, appType: 'custom' });
  // Vite ends the process on SIGTERM in its own way; ours answers first and lets the database go.
  for (const listener of process.listeners('SIGTERM'))
    if (!before.has(listener)) process.off('SIGTERM', listener);
  return {
    files: (req, res) =>
      new Promise((resolve, reject) => {
        // Vite's own middlewares listen too, a dozen of them.
        res.setMaxListeners(30);
        res.once('close', () => resolve(true));
        vite.middlewares(req, res, (error: unknown) => {
          if (error === undefined) resolve(false);
          else reject(error instanceof Error ? error : new Error(String(error)));
        });
      }),
    handler: async () => {
      const build: unknown = await vite.ssrLoadModule('virtual:remix/server-build');
      if (!isServerBuild(build)) throw new Error('Vite did not give a server build.');
      return createRequestHandler(build, 'development');
    },
    close: () => vite.close(),
  };
}

function isServerBuild(value: unknown): value is ServerBuild {
  return typeof value === 'object' && value !== null && 'routes' in value && 'entry' in value;
}
