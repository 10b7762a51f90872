/** Waiting with a limit: the page may go away at any moment, and then the top frame never answers. */

/** The answer, or `otherwise` when it fails or does not come within `ms`. */
export function within<T>(ms: number, answer: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    const settle = (value: T) => {
      clearTimeout(timer);
      resolve(value);
    };
    answer.then(settle, () => settle(otherwise));
  });
}

/** Nothing that goes wrong in here may surface in Shopify's worker: a pixel that breaks must break silently. */
export function quietly(work: () => unknown): void {
  try {
    const result = work();
    if (result instanceof Promise) result.catch(() => undefined);
  } catch {
    // Silence is the contract; the server sees the missing beacons.
  }
}
