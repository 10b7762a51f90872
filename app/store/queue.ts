/** The queue: what is due or waiting, one row for each event and pixel, claimed by lease and gone when settled. */
import { byNumber, multirow, storable } from './multirow.ts';
import type { Sql } from './database.ts';
import { idOrNull } from './rows.ts';
import type { TotalChange } from './totals.ts';

export type WaitingFor = 'context' | 'identity' | 'payment' | 'shopify' | 'pixel' | 'retry' | 'due';

export interface NewQueueRow {
  shopId: string;
  pixelId: string;
  kind: 'order' | 'page';
  orderId: string | null;
  /** As staff know it: #1017. Null for page events. */
  orderName: string | null;
  /** Shopify's event: order, page_viewed, … */
  event: string;
  eventId: string;
  occurredAt: Date;
  receivedAt: Date;
  /** The shop's day, YYYY-MM-DD. */
  day: string;
  source: string;
  settingsVersion: number;
  waitingFor: WaitingFor;
  dueAt: Date;
  priority: number;
  valueMinor: bigint | null;
  currency: string | null;
  firstPossibleCopyAt: Date | null;
}

export interface QueueRow extends NewQueueRow {
  id: string;
  tries: number;
  leaseUntil: Date | null;
  attemptId: string | null;
  eventName: string | null;
  pixelCode: string | null;
  requestIds: string[];
}

interface QueueColumns {
  id: string;
  shop_id: string;
  pixel_id: string;
  kind: 'order' | 'page';
  order_id: string | null;
  order_name: string | null;
  event: string;
  event_id: string;
  occurred_at: Date;
  received_at: Date;
  day: string;
  source: string;
  settings_version: number;
  waiting_for: WaitingFor;
  due_at: Date;
  priority: number;
  value_minor: string | null;
  currency: string | null;
  tries: number;
  lease_until: Date | null;
  attempt_id: string | null;
  first_possible_copy_at: Date | null;
  event_name: string | null;
  pixel_code: string | null;
  request_ids: string[];
}

const COLUMNS = `q.id, q.shop_id, q.pixel_id, q.kind, q.order_id, q.order_name, q.event, q.event_id, q.occurred_at, q.received_at,
  q.day::text AS day, q.source, q.settings_version, q.waiting_for, q.due_at, q.priority, q.value_minor, q.currency,
  q.tries, q.lease_until, q.attempt_id, q.first_possible_copy_at, q.event_name, q.pixel_code, q.request_ids`;

const read = (row: QueueColumns): QueueRow => ({
  id: row.id,
  shopId: row.shop_id,
  pixelId: row.pixel_id,
  kind: row.kind,
  orderId: row.order_id,
  orderName: row.order_name,
  event: row.event,
  eventId: row.event_id,
  occurredAt: row.occurred_at,
  receivedAt: row.received_at,
  day: row.day,
  source: row.source,
  settingsVersion: row.settings_version,
  waitingFor: row.waiting_for,
  dueAt: row.due_at,
  priority: row.priority,
  valueMinor: row.value_minor === null ? null : BigInt(row.value_minor),
  currency: row.currency,
  tries: row.tries,
  leaseUntil: row.lease_until,
  attemptId: row.attempt_id,
  firstPossibleCopyAt: row.first_possible_copy_at,
  eventName: row.event_name,
  pixelCode: row.pixel_code,
  requestIds: row.request_ids,
});

/** What a waiting row counts as in the daily totals. */
export function waitingTotal(row: NewQueueRow, sign: 1 | -1, waitingFor = row.waitingFor): TotalChange {
  return {
    shopId: row.shopId,
    pixelId: row.pixelId,
    day: row.day,
    event: row.event,
    state: 'waiting',
    reason: waitingFor,
    source: row.source,
    currency: row.currency,
    count: sign,
    valueMinor: sign === 1 ? (row.valueMinor ?? 0n) : -(row.valueMinor ?? 0n),
  };
}

