/** `npm run journeys -- [--journeys 1000] [--seed N]`: random visits in a real browser, many; the short form is part of the tests. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { journeys: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const run = spawn(
  process.execPath,
  [vitest, 'run', '--project', 'browser', 'test/browser/random-journeys.test.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, JOURNEYS: values.journeys, JOURNEYS_SEED: values.seed },
  },
);
run.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
