/** What each region asks for before a visitor may be tracked, as the shop has set it in Shopify. */
import type { Log } from '../base/log.ts';
import type { ConsentPolicyRow } from '../conversion/consent.ts';
import type { ShopDomain, ShopId } from '../conversion/facts.ts';
import type { AdminApi } from './admin.ts';
import { CONSENT_POLICY } from './documents.ts';

export interface ConsentPolicies {
  /** What is known now. Reads anew in the background when that is old; never waits for Shopify. */
  of(shopId: ShopId): readonly ConsentPolicyRow[];
  /** Reads a shop's policy and waits for it. */
  read(shopId: ShopId): Promise<void>;
}

/** A merchant changes this about once a year. */
const FRESH_MS = 60 * 60_000;
const MAX_KEPT = 20_000;

/**
 * Shopify's defaults, for the moment between a start and the first answer: consent first in the European Economic Area,
 * the United Kingdom and Switzerland; a way to opt out of the sale of data in the United States.
 */
const CONSENT_FIRST =
  'AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(
    ' ',
  );
export const DEFAULT_POLICY: readonly ConsentPolicyRow[] = [
  ...CONSENT_FIRST.map((countryCode) => ({
    countryCode,
    consentRequired: true,
    dataSaleOptOutRequired: false,
  })),
  { countryCode: 'US', consentRequired: false, dataSaleOptOutRequired: true },
];

export function createConsentPolicies(needs: {
  readonly domainOf: (shopId: ShopId) => Promise<ShopDomain | null>;
  readonly adminFor: (domain: ShopDomain) => AdminApi;
  readonly log: Log;
  /** A clock that only runs forward; not business time. */
  readonly elapsedMs?: () => number;
}): ConsentPolicies {
  const elapsedMs = needs.elapsedMs ?? (() => performance.now());
  const kept = new Map<ShopId, { at: number; rows: readonly ConsentPolicyRow[] }>();

  async function read(id: ShopId): Promise<void> {
    const domain = await needs.domainOf(id);
    if (domain === null) return;
    const answer = await needs.adminFor(domain).run(CONSENT_POLICY, {});
    if (!answer.ok) {
      needs.log.debug('the consent policy could not be read', { shop: domain, why: answer.problem.kind });
      return;
    }
    const rows = answer.data.consentPolicy.map((row) => ({
      countryCode: row.countryCode ?? null,
      regionCode: row.regionCode ?? null,
      consentRequired: row.consentRequired ?? null,
      dataSaleOptOutRequired: row.dataSaleOptOutRequired ?? null,
    }));
    kept.delete(id);
    kept.set(id, { at: elapsedMs(), rows });
    const oldest = kept.keys().next();
    if (kept.size > MAX_KEPT && !oldest.done) kept.delete(oldest.value);
  }

  return {
    read,
    of(id) {
      const known = kept.get(id);
      if (known && elapsedMs() - known.at < FRESH_MS) return known.rows;
      const rows = known?.rows ?? DEFAULT_POLICY;
      // Noted as read before the answer, so that a busy shop asks once and not with every order.
      kept.set(id, { at: elapsedMs(), rows });
      read(id).catch((error: unknown) => needs.log.warn('the consent policy could not be read', { error }));
      return rows;
    },
  };
}
