/** Tock's real processes on a real PostgreSQL in a folder of their own: started to be measured, or to be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createKeyring, type Keyring } from '../../app/base/crypto.ts';
import { createLog } from '../../app/base/log.ts';
import { systemClock } from '../../app/base/clock.ts';
import { sandboxCredentials } from '../../app/config.ts';
import { destroyEmbedded, joinEmbedded } from '../../app/store/embedded/embedded.ts';
import { openStore, type Store } from '../../app/store/store.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PREFIX = 'tock-place-';
const READY_MS = 60_000;

export interface Place {
  dataDir: string;
  /** PostgreSQL's address, good for as long as the folder is there. */
  databaseUrl: string;
  keyring: Keyring;
  /** The number of PostgreSQL's first process; null while there is none. */
  postmaster(): number | null;
  /** This process no longer keeps PostgreSQL alive, nor brings it back: those that are tried must do it. */
  leave(): Promise<void>;
  /** The store, seen from outside Tock's processes. */
  openStore(poolSize?: number): Promise<Store>;
  remove(): Promise<void>;
}

/** A migrated database of its own, with everything on disk that production has on disk. */
export async function openPlace(): Promise<Place> {
  const dataDir = mkdtempSync(path.join(tmpdir(), PREFIX));
  // Reachable for the account that PostgreSQL runs under where we are root.
  chmodSync(dataDir, 0o755);
  const log = createLog({ level: 'error' });
  const keyring = createKeyring(sandboxCredentials.encryptionKeys);
  const membership = await joinEmbedded({ dataDir, log });
  const open = (poolSize?: number): Promise<Store> =>
    openStore({
      databaseUrl: membership.url,
      dataDir,
      clock: systemClock,
      log,
      keyring,
      poolSize,
      // Filling it with ten million rows takes what it takes.
      limitMs: 0,
    });
  await (await open()).close();
  return {
    dataDir,
    databaseUrl: membership.url,
    keyring,
    postmaster() {
      try {
        const pid = Number.parseInt(
          readFileSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8'),
          10,
        );
        return pid > 0 && isAlive(pid) ? pid : null;
      } catch {
        return null;
      }
    },
    leave: () => membership.leave(),
    openStore: open,
    async remove() {
      await membership.leave();
      await destroyEmbedded(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export interface AppOptions {
  door: 'web' | 'worker' | 'both';
  place: Pick<Place, 'dataDir' | 'databaseUrl'>;
  /** Absent: the built-in PostgreSQL of the place, which this process then keeps alive and brings back. */
  throughUrl?: boolean;
  port?: number;
  appUrl: string;
  sandboxUrl: string;
  tiktokUrl?: string;
  logLevel?: string;
  logFile: string;
}

export interface AppProcess {
  pid: number;
  ended: Promise<void>;
  /** Resolves when it does its work; rejects with its last words when it ends before. */
  ready(): Promise<void>;
  kill(): void;
  /** As a deploy does it. */
  stop(): Promise<void>;
}

/** What a process of Tock is told by its environment. */
export function environmentOf(options: Omit<AppOptions, 'door' | 'logFile'>): NodeJS.ProcessEnv {
  const { place } = options;
  return {
    ...process.env,
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: path.join(place.dataDir, 'compiled'),
    TOCK_ALLOW_TEST_ENDPOINTS: '1',
    HOST: '127.0.0.1',
    PORT: String(options.port ?? 0),
    DATA_DIR: place.dataDir,
    DATABASE_URL: options.throughUrl === true ? place.databaseUrl : '',
    SANDBOX_URL: options.sandboxUrl,
    SHOPIFY_APP_URL: options.appUrl,
    SHOPIFY_API_KEY: '',
    SHOPIFY_API_SECRET: '',
    TOCK_ENCRYPTION_KEYS: '',
    TIKTOK_API_URL: options.tiktokUrl ?? '',
    // Visitors say their address as a load balancer would.
    TRUSTED_PROXIES: '127.0.0.0/8',
    LOG_LEVEL: options.logLevel ?? 'info',
  };
}

export function startApp(options: AppOptions): AppProcess {
  const { door } = options;
  const log = openSync(options.logFile, 'a');
  const begin = readFileSync(options.logFile).length;
  const args = door === 'worker' ? ['worker'] : door === 'web' ? ['server', '--web'] : ['server'];
  const child: ChildProcess = spawn(process.execPath, ['app/start.js', ...args], {
    cwd: ROOT,
    env: environmentOf(options),
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let over = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      over = true;
      resolve();
    });
  });
  const said = (): string => readFileSync(options.logFile).subarray(begin).toString('utf8');
  const works = async (): Promise<boolean> => {
    if (door === 'worker') return said().includes('"working"');
    return fetch(`http://127.0.0.1:${options.port}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      () => false,
    );
  };
  return {
    pid: child.pid ?? 0,
    ended,
    async ready() {
      const until = performance.now() + READY_MS;
      while (!(await works())) {
        if (over || performance.now() > until)
          throw new Error(`The ${door} process does not work:\n${said().slice(-2_000)}`);
        await wait(25);
      }
    },
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Linux counts a process's time in hundredths of a second. */
const TICK_MS = 10;

interface Stat {
  parent: number;
  ownMs: number;
  /** Of children that are gone. */
  goneMs: number;
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (place: number): number => Number(fields[place] ?? 0);
    return {
      parent: at(1),
      ownMs: (at(11) + at(12)) * TICK_MS,
      goneMs: (at(13) + at(14)) * TICK_MS,
    };
  } catch {
    return null;
  }
}

/** Milliseconds of processor time that a process and its children have used, on Linux. */
export function cpuMsOf(pid: number): number {
  const own = statOf(pid);
  if (!own) return 0;
  const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = others.map((name) => statOf(Number(name))).filter((stat) => stat?.parent === pid);
  return children.reduce(
    (sum, stat) => sum + (stat?.ownMs ?? 0) + (stat?.goneMs ?? 0),
    own.ownMs + own.goneMs,
  );
}
