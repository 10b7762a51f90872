/** What Shopify told of recorded orders when it was asked becomes a revision of its own; nothing else of them changes. */
import { canonicalJson } from '../conversion/canonical.ts';
import type { FetchedFields, NotToldFields } from '../conversion/facts.ts';
import { withTold } from '../conversion/order-parts.ts';
import type { Sql } from '../store/database.ts';
import { insertRevisions, lockOrders, setRevisions } from '../store/orders.ts';
import type { OrderKey, RevisionRow } from '../store/orders.ts';
import { openOrderFacts } from './revision.ts';

export interface ToldOrder extends OrderKey {
  fetched: FetchedFields;
  notTold: NotToldFields;
}

/** Run it in a transaction. */
export async function recordTold(sql: Sql, told: readonly ToldOrder[], now: Date): Promise<void> {
  const stored = new Map((await lockOrders(sql, told)).map((order) => [order.orderId, order]));
  const revisions = told.flatMap((answer): RevisionRow[] => {
    const order = stored.get(answer.orderId);
    // Nothing is written about an erased customer, and nothing of a deleted order will be asked.
    if (!order || order.erasedAt !== null || order.goneAt !== null || order.matchSealed === null) return [];
    const facts = canonicalJson(withTold(openOrderFacts(order.facts), answer.fetched, answer.notTold));
    if (facts === order.facts) return [];
    return [
      {
        shopId: order.shopId,
        orderId: order.orderId,
        revision: order.revision + 1,
        cause: 'fetched',
        receivedAt: now,
        facts,
        matchSealed: order.matchSealed,
      },
    ];
  });
  await insertRevisions(sql, revisions);
  await setRevisions(sql, revisions);
}
