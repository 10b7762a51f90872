/** What runs in the shop's pages: the web pixel as Shopify has it, and the theme embed as App Bridge sees it. */
import { Badge, BlockStack, Button, Card, InlineGrid, InlineStack, List, Text } from '@shopify/polaris';

import { STOREFRONT_TEXT, type WebPixelWord } from './texts-storefront.ts';
import { useEmbedState } from './use-embed.ts';

interface WebPixelCardProps {
  state: WebPixelWord;
  /** Why Shopify did not say, where it did not. */
  message: string | null;
  heard: string;
  connecting: boolean;
  onConnect: () => void;
}

export function WebPixelCard({ state, message, heard, connecting, onConnect }: WebPixelCardProps) {
  const words = STOREFRONT_TEXT.webPixelStates[state];
  const tone = state === 'on' ? 'success' : state === 'unknown' ? 'attention' : 'warning';
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingSm">
            {STOREFRONT_TEXT.webPixel}
          </Text>
          <Badge tone={tone}>{words.badge}</Badge>
        </InlineStack>
        <Text as="p">{message ?? words.text}</Text>
        <Text as="p">{heard}</Text>
        <Text as="p" tone="subdued">
          {STOREFRONT_TEXT.webPixelText}
        </Text>
        {state === 'on' ? null : (
          <InlineStack>
            <Button onClick={onConnect} loading={connecting}>
              {STOREFRONT_TEXT.connect}
            </Button>
          </InlineStack>
        )}
      </BlockStack>
    </Card>
  );
}

export function EmbedCard({ editor }: { editor: string }) {
  const state = useEmbedState();
  const words = STOREFRONT_TEXT.embedStates[state];
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingSm">
            {STOREFRONT_TEXT.embed}
          </Text>
          <span aria-live="polite">
            <Badge {...(state === 'active' ? { tone: 'success' } : {})}>{words.badge}</Badge>
          </span>
        </InlineStack>
        <Text as="p">{words.text}</Text>
        <Text as="p" tone="subdued">
          {STOREFRONT_TEXT.embedText}
        </Text>
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
          <Reasons title={STOREFRONT_TEXT.embedFor} reasons={STOREFRONT_TEXT.embedBrings} />
          <Reasons title={STOREFRONT_TEXT.embedAgainst} reasons={STOREFRONT_TEXT.embedCosts} />
        </InlineGrid>
        <InlineStack>
          <Button url={editor} target="_top">
            {state === 'active' ? STOREFRONT_TEXT.seeEditor : STOREFRONT_TEXT.openEditor}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  );
}

function Reasons({ title, reasons }: { title: string; reasons: readonly string[] }) {
  return (
    <BlockStack gap="100">
      <Text as="h3" variant="bodyMd" fontWeight="semibold">
        {title}
      </Text>
      <List>
        {reasons.map((reason) => (
          <List.Item key={reason}>{reason}</List.Item>
        ))}
      </List>
    </BlockStack>
  );
}
