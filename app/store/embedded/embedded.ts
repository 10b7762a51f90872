/** The built-in PostgreSQL: whoever joins finds it running, and the last one to leave stops it. */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../../base/log.ts';
import { ensureRunning, isRunning, stop, urlOf } from './cluster.ts';
import { existingHome, prepareHome, socketFolder, type Home } from './home.ts';

/** Every member holds this lock in shared mode; who gets it alone is the last one. */
const MEMBERSHIP_LOCK = 7_406_001;
const DATABASE = 'tock';
const REJOIN_PAUSE_MS = 250;

export interface EmbeddedOptions {
  dataDir: string;
  log: Log;
  /** False only for tests, whose data may be lost in a power cut. */
  durable?: boolean | undefined;
}

export interface Membership {
  /** The connection string of Tock's database. */
  url: string;
  /** Call it when every other connection of this process is closed. */
  leave(): Promise<void>;
}

/**
 * Membership is a connection that holds an advisory lock: the operating system gives it back even for a process that
 * was killed. When PostgreSQL itself dies, every member tries to bring it back.
 */
export async function joinEmbedded(options: EmbeddedOptions): Promise<Membership> {
  const { dataDir, log, durable = true } = options;
  const home = prepareHome({ dataDir });
  let leaving = false;
  let rejoining: Promise<void> | undefined;
  let member = await enter();
  await ensureDatabase(member);

  async function enter(): Promise<pg.Client> {
    for (;;) {
      await ensureRunning(home, { log, durable });
      const client = new pg.Client({
        connectionString: urlOf(home, 'postgres'),
        application_name: 'tock membership',
        keepAlive: true,
      });
      let whole = true;
      const broke = (): void => {
        if (!whole) return;
        whole = false;
        if (client === member && !leaving) rejoining ??= rejoin();
      };
      client.on('error', broke);
      client.on('end', broke);
      try {
        await client.connect();
        await client.query('SELECT pg_advisory_lock_shared($1)', [MEMBERSHIP_LOCK]);
        if (whole) return client;
      } catch {
        // It was being stopped by the last member that left: begin again.
      }
      await client.end().catch(() => undefined);
      await wait(REJOIN_PAUSE_MS);
    }
  }

  async function rejoin(): Promise<void> {
    log.warn('the built-in PostgreSQL went away; starting it again', { folder: home.folder });
    while (!leaving) {
      try {
        member = await enter();
        break;
      } catch (error) {
        log.error('the built-in PostgreSQL does not come back', { error });
        await wait(REJOIN_PAUSE_MS * 8);
      }
    }
    rejoining = undefined;
  }

  return {
    url: urlOf(home, DATABASE),
    async leave() {
      if (leaving) return;
      leaving = true;
      await rejoining;
      await leaveAs(member, home, log);
    },
  };
}

/** Stops it, whoever uses it, and removes everything that it stored. */
export async function destroyEmbedded(dataDir: string): Promise<void> {
  const folder = existingHome(dataDir);
  if (folder !== null) {
    if (isRunning(path.join(folder, 'cluster'))) await stop(prepareHome({ dataDir, minimumFreeBytes: 0 }));
    rmSync(socketFolder(folder), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
  rmSync(path.resolve(dataDir, 'postgres'), { recursive: true, force: true });
}

async function leaveAs(member: pg.Client, home: Home, log: Log): Promise<void> {
  let last = false;
  try {
    await member.query('SELECT pg_advisory_unlock_shared($1)', [MEMBERSHIP_LOCK]);
    const { rows } = await member.query<{ alone: boolean }>('SELECT pg_try_advisory_lock($1) AS alone', [
      MEMBERSHIP_LOCK,
    ]);
    last = rows[0]?.alone === true;
    // The lock is held until PostgreSQL goes, so that nobody joins what is about to stop.
    if (last) await stop(home);
  } catch (error) {
    // Without a connection there is nothing to leave, unless it still runs.
    if (last || existsSync(path.join(home.cluster, 'postmaster.pid'))) {
      log.warn('the built-in PostgreSQL could not be left in order', { error });
    }
  } finally {
    await member.end().catch(() => undefined);
  }
}

async function ensureDatabase(member: pg.Client): Promise<void> {
  const { rows } = await member.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rows.length > 0) return;
  try {
    await member.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // Two first members at once: 42P04 it is there by now, 23505 and 55006 it is just being made.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== '42P04' && code !== '23505' && code !== '55006') throw error;
    await wait(REJOIN_PAUSE_MS);
    await ensureDatabase(member);
  }
}
