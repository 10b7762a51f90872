/** Outcomes that may be set aside so that their order is sent again; what was is kept beside the new one. */
import type { PixelId, ShopId } from '../conversion/facts.ts';
import type { Sql } from './database.ts';
import { multirow } from './multirow.ts';
import { enqueue, waitingTotal, type QueueRow } from './queue.ts';
import { applyTotals, type TotalChange } from './totals.ts';

export interface ReplayFilter {
  /** Numeric ids, or names with or without "#". */
  orders?: readonly string[];
  /** The shop's days of the orders, YYYY-MM-DD. */
  from?: string;
  to?: string;
  pixelId?: PixelId;
  state?: 'sent' | 'skipped' | 'error';
  reason?: string;
}

export interface SettledOrder {
  pixelId: PixelId;
  orderId: string;
  orderName: string;
  event: string;
  eventId: string;
  occurredAt: Date;
  receivedAt: Date;
  day: string;
  source: string;
  state: 'sent' | 'skipped' | 'error';
  reason: string;
  settledAt: Date;
  valueMinor: bigint | null;
  currency: string | null;
  eventName: string | null;
  pixelCode: string | null;
  settingsVersion: number;
  firstPossibleCopyAt: Date | null;
  requestIds: string[];
}

interface SettledColumns {
  pixel_id: string;
  order_id: string;
  name: string;
  event: string;
  event_id: string;
  occurred_at: Date;
  received_at: Date;
  day: string;
  source: string;
  state: 'sent' | 'skipped' | 'error';
  reason: string;
  settled_at: Date;
  value_minor: string | null;
  currency: string | null;
  event_name: string | null;
  pixel_code: string | null;
  settings_version: number;
  first_possible_copy_at: Date | null;
  request_ids: string[];
}

/** Oldest first. Orders of pixels that were removed have nowhere to go. */
export async function settledOrders(
  sql: Sql,
  shopId: ShopId,
  filter: ReplayFilter,
  limit: number,
): Promise<SettledOrder[]> {
  const names = filter.orders?.map((name) => `#${name.replace(/^#/, '')}`) ?? null;
  const ids = filter.orders?.filter((id) => /^\d{1,18}$/.test(id)) ?? null;
  const rows = await sql.rows<SettledColumns>(
    `SELECT d.pixel_id::text AS pixel_id, d.order_id::text AS order_id, o.name, d.event, d.event_id, d.occurred_at,
            d.received_at, d.day::text AS day, d.source, d.state, d.reason, d.settled_at, d.value_minor, d.currency,
            d.event_name, d.pixel_code, d.settings_version, d.first_possible_copy_at, d.request_ids
       FROM order_deliveries d
       JOIN orders o ON o.shop_id = d.shop_id AND o.order_id = d.order_id
       JOIN pixels p ON p.id = d.pixel_id AND p.removed_at IS NULL
      WHERE d.shop_id = $1
        AND ($2::bigint[] IS NULL OR d.order_id = ANY($2::bigint[]) OR o.name = ANY($3::text[]))
        AND ($4::date IS NULL OR d.day >= $4::date) AND ($5::date IS NULL OR d.day <= $5::date)
        AND ($6::bigint IS NULL OR d.pixel_id = $6) AND ($7::text IS NULL OR d.state = $7)
        AND ($8::text IS NULL OR d.reason = $8)
      ORDER BY d.occurred_at, d.order_id, d.pixel_id LIMIT $9`,
    [
      shopId,
      ids,
      names,
      filter.from ?? null,
      filter.to ?? null,
      filter.pixelId ?? null,
      filter.state ?? null,
      filter.reason ?? null,
      limit,
    ],
  );
  return rows.map((row) => ({
    pixelId: row.pixel_id,
    orderId: row.order_id,
    orderName: row.name,
    event: row.event,
    eventId: row.event_id,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    day: row.day,
    source: row.source,
    state: row.state,
    reason: row.reason,
    settledAt: row.settled_at,
    valueMinor: row.value_minor === null ? null : BigInt(row.value_minor),
    currency: row.currency,
    eventName: row.event_name,
    pixelCode: row.pixel_code,
    settingsVersion: row.settings_version,
    firstPossibleCopyAt: row.first_possible_copy_at,
    requestIds: row.request_ids,
  }));
}

/** The order as it would stand in the queue. What was ever sent keeps its name and its pixel's code. */
export function asQueueRow(
  shopId: ShopId,
  order: SettledOrder,
  now: { settingsVersion: number; at: Date; forgetCopy: boolean },
): QueueRow {
  const sentBefore = order.requestIds.length > 0;
  return {
    id: '0',
    shopId,
    pixelId: order.pixelId,
    kind: 'order',
    orderId: order.orderId,
    orderName: order.orderName,
    event: order.event,
    eventId: order.eventId,
    occurredAt: order.occurredAt,
    receivedAt: order.receivedAt,
    day: order.day,
    source: order.source,
    settingsVersion: now.settingsVersion,
    waitingFor: 'due',
    dueAt: now.at,
    priority: 1_000_000_000,
    valueMinor: order.valueMinor,
    currency: order.currency,
    firstPossibleCopyAt: now.forgetCopy ? null : order.firstPossibleCopyAt,
    tries: 0,
    leaseUntil: null,
    attemptId: null,
    eventName: sentBefore ? order.eventName : null,
    pixelCode: sentBefore ? order.pixelCode : null,
    requestIds: order.requestIds,
  };
}

