import { expect, test } from 'vitest';
import { createBreaker } from '../../../app/base/breaker.ts';
import { manualClock } from '../../support/clock.ts';

test('a pixel that keeps failing rests longer and longer, is tried once, and one success heals it', () => {
  const clock = manualClock();
  const breaker = createBreaker(clock, () => 1);
  breaker.failed('p', false);
  breaker.failed('p', false);
  expect(breaker.allows('p')).toBe(true);
  breaker.failed('p', false);
  expect(breaker.allows('p')).toBe(false);
  expect(breaker.allows('other')).toBe(true);
  clock.advance(2_000);
  expect(breaker.allows('p')).toBe(true);
  breaker.failed('p', false);
  clock.advance(2_000);
  expect(breaker.allows('p')).toBe(false);
  clock.advance(2_000);
  breaker.worked('p');
  breaker.failed('p', false);
  expect(breaker.allows('p')).toBe(true);
});

test('a request to slow down is obeyed at once, and never for more than a minute', () => {
  const clock = manualClock();
  const breaker = createBreaker(clock, () => 1);
  breaker.failed('p', true);
  expect(breaker.allows('p')).toBe(false);
  for (let time = 0; time < 20; time += 1) breaker.failed('p', true);
  clock.advance(60_000);
  expect(breaker.allows('p')).toBe(true);
});
