/** Sending an order again: first what would happen and what differs, then, with the consequence said, the button. */
import {
  BlockStack,
  Button,
  Card,
  Checkbox,
  DataTable,
  InlineStack,
  Link,
  List,
  Text,
} from '@shopify/polaris';
import { useState } from 'react';

import { ruleLink } from './rule-link.ts';
import { AGAIN_TEXT } from './texts-event.ts';
import type { AgainWords } from './words-for-event.ts';

interface SendAgainProps {
  /** Null while it is looked at. */
  plan: AgainWords | null;
  pixelId: string;
  sending: boolean;
  onSend: (evenIfTwice: boolean) => void;
  onLeave: () => void;
}

export function SendAgain({ plan, pixelId, sending, onSend, onLeave }: SendAgainProps) {
  const [knows, setKnows] = useState(false);
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {AGAIN_TEXT.title}
        </Text>
        <div aria-live="polite">
          {plan === null ? (
            <Text as="p" tone="subdued">
              {AGAIN_TEXT.looking}
            </Text>
          ) : (
            <Plan plan={plan} pixelId={pixelId} />
          )}
        </div>
        {plan?.twice ? <Checkbox label={AGAIN_TEXT.understand} checked={knows} onChange={setKnows} /> : null}
        <InlineStack gap="200">
          {plan && !plan.stopped ? (
            <Button
              variant="primary"
              {...(plan.twice ? { tone: 'critical' as const } : {})}
              disabled={plan.twice && !knows}
              loading={sending}
              onClick={() => onSend(plan.twice)}
            >
              {AGAIN_TEXT.confirm}
            </Button>
          ) : null}
          <Button onClick={onLeave}>{AGAIN_TEXT.cancel}</Button>
        </InlineStack>
      </BlockStack>
    </Card>
  );
}

function Plan({ plan, pixelId }: { plan: AgainWords; pixelId: string }) {
  const to = plan.rule === null ? null : ruleLink(plan.rule, pixelId);
  return (
    <BlockStack gap="300">
      <BlockStack gap="100">
        <Text as="p">{to ? <Link url={to}>{plan.verdict}</Link> : plan.verdict}</Text>
        <Text as="p" {...(plan.twice ? { tone: 'critical' as const, fontWeight: 'semibold' as const } : {})}>
          {plan.risk}
        </Text>
        {plan.compared ? <Text as="p">{plan.compared}</Text> : null}
      </BlockStack>
      {plan.differences.length > 0 ? (
        <BlockStack gap="100">
          <Text as="h3" variant="headingSm">
            {AGAIN_TEXT.differs}
          </Text>
          <DataTable
            columnContentTypes={['text', 'text', 'text']}
            headings={['', 'Last time', 'Now']}
            rows={plan.differences.map(({ name, before, after }) => [name, before, after])}
          />
          {plan.why ? <Text as="p">{plan.why}</Text> : null}
        </BlockStack>
      ) : null}
      <BlockStack gap="100">
        <Text as="h3" variant="headingSm">
          {AGAIN_TEXT.windows}
        </Text>
        <List>
          {AGAIN_TEXT.window.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      </BlockStack>
    </BlockStack>
  );
}
