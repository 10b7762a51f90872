/** Asks Shopify, once for each order, what no webhook tells and an enabled rule needs; what cannot be had is written down as such. */
import { createBreaker } from '../base/breaker.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { createSweeper } from '../base/sweeper.ts';
import { answerDue } from '../conversion/eligibility.ts';
import type { FetchedField, NotTold, NotToldFields, OrderFacts, ShopId } from '../conversion/facts.ts';
import { readToldFields } from '../conversion/from-admin-order.ts';
import { judgeSource } from '../conversion/sources.ts';
import { openOrderFacts } from '../record/revision.ts';
import type { ShopInForce, ShopsInForce } from '../record/shop.ts';
import { recordTold, type ToldOrder } from '../record/told.ts';
import type { AdminProblem } from '../shopify/admin.ts';
import { ORDERS_AT_ONCE, type ShopOrders } from '../shopify/orders.ts';
import type { Database } from '../store/database.ts';
import {
  claimQuestions,
  returnQuestions,
  shopsWithQuestions,
  type OpenQuestion,
} from '../store/enquiries.ts';
import { readOrders } from '../store/orders.ts';

export interface EnquiryOptions {
  database: Pick<Database, 'rows' | 'run' | 'transaction'>;
  shops: Pick<ShopsInForce, 'byId' | 'version'>;
  ordersOf(domain: string): Pick<ShopOrders, 'told'>;
  /** Orders have their answer and are to be judged. */
  wake(): void;
  clock: Clock;
  log: Log;
  /** 0 up to 1, for jitter. */
  random: () => number;
  sweepMs?: number;
}

export interface EnquirySummary {
  /** Questions to Shopify. */
  asked: number;
  /** Orders that go on with an answer, or with the word that there is none. */
  told: number;
  /** Orders of which Shopify is asked again. */
  waiting: number;
}

export interface Enquiry {
  /** Asks everything that is open now. */
  askDue(): Promise<EnquirySummary>;
  start(): void;
  wake(): void;
  drain(): Promise<void>;
}

const SWEEP_MS = 2_000;
/** Longer than the longest question with its pauses for the shop's bucket. */
const LEASE_MS = 120_000;
const SHOPS_A_RUN = 200;
const SHOPS_AT_ONCE = 4;
/** A key beside all shop ids: Shopify as a whole. */
const ALL = 'shopify';

/** An order with everything that its rows lack. */
interface Asked {
  orderId: string;
  facts: OrderFacts;
  fields: FetchedField[];
  dueAt: Date;
  rows: OpenQuestion[];
}

