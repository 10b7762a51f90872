/** Runs a question for real inside a transaction that keeps nothing, and lets PostgreSQL explain each of its statements. */
import type { Database, Sql } from '../../app/store/database.ts';

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Plan[];
}

export interface Explained {
  ms: number;
  /** Pages of 8 kB that were touched, from memory or not. */
  buffers: number;
  /** Tables that were read from end to end. */
  wholeTables: string[];
}

export async function explained(
  database: Pick<Database, 'transaction'>,
  question: (sql: Sql) => Promise<unknown>,
): Promise<Explained[]> {
  const seen: Explained[] = [];
  const undone = new Error('nothing is kept');
  await database
    .transaction(async (sql) => {
      async function explain(text: string, values: readonly unknown[] = []): Promise<void> {
        await sql.run('SAVEPOINT before');
        const [row] = await sql.rows<{ 'QUERY PLAN': { Plan: Plan; 'Execution Time': number }[] }>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
          values,
        );
        await sql.run('ROLLBACK TO SAVEPOINT before');
        const told = row?.['QUERY PLAN'][0];
        if (!told) throw new Error(`There is no plan for ${text}`);
        const { Plan: plan } = told;
        seen.push({
          ms: Math.round(told['Execution Time'] * 100) / 100,
          buffers: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
          wholeTables: wholeTablesIn(plan),
        });
      }
      await question({
        async rows(text, values) {
          await explain(text, values);
          return sql.rows(text, values);
        },
        async run(text, values) {
          await explain(text, values);
          return sql.run(text, values);
        },
      });
      throw undone;
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error;
    });
  return seen;
}

function wholeTablesIn(plan: Plan): string[] {
  const own = plan['Node Type'] === 'Seq Scan' ? [plan['Relation Name'] ?? '?'] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(wholeTablesIn)];
}
