/** Weekly partitions of the page tables: made ahead of time, dropped by age, kept in the schema "parts". */
import type { Database } from './database.ts';

const TABLES = ['page_events', 'page_deliveries'] as const;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 1970-01-05 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const WEEKS_AHEAD = 3;
/** Enough for history that is seeded or restored; what arrives is at most 72 hours old. */
const WEEKS_BACK = 5;
/** Any number; whoever makes or drops partitions takes the same one. */
const PARTITION_LOCK = 7_406_003;

export interface Partitions {
  /** The weeks around `now`; at start and once a day. */
  makeAround(now: Date): Promise<void>;
  /** The weeks of exactly these times; costs nothing when they are known to exist. */
  makeFor(times: readonly Date[]): Promise<void>;
  /** Drops every week that ended before `oldest`; returns the names of the dropped partitions. */
  dropBefore(oldest: Date): Promise<string[]>;
}

/** The Monday, 00:00 UTC, of the week that holds `time`. */
export function weekOf(time: Date): Date {
  const ms = time.getTime();
  return new Date(ms - ((((ms - FIRST_MONDAY_MS) % WEEK_MS) + WEEK_MS) % WEEK_MS));
}

export function partitionName(table: string, week: Date): string {
  return `${table}_${week.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

export function createPartitions(database: Database): Partitions {
  const known = new Set<number>();

  async function make(weeks: readonly Date[]): Promise<void> {
    const wanted = weeks.filter((week) => !known.has(week.getTime()));
    if (wanted.length === 0) return;
    await database.transaction(async (sql) => {
      await sql.run('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
      for (const week of wanted) {
        const from = week.toISOString();
        const to = new Date(week.getTime() + WEEK_MS).toISOString();
        for (const table of TABLES) {
          const name = partitionName(table, week);
          // Looked up first: CREATE … IF NOT EXISTS would lock the parent table before it finds the child.
          const [found] = await sql.rows<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
            `parts.${name}`,
          ]);
          if (found?.there === true) continue;
          await sql.run(
            `CREATE TABLE parts.${name} PARTITION OF public.${table} FOR VALUES FROM ('${from}') TO ('${to}')`,
          );
        }
      }
    });
    for (const week of wanted) known.add(week.getTime());
  }

  return {
    async makeAround(now) {
      const first = weekOf(now).getTime() - WEEKS_BACK * WEEK_MS;
      await make(
        Array.from({ length: WEEKS_BACK + WEEKS_AHEAD + 1 }, (_, index) => new Date(first + index * WEEK_MS)),
      );
    },
    makeFor: (times) =>
      make([...new Set(times.map((time) => weekOf(time).getTime()))].map((ms) => new Date(ms))),
    async dropBefore(oldest) {
      const limit = weekOf(oldest);
      return database.transaction(async (sql) => {
        await sql.run('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
        const parts = await sql.rows<{ name: string }>(
          `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'parts' AND c.relispartition ORDER BY c.relname`,
        );
        const dropped: string[] = [];
        for (const { name } of parts) {
          const week = weekIn(name);
          if (!week || week.getTime() >= limit.getTime()) continue;
          await sql.run(`DROP TABLE parts.${name}`);
          known.delete(week.getTime());
          dropped.push(name);
        }
        return dropped;
      });
    },
  };
}

function weekIn(name: string): Date | null {
  const match = /^(?:page_events|page_deliveries)_(\d{4})(\d{2})(\d{2})$/.exec(name);
  return match ? new Date(`${match[1]}-${match[2]}-${match[3]}T00:00:00.000Z`) : null;
}
