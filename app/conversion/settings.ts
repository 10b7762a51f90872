/** Every setting that changes an outcome: types, defaults, checks, and what the storefront pixel may know of them. */
import { z } from 'zod';
import { CONTEXT_EVENTS, SHOPIFY_EVENTS } from './browser.ts';
import type { ContentIdOptions, EchoOptions, PixelOptions, ValueOptions } from './browser.ts';
import { checkEventName } from './event-names.ts';
import type { FetchedField, PixelId } from './facts.ts';
import { ok, problem } from './result.ts';
import type { Result } from './result.ts';

export interface EventMapping {
  on: boolean;
  /** TikTok's event name. */
  name: string;
}

export interface ContentIdSettings {
  kind: 'variant' | 'product' | 'sku' | 'template';
  template?: string | undefined;
}

export interface ValueSettings {
  basis: 'total' | 'subtotal';
  tax: boolean;
  shipping: boolean;
  tips: boolean;
  duties: boolean;
  /** Gift cards among the goods; a card that pays changes nothing. */
  giftCards: boolean;
  profit?: { kind: 'margin' | 'costRate'; percent: string } | undefined;
  currency: 'shop' | 'presentment';
  /** A currency that TikTok does not list: take the order's other currency, or leave the value out. */
  unlisted: 'convert' | 'omit';
}

export interface PixelSettings {
  /** By Shopify event name; "order" is the purchase; other names are custom events that the merchant maps. */
  events: Record<string, EventMapping>;
  contentId: ContentIdSettings;
  value: ValueSettings;
}

export const RULE_FIELDS = [
  'source_name',
  'app_id',
  'channel',
  'tag',
  'gateway',
  'discount_code',
  'note_attribute',
  'shipping_country',
  'billing_country',
  'total',
  'staff_made',
  'subscription',
  'customer_type',
  'vendor',
  'sku',
  'product',
  'customer_tag',
  'company',
  'market',
  'product_type',
] as const;

export type RuleField = (typeof RULE_FIELDS)[number];

export const RULE_OPERATORS = ['is', 'is_not', 'contains', 'starts_with', 'at_least', 'at_most'] as const;

export type RuleOperator = (typeof RULE_OPERATORS)[number];

/** Own rules are asked in their order before the switches; the first that matches decides. */
export interface SourceRule {
  id: string;
  on: boolean;
  action: 'allow' | 'block';
  field: RuleField;
  operator: RuleOperator;
  /** Any of these. Compared without regard to case. */
  values: string[];
}

export const SOURCE_SWITCHES = ['tiktokShop', 'pos', 'draft', 'renewal', 'test', 'b2b', 'staffMade'] as const;

export type SourceSwitch = (typeof SOURCE_SWITCHES)[number];

/** What marks an order as one of TikTok Shop's; every entry is data, so that a merchant can add a connector's. */
export interface TikTokShopMarks {
  appIds: string[];
  /** Lower case. */
  sourceNames: string[];
  sourceNamePrefixes: string[];
  emailDomains: string[];
  tagPrefixes: string[];
  gateways: string[];
  noteAttributePrefixes: string[];
}

export interface ConsentSettings {
  /** What counts for an order of which nobody told us the buyer's choice. */
  withoutEvidence: 'region' | 'send' | 'limited' | 'skip';
  /** What to do with a buyer who opted out of the sale of data. */
  saleOptOut: 'limited' | 'skip';
}

export interface EmbedSettings {
  /** The click id travels with the cart, in a private attribute. */
  cartClick: boolean;
  /** TikTok's pixel learns the hashed email and phone of a customer who is signed in and has allowed it. */
  identify: boolean;
}

export interface ShopSettings {
  /** When a purchase counts: when it is placed or when it is paid. */
  purchaseMoment: 'placed' | 'paid';
  /** How long an order waits for the context of its checkout. */
  holdSeconds: number;
  clickWindowDays: number;
  sources: Record<SourceSwitch, 'allow' | 'block'>;
  rules: SourceRule[];
  tiktokShop: TikTokShopMarks;
  consent: ConsentSettings;
  /** Send Shopify's visitor id, hashed, as one more external id. */
  visitorId: boolean;
  /** What the theme embed does beside the browser's copies. */
  embed: EmbedSettings;
  /** Snapshot of the shop: two letters, for content-id templates and phone numbers without a country. */
  country: string;
  /** Snapshot of the shop: host of the storefront, for a page address where the order has none. */
  host: string;
}

/** One version of a shop's settings. */
export interface ShopSettingsVersion {
  shop: ShopSettings;
  pixels: Record<PixelId, PixelSettings>;
}

export const ORDER_EVENT = 'order';

const DEFAULT_EVENTS: Record<string, EventMapping> = {
  order: { on: true, name: 'CompletePayment' },
  payment_info_submitted: { on: true, name: 'AddPaymentInfo' },
  checkout_started: { on: true, name: 'InitiateCheckout' },
  product_added_to_cart: { on: true, name: 'AddToCart' },
  product_viewed: { on: true, name: 'ViewContent' },
  search_submitted: { on: true, name: 'Search' },
  collection_viewed: { on: false, name: 'ViewContent' },
  page_viewed: { on: false, name: 'Pageview' },
  cart_viewed: { on: false, name: 'ViewCart' },
  product_removed_from_cart: { on: false, name: 'RemoveFromCart' },
};

