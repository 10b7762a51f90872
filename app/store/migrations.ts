/** Applies the migrations of prisma/migrations with Prisma's own engine as WebAssembly: nothing is downloaded. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import type { Log } from '../base/log.ts';

const prismaFolder = path.resolve(import.meta.dirname, '..', '..', 'prisma');
export const migrationsFolder = path.join(prismaFolder, 'migrations');

/** Any number; every process of Tock takes the same one while it migrates. */
const MIGRATION_LOCK = 7_406_002;

/** A migration did not go through; the message says which one, why, and what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

interface MigrationState {
  /** In the folder, not yet in the database. */
  pending: string[];
  /** Begun and never finished: its process was killed, or its SQL failed. */
  unfinished: string[];
  /** In the database, not in the folder: a newer Tock was here. */
  unknown: string[];
}

/** Reads Prisma's history table with plain SQL, so that the usual start needs no engine. */
export async function migrationState(
  client: pg.Client | pg.Pool,
  only?: readonly string[],
): Promise<MigrationState> {
  const known = await migrationNames(only);
  const { rows: tables } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS there`,
  );
  if (tables[0]?.there !== true) return { pending: known, unfinished: [], unknown: [] };
  const { rows } = await client.query<{ name: string; finished: boolean }>(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS finished
       FROM public._prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const finished = new Set(rows.filter((row) => row.finished).map((row) => row.name));
  const unfinished = rows.filter((row) => !row.finished && !finished.has(row.name)).map((row) => row.name);
  return {
    pending: known.filter((name) => !finished.has(name)),
    unfinished,
    unknown: [...finished].filter((name) => !known.includes(name)),
  };
}

/**
 * Brings the database up to date (or, to restore a backup of an older Tock, only as far as that one was); any number of processes may do so at once, and one of them does it.
 */
export async function migrate(
  url: string,
  log: Log,
  options: { only?: readonly string[] } = {},
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // It idles while the engine works; without a listener PostgreSQL's end would be the process's.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const before = await migrationState(client, options.only);
    if (before.unknown.length > 0) {
      log.warn(
        'the database was migrated by a newer Tock; run that version, or restore a backup of this one',
        {
          migrations: before.unknown,
        },
      );
    }
    if (before.pending.length === 0) return;
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const state = await migrationState(client, options.only);
    if (state.pending.length === 0) return;
    await withSchemaEngine(url, async (schemaEngine) => {
      // Whoever holds the lock is alone, and every script is one transaction: what is unfinished left no trace.
      for (const migrationName of state.unfinished)
        await schemaEngine.markMigrationRolledBack({ migrationName });
      try {
        const { appliedMigrationNames } = await schemaEngine.applyMigrations({
          migrationsList: await migrationsList(options.only),
          filters: { externalTables: [], externalEnums: [] },
        });
        log.info('migrated the database', { migrations: appliedMigrationNames });
      } catch (error) {
        if (textOf(error).includes('schema is not empty')) {
          throw new MigrationError(
            'The database holds tables that are not from Tock; create an empty database for Tock and set DATABASE_URL to it.',
            { cause: error },
          );
        }
        throw new MigrationError(
          `A migration of the database failed and was rolled back: ${textOf(error)} Nothing was changed; keep the old version running, or mend the cause and start again.`,
          { cause: error },
        );
      }
    });
  } finally {
    // Ending the connection gives the lock back, also after an error.
    await client.end();
  }
}

/**
 * What is missing in the migrations to make them add up to the schema, as SQL; null when nothing is. Replays the
 * migrations in a database of its own, which it makes beside the one of `url` and drops again.
 */
export function schemaDifference(url: string): Promise<string | null> {
  return withSchemaEngine(url, async (schemaEngine) => {
    const { stdout } = await schemaEngine.diff({
      from: { tag: 'migrations', ...(await migrationsList()) },
      to: { tag: 'schemaDatamodel', ...(await schemaFiles()) },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const script = stdout?.trim() ?? '';
    return script === '' || script === '-- This is an empty migration.' ? null : `${script}\n`;
  });
}

export async function migrationNames(only?: readonly string[]): Promise<string[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => only === undefined || only.includes(name))
    .sort();
}

/** The migrations folder in the form that the engine reads. */
async function migrationsList(only?: readonly string[]): Promise<engine.MigrationList> {
  const folder = migrationsFolder;
  const names = await migrationNames(only);
  const migrationDirectories = await Promise.all(
    names.map(async (name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: {
          tag: 'ok' as const,
          value: await readFile(path.join(folder, name, 'migration.sql'), 'utf8'),
        },
      },
    })),
  );
  return {
    baseDir: folder,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(path.join(folder, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories,
  };
}

async function schemaFiles(): Promise<engine.SchemasContainer> {
  const file = path.join(prismaFolder, 'schema.prisma');
  return { files: [{ path: file, content: await readFile(file, 'utf8') }] };
}

/** Loads the engine for one piece of work on one database. */
async function withSchemaEngine<T>(
  url: string,
  work: (schemaEngine: engine.SchemaEngine) => Promise<T>,
): Promise<T> {
  await loadEngine();
  const { files } = await schemaFiles();
  const pool = cataloguePool(url);
  const factory = bindMigrationAwareSqlAdapterFactory(wholeScripts(pool, url));
  try {
    const schemaEngine = await engine.SchemaEngine.new(
      { datamodels: files.map((file): [string, string] => [file.path, file.content]) },
      () => undefined,
      factory,
    );
    try {
      return await work(schemaEngine);
    } finally {
      schemaEngine.free();
    }
  } finally {
    await pool.end();
  }
}

/**
 * Prisma's adapter cuts a script at every semicolon and runs the pieces one by one, so that a killed process would
 * leave half a migration behind. PostgreSQL takes the whole script in one message, which is one transaction.
 */
function wholeScripts(pool: pg.Pool, url: string): SqlMigrationAwareDriverAdapterFactory {
  const prisma = new PrismaPg(pool);
  function whole(adapter: SqlDriverAdapter, on: pg.Pool): SqlDriverAdapter {
    adapter.executeScript = async (script) => {
      await on.query(script).catch((error: unknown) => {
        throw engineError(error);
      });
    };
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => withLetters(await queryRaw(query));
    return adapter;
  }
  return {
    provider: prisma.provider,
    adapterName: prisma.adapterName,
    connect: async () => whole(await prisma.connect(), pool),
    // The engine replays the migrations into an empty database of its own to see what they add up to.
    async connectToShadowDb() {
      const name = `tock_shadow_${process.pid}_${process.hrtime.bigint()}`;
      await pool.query(`CREATE DATABASE "${name}" TEMPLATE template0`);
      const shadowUrl = new URL(url);
      shadowUrl.pathname = `/${name}`;
      const shadow = cataloguePool(shadowUrl.href);
      const adapter = whole(await new PrismaPg(shadow).connect(), shadow);
      adapter.dispose = async () => {
        await shadow.end();
        await pool.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      };
      const queryRaw = adapter.queryRaw.bind(adapter);
      adapter.queryRaw = async (query) => withLetters(await queryRaw(query));
      return adapter;
    },
  };
}

/** The engine never clears its time-outs; a process that has nothing else to do must not wait for them. */
function engineTimers(): Record<string, (work: () => void, ms: number) => unknown> {
  const names = Object.keys(engine).filter((name) => name.startsWith('__wbg_setTimeout_'));
  return Object.fromEntries(names.map((name) => [name, (work, ms) => setTimeout(work, ms).unref()]));
}

/** In the engine's own form, or it would only report that there was an error. */
function engineError(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  return new DriverAdapterError({
    kind: 'postgres',
    code: error.code ?? 'XX000',
    severity: error.severity ?? 'ERROR',
    message: error.message,
    detail: error.detail,
    column: error.column,
    hint: error.hint,
  });
}

/**
 * To compare schemas the engine reads PostgreSQL's catalogue, which is full of the one-letter type that Prisma's
 * adapter does not know. The adapter does know arrays of it, of which the catalogue has none: so a letter passes the
 * adapter under that name and is given its own again behind it.
 */
const ONE_LETTER_OID = 18;
const LETTERS_OID = 1002;

function withLetters(result: SqlResultSet): SqlResultSet {
  const columnTypes = result.columnTypes.map((type) =>
    type === ColumnTypeEnum.CharacterArray ? ColumnTypeEnum.Character : type,
  );
  return { ...result, columnTypes };
}

function cataloguePool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  const query: (config: pg.QueryConfig) => Promise<pg.QueryResult> = pool.query.bind(pool);
  const relabelled = async (config: pg.QueryConfig): Promise<pg.QueryResult> => {
    const result = await query(config);
    // A script of several statements has several results.
    for (const { fields } of [result].flat()) {
      for (const field of fields) {
        if (field.dataTypeID === ONE_LETTER_OID) field.dataTypeID = LETTERS_OID;
      }
    }
    return result;
  };
  return Object.assign(pool, { query: relabelled });
}

let loading: Promise<void> | undefined;

/** The package's own entry imports its .wasm file, which Node announces as experimental; this is the plain way. */
function loadEngine(): Promise<void> {
  loading ??= (async () => {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
    const bytes = await readFile(path.join(path.dirname(entry), 'schema_engine_bg.wasm'));
    const { instance } = await WebAssembly.instantiate(bytes, {
      './schema_engine_bg.js': { ...engine, ...engineTimers() },
    });
    engine.__wbg_set_wasm(instance.exports);
    const { __wbindgen_start: start } = instance.exports;
    if (typeof start === 'function') start();
  })();
  return loading;
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.endsWith('.') ? text : `${text}.`;
}
