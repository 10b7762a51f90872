/** Shopify's search syntax, as far as the sandbox's Admin API understands it. */

import { expect, test } from 'vitest';
import { SandboxGap } from '../../../sandbox/admin/graphql/errors.ts';
import {
  matchesNumber,
  matchesText,
  matchesTime,
  readSearch,
} from '../../../sandbox/admin/graphql/search.ts';
import { onlyFields, passesFilter } from '../../../sandbox/admin/webhooks.ts';

interface Row {
  id: string;
  name: string;
  at: string;
}

const rows: Row[] = [
  { id: '1', name: 'red cap', at: '2026-11-01T10:00:00.900Z' },
  { id: '2', name: 'blue cap', at: '2026-11-02T10:00:00Z' },
  { id: '3', name: 'mug', at: '2026-11-03T10:00:00Z' },
];

function found(query: string): string {
  const search = readSearch<Row>(query, (row, term) => {
    if (term.key === 'id') return matchesNumber(row.id, term);
    if (term.key === 'name') return matchesText(row.name, term);
    if (term.key === 'at') return matchesTime(row.at, term);
    return undefined;
  });
  return rows
    .filter(search)
    .map(({ id }) => id)
    .join();
}

test.each([
  ['', '1,2,3'],
  ['id:2', '2'],
  ['id:>1', '2,3'],
  ['id:>=2 id:<3', '2'],
  ['name:"red cap" OR name:mug', '1,3'],
  ["-name:'mug'", '1,2'],
  ['NOT name:mug AND id:>1', '2'],
  ['(id:1 OR id:2) AND name:"blue cap"', '2'],
  ['at:2026-11-02', '2'],
  ['at:>2026-11-01T10:00:00Z', '2,3'],
  ["at:>='2026-11-02T10:00:00Z'", '2,3'],
])('%s', (query, expected) => {
  expect(found(query)).toBe(expected);
});

test.each(['colour:red', 'just words', 'id:1 AND (id:2', 'at:yesterday'])('%s is not guessed at', (query) => {
  expect(() => found(query)).toThrow(SandboxGap);
});

test('include_fields picks paths, through lists as well', () => {
  const payload = {
    id: 1,
    note: 'x',
    customer: { id: 2, email: 'a@b' },
    lines: [
      { id: 3, sku: 's' },
      { id: 4, sku: 't' },
    ],
  };
  expect(onlyFields(payload, ['id', 'customer.id', 'lines.id', 'missing'])).toEqual({
    id: 1,
    customer: { id: 2 },
    lines: [{ id: 3 }, { id: 4 }],
  });
});

test('a subscription’s filter is evaluated on the payload', () => {
  expect(passesFilter({ source_name: 'web', test: false }, 'source_name:web AND test:false')).toBe(true);
  expect(passesFilter({ source_name: 'pos' }, 'source_name:web')).toBe(false);
  expect(() => passesFilter({}, 'total_price:>=10')).toThrow('cannot evaluate');
});
