/** Where encrypted values lie: every table and column, what each value is bound to, and the check of the key. */
import type { SealBinding } from '../base/crypto.ts';

/** `shop` names the column whose value each sealed value is bound to; `key` finds the row again. */
export const sealedColumns = [
  { field: 'shops.key_sealed', table: 'shops', column: 'key_sealed', shop: 'id', key: ['id'] },
  { field: 'sessions.sealed', table: 'sessions', column: 'sealed', shop: 'shop_domain', key: ['id'] },
  { field: 'pixels.token_sealed', table: 'pixels', column: 'token_sealed', shop: 'shop_id', key: ['id'] },
  {
    field: 'visitor_contexts.sealed',
    table: 'visitor_contexts',
    column: 'sealed',
    shop: 'shop_id',
    key: ['shop_id', 'context_key'],
  },
  {
    field: 'order_revisions.match_sealed',
    table: 'order_revisions',
    column: 'match_sealed',
    shop: 'shop_id',
    key: ['shop_id', 'order_id', 'revision'],
  },
  {
    field: 'page_events.own_sealed',
    table: 'page_events',
    column: 'own_sealed',
    shop: 'shop_id',
    key: ['shop_id', 'event_id', 'occurred_at'],
  },
  {
    field: 'alert_choices.targets_sealed',
    table: 'alert_choices',
    column: 'targets_sealed',
    shop: 'shop_id',
    key: ['shop_id'],
  },
] as const;

export type SealedField = (typeof sealedColumns)[number]['field'];

/** `shop` is the numeric shop id, for sessions the shop's domain. */
export function bindingOf(field: SealedField, shop: string): SealBinding {
  return { shop, field };
}
