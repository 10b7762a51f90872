/** Where the embedded PostgreSQL lives: DATA_DIR/postgres, or a place that its account can reach when we are root. */
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { canReach, chooseAccount, type Account } from './account.ts';
import { findBinaries, POSTGRES_MAJOR, thisMachine, type Machine } from './binaries.ts';
import { diskFull, EmbeddedError, notPermitted } from './problem.ts';

/** A fresh cluster takes 40 MB and its first write-ahead log 16 MB more. */
const MINIMUM_FREE_BYTES = 100 * 1024 * 1024;
/** A Unix socket's path may have 103 bytes on macOS; PostgreSQL appends "/.s.PGSQL.5432.lock". */
const LONGEST_SOCKET_FOLDER = 84;
const ELSEWHERE = '/var/lib/tock';
/** Beside a cluster that lies elsewhere: the path that it stands for. */
const WANTED_FILE = 'stands-for';

export interface Home {
  /** The real path; everything below is inside it, but a socket folder with too long a path. */
  folder: string;
  cluster: string;
  socket: string;
  passwordFile: string;
  logFile: string;
  /** The folder with initdb, pg_ctl and postgres, readable for `account`. */
  bin: string;
  account: Account;
}

export interface HomeOptions {
  dataDir: string;
  machine?: Machine | undefined;
  minimumFreeBytes?: number | undefined;
}

/** Finds or makes the home; several processes may do so at once. */
export function prepareHome(options: HomeOptions): Home {
  const wanted = path.resolve(options.dataDir, 'postgres');
  const found = findBinaries(options.machine ?? thisMachine());
  try {
    mkdirSync(path.dirname(wanted), { recursive: true });
    const account = chooseAccount(ownerOf(path.join(wanted, 'cluster')));
    const folder = folderFor(wanted, account);
    requireSpace(folder, options.minimumFreeBytes ?? MINIMUM_FREE_BYTES);
    const home: Home = {
      folder,
      cluster: path.join(folder, 'cluster'),
      socket: socketFolder(folder),
      passwordFile: path.join(folder, 'password'),
      logFile: path.join(folder, 'postgres.log'),
      bin: path.join(readableBinaries(found, folder, account), 'bin'),
      account,
    };
    requireMajor(home);
    ownFolder(home.socket, account);
    ownFile(home.logFile, account);
    writePassword(home.passwordFile);
    return home;
  } catch (error) {
    throw plainly(error, wanted);
  }
}

/** The home of a data folder that has one; null when nothing was ever begun there. */
export function existingHome(dataDir: string): string | null {
  const wanted = path.resolve(dataDir, 'postgres');
  if (existsSync(path.join(wanted, 'cluster'))) return realpathSync(wanted);
  const elsewhere = elsewhereFor(wanted);
  return existsSync(path.join(elsewhere, 'cluster')) ? elsewhere : null;
}

export function readPassword(home: Home): string {
  return readFileSync(home.passwordFile, 'utf8').trim();
}

/** Makes a folder that only the account may enter. */
export function ownFolder(folder: string, account: Account): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
}

export function plainly(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return notPermitted(folder);
  return error;
}

function ownerOf(cluster: string): { uid: number; gid: number } | null {
  if (!existsSync(cluster)) return null;
  const { uid, gid } = statSync(cluster);
  return { uid, gid };
}

/**
 * Root may use folders that no other account can enter, such as /root. Then the home lies in /var/lib/tock, under a
 * name made from the wanted path, and DATA_DIR/postgres is a symbolic link to it.
 */
function folderFor(wanted: string, account: Account): string {
  if (existsSync(wanted)) return realpathSync(wanted);
  if (account.uid === undefined || canReach(account, path.dirname(wanted))) {
    mkdirSync(wanted, { recursive: true, mode: 0o755 });
    // The umask may have taken away what the account needs to pass through.
    if (account.uid !== undefined) chmodSync(wanted, 0o755);
    return realpathSync(wanted);
  }
  const elsewhere = elsewhereFor(wanted);
  setAside(elsewhere);
  forgetTemporary();
  mkdirSync(elsewhere, { recursive: true, mode: 0o755 });
  for (const folder of [ELSEWHERE, elsewhere]) chmodSync(folder, 0o755);
  writeFileSync(path.join(elsewhere, WANTED_FILE), wanted);
  // A link that dangles belongs to a home that was deleted by hand.
  if (lstatSync(wanted, { throwIfNoEntry: false })) rmSync(wanted);
  symlinkSync(elsewhere, wanted);
  return elsewhere;
}

