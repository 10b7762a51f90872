/** One event at one pixel: how it stands, why, what to do, its way, and what was sent. */
import type { LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigate } from '@remix-run/react';
import {
  Badge,
  Banner,
  BlockStack,
  Box,
  Card,
  InlineGrid,
  InlineStack,
  Link,
  List,
  Page,
  Text,
} from '@shopify/polaris';

import { StateBadge } from '../ui/StateBadge.tsx';
import { Way } from '../ui/Way.tsx';
import { UNASKED_TITLE } from '../ui/texts-settings.ts';
import { detailWords } from '../ui/words-for.ts';

export async function loader({ context, params, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const pixelId = params.pixelId ?? '';
  const [pixel, detail] = await Promise.all([
    store.pixels.get(pixelId),
    context.house.logOf(shop).detail(pixelId, params.eventId ?? ''),
  ]);
  if (!pixel || !detail) throw new Response('This event is not here.', { status: 404 });
  return detailWords(
    detail,
    { id: pixel.id, name: pixel.name },
    { timeZone: shop.timeZone, locale: staff.locale },
  );
}

export default function Event() {
  const event = useLoaderData<typeof loader>();
  const navigate = useNavigate();
  return (
    <Page
      title={event.what}
      titleMetadata={<StateBadge state={event.state} />}
      backAction={{ content: 'Log', onAction: () => navigate('/app/log') }}
    >
      <BlockStack gap="400">
        {event.state === 'error' ? (
          <Banner tone="critical" title={event.meaning}>
            {event.next ? <p>{event.next}</p> : null}
          </Banner>
        ) : (
          <Card>
            <BlockStack gap="200">
              <Text as="p">{event.meaning}</Text>
              {event.next ? (
                <Text as="p" fontWeight="semibold">
                  {event.next}
                </Text>
              ) : null}
              {event.rule ? (
                <Text as="p" tone="subdued">
                  Decided by: {event.rule}
                </Text>
              ) : null}
            </BlockStack>
          </Card>
        )}
        {event.unasked.length > 0 ? (
          <Banner tone="warning" title={UNASKED_TITLE}>
            <List>
              {event.unasked.map((sentence) => (
                <List.Item key={sentence}>{sentence}</List.Item>
              ))}
            </List>
          </Banner>
        ) : null}
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400" alignItems="start">
          <Card>
            <BlockStack gap="300">
              <Text as="h2" variant="headingMd">
                The way of this event
              </Text>
              <Way steps={event.way} />
            </BlockStack>
          </Card>
          <Card>
            <BlockStack gap="300">
              <Text as="h2" variant="headingMd">
                What it is
              </Text>
              <Fact name="Event id" value={event.eventId} />
              <Fact name="TikTok event" value={event.eventName ?? 'Chosen when it is sent'} />
              {event.value ? <Fact name="Value" value={event.value} /> : null}
              <InlineStack gap="100">
                <Text as="span" tone="subdued">
                  Pixel:
                </Text>
                <Link url={`/app/pixels/${event.pixel.id}`}>{event.pixel.name}</Link>
              </InlineStack>
              {event.matchKeys.length > 0 ? (
                <BlockStack gap="200">
                  <Text as="h3" variant="headingSm">
                    What TikTok can match it by
                  </Text>
                  <InlineStack gap="100">
                    {event.matchKeys.map(({ name, there }) => (
                      <Badge
                        key={name}
                        {...(there ? { tone: 'success' as const } : {})}
                        progress={there ? 'complete' : 'incomplete'}
                      >
                        {name}
                      </Badge>
                    ))}
                  </InlineStack>
                </BlockStack>
              ) : null}
            </BlockStack>
          </Card>
        </InlineGrid>
        {event.payload ? (
          <Card>
            <BlockStack gap="200">
              <Text as="h2" variant="headingMd">
                What TikTok gets
              </Text>
              <Text as="p" tone="subdued">
                {event.payload.check}
              </Text>
              <Box background="bg-surface-secondary" padding="300" borderRadius="200" overflowX="scroll">
                <pre tabIndex={0} aria-label="The event as sent">
                  {event.payload.text}
                </pre>
              </Box>
            </BlockStack>
          </Card>
        ) : null}
        {event.noPayload ? (
          <Card>
            <Text as="p">{event.noPayload}</Text>
          </Card>
        ) : null}
      </BlockStack>
    </Page>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <InlineStack gap="100">
      <Text as="span" tone="subdued">
        {name}:
      </Text>
      <Text as="span" breakWord>
        {value}
      </Text>
    </InlineStack>
  );
}
