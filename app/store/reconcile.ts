/** The other side of the ledger: what Shopify lists, how far the comparison has come, and the orders from before the install. */
import type { ShopId } from '../conversion/facts.ts';
import type { Database, Sql } from './database.ts';
import { multirow } from './multirow.ts';
import { applyTotals } from './totals.ts';
import type { OutcomeState } from './totals.ts';

export interface ListedRow {
  orderId: string;
  /** For an order that is not recorded; a recorded one keeps its own. */
  day: string;
  updatedAt: Date;
  currency: string;
  totalMinor: bigint;
  currentMinor: bigint;
}

const listedColumns = multirow<ListedRow>([
  { name: 'order_id', type: 'bigint', value: (row) => row.orderId },
  { name: 'day', type: 'date', value: (row) => row.day },
  { name: 'updated_at', type: 'timestamptz', value: (row) => row.updatedAt },
  { name: 'currency', type: 'text', value: (row) => row.currency },
  { name: 'total_minor', type: 'bigint', value: (row) => row.totalMinor },
  { name: 'current_minor', type: 'bigint', value: (row) => row.currentMinor },
]);

/** When each of these orders was last changed, as far as it is recorded. */
export async function knownOrders(
  sql: Sql,
  shopId: ShopId,
  orderIds: readonly string[],
): Promise<Map<string, Date>> {
  const rows = await sql.rows<{ id: string; updated_at: Date }>(
    'SELECT order_id::text AS id, updated_at FROM orders WHERE shop_id = $1 AND order_id = ANY($2::bigint[])',
    [shopId, orderIds],
  );
  return new Map(rows.map((row) => [row.id, row.updated_at]));
}

/** An order keeps its first day: a shop that moves to another time zone must not move its past. */
export async function saveListed(
  sql: Sql,
  shopId: ShopId,
  rows: readonly ListedRow[],
  seenAt: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const sorted = [...rows].sort((a, b) => (BigInt(a.orderId) < BigInt(b.orderId) ? -1 : 1));
  await sql.run(
    `INSERT INTO listed_orders AS l (shop_id, order_id, day, updated_at, currency, total_minor, current_minor, seen_at)
     SELECT $1, r.order_id, coalesce(o.day, r.day), r.updated_at, r.currency, r.total_minor, r.current_minor, $2
     FROM ${listedColumns.from(2)}
     LEFT JOIN orders o ON o.shop_id = $1 AND o.order_id = r.order_id
     ON CONFLICT (shop_id, order_id) DO UPDATE SET day = excluded.day, updated_at = excluded.updated_at,
       total_minor = excluded.total_minor, current_minor = excluded.current_minor, currency = excluded.currency,
       seen_at = excluded.seen_at, gone_at = NULL`,
    [shopId, seenAt, ...listedColumns.values(sorted)],
  );
}

/**
 * An order that was first seen in a later state is known with the lines that were added until then; what it cost at first
 * only Shopify's list says. Its money moves in the row, in what waits, in the outcomes and in the totals together. An order
 * that was seen at its creation is not touched: where Shopify's list says something else of it, the ledger must not close.
 */
