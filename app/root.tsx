/** The document around every page: App Bridge and its key come first in the head, on error pages too. */
import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from '@remix-run/node';
import {
  isRouteErrorResponse,
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useRouteError,
  useRouteLoaderData,
} from '@remix-run/react';
import polarisStyles from '@shopify/polaris/build/esm/styles.css?url';
import type { ReactNode } from 'react';

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: polarisStyles }];

export const meta: MetaFunction = () => [{ title: 'Tock' }];

export function loader({ context }: LoaderFunctionArgs) {
  return { apiKey: context.house.shopify.apiKey, appBridgeUrl: context.house.shopify.appBridgeUrl };
}

/** Nothing in it depends on the request, so moving between pages does not ask for it again. */
export const shouldRevalidate = () => false;

export function Layout({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>('root');
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        {data ? <meta name="shopify-api-key" content={data.apiKey} /> : null}
        {data ? <script src={data.appBridgeUrl} /> : null}
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

export default function Root() {
  return <Outlet />;
}

/** For what fails outside the app's own layout: unknown addresses, the pages around signing in. */
export function ErrorBoundary() {
  const error = useRouteError();
  const missing = isRouteErrorResponse(error) && error.status === 404;
  return (
    <main
      style={{
        fontFamily: 'system-ui, sans-serif',
        margin: '4rem auto',
        maxWidth: '34rem',
        padding: '0 1rem',
      }}
    >
      <h1>{missing ? 'There is no such page' : 'This page could not be shown'}</h1>
      <p>
        {missing
          ? 'Open Tock from the Apps menu of your Shopify admin.'
          : 'Your store keeps working and nothing is lost. Please load the page again.'}
      </p>
    </main>
  );
}
