/** Which days a Ledger page is about, and how its calendar lies. */
import { expect, test } from 'vitest';
import type { ToldPeriod } from '../../../app/ledger/told.ts';
import { askedPeriod, monthBeside } from '../../../app/ui/ledger-period.ts';
import { calendarOf } from '../../../app/ui/words-for-ledger.ts';

const asked = (query: string) => askedPeriod(new URLSearchParams(query), '2026-11-21');

test.each([
  ['', { from: '2026-11-01', to: '2026-11-21', month: '2026-11' }],
  ['month=2026-10', { from: '2026-10-01', to: '2026-10-31', month: '2026-10' }],
  ['month=2026-13', { from: '2026-11-01', to: '2026-11-21', month: '2026-11' }],
  ['from=2026-02-03&to=2026-02-28', { from: '2026-02-03', to: '2026-02-28', month: '2026-02' }],
  ['from=2026-02-03', { from: '2026-02-03', to: '2026-02-03', month: '2026-02' }],
])('"%s" is a period', (query, period) => {
  expect(asked(query)).toEqual({ ...period, problems: {} });
});

test.each([
  ['from=2026-02-31&to=2026-03-01', 'from'],
  ['from=2026-03-02&to=2026-03-01', 'to'],
  ['from=2025-01-01&to=2026-11-01', 'to'],
  ["from=2026-03-01&to=';DROP", 'to'],
] as const)('"%s" is none, and says so beside its field', (query, field) => {
  const { problems, from, to } = asked(query);
  expect(Object.keys(problems)).toEqual([field]);
  expect([from.slice(8), from <= to]).toEqual(['01', true]);
});

test('months go round the year', () => {
  expect([monthBeside('2026-01', -1), monthBeside('2026-12', 1)]).toEqual(['2025-12', '2027-01']);
});

test('a calendar has every day of its month once, from Monday on, with how each stands', () => {
  const statement = { number: 1, closedAt: new Date(), hash: 'h', shopify: 'asked' as const };
  const day = { sums: [], closes: true, recordedOn: null };
  const told: ToldPeriod = {
    from: '2026-11-01',
    to: '2026-11-30',
    days: [
      { ...day, day: '2026-11-05', statement },
      { ...day, day: '2026-11-06', statement, closes: false },
    ],
    sums: [],
    closes: false,
    head: 'h',
    changes: [],
    timeZone: 'Europe/Berlin',
    today: '2026-11-08',
    firstDay: '2026-11-05',
    nextClosing: '2026-11-11',
  };
  const weeks = calendarOf(told, '2026-11', 'en');
  expect(weeks.every((week) => week.length === 7)).toBe(true);
  // 1 November 2026 is a Sunday.
  expect(weeks[0]?.map((cell) => cell?.number)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    1,
  ]);
  const cells = weeks.flat().flatMap((cell) => cell ?? []);
  expect(cells.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, place) => place + 1));
  expect(cells.slice(3, 9).map(({ mark }) => mark)).toEqual([
    'none',
    'closed',
    'wrong',
    'open',
    'open',
    'none',
  ]);
});
