/** Where encrypted values lie, by table and column; the name is part of what each value is bound to. */
export const sealedColumns = [
  { table: 'installation', column: 'check_sealed', shop: null, key: ['id'] },
  { table: 'shops', column: 'key_sealed', shop: 'id', key: ['id'] },
  { table: 'sessions', column: 'sealed', shop: 'shop_domain', key: ['id'] },
  { table: 'pixels', column: 'token_sealed', shop: 'shop_id', key: ['id'] },
  { table: 'visitor_contexts', column: 'sealed', shop: 'shop_id', key: ['shop_id', 'context_key'] },
  { table: 'order_revisions', column: 'match_sealed', shop: 'shop_id', key: ['shop_id', 'order_id', 'revision'] },
  { table: 'page_events', column: 'own_sealed', shop: 'shop_id', key: ['shop_id', 'event_id', 'occurred_at'] },
] as const;

export type SealedField = { [C in (typeof sealedColumns)[number] as string]: `${C['table']}.${C['column']}` }[string];
