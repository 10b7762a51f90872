/** How calls to Shopify leave: with a time limit, and to the sandbox where one is set. */

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Shopify answers within a second or two; a call that takes longer is worth less than the page that waits for it. */
const PATIENCE_MS = 15_000;

/** Shopify's addresses are always `https://<host>/<path>`; the sandbox has them under `/shopify/<host>/<path>`. */
export function shopifyFetch(sandboxUrl: string | undefined): Fetch {
  return (input, init) => {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    return fetch(sandboxUrl === undefined ? input : inSandbox(sandboxUrl, input), { ...init, signal });
  };
}

function inSandbox(sandboxUrl: string, input: string | URL | Request): string {
  const url = new URL(input instanceof Request ? input.url : input);
  return `${sandboxUrl}/shopify/${url.host}${url.pathname}${url.search}`;
}

/** The script of Shopify that every embedded document loads first. */
export function appBridgeUrl(sandboxUrl: string | undefined): string {
  return sandboxUrl === undefined
    ? 'https://cdn.shopify.com/shopifycloud/app-bridge.js'
    : `${sandboxUrl}/app-bridge.js`;
}
