/** Which choices of the order sources need access that the store has not given, and whether a draft may be saved without it. */
import { FETCHED_FIELDS } from '../conversion/from-admin-order.ts';
import type { FetchedField } from '../conversion/facts.ts';
import { FETCHED_BY_B2B, FETCHED_BY_RULE, RULE_FIELDS } from '../conversion/settings.ts';
import type { RuleField, ShopSettings } from '../conversion/settings.ts';
import { featureOfScope, missingScopes, type FeatureWithScopes } from '../shopify/feature-scopes.ts';
import type { DraftErrors } from './sections.ts';

export interface SourceAccess {
  /** The scopes that the store gave, as they are known here. */
  granted(): Promise<readonly string[]>;
  /** The same, asked of Shopify now; from then on the app's token carries them. */
  look(): Promise<readonly string[]>;
}

/** The feature whose access is missing, by what staff may choose. */
export interface ClosedSources {
  fields: Partial<Record<RuleField, FeatureWithScopes>>;
  b2b: FeatureWithScopes | null;
}

export function closedSources(granted: readonly string[]): ClosedSources {
  const closed = (field: FetchedField): FeatureWithScopes | undefined => {
    const feature = featureOfScope(FETCHED_FIELDS[field].scope);
    return feature !== undefined && missingScopes(feature, granted).length > 0 ? feature : undefined;
  };
  const fields: ClosedSources['fields'] = {};
  for (const name of RULE_FIELDS) {
    const field = FETCHED_BY_RULE[name];
    const feature = field && closed(field);
    if (feature !== undefined) fields[name] = feature;
  }
  return { fields, b2b: closed(FETCHED_BY_B2B) ?? null };
}

const NEEDS_ACCESS: Record<FeatureWithScopes, string> = {
  customers: 'Give Tock access to your customers first, or choose something else.',
  markets: 'Give Tock access to your markets first, or choose something else.',
};

/** What cannot be asked is not newly saved. What was saved while there was access may stay: its rule shows a warning. */
export function closedErrors(
  { fields, b2b }: ClosedSources,
  before: Pick<ShopSettings, 'rules' | 'sources'>,
  draft: Pick<ShopSettings, 'rules' | 'sources'>,
): DraftErrors {
  const errors: DraftErrors = {};
  draft.rules.forEach(({ id, on, field }, place) => {
    const feature = fields[field];
    const stood = before.rules.some((rule) => rule.id === id && rule.on && rule.field === field);
    if (on && feature !== undefined && !stood) errors[`rules.${place}.field`] = NEEDS_ACCESS[feature];
  });
  if (b2b !== null && draft.sources.b2b === 'block' && before.sources.b2b !== 'block')
    errors['sources.b2b'] = NEEDS_ACCESS[b2b];
  return errors;
}
