/** Counts ids on both sides: what people did in the stores, and what TikTok counts by its own rules. */
import { conversionsOf, tiktokOf } from '../../sandbox/tiktok/business.ts';
import type { Store } from '../../app/store/store.ts';
import type { Town } from './chaos.ts';

/** counted: exactly once. either: at most once. never: not at all. */
export type Fate = 'counted' | 'either' | 'never';

export interface Expected {
  /** By `<pixel code> <TikTok's event name> <event id>`. */
  events: Map<string, Fate>;
  /** Pixels that are connected, by the shop's handle. */
  pixels: Map<string, { code: string; id: string }[]>;
  browserKeys: Map<string, string>;
  /** Orders of a time when the app was not installed: Shopify told nobody. */
  untold: Set<string>;
}

export interface Counted {
  orders: number;
  /** Page events that Tock said it has. */
  events: number;
  lost: number;
  doubled: number;
  /** What TikTok counts and nobody did, and orders that Tock cannot account for. */
  unexplained: number;
  /** The first of each, for whoever looks for the reason. */
  examples: string[];
}

const EXAMPLES = 10;

/** `faults`: what the books themselves say is wrong. */
export async function countBothSides(town: Town, faults: readonly string[]): Promise<Counted> {
  const counts = new Map<string, number>();
  for (const { pixel, event, eventId } of conversionsOf(tiktokOf(town.world))) {
    const key = `${pixel} ${event} ${eventId ?? 'without an id'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const { events } = town.expected;
  const lost = [...events]
    .filter(([key, fate]) => fate === 'counted' && !counts.has(key))
    .map(([key]) => key);
  const doubled = [...counts].filter(([, count]) => count > 1).map(([key]) => key);
  const strangers = [...counts.keys()].filter((key) => (events.get(key) ?? 'never') === 'never');
  const store = await town.place.openStore(2);
  try {
    const unaccounted = [...faults, ...(await unaccountedIn(town, store))];
    const example = (what: string, keys: readonly string[]): string[] =>
      keys.slice(0, EXAMPLES).map((key) => `${what}: ${key}`);
    return {
      orders: town.shops.reduce((sum, shop) => sum + shop.orders.length, 0),
      events: [...events].filter(([key, fate]) => fate === 'counted' && !key.includes(' CompletePayment '))
        .length,
      lost: lost.length,
      doubled: doubled.length,
      unexplained: strangers.length + unaccounted.length,
      examples: [
        ...(await toldOf(store, lost.slice(0, EXAMPLES))),
        ...example('doubled', doubled),
        ...example('nobody did', strangers),
        ...example('unexplained', unaccounted),
      ],
    };
  } finally {
    await store.close();
  }
}

/** What Tock itself says became of an event that TikTok does not have. */
async function toldOf(store: Store, keys: readonly string[]): Promise<string[]> {
  const told: string[] = [];
  for (const key of keys) {
    const [code, , eventId] = key.split(' ');
    const rows = await store.database.rows<{ line: string }>(
      `SELECT concat_ws(' ', state, reason, rule, settled_at) AS line FROM (
         SELECT pixel_id, event_id, state, reason, rule, settled_at FROM order_deliveries
         UNION ALL SELECT pixel_id, event_id, state, reason, rule, settled_at FROM page_deliveries
         UNION ALL SELECT pixel_id, event_id, 'waiting', waiting_for, NULL, due_at FROM queue) AS known
       WHERE event_id = $2 AND pixel_id IN (SELECT id FROM pixels WHERE code = $1)`,
      [code, eventId],
    );
    told.push(`lost: ${key}, of which Tock says: ${rows.map(({ line }) => line).join('; ') || 'nothing'}`);
  }
  return told;
}

/** Every order × pixel has exactly one outcome, and the daily totals say what the rows say. */
async function unaccountedIn(town: Town, store: Store): Promise<string[]> {
  const found: string[] = [];
  for (const shop of town.shops) {
    const outcomes = await store.database.rows<{ order_id: string; pixels: string }>(
      `SELECT order_id, count(DISTINCT pixel_id) AS pixels FROM (
         SELECT order_id, pixel_id FROM order_deliveries WHERE shop_id = $1
         UNION ALL SELECT order_id, pixel_id FROM queue WHERE shop_id = $1 AND kind = 'order'
       ) AS known GROUP BY order_id`,
      [shop.id],
    );
    const known = new Map(outcomes.map((row) => [row.order_id, Number(row.pixels)]));
    const pixels = town.expected.pixels.get(shop.handle)?.length ?? 0;
    for (const order of shop.orders) {
      const has = known.get(order.id) ?? 0;
      if (has !== pixels && !(has === 0 && town.expected.untold.has(order.id)))
        found.push(`order ${order.id} of ${shop.handle} has ${has} outcomes of ${pixels}`);
    }
  }
  const differences = await store.database.rows<{ line: string }>(
    `SELECT coalesce(t.key, r.key) || ' ' || coalesce(t.n, 0) || ' in the totals, ' || coalesce(r.n, 0) || ' rows' AS line
     FROM (SELECT concat_ws(' ', pixel_id, day, event, state, reason) AS key, sum(count) AS n FROM daily_totals
           GROUP BY 1 HAVING sum(count) <> 0) AS t
     FULL JOIN (
       SELECT concat_ws(' ', pixel_id, day, event, state, reason) AS key, count(*) AS n FROM (
         SELECT pixel_id, day, event, 'waiting' AS state, waiting_for AS reason FROM queue
         UNION ALL SELECT pixel_id, day, event, state, reason FROM order_deliveries
         UNION ALL SELECT pixel_id, day, event, state, reason FROM page_deliveries) AS told
       GROUP BY 1) AS r ON r.key = t.key
     WHERE t.n IS DISTINCT FROM r.n`,
  );
  return [...found, ...differences.map(({ line }) => line)];
}
