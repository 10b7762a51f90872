/** Page events: facts and the key of the visitor context they came with; by week of their time. */
import { byNumber, multirow, storable } from './multirow.ts';
import type { Sql } from './database.ts';

export interface PageKey {
  shopId: string;
  eventId: string;
}

export interface PageEventRow extends PageKey {
  occurredAt: Date;
  receivedAt: Date;
  event: string;
  facts: string;
  contextKey: Buffer;
  ownSealed: Buffer | null;
}

const sorted = <T extends PageKey>(rows: readonly T[]): T[] =>
  [...rows].sort(
    (a, b) => byNumber(a.shopId, b.shopId) || (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0),
  );

/** Of event ids that Shopify may use at several times the first one counts; returns those that are the first. */
export async function claimOnce(sql: Sql, rows: readonly (PageKey & { at: Date })[]): Promise<PageKey[]> {
  if (rows.length === 0) return [];
  const inOrder = sorted(rows);
  const first = await sql.rows<{ shop_id: string; event_id: string }>(
    `INSERT INTO once_keys (shop_id, event_id, at)
     SELECT r.shop_id, r.event_id, r.at FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS r(shop_id, event_id, at)
     ON CONFLICT DO NOTHING RETURNING shop_id, event_id`,
    [inOrder.map((row) => row.shopId), inOrder.map((row) => row.eventId), inOrder.map((row) => row.at)],
  );
  return first.map((row) => ({ shopId: row.shop_id, eventId: row.event_id }));
}

const columns = multirow<PageEventRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'event_id', type: 'text', value: (row) => row.eventId },
  { name: 'occurred_at', type: 'timestamptz', value: (row) => row.occurredAt },
  { name: 'received_at', type: 'timestamptz', value: (row) => row.receivedAt },
  { name: 'event', type: 'text', value: (row) => storable(row.event) },
  { name: 'facts', type: 'text', value: (row) => storable(row.facts) },
  { name: 'context_key', type: 'bytea', value: (row) => row.contextKey },
  { name: 'own_sealed', type: 'bytea', value: (row) => row.ownSealed },
]);

/**
 * Returns the keys that were new: that the shop did not have, whatever time they name. Nothing from before `since` can
 * be a repeat, which keeps the search to two partitions.
 */
export async function insertPageEvents(
  sql: Sql,
  rows: readonly PageEventRow[],
  since: Date,
): Promise<PageKey[]> {
  if (rows.length === 0) return [];
  const stored = await sql.rows<{ shop_id: string; event_id: string }>(
    `INSERT INTO page_events (${columns.names}) SELECT ${columns.chosen} FROM ${columns.from(1)}
     WHERE NOT EXISTS (
       SELECT FROM page_events p
       WHERE p.shop_id = r.shop_id AND p.event_id = r.event_id AND p.occurred_at >= $1)
     ON CONFLICT DO NOTHING RETURNING shop_id, event_id`,
    [since, ...columns.values(sorted(rows))],
  );
  return stored.map((row) => ({ shopId: row.shop_id, eventId: row.event_id }));
}

export interface StoredPageEvent extends PageKey {
  occurredAt: Date;
  receivedAt: Date;
  event: string;
  facts: string;
  ownSealed: Buffer | null;
  contextKey: Buffer;
  /** Null when the context was taken away, by age or by redaction. */
  contextSealed: Buffer | null;
}

export async function readPages(
  sql: Sql,
  keys: readonly (PageKey & { occurredAt: Date })[],
): Promise<StoredPageEvent[]> {
  if (keys.length === 0) return [];
  // The literal bounds let the planner leave out other weeks.
  const times = keys.map((key) => key.occurredAt.getTime());
  const rows = await sql.rows<{
    shop_id: string;
    event_id: string;
    occurred_at: Date;
    received_at: Date;
    event: string;
    facts: string;
    own_sealed: Buffer | null;
    context_key: Buffer;
    sealed: Buffer | null;
  }>(
    `SELECT p.shop_id, p.event_id, p.occurred_at, p.received_at, p.event, p.facts, p.own_sealed, p.context_key, c.sealed
     FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS r(shop_id, event_id, occurred_at)
     JOIN page_events p ON p.shop_id = r.shop_id AND p.event_id = r.event_id AND p.occurred_at = r.occurred_at
       AND p.occurred_at BETWEEN $4 AND $5
     LEFT JOIN visitor_contexts c ON c.shop_id = p.shop_id AND c.context_key = p.context_key`,
    [
      keys.map((key) => key.shopId),
      keys.map((key) => key.eventId),
      keys.map((key) => key.occurredAt),
      new Date(Math.min(...times)),
      new Date(Math.max(...times)),
    ],
  );
  return rows.map((row) => ({
    shopId: row.shop_id,
    eventId: row.event_id,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    event: row.event,
    facts: row.facts,
    ownSealed: row.own_sealed,
    contextKey: row.context_key,
    contextSealed: row.sealed,
  }));
}
