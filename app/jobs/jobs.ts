/** graphile-worker for waking and cron: it spreads over processes and machines; losing a wake-up costs one sweep. */
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import type { Runner, WorkerUtils } from 'graphile-worker';
import type { Pool, PoolClient } from 'pg';
import type { Log } from '../base/log.ts';
import { CRONTAB, DELIVER, tasksOf } from './tasks.ts';
import type { Work } from './tasks.ts';

export interface JobsOptions {
  pool: Pool;
  log: Log;
  /** Absent: this process only wakes others. */
  work?: Work;
  /** Wake-ups within this time are one. */
  gatherMs?: number;
}

export interface Jobs {
  /** Wakes a worker of another process; returns at once and never throws. */
  wakeOthers(): void;
  /** False once the runner has ended by itself, and for a process that only wakes others. */
  works(): boolean;
  close(): Promise<void>;
}

const GATHER_MS = 100;
const SILENT = new Set(['debug', 'info']);

function loggerTo(log: Log): Logger {
  return new Logger((scope) => (level, message) => {
    const told: string = level;
    if (SILENT.has(told)) log.debug(message, { job: scope.taskIdentifier });
    else log.warn(message, { job: scope.taskIdentifier });
  });
}

export async function openJobs(options: JobsOptions): Promise<Jobs> {
  const { pool, log, work } = options;
  const logger = loggerTo(log);
  // A connection that breaks while it is in use reports to its query; without a listener it would end the process too.
  const listen = (client: PoolClient): void => {
    client.on('error', (error) => log.debug('a connection to the database broke', { error }));
  };
  pool.on('connect', listen);
  const utils: WorkerUtils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  const runner: Runner | null = work
    ? await run({
        pgPool: pool,
        logger,
        concurrency: 2,
        pollInterval: 5_000,
        noHandleSignals: true,
        taskList: tasksOf(work),
        crontab: CRONTAB,
      })
    : null;
  let running = runner !== null;
  runner?.promise
    .catch((error: unknown) => log.error('the jobs of this process ended', { error }))
    .finally(() => {
      running = false;
    });
  let timer: NodeJS.Timeout | null = null;
  let adding: Promise<unknown> = Promise.resolve();

  function add(): void {
    timer = null;
    // No queue name: a worker that dies would hold a named queue for hours.
    adding = utils
      .addJob(DELIVER, {}, { jobKey: DELIVER, jobKeyMode: 'replace', maxAttempts: 1 })
      .catch((error: unknown) => log.warn('a wake-up was lost; the next sweep does its work', { error }));
  }

  return {
    wakeOthers() {
      timer ??= setTimeout(add, options.gatherMs ?? GATHER_MS);
    },
    works: () => running,
    async close() {
      if (timer) clearTimeout(timer);
      timer = null;
      await adding;
      await runner?.stop();
      await utils.release();
      pool.off('connect', listen);
    },
  };
}
