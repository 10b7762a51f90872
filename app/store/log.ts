/** The log of one shop: every event and pixel, waiting or ended, newest first, page by page; and one event's whole record. */
import type { ShopId } from '../conversion/facts.ts';
import type { Sql } from './database.ts';
import type { WaitingFor } from './queue.ts';
import { idOrNull } from './rows.ts';
import type { OutcomeState } from './totals.ts';

export interface LogEntry {
  kind: 'order' | 'page';
  pixelId: string;
  orderId: string | null;
  /** As staff know it: #1017. Null for page events. */
  orderName: string | null;
  /** Shopify's event: order, product_viewed, … */
  event: string;
  eventId: string;
  /** TikTok's name; null until it is frozen at the first attempt. */
  eventName: string | null;
  /** As sent; null until then. */
  pixelCode: string | null;
  state: OutcomeState;
  reason: string;
  rule: string | null;
  source: string;
  occurredAt: Date;
  receivedAt: Date;
  settledAt: Date | null;
  /** Of what waits: when it is looked at next. */
  dueAt: Date | null;
  tries: number;
  valueMinor: bigint | null;
  currency: string | null;
  /** Which match keys were sent, one bit each; null where nothing was. */
  matchKeys: number | null;
}

export interface LogFilter {
  state?: OutcomeState | undefined;
  /** Of an outcome, or what it waits for. */
  reason?: string | undefined;
  /** An order's numeric id, or its name with or without "#". */
  order?: string | undefined;
  /** The keyed hash of a buyer's email: that buyer's newest orders. */
  emailKey?: Buffer | undefined;
  eventId?: string | undefined;
  pixelId?: string | undefined;
  kind?: 'order' | 'page' | undefined;
  /** By when it happened: from this moment on … */
  from?: Date | undefined;
  /** … and before this one. */
  to?: Date | undefined;
}

export interface LogPage {
  entries: LogEntry[];
  /** Hand it back to get the page below; null at the end. */
  next: string | null;
}

export interface RequestEntry {
  id: string;
  startedAt: Date;
  finishedAt: Date | null;
  size: number;
  test: boolean;
  httpStatus: number | null;
  code: number | null;
  outcome: string | null;
  message: string | null;
  requestId: string | null;
}

/** A try that settled nothing, with what its bytes were made of. */
export interface AttemptEntry {
  requestId: string;
  revision: number | null;
  settingsVersion: number;
  payloadVersion: number;
  payloadSha256: Buffer;
}

export interface EventRecord {
  entry: LogEntry;
  settingsVersion: number;
  revision: number | null;
  payloadVersion: number | null;
  payloadSha256: Buffer | null;
  limitedDataUse: boolean;
  firstPossibleCopyAt: Date | null;
  requests: RequestEntry[];
  attempts: AttemptEntry[];
  /** When staff set an outcome aside to send the order again, oldest first. */
  replays: { at: Date; actor: string }[];
}

export interface DeliveryLog {
  page(options: { filter?: LogFilter; after?: string | null; limit: number }): Promise<LogPage>;
  /** Null for what is not this shop's, as for what does not exist. */
  record(pixelId: string, eventId: string): Promise<EventRecord | null>;
}

interface EntryColumns {
  kind: 'order' | 'page';
  pixel_id: string;
  order_id: string | null;
  order_name: string | null;
  event: string;
  event_id: string;
  event_name: string | null;
  pixel_code: string | null;
  state: OutcomeState;
  reason: string;
  rule: string | null;
  source: string;
  occurred_at: Date;
  received_at: Date;
  settled_at: Date | null;
  due_at: Date | null;
  tries: number;
  value_minor: string | null;
  currency: string | null;
  match_keys: number | null;
}

interface RecordColumns extends EntryColumns {
  settings_version: number;
  revision: number | null;
  payload_version: number | null;
  payload_sha256: Buffer | null;
  limited_data_use: boolean;
  first_possible_copy_at: Date | null;
  request_ids: string[];
}

