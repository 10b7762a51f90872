/** The sum of a period at one pixel: what Shopify has, where each order went, and what is left over. */
import { Badge, BlockStack, InlineStack, Link, Text } from '@shopify/polaris';

import { LEDGER_TEXT } from './texts-ledger.ts';
import type { SumLine, SumWords } from './words-for-ledger.ts';

export function LedgerSum({ sum }: { sum: SumWords }) {
  return (
    <BlockStack gap="200">
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <BlockStack>
          <Text as="h3" variant="headingSm">
            {sum.pixel}
          </Text>
          <Text as="p" variant="bodySm" tone="subdued">
            {sum.code}
          </Text>
        </BlockStack>
        <ClosesBadge closes={sum.closes} />
      </InlineStack>
      <table className="ledger-sum">
        <thead>
          <tr>
            <th scope="col">{LEDGER_TEXT.part}</th>
            <th scope="col">{LEDGER_TEXT.orders}</th>
            <th scope="col">{LEDGER_TEXT.money}</th>
          </tr>
        </thead>
        <tbody>
          {sum.lines.map((line) => (
            <Line key={`${line.name} ${line.inner}`} line={line} />
          ))}
          <Line line={sum.unexplained} rest />
          {sum.beside.map((line) => (
            <Line key={line.name} line={line} />
          ))}
        </tbody>
      </table>
    </BlockStack>
  );
}

export function ClosesBadge({ closes }: { closes: boolean }) {
  return closes ? (
    <Badge tone="success" progress="complete">
      {LEDGER_TEXT.closes}
    </Badge>
  ) : (
    <Badge tone="critical" progress="incomplete">
      {LEDGER_TEXT.closesNot}
    </Badge>
  );
}

function Line({ line, rest = false }: { line: SumLine; rest?: boolean }) {
  return (
    <tr className={rest ? 'ledger-rest' : line.inner ? 'ledger-inner' : undefined}>
      <th scope="row">{line.path ? <Link url={line.path}>{line.name}</Link> : line.name}</th>
      <td>{line.count}</td>
      <td>{line.money}</td>
    </tr>
  );
}
