/** Backup and restore with nothing but SQL: one consistent copy in one file, for any PostgreSQL that Tock runs on. */
import { constants, createReadStream, existsSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { openDatabase, type Database, type Sql } from './database.ts';
import { tockVersion } from './keys.ts';
import { migrate, migrationNames } from './migrations.ts';
import { createPartitions } from './partitions.ts';

const FORMAT = 1;
const FETCH_ROWS = 500;
/** One statement's worth of restored rows; far below PostgreSQL's limit of 1 GB for a value. */
const RESTORE_BYTES = 4 * 1024 * 1024;
const HISTORY = '_prisma_migrations';

/**
 * The file is gzip over lines: a header and markers begin with "#", every other line is one row as JSON, read back by
 * column name. Wake-ups (schema graphile_worker) are left out: every worker sweeps for what is due.
 */
const header = z.object({
  tock: z.string(),
  format: z.literal(FORMAT),
  createdAt: z.string(),
  migrations: z.array(z.string()),
  /** Any time within each week that has a partition. */
  weeks: z.array(z.string()),
  /** Sequence by table and column, as it stood: numbers that were given out are not given out again. */
  sequences: z.array(z.object({ table: z.string(), column: z.string(), value: z.string() })),
});
const marker = z.union([
  z.object({ table: z.string() }),
  z.object({ end: z.literal(true), rows: z.record(z.string(), z.number()) }),
]);

/** A backup cannot be made or used; the message says why and what to do. */
export class BackupError extends Error {
  override name = 'BackupError';
}

export interface BackupSummary {
  file: string;
  tock: string;
  createdAt: string;
  /** Rows by table. */
  rows: Record<string, number>;
}

export interface BackupOptions {
  url: string;
  file: string;
  log: Log;
  clock: Clock;
}

/** Copies everything as it is at one moment, while Tock goes on working. Encryption keys are not in it. */
export async function backupDatabase({ url, file, log, clock }: BackupOptions): Promise<BackupSummary> {
  if (existsSync(file)) {
    throw new BackupError(`${file} already exists; name a new file, so that no backup is overwritten.`);
  }
  const part = `${file}.part`;
  const written = await newFile(part);
  try {
    const database = await openDatabase({ url, log, poolSize: 1, limitMs: 0 });
    try {
      const createdAt = clock.now().toISOString();
      const rows = await copyInto(database, written, createdAt);
      await rename(part, file);
      return { file, tock: tockVersion(), createdAt, rows };
    } finally {
      await database.close();
    }
  } finally {
    await written.close();
    await rm(part, { force: true });
  }
}

/** Answers the rows by table. */
async function copyInto(
  database: Database,
  file: FileHandle,
  createdAt: string,
): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  await database.transaction(async (sql) => {
    await sql.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await sql.run("SET LOCAL bytea_output = 'hex'");
    async function* lines(): AsyncGenerator<string> {
      yield `#${JSON.stringify(await headerOf(sql, createdAt))}\n`;
      for (const table of await tablesOf(sql)) {
        yield `#${JSON.stringify({ table })}\n`;
        let count = 0;
        for await (const batch of rowsOf(sql, table)) {
          count += batch.length;
          yield `${batch.join('\n')}\n`;
        }
        rows[table] = count;
      }
      yield `#${JSON.stringify({ end: true, rows })}\n`;
    }
    await pipeline(lines, createGzip(), file.createWriteStream());
  });
  return rows;
}

/** A file of ours alone: whatever lies there already, a link to elsewhere above all, is neither followed nor emptied. */
async function newFile(file: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    return await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new BackupError(
      `${file} is there already: another backup is being written, or one was stopped half-way. Remove it when none is running, or name another file.`,
    );
  }
}

/** Fills an empty database from a backup, whole or not at all, and brings it up to this Tock's version. */
export async function restoreDatabase({ url, file, log, clock }: BackupOptions): Promise<BackupSummary> {
  const known = await migrationNames();
  const lines = readLines(file);
  const first = await lines.next();
  const stamp = header.safeParse(first.done === true ? null : jsonAfterHash(first.value));
  if (!stamp.success)
    throw new BackupError(`${file} is not a backup of Tock, or was cut short; use another one.`);
  const newer = stamp.data.migrations.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    throw new BackupError(
      `${file} was made by Tock ${stamp.data.tock}, which is newer than this one (${tockVersion()}); restore it with that version.`,
    );
  }
  const database = await openDatabase({ url, log, poolSize: 2, limitMs: 0 });
  try {
    await requireEmpty(database);
    await migrate(url, log, { only: stamp.data.migrations });
    await createPartitions(database).makeFor(stamp.data.weeks.map((week) => new Date(week)));
    const rows = await database.transaction(async (sql) => {
      const restored = await restoreRows(sql, lines, file);
      for (const { table, column, value } of stamp.data.sequences) {
        await sql.run('SELECT setval(pg_get_serial_sequence($1, $2), $3)', [table, column, value]);
      }
      return restored;
    });
    await migrate(url, log);
    await database.run('ANALYZE');
    log.info('restored a backup', { file, made: stamp.data.createdAt, at: clock.now().toISOString() });
    return { file, tock: stamp.data.tock, createdAt: stamp.data.createdAt, rows };
  } finally {
    await lines.return(undefined);
    await database.close();
  }
}