export async function correctFirstTotals(
  sql: Sql,
  shopId: ShopId,
  listed: readonly ListedRow[],
): Promise<void> {
  const wrong = await sql.rows<{ order_id: string; total_minor: string }>(
    `SELECT o.order_id, r.total_minor FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS r(order_id, total_minor, currency)
     JOIN orders o ON o.shop_id = $1 AND o.order_id = r.order_id AND o.currency = r.currency
     JOIN order_revisions v ON v.shop_id = $1 AND v.order_id = o.order_id AND v.revision = 1
     WHERE o.total_minor <> r.total_minor
       AND v.cause <> 'orders/create' AND (v.facts::jsonb ->> 'updatedAt')::timestamptz > o.created_at
     ORDER BY o.order_id FOR UPDATE OF o`,
    [
      shopId,
      listed.map(({ orderId }) => orderId),
      listed.map(({ totalMinor }) => totalMinor.toString()),
      listed.map(({ currency }) => currency),
    ],
  );
  if (wrong.length === 0) return;
  const ids = wrong.map((row) => row.order_id);
  const values = [shopId, ids, wrong.map((row) => row.total_minor)];
  const right = 'unnest($2::bigint[], $3::bigint[]) AS r(order_id, total_minor)';
  await sql.run(
    `UPDATE orders o SET total_minor = r.total_minor FROM ${right} WHERE o.shop_id = $1 AND o.order_id = r.order_id`,
    values,
  );
  const before = 'old.shop_id = $1 AND old.order_id = r.order_id AND old.value_minor IS NOT NULL';
  const moved = `d.pixel_id::text AS pixel_id, d.day::text AS day, d.event, d.source, d.currency,
    d.value_minor - old.value_minor AS more`;
  const waiting = await sql.rows<MovedColumns>(
    `UPDATE queue d SET value_minor = r.total_minor FROM ${right} JOIN queue old ON ${before} WHERE d.id = old.id
     RETURNING ${moved}, 'waiting' AS state, d.waiting_for AS reason`,
    values,
  );
  const settled = await sql.rows<MovedColumns>(
    `UPDATE order_deliveries d SET value_minor = r.total_minor FROM ${right} JOIN order_deliveries old ON ${before}
     WHERE d.shop_id = $1 AND d.pixel_id = old.pixel_id AND d.order_id = old.order_id AND d.event = old.event
     RETURNING ${moved}, d.state, d.reason`,
    values,
  );
  await applyTotals(
    sql,
    [...waiting, ...settled].map(({ pixel_id: pixelId, more, ...row }) => ({
      ...row,
      shopId,
      pixelId,
      count: 0,
      valueMinor: BigInt(more),
    })),
  );
}

interface MovedColumns {
  pixel_id: string;
  day: string;
  event: string;
  state: OutcomeState;
  reason: string;
  source: string;
  currency: string | null;
  more: string;
}

/** After a day was listed whole: what Shopify did not name any more is gone there. Answers how many that were. */
export async function markGone(
  sql: Sql,
  shopId: ShopId,
  pass: { day: string; startedAt: Date },
): Promise<number> {
  const values = [shopId, pass.day, pass.startedAt];
  await sql.run(
    `UPDATE listed_orders SET gone_at = $3 WHERE shop_id = $1 AND day = $2 AND seen_at < $3 AND gone_at IS NULL`,
    values,
  );
  return sql.run(
    `UPDATE orders o SET gone_at = $3 WHERE o.shop_id = $1 AND o.day = $2 AND o.gone_at IS NULL AND o.received_at < $3
       AND NOT EXISTS (SELECT 1 FROM listed_orders l
                        WHERE l.shop_id = o.shop_id AND l.order_id = o.order_id AND l.seen_at >= $3)`,
    values,
  );
}

export interface Comparison {
  seenUntil: Date;
  checkedAt: Date | null;
  /** Orders named by Shopify in the last comparison, and how many of them no webhook had brought. */
  listed: number;
  found: number;
  trouble: string | null;
}

export async function readComparison(sql: Sql, shopId: ShopId): Promise<Comparison | null> {
  const [row] = await sql.rows<{
    seen_until: Date;
    checked_at: Date | null;
    listed: number;
    found: number;
    trouble: string | null;
  }>('SELECT seen_until, checked_at, listed, found, trouble FROM comparisons WHERE shop_id = $1', [shopId]);
  return row
    ? {
        seenUntil: row.seen_until,
        checkedAt: row.checked_at,
        listed: row.listed,
        found: row.found,
        trouble: row.trouble,
      }
    : null;
}

export async function saveComparison(sql: Sql, shopId: ShopId, comparison: Comparison): Promise<void> {
  const { seenUntil, checkedAt, listed, found, trouble } = comparison;
  await sql.run(
    `INSERT INTO comparisons (shop_id, seen_until, checked_at, listed, found, trouble) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (shop_id) DO UPDATE SET seen_until = excluded.seen_until, checked_at = excluded.checked_at,
       listed = excluded.listed, found = excluded.found, trouble = excluded.trouble`,
    [shopId, seenUntil, checkedAt, listed, found, trouble],
  );
}

export type BackfillState = 'running' | 'stopped' | 'done';

export interface Backfill {
  state: BackfillState;
  fromAt: Date;
  toAt: Date;
  cursor: string | null;
  /** Orders that were to be sent when it was started. */
  total: number;
  recorded: number;
  valueMinor: bigint;
  actor: string;
  startedAt: Date;
  changedAt: Date;
}

