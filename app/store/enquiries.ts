/** Orders that wait for Shopify to tell what their webhook did not: claimed by lease, so that each is asked about once. */
import type { ShopId } from '../conversion/facts.ts';
import type { Sql } from './database.ts';
import { putBack } from './queue.ts';
import type { PutBack } from './queue.ts';
import { applyTotals } from './totals.ts';

/** One waiting row; an order has one for each pixel. */
export interface OpenQuestion {
  id: string;
  orderId: string;
  settingsVersion: number;
  receivedAt: Date;
  firstPossibleCopyAt: Date | null;
}

/** Shops that are installed and have open questions; those whose answer is due first come first. */
export async function shopsWithQuestions(sql: Sql, now: Date, limit: number): Promise<ShopId[]> {
  const rows = await sql.rows<{ shop_id: ShopId }>(
    `SELECT q.shop_id FROM queue q JOIN shops s ON s.id = q.shop_id AND s.uninstalled_at IS NULL
     WHERE q.waiting_for = 'shopify' AND (q.lease_until IS NULL OR q.lease_until <= $1)
     GROUP BY q.shop_id ORDER BY min(q.due_at), q.shop_id LIMIT $2`,
    [now, limit],
  );
  return rows.map((row) => row.shop_id);
}

export interface QuestionClaim {
  shopId: ShopId;
  now: Date;
  leaseUntil: Date;
  /** Orders, not rows. */
  limit: number;
  /** Only orders whose answer must be there by now. */
  overdue: boolean;
}

/**
 * Takes the open questions of some orders whole: who holds one of an order's rows holds all of them. Run it in a
 * transaction. `due_at` becomes the end of the lease, as for what is being sent, so that delivery leaves them alone.
 */
export async function claimQuestions(
  sql: Sql,
  claim: QuestionClaim,
): Promise<{ held: string; questions: OpenQuestion[] } | null> {
  const { shopId, now, leaseUntil, limit, overdue } = claim;
  const wanted = await sql.rows<{ order_id: string }>(
    `SELECT q.order_id FROM queue q
     WHERE q.shop_id = $1 AND q.waiting_for = 'shopify' AND (q.lease_until IS NULL OR q.lease_until <= $2)
       AND ($3 OR q.due_at <= $2)
     GROUP BY q.order_id ORDER BY min(q.due_at), q.order_id LIMIT $4`,
    [shopId, now, !overdue, limit],
  );
  // Whoever else claims, or records a webhook of the order, has its row: it comes with the next sweep.
  const locked = await sql.rows<{ order_id: string }>(
    `SELECT order_id FROM orders WHERE shop_id = $1 AND order_id = ANY($2::bigint[])
     ORDER BY order_id FOR UPDATE SKIP LOCKED`,
    [shopId, wanted.map((row) => row.order_id)],
  );
  if (locked.length === 0) return null;
  const rows = await sql.rows<{
    id: string;
    order_id: string;
    settings_version: number;
    received_at: Date;
    first_possible_copy_at: Date | null;
    attempt_id: string;
  }>(
    `WITH attempt AS (SELECT nextval(pg_get_serial_sequence('delivery_requests', 'id')) AS id)
     UPDATE queue q SET lease_until = $4, due_at = $4, attempt_id = attempt.id FROM attempt
     WHERE q.shop_id = $1 AND q.order_id = ANY($2::bigint[]) AND q.waiting_for = 'shopify'
       AND NOT EXISTS (
         SELECT 1 FROM queue other WHERE other.shop_id = q.shop_id AND other.order_id = q.order_id
           AND other.waiting_for = 'shopify' AND other.lease_until > $3)
     RETURNING q.id, q.order_id, q.settings_version, q.received_at, q.first_possible_copy_at, q.attempt_id`,
    [shopId, locked.map((row) => row.order_id), now, leaseUntil],
  );
  const [first] = rows;
  if (!first) return null;
  return {
    held: first.attempt_id,
    questions: rows.map((row) => ({
      id: row.id,
      orderId: row.order_id,
      settingsVersion: row.settings_version,
      receivedAt: row.received_at,
      firstPossibleCopyAt: row.first_possible_copy_at,
    })),
  };
}

/** Gives questions back: answered ones are due, the others wait on. Rows that somebody else took since stay theirs. */
export async function returnQuestions(sql: Sql, rows: readonly PutBack[], held: string): Promise<void> {
  await applyTotals(sql, await putBack(sql, rows, held));
}
