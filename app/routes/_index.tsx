/** The address that Shopify opens: on to the app where a shop is named, else a word on how to get there. */
import { redirect, type LoaderFunctionArgs } from '@remix-run/node';

export function loader({ request }: LoaderFunctionArgs) {
  const { search, searchParams } = new URL(request.url);
  return searchParams.has('shop') ? redirect(`/app${search}`) : redirect('/auth/login');
}