/** Sets the outcome aside and puts the order back into the queue. False when it changed since it was looked at. */
export async function sendAgain(
  sql: Sql,
  shopId: ShopId,
  order: SettledOrder,
  row: QueueRow,
  who: { actor: string; at: Date },
): Promise<boolean> {
  const taken = await sql.rows<{ former: string }>(
    `DELETE FROM order_deliveries d
      WHERE shop_id = $1 AND pixel_id = $2 AND order_id = $3 AND event = $4 AND settled_at = $5
      RETURNING row_to_json(d)::text AS former`,
    [shopId, order.pixelId, order.orderId, order.event, order.settledAt],
  );
  const [former] = taken;
  if (!former) return false;
  await sql.run(
    `INSERT INTO replays (shop_id, pixel_id, order_id, event, at, actor, former) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [shopId, order.pixelId, order.orderId, order.event, who.at, who.actor, former.former],
  );
  const [queued] = await enqueue(sql, [row]);
  if (!queued) throw new Error('An order was settled and waiting at the same time.');
  await sql.run(
    `UPDATE queue SET event_name = $5, pixel_code = $6, request_ids = $7
      WHERE shop_id = $1 AND pixel_id = $2 AND event_id = $3 AND event = $4`,
    [shopId, row.pixelId, row.eventId, row.event, row.eventName, row.pixelCode, row.requestIds],
  );
  await applyTotals(sql, [
    { ...total(shopId, order), count: -1, valueMinor: -(order.valueMinor ?? 0n) },
    waitingTotal(queued, 1),
  ]);
  return true;
}

const replayed = multirow<QueueRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'pixel_id', type: 'bigint', value: (row) => row.pixelId },
  { name: 'order_id', type: 'bigint', value: (row) => row.orderId },
  { name: 'event', type: 'text', value: (row) => row.event },
  { name: 'request_list', type: 'text', value: (row) => row.requestIds.join(',') },
]);

/**
 * Replays that came to nothing: what TikTok had taken before stands again, as it stood, because nothing else is there.
 * Gives the rows of which that was so, with the totals that come back.
 */
export async function standAgain(
  sql: Sql,
  rows: readonly QueueRow[],
): Promise<{ row: QueueRow; total: TotalChange }[]> {
  if (rows.length === 0) return [];
  const found = await sql.rows<Pick<SettledColumns, 'pixel_id' | 'order_id' | 'event' | 'reason'>>(
    `INSERT INTO order_deliveries
     SELECT (jsonb_populate_record(NULL::order_deliveries, taken.former)).* FROM (
       SELECT DISTINCT ON (p.shop_id, p.pixel_id, p.order_id, p.event)
              p.former::jsonb || jsonb_build_object('request_ids', ('[' || r.request_list || ']')::jsonb) AS former
         FROM ${replayed.from()}
         JOIN replays p USING (shop_id, pixel_id, order_id, event)
        WHERE p.former::jsonb ->> 'state' = 'sent' AND p.former::jsonb ->> 'reason' = 'accepted'
        ORDER BY p.shop_id, p.pixel_id, p.order_id, p.event, p.id DESC) taken
     RETURNING pixel_id::text AS pixel_id, order_id::text AS order_id, event, reason`,
    replayed.values(rows),
  );
  return found.flatMap(({ pixel_id, order_id, event, reason }) => {
    const row = rows.find(
      (one) => one.pixelId === pixel_id && one.orderId === order_id && one.event === event,
    );
    if (!row) return [];
    const stands = total(row.shopId, { ...row, state: 'sent', reason });
    return [{ row, total: { ...stands, count: 1, valueMinor: row.valueMinor ?? 0n } }];
  });
}

function total(
  shopId: ShopId,
  order: Omit<TotalChange, 'shopId' | 'count' | 'valueMinor'>,
): Omit<TotalChange, 'count' | 'valueMinor'> {
  const { pixelId, day, event, state, reason, source, currency } = order;
  return { shopId, pixelId, day, event, state, reason, source, currency };
}

export interface SentEvent {
  pixelId: PixelId;
  eventId: string;
  day: string;
}

const OF_DAYS = 'd.shop_id = $1 AND d.day BETWEEN $2::date AND $3::date';
/** Sent at least once, though nothing ended by it. */
const TRIED = `cardinality(d.request_ids) > 0 AND EXISTS (
  SELECT 1 FROM unsettled_attempts a WHERE a.shop_id = d.shop_id AND a.event_id = d.event_id
     AND a.request_id = ANY(d.request_ids))`;

/** Everything of some days that was sent, some at a time; `after` is the last one known. */
export async function sentEvents(
  sql: Sql,
  shopId: ShopId,
  days: { from: string; to: string },
  after: SentEvent | null,
  limit: number,
): Promise<SentEvent[]> {
  const rows = await sql.rows<{ pixel_id: string; event_id: string; day: string }>(
    `SELECT pixel_id::text AS pixel_id, event_id, day::text AS day
       FROM (SELECT pixel_id, event_id, day FROM order_deliveries d
              WHERE ${OF_DAYS} AND (payload_sha256 IS NOT NULL OR ${TRIED})
             UNION ALL
             SELECT pixel_id, event_id, day FROM page_deliveries d
              WHERE ${OF_DAYS} AND (payload_sha256 IS NOT NULL OR ${TRIED})
             UNION ALL
             SELECT pixel_id, event_id, day FROM queue d WHERE ${OF_DAYS} AND ${TRIED}) AS s
      WHERE $4::date IS NULL OR (day, pixel_id, event_id) > ($4::date, $5::bigint, $6::text)
      ORDER BY s.day, s.pixel_id, s.event_id LIMIT $7`,
    [shopId, days.from, days.to, after?.day ?? null, after?.pixelId ?? null, after?.eventId ?? null, limit],
  );
  return rows.map((row) => ({ pixelId: row.pixel_id, eventId: row.event_id, day: row.day }));
}
