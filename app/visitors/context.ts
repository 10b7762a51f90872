/** What a browser told of itself, as it is stored: sealed, append-only, its key the HMAC of its content. */
import type { Keyring } from '../base/crypto.ts';
import { canonicalJson } from '../conversion/canonical.ts';
import type { ConsentChoice, Links, MatchData } from '../conversion/facts.ts';
import { noMatch } from '../conversion/identity.ts';
import type { ContextRow, LinkRow } from '../store/contexts.ts';
import { bindingOf } from '../store/sealed.ts';

/** Whose context it is: the shop's id and its own key. */
export interface ShopSecret {
  id: string;
  key: Buffer;
}

const BITS = { analytics: 1, marketing: 2, preferences: 4, saleOfData: 8 } as const;

export function consentBits(choice: ConsentChoice): number {
  return (
    (choice.analytics ? BITS.analytics : 0) |
    (choice.marketing ? BITS.marketing : 0) |
    (choice.preferences ? BITS.preferences : 0) |
    (choice.saleOfData ? BITS.saleOfData : 0)
  );
}

export function consentOf(bits: number): ConsentChoice {
  return {
    analytics: (bits & BITS.analytics) !== 0,
    marketing: (bits & BITS.marketing) !== 0,
    preferences: (bits & BITS.preferences) !== 0,
    saleOfData: (bits & BITS.saleOfData) !== 0,
  };
}

export interface Visit {
  /** Shopify's clientId. */
  client: string;
  choice: ConsentChoice;
  match: MatchData;
  seenAt: Date;
}

export function clientKeyOf(keyring: Keyring, shop: ShopSecret, client: string): Buffer {
  return keyring.hmac(shop.key, 'client', client);
}

export function contextRow(keyring: Keyring, shop: ShopSecret, visit: Visit): ContextRow {
  const clientKey = clientKeyOf(keyring, shop, visit.client);
  // A refusal leaves its four bits and a time, nothing else.
  const match = visit.choice.marketing ? visit.match : noMatch();
  const consent = consentBits(visit.choice);
  const content = canonicalJson(match);
  return {
    shopId: shop.id,
    clientKey,
    contextKey: keyring.hmac(shop.key, 'context', `${clientKey.toString('hex')} ${consent} ${content}`),
    seenAt: visit.seenAt,
    consent,
    sealed: keyring.seal(content, bindingOf('visitor_contexts.sealed', shop.id)),
  };
}

export function tokenKeyOf(
  keyring: Keyring,
  shop: ShopSecret,
  kind: 'checkout' | 'cart' | 'customer',
  token: string,
): Buffer {
  return keyring.hmac(shop.key, kind, token);
}

/** A beacon links its client to checkout and cart tokens only; what it says of orders and customers is not believed. */
export function linkRows(
  keyring: Keyring,
  shop: ShopSecret,
  context: Pick<ContextRow, 'clientKey' | 'seenAt'>,
  links: Links,
): LinkRow[] {
  const link = (kind: 'checkout' | 'cart', token: string | undefined): LinkRow[] =>
    token === undefined || token === ''
      ? []
      : [
          {
            shopId: shop.id,
            kind,
            tokenKey: tokenKeyOf(keyring, shop, kind, token),
            clientKey: context.clientKey,
            linkedAt: context.seenAt,
          },
        ];
  return [...link('checkout', links.checkoutToken), ...link('cart', links.cartToken)];
}
