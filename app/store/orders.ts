/** Orders and their revisions: the newest state, and everything that was ever known, never changed. */
import { byNumber, multirow, storable } from './multirow.ts';
import type { Sql } from './database.ts';

export interface OrderKey {
  shopId: string;
  orderId: string;
}

export interface OrderRow extends OrderKey {
  name: string;
  createdAt: Date;
  processedAt: Date;
  updatedAt: Date;
  receivedAt: Date;
  /** YYYY-MM-DD, the shop's day of createdAt. */
  day: string;
  revision: number;
  source: OrderSource;
  currency: string;
  totalMinor: bigint;
  checkoutKey: Buffer | null;
  cartKey: Buffer | null;
  customerKey: Buffer | null;
  emailKeys: Buffer[];
  goneAt: Date | null;
  webhookIds: string[];
  eventIds: string[];
}

export type OrderSource = 'webhook' | 'reconciled' | 'backfill';

export interface StoredOrder extends OrderRow {
  erasedAt: Date | null;
  /** The newest revision. */
  facts: string;
  matchSealed: Buffer | null;
  cause: string;
}

export interface RevisionRow extends OrderKey {
  revision: number;
  /** orders/create, orders/paid, orders/updated, orders/cancelled, context, fetched, reconcile, backfill */
  cause: string;
  receivedAt: Date;
  facts: string;
  matchSealed: Buffer;
}

interface OrderColumns {
  shop_id: string;
  order_id: string;
  name: string;
  created_at: Date;
  processed_at: Date;
  updated_at: Date;
  received_at: Date;
  day: string;
  revision: number;
  source: OrderSource;
  currency: string;
  total_minor: string;
  checkout_key: Buffer | null;
  cart_key: Buffer | null;
  customer_key: Buffer | null;
  email_keys: Buffer[];
  gone_at: Date | null;
  erased_at: Date | null;
  webhook_ids: string[];
  event_ids: string[];
  facts: string;
  match_sealed: Buffer | null;
  cause: string;
}

const read = (row: OrderColumns): StoredOrder => ({
  shopId: row.shop_id,
  orderId: row.order_id,
  name: row.name,
  createdAt: row.created_at,
  processedAt: row.processed_at,
  updatedAt: row.updated_at,
  receivedAt: row.received_at,
  day: row.day,
  revision: row.revision,
  source: row.source,
  currency: row.currency,
  totalMinor: BigInt(row.total_minor),
  checkoutKey: row.checkout_key,
  cartKey: row.cart_key,
  customerKey: row.customer_key,
  emailKeys: row.email_keys,
  goneAt: row.gone_at,
  erasedAt: row.erased_at,
  webhookIds: row.webhook_ids,
  eventIds: row.event_ids,
  facts: row.facts,
  matchSealed: row.match_sealed,
  cause: row.cause,
});

const SELECT_ORDER = `
  SELECT o.shop_id, o.order_id, o.name, o.created_at, o.processed_at, o.updated_at, o.received_at,
    o.day::text AS day, o.revision, o.source, o.currency, o.total_minor, o.checkout_key, o.cart_key,
    o.customer_key, o.email_keys, o.gone_at, o.erased_at, o.webhook_ids, o.event_ids,
    v.facts, v.match_sealed, v.cause`;

const keyColumns = multirow<OrderKey>([
  { name: 'shop_id', type: 'bigint', value: (key) => key.shopId },
  { name: 'order_id', type: 'bigint', value: (key) => key.orderId },
]);

/** Shop, then order: the order in which rows are locked and written, in every statement of every process. */
export function inOrder<T extends OrderKey>(keys: readonly T[]): T[] {
  return [...keys].sort((a, b) => byNumber(a.shopId, b.shopId) || byNumber(a.orderId, b.orderId));
}

/** Takes the orders that exist for this transaction alone. */
export async function lockOrders(sql: Sql, keys: readonly OrderKey[]): Promise<StoredOrder[]> {
  if (keys.length === 0) return [];
  const rows = await sql.rows<OrderColumns>(
    `${SELECT_ORDER}
     FROM ${keyColumns.from()}
     JOIN orders o ON o.shop_id = r.shop_id AND o.order_id = r.order_id
     JOIN order_revisions v ON v.shop_id = o.shop_id AND v.order_id = o.order_id AND v.revision = o.revision
     ORDER BY o.shop_id, o.order_id
     FOR UPDATE OF o`,
    keyColumns.values(inOrder(keys)),
  );
  return rows.map(read);
}

/** The same without a lock. */
export async function readOrders(sql: Sql, keys: readonly OrderKey[]): Promise<StoredOrder[]> {
  if (keys.length === 0) return [];
  const rows = await sql.rows<OrderColumns>(
    `${SELECT_ORDER}
     FROM ${keyColumns.from()}
     JOIN orders o ON o.shop_id = r.shop_id AND o.order_id = r.order_id
     JOIN order_revisions v ON v.shop_id = o.shop_id AND v.order_id = o.order_id AND v.revision = o.revision`,
    keyColumns.values(keys),
  );
  return rows.map(read);
}

/** Lists of a row travel as one text each, because arrays of unequal arrays do not unnest. */
const LIST_OF_TEXT = (column: string): string =>
  `coalesce(string_to_array(nullif(r.${column}, ''), ' '), '{}'::text[])`;
const LIST_OF_BYTES = (column: string): string =>
  `ARRAY(SELECT decode(k, 'hex') FROM unnest(string_to_array(nullif(r.${column}, ''), ' ')) AS k)`;

