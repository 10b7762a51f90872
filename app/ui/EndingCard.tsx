/** One way to end something: its consequences, and a button that asks once more. */
import { Modal, TitleBar, useAppBridge } from '@shopify/app-bridge-react';
import { BlockStack, Box, Button, Card, InlineStack, List, Text, TextField } from '@shopify/polaris';
import { useState } from 'react';

import { ENDINGS, ENDINGS_TEXT, type Ending } from './texts-endings.ts';

interface EndingCardProps {
  ending: Ending;
  owner: boolean;
  busy: boolean;
  /** What has to be typed; null where a second question is enough. */
  domain: string | null;
  error: string | null;
  onEnd: (typed: string) => void;
}

export function EndingCard({ ending, owner, busy, domain, error, onEnd }: EndingCardProps) {
  const { title, points, button, question } = ENDINGS[ending];
  const [typed, setTyped] = useState('');
  const shopify = useAppBridge();
  const id = `ending-${ending}`;
  const matches = domain === null || typed.trim().toLowerCase() === domain.toLowerCase();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingSm">
          {title}
        </Text>
        <List>
          {points.map((point) => (
            <List.Item key={point}>{point}</List.Item>
          ))}
        </List>
        {domain !== null && owner ? (
          <Box maxWidth="24rem">
            <TextField
              label={ENDINGS_TEXT.domain(domain)}
              value={typed}
              onChange={setTyped}
              error={error ?? false}
              autoComplete="off"
              spellCheck={false}
            />
          </Box>
        ) : null}
        <InlineStack>
          <Button
            tone="critical"
            disabled={!owner || !matches}
            loading={busy}
            onClick={() => void shopify.modal.show(id)}
          >
            {button}
          </Button>
        </InlineStack>
      </BlockStack>
      <Modal id={id}>
        <Box padding="400">
          <List>
            {points.map((point) => (
              <List.Item key={point}>{point}</List.Item>
            ))}
          </List>
        </Box>
        <TitleBar title={question}>
          <button
            variant="primary"
            tone="critical"
            onClick={() => {
              void shopify.modal.hide(id);
              onEnd(typed);
            }}
          >
            {button}
          </button>
          <button onClick={() => void shopify.modal.hide(id)}>{ENDINGS_TEXT.keep}</button>
        </TitleBar>
      </Modal>
    </Card>
  );
}
