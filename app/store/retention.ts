/** Deletes what is past its age, in batches small enough that nobody waits; and the record of what Shopify asked to erase. */
import type { ShopId } from '../conversion/facts.ts';
import type { Database, Sql } from './database.ts';

export interface Kept {
  shopId: ShopId;
  /** Null: as long as Tock keeps them by itself. */
  pageDays: number | null;
  orderMonths: number | null;
}

export async function choicesOfShops(sql: Sql): Promise<Kept[]> {
  const rows = await sql.rows<{
    id: ShopId;
    keep_page_days: number | null;
    keep_order_months: number | null;
  }>('SELECT id::text AS id, keep_page_days, keep_order_months FROM shops ORDER BY id');
  return rows.map((row) => ({
    shopId: row.id,
    pageDays: row.keep_page_days,
    orderMonths: row.keep_order_months,
  }));
}

/** Orders a statement deletes at most; each is a handful of rows. */
const BATCH = 500;

/** Page events of one shop that chose to keep them for less; everybody else's go with their week. */
export async function deleteOldPages(database: Database, shopId: ShopId, before: Date): Promise<number> {
  let deleted = 0;
  for (const table of ['page_deliveries', 'page_events'] as const) {
    for (let some = BATCH; some === BATCH;) {
      some = await database.run(
        `DELETE FROM ${table} WHERE (shop_id, event_id, occurred_at) IN
           (SELECT shop_id, event_id, occurred_at FROM ${table} WHERE shop_id = $1 AND occurred_at < $2 LIMIT ${BATCH})`,
        [shopId, before],
      );
      deleted += some;
    }
  }
  return deleted;
}

/** Orders of days before `day` with all that hangs on them. What still waits is not old, whatever its day. */
export async function deleteOldOrders(database: Database, shopId: ShopId, day: string): Promise<number> {
  let deleted = 0;
  for (let some = BATCH; some === BATCH;) {
    some = await database.transaction(async (sql) => {
      const found = await sql.rows<{ id: string }>(
        `SELECT order_id::text AS id FROM orders o WHERE shop_id = $1 AND day < $2::date
            AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.shop_id = o.shop_id AND q.order_id = o.order_id)
          ORDER BY order_id LIMIT ${BATCH} FOR UPDATE`,
        [shopId, day],
      );
      const ids = found.map(({ id }) => id);
      await sql.run(
        `DELETE FROM unsettled_attempts WHERE shop_id = $1 AND event_id IN
           (SELECT event_id FROM order_deliveries WHERE shop_id = $1 AND order_id = ANY($2::bigint[]))`,
        [shopId, ids],
      );
      for (const table of [
        'order_deliveries',
        'replays',
        'order_revisions',
        'listed_orders',
        'orders',
      ] as const)
        await sql.run(`DELETE FROM ${table} WHERE shop_id = $1 AND order_id = ANY($2::bigint[])`, [
          shopId,
          ids,
        ]);
      return ids.length;
    });
    deleted += some;
  }
  // The sums of days that nobody can check any more go with them.
  await database.run(
    `DELETE FROM daily_totals t WHERE shop_id = $1 AND day < $2::date
       AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.shop_id = $1 AND o.day = t.day)`,
    [shopId, day],
  );
  // From the beginning of the chain only: a hole in it would look like a forgery.
  await database.run(
    'DELETE FROM statements WHERE shop_id = $1 AND day < $2::date AND closed_at < $2::date',
    [shopId, day],
  );
  return deleted;
}

export interface NewPrivacyRequest {
  shopId: ShopId;
  topic: 'shop/redact' | 'customers/redact' | 'customers/data_request';
  receivedAt: Date;
  customerKey: Buffer | null;
  emailKeys: readonly Buffer[];
  orderIds: readonly string[];
}

export interface PrivacyRequestRow extends NewPrivacyRequest {
  id: string;
}

export async function addPrivacyRequest(sql: Sql, request: NewPrivacyRequest): Promise<void> {
  await sql.run(
    `INSERT INTO privacy_requests (of_shop, topic, received_at, customer_key, email_keys, order_ids)
     VALUES ($1, $2, $3, $4, $5::bytea[], $6::bigint[])`,
    [
      request.shopId,
      request.topic,
      request.receivedAt,
      request.customerKey,
      request.emailKeys,
      request.orderIds,
    ],
  );
}

export async function openPrivacyRequests(sql: Sql, limit: number): Promise<PrivacyRequestRow[]> {
  const rows = await sql.rows<{
    id: string;
    of_shop: string;
    topic: PrivacyRequestRow['topic'];
    received_at: Date;
    customer_key: Buffer | null;
    email_keys: Buffer[];
    order_ids: string[];
  }>(
    `SELECT id, of_shop, topic, received_at, customer_key, email_keys, order_ids::text[] AS order_ids
     FROM privacy_requests WHERE done_at IS NULL ORDER BY received_at, id LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({
    id: row.id,
    shopId: row.of_shop,
    topic: row.topic,
    receivedAt: row.received_at,
    customerKey: row.customer_key,
    emailKeys: row.email_keys,
    orderIds: row.order_ids,
  }));
}

/** The record stays; what would find the customer again does not. */
export async function closePrivacyRequest(sql: Sql, id: string, at: Date, result: string): Promise<void> {
  await sql.run(
    `UPDATE privacy_requests SET done_at = $2, result = $3, customer_key = NULL, email_keys = '{}' WHERE id = $1`,
    [id, at, result],
  );
}

/** What is held of a customer: the orders, and of which of them somebody can still be recognised. */
export async function heldOfCustomer(
  sql: Sql,
  request: Pick<NewPrivacyRequest, 'shopId' | 'customerKey' | 'emailKeys' | 'orderIds'>,
): Promise<{ orders: { id: string; name: string; recognisable: boolean }[]; visits: number }> {
  const { shopId, customerKey, emailKeys, orderIds } = request;
  const rows = await sql.rows<{ id: string; name: string; recognisable: boolean; tokens: Buffer[] }>(
    `SELECT order_id::text AS id, name, erased_at IS NULL AS recognisable,
            array_remove(ARRAY[checkout_key, cart_key], NULL) AS tokens
       FROM orders WHERE shop_id = $1
        AND (order_id = ANY($2::bigint[]) OR customer_key = $3 OR email_keys && $4::bytea[]) ORDER BY order_id`,
    [shopId, orderIds, customerKey, emailKeys],
  );
  const [visits] = await sql.rows<{ n: string }>(
    `SELECT count(DISTINCT client_key) AS n FROM visitor_links WHERE shop_id = $1 AND token_key = ANY($2::bytea[])`,
    [shopId, [...rows.flatMap(({ tokens }) => tokens), ...(customerKey ? [customerKey] : [])]],
  );
  return {
    orders: rows.map(({ id, name, recognisable }) => ({ id, name, recognisable })),
    visits: Number(visits?.n ?? 0),
  };
}
