/** Token buckets: how much somebody may ask of us in a while, bounded in memory; of this process. */
import type { Clock } from './clock.ts';

export interface RateOptions {
  clock: Clock;
  perSecond: number;
  burst: number;
  /** Buckets kept at most; the longest unused goes first, and an unused bucket is a full one soon anyway. */
  maxKeys?: number;
}

export interface RateLimit {
  /** Takes `amount` if it is there; says in how many seconds it would be. */
  take(key: string, amount?: number): { ok: true } | { ok: false; retryAfterSeconds: number };
}

export function createRateLimit({ clock, perSecond, burst, maxKeys = 20_000 }: RateOptions): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(key, amount = 1) {
      const at = clock.now().getTime();
      const known = buckets.get(key);
      const left = known
        ? Math.min(burst, known.left + (Math.max(0, at - known.at) / 1_000) * perSecond)
        : burst;
      const ok = left >= amount;
      buckets.delete(key);
      buckets.set(key, { left: ok ? left - amount : left, at });
      if (buckets.size > maxKeys) {
        const oldest = buckets.keys().next();
        if (!oldest.done) buckets.delete(oldest.value);
      }
      return ok
        ? { ok: true }
        : { ok: false, retryAfterSeconds: Math.max(1, Math.ceil((amount - left) / perSecond)) };
    },
  };
}
