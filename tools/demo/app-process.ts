/** Tock's own process and its command line, as children of the demo, pointed at the sandbox. */

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const appCommand = 'app/start.js server';

export interface AppPlace {
  port: number;
  dataDir: string;
  sandboxUrl: string;
}

export interface AppProcess {
  pid: number;
  /** Resolves with the exit code, or the signal's name. */
  ended: Promise<number | string>;
  stop(): Promise<void>;
  lastWords(): string;
}

export function logFile(dataDir: string): string {
  return join(dataDir, 'tock.log');
}

function environment(place: AppPlace): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // Pages as in production; the test endpoints are what the demo is about.
    NODE_ENV: 'production',
    TOCK_ALLOW_TEST_ENDPOINTS: '1',
    HOST: '127.0.0.1',
    PORT: String(place.port),
    DATA_DIR: place.dataDir,
    SANDBOX_URL: place.sandboxUrl,
    SHOPIFY_APP_URL: `http://127.0.0.1:${place.port}`,
    SHOPIFY_API_KEY: '',
    SHOPIFY_API_SECRET: '',
    TOCK_ENCRYPTION_KEYS: '',
    TIKTOK_API_URL: '',
    // The sandbox's visitors say their address as a load balancer would.
    TRUSTED_PROXIES: '127.0.0.0/8',
  };
}

/** Longer than Tock's own patience with requests that it has accepted. */
const stopMs = 28_000;

/** In a process group of its own: Ctrl-C reaches the demo alone, which then stops things in their order. */
export function startApp(place: AppPlace): AppProcess {
  const file = logFile(place.dataDir);
  mkdirSync(dirname(file), { recursive: true });
  const log = openSync(file, 'w');
  const child: ChildProcess = spawn(process.execPath, appCommand.split(' '), {
    cwd: root,
    env: environment(place),
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const impatient = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await ended;
      clearTimeout(impatient);
    },
    lastWords: () => readFileSync(file, 'utf8').trim().split('\n').slice(-8).join('\n'),
  };
}

/** Runs `tock …` with its answer as JSON. */
export async function tock(place: AppPlace, args: readonly string[], input = ''): Promise<unknown> {
  const child = spawn(process.execPath, ['app/start.js', 'cli', ...args, '--json'], {
    cwd: root,
    env: { ...environment(place), LOG_LEVEL: 'error' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  const complained: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => said.push(piece));
  child.stderr.on('data', (piece: Buffer) => complained.push(piece));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`tock ${args.join(' ')} failed: ${Buffer.concat(complained).toString('utf8').trim()}`);
  }
  const answer: unknown = JSON.parse(Buffer.concat(said).toString('utf8'));
  return answer;
}
