/** The process: HTTP server and, unless told otherwise, the worker beside it. `--web` serves only. */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { createRequestHandler, type ServerBuild } from '@remix-run/node';

import { readConfig } from './config.ts';
import { openHouse, type House } from './house.ts';
import { trustedProxies } from './http/client-address.ts';
import { framePolicy } from './http/frame-ancestors.ts';
import { createHttpServer, type Pages, type ServerNeeds } from './http/server.ts';
import { openStaticFiles } from './http/static-files.ts';
import { onStopSignal, StartError, startSentence } from './process.ts';

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
    ready: house.readiness,
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

export async function main(options: ServeOptions = {}): Promise<void> {
  let where: { host: string; port: number } | null = null;
  let house: House | undefined;
  let running: RunningServer | undefined;
  try {
    const config = readConfig(process.env);
    where = config;
    house = await openHouse(config);
    const serving = await serve(house, options);
    running = serving;
    await (process.argv.includes('--web') ? house.wakeWorkers() : house.startWork());
    house.log.info('listening', { url: `http://${config.host}:${serving.port}` });
    // The doors first: what they took is stored when they close, and only then may the rest end.
    onStopSignal(house.log, [() => serving.close(), () => house?.close()]);
  } catch (error) {
    // Doors that stay open over a closed house would answer "later" for ever, and no supervisor would notice.
    await running?.close();
    await house?.close();
    process.stderr.write(`${startSentence(error, where)}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