const newColumns = multirow<NewQueueRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'pixel_id', type: 'bigint', value: (row) => row.pixelId },
  { name: 'kind', type: 'text', value: (row) => row.kind },
  { name: 'order_id', type: 'bigint', value: (row) => row.orderId },
  {
    name: 'order_name',
    type: 'text',
    value: (row) => (row.orderName === null ? null : storable(row.orderName)),
  },
  { name: 'event', type: 'text', value: (row) => storable(row.event) },
  { name: 'event_id', type: 'text', value: (row) => storable(row.eventId) },
  { name: 'occurred_at', type: 'timestamptz', value: (row) => row.occurredAt },
  { name: 'received_at', type: 'timestamptz', value: (row) => row.receivedAt },
  { name: 'day', type: 'date', value: (row) => row.day },
  { name: 'source', type: 'text', value: (row) => row.source },
  { name: 'settings_version', type: 'int', value: (row) => row.settingsVersion },
  { name: 'waiting_for', type: 'text', value: (row) => row.waitingFor },
  { name: 'due_at', type: 'timestamptz', value: (row) => row.dueAt },
  { name: 'priority', type: 'int', value: (row) => row.priority },
  { name: 'value_minor', type: 'bigint', value: (row) => row.valueMinor },
  { name: 'currency', type: 'text', value: (row) => row.currency },
  { name: 'first_possible_copy_at', type: 'timestamptz', value: (row) => row.firstPossibleCopyAt },
]);

const keyOf = (shopId: string, pixelId: string, eventId: string, event: string): string =>
  [shopId, pixelId, eventId, event].join('\u0001');

/** Returns the rows that were new; what was there already stays as it is. */
export async function enqueue<Row extends NewQueueRow>(sql: Sql, rows: readonly Row[]): Promise<Row[]> {
  if (rows.length === 0) return [];
  const sorted = [...rows].sort(
    (a, b) =>
      byNumber(a.shopId, b.shopId) ||
      byNumber(a.pixelId, b.pixelId) ||
      (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0) ||
      (a.event < b.event ? -1 : a.event > b.event ? 1 : 0),
  );
  const stored = await sql.rows<Pick<QueueColumns, 'shop_id' | 'pixel_id' | 'event_id' | 'event'>>(
    `INSERT INTO queue AS q (${newColumns.names}, request_ids)
     SELECT ${newColumns.chosen}, '{}' FROM ${newColumns.from()}
     ON CONFLICT (shop_id, pixel_id, event_id, event) DO NOTHING
     RETURNING q.shop_id, q.pixel_id, q.event_id, q.event`,
    newColumns.values(sorted),
  );
  if (stored.length === rows.length) return sorted;
  const fresh = new Set(stored.map((row) => keyOf(row.shop_id, row.pixel_id, row.event_id, row.event)));
  return sorted.filter((row) =>
    fresh.has(keyOf(row.shopId, row.pixelId, storable(row.eventId), storable(row.event))),
  );
}

/** What waits for these orders and is in nobody's hands, locked. */
export async function lockWaitingOf(
  sql: Sql,
  orders: readonly { shopId: string; orderId: string }[],
  now: Date,
): Promise<QueueRow[]> {
  if (orders.length === 0) return [];
  const rows = await sql.rows<QueueColumns>(
    `SELECT ${COLUMNS} FROM unnest($1::bigint[], $2::bigint[]) AS r(shop_id, order_id)
     JOIN queue q ON q.shop_id = r.shop_id AND q.order_id = r.order_id
     WHERE q.lease_until IS NULL OR q.lease_until <= $3
     ORDER BY q.id FOR UPDATE OF q`,
    [orders.map((order) => order.shopId), orders.map((order) => order.orderId), now],
  );
  return rows.map(read);
}

