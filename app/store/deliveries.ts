/** How events ended at pixels, the requests that carried them, and the tries that settled nothing. */
import { byNumber, multirow, storable } from './multirow.ts';
import type { Column } from './multirow.ts';
import type { Sql } from './database.ts';
import type { TotalChange } from './totals.ts';

export type SettledState = 'sent' | 'skipped' | 'error';

export interface SettledRow {
  shopId: string;
  pixelId: string;
  kind: 'order' | 'page';
  orderId: string | null;
  /** As staff know it: #1017. Null for page events. */
  orderName: string | null;
  event: string;
  eventId: string;
  occurredAt: Date;
  receivedAt: Date;
  day: string;
  source: string;
  state: SettledState;
  reason: string;
  rule: string | null;
  settledAt: Date;
  valueMinor: bigint | null;
  currency: string | null;
  eventName: string | null;
  pixelCode: string | null;
  /** Orders only. */
  revision: number | null;
  settingsVersion: number;
  payloadVersion: number | null;
  payloadSha256: Buffer | null;
  limitedDataUse: boolean;
  firstPossibleCopyAt: Date | null;
  /** Null where nothing was sent. */
  matchKeys: number | null;
  requestIds: string[];
}

export function settledTotal(row: SettledRow): TotalChange {
  return {
    shopId: row.shopId,
    pixelId: row.pixelId,
    day: row.day,
    event: row.event,
    state: row.state,
    reason: row.reason,
    source: row.source,
    currency: row.currency,
    count: 1,
    valueMinor: row.valueMinor ?? 0n,
  };
}

const shared: readonly Column<SettledRow>[] = [
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'pixel_id', type: 'bigint', value: (row) => row.pixelId },
  { name: 'event', type: 'text', value: (row) => storable(row.event) },
  { name: 'event_id', type: 'text', value: (row) => storable(row.eventId) },
  { name: 'occurred_at', type: 'timestamptz', value: (row) => row.occurredAt },
  { name: 'received_at', type: 'timestamptz', value: (row) => row.receivedAt },
  { name: 'day', type: 'date', value: (row) => row.day },
  { name: 'state', type: 'text', value: (row) => row.state },
  { name: 'reason', type: 'text', value: (row) => row.reason },
  { name: 'rule', type: 'text', value: (row) => (row.rule === null ? null : storable(row.rule)) },
  { name: 'settled_at', type: 'timestamptz', value: (row) => row.settledAt },
  { name: 'value_minor', type: 'bigint', value: (row) => row.valueMinor },
  { name: 'currency', type: 'text', value: (row) => row.currency },
  { name: 'event_name', type: 'text', value: (row) => row.eventName },
  { name: 'pixel_code', type: 'text', value: (row) => row.pixelCode },
  { name: 'settings_version', type: 'int', value: (row) => row.settingsVersion },
  { name: 'payload_version', type: 'int', value: (row) => row.payloadVersion },
  { name: 'payload_sha256', type: 'bytea', value: (row) => row.payloadSha256 },
  { name: 'limited_data_use', type: 'bool', value: (row) => row.limitedDataUse },
  {
    name: 'first_possible_copy_at',
    type: 'timestamptz',
    value: (row) => row.firstPossibleCopyAt,
  },
  { name: 'match_keys', type: 'smallint', value: (row) => row.matchKeys },
  { name: 'request_list', type: 'text', value: (row) => row.requestIds.join(' ') },
];

const orderColumns = multirow<SettledRow>([
  ...shared,
  { name: 'order_id', type: 'bigint', value: (row) => row.orderId },
  {
    name: 'order_name',
    type: 'text',
    value: (row) => (row.orderName === null ? null : storable(row.orderName)),
  },
  { name: 'source', type: 'text', value: (row) => row.source },
  { name: 'revision', type: 'int', value: (row) => row.revision ?? 0 },
]);
const pageColumns = multirow<SettledRow>(shared);

const REQUESTS = `coalesce(string_to_array(nullif(r.request_list, ''), ' ')::bigint[], '{}'::bigint[])`;

/**
 * Writes outcomes. The key (shop, pixel, order, event) of an order takes one outcome for ever; a second one would be
 * a fault of ours, and the whole transaction fails on it rather than counting twice.
 */
