/** What /readyz is made of. */
import { expect, test } from 'vitest';
import { readiness, type ReadinessNeeds } from '../../../app/readiness.ts';

const fine: ReadinessNeeds = {
  migrations: () => Promise.resolve({ pending: [] }),
  worker: 'here',
  working: () => true,
};

test.each<[string, Partial<ReadinessNeeds>, string[]]>([
  ['all is well', {}, []],
  ['it serves, and others work', { worker: 'elsewhere', working: () => false }, []],
  ['it is starting', { worker: 'not begun' }, ['This process is still starting.']],
  ['its worker ended', { working: () => false }, ['The worker of this process does not run.']],
  [
    'the database refuses',
    { migrations: () => Promise.reject(new Error('refused')) },
    ['The database does not answer.'],
  ],
  [
    'the database is silent',
    { migrations: () => new Promise(() => undefined), patienceMs: 1 },
    ['The database does not answer.'],
  ],
  [
    'a migration is missing',
    { migrations: () => Promise.resolve({ pending: ['next'] }) },
    ['The database lacks migrations of this version of Tock.'],
  ],
])('%s', async (_name, change, missing) => {
  const needs = { ...fine, ...change };
  expect(await readiness(needs)).toEqual({ worker: needs.worker, missing });
});
