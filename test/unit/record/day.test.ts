/** Days and clocks of a shop: the local time that staff mean becomes one moment, through every change of the clocks. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { dayStart, localTime, momentOf, shopDay } from '../../../app/record/day.ts';

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Santiago',
];

describe('a local time is one moment', () => {
  it.each([
    ['2026-11-21T00:00:00', 'America/New_York', '2026-11-21T05:00:00.000Z'],
    ['2026-07-01T12:30:15', 'Europe/Berlin', '2026-07-01T10:30:15.000Z'],
    ['2026-07-01T12:30:15', 'Asia/Kolkata', '2026-07-01T07:00:15.000Z'],
    // The hour that comes twice: the first.
    ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    // The hour that does not come: as if the clocks stood still.
    ['2026-03-08T02:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z'],
  ])('%s in %s is %s', (local, zone, moment) => {
    expect(momentOf(local, zone).toISOString()).toBe(moment);
  });

  it('and back, wherever the local time exists', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        fc.constantFrom(...ZONES),
        (at, zone) => {
          const local = localTime(at, zone);
          expect(localTime(momentOf(local, zone), zone)).toBe(local);
        },
      ),
    );
  });
});

test('a day begins with its first moment, also where the clocks skip midnight', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_000 }), fc.constantFrom(...ZONES), (days, zone) => {
      const day = new Date(Date.UTC(2024, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
      const begins = dayStart(day, zone);
      expect(shopDay(begins, zone)).toBe(day);
      expect(shopDay(new Date(begins.getTime() - 1), zone) < day).toBe(true);
    }),
  );
});
