/** Features that need more access than an install gives: what is missing, and asking staff for it when they switch one on. */

/** Protected customer fields are no scopes: Shopify grants them to the app as a whole, in the Partner Dashboard. */
const NEEDED = {
  /** Rules by customer tag, company and customer type, and the switch for orders of business customers. */
  customers: ['read_customers'],
  /** Rules by market. */
  markets: ['read_markets'],
} as const satisfies Record<string, readonly string[]>;

export type FeatureWithScopes = keyof typeof NEEDED;

/** What may be asked for in the app; `shopify.app.toml` must declare just these. */
export const optionalScopes: readonly string[] = [...new Set(Object.values(NEEDED).flat())].sort();

/** The feature that a scope belongs to; undefined for what every install gives. */
export function featureOfScope(scope: string): FeatureWithScopes | undefined {
  if (NEEDED.customers.some((needed) => needed === scope)) return 'customers';
  return NEEDED.markets.some((needed) => needed === scope) ? 'markets' : undefined;
}

export function missingScopes(feature: FeatureWithScopes, granted: readonly string[]): string[] {
  return NEEDED[feature].filter((scope) => !granted.includes(scope));
}

/** App Bridge's `shopify.scopes`; it opens Shopify's own dialogue over the page. */
interface ScopeRequests {
  request(scopes: string[]): Promise<{ result: 'granted-all' | 'declined-all' }>;
}

/** True when the feature may be switched on. Nobody is asked for what is there already. */
export async function askForFeature(
  feature: FeatureWithScopes,
  granted: readonly string[],
  scopes: ScopeRequests,
): Promise<boolean> {
  const missing = missingScopes(feature, granted);
  return missing.length === 0 || (await scopes.request(missing)).result === 'granted-all';
}
