import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextTry, retryDelay, SAFE_AFTER_COPY_MS, tooLate } from '../../../app/delivery/schedule.ts';

const HOUR = 3_600_000;
const start = new Date('2026-11-20T12:00:00Z');
const later = (ms: number): Date => new Date(start.getTime() + ms);
const standing = (copy: Date | null) => ({ firstPossibleCopyAt: copy, receivedAt: start, eventAt: start });

test('full jitter: from at once to the whole step, steps growing to four hours', () => {
  expect(retryDelay(1, () => 0)).toBe(500);
  expect(retryDelay(1, () => 1)).toBe(2_000);
  expect(retryDelay(99, () => 1)).toBe(4 * HOUR);
});

describe('the window in which TikTok discards repeats', () => {
  test('a copy that may exist may be repeated for 47 hours and not after', () => {
    expect(tooLate(standing(start), later(47 * HOUR))).toBeNull();
    expect(tooLate(standing(start), later(47 * HOUR + 1))).toBe('repeat_window');
  });

  test('what TikTok refused in words has no copy, so it may go on', () => {
    expect(tooLate(standing(null), later(72 * HOUR))).toBeNull();
    expect(nextTry(standing(null), 10, later(72 * HOUR), () => 0)).not.toBeNull();
  });

  test('trying ends when a conversion is of no use any more', () => {
    expect(nextTry(standing(null), 10, later(7 * 24 * HOUR), () => 0)).toBeNull();
    expect(tooLate(standing(null), later(14 * 24 * HOUR + 1))).toBe('age');
  });

  test('property: no next try ever leaves the window of a copy', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 * HOUR }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (passed, tries, chance) => {
          const at = nextTry(standing(start), tries, later(passed), () => chance);
          if (at) expect(at.getTime() - start.getTime()).toBeLessThanOrEqual(SAFE_AFTER_COPY_MS);
        },
      ),
    );
  });
});
