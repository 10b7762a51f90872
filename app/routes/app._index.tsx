/** Home: is it working, what happened today, what is left to do. */
import type { LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { Badge, Banner, BlockStack, Link, Page } from '@shopify/polaris';

import { SetupList, type SetupStep } from '../ui/SetupList.tsx';
import { TodayCard } from '../ui/TodayCard.tsx';
import { moneyWords } from '../ui/words-for.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const [pixels, today, sent] = await Promise.all([
    store.pixels.list(),
    context.house.todayOf(shop),
    context.house.logOf(shop).page({ state: 'sent', kind: 'order' }, null, 1),
  ]);
  const refused = pixels.find(({ state }) => state === 'token_refused' || state === 'no_permission');
  return {
    state: homeState({
      connected: pixels.length > 0,
      refused: refused !== undefined,
      test: pixels.some(({ testEventCode }) => testEventCode !== null),
      paused: pixels.length > 0 && pixels.every(({ state }) => state === 'paused'),
      firstSent: sent.entries.length > 0,
    }),
    refused: refused ? { id: refused.id, name: refused.name } : null,
    reconnect: shop.reconnectSince !== null,
    steps: [
      {
        done: pixels.length > 0,
        title: 'Connect a TikTok pixel',
        text: 'Pixel code and access token from TikTok Events Manager.',
        to: '/app/pixels/new',
      },
      {
        done: shop.webPixelId !== null,
        title: 'Storefront pixel is on',
        text: 'Tock switches it on by itself. It tells which ad click an order belongs to.',
      },
      {
        done: sent.entries.length > 0,
        title: 'First order sent',
        text: 'Place an order. It shows up in the log within seconds and at TikTok about a minute later.',
        to: '/app/log',
      },
    ] satisfies SetupStep[],
    numbers: {
      orders: today.orders,
      sent: today.sent,
      skipped: today.skipped,
      waiting: today.waiting,
      refused: today.error,
      value: moneyWords(today.sentMinor, shop.currency, staff.locale) ?? '–',
    },
  };
}

type HomeState = 'disconnected' | 'needs_attention' | 'paused' | 'test' | 'waiting' | 'active';

function homeState(seen: {
  connected: boolean;
  refused: boolean;
  test: boolean;
  paused: boolean;
  firstSent: boolean;
}): HomeState {
  if (!seen.connected) return 'disconnected';
  if (seen.refused) return 'needs_attention';
  if (seen.paused) return 'paused';
  if (seen.test) return 'test';
  return seen.firstSent ? 'active' : 'waiting';
}

export default function Home() {
  const { state, refused, reconnect, steps, numbers } = useLoaderData<typeof loader>();
  return (
    <Page title="Tock" titleMetadata={<HomeBadge state={state} />}>
      <BlockStack gap="400">
        {reconnect ? (
          <Banner tone="warning" title="Shopify ended Tock’s connection for a while">
            <p>You reopened the app, so it is being restored. Orders were taken in all the while.</p>
          </Banner>
        ) : null}
        {refused ? (
          <Banner tone="critical" title={`${refused.name} cannot send`}>
            <p>
              Its orders wait and nothing is lost.{' '}
              <Link url={`/app/pixels/${refused.id}`}>See what the pixel needs</Link>
            </p>
          </Banner>
        ) : null}
        {steps.every(({ done }) => done) ? null : <SetupList steps={steps} />}
        <TodayCard numbers={numbers} />
      </BlockStack>
    </Page>
  );
}

function HomeBadge({ state }: { state: HomeState }) {
  switch (state) {
    case 'active':
      return <Badge tone="success">Active</Badge>;
    case 'waiting':
      return <Badge tone="info">Waiting for first order</Badge>;
    case 'test':
      return <Badge tone="warning">Test mode</Badge>;
    case 'paused':
      return <Badge>Paused</Badge>;
    case 'needs_attention':
      return <Badge tone="critical">Needs attention</Badge>;
    case 'disconnected':
      return <Badge tone="attention">Not connected</Badge>;
  }
}