export function createEnquiry(options: EnquiryOptions): Enquiry {
  const { database, shops, clock, log } = options;
  const breaker = createBreaker(clock, options.random);
  let stopping = false;
  const rests = (shopId: ShopId): boolean => !breaker.allows(ALL) || !breaker.allows(shopId);

  async function askDue(): Promise<EnquirySummary> {
    const summary: EnquirySummary = { asked: 0, told: 0, waiting: 0 };
    const next = (await shopsWithQuestions(database, clock.now(), SHOPS_A_RUN)).values();
    const worker = async (): Promise<void> => {
      for (const shopId of next) {
        const shop = await shops.byId(shopId);
        if (!shop?.installed) continue;
        // One for the whole run: it remembers what is left of the shop's points.
        const orders = options.ordersOf(shop.domain);
        while (!stopping && (await askSome(shop, orders, summary)));
      }
    };
    await Promise.all(Array.from({ length: SHOPS_AT_ONCE }, worker));
    if (summary.told > 0) options.wake();
    return summary;
  }

  /** One question about some orders of a shop. True when there may be more to ask now. */
  async function askSome(
    shop: ShopInForce,
    orders: Pick<ShopOrders, 'told'>,
    summary: EnquirySummary,
  ): Promise<boolean> {
    const resting = rests(shop.id);
    const now = clock.now();
    const claim = await database.transaction((sql) =>
      claimQuestions(sql, {
        shopId: shop.id,
        now,
        leaseUntil: new Date(now.getTime() + LEASE_MS),
        limit: ORDERS_AT_ONCE,
        overdue: resting,
      }),
    );
    if (!claim) return false;
    const { asked, free } = await questionsOf(shop, claim.questions);
    const more = new Set(claim.questions.map(({ orderId }) => orderId)).size === ORDERS_AT_ONCE;
    // Shopify was silent a moment ago, and these can wait no longer.
    if (resting) {
      await goOn(claim.held, [...free, ...asked], unanswered(shop, asked, 'no_answer'), summary);
      return more;
    }
    if (asked.length === 0) {
      await goOn(claim.held, free, [], summary);
      return more;
    }
    summary.asked += 1;
    const fields = [...new Set(asked.flatMap((order) => order.fields))];
    const answer = await orders.told(
      asked.map(({ orderId }) => orderId),
      fields,
    );
    if (answer.ok) {
      breaker.worked(shop.id);
      breaker.worked(ALL);
      const told = asked.map((order, at): ToldOrder => {
        const { node, denied, shop: ofShop } = answer.value[at] ?? { node: null, denied: [], shop: null };
        return {
          shopId: shop.id,
          orderId: order.orderId,
          ...readToldFields(node, { fields: order.fields, denied, shop: ofShop }),
        };
      });
      await goOn(claim.held, [...free, ...asked], told, summary);
      note(shop, told);
      return more;
    }
    await failed(shop, claim.held, { asked, free }, answer.problem, summary);
    return false;
  }

  /** What each order lacks by the settings of its rows; `free` are those that lack nothing any more. */
  async function questionsOf(
    shop: ShopInForce,
    questions: readonly OpenQuestion[],
  ): Promise<{ asked: Asked[]; free: Pick<Asked, 'rows'>[] }> {
    const byOrder = Map.groupBy(questions, ({ orderId }) => orderId);
    const stored = await readOrders(
      database,
      [...byOrder.keys()].map((orderId) => ({ shopId: shop.id, orderId })),
    );
    const asked: Asked[] = [];
    const known = new Set(stored.map(({ orderId }) => orderId));
    const free = [...byOrder].flatMap(([orderId, rows]) => (known.has(orderId) ? [] : [{ rows }]));
    for (const order of stored) {
      const rows = byOrder.get(order.orderId) ?? [];
      const facts = openOrderFacts(order.facts);
      const fields = new Set<FetchedField>();
      for (const version of new Set(rows.map(({ settingsVersion }) => settingsVersion))) {
        const { settings } = await shops.version(shop, version);
        for (const field of judgeSource(facts, settings).missing) fields.add(field);
      }
      // What was erased or deleted ends when it is judged.
      if (fields.size === 0 || order.erasedAt !== null || order.goneAt !== null) free.push({ rows });
      else {
        const received = Math.min(...rows.map(({ receivedAt }) => receivedAt.getTime()));
        const dueAt = answerDue(facts, new Date(received));
        asked.push({ orderId: order.orderId, facts, fields: [...fields], dueAt, rows });
      }
    }
    return { asked, free };
  }

  /** In one transaction: what was told, and the rows that may be judged now. */
  async function goOn(
    held: string,
    orders: readonly Pick<Asked, 'rows'>[],
    told: readonly ToldOrder[],
    summary: EnquirySummary,
  ): Promise<void> {
    const now = clock.now();
    await database.transaction(async (sql) => {
      await recordTold(sql, told, now);
      await returnQuestions(
        sql,
        orders.flatMap(({ rows }) => rows.map((row) => ({ ...row, waitingFor: 'due' as const, dueAt: now }))),
        held,
      );
    });
    summary.told += orders.length;
  }

  async function failed(
    shop: ShopInForce,
    held: string,
    { asked, free }: { asked: readonly Asked[]; free: readonly Pick<Asked, 'rows'>[] },
    problem: AdminProblem,
    summary: EnquirySummary,
  ): Promise<void> {
    breaker.failed(shop.id, problem.kind === 'throttled');
    // One shop's lost connection says nothing of the others; silence does.
    if (problem.kind === 'unreachable') breaker.failed(ALL, false);
    const now = clock.now();
    const over = asked.filter(({ dueAt }) => dueAt <= now);
    const again = asked.filter(({ dueAt }) => dueAt > now);
    await goOn(held, [...free, ...over], unanswered(shop, over, whyOf(problem)), summary);
    await database.transaction((sql) =>
      returnQuestions(
        sql,
        again.flatMap(({ rows, dueAt }) =>
          rows.map((row) => ({ ...row, waitingFor: 'shopify' as const, dueAt })),
        ),
        held,
      ),
    );
    summary.waiting += again.length;
    log.warn('Shopify did not tell what rules need', {
      shop: shop.domain,
      orders: asked.length,
      givenUp: over.length,
      why: problem.kind,
    });
  }

  function note(shop: ShopInForce, told: readonly ToldOrder[]): void {
    const denied = [...new Set(told.flatMap(({ notTold }) => Object.keys(notTold)))];
    log.info('asked Shopify what rules need', { shop: shop.domain, orders: told.length, denied });
  }

  const sweeper = createSweeper({
    name: 'enquiry',
    run: askDue,
    everyMs: options.sweepMs ?? SWEEP_MS,
    log,
  });
  return {
    askDue,
    start: sweeper.start,
    wake: sweeper.wake,
    drain() {
      stopping = true;
      return sweeper.drain();
    },
  };
}

function unanswered(shop: ShopInForce, orders: readonly Asked[], why: NotTold): ToldOrder[] {
  return orders.map(({ orderId, fields }) => {
    const notTold: NotToldFields = {};
    for (const field of fields) notTold[field] = why;
    return { shopId: shop.id, orderId, fetched: {}, notTold };
  });
}

function whyOf(problem: AdminProblem): NotTold {
  return problem.kind === 'reconnect' || problem.kind === 'not_connected' ? 'not_connected' : 'no_answer';
}
