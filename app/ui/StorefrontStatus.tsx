/** What runs in the shop's pages: the web pixel as Shopify has it, and the theme embed as App Bridge sees it. */
import { useAppBridge } from '@shopify/app-bridge-react';
import { Badge, BlockStack, Button, Card, InlineGrid, InlineStack, List, Text } from '@shopify/polaris';
import { useEffect, useState } from 'react';

import { STOREFRONT_TEXT, type EmbedWord, type WebPixelWord } from './texts-storefront.ts';

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

/** Asked again when staff come back from the theme editor in another tab. */
function useEmbedState(): EmbedWord {
  const shopify = useAppBridge();
  const [state, setState] = useState<EmbedWord>('asking');
  useEffect(() => {
    let gone = false;
    const ask = () => {
      shopify.app.extensions().then(
        (extensions) => {
          if (!gone) setState(embedStateOf(extensions));
        },
        () => {
          if (!gone) setState('unknown');
        },
      );
    };
    const returned = () => {
      if (document.visibilityState === 'visible') ask();
    };
    ask();
    document.addEventListener('visibilitychange', returned);
    return () => {
      gone = true;
      document.removeEventListener('visibilitychange', returned);
    };
  }, [shopify]);
  return state;
}

/** Of the app's theme extension, whose one block is the embed. */
function embedStateOf(extensions: readonly { type: string; activations: readonly object[] }[]): EmbedWord {
  const theme = extensions.find(({ type }) => type === 'theme_app_extension');
  const states = theme?.activations.map((block) => ('status' in block ? block.status : undefined)) ?? [];
  return (['active', 'available', 'unavailable'] as const).find((one) => states.includes(one)) ?? 'unknown';
}