/** What belonged to a temporary folder that is gone is of no use to anyone; anything else is never deleted here. */
function forgetTemporary(): void {
  const temporary = realpathSync(tmpdir()) + path.sep;
  for (const name of existsSync(ELSEWHERE) ? readdirSync(ELSEWHERE) : []) {
    const folder = path.join(ELSEWHERE, name);
    const wanted = readIfThere(path.join(folder, WANTED_FILE));
    if (!wanted.startsWith(temporary) || existsSync(path.dirname(wanted))) continue;
    if (runningIn(folder) === null) rmSync(folder, { recursive: true, force: true });
  }
}

/** The number of the PostgreSQL that runs on this folder's cluster. */
function runningIn(folder: string): number | null {
  const pid = Number.parseInt(readIfThere(path.join(folder, 'cluster', 'postmaster.pid')), 10);
  return pid > 0 && readIfThere(`/proc/${pid}/cmdline`).includes('postgres') ? pid : null;
}

/** Whoever deleted DATA_DIR wants to begin anew; what lies elsewhere is kept under another name, in case not. */
function setAside(elsewhere: string): void {
  if (!existsSync(path.join(elsewhere, 'cluster'))) return;
  const pid = runningIn(elsewhere);
  if (pid !== null) process.kill(pid, 'SIGINT');
  renameSync(elsewhere, `${elsewhere}.${randomBytes(4).toString('hex')}`);
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function elsewhereFor(wanted: string): string {
  return path.join(ELSEWHERE, createHash('sha256').update(wanted).digest('hex').slice(0, 16));
}

export function socketFolder(folder: string): string {
  const inside = path.join(folder, 'socket');
  if (Buffer.byteLength(inside) <= LONGEST_SOCKET_FOLDER) return inside;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return path.join('/tmp', `tock-${name}`);
}

/** Copies the programs into the home when the account cannot read them where npm put them. */
function readableBinaries(
  found: { root: string; version: string },
  folder: string,
  account: Account,
): string {
  if (canReach(account, path.join(found.root, 'bin', 'postgres'))) return found.root;
  const copy = path.join(folder, `programs-${found.version}`);
  if (existsSync(copy)) return copy;
  const staging = stagingFor(copy);
  cpSync(found.root, staging, { recursive: true, verbatimSymlinks: true });
  chmodSync(staging, 0o755);
  try {
    renameSync(staging, copy);
  } catch (error) {
    // Another process finished its copy first.
    rmSync(staging, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function requireMajor(home: Home): void {
  const file = path.join(home.cluster, 'PG_VERSION');
  if (!existsSync(file)) return;
  const major = readFileSync(file, 'utf8').trim();
  if (major === POSTGRES_MAJOR) return;
  throw new EmbeddedError(
    'other_major_version',
    `${home.folder} holds data of PostgreSQL ${major}, and this Tock brings PostgreSQL ${POSTGRES_MAJOR}; make a backup with the Tock that wrote it ("npm run tock -- db backup"), set DATA_DIR to a new folder and restore it there.`,
  );
}

function requireSpace(folder: string, minimum: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < minimum) throw diskFull(folder);
}

function ownFile(file: string, account: Account): void {
  writeFileSync(file, '', { flag: 'a', mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) chownSync(file, account.uid, account.gid);
}

/** Written once: the link is made whole or not at all, so that every process reads the same password. */
function writePassword(file: string): void {
  if (existsSync(file)) return;
  if (existsSync(path.join(path.dirname(file), 'cluster'))) {
    throw new EmbeddedError(
      'wrong_password',
      `The password file ${file} is gone, and the database does not open without it; put it back from a backup, or remove ${path.dirname(file)} to begin anew.`,
    );
  }
  const staging = stagingFor(file);
  writeFileSync(staging, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  try {
    linkSync(staging, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(staging, { force: true });
  }
}

/** A name of our own for something that is made whole first and then put in its place; it tells whose it is. */
export function stagingFor(target: string): string {
  return `${target}.${process.pid}.${randomBytes(4).toString('hex')}`;
}

/** What killed processes left of unfinished clusters. */
export function sweepStaging(folder: string, alive: (pid: number) => boolean): void {
  for (const name of readdirSync(folder)) {
    const pid = /^(?:cluster|programs-[^/]+|password)\.(\d+)\.[0-9a-f]+$/.exec(name)?.[1];
    if (pid !== undefined && Number(pid) !== process.pid && !alive(Number(pid))) {
      rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }
}
