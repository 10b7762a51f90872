/** What the demo is told on its command line and by the environment. */

import { resolve } from 'node:path';

export interface DemoOptions {
  reset: boolean;
  port: number;
  sandboxPort: number;
  dataDir: string;
}

export const help = `Starts Tock with a sandbox in place of Shopify and TikTok. No account is needed.

  npm run demo                     start, or start again where you left off
  npm run demo -- --reset          begin anew: forget everything that the demo stored

  --port N           port of Tock (PORT, 3000)
  --sandbox-port N   port of the sandbox (SANDBOX_PORT, 4000)

DATA_DIR says where it keeps its data (.data). Ctrl-C stops everything.`;

function portOf(name: string, given: string | undefined): number {
  const port = Number(given);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`${name} must be a port number.`);
  return port;
}

/** 'help' when that is all that was asked for; throws a sentence about what it does not understand. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DemoOptions | 'help' {
  const options: DemoOptions = {
    reset: false,
    port: portOf('PORT', env.PORT || '3000'),
    sandboxPort: portOf('SANDBOX_PORT', env.SANDBOX_PORT || '4000'),
    dataDir: resolve(env.DATA_DIR || '.data'),
  };
  const left = [...args];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--help' || word === '-h') return 'help';
    else if (word === '--reset') options.reset = true;
    else if (word === '--port') options.port = portOf('--port', left.shift());
    else if (word === '--sandbox-port') options.sandboxPort = portOf('--sandbox-port', left.shift());
    else throw new Error(`There is no option ${word}. See npm run demo -- --help.`);
  }
  if (options.reset && env.DATABASE_URL) {
    throw new Error(
      'The demo empties only its own database. Leave DATABASE_URL away, or empty that one yourself.',
    );
  }
  if (options.port === options.sandboxPort) throw new Error('Tock and the sandbox need two different ports.');
  return options;
}
