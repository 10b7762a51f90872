/** The ledger's sum: what Shopify has on the left, what became of it on the right, and nothing left over. */
import type { PixelId } from '../conversion/facts.ts';
import type { LedgerRow } from '../store/statements.ts';

export interface Amounted {
  count: number;
  minor: bigint;
}

export interface Part extends Amounted {
  state: LedgerRow['state'];
  reason: string;
}

/** One pixel's sum of one day or of a period, in one currency. */
export interface PixelSum {
  pixelId: PixelId;
  currency: string;
  /** Every order that Shopify listed or signed, those that are gone there included. */
  orders: Amounted;
  /** Of these: deleted in Shopify since. */
  gone: Amounted;
  /** What edits and refunds changed since; beside the sum, which counts what was ordered. */
  editedMinor: bigint;
  sent: Amounted;
  skipped: Amounted;
  error: Amounted;
  waiting: Amounted;
  /** Orders left over, and money that nobody accounts for. Nothing, when the sum closes. */
  unexplained: Amounted;
  /** By reason, biggest first. */
  parts: Part[];
}

const nothing = (): Amounted => ({ count: 0, minor: 0n });

/** An order from before the pixel's time is kept back for that reason: it counts as skipped. */
const SIDE: Record<LedgerRow['state'], 'sent' | 'skipped' | 'error' | 'waiting' | null> = {
  sent: 'sent',
  skipped: 'skipped',
  outside: 'skipped',
  error: 'error',
  waiting: 'waiting',
  unexplained: null,
};

export function sumsOf(rows: readonly LedgerRow[]): PixelSum[] {
  const sums = new Map<string, PixelSum>();
  for (const row of rows) {
    const key = `${row.pixelId.padStart(20, '0')} ${row.currency}`;
    const sum = sums.get(key) ?? {
      pixelId: row.pixelId,
      currency: row.currency,
      orders: nothing(),
      gone: nothing(),
      editedMinor: 0n,
      sent: nothing(),
      skipped: nothing(),
      error: nothing(),
      waiting: nothing(),
      unexplained: nothing(),
      parts: [],
    };
    sums.set(key, sum);
    add(sum.orders, row.count, row.orderMinor);
    add(sum.gone, row.gone, row.goneMinor);
    sum.editedMinor += row.editedMinor;
    add(
      sum.unexplained,
      row.state === 'unexplained' ? row.count : 0,
      // For an outcome: what Shopify has less what was accounted for, which is nothing unless one of them is wrong.
      row.orderMinor - row.outcomeMinor,
    );
    const side = SIDE[row.state];
    if (side) add(sum[side], row.count, row.outcomeMinor);
    const part = sum.parts.find(({ state, reason }) => state === row.state && reason === row.reason);
    const minor = row.state === 'unexplained' ? row.orderMinor : row.outcomeMinor;
    if (part) add(part, row.count, minor);
    else sum.parts.push({ state: row.state, reason: row.reason, count: row.count, minor });
  }
  for (const sum of sums.values())
    sum.parts.sort(
      (a, b) => b.count - a.count || (`${a.state} ${a.reason}` < `${b.state} ${b.reason}` ? -1 : 1),
    );
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function add(to: Amounted, count: number, minor: bigint): void {
  to.count += count;
  to.minor += minor;
}

/** Counted and paid: nothing is left over on either side. */
export const closes = (sums: readonly PixelSum[]): boolean =>
  sums.every(({ unexplained }) => unexplained.count === 0 && unexplained.minor === 0n);
