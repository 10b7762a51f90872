/** What TikTok can match an event by: which keys went along, and why each missing one is missing. */
import { Badge, BlockStack, Box, InlineStack, Text } from '@shopify/polaris';

import { EVENT_TEXT } from './texts-event.ts';
import type { MatchWords } from './words-for-event.ts';

export function MatchKeys({ match }: { match: MatchWords }) {
  return (
    <BlockStack gap="300">
      <BlockStack gap="100">
        <Text as="h2" variant="headingMd">
          {EVENT_TEXT.match}
        </Text>
        <Text as="p">{EVENT_TEXT.matchScore(match.score)}</Text>
        <Text as="p" variant="bodySm" tone="subdued">
          {EVENT_TEXT.matchHelp}
        </Text>
      </BlockStack>
      <BlockStack as="ul" gap="200">
        {match.keys.map(({ name, there, text, fix }) => (
          <li key={name}>
            <InlineStack gap="200" blockAlign="start" wrap={false}>
              <Box minWidth="6.5rem">
                <Badge
                  {...(there ? { tone: 'success' as const } : {})}
                  progress={there ? 'complete' : 'incomplete'}
                >
                  {there ? EVENT_TEXT.present : EVENT_TEXT.missing}
                </Badge>
              </Box>
              <BlockStack>
                <Text as="span" fontWeight="semibold">
                  {name}
                </Text>
                {text ? (
                  <Text as="span" variant="bodySm" tone="subdued">
                    {text}
                  </Text>
                ) : null}
                {fix ? (
                  <Text as="span" variant="bodySm">
                    {fix}
                  </Text>
                ) : null}
              </BlockStack>
            </InlineStack>
          </li>
        ))}
      </BlockStack>
    </BlockStack>
  );
}