/** Orders whose checkout or cart a browser has just spoken of and that wait for just that: reconsidered at once. */
export async function wakeOrdersByTokens(
  sql: Sql,
  tokens: readonly { shopId: string; kind: 'checkout' | 'cart'; tokenKey: Buffer }[],
  now: Date,
): Promise<number> {
  let woken = 0;
  for (const kind of ['checkout', 'cart'] as const) {
    const these = tokens.filter((token) => token.kind === kind);
    if (these.length === 0) continue;
    // A row that somebody holds is being judged right now; it looks at the links itself.
    woken += await sql.run(
      `UPDATE queue SET due_at = $3 WHERE id IN (
         SELECT q.id FROM unnest($1::bigint[], $2::bytea[]) AS r(shop_id, token_key)
         JOIN orders o ON o.shop_id = r.shop_id AND o.${kind}_key = r.token_key
         JOIN queue q ON q.shop_id = o.shop_id AND q.order_id = o.order_id
         WHERE q.waiting_for IN ('context', 'identity') AND q.due_at > $3
           AND (q.lease_until IS NULL OR q.lease_until <= $3)
         FOR UPDATE OF q SKIP LOCKED)`,
      [these.map((token) => token.shopId), these.map((token) => token.tokenKey), now],
    );
  }
  return woken;
}

/** Pixels that may send now and have something due; those whose oldest work is oldest come first. */
export async function pixelsWithWork(
  sql: Sql,
  now: Date,
  limit: number,
): Promise<{ shopId: string; pixelId: string }[]> {
  const rows = await sql.rows<{ shop_id: string; pixel_id: string }>(
    `SELECT p.shop_id, p.id AS pixel_id
     FROM pixels p
     JOIN shops s ON s.id = p.shop_id AND s.uninstalled_at IS NULL
     CROSS JOIN LATERAL (
       SELECT due_at FROM queue
       WHERE pixel_id = p.id AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
       ORDER BY due_at LIMIT 1
     ) AS q
     WHERE p.state = 'active' AND p.removed_at IS NULL
     ORDER BY q.due_at, p.id LIMIT $2`,
    [now, limit],
  );
  return rows.map((row) => ({ shopId: row.shop_id, pixelId: row.pixel_id }));
}

/** As the database has it now: what a process remembers of shops and pixels may be seconds old. */
export async function maySend(sql: Sql, pixelId: string): Promise<boolean> {
  const rows = await sql.rows(
    `SELECT 1 FROM pixels p JOIN shops s ON s.id = p.shop_id
     WHERE p.id = $1 AND p.state = 'active' AND p.removed_at IS NULL AND s.uninstalled_at IS NULL`,
    [pixelId],
  );
  return rows.length > 0;
}

/** Newest first while it is fresh, then what is dearest. */
export const FRESH_MS = 5 * 60_000;

export interface Claim {
  pixelId: string;
  now: Date;
  leaseUntil: Date;
  limit: number;
}

/**
 * Takes due work of one pixel, null when there is none or the pixel may not send: a short transaction that commits
 * before anything is sent. A lease changes no indexed column, so that PostgreSQL writes no index entry for it
 * (docs/decisions/060); what somebody holds is passed over, and what a dead process held is free when its lease ends.
 */
export async function claimDue(
  sql: Sql,
  claim: Claim,
): Promise<{ attemptId: string; rows: QueueRow[] } | null> {
  const { pixelId, now, leaseUntil, limit } = claim;
  if (!(await maySend(sql, pixelId))) return null;
  const freshSince = new Date(now.getTime() - FRESH_MS);
  const fresh = await lockDue(sql, { which: 'due_at <= $2 AND due_at > $3', order: 'due_at DESC' }, [
    pixelId,
    now,
    freshSince,
    limit,
  ]);
  const older =
    fresh.length >= limit
      ? []
      : await lockDue(sql, { which: 'due_at <= $3', order: 'priority DESC, due_at' }, [
          pixelId,
          now,
          freshSince,
          limit - fresh.length,
        ]);
  const due = [...fresh, ...older];
  if (due.length === 0) return null;
  const places = due.map(({ place }) => place);
  await endDead(sql, due, now);
  const rows = await sql.rows<QueueColumns & { new_attempt: string }>(
    // By their place: they are locked, so they cannot have moved.
    `WITH attempt AS (SELECT nextval('delivery_requests_id_seq') AS id)
     UPDATE queue q SET lease_until = $2, attempt_id = attempt.id
     FROM attempt WHERE q.ctid = ANY($1::tid[])
     RETURNING ${COLUMNS}, attempt.id AS new_attempt`,
    [places, leaseUntil],
  );
  const attemptId = rows[0]?.new_attempt;
  if (attemptId === undefined) return null;
  const turn = new Map(due.map(({ id }, at) => [id, at]));
  return {
    attemptId,
    rows: rows.map(read).sort((a, b) => (turn.get(a.id) ?? 0) - (turn.get(b.id) ?? 0)),
  };
}

