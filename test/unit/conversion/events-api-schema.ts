/** Our own strict schema of one Events API 2.0 event: TikTok takes unknown fields in silence, so only this finds a typo. */
import { z } from 'zod';
import { listedCurrency } from '../../../app/conversion/browser.ts';

const filled = z
  .string()
  .min(1)
  .refine((text) => text.trim() === text, 'no blanks at the ends');
const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .refine((text) => !text.startsWith('e3b0c44298fc1c14'), 'the hash of nothing');
const hashes = z.union([hash, z.array(hash).min(2)]);
const money = z.number().nonnegative().finite();

const content = z.strictObject({
  content_id: filled.optional(),
  content_name: filled.optional(),
  content_category: filled.optional(),
  brand: filled.optional(),
  price: money.optional(),
  quantity: z.int().positive(),
});

const event = z.strictObject({
  event: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,49}$/),
  event_time: z.int().min(1_000_000_000).max(9_999_999_999),
  event_id: filled,
  user: z.strictObject({
    email: hashes.optional(),
    phone: hashes.optional(),
    external_id: hashes.optional(),
    ttclid: z
      .string()
      .regex(/^[\x21-\x7e]+$/)
      .optional(),
    ttp: filled.optional(),
    ip: z
      .string()
      .regex(/^[0-9a-f.:]{3,39}$/)
      .optional(),
    user_agent: filled.optional(),
    locale: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/)
      .optional(),
  }),
  properties: z
    .strictObject({
      contents: z.array(content).min(1).optional(),
      content_ids: z.array(filled).min(1).optional(),
      content_type: z.enum(['product', 'product_group']).optional(),
      currency: z
        .string()
        .refine((code) => listedCurrency(code), "not in TikTok's list")
        .optional(),
      value: money.optional(),
      num_items: z.int().positive().optional(),
      search_string: filled.optional(),
      order_id: z.string().regex(/^\d+$/).optional(),
      customer_type: z.enum(['new', 'returning']).optional(),
    })
    .refine(
      (properties) => (properties.content_ids === undefined) === (properties.content_type === undefined),
      'type goes with ids',
    )
    .refine(
      (properties) => properties.value === undefined || properties.currency !== undefined,
      'value needs a currency',
    ),
  page: z
    .strictObject({
      url: z.string().regex(/^https?:\/\/[^/]+\//),
      referrer: z
        .string()
        .regex(/^https?:\/\/[^/]+\//)
        .optional(),
    })
    .optional(),
  limited_data_use: z.literal(true).optional(),
});

/** The problems of an event as it goes over the wire; empty when it is what TikTok documents. */
export function schemaProblems(bytes: string): string[] {
  const parsed = event.safeParse(JSON.parse(bytes));
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
