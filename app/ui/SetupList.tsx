/** What is still to be done until the first order reaches TikTok; gone once all of it is. */
import { BlockStack, Card, Icon, InlineStack, Link, Text } from '@shopify/polaris';
import { CheckCircleIcon } from '@shopify/polaris-icons';

export interface SetupStep {
  done: boolean;
  title: string;
  text: string;
  /** Where it is done, inside the app. */
  to?: string;
}

export function SetupList({ steps }: { steps: SetupStep[] }) {
  const done = steps.filter((step) => step.done).length;
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            Get started
          </Text>
          <Text as="p" tone="subdued">
            {done} of {steps.length} done
          </Text>
        </BlockStack>
        <BlockStack as="ul" gap="300">
          {steps.map((step) => (
            <li key={step.title}>
              <InlineStack gap="300" wrap={false} blockAlign="start">
                <span>
                  <Icon
                    source={step.done ? CheckCircleIcon : DashedCircle}
                    tone={step.done ? 'success' : 'subdued'}
                    accessibilityLabel={step.done ? 'Done' : 'To do'}
                  />
                </span>
                <BlockStack gap="050">
                  <Text as="h3" variant="bodyMd" fontWeight="semibold">
                    {step.to && !step.done ? <Link url={step.to}>{step.title}</Link> : step.title}
                  </Text>
                  <Text as="p" tone="subdued">
                    {step.text}
                  </Text>
                </BlockStack>
              </InlineStack>
            </li>
          ))}
        </BlockStack>
      </BlockStack>
    </Card>
  );
}

function DashedCircle() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <circle
        cx="10"
        cy="10"
        r="7"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeDasharray="3 2.5"
      />
    </svg>
  );
}
