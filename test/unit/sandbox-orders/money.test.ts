/** The sandbox's own sums: exact where a rate in floating point would not be. */
import { expect, test } from 'vitest';

import { divideRounded, times } from '../../../sandbox/orders/money.ts';

test('a unit price is its line over the quantity, to the last cent of any amount', () => {
  expect(divideRounded(999_999_999_999n, 3n)).toBe(333_333_333_333n);
  expect(times(999_999_999_999n, 1 / 3)).not.toBe(333_333_333_333n);
});

test.each([
  [5n, 2n, 3n],
  [-5n, 2n, -3n],
  [4n, 3n, 1n],
  [0n, 7n, 0n],
])('%s over %s is %s, halves away from zero', (value, by, expected) =>
  expect(divideRounded(value, by)).toBe(expected),
);
