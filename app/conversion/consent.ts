/** Evidence of what a buyer agreed to, and what a region asks for (design decision 11). */
import type {
  ConsentChoice,
  ConsentEvidence,
  ConsentObservation,
  ConsentSource,
  RegionPolicy,
} from './facts.ts';
import { utcOfSeconds } from './moments.ts';

/** `_tock_consent` as the theme embed writes it: four bits (analytics, marketing, preferences, sale), a dot, seconds. */
export function readConsentAttribute(value: string | undefined): ConsentObservation | undefined {
  const found = /^([01])([01])([01])([01])\.(\d{9,11})$/.exec(value?.trim() ?? '');
  const at = utcOfSeconds(found?.[5]);
  if (!found || at === undefined) return undefined;
  const choice: ConsentChoice = {
    analytics: found[1] === '1',
    marketing: found[2] === '1',
    preferences: found[3] === '1',
    saleOfData: found[4] === '1',
  };
  return { choice, source: 'cart', at };
}

const SOURCES: readonly ConsentSource[] = ['pixel', 'cart', 'client'];

/**
 * The newest word of each source, and of these the most restrictive for each purpose: a refusal that anybody
 * heard last stands. The evidence names the source that decided, and its time.
 */
export function weighConsent(
  observations: readonly ConsentObservation[],
  region: RegionPolicy,
): ConsentEvidence {
  const newest = SOURCES.flatMap((source) => {
    const own = observations.filter((seen) => seen.source === source);
    // Of two words of the same moment the narrower counts.
    own.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : breadth(a.choice) - breadth(b.choice)));
    return own.slice(0, 1);
  });
  const [first, ...others] = newest;
  if (first === undefined) return { choice: null, source: 'none', region };
  const narrow = { ...first.choice };
  let decisive = first;
  for (const seen of others) {
    if (breadth(seen.choice) < breadth(decisive.choice)) decisive = seen;
    narrow.analytics &&= seen.choice.analytics;
    narrow.marketing &&= seen.choice.marketing;
    narrow.preferences &&= seen.choice.preferences;
    narrow.saleOfData &&= seen.choice.saleOfData;
  }
  return { choice: narrow, source: decisive.source, at: decisive.at, region };
}

function breadth(choice: ConsentChoice): number {
  return (
    Number(choice.analytics) +
    Number(choice.marketing) * 2 +
    Number(choice.preferences) +
    Number(choice.saleOfData)
  );
}

/** One row of the Admin API's `consentPolicy`. */
export interface ConsentPolicyRow {
  countryCode: string | null;
  regionCode?: string | null;
  consentRequired: boolean | null;
  dataSaleOptOutRequired: boolean | null;
}

/** What a buyer's region asks for; a country without a row, or no country, gets the strictest that the shop has. */
export function regionPolicy(
  rows: readonly ConsentPolicyRow[],
  country: string | undefined,
  region?: string,
): RegionPolicy {
  const inCountry = rows.filter((row) => country !== undefined && row.countryCode === country);
  const exact = inCountry.filter((row) => row.regionCode && regionMatches(row.regionCode, country, region));
  const general = inCountry.filter((row) => !row.regionCode);
  const found = exact.length > 0 ? exact : general;
  if (found.length > 0) return strictest(found);
  if (inCountry.length > 0) return region === undefined ? strictest(inCountry) : 'none';
  return rows.length === 0 ? 'unknown' : strictest(rows);
}

function regionMatches(code: string, country: string | undefined, region: string | undefined): boolean {
  return region !== undefined && (code === region || code === `${country ?? ''}-${region}`);
}

function strictest(rows: readonly ConsentPolicyRow[]): RegionPolicy {
  if (rows.some((row) => row.consentRequired === true)) return 'consentRequired';
  return rows.some((row) => row.dataSaleOptOutRequired === true) ? 'saleOptOut' : 'none';
}