export async function insertSettled(sql: Sql, rows: readonly SettledRow[]): Promise<void> {
  const sorted = [...rows].sort(
    (a, b) =>
      byNumber(a.shopId, b.shopId) ||
      byNumber(a.pixelId, b.pixelId) ||
      (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0),
  );
  const insert = async (table: string, columns: typeof orderColumns, these: SettledRow[]): Promise<void> => {
    if (these.length === 0) return;
    const plain = columns.names.replace('request_list', 'request_ids');
    const chosen = columns.chosen.replace('r.request_list', REQUESTS);
    await sql.run(
      `INSERT INTO ${table} (${plain}) SELECT ${chosen} FROM ${columns.from()}`,
      columns.values(these),
    );
  };
  await insert(
    'order_deliveries',
    orderColumns,
    sorted.filter((row) => row.kind === 'order'),
  );
  await insert(
    'page_deliveries',
    pageColumns,
    sorted.filter((row) => row.kind === 'page'),
  );
}

/** What became of one HTTP request; `split` and the rest are TikTok's policies, see tiktok/errors.ts. */
export type RequestOutcome = 'accepted' | 'retry' | 'throttle' | 'split' | 'reject' | 'pause' | 'ambiguous';

export interface RequestRow {
  id: string;
  shopId: string;
  pixelId: string;
  startedAt: Date;
  size: number;
  test: boolean;
}

export async function nextRequestId(sql: Sql): Promise<string> {
  const [row] = await sql.rows<{ id: string }>(`SELECT nextval('delivery_requests_id_seq') AS id`);
  if (!row) throw new Error('The sequence of delivery requests gave no number.');
  return row.id;
}

export async function openRequest(sql: Sql, row: RequestRow): Promise<void> {
  await sql.run(
    `INSERT INTO delivery_requests (id, shop_id, pixel_id, started_at, size, test) VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.id, row.shopId, row.pixelId, row.startedAt, row.size, row.test],
  );
}

export interface RequestEnd {
  id: string;
  finishedAt: Date;
  httpStatus: number | null;
  code: number | null;
  outcome: RequestOutcome;
  message: string | null;
  requestId: string | null;
}

export async function closeRequest(sql: Sql, end: RequestEnd): Promise<void> {
  await sql.run(
    `UPDATE delivery_requests SET finished_at = $2, http_status = $3, code = $4, outcome = $5, message = $6,
       request_id = $7 WHERE id = $1`,
    [
      end.id,
      end.finishedAt,
      end.httpStatus,
      end.code,
      end.outcome,
      end.message === null ? null : storable(end.message),
      end.requestId === null ? null : storable(end.requestId),
    ],
  );
}

export interface UnsettledRow {
  shopId: string;
  requestId: string;
  eventId: string;
  event: string;
  revision: number | null;
  settingsVersion: number;
  payloadVersion: number;
  payloadSha256: Buffer;
}

const unsettledColumns = multirow<UnsettledRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'request_id', type: 'bigint', value: (row) => row.requestId },
  { name: 'event_id', type: 'text', value: (row) => row.eventId },
  { name: 'event', type: 'text', value: (row) => row.event },
  { name: 'revision', type: 'int', value: (row) => row.revision },
  { name: 'settings_version', type: 'int', value: (row) => row.settingsVersion },
  { name: 'payload_version', type: 'int', value: (row) => row.payloadVersion },
  { name: 'payload_sha256', type: 'bytea', value: (row) => row.payloadSha256 },
]);

/** What exactly went out with a request that settled nothing. */
export async function insertUnsettled(sql: Sql, rows: readonly UnsettledRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.run(
    `INSERT INTO unsettled_attempts (${unsettledColumns.names})
     SELECT ${unsettledColumns.chosen} FROM ${unsettledColumns.from()} ON CONFLICT DO NOTHING`,
    unsettledColumns.values(rows),
  );
}

/** Which match keys the newest sent orders carried: how many orders for each set of keys. */
export async function matchKeysSent(
  sql: Sql,
  shopId: string,
  since: Date,
  limit: number,
): Promise<{ keys: number; orders: number }[]> {
  return sql.rows<{ keys: number; orders: number }>(
    `SELECT match_keys AS keys, count(*)::int AS orders
       FROM (SELECT match_keys FROM order_deliveries
              WHERE shop_id = $1 AND state = 'sent' AND occurred_at >= $2
              ORDER BY occurred_at DESC LIMIT $3) AS newest
      WHERE match_keys IS NOT NULL GROUP BY match_keys`,
    [shopId, since, limit],
  );
}
