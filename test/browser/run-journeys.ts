/**
 * `npm run journeys -- [--journeys 1000] [--seed N] [--from 0] [--workers 2]`: random visits in a real browser, many. They are
 * walked in parts, each with an app of its own; a run that was stopped goes on with the parts that are still to do
 * (`--again` starts over), and a part that fails does not keep the others from being walked.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    journeys: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    workers: { type: 'string', default: '2' },
    again: { type: 'boolean', default: false },
  },
});
const seed = numberOf('seed');
const from = numberOf('from');
const journeys = numberOf('journeys');
const workers = Math.max(1, numberOf('workers'));

/** Large enough that starting an app is a small part of it, small enough that little is lost when a run is stopped. */
const PART = 50;
const folder = fileURLToPath(new URL('../../.data/journeys', import.meta.url));
const file = `${folder}/seed-${seed}.json`;
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

mkdirSync(folder, { recursive: true });
if (values.again) rmSync(file, { force: true });
const done = new Set(readDone());
const failed: string[] = [];
const parts: [number, number][] = [];
for (let first = from; first < from + journeys; first += PART) {
  const part: [number, number] = [first, Math.min(first + PART, from + journeys)];
  if (!done.has(part.join('-'))) parts.push(part);
}
const started = performance.now();
let walked = 0;

async function work(): Promise<void> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const [first, end] = part;
    const { code, printed } = await walk(first, end);
    const seconds = Math.round((performance.now() - started) / 1_000);
    say(`${code === 0 ? 'ok  ' : 'FAIL'} journeys ${first} to ${end - 1} of seed ${seed} (${seconds} s)`);
    if (code === 0) {
      walked += end - first;
      done.add(part.join('-'));
      writeFileSync(file, JSON.stringify([...done]));
    } else {
      failed.push(part.join('-'));
      say(printed);
    }
  }
}

function walk(first: number, end: number): Promise<{ code: number | null; printed: string }> {
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--project', 'browser', 'test/browser/random-journeys.test.ts'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        JOURNEYS_SEED: String(seed),
        JOURNEYS_FROM: String(first),
        JOURNEYS_TO: String(end),
      },
    },
  );
  let printed = '';
  child.stdout.on('data', (piece: Buffer) => (printed += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (printed += piece.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, printed }));
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function numberOf(name: 'journeys' | 'seed' | 'from' | 'workers'): number {
  const number = Number(values[name]);
  if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} must be a whole number.`);
  return number;
}

function readDone(): string[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as string[];
  } catch {
    return [];
  }
}

const before = done.size;
if (before > 0) say(`${before} parts of seed ${seed} were walked before; --again starts over.`);
await Promise.all(Array.from({ length: workers }, work));
const minutes = ((performance.now() - started) / 60_000).toFixed(1);
say(
  `${walked} journeys walked in ${minutes} minutes, ${failed.length === 0 ? 'all of them well' : `failed: ${failed.join(', ')}`}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
