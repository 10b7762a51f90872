/** Deletes what is past its age, in batches small enough that nobody waits; and the record of what Shopify asked to erase. */
import type { ShopId } from '../conversion/facts.ts';
import { writeAudit, type AuditEntry } from './audit.ts';
import type { Database, Sql } from './database.ts';

export interface Kept {
  shopId: ShopId;
  /** Null: as long as Tock keeps them by itself. */
  pageDays: number | null;
  orderMonths: number | null;
  /** What was deleted up to now; null before the first time. */
  pagesKeptFrom: Date | null;
  ordersKeptFrom: string | null;
  requestsSweptTo: Date | null;
}

interface KeptColumns {
  id: ShopId;
  keep_page_days: number | null;
  keep_order_months: number | null;
  pages_kept_from: Date | null;
  orders_kept_from: string | null;
  requests_swept_to: Date | null;
}

const KEPT = `id::text AS id, keep_page_days, keep_order_months, pages_kept_from,
  orders_kept_from::text AS orders_kept_from, requests_swept_to`;
const keptOf = (row: KeptColumns): Kept => ({
  shopId: row.id,
  pageDays: row.keep_page_days,
  orderMonths: row.keep_order_months,
  pagesKeptFrom: row.pages_kept_from,
  ordersKeptFrom: row.orders_kept_from,
  requestsSweptTo: row.requests_swept_to,
});

export async function keptOfShops(sql: Sql): Promise<Kept[]> {
  return (await sql.rows<KeptColumns>(`SELECT ${KEPT} FROM shops ORDER BY id`)).map(keptOf);
}

export async function readKept(sql: Sql, shopId: ShopId): Promise<Kept | null> {
  const [row] = await sql.rows<KeptColumns>(`SELECT ${KEPT} FROM shops WHERE id = $1`, [shopId]);
  return row ? keptOf(row) : null;
}

/** False when it was so already: then nothing is written. */
export function changeKept(
  database: Database,
  shopId: ShopId,
  chosen: Pick<Kept, 'pageDays' | 'orderMonths'>,
  /** Null leaves it as it is: judged on what is stored, which nobody changes meanwhile. */
  audit: (before: Kept) => { at: Date; entry: AuditEntry } | null,
): Promise<boolean> {
  return database.transaction(async (sql) => {
    const [row] = await sql.rows<KeptColumns>(`SELECT ${KEPT} FROM shops WHERE id = $1 FOR UPDATE`, [shopId]);
    if (!row) throw new Error(`Shop ${shopId} is not installed.`);
    const before = keptOf(row);
    if (before.pageDays === chosen.pageDays && before.orderMonths === chosen.orderMonths) return false;
    const audited = audit(before);
    if (!audited) return false;
    await sql.run('UPDATE shops SET keep_page_days = $2, keep_order_months = $3 WHERE id = $1', [
      shopId,
      chosen.pageDays,
      chosen.orderMonths,
    ]);
    await writeAudit(sql, shopId, audited.at, audited.entry);
    return true;
  });
}

/** Rows a statement deletes at most, so that nobody waits for it; an order is a handful of rows. */
const BATCH = 500;

/** Page events of one shop that chose to keep them for less; everybody else's go with their week. What waits stays. */
export async function deleteOldPages(database: Database, shopId: ShopId, before: Date): Promise<number> {
  // First the mark: a check of the books that reads in between must not miss what is about to go.
  await database.run(
    'UPDATE shops SET pages_kept_from = greatest(coalesce(pages_kept_from, $2), $2) WHERE id = $1',
    [shopId, before],
  );
  let deleted = 0;
  for (const table of ['page_deliveries', 'page_events'] as const) {
    for (let some = BATCH; some === BATCH;) {
      some = await database.run(
        `DELETE FROM ${table} WHERE (shop_id, event_id, occurred_at) IN
           (SELECT shop_id, event_id, occurred_at FROM ${table} AS t WHERE shop_id = $1 AND occurred_at < $2
               AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.shop_id = t.shop_id AND q.event_id = t.event_id)
             LIMIT ${BATCH})`,
        [shopId, before],
      );
      deleted += some;
    }
  }
  return deleted;
}

/**
 * Requests to TikTok and what they tried, as long as the events they carried: from before `ordersFrom` all of them, from
 * before `pagesFrom` those that carried page events alone. Each is looked at once, a day's at a time.
 */
