/** The one shape of a shop's permanent domain, `name.myshopify.com`. */
import type { ShopDomain } from '../conversion/facts.ts';

const SHAPE = /^[a-z0-9][a-z0-9-]{0,59}\.myshopify\.com$/;

/** In lower case, or null where it is no such domain. */
export function shopDomain(written: string): ShopDomain | null {
  const domain = written.trim().toLowerCase();
  return SHAPE.test(domain) ? domain : null;
}