/**
 * Requests that died with their process, by the rows that it held, which are locked: nobody knows how they ended, and what
 * went out with them stays known. A claim that came to no request leaves nothing.
 */
async function endDead(sql: Sql, rows: readonly DueRow[], now: Date): Promise<void> {
  const dead = rows.filter(({ attempt_id }) => attempt_id !== null);
  if (dead.length === 0) return;
  await sql.run(
    `INSERT INTO unsettled_attempts
       (shop_id, request_id, event_id, event, revision, settings_version, payload_version, payload_sha256)
     SELECT shop_id, attempt_id, event_id, event, tried_revision, settings_version, tried_version, tried_sha256
     FROM queue WHERE ctid = ANY($1::tid[]) AND attempt_id = ANY(request_ids) AND tried_sha256 IS NOT NULL
     ON CONFLICT DO NOTHING`,
    [dead.map(({ place }) => place)],
  );
  await sql.run(
    `UPDATE delivery_requests SET outcome = 'ambiguous', finished_at = $2,
       message = 'The process ended before the answer came.'
     WHERE id = ANY($1::bigint[]) AND outcome IS NULL`,
    [[...new Set(dead.map(({ attempt_id }) => attempt_id))], now],
  );
}

interface DueRow {
  id: string;
  place: string;
  /** Of a process that died with it. */
  attempt_id: string | null;
}

/** What is due and in nobody's hands, locked. `$1` is the pixel, `$2` now, `$3` what divides fresh from older. */
function lockDue(
  sql: Sql,
  due: { which: string; order: string },
  values: readonly [pixelId: string, now: Date, freshSince: Date, limit: number],
): Promise<DueRow[]> {
  return sql.rows<DueRow>(
    `SELECT id, ctid::text AS place, attempt_id FROM queue
     WHERE pixel_id = $1 AND (lease_until IS NULL OR lease_until <= $2) AND ${due.which}
     ORDER BY ${due.order} LIMIT $4 FOR UPDATE SKIP LOCKED`,
    values,
  );
}

export interface FrozenRow {
  id: string;
  eventName: string;
  pixelCode: string;
  firstPossibleCopyAt: Date;
  /** What goes out: of a process that dies with the request nobody else could tell. */
  revision: number | null;
  payloadVersion: number;
  payloadSha256: Buffer;
}

const frozenColumns = multirow<FrozenRow>([
  { name: 'id', type: 'bigint', value: (row) => row.id },
  { name: 'event_name', type: 'text', value: (row) => row.eventName },
  { name: 'pixel_code', type: 'text', value: (row) => row.pixelCode },
  { name: 'first_possible_copy_at', type: 'timestamptz', value: (row) => row.firstPossibleCopyAt },
  { name: 'revision', type: 'int', value: (row) => row.revision },
  { name: 'version', type: 'int', value: (row) => row.payloadVersion },
  { name: 'sha256', type: 'bytea', value: (row) => row.payloadSha256 },
]);

/**
 * Writes down, before the request leaves, that these go with it: a crash after this line is an ambiguous attempt.
 * Returns the ids that are still ours.
 */
