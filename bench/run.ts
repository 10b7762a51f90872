/** `npm run bench -- NAME [--json] …`: runs one measurement and prints a table, with --json one JSON object as last line. */
import { existsSync, readdirSync } from 'node:fs';

/** What a bench module hands back: rows for people, and one object for programs. */
export interface BenchReport {
  title: string;
  rows: Record<string, string | number>[];
  /** Lines that explain the numbers. */
  notes?: string[];
  /** Aims that were not reached, each in a line; one of them makes the run fail. */
  missed?: string[];
  result: object;
}

interface BenchModule {
  bench: (args: string[]) => Promise<BenchReport> | BenchReport;
}

function isBenchModule(loaded: unknown): loaded is BenchModule {
  return (
    typeof loaded === 'object' && loaded !== null && 'bench' in loaded && typeof loaded.bench === 'function'
  );
}

/** Measurements are the modules that have a folder's plain name and are not this file; parts of one lie in folders. */
function names(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
    .map((file) => file.slice(0, -3))
    .sort();
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  const file = new URL(`./${name ?? ''}.ts`, import.meta.url);
  if (!name || !/^[a-z-]+$/.test(name) || name === 'run' || !existsSync(file)) {
    console.error(`Name a measurement: npm run bench -- ${names().join('|')} [--json]`);
    return 1;
  }
  const loaded: unknown = await import(file.href);
  if (!isBenchModule(loaded)) {
    console.error(`bench/${name}.ts exports no function "bench".`);
    return 1;
  }
  const report = await loaded.bench(rest.filter((arg) => arg !== '--json'));
  console.log(`\n${report.title}\n`);
  console.table(report.rows);
  for (const note of report.notes ?? []) console.log(note);
  const missed = report.missed ?? [];
  for (const line of missed) console.log(`Missed: ${line}`);
  if (rest.includes('--json')) console.log(JSON.stringify(report.result));
  return missed.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
