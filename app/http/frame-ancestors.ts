/** Says who may put our pages into a frame: the Shopify admin and the shop itself, nobody else. */

/** Shopify's own shape of a shop's permanent domain; anything else in `?shop=` is not repeated in a header. */
const SHOP_DOMAIN = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/i;

/** The Content-Security-Policy of an HTML answer. `extra` is the sandbox's origin where there is one. */
export function framePolicy(url: string | undefined, extra: readonly string[] = []): string {
  const shop = shopOf(url);
  const ancestors = [...(shop ? [`https://${shop}`] : []), 'https://admin.shopify.com', ...extra];
  return `frame-ancestors ${ancestors.join(' ')};`;
}

function shopOf(url: string | undefined): string | null {
  const start = url?.indexOf('?') ?? -1;
  if (url === undefined || start < 0) return null;
  const shop = new URLSearchParams(url.slice(start + 1)).get('shop');
  return shop !== null && shop.length <= 255 && SHOP_DOMAIN.test(shop) ? shop.toLowerCase() : null;
}