interface BackfillColumns {
  state: BackfillState;
  from_at: Date;
  to_at: Date;
  cursor: string | null;
  total: number;
  recorded: number;
  value_minor: string;
  actor: string;
  started_at: Date;
  changed_at: Date;
}

export async function readBackfill(sql: Sql, shopId: ShopId): Promise<Backfill | null> {
  const [row] = await sql.rows<BackfillColumns>(
    `SELECT state, from_at, to_at, cursor, total, recorded, value_minor, actor, started_at, changed_at
     FROM backfills WHERE shop_id = $1`,
    [shopId],
  );
  return row
    ? {
        state: row.state,
        fromAt: row.from_at,
        toAt: row.to_at,
        cursor: row.cursor,
        total: row.total,
        recorded: row.recorded,
        valueMinor: BigInt(row.value_minor),
        actor: row.actor,
        startedAt: row.started_at,
        changedAt: row.changed_at,
      }
    : null;
}

/** A new one takes the place of one that has ended; a running one stays, and the answer is false. */
export async function startBackfill(
  sql: Sql,
  shopId: ShopId,
  backfill: Pick<Backfill, 'fromAt' | 'toAt' | 'total' | 'actor' | 'startedAt'>,
): Promise<boolean> {
  const { fromAt, toAt, total, actor, startedAt } = backfill;
  const started = await sql.run(
    `INSERT INTO backfills AS b (shop_id, state, from_at, to_at, total, actor, started_at, changed_at)
     VALUES ($1, 'running', $2, $3, $4, $5, $6, $6)
     ON CONFLICT (shop_id) DO UPDATE SET state = 'running', from_at = excluded.from_at, to_at = excluded.to_at,
       cursor = NULL, total = excluded.total, recorded = 0, value_minor = 0, actor = excluded.actor,
       started_at = excluded.started_at, changed_at = excluded.changed_at
     WHERE b.state <> 'running'`,
    [shopId, fromAt, toAt, total, actor, startedAt],
  );
  return started > 0;
}

/** Only out of the states named; answers whether it was in one of them. */
export async function turnBackfill(
  sql: Sql,
  shopId: ShopId,
  turn: { from: readonly BackfillState[]; to: BackfillState; at: Date },
): Promise<boolean> {
  return (
    (await sql.run(
      'UPDATE backfills SET state = $3, changed_at = $4 WHERE shop_id = $1 AND state = ANY($2::text[])',
      [shopId, turn.from, turn.to, turn.at],
    )) > 0
  );
}

export async function advanceBackfill(
  sql: Sql,
  shopId: ShopId,
  step: { recorded: number; valueMinor: bigint; cursor?: string | null; at: Date },
): Promise<void> {
  await sql.run(
    `UPDATE backfills SET recorded = recorded + $2, value_minor = value_minor + $3::bigint,
       cursor = CASE WHEN $4 THEN $5 ELSE cursor END, changed_at = $6 WHERE shop_id = $1`,
    [
      shopId,
      step.recorded,
      step.valueMinor.toString(),
      step.cursor !== undefined,
      step.cursor ?? null,
      step.at,
    ],
  );
}

/** Any number of its own. */
const BACKFILL_LOCK = 7_406_022;

/**
 * Runs the work unless another process is at it for the same shop: then the answer is null. The lock is the connection's,
 * so that it ends with the process that held it.
 */
export async function backfillAlone<T>(
  database: Database,
  shopId: ShopId,
  work: () => Promise<T>,
): Promise<T | null> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    const held = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS held',
      [BACKFILL_LOCK, shopId],
    );
    if (held.rows[0]?.held !== true) return null;
    try {
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, hashtext($2))', [BACKFILL_LOCK, shopId]);
    }
  } catch (error) {
    // A connection that could not give the lock back is closed, which gives it back.
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Shops whose backfill runs; a worker that died leaves its own here. */
export async function runningBackfills(sql: Sql): Promise<ShopId[]> {
  const rows = await sql.rows<{ id: ShopId }>(
    `SELECT b.shop_id::text AS id FROM backfills b JOIN shops s ON s.id = b.shop_id
     WHERE b.state = 'running' AND s.uninstalled_at IS NULL ORDER BY b.started_at`,
  );
  return rows.map(({ id }) => id);
}
