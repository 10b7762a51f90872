/** The built-in PostgreSQL: begun, joined, left, killed and found again. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../app/base/log.ts';
import { destroyEmbedded, joinEmbedded, type Membership } from '../../../app/store/embedded/embedded.ts';

// Each of these makes a database from nothing, some of them three times; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

const log = createLog({ level: 'silent' });
const asRoot = process.getuid?.() === 0;

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), `tock-test-${process.pid}-`));
  // What a person's data folder looks like, in contrast to mkdtemp's.
  chmodSync(dataDir, 0o755);
});
afterEach(async () => {
  await destroyEmbedded(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

const join = (): Promise<Membership> => joinEmbedded({ dataDir, log, durable: false });
const pidFile = (): string => path.join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
const postmaster = (): number => Number.parseInt(readFileSync(pidFile(), 'utf8'), 10);

type Member = ChildProcessByStdio<Writable, Readable, null>;

function startMember(durable = 'fast'): Member {
  return spawn(process.execPath, [fileURLToPath(new URL('./member.ts', import.meta.url)), dataDir, durable], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function urlOf(member: Member): Promise<string> {
  member.stdout.setEncoding('utf8');
  const [line]: unknown[] = await once(member.stdout, 'data');
  return String(line).trim();
}

async function ask<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** Resolves when no process has this number any more, whoever its parent is. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    if (process.platform === 'linux' && readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('the built-in PostgreSQL', () => {
  it('begins in UTF-8 with a random password that only its owner can read, listening on no port', async () => {
    const member = await join();
    const [settings] = await ask(
      member.url,
      `SELECT current_setting('server_encoding') AS encoding, datlocprovider AS provider, datlocale AS locale,
              current_setting('listen_addresses') AS addresses, '"\\u00e9"'::jsonb #>> '{}' AS letter
         FROM pg_database WHERE datname = 'tock'`,
    );
    expect(settings).toEqual({
      encoding: 'UTF8',
      provider: 'b',
      locale: 'C.UTF-8',
      addresses: '',
      letter: 'é',
    });
    const file = path.join(dataDir, 'postgres', 'password');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(new URL(member.url).password).toBe(readFileSync(file, 'utf8').trim());
    expect(new URL(member.url).password).toMatch(/^[\w-]{32}$/);
    const wrong = new URL(member.url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    await member.leave();
  });

  it('keeps fsync on unless a test asks otherwise', async () => {
    const member = await joinEmbedded({ dataDir, log });
    expect(await ask(member.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await ask(member.url, 'SHOW synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    await member.leave();
  });

  it('is begun once by many that start together, and stops when the last of them has left', async () => {
    const others = [startMember(), startMember()];
    const [first, second, ...urls] = await Promise.all([join(), join(), ...others.map(urlOf)]);
    expect(new Set([first.url, second.url, ...urls]).size).toBe(1);
    const pid = postmaster();
    await first.leave();
    others.forEach((member) => member.stdin.end());
    await Promise.all(others.map((member) => once(member, 'exit')));
    expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(postmaster()).toBe(pid);
    await second.leave();
    expect(existsSync(pidFile())).toBe(false);
    await gone(pid);
  });

  it('outlives a killed member, is used by the next one, and stops with that one', async () => {
    const killed = startMember();
    const url = await urlOf(killed);
    const pid = postmaster();
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const next = await join();
    expect(next.url).toBe(url);
    expect(postmaster()).toBe(pid);
    await next.leave();
    expect(existsSync(pidFile())).toBe(false);
  });

  it('has every committed row after everything was killed', async () => {
    const killed = startMember('durable');
    const url = await urlOf(killed);
    await ask(url, 'CREATE TABLE kept (n int)');
    await ask(url, 'INSERT INTO kept SELECT generate_series(1, 1000)');
    const pid = postmaster();
    process.kill(pid, 'SIGKILL');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await gone(pid);
    expect(existsSync(pidFile())).toBe(true);
    const next = await joinEmbedded({ dataDir, log });
    expect(await ask(next.url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 1000 }]);
    await next.leave();
  });

  it('starts although its pid file names a living process that is not PostgreSQL', async () => {
    await (await join()).leave();
    writeFileSync(pidFile(), `${process.pid}\n${path.dirname(pidFile())}\n1\n5432\n\n\n\nready\n`);
    const member = await join();
    expect(postmaster()).not.toBe(process.pid);
    await member.leave();
  });

  it('is brought back by its members when it dies', async () => {
    const member = await join();
    const pid = postmaster();
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    // A second member waits for the same start; the first one brings itself back.
    const second = await join();
    expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await member.leave();
    await second.leave();
    expect(existsSync(pidFile())).toBe(false);
  });

  it('is gone with its data when it is destroyed, even while it runs', async () => {
    const killed = startMember();
    const url = await urlOf(killed);
    await ask(url, 'CREATE TABLE forgotten (n int)');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await destroyEmbedded(dataDir);
    expect(existsSync(path.join(dataDir, 'postgres'))).toBe(false);
    const member = await join();
    expect(await ask(member.url, `SELECT to_regclass('forgotten') AS found`)).toEqual([{ found: null }]);
    await member.leave();
  });

  it('uses a short socket path below a data folder with a very long one', async () => {
    const long = path.join(
      dataDir,
      'a-rather-long-name-of-a-folder',
      'and-another-one-that-is-even-longer-than-that',
    );
    const member = await joinEmbedded({ dataDir: long, log, durable: false });
    const socket = new URL(member.url).searchParams.get('host') ?? '';
    expect(socket.length).toBeLessThan(90);
    await member.leave();
    await destroyEmbedded(long);
    expect(existsSync(socket)).toBe(false);
  });

  it.runIf(asRoot)('lies elsewhere when root gives it a folder that no other account can enter', async () => {
    const closed = path.join(dataDir, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const member = await joinEmbedded({ dataDir: closed, log, durable: false });
    const link = path.join(closed, 'postgres');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(await ask(member.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await member.leave();
    await destroyEmbedded(closed);
    expect(existsSync(link)).toBe(false);
  });

  it.runIf(asRoot)('runs under an existing account that is not root', async () => {
    const member = await join();
    if (process.platform === 'linux') expect(statSync(`/proc/${postmaster()}`).uid).not.toBe(0);
    expect(statSync(path.join(dataDir, 'postgres', 'cluster')).uid).not.toBe(0);
    await member.leave();
  });
});
