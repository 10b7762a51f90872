/** Repeats a piece of work for as long as the process lives: at once when woken, never twice at the same time, and every so often. */
import type { Log } from './log.ts';

export interface Sweeper {
  /** Runs from now on, every so often and whenever it is woken. */
  start(): void;
  /** Something may be due; costs nothing when a run is on. */
  wake(): void;
  /** Started, and not drained. */
  works(): boolean;
  /** Begins no new run and resolves when the one that is on has ended. */
  drain(): Promise<void>;
}

export function createSweeper(options: {
  /** For the log, such as "delivery". */
  name: string;
  run: () => Promise<unknown>;
  everyMs: number;
  log: Log;
}): Sweeper {
  const { name, run, everyMs, log } = options;
  let started = false;
  let stopping = false;
  let running: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | null = null;

  function sweep(): void {
    if (stopping || !started) return;
    if (running) {
      again = true;
      return;
    }
    if (timer) clearTimeout(timer);
    timer = null;
    again = false;
    running = run()
      .then(
        () => undefined,
        (error: unknown) => log.error(`${name} run failed`, { error }),
      )
      .finally(() => {
        running = null;
        if (stopping) return;
        if (again) setImmediate(sweep);
        else timer = setTimeout(sweep, everyMs);
      });
  }

  return {
    start() {
      started = true;
      sweep();
    },
    wake: sweep,
    works: () => started && !stopping,
    async drain() {
      stopping = true;
      if (timer) clearTimeout(timer);
      timer = null;
      await running;
    },
  };
}
