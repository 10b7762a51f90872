/** What a visitor allows: the region's rule, the browser's Global Privacy Control and their own choice, taken together. */

export interface Consent {
  analytics: boolean;
  marketing: boolean;
  preferences: boolean;
  saleOfData: boolean;
}

/** Null where the visitor has not said. */
export type Choice = { [Purpose in keyof Consent]: boolean | null };

export interface RegionRule {
  countryCode: string;
  regionCode: string | null;
  consentRequired: boolean;
  dataSaleOptOutRequired: boolean;
}

export const noChoice: Choice = { analytics: null, marketing: null, preferences: null, saleOfData: null };

/** Undecided means no where consent is required, and yes elsewhere. The browser's signal counts as an opt-out of sale. */
export function consentOf(rule: RegionRule, choice: Choice, globalPrivacyControl: boolean): Consent {
  const otherwise = !rule.consentRequired;
  const signalled = globalPrivacyControl && (rule.dataSaleOptOutRequired || rule.consentRequired);
  return {
    analytics: choice.analytics ?? otherwise,
    marketing: choice.marketing ?? otherwise,
    preferences: choice.preferences ?? otherwise,
    saleOfData: !signalled && (choice.saleOfData ?? choice.marketing ?? otherwise),
  };
}

export function hasChosen(choice: Choice): boolean {
  return Object.values(choice).some((answer) => answer !== null);
}

/** Whether the visitor has said no to something, as opposed to not having said anything. */
export function hasRefused(choice: Choice): boolean {
  return Object.values(choice).some((answer) => answer === false);
}

export const consentCookie = 'sandbox_consent';

const letters: [keyof Consent, string][] = [
  ['analytics', 'a'],
  ['marketing', 'm'],
  ['preferences', 'p'],
  ['saleOfData', 's'],
];

/** `a1m0p1s0`; an undecided purpose is left out. */
export function writeChoice(choice: Choice): string {
  return letters
    .map(([purpose, letter]) => (choice[purpose] === null ? '' : letter + (choice[purpose] ? '1' : '0')))
    .join('');
}

export function readChoice(text: string | undefined): Choice {
  const choice = { ...noChoice };
  for (const [purpose, letter] of letters) {
    const found = new RegExp(`${letter}([01])`).exec(text ?? '');
    if (found) choice[purpose] = found[1] === '1';
  }
  return choice;
}

/** What a web pixel declares in its extension file. */
export interface Purposes {
  analytics: boolean;
  marketing: boolean;
  preferences: boolean;
  saleOfData: 'enabled' | 'disabled' | 'ldu';
}

/** Shopify loads a pixel only with permission for all it declares; with `ldu` it loads anyway and has to limit itself. */
export function mayRun(purposes: Purposes, consent: Consent): boolean {
  return (
    (!purposes.analytics || consent.analytics) &&
    (!purposes.marketing || consent.marketing) &&
    (!purposes.preferences || consent.preferences) &&
    (purposes.saleOfData !== 'enabled' || consent.saleOfData)
  );
}