const read = (row: EntryColumns): LogEntry => ({
  kind: row.kind,
  pixelId: row.pixel_id,
  orderId: row.order_id,
  orderName: row.order_name,
  event: row.event,
  eventId: row.event_id,
  eventName: row.event_name,
  pixelCode: row.pixel_code,
  state: row.state,
  reason: row.reason,
  rule: row.rule,
  source: row.source,
  occurredAt: row.occurred_at,
  receivedAt: row.received_at,
  settledAt: row.settled_at,
  dueAt: row.due_at,
  tries: row.tries,
  valueMinor: row.value_minor === null ? null : BigInt(row.value_minor),
  currency: row.currency,
  matchKeys: row.match_keys,
});

const QUEUE = `SELECT kind, pixel_id, order_id, order_name, event, event_id, event_name, pixel_code, 'waiting' AS state,
      waiting_for AS reason, NULL::text AS rule, source, occurred_at, received_at, NULL::timestamptz AS settled_at,
      due_at, tries, value_minor, currency, settings_version, NULL::int AS revision, NULL::int AS payload_version,
      NULL::bytea AS payload_sha256, false AS limited_data_use, first_possible_copy_at,
      NULL::smallint AS match_keys, request_ids
    FROM queue`;

/**
 * The places where an event and pixel can stand, brought to one shape. Each has an index by shop and time; the queue's
 * begins with the kind, so that a few orders are found among many page events.
 */
const PLACES = {
  waitingOrders: `${QUEUE} WHERE kind = 'order' AND`,
  waitingPages: `${QUEUE} WHERE kind = 'page' AND`,
  orders: `SELECT 'order' AS kind, pixel_id, order_id, order_name, event, event_id, event_name, pixel_code, state, reason,
      rule, source, occurred_at, received_at, settled_at, NULL::timestamptz AS due_at,
      coalesce(array_length(request_ids, 1), 0) AS tries, value_minor, currency, settings_version, revision,
      payload_version, payload_sha256, limited_data_use, first_possible_copy_at, match_keys, request_ids
    FROM order_deliveries WHERE`,
  pages: `SELECT 'page' AS kind, pixel_id, NULL::bigint AS order_id, NULL::text AS order_name, event, event_id, event_name,
      pixel_code, state, reason, rule, 'beacon' AS source, occurred_at, received_at, settled_at,
      NULL::timestamptz AS due_at, coalesce(array_length(request_ids, 1), 0) AS tries, value_minor, currency,
      settings_version, NULL::int AS revision, payload_version, payload_sha256, limited_data_use,
      first_possible_copy_at, match_keys, request_ids
    FROM page_deliveries WHERE`,
} as const;

type Place = keyof typeof PLACES;

const WAITING: readonly Place[] = ['waitingOrders', 'waitingPages'];
const OF_ORDERS: readonly Place[] = ['waitingOrders', 'orders'];

const WAITS: Record<WaitingFor, true> = {
  context: true,
  identity: true,
  payment: true,
  shopify: true,
  pixel: true,
  retry: true,
  due: true,
};

function placesFor({ state, reason, kind, order, emailKey }: LogFilter): Place[] {
  const every: readonly Place[] = [...WAITING, 'orders', 'pages'];
  const ofOrders = order !== undefined || emailKey !== undefined;
  if (ofOrders && kind === 'page') return [];
  const wanted = ofOrders ? 'order' : kind;
  // No reason of an outcome is also one to wait: only one side needs to be looked at.
  const waits = reason === undefined ? undefined : Object.hasOwn(WAITS, reason);
  return every.filter(
    (place) =>
      (state === undefined || (state === 'waiting') === WAITING.includes(place)) &&
      (waits === undefined || waits === WAITING.includes(place)) &&
      (wanted === undefined || (wanted === 'order') === OF_ORDERS.includes(place)),
  );
}

interface Cursor {
  occurredAt: Date;
  eventId: string;
  pixelId: string;
}

function cursorText({ occurredAt, eventId, pixelId }: Cursor): string {
  return Buffer.from(JSON.stringify([occurredAt.getTime(), eventId, pixelId])).toString('base64url');
}

/** No event lies outside; JavaScript has moments that PostgreSQL has not. */
const EVENTS_FROM = Date.UTC(2000, 0);
const EVENTS_TO = Date.UTC(2100, 0);

