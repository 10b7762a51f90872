/** What the theme embed does beside the browser's copies: two switches, each with what it means. */
import { BlockStack, Card, Checkbox, Text } from '@shopify/polaris';

import type { EmbedSettings } from '../conversion/settings.ts';
import { STOREFRONT_TEXT } from './texts-storefront.ts';

interface EmbedChoicesProps {
  choices: EmbedSettings;
  onChange: (change: Partial<EmbedSettings>) => void;
}

export function EmbedChoices({ choices, onChange }: EmbedChoicesProps) {
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {STOREFRONT_TEXT.choices}
          </Text>
          <Text as="p" tone="subdued">
            {STOREFRONT_TEXT.choicesText}
          </Text>
        </BlockStack>
        {(['cartClick', 'identify'] as const).map((name) => (
          <Checkbox
            key={name}
            label={STOREFRONT_TEXT[name]}
            helpText={STOREFRONT_TEXT[`${name}Help`]}
            checked={choices[name]}
            onChange={(on) => onChange({ [name]: on })}
          />
        ))}
      </BlockStack>
    </Card>
  );
}