export function defaultPixelSettings(): PixelSettings {
  return {
    events: structuredClone(DEFAULT_EVENTS),
    contentId: { kind: 'variant' },
    value: {
      basis: 'total',
      tax: true,
      shipping: true,
      tips: true,
      duties: true,
      giftCards: true,
      currency: 'shop',
      unlisted: 'convert',
    },
  };
}

export function defaultSettings(): ShopSettings {
  return {
    purchaseMoment: 'placed',
    holdSeconds: 60,
    clickWindowDays: 28,
    sources: {
      tiktokShop: 'block',
      pos: 'block',
      draft: 'block',
      renewal: 'block',
      test: 'block',
      b2b: 'allow',
      staffMade: 'allow',
    },
    rules: [],
    tiktokShop: defaultTikTokShopMarks(),
    consent: { withoutEvidence: 'region', saleOptOut: 'limited' },
    visitorId: true,
    embed: { cartClick: true, identify: false },
    country: '',
    host: '',
  };
}

/** From the facts (shopify.md 4, tiktok.md 9): second-hand evidence, so all of it can be changed. */
export function defaultTikTokShopMarks(): TikTokShopMarks {
  return {
    appIds: ['4383523'],
    sourceNames: ['6712272'],
    sourceNamePrefixes: ['tiktok'],
    emailDomains: ['scs.tiktokw.us', 'tiktok.com'],
    tagPrefixes: ['tiktokorderid:', 'tiktok shop', 'shipped by tiktok'],
    gateways: ['tiktok shop', 'tiktok'],
    noteAttributePrefixes: ['tiktok order'],
  };
}

/** Admin-API fields that rules need because neither webhook nor pixel has them. */
export const FETCHED_BY_RULE: Partial<Record<RuleField, FetchedField>> = {
  channel: 'channels',
  subscription: 'sellingPlans',
  customer_type: 'customerTypes',
  customer_tag: 'customerTags',
  company: 'company',
  market: 'markets',
  product_type: 'productTypes',
};

/** The switch for orders of companies is asked the same way. */
export const FETCHED_BY_B2B: FetchedField = 'company';

export interface SettingsProblem {
  /** Path such as "pixels.12.events.order.name". */
  field: string;
  message: string;
}

const percent = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,4})?$/, 'A percentage from 0 to 100.')
  .refine((text) => Number(text) <= 100, 'A percentage from 0 to 100.');

const tiktokName = z.string().superRefine((name, context) => {
  const checked = checkEventName(name);
  if (!checked.ok) context.addIssue({ code: 'custom', message: checked.problem.message });
});

const pixelSchema = z.strictObject({
  events: z.record(z.string().min(1).max(100), z.strictObject({ on: z.boolean(), name: tiktokName })),
  contentId: z
    .strictObject({
      kind: z.enum(['variant', 'product', 'sku', 'template']),
      template: z.string().max(200).optional(),
    })
    .superRefine((value, context) => {
      if (value.kind !== 'template') return;
      const message = checkTemplate(value.template ?? '');
      if (message) context.addIssue({ code: 'custom', path: ['template'], message });
    }),
  value: z.strictObject({
    basis: z.enum(['total', 'subtotal']),
    tax: z.boolean(),
    shipping: z.boolean(),
    tips: z.boolean(),
    duties: z.boolean(),
    giftCards: z.boolean(),
    profit: z.strictObject({ kind: z.enum(['margin', 'costRate']), percent }).optional(),
    currency: z.enum(['shop', 'presentment']),
    unlisted: z.enum(['convert', 'omit']),
  }),
});

const words = z.array(z.string().min(1).max(200)).max(100);
const side = z.enum(['allow', 'block']);

const ruleSchema = z
  .strictObject({
    // Outcomes name their rule by its id, in a column that takes text and nothing else.
    id: z
      .string()
      .min(1)
      .max(60)
      .regex(/^[^\p{Cc}\p{Cs}]+$/u),
    on: z.boolean(),
    action: side,
    field: z.enum(RULE_FIELDS),
    operator: z.enum(RULE_OPERATORS),
    values: z.array(z.string().min(1).max(200)).min(1).max(100),
  })
  .superRefine((rule, context) => {
    const number = rule.field === 'total';
    const compares = rule.operator === 'at_least' || rule.operator === 'at_most';
    if (compares && !number) {
      context.addIssue({
        code: 'custom',
        path: ['operator'],
        message: 'Only the total can be compared by size.',
      });
    }
    if (number && !compares) {
      context.addIssue({
        code: 'custom',
        path: ['operator'],
        message: 'Compare the total with "at least" or "at most".',
      });
    }
    if (number && rule.values.some((value) => !/^\d{1,12}(\.\d{1,4})?$/.test(value))) {
      context.addIssue({ code: 'custom', path: ['values'], message: 'An amount such as 25 or 25.50.' });
    }
  });

