/** What `npm run demo` understands, and what it says to the rest. */

import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from '../../../tools/demo/options.ts';

test('without words it takes the usual ports and folder', () => {
  expect(readOptions([], {})).toEqual({
    reset: false,
    port: 3000,
    sandboxPort: 4000,
    dataDir: resolve('.data'),
  });
});

test('words win over the environment', () => {
  const env = { PORT: '3100', SANDBOX_PORT: '4100', DATA_DIR: '/tmp/elsewhere' };
  expect(readOptions(['--reset', '--port', '3200'], env)).toEqual({
    reset: true,
    port: 3200,
    sandboxPort: 4100,
    dataDir: '/tmp/elsewhere',
  });
});

test.each([
  [['--port'], '--port must be a port number.'],
  [['--port', 'x'], '--port must be a port number.'],
  [['--port', '70000'], '--port must be a port number.'],
  [['--fast'], 'There is no option --fast. See npm run demo -- --help.'],
  [['--port', '4000'], 'Tock and the sandbox need two different ports.'],
])('%j is answered with a sentence', (args, sentence) => {
  expect(() => readOptions(args, {})).toThrow(sentence);
});

test('it does not empty a database that somebody else named', () => {
  expect(() => readOptions(['--reset'], { DATABASE_URL: 'postgresql://elsewhere/tock' })).toThrow(
    'its own database',
  );
});

test('--help is help, whatever else is said', () => {
  expect(readOptions(['--reset', '--help'], {})).toBe('help');
});
