/** The one way in which the heart says that something worked or did not: a value, never a throw. */

export type Result<T, P> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P };

export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

export function problem<P>(reason: P): { ok: false; problem: P } {
  return { ok: false, problem: reason };
}