/** What is no cursor of ours begins at the top. */
function readCursor(text: string): Cursor | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed)) return null;
    const [at, eventId, pixelId]: unknown[] = parsed;
    if (typeof at !== 'number' || typeof eventId !== 'string' || typeof pixelId !== 'string') return null;
    const ours = at >= EVENTS_FROM && at < EVENTS_TO && idOrNull(pixelId) !== null;
    return ours && !eventId.includes('\u0000') ? { occurredAt: new Date(at), eventId, pixelId } : null;
  } catch {
    return null;
  }
}

const MAX_PAGE = 250;

async function orderIds(sql: Sql, shopId: ShopId, order: string): Promise<string[]> {
  const found = /^\d{1,19}$/.test(order) && idOrNull(order) !== null ? [order] : [];
  const name = order.replace(/^#/, '');
  const named = await sql.rows<{ order_id: string }>(
    `SELECT order_id FROM orders WHERE shop_id = $1 AND name = ANY($2::text[]) LIMIT 20`,
    [shopId, [order, name, `#${name}`].filter((text) => !text.includes('\u0000'))],
  );
  return [...new Set([...found, ...named.map((row) => row.order_id)])];
}

/** Of one buyer so many orders are looked up; few have more. */
const ORDERS_OF_A_BUYER = 100;

async function ordersOfBuyer(sql: Sql, shopId: ShopId, emailKey: Buffer): Promise<string[]> {
  const rows = await sql.rows<{ order_id: string }>(
    `SELECT order_id FROM orders WHERE shop_id = $1 AND email_keys && ARRAY[$2::bytea]
      ORDER BY processed_at DESC LIMIT ${ORDERS_OF_A_BUYER}`,
    [shopId, emailKey],
  );
  return rows.map((row) => row.order_id);
}

export function createDeliveryLog({ database, shopId }: { database: Sql; shopId: ShopId }): DeliveryLog {
  return {
    async page({ filter = {}, after = null, limit }) {
      const values: unknown[] = [shopId];
      const bind = (value: unknown): string => `$${values.push(value)}`;
      const conditions = ['shop_id = $1'];
      const cursor = after === null ? null : readCursor(after);
      if (cursor) {
        conditions.push(
          `(occurred_at, event_id, pixel_id) < (${bind(cursor.occurredAt)}, ${bind(cursor.eventId)}, ${bind(cursor.pixelId)})`,
        );
      }
      if (filter.pixelId !== undefined) {
        if (idOrNull(filter.pixelId) === null) return { entries: [], next: null };
        conditions.push(`pixel_id = ${bind(filter.pixelId)}`);
      } else if (filter.eventId !== undefined) {
        // The keys of queue and page deliveries begin with shop and pixel.
        conditions.push('pixel_id IN (SELECT id FROM pixels WHERE shop_id = $1)');
      }
      if (filter.eventId !== undefined) {
        conditions.push(`event_id = ${bind(filter.eventId.replaceAll('\u0000', ''))}`);
      }
      if (filter.from) conditions.push(`occurred_at >= ${bind(filter.from)}`);
      if (filter.to) conditions.push(`occurred_at < ${bind(filter.to)}`);
      const byOrder =
        filter.order !== undefined
          ? await orderIds(database, shopId, filter.order)
          : filter.emailKey !== undefined
            ? await ordersOfBuyer(database, shopId, filter.emailKey)
            : null;
      if (byOrder) {
        if (byOrder.length === 0) return { entries: [], next: null };
        conditions.push(`order_id = ANY(${bind(byOrder)}::bigint[])`);
      }
      const wanted = Math.min(Math.max(1, limit), MAX_PAGE);
      const many = bind(wanted + 1);
      const places = placesFor(filter);
      if (places.length === 0) return { entries: [], next: null };
      // A reason belongs to one state, so the state is asked of what was found only: the index by reason is enough.
      const state =
        filter.state === undefined || filter.state === 'waiting' ? null : `state = ${bind(filter.state)}`;
      const ended = state !== null && filter.reason === undefined ? [state] : [];
      if (filter.reason !== undefined) {
        const column = WAITING.some((place) => places.includes(place)) ? 'waiting_for' : 'reason';
        ended.push(`${column} = ${bind(filter.reason.replaceAll('\u0000', ''))}`);
        // What is rare among outcomes has an index of its own, taken where it is said that it is meant.
        if (column === 'reason' && filter.reason !== 'accepted') ended.push("reason <> 'accepted'");
      }
      const parts = places.map(
        (place) =>
          `(${PLACES[place]} ${[...conditions, ...ended].join(' AND ')}
            ORDER BY occurred_at DESC FETCH FIRST ${many} ROWS WITH TIES)`,
      );
      const rows = await database.rows<EntryColumns>(
        `SELECT * FROM (${parts.join(' UNION ALL ')}) AS every_place ${state === null ? '' : `WHERE ${state}`}
         ORDER BY occurred_at DESC, event_id DESC, pixel_id DESC LIMIT ${many}`,
        values,
      );
      const entries = rows.slice(0, wanted).map(read);
      const last = entries.at(-1);
      return { entries, next: rows.length > wanted && last ? cursorText(last) : null };
    },

    async record(pixelId, eventId) {
      if (idOrNull(pixelId) === null || eventId.includes('\u0000')) return null;
      const where = 'shop_id = $1 AND pixel_id = $2 AND event_id = $3';
      const places = Object.values(PLACES).map((place) => `${place} ${where}`);
      const [row] = await database.rows<RecordColumns>(
        `SELECT * FROM (${places.join(' UNION ALL ')}) AS e ORDER BY occurred_at DESC LIMIT 1`,
        [shopId, pixelId, eventId],
      );
      if (!row) return null;
      const [requests, attempts, replays] = await Promise.all([
        requestsOf(database, shopId, row.request_ids),
        attemptsOf(database, shopId, pixelId, eventId),
        row.order_id === null
          ? []
          : database.rows<{ at: Date; actor: string }>(
              `SELECT at, actor FROM replays WHERE shop_id = $1 AND order_id = $2 AND pixel_id = $3 ORDER BY at`,
              [shopId, row.order_id, pixelId],
            ),
      ]);
      return {
        entry: read(row),
        settingsVersion: row.settings_version,
        revision: row.revision,
        payloadVersion: row.payload_version,
        payloadSha256: row.payload_sha256,
        limitedDataUse: row.limited_data_use,
        firstPossibleCopyAt: row.first_possible_copy_at,
        requests,
        attempts,
        replays,
      };
    },
  };
}

async function requestsOf(sql: Sql, shopId: ShopId, ids: readonly string[]): Promise<RequestEntry[]> {
  const rows = await sql.rows<{
    id: string;
    started_at: Date;
    finished_at: Date | null;
    size: number;
    test: boolean;
    http_status: number | null;
    code: number | null;
    outcome: string | null;
    message: string | null;
    request_id: string | null;
  }>(
    `SELECT id, started_at, finished_at, size, test, http_status, code, outcome, message, request_id
     FROM delivery_requests WHERE shop_id = $1 AND id = ANY($2::bigint[]) ORDER BY id`,
    [shopId, ids],
  );
  return rows.map((row) => ({
    id: row.id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    size: row.size,
    test: row.test,
    httpStatus: row.http_status,
    code: row.code,
    outcome: row.outcome,
    message: row.message,
    requestId: row.request_id,
  }));
}

async function attemptsOf(
  sql: Sql,
  shopId: ShopId,
  pixelId: string,
  eventId: string,
): Promise<AttemptEntry[]> {
  const rows = await sql.rows<{
    request_id: string;
    revision: number | null;
    settings_version: number;
    payload_version: number;
    payload_sha256: Buffer;
  }>(
    `SELECT a.request_id, a.revision, a.settings_version, a.payload_version, a.payload_sha256
     FROM unsettled_attempts a
     JOIN delivery_requests r ON r.id = a.request_id AND r.shop_id = a.shop_id AND r.pixel_id = $2
     WHERE a.shop_id = $1 AND a.event_id = $3 ORDER BY a.request_id`,
    [shopId, pixelId, eventId],
  );
  return rows.map((row) => ({
    requestId: row.request_id,
    revision: row.revision,
    settingsVersion: row.settings_version,
    payloadVersion: row.payload_version,
    payloadSha256: row.payload_sha256,
  }));
}
