/** The rows behind the ledger's sums, the closed statements, and the totals held against the rows. */
import type { PixelId, ShopId } from '../conversion/facts.ts';
import type { Sql } from './database.ts';
import type { OutcomeState } from './totals.ts';

export interface LedgerRow {
  day: string;
  pixelId: PixelId;
  currency: string;
  /** outside: the pixel was not there when the order came. unexplained: nobody dealt with it. */
  state: OutcomeState | 'outside' | 'unexplained';
  reason: string;
  count: number;
  /** As Shopify has it. */
  orderMinor: bigint;
  /** As the outcome has it. */
  outcomeMinor: bigint;
  /** What edits and refunds changed since, beside the sum. */
  editedMinor: bigint;
  gone: number;
  goneMinor: bigint;
}

/** A process may work with a shop's pixels as they were some seconds ago. */
const PIXEL_GRACE_SECONDS = 10;

/** $1 is the shop, $2 and $3 the first and the last day. */
const FATES = `WITH listed AS (SELECT * FROM listed_orders WHERE shop_id = $1 AND day BETWEEN $2::date AND $3::date),
  recorded AS (SELECT order_id, day, total_minor, currency, gone_at, received_at FROM orders
                WHERE shop_id = $1 AND day BETWEEN $2::date AND $3::date),
  known AS (
    SELECT order_id, coalesce(o.day, l.day) AS day, coalesce(l.currency, o.currency) AS currency,
           coalesce(l.total_minor, o.total_minor) AS total_minor,
           coalesce(l.current_minor - l.total_minor, 0) AS edited_minor,
           coalesce(o.gone_at, l.gone_at) IS NOT NULL AS gone, o.received_at
      FROM recorded o FULL JOIN listed l USING (order_id)
  ),
  fates AS (
    SELECT k.*, p.id AS pixel_id,
           CASE WHEN d.state IS NOT NULL THEN d.state
                WHEN q.id IS NOT NULL THEN 'waiting'
                WHEN k.received_at < p.created_at + make_interval(secs => ${PIXEL_GRACE_SECONDS})
                  OR k.received_at >= p.removed_at - make_interval(secs => ${PIXEL_GRACE_SECONDS}) THEN 'outside'
                ELSE 'unexplained' END AS state,
           coalesce(d.reason, q.waiting_for, CASE WHEN k.received_at IS NULL THEN 'not_recorded' ELSE 'pixel_absent' END) AS reason,
           coalesce(d.value_minor, q.value_minor) AS outcome_minor
      FROM known k
      JOIN pixels p ON p.shop_id = $1
      LEFT JOIN order_deliveries d
        ON d.shop_id = $1 AND d.pixel_id = p.id AND d.order_id = k.order_id AND d.event = 'order'
      LEFT JOIN queue q
        ON q.shop_id = $1 AND q.pixel_id = p.id AND q.order_id = k.order_id AND q.event = 'order'
  )`;

/**
 * Every order that Shopify listed or signed, at every pixel that the shop ever had, with what became of it. An order
 * keeps the day of its first record on both sides, so both can be asked by day.
 */
