/** Where an order came from, judged: TikTok Shop's marks, the ready-made switches, the merchant's own rules. */
import { toMinor } from './browser.ts';
import type { FetchedField, NotTold, OrderFacts } from './facts.ts';
import { FETCHED_BY_B2B, FETCHED_BY_RULE } from './settings.ts';
import type { RuleField, ShopSettings, SourceRule, SourceSwitch, TikTokShopMarks } from './settings.ts';
import { minorOf } from './value.ts';

/** The channels that an order names or that Shopify told when it was asked; undefined where nobody said. */
export function channelsOf({
  origin,
  fetched,
}: Pick<OrderFacts, 'origin' | 'fetched'>): string[] | undefined {
  return origin.channel === undefined ? fetched?.channels : [origin.channel];
}

/**
 * What marks the order as TikTok Shop's, or undefined: what nobody knows is a normal order. A channel counts as a source
 * name does; nobody is asked for it on behalf of this alone (decision 052).
 */
export function tiktokShopMark(
  order: Pick<OrderFacts, 'origin' | 'fetched'>,
  marks: TikTokShopMarks,
): string | undefined {
  const { origin } = order;
  const begins = (values: readonly string[], prefixes: readonly string[]): boolean =>
    values.some((value) => prefixes.some((prefix) => value.toLowerCase().startsWith(prefix)));
  const names = (source: string): boolean =>
    marks.sourceNames.includes(source.toLowerCase()) || begins([source], marks.sourceNamePrefixes);
  if (origin.appId !== undefined && marks.appIds.includes(origin.appId)) return 'app_id';
  if (origin.sourceName !== undefined && names(origin.sourceName)) return 'source_name';
  if (origin.relayDomain !== undefined && marks.emailDomains.includes(origin.relayDomain))
    return 'email_domain';
  if (begins(origin.tags, marks.tagPrefixes)) return 'tag';
  if (origin.gateways.some((gateway) => marks.gateways.includes(gateway.toLowerCase()))) return 'gateway';
  if (begins(origin.noteAttributes, marks.noteAttributePrefixes)) return 'note_attribute';
  return channelsOf(order)?.some(names) ? 'channel' : undefined;
}

/** The switches that an order falls under, in the order in which they are asked. */
export function switchesOf(facts: OrderFacts, settings: ShopSettings): SourceSwitch[] {
  const { origin, fetched } = facts;
  const found: SourceSwitch[] = [];
  if (origin.test) found.push('test');
  if (tiktokShopMark(facts, settings.tiktokShop) !== undefined) found.push('tiktokShop');
  if (origin.pos) found.push('pos');
  if (origin.draft) found.push('draft');
  if (origin.subscription === 'renewal') found.push('renewal');
  if (origin.b2b || fetched?.company === true) found.push('b2b');
  if (origin.staffMade) found.push('staffMade');
  return found;
}

export type RuleAnswer = 'yes' | 'no' | 'unknown';

/** Whether a rule matches an order. "unknown": its field can only come from the Admin API and is not there. */
export function askRule(rule: SourceRule, facts: OrderFacts): RuleAnswer {
  const values = fieldValues(rule.field, facts);
  if (values === undefined) {
    // A renewal says so itself; only a first order is told from others by its selling plan.
    const renewals = rule.field === 'subscription' && rule.values.every(isRenewal);
    return renewals ? (rule.operator === 'is_not' ? 'yes' : 'no') : 'unknown';
  }
  if (rule.field === 'total') return compares(rule, facts) ? 'yes' : 'no';
  const wanted = rule.values.map((value) => value.trim().toLowerCase());
  const had = values.map((value) => value.trim().toLowerCase());
  const any = (test: (value: string, want: string) => boolean): boolean =>
    had.some((value) => wanted.some((want) => test(value, want)));
  switch (rule.operator) {
    case 'is':
      return any((value, want) => value === want) ? 'yes' : 'no';
    case 'is_not':
      return any((value, want) => value === want) ? 'no' : 'yes';
    case 'contains':
      return any((value, want) => value.includes(want)) ? 'yes' : 'no';
    case 'starts_with':
      return any((value, want) => value.startsWith(want)) ? 'yes' : 'no';
    case 'at_least':
    case 'at_most':
      return 'no';
  }
}

const isRenewal = (value: string): boolean => value.trim().toLowerCase() === 'renewal';

function compares(rule: SourceRule, facts: OrderFacts): boolean {
  const currency = facts.currency.shop;
  const total = minorOf(facts.money.total, 'shop', currency);
  return rule.values.some((value) => {
    const bound = toMinor(value, currency);
    if (bound === undefined) return false;
    return rule.operator === 'at_least' ? total >= bound : rule.operator === 'at_most' && total <= bound;
  });
}

