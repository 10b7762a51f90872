/** Where orders really came from: readable names with Shopify's hidden value beside, each one click from a rule. */
import { Badge, BlockStack, Button, Card, Divider, InlineStack, Text } from '@shopify/polaris';
import { Fragment } from 'react';

import { SOURCES_TEXT } from './texts-settings.ts';
import type { LookWords } from './words-for-sources.ts';

type Source = LookWords['sources'][number];

interface SourcesSeenProps {
  sources: Source[] | undefined;
  onRule: (source: Source) => void;
}

export function SourcesSeen({ sources, onRule }: SourcesSeenProps) {
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {SOURCES_TEXT.sources}
          </Text>
          <Text as="p" tone="subdued">
            {sources?.length === 0 ? SOURCES_TEXT.noSources : SOURCES_TEXT.sourcesIntro}
          </Text>
        </BlockStack>
        {sources === undefined ? (
          <Text as="p" tone="subdued">
            {SOURCES_TEXT.looking}
          </Text>
        ) : (
          sources.map((source, place) => (
            <Fragment key={`${source.sourceName} ${source.appId} ${source.channel}`}>
              {place > 0 ? <Divider /> : null}
              <InlineStack align="space-between" blockAlign="center" gap="200" wrap={false}>
                <BlockStack gap="050">
                  <InlineStack align="start" gap="200" blockAlign="center">
                    <Text as="span" fontWeight="semibold">
                      {source.name}
                    </Text>
                    <Side kept={source.kept} />
                  </InlineStack>
                  <Text as="p" variant="bodySm" tone="subdued" breakWord>
                    <Hidden source={source} />
                  </Text>
                  <Text as="p" variant="bodySm">
                    {source.text}
                  </Text>
                </BlockStack>
                {source.sourceName === '' && source.appId === '' ? null : (
                  <Button
                    onClick={() => onRule(source)}
                    accessibilityLabel={`${SOURCES_TEXT.makeRule}: ${source.name} ${source.sourceName}`}
                  >
                    {SOURCES_TEXT.makeRule}
                  </Button>
                )}
              </InlineStack>
            </Fragment>
          ))
        )}
      </BlockStack>
    </Card>
  );
}

function Hidden({ source: { sourceName, appId, channel } }: { source: Source }) {
  const told = Object.entries({ source_name: sourceName, app_id: appId, channel }).filter(
    ([, value]) => value !== '',
  );
  return told.map(([name, value]) => (
    <Fragment key={name}>
      {name} <code>{value}</code>{' '}
    </Fragment>
  ));
}

function Side({ kept }: { kept: Source['kept'] }) {
  switch (kept) {
    case 'none':
      return <Badge tone="success">{SOURCES_TEXT.sent}</Badge>;
    case 'some':
      return <Badge>{SOURCES_TEXT.partlyKeptBack}</Badge>;
    case 'all':
      return <Badge tone="attention">{SOURCES_TEXT.keptBack}</Badge>;
  }
}
