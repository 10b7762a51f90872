/** Makes, starts and stops one PostgreSQL cluster with PostgreSQL's own programs. */
import { spawn, type SpawnOptionsWithStdioTuple, type StdioNull, type StdioPipe } from 'node:child_process';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../../base/log.ts';
import { ownFolder, plainly, readPassword, stagingFor, sweepStaging, type Home } from './home.ts';
import { EmbeddedError, problemIn } from './problem.ts';

export const SUPERUSER = 'tock';
const PORT = 5432;
/** Crash recovery after a power cut may take this long; a start that is merely slow stays far below. */
const START_PATIENCE_MS = 120_000;
const STOP_SECONDS = 60;
const PAUSE_MS = 60;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

export interface ClusterOptions {
  log: Log;
  /** False only for tests, whose data may be lost in a power cut. */
  durable: boolean;
}

export function urlOf(home: Home, database: string): string {
  const url = new URL(`postgresql://localhost/${database}`);
  url.username = SUPERUSER;
  url.password = readPassword(home);
  url.searchParams.set('host', home.socket);
  return url.href;
}

/** Makes the cluster where there is none, and returns when PostgreSQL answers. Any number of processes at once. */
export async function ensureRunning(home: Home, options: ClusterOptions): Promise<void> {
  await ensureCluster(home, options);
  const deadline = performance.now() + START_PATIENCE_MS;
  let last: EmbeddedError | undefined;
  while (performance.now() < deadline) {
    const answer = await probe(home);
    if (answer === 'ready') return;
    if (answer === 'silent') {
      const running = readPidFile(home.cluster);
      if (!running || !isPostgres(running.pid)) {
        removeStalePidFile(home, running?.text, options.log);
        removeStaleSocket(home);
        const output = await start(home, options);
        if (output === null) continue;
        last = problemIn(output, home.folder);
        if (!mayPass(output)) throw last;
      }
    }
    await wait(PAUSE_MS);
  }
  const pid = readPidFile(home.cluster)?.pid;
  throw (
    last ??
    new EmbeddedError(
      'does_not_start',
      `The built-in PostgreSQL${pid === undefined ? '' : ` (process ${pid})`} has not answered for two minutes; read ${home.logFile}, stop that process and start again.`,
    )
  );
}

/** Returns when PostgreSQL is gone; its clients are disconnected. */
export async function stop(home: Home): Promise<void> {
  const { code, output } = await run(home, 'pg_ctl', [
    'stop',
    '-D',
    home.cluster,
    '-m',
    'fast',
    '-w',
    '-t',
    String(STOP_SECONDS),
  ]);
  if (code !== 0 && existsSync(path.join(home.cluster, 'postmaster.pid')))
    throw problemIn(output, home.folder);
}

/** Whether a PostgreSQL of this cluster runs, ready or not. */
export function isRunning(cluster: string): boolean {
  const running = readPidFile(cluster);
  return running !== null && isPostgres(running.pid);
}

