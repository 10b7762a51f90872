/** What is still to be done until the first order reaches TikTok; gone once all of it is, or when staff put it away. */
import { BlockStack, Button, Card, Icon, InlineStack, Link, Text } from '@shopify/polaris';
import { CheckCircleIcon } from '@shopify/polaris-icons';

import { HOME_TEXT } from './texts-home.ts';

export interface SetupStep {
  key: string;
  done: boolean;
  title: string;
  text: string;
  /** Where it is done, inside the app. */
  to?: string;
  /** What staff may tick off themselves, and whether they did. */
  tick?: boolean | null;
  /** Offered, and never counted among what is to be done. */
  optional?: boolean;
}

interface SetupListProps {
  steps: SetupStep[];
  onDismiss: () => void;
  onTick: (on: boolean) => void;
}

const words = HOME_TEXT.setup;

export function SetupList({ steps, onDismiss, onTick }: SetupListProps) {
  const needed = steps.filter((step) => !step.optional);
  const done = needed.filter((step) => step.done).length;
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="start" gap="200">
          <BlockStack gap="100">
            <Text as="h2" variant="headingMd">
              {words.title}
            </Text>
            <Text as="p" tone="subdued">
              {words.done(done, needed.length)}
            </Text>
          </BlockStack>
          <Button variant="tertiary" onClick={onDismiss}>
            {words.dismiss}
          </Button>
        </InlineStack>
        <BlockStack as="ul" gap="300">
          {steps.map((step) => (
            <li key={step.key}>
              <InlineStack gap="300" wrap={false} blockAlign="start">
                <span>
                  <Icon
                    source={step.done ? CheckCircleIcon : DashedCircle}
                    tone={step.done ? 'success' : 'subdued'}
                    accessibilityLabel={step.done ? words.doneWord : words.todo}
                  />
                </span>
                <BlockStack gap="050" inlineAlign="start">
                  <Text as="h3" variant="bodyMd" fontWeight="semibold">
                    {step.to && !step.done ? <Link url={step.to}>{step.title}</Link> : step.title}
                    {step.optional ? ` (${words.optional})` : null}
                  </Text>
                  <Text as="p" tone="subdued">
                    {step.text}
                  </Text>
                  {step.tick === undefined || step.tick === null ? null : (
                    <Button variant="plain" onClick={() => onTick(step.tick === false)}>
                      {step.tick ? words.sharingUntick : words.sharingTick}
                    </Button>
                  )}
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
