/** The ways from the settings to the pages that belong to them. */
import { BlockStack, Button, Card, Divider, InlineStack, Text } from '@shopify/polaris';
import { Fragment } from 'react';

import { SETTINGS_LINKS } from './texts-settings-page.ts';

export function SettingsLinks() {
  return (
    <Card>
      <BlockStack gap="400">
        {SETTINGS_LINKS.map(({ title, text, label, to }, place) => (
          <Fragment key={to}>
            {place > 0 ? <Divider /> : null}
            <InlineStack align="space-between" blockAlign="center" gap="300">
              <BlockStack gap="050">
                <Text as="h2" variant="headingSm">
                  {title}
                </Text>
                <Text as="p" tone="subdued">
                  {text}
                </Text>
              </BlockStack>
              <Button url={to} accessibilityLabel={`${label}: ${title}`}>
                {label}
              </Button>
            </InlineStack>
          </Fragment>
        ))}
      </BlockStack>
    </Card>
  );
}
