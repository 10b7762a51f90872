/** Deletes what Shopify's redactions name: all of a shop, or every trace of a customer; the sums of the books stay. */
import type { ShopId } from '../conversion/facts.ts';
import type { Database } from './database.ts';

export interface CustomerKeys {
  /** HMAC of the customer's id. */
  readonly customer: Buffer | null;
  /** HMACs of the customer's hashed emails. */
  readonly emails: readonly Buffer[];
  readonly orderIds: readonly string[];
}

export interface Erasure {
  /** Everything, the shop's row last. False when the shop is installed again, or not known: then nothing is touched. */
  eraseShop(shopId: ShopId): Promise<boolean>;
  /**
   * The same for a shop that stays: its connection to Shopify and the settings in force are kept, and it begins anew at
   * this moment. Whoever calls has put the settings back to the defaults before, because a version's number is never
   * used for something else.
   */
  eraseData(shopId: ShopId, at: Date): Promise<void>;
  /**
   * Empties match data and search keys of the orders named and of the customer's other orders, and forgets the visits
   * that led to them. Order, money and outcome stay, without a person. Answers how many orders that were.
   */
  eraseCustomer(shopId: ShopId, keys: CustomerKeys, at: Date): Promise<number>;
}

/** Each with a shop_id; what refers to others comes first. */
const TABLES_OF_A_SHOP = [
  'queue',
  'unsettled_attempts',
  'delivery_requests',
  'page_deliveries',
  'page_events',
  'order_deliveries',
  'order_revisions',
  'orders',
  'once_keys',
  'visitor_links',
  'visitor_contexts',
  'daily_totals',
  'statements',
  'replays',
  'listed_orders',
  'comparisons',
  'backfills',
  'storefront_checks',
  'alert_messages',
  'alerts',
  'alert_choices',
  'setup_marks',
  'storefront_sightings',
  'settings_versions',
  'audit_entries',
  'pixels',
] as const;

export function createErasure(database: Database): Erasure {
  return {
    async eraseShop(shopId) {
      const [shop] = await database.rows<{ domain: string }>(
        'SELECT domain FROM shops WHERE id = $1 AND uninstalled_at IS NOT NULL',
        [shopId],
      );
      if (!shop) return false;
      // A statement each, not one long transaction: whatever is deleted stays deleted, and a second run goes on.
      await database.patiently(async (sql) => {
        for (const table of TABLES_OF_A_SHOP)
          await sql.run(`DELETE FROM ${table} WHERE shop_id = $1`, [shopId]);
        await sql.run('DELETE FROM sessions WHERE shop_domain = $1', [shop.domain]);
        await sql.run('DELETE FROM shops WHERE id = $1 AND uninstalled_at IS NOT NULL', [shopId]);
      });
      return true;
    },
    async eraseData(shopId, at) {
      // First, so that nothing is asked for again that was before this moment.
      await database.run(
        'UPDATE shops SET installed_at = $2, keep_page_days = NULL, keep_order_months = NULL WHERE id = $1',
        [shopId, at],
      );
      for (const table of TABLES_OF_A_SHOP)
        await database.run(
          table === 'settings_versions'
            ? `DELETE FROM settings_versions v USING shops s
                WHERE v.shop_id = $1 AND s.id = v.shop_id AND v.version < s.settings_version`
            : `DELETE FROM ${table} WHERE shop_id = $1`,
          [shopId],
        );
    },
    eraseCustomer: (shopId, keys, at) =>
      database.transaction(async (sql) => {
        const found = await sql.rows<{ id: string; tokens: Buffer[] }>(
          `SELECT order_id::text AS id, array_remove(ARRAY[checkout_key, cart_key], NULL) AS tokens FROM orders
            WHERE shop_id = $1
              AND (order_id = ANY($2::bigint[]) OR customer_key = $3 OR email_keys && $4::bytea[])
            FOR UPDATE`,
          [shopId, keys.orderIds, keys.customer, keys.emails],
        );
        const orders = found.map(({ id }) => id);
        const tokens = [...found.flatMap((order) => order.tokens), ...(keys.customer ? [keys.customer] : [])];
        const clients = await sql.rows<{ client: Buffer }>(
          `SELECT DISTINCT client_key AS client FROM visitor_links WHERE shop_id = $1 AND token_key = ANY($2::bytea[])`,
          [shopId, tokens],
        );
        const visitors = clients.map(({ client }) => client);
        await sql.run(
          `UPDATE page_events SET own_sealed = NULL
            WHERE shop_id = $1 AND own_sealed IS NOT NULL AND context_key IN
                  (SELECT context_key FROM visitor_contexts WHERE shop_id = $1 AND client_key = ANY($2::bytea[]))`,
          [shopId, visitors],
        );
        await sql.run('DELETE FROM visitor_contexts WHERE shop_id = $1 AND client_key = ANY($2::bytea[])', [
          shopId,
          visitors,
        ]);
        await sql.run('DELETE FROM visitor_links WHERE shop_id = $1 AND client_key = ANY($2::bytea[])', [
          shopId,
          visitors,
        ]);
        await sql.run(
          `UPDATE order_revisions SET match_sealed = NULL, redacted_at = $3
            WHERE shop_id = $1 AND order_id = ANY($2::bigint[]) AND redacted_at IS NULL`,
          [shopId, orders, at],
        );
        // What still waits ends at once instead of at the end of its hold.
        await sql.run(
          `UPDATE queue SET due_at = $3
            WHERE shop_id = $1 AND order_id = ANY($2::bigint[]) AND due_at > $3
              AND (lease_until IS NULL OR lease_until <= $3)`,
          [shopId, orders, at],
        );
        return sql.run(
          `UPDATE orders SET customer_key = NULL, email_keys = '{}', checkout_key = NULL, cart_key = NULL, erased_at = $3
            WHERE shop_id = $1 AND order_id = ANY($2::bigint[])`,
          [shopId, orders, at],
        );
      }),
  };
}
