/** The frame around the app's pages: Polaris, the navigation in the admin's side bar, and the page for what went wrong. */
import type { LoaderFunctionArgs } from '@remix-run/node';
import {
  isRouteErrorResponse,
  Outlet,
  useLoaderData,
  useLocation,
  useNavigation,
  useRouteError,
  useRouteLoaderData,
} from '@remix-run/react';
import { NavMenu, useAppBridge } from '@shopify/app-bridge-react';
import { Banner, BlockStack, Box, Page } from '@shopify/polaris';
import { AppProvider } from '@shopify/shopify-app-remix/react';
import { useEffect, type ReactNode } from 'react';

import { tested, TestModeNotice } from '../ui/TestModeNotice.tsx';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { troubles, store } = await context.house.requireShop(request);
  return { apiKey: context.house.shopify.apiKey, troubles, testing: tested(await store.pixels.list()) };
}

export default function AppFrame() {
  const { apiKey, troubles, testing } = useLoaderData<typeof loader>();
  useLoadingBar();
  const { pathname } = useLocation();
  // Home says it in its first line, and a pixel's own page beside the code itself.
  const reminded = testing.filter(({ id }) => pathname !== '/app' && pathname !== `/app/pixels/${id}`);
  return (
    <Frame apiKey={apiKey}>
      {troubles.length > 0 ? (
        <Page>
          <Banner tone="warning" title="Shopify is not fully connected yet">
            {troubles.map((trouble) => (
              <p key={trouble}>{trouble}</p>
            ))}
          </Banner>
        </Page>
      ) : null}
      {reminded.length > 0 ? (
        <Box paddingBlockStart="400" printHidden>
          <Page>
            <TestModeNotice pixels={reminded} />
          </Page>
        </Box>
      ) : null}
      <Outlet />
    </Frame>
  );
}

/** The admin's own bar at the top of the page, for as long as a page or a form is on its way. */
function useLoadingBar() {
  const shopify = useAppBridge();
  const busy = useNavigation().state !== 'idle';
  useEffect(() => {
    if (!busy) return undefined;
    void shopify.loading(true);
    return () => void shopify.loading(false);
  }, [busy, shopify]);
}

function Frame({ apiKey, children }: { apiKey: string; children: ReactNode }) {
  return (
    // App Bridge is already in the head of the document, where Shopify wants it; the provider must not add it again.
    <AppProvider isEmbeddedApp={false} apiKey={apiKey}>
      <NavMenu>
        <a href="/app" rel="home">
          Home
        </a>
        <a href="/app/pixels">Pixels</a>
        <a href="/app/events">Events</a>
        <a href="/app/sources">Order sources</a>
        <a href="/app/values">Values and products</a>
        <a href="/app/storefront">Storefront</a>
        <a href="/app/log">Log</a>
        <a href="/app/ledger">Ledger</a>
        <a href="/app/settings">Settings</a>
        <a href="/app/guides">Guides</a>
      </NavMenu>
      <main>{children}</main>
    </AppProvider>
  );
}

export function ErrorBoundary() {
  const error = useRouteError();
  const root = useRouteLoaderData<{ apiKey: string }>('root');
  const { title, text } = wordsFor(error);
  return (
    <Frame apiKey={root?.apiKey ?? ''}>
      <Page title="Tock">
        <BlockStack gap="400">
          <Banner tone="critical" title={title}>
            <p>{text}</p>
          </Banner>
        </BlockStack>
      </Page>
    </Frame>
  );
}

function wordsFor(error: unknown): { title: string; text: string } {
  if (isRouteErrorResponse(error)) {
    if (error.status === 404)
      return {
        title: 'This is not here',
        text: 'It was removed, or it belongs to another store. Use the menu to go on.',
      };
    if (error.status === 403)
      return {
        title: 'This is not possible for you',
        text: plain(error.data) ?? 'Open the app again from your store.',
      };
    if (error.status === 503)
      return {
        title: 'Shopify did not answer',
        text:
          plain(error.data) ?? 'Please load the page again in a minute. Orders are taken in all the while.',
      };
  }
  return {
    title: 'This page could not be shown',
    text: 'Something went wrong on our side. Orders are taken in all the while and nothing is lost. Please load the page again.',
  };
}

const plain = (data: unknown): string | null => (typeof data === 'string' && data !== '' ? data : null);
