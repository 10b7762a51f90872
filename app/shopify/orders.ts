/** Pages through a shop's orders at the pace that Shopify's bucket allows, leaving half of it to everybody else. */
import { toMinor } from '../conversion/browser.ts';
import type { FetchedField } from '../conversion/facts.ts';
import type { AdminAnswer, AdminApi, AdminCost, AdminProblem } from './admin.ts';
import { ORDER_LIST, orderWhole, ordersTold, type AdminDocument } from './documents.ts';

export interface ListedOrder {
  orderId: string;
  createdAt: Date;
  updatedAt: Date;
  currency: string;
  totalMinor: bigint;
  currentMinor: bigint;
}

export interface OrderListing {
  orders: ListedOrder[];
  /** Hand it back for the next page; null at the end. */
  next: string | null;
}

export type OrdersAnswer<T> = { ok: true; value: T } | { ok: false; problem: AdminProblem };

export interface ShopOrders {
  page(wish: OrdersWish): Promise<OrdersAnswer<OrderListing>>;
  /** One order with everything that the app may read of it, and the fields that rules need besides. */
  whole(orderId: string, fields: readonly FetchedField[]): Promise<OrdersAnswer<OrderTold>>;
  /** Only these fields, of at most ORDERS_AT_ONCE orders in one question; the answers come in the same order. */
  told(orderIds: readonly string[], fields: readonly FetchedField[]): Promise<OrdersAnswer<OrderTold[]>>;
}

export interface OrderTold {
  /** The order's node; null when Shopify does not have it (any more). */
  node: unknown;
  /** Paths below the order, or of the shop's part, that the app may not read, without places in lists; "" is all. */
  denied: string[];
  /** The shop's own part of the answer. */
  shop: unknown;
}

export interface OrdersWish {
  by: 'created_at' | 'updated_at';
  from: Date;
  /** Absent: up to now. Not included. */
  to?: Date;
  after: string | null;
}

export interface Pace {
  /** Waits; a test moves its clock instead. */
  pause(ms: number): Promise<void>;
}

/** A question about lines costs some twenty points for each order, and no question may cost more than a thousand. */
export const ORDERS_AT_ONCE = 20;
/** Shopify gives at most 250 a page. */
const PAGE = 250;
/** A bucket that stays empty for so many tries belongs to somebody else; the next run goes on. */
const TRIES = 8;

export function createShopOrders(admin: AdminApi, { pause }: Pace): ShopOrders {
  let last: AdminCost | null = null;

  async function run<Data, Variables extends Record<string, unknown>>(
    document: AdminDocument<Data, Variables>,
    variables: Variables,
  ): Promise<AdminAnswer<Data>> {
    const wait = waitFor(last);
    if (wait > 0) await pause(wait);
    for (let tries = 1; ; tries += 1) {
      const answer = await admin.run(document, variables);
      if (answer.ok) {
        last = answer.cost;
        return answer;
      }
      if (answer.problem.kind !== 'throttled' || tries >= TRIES) return answer;
      await pause(answer.problem.waitMs);
    }
  }

  return {
    async page({ by, from, to, after }) {
      const until = to === undefined ? '' : ` AND ${by}:<"${to.toISOString()}"`;
      const answer = await run(ORDER_LIST, {
        first: PAGE,
        after,
        query: `${by}:>="${from.toISOString()}"${until}`,
        sortKey: by === 'created_at' ? 'CREATED_AT' : 'UPDATED_AT',
      });
      if (!answer.ok) return answer;
      const { nodes, pageInfo } = answer.data.orders;
      return {
        ok: true,
        value: {
          orders: nodes.map((node) => {
            const { amount, currencyCode } = node.originalTotalPriceSet.shopMoney;
            return {
              orderId: node.id.replace(/^.*\//, ''),
              createdAt: new Date(node.createdAt),
              updatedAt: new Date(node.updatedAt),
              currency: currencyCode,
              totalMinor: toMinor(amount, currencyCode) ?? 0n,
              currentMinor: toMinor(node.currentTotalPriceSet.shopMoney.amount, currencyCode) ?? 0n,
            };
          }),
          next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
        },
      };
    },
    async whole(orderId, fields) {
      const answer = await run(orderWhole(fields), { id: gidOf(orderId) });
      if (!answer.ok) return answer;
      return {
        ok: true,
        value: {
          node: answer.data.order ?? null,
          denied: below('order', answer.denied),
          shop: answer.data,
        },
      };
    },
    async told(orderIds, fields) {
      const answer = await run(ordersTold(fields), { ids: orderIds.map(gidOf) });
      if (!answer.ok) return answer;
      const { denied } = answer;
      return {
        ok: true,
        value: orderIds.map((_id, at) => ({
          node: answer.data.nodes[at] ?? null,
          denied: below(`nodes.${at}`, denied),
          shop: answer.data,
        })),
      };
    },
  };
}

const gidOf = (orderId: string): string => `gid://shopify/Order/${orderId}`;

/** Denied paths as they concern one order; what is denied above it is denied to all of it. */
function below(order: string, denied: readonly string[]): string[] {
  return denied.flatMap((path) => {
    if (path === order || path === '' || order.startsWith(`${path}.`)) return [''];
    const own = path.startsWith(`${order}.`) ? path.slice(order.length + 1) : path;
    // What is denied of the shop concerns all its orders, what is denied of another order does not.
    if (own === path && /^(?:order|nodes)\./.test(path)) return [];
    return [own.replace(/\.\d+(?=\.|$)/g, '')];
  });
}

/** How long until a call like the last one leaves half a second of the shop's points to other work. */
export function waitFor(cost: AdminCost | null): number {
  if (cost === null || cost.restoreRate <= 0) return 0;
  const wanted = cost.requested + cost.restoreRate * KEPT_SECONDS;
  return Math.max(0, Math.ceil(((wanted - cost.available) / cost.restoreRate) * 1000));
}

/** The bucket holds twenty seconds' worth: half of it stays for pages and installs. */
const KEPT_SECONDS = 10;
