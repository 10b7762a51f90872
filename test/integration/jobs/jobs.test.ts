/** graphile-worker wakes another process and holds no named queue. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJobs, type Jobs } from '../../../app/jobs/jobs.ts';
import { testStore, type TestStore } from '../../support/database.ts';

let base: TestStore;
const open: Jobs[] = [];
beforeEach(async () => {
  base = await testStore();
});
afterEach(async () => {
  for (const jobs of open.splice(0)) await jobs.close();
  await base.close();
});

test('a process that only serves wakes the one that works, once for many wishes', async () => {
  let woken = 0;
  let first: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => (first = resolve));
  const { pool } = base.store.database;
  const worker = await openJobs({
    pool,
    log: base.log,
    work: {
      deliver() {
        woken += 1;
        first();
      },
      compare: () => Promise.resolve(),
      runBackfills: () => Promise.resolve(),
      keepWhatIsDue: () => Promise.resolve(),
      answerPrivacy: () => Promise.resolve(),
      renewTokens: () => Promise.resolve(),
      watch: () => Promise.resolve(),
      watchSlow: () => Promise.resolve(),
      checkStorefronts: () => Promise.resolve(),
    },
  });
  const web = await openJobs({ pool, log: base.log, gatherMs: 20 });
  open.push(worker, web);
  for (let time = 0; time < 50; time += 1) web.wakeOthers();
  await heard;
  expect(woken).toBe(1);
  const queues = await base.store.database.rows('SELECT 1 FROM graphile_worker._private_job_queues');
  expect(queues).toEqual([]);
});
