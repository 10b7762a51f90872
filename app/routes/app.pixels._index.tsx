/** The store's pixels: which there are, whether they work, and the way to add one. */
import type { LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigate } from '@remix-run/react';
import { Badge, BlockStack, Card, EmptyState, InlineStack, Link, Page, Text } from '@shopify/polaris';

import { PixelBadge } from '../ui/PixelBadge.tsx';
import { PIXEL_TEXT } from '../ui/texts-pixels.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { store } = await context.house.requireShop(request);
  const pixels = await store.pixels.list();
  return {
    pixels: pixels.map(({ id, name, code, state, testEventCode }) => ({
      id,
      name,
      code,
      state,
      test: testEventCode !== null,
    })),
  };
}

export default function Pixels() {
  const { pixels } = useLoaderData<typeof loader>();
  const navigate = useNavigate();
  if (pixels.length === 0)
    return (
      <Page title={PIXEL_TEXT.title}>
        <Card>
          <EmptyState
            heading={PIXEL_TEXT.connect}
            action={{ content: PIXEL_TEXT.add, onAction: () => navigate('/app/pixels/new') }}
            image=""
          >
            <p>{PIXEL_TEXT.connectText}</p>
          </EmptyState>
        </Card>
      </Page>
    );
  return (
    <Page
      title={PIXEL_TEXT.title}
      primaryAction={{ content: PIXEL_TEXT.add, onAction: () => navigate('/app/pixels/new') }}
    >
      <BlockStack gap="300">
        {pixels.map((pixel) => (
          <Card key={pixel.id}>
            <InlineStack align="space-between" blockAlign="center" gap="200">
              <BlockStack gap="100">
                <Text as="h2" variant="headingSm">
                  <Link url={`/app/pixels/${pixel.id}`} removeUnderline monochrome>
                    {pixel.name}
                  </Link>
                </Text>
                {pixel.name === pixel.code ? null : (
                  <Text as="p" tone="subdued">
                    {pixel.code}
                  </Text>
                )}
              </BlockStack>
              <InlineStack gap="200">
                {pixel.test ? <Badge tone="warning">{PIXEL_TEXT.testBadge}</Badge> : null}
                <PixelBadge state={pixel.state} />
              </InlineStack>
            </InlineStack>
          </Card>
        ))}
      </BlockStack>
    </Page>
  );
}