export async function freeze(
  sql: Sql,
  rows: readonly FrozenRow[],
  attempt: { held: string; requestId: string; leaseUntil: Date },
): Promise<string[]> {
  const frozen = await sql.rows<{ id: string }>(
    `UPDATE queue q SET event_name = r.event_name, pixel_code = r.pixel_code,
       first_possible_copy_at = r.first_possible_copy_at, tries = q.tries + 1,
       request_ids = q.request_ids || $1::bigint, attempt_id = $1, lease_until = $2,
       tried_revision = r.revision, tried_version = r.version, tried_sha256 = r.sha256
     FROM ${frozenColumns.from(3)}
     WHERE q.id = r.id AND q.attempt_id = $3
     RETURNING q.id`,
    [attempt.requestId, attempt.leaseUntil, attempt.held, ...frozenColumns.values(rows)],
  );
  return frozen.map(({ id }) => id);
}

/** Keeps what we still hold for a later request of the same claim. */
export async function extendLease(
  sql: Sql,
  ids: readonly string[],
  held: string,
  leaseUntil: Date,
): Promise<void> {
  if (ids.length === 0) return;
  await sql.run(`UPDATE queue SET lease_until = $3 WHERE id = ANY($1::bigint[]) AND attempt_id = $2`, [
    ids,
    held,
    leaseUntil,
  ]);
}

/** Takes settled rows away; returns those that were still ours, as they counted in the totals. */
export async function removeSettled(sql: Sql, ids: readonly string[], held: string): Promise<QueueRow[]> {
  if (ids.length === 0) return [];
  const rows = await sql.rows<QueueColumns>(
    `DELETE FROM queue q WHERE q.id = ANY($1::bigint[]) AND q.attempt_id = $2 RETURNING ${COLUMNS}`,
    [ids, held],
  );
  return rows.map(read);
}

export interface PutBack {
  id: string;
  waitingFor: WaitingFor;
  dueAt: Date;
  firstPossibleCopyAt: Date | null;
}

/** Gives rows back to wait; returns the changes of the totals. */
export async function putBack(sql: Sql, rows: readonly PutBack[], held: string): Promise<TotalChange[]> {
  if (rows.length === 0) return [];
  const changed = await sql.rows<QueueColumns & { was_waiting_for: WaitingFor }>(
    `UPDATE queue q SET waiting_for = r.waiting_for, due_at = r.due_at, lease_until = NULL, attempt_id = NULL,
       first_possible_copy_at = r.first_possible_copy_at
     FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[])
       AS r(id, waiting_for, due_at, first_possible_copy_at)
     JOIN queue old ON old.id = r.id
     WHERE q.id = r.id AND q.attempt_id = $5
     RETURNING ${COLUMNS}, old.waiting_for AS was_waiting_for`,
    [
      rows.map((row) => row.id),
      rows.map((row) => row.waitingFor),
      rows.map((row) => row.dueAt),
      rows.map((row) => row.firstPossibleCopyAt),
      held,
    ],
  );
  return changed.flatMap((columns) => {
    const row = read(columns);
    return row.waitingFor === columns.was_waiting_for
      ? []
      : [waitingTotal(row, -1, columns.was_waiting_for), waitingTotal(row, 1)];
  });
}

/** An order that changed before it was sent is judged again at once. The rows are locked already. */
export async function reconsider(sql: Sql, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await sql.run(`UPDATE queue SET due_at = $2 WHERE id = ANY($1::bigint[]) AND due_at > $2`, [ids, now]);
}

