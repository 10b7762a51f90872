/** Many deliveries at once, made by PostgreSQL itself: what plans and measurements of the log and the queue stand on. */
import type { Sql } from '../../app/store/database.ts';

/** Half of everything is the big one's; the others share the rest. */
export const BIG = '1';
export const SMALL = '7';
const SHOPS = 10;

/** Shop 1 has every second row; the rest goes around. */
const SHOP = `CASE WHEN n % 2 = 0 THEN 1 ELSE 2 + (n / 2) % ${SHOPS - 1} END`;
const STATE = `CASE WHEN n % 5000 = 0 THEN 'error' WHEN n % 10 = 0 THEN 'skipped' ELSE 'sent' END`;
/** What is skipped is mostly switched off, and now and then too old. */
const REASON = `CASE WHEN n % 5000 = 0 THEN 'event_refused' WHEN n % 400 = 0 THEN 'too_old'
                     WHEN n % 10 = 0 THEN 'event_off' ELSE 'accepted' END`;

const PAGE_SECONDS = 27 * 86_400;
const ORDER_SECONDS = 300 * 86_400;
const QUEUE_SECONDS = 5 * 86_400;

export interface Made {
  pages: number;
  orders: number;
  queued: number;
}

/**
 * `size` outcomes, four page events for each order, within the four weeks and the ten months that are kept; and a tenth
 * as many in the queue, as after a pause: most of it overdue, some of it fresh, some due in days. Each shop has one
 * pixel of its own number.
 */
export async function makeDeliveries(sql: Sql, size: number, now: Date): Promise<Made> {
  const pages = Math.round(size * 0.8);
  const orders = size - pages;
  const queued = Math.round(size / 10);
  const restore = await withoutIndexes(sql, ['page_deliveries', 'order_deliveries', 'orders', 'queue']);
  await sql.run(
    `INSERT INTO shops (id, domain, name, primary_domain, currency, time_zone, country, public_key, key_sealed, installed_at, scopes)
     SELECT n, n || '.myshopify.com', 'Shop', 'shop.example', 'EUR', 'UTC', 'DE', 'key' || n, '\\x00', $1, '{}'
       FROM generate_series(1, ${SHOPS}) n`,
    [now],
  );
  await sql.run(
    `INSERT INTO pixels (id, shop_id, code, name, token_sealed, token_last4, state, state_since, active_from, created_at)
     SELECT n, n, 'C' || n, 'Pixel', '\\x00', '0000', 'active', $1, $1, $1 FROM generate_series(1, ${SHOPS}) n`,
    [now],
  );
  await sql.run(
    `INSERT INTO page_deliveries (shop_id, pixel_id, event_id, occurred_at, event, received_at, day, state, reason,
                                  settled_at, settings_version, request_ids)
     SELECT shop, shop, 'sh-' || lpad(n::text, 8, '0'), at, 'product_viewed', at, at::date, ${STATE}, ${REASON}, at, 1, ARRAY[n]
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * $3::float8 * interval '1 second' AS at
               FROM generate_series(1, $2::int) n) AS made`,
    [now, pages, PAGE_SECONDS / pages],
  );
  await sql.run(
    `INSERT INTO orders (shop_id, order_id, name, created_at, processed_at, updated_at, received_at, day, revision,
                         source, currency, total_minor, email_keys, webhook_ids, event_ids)
     SELECT ${SHOP}, n, '#' || n, at, at, at, at, at::date, 1, 'webhook', 'EUR', 1000,
            ARRAY[sha256(convert_to((n / 3)::text, 'UTF8'))], '{}', '{}'
       FROM (SELECT n, $1::timestamptz - n * $3::float8 * interval '1 second' AS at
               FROM generate_series(1, $2::int) n) AS made`,
    [now, orders, ORDER_SECONDS / orders],
  );
  await sql.run(
    `INSERT INTO order_deliveries (shop_id, pixel_id, order_id, order_name, event, event_id, occurred_at, received_at, day,
                                   source, state, reason, settled_at, value_minor, currency, revision, settings_version,
                                   request_ids)
     SELECT shop, shop, n, '#' || n, 'order', 'order-' || n, at, at, at::date, 'webhook', ${STATE}, ${REASON}, at, 1000,
            'EUR', 1, 1, ARRAY[n]
       FROM (SELECT n, ${SHOP} AS shop, $1::timestamptz - n * $3::float8 * interval '1 second' AS at
               FROM generate_series(1, $2::int) n) AS made`,
    [now, orders, ORDER_SECONDS / orders],
  );
  await sql.run(
    `INSERT INTO queue (shop_id, pixel_id, kind, order_id, order_name, event, event_id, occurred_at, received_at, day,
                        source, settings_version, waiting_for, due_at, priority, request_ids)
     SELECT shop, shop, CASE WHEN bought THEN 'order' ELSE 'page' END, CASE WHEN bought THEN n END,
            CASE WHEN bought THEN '#' || n END, 'order', 'queued-' || n, at, at, at::date, 'webhook', 1, 'due',
            CASE WHEN n % 10 = 0 THEN $1::timestamptz + interval '6 days'
                 WHEN n % 10 = 1 THEN $1::timestamptz - interval '2 seconds' * (n % 60) ELSE at END,
            CASE WHEN bought THEN 1 + n % 50000 ELSE 0 END, '{}'
       FROM (SELECT n, n / 18 % 3 = 0 AS bought, ${SHOP} AS shop,
                    $1::timestamptz - n * $3::float8 * interval '1 second' AS at
               FROM generate_series(1, $2::int) n) AS made`,
    [now, queued, QUEUE_SECONDS / queued],
  );
  await restore();
  await sql.run('VACUUM (ANALYZE, PARALLEL 0)');
  return { pages, orders, queued };
}

/** A place in the middle of the log, as the page hands it back. */
export function middleOfTheLog(now: Date): string {
  return Buffer.from(JSON.stringify([now.getTime() - 13 * 86_400_000, 'sh-0', BIG])).toString('base64url');
}

/** Building an index once over all rows is several times faster than row by row; the result is the same. */
async function withoutIndexes(sql: Sql, tables: readonly string[]): Promise<() => Promise<void>> {
  const indexes = await sql.rows<{ name: string; definition: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
      WHERE i.indrelid = ANY($1::regclass[]) AND NOT i.indisprimary`,
    [tables],
  );
  for (const { name } of indexes) await sql.run(`DROP INDEX ${name}`);
  return async () => {
    await sql.run("SET maintenance_work_mem = '256MB'");
    // Of a partitioned table PostgreSQL tells the index without its partitions.
    for (const { definition } of indexes) await sql.run(definition.replace(' ON ONLY ', ' ON '));
  };
}
