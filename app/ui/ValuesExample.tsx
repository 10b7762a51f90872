/** A real order's sums, and what TikTok would be told of it under the choices above. */
import { BlockStack, Box, Card, InlineStack, Select, Text } from '@shopify/polaris';

import { VALUES_TEXT } from './texts-settings.ts';
import type { ValuesWords } from './words-for-values.ts';

interface ValuesExampleProps {
  look: ValuesWords | undefined;
  wrong: boolean;
  onOrder: (id: string) => void;
}

export function ValuesExample({ look, wrong, onOrder }: ValuesExampleProps) {
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingSm">
          {VALUES_TEXT.example}
        </Text>
        <div aria-live="polite">
          {wrong ? <Text as="p">{VALUES_TEXT.mend}</Text> : <Body look={look} onOrder={onOrder} />}
        </div>
      </BlockStack>
    </Card>
  );
}

function Body({ look, onOrder }: Omit<ValuesExampleProps, 'wrong'>) {
  if (look === undefined) return <Box minHeight="240px" />;
  const { example, orders } = look;
  if (!example) return <Text as="p">{VALUES_TEXT.noExample}</Text>;
  return (
    <BlockStack gap="300">
      <Select
        label={VALUES_TEXT.exampleOrder}
        options={orders.map(({ id, name }) => ({ value: id, label: name }))}
        value={example.id}
        onChange={onOrder}
      />
      <BlockStack gap="100">
        {example.parts.map(({ name, amount }) => (
          <Line key={name} name={name} amount={amount} />
        ))}
      </BlockStack>
      <Box borderBlockStartWidth="025" borderColor="border" paddingBlockStart="200">
        <Line name={VALUES_TEXT.sent} amount={example.value ?? VALUES_TEXT.sentNone} strong />
        {example.note ? (
          <Text as="p" variant="bodySm" tone="subdued">
            {example.note}
          </Text>
        ) : null}
      </Box>
      <BlockStack gap="100">
        <Text as="h3" variant="headingXs">
          {VALUES_TEXT.contents}
        </Text>
        {example.contents.map(({ id, text }, place) => (
          <Text key={`${place} ${id}`} as="p" variant="bodySm" breakWord>
            <code>{id}</code> {text}
          </Text>
        ))}
      </BlockStack>
    </BlockStack>
  );
}

function Line({ name, amount, strong = false }: { name: string; amount: string; strong?: boolean }) {
  const weight = strong ? 'semibold' : 'regular';
  return (
    <InlineStack align="space-between" gap="200">
      <Text as="span" fontWeight={weight}>
        {name}
      </Text>
      <Text as="span" fontWeight={weight} numeric>
        {amount}
      </Text>
    </InlineStack>
  );
}