/** A pixel that cannot send: what it has due waits for the pixel, in parts, so that no transaction is long. */
export async function holdForPixel(
  sql: Sql,
  pixelId: string,
  now: Date,
  limit: number,
): Promise<TotalChange[]> {
  const changed = await sql.rows<QueueColumns & { was_waiting_for: WaitingFor }>(
    `UPDATE queue q SET waiting_for = 'pixel'
     FROM (SELECT id, waiting_for FROM queue
       WHERE pixel_id = $1 AND (waiting_for IN ('due', 'retry') OR (waiting_for <> 'pixel' AND due_at <= $2)) AND (lease_until IS NULL OR lease_until <= $2)
       ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED) AS old
     WHERE q.id = old.id
     RETURNING ${COLUMNS}, old.waiting_for AS was_waiting_for`,
    [pixelId, now, limit],
  );
  return changed.flatMap((columns) => {
    const row = read(columns);
    return [waitingTotal(row, -1, columns.was_waiting_for), waitingTotal(row, 1)];
  });
}

/** Paused pixels at which something became due after `since` that does not yet say that it waits for the pixel. */
export async function pausedPixelsWithDue(sql: Sql, now: Date, since: Date | null): Promise<string[]> {
  const rows = await sql.rows<{ id: string }>(
    `SELECT p.id FROM pixels p
     WHERE p.state <> 'active' AND p.removed_at IS NULL AND EXISTS (
       SELECT 1 FROM queue q
       WHERE q.pixel_id = p.id AND q.due_at <= $1 AND q.waiting_for <> 'pixel'
         AND q.due_at > CASE WHEN $2::timestamptz IS NULL OR p.state_since >= $2 THEN '-infinity' ELSE $2 END
         AND (q.lease_until IS NULL OR q.lease_until <= $1))`,
    [now, since],
  );
  return rows.map(({ id }) => id);
}

export async function removedPixelsWithRows(
  sql: Sql,
  now: Date,
): Promise<{ pixelId: string; code: string }[]> {
  const rows = await sql.rows<{ id: string; code: string }>(
    `SELECT p.id, p.code FROM pixels p
     WHERE p.removed_at IS NOT NULL AND EXISTS (
       SELECT 1 FROM queue q WHERE q.pixel_id = p.id AND (q.lease_until IS NULL OR q.lease_until <= $1))`,
    [now],
  );
  return rows.map(({ id, code }) => ({ pixelId: id, code }));
}

/** Takes away what a removed pixel will never send and nobody holds; the caller writes how it ended. */
export async function takeOfRemoved(
  sql: Sql,
  pixelId: string,
  now: Date,
  limit: number,
): Promise<QueueRow[]> {
  const held = await sql.rows<DueRow>(
    `SELECT id, ctid::text AS place, attempt_id FROM queue
     WHERE pixel_id = $1 AND (lease_until IS NULL OR lease_until <= $2)
     ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED`,
    [pixelId, now, limit],
  );
  await endDead(sql, held, now);
  const rows = await sql.rows<QueueColumns>(
    `DELETE FROM queue q WHERE q.id = ANY($1::bigint[]) RETURNING ${COLUMNS}`,
    [held.map(({ id }) => id)],
  );
  return rows.map(read);
}

export interface StuckOrder {
  occurredAt: Date;
  firstPossibleCopyAt: Date | null;
  valueMinor: bigint | null;
  currency: string | null;
}

/** Orders that wait until their pixel may send again, oldest first, as many as a page needs to count. */
export async function stuckOrders(
  sql: Sql,
  shopId: string,
  pixelId: string,
  limit: number,
): Promise<StuckOrder[]> {
  if (idOrNull(pixelId) === null) return [];
  const rows = await sql.rows<{
    occurred_at: Date;
    first_possible_copy_at: Date | null;
    value_minor: string | null;
    currency: string | null;
  }>(
    `SELECT occurred_at, first_possible_copy_at, value_minor, currency FROM queue
      WHERE shop_id = $1 AND kind = 'order' AND pixel_id = $2 AND waiting_for = 'pixel'
      ORDER BY occurred_at LIMIT $3`,
    [shopId, pixelId, limit],
  );
  return rows.map((row) => ({
    occurredAt: row.occurred_at,
    firstPossibleCopyAt: row.first_possible_copy_at,
    valueMinor: row.value_minor === null ? null : BigInt(row.value_minor),
    currency: row.currency,
  }));
}
