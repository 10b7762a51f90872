/** Turns what was counted over real orders into what staff read: numbers, money in its currency, days. */
import { toMinor } from '../conversion/browser.ts';
import type { SourceSwitch } from '../conversion/settings.ts';
import type { SourcesLook } from '../settings/pages.ts';
import type { ExampleOrder, Tally } from '../settings/preview.ts';
import { orderCount } from './count-words.ts';
import { fittingWords, notAll, ordersWords, sourceWords } from './texts-settings.ts';
import { moneyWords, type ShopWords } from './words-for.ts';

export interface ExampleWords {
  /** What the log is searched for. */
  order: string;
  text: string;
}

export interface PeriodWords {
  days: number;
  sentBefore: string;
  sentAfter: string;
  keptBefore: string;
  keptAfter: string;
  comesIn: string | null;
  goesOut: string | null;
}

export interface RuleCountWords {
  fits: string;
  /** Orders of which its field is not known; null where there are none. */
  unanswered: string | null;
}

export interface LookWords {
  orders: number;
  /** Where there are more orders than one look takes in. */
  notAll: string | null;
  periods: PeriodWords[];
  comesIn: ExampleWords[];
  goesOut: ExampleWords[];
  switches: Record<SourceSwitch, { orders: number; text: string; examples: ExampleWords[] }>;
  sources: {
    name: string;
    sourceName: string;
    appId: string;
    channel: string;
    text: string;
    kept: 'all' | 'some' | 'none';
  }[];
  rules: Record<string, RuleCountWords>;
}

export function lookWords(look: SourcesLook, shop: ShopWords): LookWords {
  const tally = (counted: Tally): string =>
    ordersWords(counted.orders, moneyOf(counted, shop.locale), shop.locale);
  const orNothing = (counted: Tally): string | null => (counted.orders === 0 ? null : tally(counted));
  const examples = (orders: readonly ExampleOrder[]): ExampleWords[] =>
    orders.map((order) => exampleWords(order, shop));
  const seen = ({ seen, examples: some }: SourcesLook['switches'][SourceSwitch]) => ({
    orders: seen.orders,
    text: tally(seen),
    examples: examples(some),
  });
  const { switches } = look;
  return {
    orders: look.lookedAt,
    notAll: look.whole ? null : notAll(look.lookedAt, shop.locale),
    periods: [...look.periods].reverse().map((period) => ({
      days: period.days,
      sentBefore: tally(period.before.sent),
      sentAfter: tally(period.after.sent),
      keptBefore: tally(period.before.kept),
      keptAfter: tally(period.after.kept),
      comesIn: orNothing(period.comesIn),
      goesOut: orNothing(period.goesOut),
    })),
    comesIn: examples(look.comesIn),
    goesOut: examples(look.goesOut),
    switches: {
      tiktokShop: seen(switches.tiktokShop),
      pos: seen(switches.pos),
      draft: seen(switches.draft),
      renewal: seen(switches.renewal),
      test: seen(switches.test),
      b2b: seen(switches.b2b),
      staffMade: seen(switches.staffMade),
    },
    sources: look.sources.map((source) => ({
      name: sourceWords(source),
      sourceName: source.sourceName,
      appId: source.appId,
      channel: source.channel,
      text: tally(source.seen),
      kept: source.kept === 0 ? 'none' : source.kept === source.seen.orders ? 'all' : 'some',
    })),
    rules: Object.fromEntries(
      [...look.rules].map(([id, { matching, unanswered }]): [string, RuleCountWords] => [
        id,
        {
          fits: fittingWords(matching, shop.locale),
          unanswered: unanswered === 0 ? null : orderCount(unanswered, shop.locale),
        },
      ]),
    ),
  };
}

function moneyOf(tally: Tally, locale: string): string {
  return [...tally.money].map(([currency, minor]) => moneyWords(minor, currency, locale) ?? '').join(' + ');
}

function exampleWords(order: ExampleOrder, { timeZone, locale }: ShopWords): ExampleWords {
  const day = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short' }).format(
    new Date(order.createdAt),
  );
  const money = amountWords(order.total, order.currency, locale);
  return { order: order.name, text: `${order.name}, ${money}, ${day}` };
}

/** An exact decimal of a currency, as staff read it. */
export function amountWords(amount: string, currency: string, locale: string): string {
  return moneyWords(toMinor(amount, currency) ?? null, currency, locale) ?? `${amount} ${currency}`;
}
