/** Seeded chance: the same seed makes the same world, ids and faults included. */

export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T;
  chance(probability: number): boolean;
  hex(length: number): string;
  uuid(): string;
  /** A numeric id of 13 digits, as Shopify's are today; never the same twice. */
  id(): string;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  let lastId = 5_000_000_000_000 + (seed % 1_000_000) * 1_000;

  // mulberry32: small, well spread, and enough for a stand-in (nothing secret is drawn from it).
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const hex = (length: number) => Array.from({ length }, () => between(0, 15).toString(16)).join('');

  return {
    next,
    between,
    pick(choices) {
      const choice = choices[between(0, choices.length - 1)];
      if (choice === undefined) throw new Error('Nothing to pick from');
      return choice;
    },
    chance: (probability) => next() < probability,
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'.charAt(between(0, 3))}${hex(3)}-${hex(12)}`,
    id() {
      lastId += between(1_000, 90_000);
      return String(lastId);
    },
  };
}
