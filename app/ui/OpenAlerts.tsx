/** What needs the merchant right now: what happened, what it means, and the one next step. */
import { useLocation } from '@remix-run/react';
import { Banner, BlockStack, Card, Link, Text } from '@shopify/polaris';

import { ALERTS_TEXT } from './texts-alerts.ts';
import type { AlertRow } from './words-for-alerts.ts';

export function OpenAlerts({ alerts }: { alerts: AlertRow[] }) {
  const { pathname } = useLocation();
  if (alerts.length === 0)
    return (
      <Card>
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {ALERTS_TEXT.none}
          </Text>
          <Text as="p" tone="subdued">
            {ALERTS_TEXT.noneText}
          </Text>
        </BlockStack>
      </Card>
    );
  return (
    <BlockStack gap="300">
      {alerts.map(({ cause, title, text, next, to, since }) => (
        <Banner key={cause} tone="warning" title={title}>
          <BlockStack gap="200">
            <p>{text}</p>
            <p>
              <b>{ALERTS_TEXT.whatToDo}:</b> {next}{' '}
              {to === pathname ? null : <Link url={to}>{ALERTS_TEXT.open}</Link>}
            </p>
            <Text as="p" variant="bodySm" tone="subdued">
              {since}
            </Text>
          </BlockStack>
        </Banner>
      ))}
    </BlockStack>
  );
}
