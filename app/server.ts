/** The process: HTTP server and, unless told otherwise, the worker beside it. `--web` serves only. */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { createRequestHandler, type ServerBuild } from '@remix-run/node';

import { ConfigError, readConfig } from './config.ts';
import { openHouse, type House } from './house.ts';
import { trustedProxies } from './http/client-address.ts';
import { framePolicy } from './http/frame-ancestors.ts';
import { createHttpServer, type Pages, type ServerNeeds } from './http/server.ts';
import { openStaticFiles } from './http/static-files.ts';

const BUILD = fileURLToPath(new URL('../build', import.meta.url));
/** Longer than any request may take, shorter than the patience of those who stop containers (30 s). */
const DRAIN_MS = 25_000;

export interface RunningServer {
  readonly port: number;
  /** Answers what was accepted, then closes. */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** The built pages unless development brings Vite's. */
  readonly openPages?: ServerNeeds['openPages'];
}

/** Serves a house that is open; whoever opened it closes it. */
export async function serve(house: House, options: ServeOptions = {}): Promise<RunningServer> {
  const { config, log, metrics } = house;
  const extraAncestors = config.sandboxUrl === undefined ? [] : [new URL(config.sandboxUrl).origin];
  const http = createHttpServer({
    intake: house.intake,
    openPages: options.openPages ?? builtPages,
    remix: {
      context: { house },
      origin: new URL(config.shopify.appUrl).origin,
      framePolicy: (url) => framePolicy(url, extraAncestors),
    },
    trusted: trustedProxies(config.trustedProxies),
    metrics,
    metricsToken: config.metricsToken,
    ready: house.missing,
    log,
  });
  const port = await http.listen(config.port, config.host);
  return {
    port,
    async close() {
      if (!(await http.close(DRAIN_MS)))
        log.warn('some answers were cut off: they took longer than the drain');
    },
  };
}

async function builtPages(): Promise<Pages> {
  const entry = `${BUILD}/server/index.js`;
  if (!existsSync(entry)) throw new StartError('The pages are not built yet. Run "npm run build" first.');
  const build: ServerBuild = await import(pathToFileURL(entry).href);
  const handle = createRequestHandler(build, 'production');
  return { files: await openStaticFiles(`${BUILD}/client`), handler: () => Promise.resolve(handle) };
}

/** Something that whoever starts the process can mend; its message is all they need to see. */
export class StartError extends Error {
  override name = 'StartError';
}

/** One sentence for what went wrong at the start, or null where only the stack helps. */
export function startSentence(error: unknown, where: { host: string; port: number } | null): string | null {
  if (error instanceof StartError || error instanceof ConfigError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return null;
  const address = where ? `${where.host}:${where.port}` : 'the address';
  switch (error.code) {
    case 'EADDRINUSE':
      return `${address} is already in use. Stop the other process, or choose another port with PORT.`;
    case 'EACCES':
      return `This process may not listen on ${address}. Choose a port above 1023 with PORT.`;
    case 'EADDRNOTAVAIL':
      return `This machine does not have the address ${where?.host ?? ''}. Correct HOST.`;
    default:
      return null;
  }
}

export async function main(options: ServeOptions = {}): Promise<void> {
  let where: { host: string; port: number } | null = null;
  let house: House | undefined;
  try {
    const config = readConfig(process.env);
    where = config;
    house = await openHouse(config);
    const running = await serve(house, options);
    house.log.info('listening', { url: `http://${config.host}:${running.port}` });
    stopOnSignal(house, running);
  } catch (error) {
    await house?.close();
    const sentence = startSentence(error, where);
    process.stderr.write(`${sentence ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exitCode = 1;
  }
}

function stopOnSignal(house: House, running: RunningServer): void {
  let stopping = false;
  const stop = (signal: string): void => {
    // A second signal means that somebody has no patience left.
    if (stopping) process.exit(1);
    stopping = true;
    house.log.info('stopping', { signal });
    running
      .close()
      .then(() => house.close())
      .then(() => house.log.info('stopped'))
      .catch((error: unknown) => {
        house.log.error('could not stop cleanly', { error });
        process.exitCode = 1;
      });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

if (import.meta.main) await main();
