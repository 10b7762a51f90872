/** The page between: App Bridge fetches a session token here and reloads the page that was asked for. */
import type { LoaderFunctionArgs } from '@remix-run/node';

export function loader({ context }: LoaderFunctionArgs) {
  return context.house.shopify.bouncePage();
}