async function headerOf(sql: Sql, createdAt: string): Promise<z.infer<typeof header>> {
  const migrations = await sql.rows<{ name: string }>(
    `SELECT migration_name AS name FROM ${HISTORY} WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  );
  const bounds = await sql.rows<{ week: string }>(
    `SELECT DISTINCT substring(pg_get_expr(c.relpartbound, c.oid) FROM $$FROM \\('([^']+)'\\)$$) AS week
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'parts' AND c.relispartition ORDER BY 1`,
  );
  const columns = await sql.rows<{ table: string; column: string; sequence: string }>(
    `SELECT c.relname AS table, a.attname AS column, pg_get_serial_sequence(c.relname, a.attname) AS sequence
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
        AND pg_get_serial_sequence(c.relname, a.attname) IS NOT NULL ORDER BY 1, 2`,
  );
  const sequences: { table: string; column: string; value: string }[] = [];
  for (const { table, column, sequence } of columns) {
    const [at] = await sql.rows<{ value: string }>(`SELECT last_value AS value FROM ${sequence}`);
    if (at) sequences.push({ table, column, value: at.value });
  }
  return {
    tock: tockVersion(),
    format: FORMAT,
    createdAt,
    migrations: migrations.map(({ name }) => name),
    weeks: bounds.map(({ week }) => new Date(week).toISOString()),
    sequences,
  };
}

/** Partitioned tables by their parent's name. */
async function tablesOf(sql: Sql): Promise<string[]> {
  const found = await sql.rows<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> $1 ORDER BY 1`,
    [HISTORY],
  );
  return found.map(({ name }) => name);
}

async function* rowsOf(sql: Sql, table: string): AsyncGenerator<string[]> {
  await sql.run(
    `DECLARE backup NO SCROLL CURSOR FOR SELECT to_json(t)::text AS line FROM public."${table}" t`,
  );
  for (;;) {
    const batch = await sql.rows<{ line: string }>(`FETCH ${FETCH_ROWS} FROM backup`);
    if (batch.length === 0) break;
    yield batch.map(({ line }) => line);
  }
  await sql.run('CLOSE backup');
}

async function requireEmpty(database: Database): Promise<void> {
  const filled: string[] = [];
  for (const table of await tablesOf(database)) {
    const [row] = await database.rows(`SELECT 1 FROM public."${table}" LIMIT 1`);
    if (row) filled.push(table);
  }
  if (filled.length > 0) {
    throw new BackupError(
      `The database already holds data (${filled.slice(0, 3).join(', ')}); a backup is restored into an empty one: set DATABASE_URL or DATA_DIR to a new place.`,
    );
  }
}

async function restoreRows(
  sql: Sql,
  lines: AsyncGenerator<string, void>,
  file: string,
): Promise<Record<string, number>> {
  const tables = await tablesOf(sql);
  const rows: Record<string, number> = {};
  let table: string | undefined;
  let batch: string[] = [];
  let bytes = 0;

  async function flush(): Promise<void> {
    if (table !== undefined && batch.length > 0) {
      await sql.run(
        `INSERT INTO public."${table}" SELECT * FROM json_populate_recordset(NULL::public."${table}", $1::json)`,
        [`[${batch.join(',')}]`],
      );
      rows[table] = (rows[table] ?? 0) + batch.length;
    }
    batch = [];
    bytes = 0;
  }

  for await (const line of lines) {
    if (!line.startsWith('#')) {
      batch.push(line);
      bytes += line.length;
      if (bytes >= RESTORE_BYTES) await flush();
      continue;
    }
    await flush();
    const mark = marker.parse(jsonAfterHash(line));
    if ('end' in mark) {
      const same = Object.entries(mark.rows).every(([name, count]) => (rows[name] ?? 0) === count);
      if (same) return rows;
      break;
    }
    if (!tables.includes(mark.table)) throw new BackupError(`${file} holds the unknown table ${mark.table}.`);
    table = mark.table;
    rows[table] = 0;
  }
  throw new BackupError(`${file} was cut short; nothing was restored. Use another backup.`);
}

/** Split at line feeds only: Node's readline also splits at U+2028, which a product's title may hold. */
async function* readLines(file: string): AsyncGenerator<string, void> {
  if (!existsSync(file)) throw new BackupError(`There is no file ${file}.`);
  const source = createReadStream(file);
  const plain = createGunzip();
  source.once('error', (error) => plain.destroy(error));
  source.pipe(plain);
  plain.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of plain) {
      const pieces = (rest + String(chunk)).split('\n');
      rest = pieces.pop() ?? '';
      yield* pieces;
    }
  } catch (error) {
    // A file that was cut short or damaged ends early, which the missing end mark then tells.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw error;
  } finally {
    source.destroy();
    plain.destroy();
  }
}

function jsonAfterHash(line: string): unknown {
  if (!line.startsWith('#')) return null;
  try {
    const value: unknown = JSON.parse(line.slice(1));
    return value;
  } catch {
    return null;
  }
}