const orderColumns = multirow<OrderRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'order_id', type: 'bigint', value: (row) => row.orderId },
  { name: 'name', type: 'text', value: (row) => storable(row.name) },
  { name: 'created_at', type: 'timestamptz', value: (row) => row.createdAt },
  { name: 'processed_at', type: 'timestamptz', value: (row) => row.processedAt },
  { name: 'updated_at', type: 'timestamptz', value: (row) => row.updatedAt },
  { name: 'received_at', type: 'timestamptz', value: (row) => row.receivedAt },
  { name: 'day', type: 'date', value: (row) => row.day },
  { name: 'revision', type: 'int', value: (row) => row.revision },
  { name: 'source', type: 'text', value: (row) => row.source },
  { name: 'currency', type: 'text', value: (row) => row.currency },
  { name: 'total_minor', type: 'bigint', value: (row) => row.totalMinor },
  { name: 'checkout_key', type: 'bytea', value: (row) => row.checkoutKey },
  { name: 'cart_key', type: 'bytea', value: (row) => row.cartKey },
  { name: 'customer_key', type: 'bytea', value: (row) => row.customerKey },
  { name: 'gone_at', type: 'timestamptz', value: (row) => row.goneAt },
  {
    name: 'email_list',
    type: 'text',
    value: (row) => row.emailKeys.map((key) => key.toString('hex')).join(' '),
  },
  { name: 'webhook_list', type: 'text', value: (row) => row.webhookIds.map(storable).join(' ') },
  { name: 'event_list', type: 'text', value: (row) => row.eventIds.map(storable).join(' ') },
]);

/** Says how many were new; fewer than given means that another process recorded one of them meanwhile. */
export async function insertOrders(sql: Sql, orders: readonly OrderRow[]): Promise<number> {
  if (orders.length === 0) return 0;
  return sql.run(
    `INSERT INTO orders (shop_id, order_id, name, created_at, processed_at, updated_at, received_at, day, revision,
       source, currency, total_minor, checkout_key, cart_key, customer_key, gone_at, email_keys, webhook_ids, event_ids)
     SELECT r.shop_id, r.order_id, r.name, r.created_at, r.processed_at, r.updated_at, r.received_at, r.day,
       r.revision, r.source, r.currency, r.total_minor, r.checkout_key, r.cart_key, r.customer_key, r.gone_at,
       ${LIST_OF_BYTES('email_list')}, ${LIST_OF_TEXT('webhook_list')}, ${LIST_OF_TEXT('event_list')}
     FROM ${orderColumns.from()}
     ON CONFLICT DO NOTHING`,
    orderColumns.values(inOrder(orders)),
  );
}

/** Only for orders that this transaction has locked. `receivedAt`, `day` and `source` stay as first recorded. */
export async function updateOrders(sql: Sql, orders: readonly OrderRow[]): Promise<void> {
  if (orders.length === 0) return;
  await sql.run(
    `UPDATE orders o SET name = r.name, processed_at = r.processed_at, updated_at = r.updated_at,
       revision = r.revision, total_minor = r.total_minor, checkout_key = r.checkout_key, cart_key = r.cart_key,
       customer_key = r.customer_key, gone_at = r.gone_at, email_keys = ${LIST_OF_BYTES('email_list')},
       webhook_ids = ${LIST_OF_TEXT('webhook_list')}, event_ids = ${LIST_OF_TEXT('event_list')}
     FROM ${orderColumns.from()}
     WHERE o.shop_id = r.shop_id AND o.order_id = r.order_id`,
    orderColumns.values(inOrder(orders)),
  );
}

const revisionColumns = multirow<RevisionRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'order_id', type: 'bigint', value: (row) => row.orderId },
  { name: 'revision', type: 'int', value: (row) => row.revision },
  { name: 'cause', type: 'text', value: (row) => row.cause },
  { name: 'received_at', type: 'timestamptz', value: (row) => row.receivedAt },
  { name: 'facts', type: 'text', value: (row) => storable(row.facts) },
  { name: 'match_sealed', type: 'bytea', value: (row) => row.matchSealed },
]);

export async function insertRevisions(sql: Sql, revisions: readonly RevisionRow[]): Promise<void> {
  if (revisions.length === 0) return;
  await sql.run(
    `INSERT INTO order_revisions (${revisionColumns.names}) SELECT ${revisionColumns.chosen} FROM ${revisionColumns.from()}`,
    revisionColumns.values(inOrder(revisions)),
  );
}

/** Moves locked orders on to a revision that was just written, and nothing else. */
export async function setRevisions(
  sql: Sql,
  orders: readonly (OrderKey & { revision: number })[],
): Promise<void> {
  if (orders.length === 0) return;
  const sorted = inOrder(orders);
  await sql.run(
    `UPDATE orders o SET revision = r.revision
     FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS r(shop_id, order_id, revision)
     WHERE o.shop_id = r.shop_id AND o.order_id = r.order_id`,
    [sorted.map((o) => o.shopId), sorted.map((o) => o.orderId), sorted.map((o) => o.revision)],
  );
}

export interface StoredRevision {
  revision: number;
  cause: string;
  receivedAt: Date;
  facts: string;
  matchSealed: Buffer | null;
  redactedAt: Date | null;
}

export async function revisionsOf(sql: Sql, key: OrderKey): Promise<StoredRevision[]> {
  const rows = await sql.rows<{
    revision: number;
    cause: string;
    received_at: Date;
    facts: string;
    match_sealed: Buffer | null;
    redacted_at: Date | null;
  }>(
    `SELECT revision, cause, received_at, facts, match_sealed, redacted_at FROM order_revisions
     WHERE shop_id = $1 AND order_id = $2 ORDER BY revision`,
    [key.shopId, key.orderId],
  );
  return rows.map((row) => ({
    revision: row.revision,
    cause: row.cause,
    receivedAt: row.received_at,
    facts: row.facts,
    matchSealed: row.match_sealed,
    redactedAt: row.redacted_at,
  }));
}
