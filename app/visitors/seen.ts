/** Reads the stored contexts that speak for an order: by its checkout, its cart, and the customer we know from signed orders. */
import type { Keyring } from '../base/crypto.ts';
import type { MatchData } from '../conversion/facts.ts';
import { contextsByTokens } from '../store/contexts.ts';
import type { LinkedContext, TokenKey } from '../store/contexts.ts';
import type { Sql } from '../store/database.ts';
import { bindingOf } from '../store/sealed.ts';
import { consentOf } from './context.ts';
import type { SeenContext } from './join.ts';

/** An order's keys, as stored with it. */
export interface OrderTokens {
  shopId: string;
  checkoutKey: Buffer | null;
  cartKey: Buffer | null;
  customerKey: Buffer | null;
}

/** Sealed by us from MatchData; anything else does not open. */
export function openMatch(
  keyring: Keyring,
  shopId: string,
  field: 'visitor_contexts.sealed' | 'page_events.own_sealed',
  sealed: Buffer,
): MatchData {
  const match: MatchData = JSON.parse(keyring.openText(sealed, bindingOf(field, shopId)));
  return match;
}

function tokensOf(order: OrderTokens): TokenKey[] {
  const token = (kind: TokenKey['kind'], tokenKey: Buffer | null): TokenKey[] =>
    tokenKey === null ? [] : [{ shopId: order.shopId, kind, tokenKey }];
  return [
    ...token('checkout', order.checkoutKey),
    ...token('cart', order.cartKey),
    ...token('customer', order.customerKey),
  ];
}

const nameOf = (token: TokenKey | LinkedContext): string =>
  `${token.shopId} ${token.kind} ${token.tokenKey.toString('hex')}`;

/** In the order of the given orders. */
export async function seenFor(
  sql: Sql,
  keyring: Keyring,
  orders: readonly OrderTokens[],
): Promise<SeenContext[][]> {
  const linked = await contextsByTokens(sql, orders.flatMap(tokensOf));
  const byToken = new Map<string, SeenContext[]>();
  for (const one of linked) {
    const name = nameOf(one);
    const seen = byToken.get(name) ?? [];
    seen.push({
      kind: one.kind,
      client: one.clientKey.toString('hex'),
      linkedAt: one.linkedAt,
      seenAt: one.lastSeenAt,
      choice: consentOf(one.consent),
      match: openMatch(keyring, one.shopId, 'visitor_contexts.sealed', one.sealed),
    });
    byToken.set(name, seen);
  }
  return orders.map((order) => tokensOf(order).flatMap((token) => byToken.get(nameOf(token)) ?? []));
}
