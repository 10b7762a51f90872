/** The connection to PostgreSQL: one pool, Prisma over it for everyday queries, plain SQL for hot paths. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Log } from '../base/log.ts';
import { PrismaClient } from './generated/client.ts';

/** What a statement may be run on: the pool, or the one connection of a transaction. */
export interface Sql {
  /** bigint, numeric and date come back as strings, timestamptz as Date, bytea as Buffer. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs a statement and says how many rows it touched. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
}

export interface Database extends Sql {
  readonly prisma: PrismaClient;
  /** For graphile-worker and COPY, which bring their own way to use a connection. */
  readonly pool: pg.Pool;
  readonly url: string;
  /** READ COMMITTED; commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Statements that may take minutes on a large store, each for itself; nobody must be waiting for them. */
  patiently<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  log: Log;
  poolSize?: number | undefined;
  /** How long connecting and each statement may take; 0 for whatever it takes. */
  limitMs?: number | undefined;
}

/** The database cannot be used as it is; the message is for the operator and says what to do. */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
}

/** 13 is the oldest version that PostgreSQL's own project still counted as supported in 2025. */
const OLDEST_SERVER = 130_000;
const DEFAULT_POOL = 10;
/**
 * No statement of ours that anybody waits for takes this long, however busy the database is. What does belongs to a
 * connection that died without a word, or to a database that is of no use just now: it is given up and begun anew.
 */
const LIMIT_MS = 15_000;
/** By the server's own limit a statement ends and the connection stays of use; ours is for servers that say nothing. */
const GRACE = 1.15;
const KEEP_ALIVE_MS = 10_000;

/** A day has no hour: as a Date it would slip by the machine's time zone. */
const asText = (value: string): string => value;
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.DATE ? asText : pg.types.getTypeParser(oid, format ?? 'text'),
};

/**
 * The session's time zone decides how a timestamp is cast to a day in SQL: never the server's. The limits also hold on
 * the server's side, where a client that vanished would otherwise keep its locks. The pool waits for it before it hands
 * out the connection. Sent as a query, because poolers such as PgBouncer refuse start-up options.
 */
const prepareSession =
  (limitMs: number) =>
  (client: pg.ClientBase): unknown =>
    client.query(
      `SET TIME ZONE 'UTC'; SET statement_timeout TO ${limitMs}; SET idle_in_transaction_session_timeout TO ${limitMs}`,
    );

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, log } = options;
  const limitMs = options.limitMs ?? LIMIT_MS;
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize ?? DEFAULT_POOL,
    application_name: 'tock',
    types,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: limitMs,
    ...(limitMs === 0 ? {} : { query_timeout: Math.round(limitMs * GRACE) }),
    onConnect: prepareSession(limitMs),
  });
  // An idle connection that breaks is replaced by the pool at the next query, which reports what is wrong.
  pool.on('error', (error) => log.warn('a connection to the database broke', { error }));
  // One that breaks while it is lent out fails its query as well; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await requireUsable(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    ...sqlOn(pool),
    prisma,
    pool,
    url,
    async transaction(work) {
      const client = await pool.connect();
      const state: Session = { broken: false, prepares: true };
      const sql = sqlOn(client, state);
      try {
        await sql.run(BEGIN);
        const result = await work(sql);
        await sql.run('COMMIT');
        client.release();
        return result;
      } catch (error) {
        if (!state.broken) await sql.run('ROLLBACK').catch(() => undefined);
        // Its transaction ends with it, or by the server's limit.
        client.release(state.broken);
        throw error;
      }
    },
    async patiently(work) {
      // Without the limits of the pool, and without its connections: they are for those who wait.
      const client = new pg.Client({
        connectionString: url,
        application_name: 'tock',
        types,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
        connectionTimeoutMillis: limitMs,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await prepareSession(0)(client);
        return await work(sqlOn(client));
      } finally {
        await client.end();
      }
    },
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/**
 * And planned once: left to itself PostgreSQL plans most of our statements anew for each set of values, at several
 * times the price of running them. What they look for is always a handful of keys, so one plan is right for all.
 */
const BEGIN = 'BEGIN; SET LOCAL plan_cache_mode TO force_generic_plan';

/**
 * What transactions say again and again is parsed and planned once for each connection. Bounded, in case somebody
 * builds texts.
 */
const MOST_NAMES = 200;
const names = new Map<string, string>();

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (
    known !== undefined ||
    names.size >= MOST_NAMES ||
    !/^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/.test(text)
  )
    return known;
  const made = `tock_${names.size}`;
  names.set(text, made);
  return made;
}

interface Session {
  broken: boolean;
  /** Statements are prepared by name. */
  prepares: boolean;
}

/** `state.broken` becomes true when anything but the server itself says that a statement failed. */
function sqlOn(
  queryable: Pick<pg.Client, 'query'> | pg.Pool,
  state: Session = { broken: false, prepares: false },
): Sql {
  async function query<Row extends object>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryResult<Row>> {
    try {
      const name = state.prepares && values.length > 0 ? nameOf(text) : undefined;
      const query = { text, values: [...values] };
      return await queryable.query<Row>(name === undefined ? query : { ...query, name });
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) state.broken = true;
      throw error;
    }
  }
  return {
    rows: async <Row extends object>(text: string, values?: readonly unknown[]) =>
      (await query<Row>(text, values)).rows,
    run: async (text, values) => (await query(text, values)).rowCount ?? 0,
  };
}

async function requireUsable(pool: pg.Pool): Promise<void> {
  const { rows } = await pool
    .query<{ encoding: string; version: string; name: string }>(
      `SELECT current_setting('server_encoding') AS encoding, current_setting('server_version_num') AS version,
              current_database() AS name`,
    )
    .catch((error: unknown) => {
      throw new DatabaseError(connectionSentence(error), { cause: error });
    });
  const server = rows[0];
  if (!server) throw new DatabaseError('The database answered without telling its version.');
  if (server.encoding !== 'UTF8') {
    throw new DatabaseError(
      `The database "${server.name}" stores text as ${server.encoding}, which cannot hold every customer's language; create one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 and set DATABASE_URL to it.`,
    );
  }
  if (Number(server.version) < OLDEST_SERVER) {
    throw new DatabaseError('The PostgreSQL server is older than version 13; use a newer one.');
  }
}

function connectionSentence(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return 'No PostgreSQL answers at the address of DATABASE_URL; start it, or correct the address.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'The host in DATABASE_URL is unknown; correct it, or mend the name service.';
    case '28P01':
    case '28000':
      return 'PostgreSQL refused the user or password in DATABASE_URL; correct them.';
    case '3D000':
      return "The database named in DATABASE_URL does not exist; create it with CREATE DATABASE … ENCODING 'UTF8'.";
    case '53300':
      return 'PostgreSQL has no connection left; raise its max_connections or stop other clients.';
    default:
      return `PostgreSQL cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}
