/** A shop's recent orders as their facts, newest first and in pages: what previews and examples are made of. */
import type { Sql } from './database.ts';

export interface RecentOrder {
  readonly orderId: string;
  /** The shop's day of the order, YYYY-MM-DD. */
  readonly day: string;
  /** Canonical JSON; no person is in it. */
  readonly facts: string;
}

export interface RecentOrders {
  /** From that day on. Whoever takes no more pages costs no more queries. */
  since(day: string): AsyncGenerator<readonly RecentOrder[], void>;
}

/** A page of facts is about two megabytes at most, so that a large shop's preview never fills the memory. */
const PAGE = 500;

export function createRecentOrders(sql: Sql, shopId: string): RecentOrders {
  return {
    async *since(day) {
      let last: RecentOrder | undefined;
      for (;;) {
        const rows = await sql.rows<{ order_id: string; day: string; facts: string }>(
          `SELECT o.order_id, o.day::text AS day, v.facts
           FROM orders o
           JOIN order_revisions v ON v.shop_id = o.shop_id AND v.order_id = o.order_id AND v.revision = o.revision
           WHERE o.shop_id = $1 AND o.day >= $2::date
             AND ($3::date IS NULL OR o.day <= $3::date AND (o.day, o.order_id) < ($3::date, $4::bigint))
           ORDER BY o.day DESC, o.order_id DESC
           LIMIT ${PAGE}`,
          [shopId, day, last?.day ?? null, last?.orderId ?? null],
        );
        const page = rows.map((row) => ({ orderId: row.order_id, day: row.day, facts: row.facts }));
        if (page.length > 0) yield page;
        if (page.length < PAGE) return;
        last = page.at(-1);
      }
    },
  };
}
