/** Once for each run: a PostgreSQL (our own, or the one of DATABASE_URL) with a migrated template to clone from. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { createLog } from '../../app/base/log.ts';
import { destroyEmbedded, joinEmbedded } from '../../app/store/embedded/embedded.ts';
import { migrate } from '../../app/store/migrations.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** An administrator's address; `template` is cloned for each test file. */
    postgres: { url: string; template: string };
  }
}

const PREFIX = 'tock-test-';

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const log = createLog({ level: 'error' });
  const given = process.env['DATABASE_URL'];
  await sweep();
  const folder =
    given === undefined ? mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`)) : undefined;
  // Reachable for the account that PostgreSQL runs under where the tests run as root.
  if (folder !== undefined) chmodSync(folder, 0o755);
  const membership =
    folder === undefined ? undefined : await joinEmbedded({ dataDir: folder, log, durable: false });
  const url = given ?? membership?.url ?? '';
  const run = `tock_test_${process.pid}_${process.hrtime.bigint().toString(36)}`;
  const template = `${run}_template`;

  await asAdmin(url, (admin) =>
    admin.query(`CREATE DATABASE "${template}" ENCODING 'UTF8' TEMPLATE template0`),
  );
  await migrate(databaseUrl(url, template), log);
  project.provide('postgres', { url, template });

  return async () => {
    if (membership === undefined) {
      await asAdmin(url, async (admin) => {
        const { rows } = await admin.query<{ name: string }>(
          'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
          [run],
        );
        for (const { name } of rows) await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      });
    }
    await membership?.leave();
    if (folder !== undefined) {
      await destroyEmbedded(folder);
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

function databaseUrl(url: string, name: string): string {
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.href;
}

async function asAdmin(url: string, work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

/** What killed runs left behind. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (!(pid > 0) || isAlive(pid)) continue;
    const folder = path.join(tmpdir(), name);
    await destroyEmbedded(folder).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
