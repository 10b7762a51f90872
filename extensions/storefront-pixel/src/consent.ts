/** What the visitor allows: four booleans as Shopify reports them, and whether that is enough to speak at all. */
import type { BeaconConsent } from '../../../app/conversion/beacon.ts';

/** Shopify's names for the same four. */
export interface CustomerPrivacy {
  analyticsProcessingAllowed?: boolean;
  marketingAllowed?: boolean;
  preferencesProcessingAllowed?: boolean;
  saleOfDataAllowed?: boolean;
}

/**
 * A missing report means that the pixel was loaded at all, which Shopify does only with permission for the
 * declared purposes (analytics, marketing); what is not declared counts as not allowed. A Global Privacy Control
 * signal arrives here as `saleOfDataAllowed: false`.
 */
export function consentOf(reported: CustomerPrivacy | undefined): BeaconConsent {
  if (reported === undefined) {
    return { analytics: true, marketing: true, preferences: false, saleOfData: false };
  }
  return {
    analytics: reported.analyticsProcessingAllowed === true,
    marketing: reported.marketingAllowed === true,
    preferences: reported.preferencesProcessingAllowed === true,
    saleOfData: reported.saleOfDataAllowed === true,
  };
}

export function mayTrack(consent: BeaconConsent): boolean {
  return consent.analytics && consent.marketing;
}