function fieldValues(field: RuleField, facts: OrderFacts): string[] | undefined {
  const { origin, fetched, items } = facts;
  const one = (value: string | undefined): string[] => (value === undefined ? [] : [value]);
  const all = (of: (item: OrderFacts['items'][number]) => string | undefined): string[] =>
    items.flatMap((item) => of(item) ?? []);
  switch (field) {
    case 'source_name':
      return one(origin.sourceName);
    case 'app_id':
      return one(origin.appId);
    case 'channel':
      return channelsOf(facts);
    case 'tag':
      return origin.tags;
    case 'gateway':
      return origin.gateways;
    case 'discount_code':
      return origin.discountCodes;
    case 'note_attribute':
      return origin.noteAttributes;
    case 'shipping_country':
      return one(origin.shippingCountry);
    case 'billing_country':
      return one(origin.billingCountry);
    case 'total':
      return [facts.money.total.shop];
    case 'staff_made':
      return [origin.staffMade ? 'yes' : 'no'];
    case 'subscription':
      if (origin.subscription !== undefined) return [origin.subscription];
      return fetched?.sellingPlans === undefined ? undefined : [fetched.sellingPlans ? 'first' : 'none'];
    case 'customer_type':
      return facts.customerType === undefined ? fetched?.customerTypes : [facts.customerType];
    case 'vendor':
      return all((item) => item.vendor);
    case 'sku':
      return all((item) => item.sku);
    case 'product':
      return all((item) => item.product);
    case 'customer_tag':
      return fetched?.customerTags;
    case 'company':
      return origin.b2b
        ? ['yes']
        : fetched?.company === undefined
          ? undefined
          : [fetched.company ? 'yes' : 'no'];
    case 'market':
      return fetched?.markets;
    case 'product_type':
      return (
        fetched?.productTypes ?? (items.every((item) => item.type) ? all((item) => item.type) : undefined)
      );
  }
}

/** The fields of the Admin API that enabled rules and switches ask for, whatever an order knows already. */
export function neededFields(settings: ShopSettings): FetchedField[] {
  const needed = new Set<FetchedField>();
  for (const rule of settings.rules) {
    const field = FETCHED_BY_RULE[rule.field];
    if (rule.on && field !== undefined) needed.add(field);
  }
  if (settings.sources.b2b === 'block') needed.add(FETCHED_BY_B2B);
  return [...needed];
}

/** An enabled rule or switch that an order gave no answer to. */
export interface Unanswered {
  /** "rule:<id>" or "switch:b2b". */
  rule: string;
  field: FetchedField;
  /** not_asked: Shopify was not asked (yet). */
  why: NotTold | 'not_asked';
}

export interface SourceVerdict {
  side: 'allow' | 'block';
  /** "rule:<id>" or "switch:<name>"; "default" when nothing had anything to say. */
  rule: string;
  reason?: SourceReason;
  /** What could not be asked before this verdict was reached: shown, never silently false. */
  unanswered: Unanswered[];
  /** What Shopify must be asked first, because an answer could turn the verdict round. */
  missing: FetchedField[];
}

export const SWITCH_REASONS = {
  tiktokShop: 'tiktok_shop',
  pos: 'pos',
  draft: 'draft',
  renewal: 'renewal',
  test: 'test_order',
  b2b: 'b2b',
  staffMade: 'staff_made',
} as const satisfies Record<SourceSwitch, string>;

export type SourceReason = (typeof SWITCH_REASONS)[SourceSwitch] | 'source_rule';

/** Own rules first, in their order; then the switches. The first that matches decides. */
export function judgeSource(facts: OrderFacts, settings: ShopSettings): SourceVerdict {
  const open: (Unanswered & { side: 'allow' | 'block' })[] = [];
  const leaveOpen = (rule: string, field: FetchedField, side: 'allow' | 'block'): void =>
    void open.push({ rule, field, side, why: facts.notTold?.[field] ?? 'not_asked' });
  const verdict = (side: 'allow' | 'block', rule: string, reason?: SourceReason): SourceVerdict => {
    const unasked = open.filter(({ why }) => why === 'not_asked');
    // All of them at once: the answer to one may lay another open, and Shopify is asked once.
    const turns = unasked.some((other) => other.side !== side);
    return {
      side,
      rule,
      ...(reason === undefined ? {} : { reason }),
      unanswered: open.map(({ rule: name, field, why }) => ({ rule: name, field, why })),
      missing: turns ? [...new Set(unasked.map(({ field }) => field))] : [],
    };
  };

  for (const rule of settings.rules) {
    if (!rule.on) continue;
    const answer = askRule(rule, facts);
    const field = FETCHED_BY_RULE[rule.field];
    if (answer === 'unknown' && field !== undefined) leaveOpen(`rule:${rule.id}`, field, rule.action);
    if (answer === 'yes')
      return verdict(rule.action, `rule:${rule.id}`, rule.action === 'block' ? 'source_rule' : undefined);
  }
  for (const name of switchesOf(facts, settings)) {
    if (settings.sources[name] === 'block') return verdict('block', `switch:${name}`, SWITCH_REASONS[name]);
  }
  // Webhooks name a company at best, never that there is none.
  if (settings.sources.b2b === 'block' && !facts.origin.b2b && facts.fetched?.company === undefined)
    leaveOpen('switch:b2b', FETCHED_BY_B2B, 'block');
  return verdict('allow', 'default');
}
