/** A timeline: what happened to an event, step by step. */
import { BlockStack, InlineStack, Text } from '@shopify/polaris';

export interface WayStep {
  title: string;
  text: string;
  at: string | null;
}

export function Way({ steps }: { steps: WayStep[] }) {
  return (
    <BlockStack as="ol" gap="300">
      {steps.map((step, index) => (
        <li key={`${index}-${step.title}`}>
          <InlineStack align="space-between" gap="200" blockAlign="baseline">
            <Text as="h3" variant="bodyMd" fontWeight="semibold">
              {step.title}
            </Text>
            {step.at ? (
              <Text as="span" variant="bodySm" tone="subdued" numeric>
                {step.at}
              </Text>
            ) : null}
          </InlineStack>
          <Text as="p" tone="subdued" breakWord>
            {step.text}
          </Text>
        </li>
      ))}
    </BlockStack>
  );
}
