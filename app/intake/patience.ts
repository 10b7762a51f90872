/** How long an answer may take and how many may wait for one: said once for everything that comes in. */

/** Runs out once, however many things are waited for one after the other. */
export interface Patience {
  /** What is late may still be done; whoever sent it sends it again, and the second time it is a repeat. */
  for<T>(work: Promise<T>): Promise<T | Late>;
  over(): void;
}

export interface Late {
  kind: 'late';
}

export function createPatience(ms: number): Patience {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Late>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'late' }), ms);
  });
  return {
    for: (work) => Promise.race([work, late]),
    over: () => clearTimeout(timer),
  };
}

export type Found<T> =
  { kind: 'found'; value: T | null } | { kind: 'busy' } | Late | { kind: 'failed'; error: unknown };

/**
 * Looks up whose something is, before it may wait in a lane. Where the database is silent arrivals pile up here, with
 * their bodies in memory: no more of them than `most`.
 */
export function createLookup<T>(
  find: (key: string) => Promise<T | null>,
  most: number,
): (key: string, patience: Patience) => Promise<Found<T>> {
  let waiting = 0;
  return async (key, patience) => {
    if (waiting >= most) return { kind: 'busy' };
    waiting += 1;
    try {
      return await patience.for(find(key).then((value): Found<T> => ({ kind: 'found', value })));
    } catch (error) {
      return { kind: 'failed', error };
    } finally {
      waiting -= 1;
    }
  };
}

/** Why something that may be honest was not stored. */
export type NotStored =
  { kind: 'refused'; error: unknown } | { kind: 'busy' } | Late | { kind: 'failed'; error: unknown };
