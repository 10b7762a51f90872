/** `npm run validate`: types, lint, format, unused code and import rules, as many at once as there are processors. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

const CHECKS = [
  ['lint', 'eslint', '--max-warnings', '0', '.'],
  ['types', 'tsc', '--noEmit'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['unused code', 'knip', '--no-progress', '--no-config-hints'],
  [
    'import rules',
    'depcruise',
    '--config',
    '.dependency-cruiser.mjs',
    ...['app', 'extensions', 'sandbox', 'test', 'bench', 'tools'],
  ],
] as const;

type Check = (typeof CHECKS)[number];

/** What a check printed is shown only when it fails. */
function run([name, command, ...args]: Check): Promise<boolean> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    child.stdout.on('data', (piece: Buffer) => (printed += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (printed += piece.toString()));
    child.on('error', (error) => (printed += `${error.message}\nRun "npm ci" first.\n`));
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
      if (code !== 0) console.log(printed);
      resolve(code === 0);
    });
  });
}

const waiting: Check[] = [...CHECKS];
const results: boolean[] = [];

async function worker(): Promise<void> {
  for (let check = waiting.shift(); check; check = waiting.shift()) results.push(await run(check));
}

await Promise.all(Array.from({ length: Math.min(availableParallelism(), CHECKS.length) }, worker));
if (results.includes(false)) process.exitCode = 1;
