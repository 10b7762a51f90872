/** Leaves alone what keeps failing: one pixel or shop, or a whole service, rests and is then tried once. */
import type { Clock } from './clock.ts';

export interface Breaker {
  allows(key: string): boolean;
  /** It has rested, and nobody knows yet whether it works again: one at a time may find out. */
  doubts(key: string): boolean;
  /** `slow`: the other side asked for it, so the rest begins at once. */
  failed(key: string, slow: boolean): void;
  worked(key: string): void;
}

const PATIENCE = 3;
const FIRST_REST_MS = 2_000;
const LONGEST_REST_MS = 60_000;
const MAX_KEYS = 10_000;

export function createBreaker(clock: Clock, random: () => number): Breaker {
  const states = new Map<string, { failures: number; until: number }>();
  const rests = (key: string): boolean => (states.get(key)?.until ?? 0) > clock.now().getTime();
  return {
    allows: (key) => !rests(key),
    doubts: (key) => (states.get(key)?.until ?? 0) > 0 && !rests(key),
    failed(key, slow) {
      // What was on its way when the rest began fails with the same failure, and counts once.
      if (rests(key)) return;
      const failures = (states.get(key)?.failures ?? 0) + 1;
      const over = slow ? failures : failures - PATIENCE + 1;
      const rest = over <= 0 ? 0 : Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (over - 1));
      states.delete(key);
      const until = rest === 0 ? 0 : clock.now().getTime() + Math.round(rest * (0.5 + random() / 2));
      states.set(key, { failures, until });
      if (states.size > MAX_KEYS) {
        const oldest = states.keys().next();
        if (!oldest.done) states.delete(oldest.value);
      }
    },
    worked: (key) => void states.delete(key),
  };
}
