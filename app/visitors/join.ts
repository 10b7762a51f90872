/** How what browsers told joins an order: the order's own words win, its visitor's clicks are kept, consent only narrows. */
import type { ConsentChoice, ConsentObservation, MatchData } from '../conversion/facts.ts';
import { mergeMatch, noMatch } from '../conversion/identity.ts';

/** One stored context of a client that is linked to the order's checkout, cart or customer. */
export interface SeenContext {
  kind: 'checkout' | 'cart' | 'customer';
  client: string;
  linkedAt: Date;
  seenAt: Date;
  choice: ConsentChoice;
  match: MatchData;
}

export interface Joined {
  match: MatchData;
  /** What was told of consent; empty when nobody told anything, which is no evidence of anything. */
  observations: ConsentObservation[];
  /** The client whose checkout it was; null without one. */
  owner: string | null;
}

function narrowed(a: ConsentChoice, b: ConsentChoice): ConsentChoice {
  return {
    analytics: a.analytics && b.analytics,
    marketing: a.marketing && b.marketing,
    preferences: a.preferences && b.preferences,
    saleOfData: a.saleOfData && b.saleOfData,
  };
}

const newestFirst = (a: SeenContext, b: SeenContext): number =>
  b.seenAt.getTime() - a.seenAt.getTime() || (a.client < b.client ? -1 : 1);

/** The client that used the checkout's token first, else the cart's: a token that was stolen was used before. */
function ownerOf(seen: readonly SeenContext[]): string | null {
  for (const kind of ['checkout', 'cart'] as const) {
    const linked = seen
      .filter((context) => context.kind === kind)
      .sort((a, b) => a.linkedAt.getTime() - b.linkedAt.getTime() || (a.client < b.client ? -1 : 1));
    if (linked[0]) return linked[0].client;
  }
  return null;
}

export function joinOrder(
  own: MatchData,
  cart: ConsentObservation | null,
  seen: readonly SeenContext[],
): Joined {
  const byToken = seen.filter((context) => context.kind !== 'customer');
  const owner = ownerOf(byToken);
  const ours = byToken.filter((context) => context.client === owner).sort(newestFirst);
  let match = own;
  for (const context of ours) match = mergeMatch(match, context.match);
  // Of a known customer's other visits only the clicks count: the link was made by us, from signed orders.
  for (const context of seen.filter(({ kind }) => kind === 'customer').sort(newestFirst)) {
    if (context.client === owner) continue;
    match = mergeMatch(match, { ...noMatch(), clicks: context.match.clicks });
  }
  return { match, observations: observe(cart, ours, byToken, owner), owner };
}

/** What is known of the buyer's choice: with the cart, and from the client itself as far as nobody narrowed it. */
function observe(
  cart: ConsentObservation | null,
  ours: readonly SeenContext[],
  byToken: readonly SeenContext[],
  owner: string | null,
): ConsentObservation[] {
  const told: ConsentObservation[] = cart ? [cart] : [];
  const newest = ours[0];
  if (!newest) return told;
  let choice = newest.choice;
  // Whoever else holds the token can take consent away, never give it; of each, the newest word counts.
  const others = new Map<string, SeenContext>();
  for (const context of [...byToken].sort(newestFirst)) {
    if (context.client !== owner && !others.has(context.client)) others.set(context.client, context);
  }
  for (const context of others.values()) choice = narrowed(choice, context.choice);
  return [...told, { choice, source: 'client', at: newest.seenAt.toISOString() }];
}
