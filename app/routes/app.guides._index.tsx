/** Guides: all of them, the one that keeps orders from counting twice first. */
import type { LoaderFunctionArgs } from '@remix-run/node';
import { Badge, BlockStack, Card, Divider, InlineStack, Link, Page, Text } from '@shopify/polaris';
import { Fragment } from 'react';

import { GUIDES } from '../ui/guides.ts';
import { GUIDES_TEXT } from '../ui/texts-guides.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  await context.house.requireShop(request);
  return null;
}

export default function Guides() {
  return (
    <Page title={GUIDES_TEXT.title} subtitle={GUIDES_TEXT.intro}>
      <Card>
        <BlockStack gap="300">
          {GUIDES.map(({ slug, title, summary }, index) => (
            <Fragment key={slug}>
              {index > 0 ? <Divider /> : null}
              <BlockStack gap="100">
                <InlineStack gap="200" blockAlign="center">
                  <Text as="h2" variant="headingSm">
                    <Link url={`/app/guides/${slug}`}>{title}</Link>
                  </Text>
                  {index === 0 ? <Badge tone="attention">{GUIDES_TEXT.first}</Badge> : null}
                </InlineStack>
                <Text as="p" tone="subdued">
                  {summary}
                </Text>
              </BlockStack>
            </Fragment>
          ))}
        </BlockStack>
      </Card>
    </Page>
  );
}
