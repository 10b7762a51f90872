/** The orders of some days in six numbers, the same that the log adds up to. */
import { BlockStack, Card, InlineGrid, Link, Text } from '@shopify/polaris';

import { HOME_TEXT } from './texts-home.ts';

export interface OrderNumbers {
  orders: string;
  sent: string;
  skipped: string;
  waiting: string;
  refused: string;
  /** Value of the orders that TikTok took, in the shop's currency. */
  value: string;
}

/** The log shows what a number counts; the value is no number of orders. */
const STATES = {
  orders: '',
  sent: 'sent',
  skipped: 'skipped',
  waiting: 'waiting',
  refused: 'error',
} as const;

export function NumbersCard({
  title,
  numbers,
  days,
}: {
  title: string;
  numbers: OrderNumbers;
  /** First and last, for the way into the log. */
  days: { from: string; to: string };
}) {
  const to = (state: string): string =>
    `/app/log?${state ? `state=${state}&` : ''}from=${days.from}&to=${days.to}`;
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {title}
        </Text>
        <InlineGrid columns={{ xs: 2, sm: 3, md: 6 }} gap="400">
          {(Object.keys(STATES) as (keyof typeof STATES)[]).map((key) => (
            <BlockStack key={key} gap="100">
              <Text as="p" tone="subdued">
                {HOME_TEXT.numbers[key]}
              </Text>
              <Text as="p" variant="headingLg" numeric>
                <Link
                  url={to(STATES[key])}
                  monochrome
                  removeUnderline
                  accessibilityLabel={`${HOME_TEXT.numbers[key]}: ${numbers[key]}`}
                >
                  {numbers[key]}
                </Link>
              </Text>
            </BlockStack>
          ))}
          <BlockStack gap="100">
            <Text as="p" tone="subdued">
              {HOME_TEXT.numbers.value}
            </Text>
            <Text as="p" variant="headingLg" numeric breakWord>
              {numbers.value}
            </Text>
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </Card>
  );
}