export async function ledgerRows(sql: Sql, shopId: ShopId, from: string, to: string): Promise<LedgerRow[]> {
  const rows = await sql.rows<{
    day: string;
    pixel_id: string;
    currency: string;
    state: LedgerRow['state'];
    reason: string;
    n: string;
    order_minor: string;
    outcome_minor: string;
    edited_minor: string;
    gone: string;
    gone_minor: string;
  }>(
    `${FATES}
     SELECT day::text AS day, pixel_id::text AS pixel_id, currency, state, reason, count(*) AS n,
            sum(total_minor) AS order_minor,
            sum(CASE WHEN state = 'unexplained' THEN 0 WHEN state = 'outside' THEN total_minor
                     ELSE coalesce(outcome_minor, 0) END) AS outcome_minor,
            sum(edited_minor) AS edited_minor, count(*) FILTER (WHERE gone) AS gone,
            coalesce(sum(total_minor) FILTER (WHERE gone), 0) AS gone_minor
       FROM fates GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
    [shopId, from, to],
  );
  return rows.map((row) => ({
    day: row.day,
    pixelId: row.pixel_id,
    currency: row.currency,
    state: row.state,
    reason: row.reason,
    count: Number(row.n),
    orderMinor: BigInt(row.order_minor),
    outcomeMinor: BigInt(row.outcome_minor),
    editedMinor: BigInt(row.edited_minor),
    gone: Number(row.gone),
    goneMinor: BigInt(row.gone_minor),
  }));
}

/** A part of the sum: all that Shopify has, one side of it, or what stands beside. Skipped are those outside too. */
export type PartName = 'orders' | 'gone' | LedgerRow['state'];

export interface LedgerPart {
  of: PartName;
  /** Of one reason alone; null for all of them. */
  reason: string | null;
  from: string;
  to: string;
  /** Null for any. */
  pixelId: PixelId | null;
  currency: string | null;
}

export interface PartOrder {
  orderId: string;
  /** Null for what was never recorded. */
  name: string | null;
  day: string;
  minor: bigint;
  currency: string;
  /** Something became of it, or it waits: the log has its story at the pixel that was asked for. */
  outcome: boolean;
}

/** The orders that such a part counts, by the same days. Oldest id first; `after` is the last one known. */
export async function ordersOfPart(
  sql: Sql,
  shopId: ShopId,
  part: LedgerPart,
  after: string | null,
  limit: number,
): Promise<PartOrder[]> {
  const rows = await sql.rows<{
    order_id: string;
    name: string | null;
    day: string;
    total_minor: string;
    currency: string;
    outcome: boolean;
  }>(
    `${FATES}
     SELECT DISTINCT f.order_id AS id, f.order_id::text AS order_id, o.name, f.day::text AS day, f.total_minor, f.currency,
            $4::bigint IS NOT NULL AND f.outcome_minor IS NOT NULL AS outcome
       FROM fates f LEFT JOIN orders o ON o.shop_id = $1 AND o.order_id = f.order_id
      WHERE ($4::bigint IS NULL OR f.pixel_id = $4)
        AND CASE $5 WHEN 'orders' THEN true WHEN 'gone' THEN f.gone
                    WHEN 'skipped' THEN f.state IN ('skipped', 'outside') ELSE f.state = $5 END
        AND ($8::text IS NULL OR f.reason = $8) AND ($9::text IS NULL OR f.currency = $9)
        AND ($6::bigint IS NULL OR f.order_id > $6) ORDER BY 1 LIMIT $7`,
    [shopId, part.from, part.to, part.pixelId, part.of, after, limit, part.reason, part.currency],
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    name: row.name,
    day: row.day,
    minor: BigInt(row.total_minor),
    currency: row.currency,
    outcome: row.outcome,
  }));
}

/** The orders behind a line that does not close. */
export async function unexplainedOrders(
  sql: Sql,
  shopId: ShopId,
  from: string,
  to: string,
): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(
    `SELECT l.order_id::text AS id FROM listed_orders l
      WHERE l.shop_id = $1 AND l.day BETWEEN $2::date AND $3::date
        AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.shop_id = l.shop_id AND o.order_id = l.order_id)
     UNION
     SELECT o.order_id::text FROM orders o JOIN pixels p ON p.shop_id = o.shop_id
      WHERE o.shop_id = $1 AND o.day BETWEEN $2::date AND $3::date
        AND o.received_at >= p.created_at + make_interval(secs => ${PIXEL_GRACE_SECONDS})
        AND (p.removed_at IS NULL OR o.received_at < p.removed_at - make_interval(secs => ${PIXEL_GRACE_SECONDS}))
        AND NOT EXISTS (SELECT 1 FROM order_deliveries d WHERE d.shop_id = $1 AND d.pixel_id = p.id
                           AND d.order_id = o.order_id AND d.event = 'order')
        AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.shop_id = $1 AND q.pixel_id = p.id
                           AND q.order_id = o.order_id AND q.event = 'order')
     ORDER BY 1 LIMIT 100`,
    [shopId, from, to],
  );
  return rows.map(({ id }) => id);
}

export interface Statement {
  number: number;
  day: string;
  closedAt: Date;
  /** Canonical JSON. */
  content: string;
  previousHash: string;
  hash: string;
}

interface StatementColumns {
  number: number;
  day: string;
  closed_at: Date;
  content: string;
  previous_hash: string;
  hash: string;
}

const STATEMENT = 'number, day::text AS day, closed_at, content, previous_hash, hash';
const statementOf = (row: StatementColumns): Statement => ({
  number: row.number,
  day: row.day,
  closedAt: row.closed_at,
  content: row.content,
  previousHash: row.previous_hash,
  hash: row.hash,
});

/** Oldest first, some at a time; `after` is the number of the last one known. */
export async function statementsAfter(
  sql: Sql,
  shopId: ShopId,
  after: number,
  limit: number,
): Promise<Statement[]> {
  const rows = await sql.rows<StatementColumns>(
    `SELECT ${STATEMENT} FROM statements WHERE shop_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [shopId, after, limit],
  );
  return rows.map(statementOf);
}

export async function lastStatement(sql: Sql, shopId: ShopId): Promise<Statement | null> {
  const [row] = await sql.rows<StatementColumns>(
    `SELECT ${STATEMENT} FROM statements WHERE shop_id = $1 ORDER BY number DESC LIMIT 1`,
    [shopId],
  );
  return row ? statementOf(row) : null;
}

export async function statementsOfDays(
  sql: Sql,
  shopId: ShopId,
  from: string,
  to: string,
): Promise<Statement[]> {
  const rows = await sql.rows<StatementColumns>(
    `SELECT ${STATEMENT} FROM statements WHERE shop_id = $1 AND day BETWEEN $2::date AND $3::date ORDER BY day`,
    [shopId, from, to],
  );
  return rows.map(statementOf);
}

