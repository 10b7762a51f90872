/** The migrations add up to the schema, run once, and survive a killed process. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { createLog } from '../../../app/base/log.ts';
import { migrate, migrationState, schemaDifference } from '../../../app/store/migrations.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

const log = createLog({ level: 'silent' });

let database: TestDatabase;
let client: pg.Client;

async function fresh(): Promise<void> {
  database = await testDatabase({ empty: true });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
}

async function tables(): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

async function history(): Promise<{ name: string; finished: boolean; rolled_back: boolean }[]> {
  const { rows } = await client.query(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS rolled_back
       FROM _prisma_migrations ORDER BY started_at, finished_at NULLS FIRST`,
  );
  return rows;
}

describe('migrations', () => {
  beforeAll(fresh);
  afterAll(async () => {
    await client.end();
    await database.close();
  });

  it('add up to the schema', async () => {
    expect(await schemaDifference(database.url)).toBeNull();
  });

  it('run once when many processes start together', async () => {
    await Promise.all(Array.from({ length: 6 }, () => migrate(database.url, log)));
    const rows = await history();
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rows.every(({ finished, rolled_back }) => finished && !rolled_back)).toBe(true);
    expect(await migrationState(client)).toEqual({ pending: [], unfinished: [], unknown: [] });
    expect(await tables()).toContain('order_deliveries');
  });

  it('declare the page tables by time, with no partition of their own', async () => {
    const { rows } = await client.query<{ name: string; definition: string }>(
      `SELECT relname AS name, pg_get_partkeydef(oid) AS definition FROM pg_class WHERE relkind = 'p' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { name: 'page_deliveries', definition: 'RANGE (occurred_at)' },
      { name: 'page_events', definition: 'RANGE (occurred_at)' },
    ]);
  });

  it('are known to have been passed by a newer Tock', async () => {
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, started_at, applied_steps_count)
       VALUES ('x', 'x', '99990101000000_future', '2026-11-20', '2026-11-20', 1)`,
    );
    const lines: string[] = [];
    await migrate(database.url, createLog({ level: 'warn', write: (line) => lines.push(line) }));
    expect(lines.join('')).toMatch(/newer Tock.*99990101000000_future/);
  });
});

describe('a migration that did not end', () => {
  beforeAll(fresh);
  afterAll(async () => {
    await client.end();
    await database.close();
  });

  it('left nothing behind, and is run again at the next start', async () => {
    await client.query('CREATE TABLE parts_of_another (id int)');
    await expect(migrate(database.url, log)).rejects.toThrow(/tables that are not from Tock/);
    await client.query('DROP TABLE parts_of_another');

    // One of the last tables of the first migration: everything before it goes through.
    await client.query('CREATE TYPE daily_totals AS (taken int)');
    await expect(migrate(database.url, log)).rejects.toThrow(
      /failed and was rolled back: .*"daily_totals" already exists.*start again\.$/s,
    );
    const { rows } = await client.query(`SELECT to_regnamespace('parts') AS parts`);
    expect(rows).toEqual([{ parts: null }]);
    expect(await tables()).toEqual(['_prisma_migrations']);
    expect((await migrationState(client)).unfinished).toHaveLength(1);

    await client.query('DROP TYPE daily_totals');
    await migrate(database.url, log);
    expect(await migrationState(client)).toEqual({ pending: [], unfinished: [], unknown: [] });
    const [failed, ...rest] = await history();
    expect(failed).toMatchObject({ finished: false, rolled_back: true });
    expect(rest[0]?.name).toBe(failed?.name);
    expect(rest.every(({ finished, rolled_back }) => finished && !rolled_back)).toBe(true);
  });
});
