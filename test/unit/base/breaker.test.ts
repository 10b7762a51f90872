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
  for (let time = 0; time < 20; time += 1) {
    clock.advance(60_000);
    expect(breaker.allows('p')).toBe(true);
    breaker.failed('p', true);
    expect(breaker.allows('p')).toBe(false);
  }
});

test('a crowd that fails together fails once: the first rest is short however many were on their way', () => {
  const clock = manualClock();
  const breaker = createBreaker(clock, () => 1);
  for (let request = 0; request < 32; request += 1) breaker.failed('tiktok', false);
  expect(breaker.allows('tiktok')).toBe(false);
  clock.advance(2_000);
  expect(breaker.allows('tiktok')).toBe(true);
});

test('in doubt is only what has rested: not what works, nor what failed once, nor while it rests', () => {
  const clock = manualClock();
  const breaker = createBreaker(clock, () => 1);
  expect(breaker.doubts('tiktok')).toBe(false);
  breaker.failed('tiktok', false);
  expect(breaker.doubts('tiktok')).toBe(false);
  breaker.failed('tiktok', false);
  breaker.failed('tiktok', false);
  expect(breaker.doubts('tiktok')).toBe(false);
  clock.advance(2_000);
  expect(breaker.doubts('tiktok')).toBe(true);
  breaker.failed('tiktok', false);
  expect(breaker.allows('tiktok') || breaker.doubts('tiktok')).toBe(false);
  clock.advance(4_000);
  expect(breaker.doubts('tiktok')).toBe(true);
  breaker.worked('tiktok');
  expect(breaker.doubts('tiktok')).toBe(false);
  expect(breaker.allows('tiktok')).toBe(true);
});