/** Every statement that may tell of these days: their own, and those in which changes of them were booked. */
export async function statementsTelling(
  sql: Sql,
  shopId: ShopId,
  days: { from: string; to: string; bookedForDays: number },
): Promise<Statement[]> {
  const rows = await sql.rows<StatementColumns>(
    `SELECT ${STATEMENT} FROM statements
      WHERE shop_id = $1 AND (day BETWEEN $2::date AND $3::date
         OR closed_at >= $2::date AND closed_at < $3::date + make_interval(days => $4))
      ORDER BY number`,
    [shopId, days.from, days.to, days.bookedForDays],
  );
  return rows.map(statementOf);
}

/** One process closes a shop's days at a time: held until the transaction ends. */
export async function lockBooks(sql: Sql, shopId: ShopId): Promise<void> {
  await sql.run('SELECT pg_advisory_xact_lock($1, hashtext($2))', [BOOKS_LOCK, shopId]);
}

/** Any number of its own. */
const BOOKS_LOCK = 7_406_021;

export async function insertStatement(sql: Sql, shopId: ShopId, statement: Statement): Promise<void> {
  const { number, day, closedAt, content, previousHash, hash } = statement;
  await sql.run(
    `INSERT INTO statements (shop_id, number, day, closed_at, content, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [shopId, number, day, closedAt, content, previousHash, hash],
  );
}

/** Days from `kept` to `to` without a statement: every day since the install, and older ones that have orders. Oldest first. */
export async function openDays(
  sql: Sql,
  shopId: ShopId,
  days: { installed: string; kept: string; to: string },
): Promise<string[]> {
  const rows = await sql.rows<{ day: string }>(
    `SELECT d::date::text AS day FROM generate_series(greatest($2::date, $3::date), $4::date, interval '1 day') AS d
      WHERE NOT EXISTS (SELECT 1 FROM statements s WHERE s.shop_id = $1 AND s.day = d::date)
     UNION
     SELECT DISTINCT o.day::text FROM orders o
      WHERE o.shop_id = $1 AND o.day >= $3::date AND o.day < $2::date AND o.day <= $4::date
        AND NOT EXISTS (SELECT 1 FROM statements s WHERE s.shop_id = $1 AND s.day = o.day)
     ORDER BY 1`,
    [shopId, days.installed, days.kept, days.to],
  );
  return rows.map(({ day }) => day);
}

export interface TotalFault {
  day: string;
  pixelId: PixelId;
  event: string;
  state: string;
  reason: string;
  /** What the day's total says and what the rows add up to. */
  total: number;
  rows: number;
  totalMinor: bigint;
  rowsMinor: bigint;
}

/** Days on which the totals do not agree with the rows. `pagesFrom`: page events are kept from this day on. */
export async function totalFaults(
  sql: Sql,
  shopId: ShopId,
  days: { from: string; to: string; pagesFrom: string },
): Promise<TotalFault[]> {
  const rows = await sql.rows<{
    day: string;
    pixel_id: string;
    event: string;
    state: string;
    reason: string;
    total: string;
    n: string;
    total_minor: string;
    rows_minor: string;
  }>(
    `WITH told AS (
       SELECT pixel_id, day, event, state, reason, source, currency, count AS n, value_minor AS v FROM daily_totals
        WHERE shop_id = $1 AND day BETWEEN $2::date AND $3::date AND (event = 'order' OR day >= $4::date)
     ),
     rows AS (
       SELECT pixel_id, day, event, state, reason, source, coalesce(currency, 'XXX') AS currency, count(*) AS n,
              coalesce(sum(value_minor), 0) AS v
         FROM (SELECT pixel_id, day, event, 'waiting' AS state, waiting_for AS reason, source, currency, value_minor
                 FROM queue WHERE shop_id = $1 AND (kind = 'order' OR day >= $4::date)
               UNION ALL SELECT pixel_id, day, event, state, reason, source, currency, value_minor
                 FROM order_deliveries WHERE shop_id = $1
               UNION ALL SELECT pixel_id, day, event, state, reason, 'beacon', currency, value_minor
                 FROM page_deliveries WHERE shop_id = $1 AND day >= $4::date
              ) AS a
        WHERE day BETWEEN $2::date AND $3::date GROUP BY 1, 2, 3, 4, 5, 6, 7
     )
     SELECT day::text AS day, pixel_id::text AS pixel_id, event, state, reason, coalesce(told.n, 0) AS total,
            coalesce(rows.n, 0) AS n, coalesce(told.v, 0) AS total_minor, coalesce(rows.v, 0) AS rows_minor
       FROM told FULL JOIN rows USING (pixel_id, day, event, state, reason, source, currency)
      WHERE coalesce(told.n, 0) <> coalesce(rows.n, 0) OR coalesce(told.v, 0) <> coalesce(rows.v, 0)
      ORDER BY 1, 2, 3, 4, 5 LIMIT 200`,
    [shopId, days.from, days.to, days.pagesFrom],
  );
  return rows.map((row) => ({
    day: row.day,
    pixelId: row.pixel_id,
    event: row.event,
    state: row.state,
    reason: row.reason,
    total: Number(row.total),
    rows: Number(row.n),
    totalMinor: BigInt(row.total_minor),
    rowsMinor: BigInt(row.rows_minor),
  }));
}
