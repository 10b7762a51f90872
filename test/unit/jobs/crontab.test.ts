/** The jobs by the clock: each names work that exists, all work has its time, and the times are what the rooms rely on. */
import { parseCrontab } from 'graphile-worker';
import { expect, test } from 'vitest';
import { CRONTAB, DELIVER, tasksOf } from '../../../app/jobs/tasks.ts';
import type { Work } from '../../../app/jobs/tasks.ts';

const items = parseCrontab(CRONTAB);
const done = (): Promise<void> => Promise.resolve();
/** Asked for its tasks only. */
const work: Work = {
  deliver: () => undefined,
  compare: done,
  runBackfills: done,
  keepWhatIsDue: done,
  answerPrivacy: done,
  renewTokens: done,
  watch: done,
  watchSlow: done,
  checkStorefronts: done,
};

/** The minutes of a Monday on which a task begins, counted from midnight. */
function beginnings(task: string): number[] {
  const item = items.find((one) => one.task === task);
  if (!item) throw new Error(`${task} is not in the crontab.`);
  const found: number[] = [];
  for (let minute = 0; minute < 1440; minute += 1)
    if (item.match({ min: minute % 60, hour: Math.floor(minute / 60), date: 5, month: 10, dow: 1 }))
      found.push(minute);
  return found;
}

test('every line names a task, and every task but the wake-up has a line', () => {
  const tasks = Object.keys(tasksOf(work)).filter((task) => task !== DELIVER);
  expect(items.map(({ task }) => task).sort()).toEqual(tasks.sort());
});

test.each([
  // Days are closed and held against Shopify once an hour, also in shops of any time zone.
  ['compare', 24, 60],
  ['keep_what_is_due', 24, 60],
  ['check_storefronts', 24, 60],
  // Shopify's requests and a backfill that lost its worker wait a minute at most.
  ['answer_privacy', 1440, 1],
  ['run_backfills', 1440, 1],
])('%s begins %i times a day, every %i minutes', (task, times, apart) => {
  const minutes = beginnings(task);
  expect(minutes).toHaveLength(times);
  expect(minutes.slice(1).every((minute, place) => minute - (minutes[place] ?? 0) === apart)).toBe(true);
});

test('tokens are renewed every night, and what is heavy does not begin in the same minute', () => {
  expect(beginnings('renew_tokens')).toHaveLength(1);
  const heavy = ['compare', 'keep_what_is_due', 'check_storefronts'].map((task) => beginnings(task)[0]);
  expect(new Set(heavy).size).toBe(heavy.length);
});

test('a worker that was down does not catch up on what the next run does anyway', () => {
  expect(items.map(({ options }) => options.backfillPeriod)).toEqual(items.map(() => 0));
});
