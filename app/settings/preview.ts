/** What a change of the order sources would do, counted over real orders by the very code that will decide. */
import { toMinor } from '../conversion/browser.ts';
import type { OrderFacts } from '../conversion/facts.ts';
import type { ShopSettings, SourceSwitch } from '../conversion/settings.ts';
import { askRule, channelsOf, judgeSource, switchesOf } from '../conversion/sources.ts';

export interface Tally {
  orders: number;
  /** Minor units by currency: an order counts in the shop's currency of its day. */
  money: Map<string, bigint>;
}

export interface ExampleOrder {
  orderId: string;
  name: string;
  createdAt: string;
  total: string;
  currency: string;
  /** What decides after the change: "default", "switch:pos", "rule:<id>". */
  rule: string;
}

export interface PeriodPreview {
  days: number;
  before: { sent: Tally; kept: Tally };
  after: { sent: Tally; kept: Tally };
  comesIn: Tally;
  goesOut: Tally;
}

export interface SeenSource {
  /** Shopify's hidden value; empty where the order names none. */
  sourceName: string;
  appId: string;
  channel: string;
  seen: Tally;
  /** Of these, how many would be kept back. */
  kept: number;
}

export interface SourcesPreview {
  /** The longest period first. */
  periods: PeriodPreview[];
  comesIn: ExampleOrder[];
  goesOut: ExampleOrder[];
  /** In the shortest period. */
  switches: Record<SourceSwitch, { seen: Tally; examples: ExampleOrder[] }>;
  sources: SeenSource[];
  /** By rule id, in the shortest period: matching orders, and those that could not be asked. */
  rules: Map<string, { matching: number; unanswered: number }>;
  lookedAt: number;
}

export interface Period {
  days: number;
  /** The first day of it, YYYY-MM-DD. */
  from: string;
}

const EXAMPLES = 3;
/** A shop has a handful; connectors that name each order differently must not fill the page. */
const MOST_SOURCES = 50;

const noOrders = (): Tally => ({ orders: 0, money: new Map() });

export interface PreviewedOrder {
  orderId: string;
  day: string;
  facts: OrderFacts;
}

export interface SourcesCount {
  add(order: PreviewedOrder): void;
  result(): SourcesPreview;
}

/** Give it the orders newest first: the first ones become the examples. */
export function countSources(
  before: ShopSettings,
  after: ShopSettings,
  periods: readonly Period[],
): SourcesCount {
  const sorted = [...periods].sort((a, b) => b.days - a.days);
  const recent = sorted.at(-1)?.from ?? '';
  const counted = sorted.map(({ days, from }) => ({
    from,
    preview: {
      days,
      before: { sent: noOrders(), kept: noOrders() },
      after: { sent: noOrders(), kept: noOrders() },
      comesIn: noOrders(),
      goesOut: noOrders(),
    },
  }));
  const nothing = (): SourcesPreview['switches'][SourceSwitch] => ({ seen: noOrders(), examples: [] });
  const switches: SourcesPreview['switches'] = {
    tiktokShop: nothing(),
    pos: nothing(),
    draft: nothing(),
    renewal: nothing(),
    test: nothing(),
    b2b: nothing(),
    staffMade: nothing(),
  };
  const sources = new Map<string, SeenSource>();
  const rules = new Map(after.rules.map(({ id }) => [id, { matching: 0, unanswered: 0 }]));
  const comesIn: ExampleOrder[] = [];
  const goesOut: ExampleOrder[] = [];
  let lookedAt = 0;

  function ofRecent({ facts }: PreviewedOrder, kept: boolean, example: ExampleOrder): void {
    for (const name of switchesOf(facts, after)) {
      count(switches[name].seen, facts);
      if (switches[name].examples.length < EXAMPLES) switches[name].examples.push(example);
    }
    for (const rule of after.rules) {
      const found = rules.get(rule.id);
      const answer = askRule(rule, facts);
      if (found && answer === 'yes') found.matching += 1;
      if (found && answer === 'unknown') found.unanswered += 1;
    }
    const { sourceName = '', appId = '' } = facts.origin;
    const [channel = ''] = channelsOf(facts) ?? [];
    const key = `${sourceName}\u0001${appId}\u0001${channel}`;
    let source = sources.get(key);
    if (!source) sources.set(key, (source = { sourceName, appId, channel, seen: noOrders(), kept: 0 }));
    count(source.seen, facts);
    if (kept) source.kept += 1;
  }

  return {
    add(order) {
      const { facts, day } = order;
      lookedAt += 1;
      const was = judgeSource(facts, before);
      const is = judgeSource(facts, after);
      const example = exampleOf(order, is.rule);
      const [wasKept, isKept] = [was.side === 'block', is.side === 'block'];
      for (const { from, preview } of counted) {
        if (day < from) continue;
        count(wasKept ? preview.before.kept : preview.before.sent, facts);
        count(isKept ? preview.after.kept : preview.after.sent, facts);
        if (wasKept && !isKept) count(preview.comesIn, facts);
        if (!wasKept && isKept) count(preview.goesOut, facts);
      }
      if (wasKept && !isKept && comesIn.length < EXAMPLES) comesIn.push(example);
      if (!wasKept && isKept && goesOut.length < EXAMPLES) goesOut.push(example);
      if (day >= recent) ofRecent(order, isKept, example);
    },
    result: () => ({
      periods: counted.map(({ preview }) => preview),
      comesIn,
      goesOut,
      switches,
      sources: [...sources.values()]
        .sort((a, b) => b.seen.orders - a.seen.orders || (a.sourceName < b.sourceName ? -1 : 1))
        .slice(0, MOST_SOURCES),
      rules,
      lookedAt,
    }),
  };
}

function count(tally: Tally, facts: OrderFacts): void {
  const { shop: currency } = facts.currency;
  tally.orders += 1;
  const minor = toMinor(facts.money.total.shop, currency) ?? 0n;
  tally.money.set(currency, (tally.money.get(currency) ?? 0n) + minor);
}

const exampleOf = ({ orderId, facts }: PreviewedOrder, rule: string): ExampleOrder => ({
  orderId,
  name: facts.name,
  createdAt: facts.createdAt,
  total: facts.money.total.shop,
  currency: facts.currency.shop,
  rule,
});
