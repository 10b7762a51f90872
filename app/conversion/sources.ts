/** Where an order came from, judged: TikTok Shop's marks, the ready-made switches, the merchant's own rules. */
import { toMinor } from './browser.ts';
import type { FetchedField, OrderFacts, Origin } from './facts.ts';
import { FETCHED_BY_RULE } from './settings.ts';
import type { RuleField, ShopSettings, SourceRule, SourceSwitch, TikTokShopMarks } from './settings.ts';
import { minorOf } from './value.ts';

/** What marks the order as TikTok Shop's, or undefined: what nobody knows is a normal order. */
export function tiktokShopMark(origin: Origin, marks: TikTokShopMarks): string | undefined {
  const source = origin.sourceName?.toLowerCase();
  if (origin.appId !== undefined && marks.appIds.includes(origin.appId)) return 'app_id';
  if (source !== undefined && marks.sourceNames.includes(source)) return 'source_name';
  if (source !== undefined && marks.sourceNamePrefixes.some((prefix) => source.startsWith(prefix)))
    return 'source_name';
  if (origin.relayDomain !== undefined && marks.emailDomains.includes(origin.relayDomain))
    return 'email_domain';
  const begins = (values: readonly string[], prefixes: readonly string[]): boolean =>
    values.some((value) => prefixes.some((prefix) => value.toLowerCase().startsWith(prefix)));
  if (begins(origin.tags, marks.tagPrefixes)) return 'tag';
  if (origin.gateways.some((gateway) => marks.gateways.includes(gateway.toLowerCase()))) return 'gateway';
  if (begins(origin.noteAttributes, marks.noteAttributePrefixes)) return 'note_attribute';
  const channel = (origin.channel ?? '').toLowerCase();
  return channel !== '' && marks.sourceNamePrefixes.some((prefix) => channel.startsWith(prefix))
    ? 'channel'
    : undefined;
}

/** The switches that an order falls under, in the order in which they are asked. */
export function switchesOf(facts: OrderFacts, settings: ShopSettings): SourceSwitch[] {
  const { origin, fetched } = facts;
  const found: SourceSwitch[] = [];
  if (origin.test) found.push('test');
  if (tiktokShopMark(origin, settings.tiktokShop) !== undefined) found.push('tiktokShop');
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
  if (values === undefined) return 'unknown';
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
      return origin.channel !== undefined
        ? [origin.channel]
        : fetched?.channel !== undefined
          ? [fetched.channel]
          : undefined;
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
      return [origin.subscription ?? 'none'];
    case 'customer_type':
      return facts.customerType === undefined ? undefined : [facts.customerType];
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

/** What an enabled rule or switch needs of the Admin API and this order does not have yet. */
export function missingFields(settings: ShopSettings, facts: OrderFacts): FetchedField[] {
  const missing = new Set<FetchedField>();
  for (const rule of settings.rules) {
    const field = FETCHED_BY_RULE[rule.field];
    if (rule.on && field !== undefined && fieldValues(rule.field, facts) === undefined) missing.add(field);
  }
  const fetched = facts.fetched;
  // Webhooks name neither companies nor selling plans for certain.
  if (settings.sources.b2b === 'block' && !facts.origin.b2b && fetched?.company === undefined)
    missing.add('company');
  return [...missing];
}

export interface SourceVerdict {
  side: 'allow' | 'block';
  /** "rule:<id>" or "switch:<name>"; "default" when nothing had anything to say. */
  rule: string;
  reason?: SourceReason;
  /** Enabled rules that could not be asked because a field is not to be had: shown, never silently false. */
  unanswered: string[];
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
  const unanswered: string[] = [];
  for (const rule of settings.rules) {
    if (!rule.on) continue;
    const answer = askRule(rule, facts);
    if (answer === 'unknown') unanswered.push(rule.id);
    if (answer !== 'yes') continue;
    return rule.action === 'block'
      ? { side: 'block', rule: `rule:${rule.id}`, reason: 'source_rule', unanswered }
      : { side: 'allow', rule: `rule:${rule.id}`, unanswered };
  }
  for (const name of switchesOf(facts, settings)) {
    if (settings.sources[name] === 'block') {
      return { side: 'block', rule: `switch:${name}`, reason: SWITCH_REASONS[name], unanswered };
    }
  }
  return { side: 'allow', rule: 'default', unanswered };
}
