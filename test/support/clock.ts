/** A clock that stands still until a test moves it. */
import type { Clock } from '../../app/base/clock.ts';

export interface ManualClock extends Clock {
  advance(ms: number): void;
  set(date: Date): void;
}

export function manualClock(start: Date | string = '2026-11-20T12:00:00.000Z'): ManualClock {
  let at = new Date(start).getTime();
  return {
    now: () => new Date(at),
    advance(ms) {
      at += ms;
    },
    set(date) {
      at = date.getTime();
    },
  };
}

/** A clock that runs on by itself from where it was last set. */
export function runningClock(start: Date): ManualClock {
  let ahead = start.getTime() - Date.now();
  return {
    now: () => new Date(Date.now() + ahead),
    advance(ms) {
      ahead += ms;
    },
    set(date) {
      ahead = date.getTime() - Date.now();
    },
  };
}
