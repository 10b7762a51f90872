/** Daily totals: changed in the transaction of the outcome, always as its last statement, keys sorted. */
import type { Sql } from './database.ts';
import { multirow } from './multirow.ts';

export type OutcomeState = 'waiting' | 'sent' | 'skipped' | 'error';

export interface TotalChange {
  shopId: string;
  pixelId: string;
  /** The shop's day, YYYY-MM-DD. */
  day: string;
  event: string;
  state: OutcomeState;
  reason: string;
  source: string;
  currency: string | null;
  count: number;
  valueMinor: bigint;
}

/** ISO 4217's code for "no currency": page events have no money of the shop's. */
const NO_CURRENCY = 'XXX';

const columns = multirow<TotalChange>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'pixel_id', type: 'bigint', value: (row) => row.pixelId },
  { name: 'day', type: 'date', value: (row) => row.day },
  { name: 'event', type: 'text', value: (row) => row.event },
  { name: 'state', type: 'text', value: (row) => row.state },
  { name: 'reason', type: 'text', value: (row) => row.reason },
  { name: 'source', type: 'text', value: (row) => row.source },
  { name: 'currency', type: 'text', value: (row) => row.currency ?? NO_CURRENCY },
  { name: 'count', type: 'bigint', value: (row) => row.count },
  { name: 'value_minor', type: 'bigint', value: (row) => row.valueMinor },
]);

function keyOf(row: TotalChange): string {
  return [
    row.shopId.padStart(20, '0'),
    row.pixelId.padStart(20, '0'),
    row.day,
    row.event,
    row.state,
    row.reason,
    row.source,
    row.currency ?? NO_CURRENCY,
  ].join('\u0001');
}

/** One row for each key, in the order in which locks are taken; what cancels out is left away. */
export function foldTotals(changes: readonly TotalChange[]): TotalChange[] {
  const folded = new Map<string, TotalChange>();
  for (const change of changes) {
    const key = keyOf(change);
    const known = folded.get(key);
    if (known) {
      known.count += change.count;
      known.valueMinor += change.valueMinor;
    } else folded.set(key, { ...change });
  }
  return [...folded]
    .filter(([, row]) => row.count !== 0 || row.valueMinor !== 0n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
}

export async function applyTotals(sql: Sql, changes: readonly TotalChange[]): Promise<void> {
  const rows = foldTotals(changes);
  if (rows.length === 0) return;
  await sql.run(
    `INSERT INTO daily_totals AS t (${columns.names})
     SELECT ${columns.chosen} FROM ${columns.from()}
     ON CONFLICT (shop_id, pixel_id, day, event, state, reason, source, currency)
     DO UPDATE SET count = t.count + excluded.count, value_minor = t.value_minor + excluded.value_minor`,
    columns.values(rows),
  );
}

export interface DailyTotalRow {
  pixelId: string;
  day: string;
  event: string;
  state: OutcomeState;
  reason: string;
  source: string;
  currency: string;
  count: number;
  valueMinor: bigint;
}

/** A shop's totals of some days (both included), without rows that came back to nothing. */
export async function readTotals(
  sql: Sql,
  shopId: string,
  from: string,
  to: string,
): Promise<DailyTotalRow[]> {
  const rows = await sql.rows<{
    pixel_id: string;
    day: string;
    event: string;
    state: OutcomeState;
    reason: string;
    source: string;
    currency: string;
    count: string;
    value_minor: string;
  }>(
    `SELECT pixel_id, day::text AS day, event, state, reason, source, currency, count, value_minor
     FROM daily_totals
     WHERE shop_id = $1 AND day BETWEEN $2::date AND $3::date AND (count <> 0 OR value_minor <> 0)
     ORDER BY day DESC, pixel_id, event, state, reason, source, currency`,
    [shopId, from, to],
  );
  return rows.map((row) => ({
    pixelId: row.pixel_id,
    day: row.day,
    event: row.event,
    state: row.state,
    reason: row.reason,
    source: row.source,
    currency: row.currency,
    count: Number(row.count),
    valueMinor: BigInt(row.value_minor),
  }));
}

/** Which reasons there were since a day, for the log's filter. */
export async function readReasons(
  sql: Sql,
  shopId: string,
  from: string,
): Promise<{ state: OutcomeState; reason: string }[]> {
  return sql.rows<{ state: OutcomeState; reason: string }>(
    `SELECT DISTINCT state, reason FROM daily_totals
      WHERE shop_id = $1 AND day >= $2::date AND count <> 0 ORDER BY state, reason`,
    [shopId, from],
  );
}

/** Whether an order ever reached TikTok, for real or as a test. */
export async function everSent(sql: Sql, shopId: string): Promise<{ real: boolean; test: boolean }> {
  const [row] = await sql.rows<{ real: boolean; test: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM daily_totals WHERE shop_id = $1 AND event = 'order' AND state = 'sent'
                      AND reason = 'accepted' AND count > 0) AS real,
            EXISTS (SELECT 1 FROM daily_totals WHERE shop_id = $1 AND state = 'sent'
                      AND reason = 'test' AND count > 0) AS test`,
    [shopId],
  );
  return row ?? { real: false, test: false };
}
