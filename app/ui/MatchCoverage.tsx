/** How many of the newest orders carried each key that TikTok matches by. */
import { BlockStack, Card, InlineStack, Link, ProgressBar, Text } from '@shopify/polaris';

import { HOME_TEXT } from './texts-home.ts';

export interface CoverageWords {
  text: string;
  keys: { name: string; percent: number; text: string }[];
}

export function MatchCoverage({ coverage }: { coverage: CoverageWords | null }) {
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {HOME_TEXT.match}
          </Text>
          <Text as="p" tone="subdued">
            {coverage?.text ?? HOME_TEXT.matchNone}
          </Text>
        </BlockStack>
        {coverage?.keys.map(({ name, percent, text }) => (
          <BlockStack key={name} gap="050">
            <InlineStack align="space-between">
              <Text as="span">{name}</Text>
              <Text as="span" numeric>
                {text}
              </Text>
            </InlineStack>
            <div aria-hidden="true">
              <ProgressBar progress={percent} size="small" tone="primary" animated={false} />
            </div>
          </BlockStack>
        ))}
        <Link url="/app/guides/poor-match-quality">{HOME_TEXT.matchMore}</Link>
      </BlockStack>
    </Card>
  );
}