export async function sweepRequests(
  database: Database,
  shopId: ShopId,
  ages: { pagesFrom: Date; ordersFrom: Date; sweptTo: Date | null },
): Promise<number> {
  let deleted = 0;
  for (let some = BATCH; some === BATCH;) {
    const old = await database.rows<{ id: string }>(
      'SELECT id::text AS id FROM delivery_requests WHERE shop_id = $1 AND started_at < $2 ORDER BY started_at LIMIT $3',
      [shopId, ages.ordersFrom, BATCH],
    );
    some = old.length;
    deleted += await deleteRequests(
      database,
      shopId,
      old.map(({ id }) => id),
    );
  }
  for (;;) {
    const [first] = await database.rows<{ at: Date | null }>(
      'SELECT min(started_at) AS at FROM delivery_requests WHERE shop_id = $1 AND started_at >= $2',
      [shopId, ages.sweptTo ?? ages.ordersFrom],
    );
    const from = first?.at ?? null;
    const to = from && new Date(from.getTime() + DAY_MS);
    if (from === null || to === null || to > ages.pagesFrom) return deleted;
    const requests = await database.rows<{ id: string; for_order: boolean }>(
      `WITH of_orders AS (
         SELECT unnest(request_ids) AS id FROM order_deliveries
          WHERE shop_id = $1 AND occurred_at >= $2::timestamptz - make_interval(days => ${ORDER_DAYS}) AND occurred_at < $3
         UNION SELECT unnest(request_ids) FROM queue WHERE shop_id = $1
       )
       SELECT r.id::text AS id, r.id IN (SELECT id FROM of_orders) AS for_order FROM delivery_requests r
        WHERE r.shop_id = $1 AND r.started_at >= $2 AND r.started_at < $3 ORDER BY r.started_at`,
      [shopId, from, to],
    );
    const ofPages = requests.filter((request) => !request.for_order).map(({ id }) => id);
    for (let at = 0; at < ofPages.length; at += BATCH)
      deleted += await deleteRequests(database, shopId, ofPages.slice(at, at + BATCH));
    // A request may have carried both: the page events' tries go with the page events. Only orders have revisions.
    await database.run(
      'DELETE FROM unsettled_attempts WHERE shop_id = $1 AND request_id = ANY($2::bigint[]) AND revision IS NULL',
      [shopId, requests.filter((request) => request.for_order).map(({ id }) => id)],
    );
    await database.run('UPDATE shops SET requests_swept_to = $2 WHERE id = $1', [shopId, to]);
    ages = { ...ages, sweptTo: to };
  }
}

const DAY_MS = 86_400_000;
/** An order that is sent is at most so old: it may have waited four weeks for its payment and two for TikTok. */
const ORDER_DAYS = 45;

async function deleteRequests(database: Database, shopId: ShopId, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  return database.transaction(async (sql) => {
    await sql.run('DELETE FROM unsettled_attempts WHERE shop_id = $1 AND request_id = ANY($2::bigint[])', [
      shopId,
      ids,
    ]);
    return sql.run('DELETE FROM delivery_requests WHERE shop_id = $1 AND id = ANY($2::bigint[])', [
      shopId,
      ids,
    ]);
  });
}

/** Visits last seen before a moment, and with a browser's last visit all that ties the browser to carts and customers. */
export async function deleteOldVisits(database: Database, shopId: ShopId, before: Date): Promise<number> {
  let deleted = 0;
  for (let some = BATCH; some === BATCH;) {
    some = await database.transaction(async (sql) => {
      const gone = await sql.rows<{ client: Buffer }>(
        `DELETE FROM visitor_contexts WHERE (shop_id, context_key) IN
           (SELECT shop_id, context_key FROM visitor_contexts
             WHERE shop_id = $1 AND last_seen_at < $2 ORDER BY last_seen_at LIMIT ${BATCH})
         RETURNING client_key AS client`,
        [shopId, before],
      );
      await sql.run(
        `DELETE FROM visitor_links l WHERE shop_id = $1 AND client_key = ANY($2::bytea[])
           AND NOT EXISTS (SELECT 1 FROM visitor_contexts c WHERE c.shop_id = $1 AND c.client_key = l.client_key)`,
        [shopId, gone.map(({ client }) => client)],
      );
      return gone.length;
    });
    deleted += some;
  }
  return deleted;
}

/** An abandoned checkout that is opened again is no second one, for as long as its order would be kept. */
export async function deleteOldOnceKeys(database: Database, before: Date): Promise<void> {
  for (let some = BATCH; some === BATCH;)
    some = await database.run(
      `DELETE FROM once_keys WHERE (shop_id, event_id) IN
         (SELECT shop_id, event_id FROM once_keys WHERE at < $1 ORDER BY at LIMIT ${BATCH})`,
      [before],
    );
}

/** Orders of days before `day` with all that hangs on them. What still waits is not old, whatever its day. */
export async function deleteOldOrders(database: Database, shopId: ShopId, day: string): Promise<number> {
  await database.run(
    'UPDATE shops SET orders_kept_from = greatest(coalesce(orders_kept_from, $2::date), $2::date) WHERE id = $1',
    [shopId, day],
  );
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
  /** shop/erase: the owner asked in the app, and the shop stays. The others come from Shopify. */
  topic: 'shop/redact' | 'customers/redact' | 'customers/data_request' | 'shop/erase';
  /** Who asked in the app. */
  askedBy?: string | null;
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
    `INSERT INTO privacy_requests (of_shop, topic, received_at, customer_key, email_keys, order_ids, asked_by)
     VALUES ($1, $2, $3, $4, $5::bytea[], $6::bigint[], $7)`,
    [
      request.shopId,
      request.topic,
      request.receivedAt,
      request.customerKey,
      request.emailKeys,
      request.orderIds,
      request.askedBy ?? null,
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
    asked_by: string | null;
  }>(
    `SELECT id, of_shop, topic, received_at, customer_key, email_keys, order_ids::text[] AS order_ids, asked_by
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
    askedBy: row.asked_by,
  }));
}

/** The record stays; what would find the customer again does not. */
export async function closePrivacyRequest(sql: Sql, id: string, at: Date, result: string): Promise<void> {
  await sql.run(
    `UPDATE privacy_requests SET done_at = $2, result = $3, customer_key = NULL, email_keys = '{}', asked_by = NULL
      WHERE id = $1`,
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
