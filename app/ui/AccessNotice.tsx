/** Asks staff for access that a choice of theirs needs: first in our words, then in Shopify's own window. */
import { useAppBridge } from '@shopify/app-bridge-react';
import { Banner, BlockStack, Text } from '@shopify/polaris';
import { useState } from 'react';

import { askForFeature, type FeatureWithScopes } from '../shopify/feature-scopes.ts';
import { ACCESS_TEXT, ACCESS_WORDS } from './texts-settings.ts';

interface AccessNoticeProps {
  feature: FeatureWithScopes;
  /** The choice was saved while there was access: it is not asked any more. */
  saved: boolean;
  onGranted: (feature: FeatureWithScopes) => void;
}

export function AccessNotice({ feature, saved, onGranted }: AccessNoticeProps) {
  const shopify = useAppBridge();
  const [answer, setAnswer] = useState<'none' | 'asking' | 'declined' | 'failed'>('none');
  const words = ACCESS_WORDS[feature];

  async function ask() {
    setAnswer('asking');
    try {
      const granted = await askForFeature(feature, [], shopify.scopes);
      setAnswer(granted ? 'none' : 'declined');
      if (granted) onGranted(feature);
    } catch {
      setAnswer('failed');
    }
  }

  return (
    <Banner
      tone={saved ? 'warning' : 'info'}
      title={saved ? words.lost : words.needed}
      action={{ content: words.give, onAction: () => void ask(), loading: answer === 'asking' }}
    >
      <BlockStack gap="100">
        <Text as="p">
          {words.why} {ACCESS_TEXT.shopifyAsks}
        </Text>
        <div aria-live="polite">
          {answer === 'declined' || answer === 'failed' ? (
            <Text as="p" fontWeight="semibold">
              {answer === 'failed'
                ? ACCESS_TEXT.failed
                : saved
                  ? ACCESS_TEXT.stillLost
                  : ACCESS_TEXT.declined}
            </Text>
          ) : null}
        </div>
      </BlockStack>
    </Banner>
  );
}
