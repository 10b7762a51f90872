import { expect, test } from 'vitest';
import { createRateLimit } from '../../../app/base/rate.ts';
import { manualClock } from '../../support/clock.ts';

test('a burst passes, then only what the rate allows, each key for itself', () => {
  const clock = manualClock();
  const limit = createRateLimit({ clock, perSecond: 2, burst: 3 });
  const takes = (key: string, times: number) => Array.from({ length: times }, () => limit.take(key).ok);
  expect(takes('a', 5)).toEqual([true, true, true, false, false]);
  expect(takes('b', 1)).toEqual([true]);
  expect(limit.take('a')).toEqual({ ok: false, retryAfterSeconds: 1 });
  clock.advance(1_000);
  expect(takes('a', 3)).toEqual([true, true, false]);
});

test('memory stays bounded, and the forgotten key begins full', () => {
  const limit = createRateLimit({ clock: manualClock(), perSecond: 1, burst: 1, maxKeys: 2 });
  expect(['a', 'b', 'c', 'a'].map((key) => limit.take(key).ok)).toEqual([true, true, true, true]);
});

test('a clock that goes back gives nothing away', () => {
  const clock = manualClock('2026-11-20T12:00:00Z');
  const limit = createRateLimit({ clock, perSecond: 1, burst: 1 });
  limit.take('a');
  clock.set(new Date('2026-11-20T11:00:00Z'));
  expect(limit.take('a').ok).toBe(false);
});