const shopSchema = z.strictObject({
  purchaseMoment: z.enum(['placed', 'paid']),
  holdSeconds: z.int().min(0).max(240),
  clickWindowDays: z.int().min(1).max(90),
  sources: z.strictObject({
    tiktokShop: side,
    pos: side,
    draft: side,
    renewal: side,
    test: side,
    b2b: side,
    staffMade: side,
  }),
  rules: z.array(ruleSchema).max(100),
  tiktokShop: z.strictObject({
    appIds: words,
    sourceNames: words,
    sourceNamePrefixes: words,
    emailDomains: words,
    tagPrefixes: words,
    gateways: words,
    noteAttributePrefixes: words,
  }),
  consent: z.strictObject({
    withoutEvidence: z.enum(['region', 'send', 'limited', 'skip']),
    saleOptOut: z.enum(['limited', 'skip']),
  }),
  visitorId: z.boolean(),
  // Versions from before there was a choice did what the default does.
  embed: z
    .strictObject({ cartClick: z.boolean(), identify: z.boolean() })
    .default({ cartClick: true, identify: false }),
  country: z.string().regex(/^([A-Z]{2})?$/, 'Two capital letters, such as US.'),
  host: z.string().max(253),
});

const versionSchema = z.strictObject({
  shop: shopSchema,
  pixels: z.record(z.string().regex(/^\d+$/), pixelSchema),
});

/** A stored or imported settings version; every problem is listed at once. */
export function parseSettings(json: string): Result<ShopSettingsVersion, SettingsProblem[]> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return problem([{ field: '', message: 'This is not JSON.' }]);
  }
  return checkSettings(value);
}

/** The same check for a value that a form built. */
export function checkSettings(value: unknown): Result<ShopSettingsVersion, SettingsProblem[]> {
  const parsed = versionSchema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return problem(
    parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message })),
  );
}

/** What is wrong with a content-id template, in words; undefined when nothing is. */
export function checkTemplate(template: string): string | undefined {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map((found) => found[1] ?? '');
  const unknown = names.find((name) => !['country', 'product', 'variant', 'sku'].includes(name));
  if (unknown !== undefined)
    return `{${unknown}} is not known. Use {country}, {product}, {variant} and {sku}.`;
  if (!names.some((name) => name !== 'country')) return 'Use at least one of {product}, {variant} and {sku}.';
  if (/[{}]/.test(template.replace(/\{[^{}]*\}/g, '')))
    return 'A bracket is open or closed without its partner.';
  return undefined;
}

/** What both legs of a pixel make page events from. */
export function echoOptions(code: string, pixel: PixelSettings, shop: ShopSettings): EchoOptions {
  const events: Record<string, string> = {};
  for (const event of Object.keys(pixel.events).sort()) {
    const mapping = pixel.events[event];
    if (mapping?.on && event !== ORDER_EVENT && !CONTEXT_EVENTS.includes(event)) events[event] = mapping.name;
  }
  return { code, events, contentId: contentIdOptions(pixel, shop), value: valueOptions(pixel) };
}

export function contentIdOptions(pixel: PixelSettings, shop: ShopSettings): ContentIdOptions {
  const options: ContentIdOptions = { kind: pixel.contentId.kind };
  if (pixel.contentId.template !== undefined) options.template = pixel.contentId.template;
  if (shop.country) options.country = shop.country;
  return options;
}

export function valueOptions({ value: { basis, tax, shipping, profit } }: PixelSettings): ValueOptions {
  return profit ? { basis, tax, shipping, profit } : { basis, tax, shipping };
}

/** What the storefront pixel is told of a shop's active pixels: public, and no more than it needs. */
export function pixelOptions(
  pixels: { code: string; settings: PixelSettings; browserLeg: boolean }[],
  shop: ShopSettings,
): PixelOptions {
  const all = pixels.map((pixel) => ({ ...pixel, echo: echoOptions(pixel.code, pixel.settings, shop) }));
  const events = new Set<string>(pixels.length > 0 ? CONTEXT_EVENTS : []);
  // The checkout's token is what joins a visit to its order, whether or not the event itself is sent.
  if (pixels.length > 0) events.add('checkout_started');
  for (const pixel of all) for (const event of Object.keys(pixel.echo.events)) events.add(event);
  const rank = (name: string): number => {
    const place = SHOPIFY_EVENTS.findIndex((known) => known === name);
    return place < 0 ? SHOPIFY_EVENTS.length : place;
  };
  return {
    v: 1,
    events: [...events].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)),
    echo: all.filter((pixel) => pixel.browserLeg).map((pixel) => publicEcho(pixel.echo)),
  };
}

/** Everybody can read the storefront pixel's settings and the copies it makes: nothing of a profit may be in them. */
function publicEcho({ value, ...echo }: EchoOptions): EchoOptions {
  return value === undefined || value.profit !== undefined ? echo : { ...echo, value };
}
