/** Which contexts this process stored a moment ago: a visitor's next page says the same again, and that is not written again. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../conversion/canonical.ts';
import { CONTEXT_REST_MS } from '../store/contexts.ts';
import { consentBits } from './context.ts';
import type { ShopSecret, Visit } from './context.ts';

export interface KnownContext {
  /** What the visit said, as a hash. */
  said: string;
  contextKey: Buffer;
  clientKey: Buffer;
  /** The time that its row has. */
  seenAt: Date;
}

export interface RecentContexts {
  /** Null when it has to be stored: nobody did, or its row may move on to a newer time. */
  find(said: string, seenAt: Date): KnownContext | null;
  /** Only of what is committed. */
  remember(contexts: readonly KnownContext[]): void;
}

const MOST = 20_000;

/** Equal only for visits whose stored context is the same row. A hash, so that nobody lies in memory for it. */
export function saidBy(shop: ShopSecret, { client, choice, match }: Omit<Visit, 'seenAt'>): string {
  return hash('sha256', `${shop.id} ${consentBits(choice)} ${canonicalJson([client, match])}`, 'base64');
}

export function createRecentContexts(most = MOST): RecentContexts {
  const known = new Map<string, KnownContext>();
  return {
    find(said, seenAt) {
      const found = known.get(said);
      return found && seenAt.getTime() - found.seenAt.getTime() < CONTEXT_REST_MS ? found : null;
    },
    remember(contexts) {
      for (const { said, contextKey, clientKey, seenAt } of contexts) {
        known.delete(said);
        known.set(said, { said, contextKey, clientKey, seenAt });
      }
      // Who was not heard of for longest comes first.
      for (const said of known.keys()) {
        if (known.size <= most) break;
        known.delete(said);
      }
    },
  };
}
