/** What of an order's revision says who: match data and consent, in one sealed blob beside the readable facts. */
import type { Keyring } from '../base/crypto.ts';
import { canonicalJson } from '../conversion/canonical.ts';
import type { ConsentEvidence, ConsentObservation, MatchData, OrderFacts } from '../conversion/facts.ts';
import { bindingOf } from '../store/sealed.ts';

export interface RevisionSecret {
  match: MatchData;
  /** What the cart carried, with the order itself. */
  cart?: ConsentObservation;
  /** What was known of the buyer's choice when a context was joined. */
  evidence?: ConsentEvidence;
}

export function sealRevision(keyring: Keyring, shopId: string, secret: RevisionSecret): Buffer {
  return keyring.seal(canonicalJson(secret), bindingOf('order_revisions.match_sealed', shopId));
}

/** Sealed by us alone, so its shape is known; null when redaction emptied it. */
export function openRevision(keyring: Keyring, shopId: string, sealed: Buffer | null): RevisionSecret | null {
  if (sealed === null) return null;
  const secret: RevisionSecret = JSON.parse(
    keyring.openText(sealed, bindingOf('order_revisions.match_sealed', shopId)),
  );
  return secret;
}

/** Stored facts are canonical JSON that this program wrote. */
export function openOrderFacts(text: string): OrderFacts {
  const facts: OrderFacts = JSON.parse(text);
  return facts;
}

/** How far an order's life has gone: of two payloads with the same `updated_at` the later stage counts. */
export function stageOf(facts: Pick<OrderFacts, 'cancelledAt' | 'paid'>): number {
  if (facts.cancelledAt !== undefined) return 2;
  return facts.paid ? 1 : 0;
}

export interface Version {
  updatedAt: Date;
  stage: number;
  /** Canonical facts: the last resort, so that any order of arrival ends in the same state. */
  facts: string;
}

/** True when `next` is newer than what is known; the same payload again is not. A total order, whatever the topic. */
export function supersedes(next: Version, known: Version): boolean {
  const time = next.updatedAt.getTime() - known.updatedAt.getTime();
  if (time !== 0) return time > 0;
  if (next.stage !== known.stage) return next.stage > known.stage;
  return next.facts > known.facts;
}
