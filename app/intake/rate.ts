/** Token buckets for the public edge: how much one shop and one address may send, bounded in memory. */
import type { Clock } from '../base/clock.ts';

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

/**
 * Who counts as one sender. An IPv6 connection owns at least a /64: counted by address, one person would be as many
 * senders as they like.
 */
export function senderOf(ip: string): string {
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
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
