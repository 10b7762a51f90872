/** Days of the calendar: read, moved and counted as the calendar has them. */
import { expect, test } from 'vitest';
import { addDays, daysFrom, readDay } from '../../../app/conversion/calendar.ts';

test.each(['', '2026-02-30', '2026-1-1', '2026-01-01T00:00', '1999-01-01', '%00'])('%j is no day', (text) => {
  expect(readDay(text)).toBeNull();
});

test('a day is read as it is written', () => {
  expect(readDay('2026-02-28')).toBe('2026-02-28');
});

test('days move over leap days and years, forwards and back', () => {
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2028-03-01', -1)).toBe('2028-02-29');
});

test('from one day to another both are there, and none when the order is turned round', () => {
  expect(daysFrom('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  expect(daysFrom('2026-03-01', '2026-03-01')).toEqual(['2026-03-01']);
  expect(daysFrom('2026-03-02', '2026-03-01')).toEqual([]);
});
