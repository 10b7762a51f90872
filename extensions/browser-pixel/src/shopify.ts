/** What Shopify's storefront offers a theme script: the visitor's consent and the address of the cart. */
import type { BeaconConsent } from '../../../app/conversion/beacon.ts';

interface CustomerPrivacyApi {
  analyticsProcessingAllowed?(): boolean;
  marketingAllowed?(): boolean;
  preferencesProcessingAllowed?(): boolean;
  saleOfDataAllowed?(): boolean;
  /** For each purpose `yes`, `no`, or empty where the visitor has not chosen. */
  currentVisitorConsent?(): Record<string, string>;
}

interface ShopifyGlobal {
  loadFeatures?(features: { name: string; version: string }[], done: (error?: unknown) => void): void;
  customerPrivacy?: CustomerPrivacyApi;
  routes?: { root?: string };
}

declare global {
  interface Window {
    Shopify?: ShopifyGlobal;
  }
}

/** The visitor's consent, and whether it rests on a choice of the visitor or on the region's rule. */
export interface PageConsent extends BeaconConsent {
  chosen: boolean;
}

/** Calls back as soon as consent is known and at every change. Never, where Shopify cannot say: then nothing may run. */
export function onConsent(page: Window, changed: (consent: PageConsent) => void): void {
  const tell = () => {
    const consent = consentNow(page);
    if (consent !== undefined) changed(consent);
  };
  page.document.addEventListener('visitorConsentCollected', tell);
  page.Shopify?.loadFeatures?.([{ name: 'consent-tracking-api', version: '0.1' }], (error) => {
    if (!error) tell();
  });
}

function consentNow(page: Window): PageConsent | undefined {
  const privacy = page.Shopify?.customerPrivacy;
  if (privacy === undefined) return undefined;
  const choices = Object.values(privacy.currentVisitorConsent?.() ?? {});
  return {
    analytics: privacy.analyticsProcessingAllowed?.() === true,
    marketing: privacy.marketingAllowed?.() === true,
    preferences: privacy.preferencesProcessingAllowed?.() === true,
    saleOfData: privacy.saleOfDataAllowed?.() === true && !refusesSale(page.navigator),
    chosen: choices.some((choice) => choice === 'yes' || choice === 'no'),
  };
}

/** Global Privacy Control, for browsers that report it before Shopify does. */
function refusesSale(browser: Navigator & { globalPrivacyControl?: boolean }): boolean {
  return browser.globalPrivacyControl === true;
}

export function cartUpdateAddress(page: Window): string {
  return `${page.Shopify?.routes?.root ?? '/'}cart/update.js`;
}
