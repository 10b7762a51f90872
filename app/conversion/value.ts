/** What an event is worth: exact sums in minor units, by the pixel's value settings. */
import { divideRounded, fromMinor, listedCurrency, percentOf, toMinor } from './browser.ts';
import type { Amount, OrderFacts } from './facts.ts';
import type { ValueSettings } from './settings.ts';

export type Side = 'shop' | 'presentment';

/** An amount in minor units of one side; an unreadable one cannot get here, the reader refused it. */
export function minorOf(amount: Amount, side: Side, currency: string): bigint {
  return toMinor(side === 'presentment' ? (amount.presentment ?? amount.shop) : amount.shop, currency) ?? 0n;
}

export function addAmounts(
  amounts: readonly Amount[],
  currency: { shop: string; presentment: string },
): Amount {
  const total = (side: Side): string =>
    fromMinor(
      amounts.reduce((sum, amount) => sum + minorOf(amount, side, currency[side]), 0n),
      currency[side],
    );
  return currency.shop === currency.presentment
    ? { shop: total('shop') }
    : { shop: total('shop'), presentment: total('presentment') };
}

/** Which of the order's currencies counts, and why it is not the one asked for, or why there is none. */
export type CurrencyChoice = { side: Side; note?: 'converted' } | { side?: never; note: 'unlisted' };

/** In which of the order's currencies it is reported. TikTok takes a closed list of 62. */
export function currencyFor(facts: OrderFacts, settings: ValueSettings): CurrencyChoice {
  const wanted = settings.currency;
  if (listedCurrency(facts.currency[wanted])) return { side: wanted };
  const other: Side = wanted === 'shop' ? 'presentment' : 'shop';
  if (settings.unlisted === 'convert' && listedCurrency(facts.currency[other]))
    return { side: other, note: 'converted' };
  return { note: 'unlisted' };
}

export type OrderValue =
  | { side: Side; note?: 'converted'; currency: string; minor: bigint; /** Exact decimal. */ amount: string }
  | { side?: never; note: 'unlisted'; currency?: never; minor?: never; amount?: never };

export function orderValue(facts: OrderFacts, settings: ValueSettings): OrderValue {
  const choice = currencyFor(facts, settings);
  if (choice.side === undefined) return choice;
  const currency = facts.currency[choice.side];
  const minor = orderMinor(facts, settings, choice.side);
  return { ...choice, minor, amount: fromMinor(minor, currency), currency };
}

/**
 * The order as it stands, less what the merchant does not count. Shipping goes with its own tax; where prices
 * include tax, the tax is taken out of the goods.
 */
function orderMinor(facts: OrderFacts, settings: ValueSettings, side: Side): bigint {
  const { money, taxesIncluded } = facts;
  const of = (amount: Amount): bigint => minorOf(amount, side, facts.currency[side]);
  const goodsTax = of(money.tax) - of(money.shippingTax);
  let value: bigint;
  if (settings.basis === 'subtotal') {
    value = of(money.subtotal);
    if (settings.tax && !taxesIncluded) value += goodsTax;
    if (!settings.tax && taxesIncluded) value -= goodsTax;
  } else {
    value = of(money.total);
    const shippingNet = taxesIncluded ? of(money.shipping) - of(money.shippingTax) : of(money.shipping);
    if (!settings.shipping) value -= shippingNet + of(money.shippingTax);
    if (!settings.tax) value -= settings.shipping ? of(money.tax) : goodsTax;
    if (!settings.tips) value -= of(money.tips);
    if (!settings.duties) value -= of(money.duties);
  }
  if (!settings.giftCards) value -= of(money.giftCards);
  const { profit } = settings;
  if (profit?.kind === 'margin') value = percentOf(value, profit.percent);
  if (profit?.kind === 'costRate') value -= percentOf(of(money.subtotal), profit.percent);
  return value < 0n ? 0n : value;
}

/** The same sum in the other currency by the order's own rate, where Shopify gives it in one only. */
export function byOwnRate(shop: bigint, totalShop: bigint, totalPresentment: bigint): bigint {
  return totalShop === 0n ? 0n : divideRounded(shop * totalPresentment, totalShop);
}
