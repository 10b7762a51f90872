/** Times that others wrote: what is taken, and that what is kept is always a moment that exists, written one way. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { utc, utcOfSeconds } from '../../../app/conversion/moments.ts';

it.each([
  ['2026-10-05T18:54:47.000Z', '2026-10-05T18:54:47.000Z'],
  ['2026-10-05T14:54:47-04:00', '2026-10-05T18:54:47.000Z'],
  ['2026-10-05T14:54:47-0400', '2026-10-05T18:54:47.000Z'],
  ['2026-10-05T18:54Z', '2026-10-05T18:54:00.000Z'],
  ['2026-10-05T18:54:47.123456789Z', '2026-10-05T18:54:47.123Z'],
  ['2028-02-29T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['2000-01-01T00:00:00.000Z', '2000-01-01T00:00:00.000Z'],
  ['2099-12-31T23:59:59.999Z', '2099-12-31T23:59:59.999Z'],
  // Days and hours that no calendar has are moved on, never kept as they stand: a database refuses them.
  ['2026-02-31T00:00:00.000Z', '2026-03-03T00:00:00.000Z'],
  ['2026-06-31T12:00:00.000Z', '2026-07-01T12:00:00.000Z'],
  ['2026-10-05T24:00:00.000Z', '2026-10-06T00:00:00.000Z'],
])('%s is %s', (written, expected) => expect(utc(written)).toBe(expected));

it.each([
  '',
  'yesterday',
  '2026-10-05',
  '2026-10-05T18:54:47.000',
  '2026-10-05 18:54:47.000Z',
  '2026-13-05T18:54:47.000Z',
  '2026-10-32T18:54:47.000Z',
  '2026-10-05T25:54:47.000Z',
  '1999-12-31T23:59:59.999Z',
  '2100-01-01T00:00:00.000Z',
  '1999-12-31T23:59:59Z',
  '2100-01-01T00:00:00Z',
  'x2026-10-05T18:54:47Z',
  '2026-10-05T18:54:47Zx',
])('%j is no time', (written) => expect(utc(written)).toBeUndefined());

it.each([
  ['1791226000', '2026-10-05T18:46:40.000Z'],
  ['99999999', undefined],
  ['179122600000', undefined],
  ['99999999999', undefined],
  ['17912260x0', undefined],
  [undefined, undefined],
])('%j seconds are %j', (seconds, expected) => expect(utcOfSeconds(seconds)).toBe(expected));

it('whatever is kept is what JavaScript writes for that moment', () => {
  const two = (most: number) =>
    fc.integer({ min: 0, max: most }).map((part) => String(part).padStart(2, '0'));
  fc.assert(
    fc.property(two(13), two(32), two(25), two(60), two(60), (month, day, hour, minute, second) => {
      const kept = utc(`2026-${month}-${day}T${hour}:${minute}:${second}.000Z`);
      if (kept !== undefined) expect(new Date(kept).toISOString()).toBe(kept);
    }),
  );
});
