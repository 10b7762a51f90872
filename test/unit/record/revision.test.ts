import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shopDay } from '../../../app/record/day.ts';
import { supersedes, type Version } from '../../../app/record/revision.ts';

const version = fc.record({
  updatedAt: fc.integer({ min: 0, max: 3 }).map((second) => new Date(second * 1_000)),
  stage: fc.constantFrom(0, 1, 2),
  facts: fc.constantFrom('a', 'b', 'c'),
});

test('property: whatever the order of arrival, the same state wins', () => {
  const last = (arrivals: Version[]): Version | undefined =>
    arrivals.reduce<Version | undefined>(
      (known, next) => (!known || supersedes(next, known) ? next : known),
      undefined,
    );
  fc.assert(
    fc.property(
      fc.array(version, { minLength: 1, maxLength: 5 }),
      fc.func(fc.integer()),
      (arrivals, rank) => {
        const shuffled = [...arrivals].sort((a, b) => rank(a) - rank(b));
        expect(last(shuffled)?.facts).toBe(last(arrivals)?.facts);
        expect(last(shuffled)?.updatedAt).toEqual(last(arrivals)?.updatedAt);
      },
    ),
  );
});

test('the same payload again is no news', () => {
  const known: Version = { updatedAt: new Date(0), stage: 0, facts: 'a' };
  expect(supersedes({ ...known }, known)).toBe(false);
});

test.each([
  ['2026-11-20T23:30:00Z', 'Europe/Berlin', '2026-11-21'],
  ['2026-11-20T04:30:00Z', 'America/New_York', '2026-11-19'],
  ['2026-11-20T12:00:00Z', 'Nowhere/At_All', '2026-11-20'],
])('%s is, in %s, the day %s', (at, zone, day) => {
  expect(shopDay(new Date(at), zone)).toBe(day);
});
