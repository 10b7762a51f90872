/** `npm run chaos -- --seed N --kills N [--orders N] [--json]`: kills everything at random and counts what TikTok counts. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '200' },
    orders: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function wholeNumber(name: string, given: string): number {
  const value = Number(given);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${name} must be a whole number above 0.`);
  process.exit(2);
}

if (values.help) {
  console.log('npm run chaos -- [--seed N] [--kills 200] [--orders 20 for each kill] [--json]');
  console.log('The seed draws who buys what and what breaks; when exactly, the machine decides.');
} else {
  const seed = values.seed === undefined ? randomInt(1, 2 ** 31) : wholeNumber('seed', values.seed);
  const kills = wholeNumber('kills', values.kills);
  const orders = values.orders === undefined ? kills * 20 : wholeNumber('orders', values.orders);
  console.log(`Seed ${seed}: ${kills} kills, ${orders} orders.`);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const report = await runChaos({
    seed,
    kills,
    orders,
    say: (line) => console.log(line),
    signal: interrupted.signal,
  });
  console.table({ ...report.killed, ...report.troubles });
  console.log(
    `${report.orders} orders and ${report.events} page events; ${report.found} orders that no webhook brought were found by the comparison; ${report.seconds} s.`,
  );
  console.log(`Lost ${report.lost}, counted twice ${report.doubled}, unexplained ${report.unexplained}.`);
  for (const example of report.examples) console.log(`  ${example}`);
  const { lost, doubled, unexplained, events } = report;
  if (values.json)
    console.log(
      JSON.stringify({
        seed,
        kills: report.kills,
        orders: report.orders,
        events,
        lost,
        doubled,
        unexplained,
      }),
    );
  process.exitCode = lost + doubled + unexplained === 0 ? 0 : 1;
}
