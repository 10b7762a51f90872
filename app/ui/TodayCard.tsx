/** The day in five numbers, the same that the log adds up to. */
import { Card, BlockStack, InlineGrid, Text } from '@shopify/polaris';

export interface DayNumbers {
  orders: number;
  sent: number;
  skipped: number;
  waiting: number;
  refused: number;
  /** Value of the orders that TikTok took, in the shop's currency. */
  value: string;
}

export function TodayCard({ numbers }: { numbers: DayNumbers }) {
  const cells: [string, string | number][] = [
    ['Orders', numbers.orders],
    ['Sent', numbers.sent],
    ['Skipped', numbers.skipped],
    ['Waiting', numbers.waiting],
    ['Refused', numbers.refused],
    ['Value sent', numbers.value],
  ];
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          Orders today
        </Text>
        <InlineGrid columns={{ xs: 2, sm: 3, md: 6 }} gap="400">
          {cells.map(([label, value]) => (
            <BlockStack key={label} gap="100">
              <Text as="p" tone="subdued">
                {label}
              </Text>
              <Text as="p" variant="headingLg" numeric>
                {value}
              </Text>
            </BlockStack>
          ))}
        </InlineGrid>
      </BlockStack>
    </Card>
  );
}