async function ensureCluster(home: Home, options: ClusterOptions): Promise<void> {
  if (existsSync(home.cluster)) return;
  sweepStaging(home.folder, isAlive);
  const staging = stagingFor(home.cluster);
  const passwordCopy = stagingFor(path.join(home.socket, 'password'));
  try {
    writeFileSync(passwordCopy, readPassword(home), { mode: 0o600 });
    const { uid, gid } = home.account;
    if (uid !== undefined && gid !== undefined) {
      chownSync(passwordCopy, uid, gid);
      // initdb would make the folder itself, but may not write into ours.
      ownFolder(staging, home.account);
    }
    const { code, output } = await run(home, 'initdb', [
      '-D',
      staging,
      '-U',
      SUPERUSER,
      '--auth=scram-sha-256',
      `--pwfile=${passwordCopy}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
      ...(options.durable ? [] : ['--no-sync']),
    ]);
    if (code !== 0) throw problemIn(output, home.folder);
    renameSync(staging, home.cluster);
    options.log.info('made a new database', { folder: home.folder });
  } catch (error) {
    // Another process finished its cluster first: a folder that is not empty is not replaced.
    if (!existsSync(path.join(home.cluster, 'PG_VERSION'))) throw plainly(error, home.folder);
  } finally {
    rmSync(passwordCopy, { force: true });
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Null when it runs; what PostgreSQL said when it does not. */
async function start(home: Home, options: ClusterOptions): Promise<string | null> {
  const begin = rotateLog(home.logFile);
  writeSettings(home, options.durable);
  const { code, output } = await run(home, 'pg_ctl', [
    'start',
    '-D',
    home.cluster,
    '-l',
    home.logFile,
    '-w',
    '-t',
    String(START_PATIENCE_MS / 1000),
  ]);
  if (code === 0) {
    options.log.debug('started the built-in PostgreSQL', { folder: home.folder });
    return null;
  }
  return `${readFileSync(home.logFile, 'utf8').slice(begin)}\n${output}`;
}

/** Two that start at once, or a killed one whose last children are still leaving: the next look tells more. */
function mayPass(output: string): boolean {
  return /lock file "postmaster\.pid"|shared memory block .* is still in use|another server might be running|the database system is (?:starting|shutting)/i.test(
    output,
  );
}

/** Only what differs from PostgreSQL's defaults; written at every start, so that a newer Tock brings its own. */
function writeSettings(home: Home, durable: boolean): void {
  const settings: Record<string, string> = {
    listen_addresses: '',
    port: String(PORT),
    unix_socket_directories: home.socket,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: '128MB',
    // Containers often have 64 MB of shared memory: short statements need no parallel workers.
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    random_page_cost: '1.1',
    autovacuum_naptime: '15s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_checkpoints: 'off',
    // Statements may hold customers' data, which must not reach a log file.
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_error_verbosity: 'terse',
    password_encryption: 'scram-sha-256',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  const file = path.join(home.cluster, 'postgresql.conf');
  const staging = stagingFor(file);
  writeFileSync(staging, `# Written by Tock at every start.\n${lines.join('\n')}\n`, { mode: 0o600 });
  const { uid, gid } = home.account;
  if (uid !== undefined && gid !== undefined) chownSync(staging, uid, gid);
  renameSync(staging, file);
}

type Answer = 'ready' | 'busy' | 'silent';

async function probe(home: Home): Promise<Answer> {
  const client = new pg.Client({
    connectionString: urlOf(home, 'postgres'),
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return 'ready';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // 57P03: starting up or shutting down. 53300: up, with no connection left for a moment.
    if (code === '57P03' || code === '53300' || code === '57P01') return 'busy';
    if (code === '28P01') {
      throw new EmbeddedError(
        'wrong_password',
        `The password in ${home.passwordFile} is not the one of the database beside it; put the right file back, or remove ${home.folder} to begin anew.`,
      );
    }
    if (code === 'EACCES') throw plainly(error, home.folder);
    return 'silent';
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface PidFile {
  pid: number;
  text: string;
}

function readPidFile(cluster: string): PidFile | null {
  return pidIn(path.join(cluster, 'postmaster.pid'));
}

function pidIn(file: string): PidFile | null {
  try {
    const text = readFileSync(file, 'utf8');
    const pid = Number.parseInt(text, 10);
    return { pid: Number.isInteger(pid) && pid > 0 ? pid : 0, text };
  } catch {
    return null;
  }
}

/**
 * After a power cut the number in the pid file may by now belong to any other program, and PostgreSQL would refuse to
 * start. Two processes may get here at once, and the slower one could remove the new file of the faster one's
 * PostgreSQL, which lies microseconds away from a start of tens of milliseconds; PostgreSQL would notice within a
 * minute, stop, and be started again by its members.
 */
function removeStalePidFile(home: Home, seen: string | undefined, log: Log): void {
  if (seen === undefined) return;
  if (readPidFile(home.cluster)?.text !== seen) return;
  rmSync(path.join(home.cluster, 'postmaster.pid'), { force: true });
  log.warn('removed the pid file of a PostgreSQL that no longer runs', { folder: home.folder });
}

/** The socket has a lock file of its own, which outlives a killed PostgreSQL in the same way. */
function removeStaleSocket(home: Home): void {
  const socket = path.join(home.socket, `.s.PGSQL.${PORT}`);
  const pid = pidIn(`${socket}.lock`)?.pid;
  if (pid === undefined || isPostgres(pid)) return;
  rmSync(socket, { force: true });
  rmSync(`${socket}.lock`, { force: true });
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** On Linux the program behind the number is looked at; elsewhere a living number counts as PostgreSQL. */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    // A zombie has an empty command line: it is gone, only its parent has not looked yet.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]?.includes('postgres') ?? false;
  } catch {
    return false;
  }
}

function rotateLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_LIMIT_BYTES) return size;
  renameSync(file, `${file}.1`);
  return 0;
}

interface Outcome {
  code: number | null;
  output: string;
}

function run(home: Home, program: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options: SpawnOptionsWithStdioTuple<StdioNull, StdioPipe, StdioPipe> = {
      ...home.account,
      cwd: home.folder,
      env: { NODE_ENV: 'production', PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    };
    const child = spawn(path.join(home.bin, program), args, options);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => (output += text));
    }
    child.on('error', (error) => reject(plainly(error, home.folder)));
    child.on('close', (code) => resolve({ code, output }));
  });
}
