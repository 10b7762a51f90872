/** The button that looks at the storefront for other senders to TikTok, and what the newest look found. */
import { Banner, BlockStack, Button, InlineStack, List, Text } from '@shopify/polaris';

import { GUIDES_TEXT } from './texts-guides.ts';
import type { CheckWords } from './texts-radar.ts';

interface StorefrontCheckCardProps {
  check: CheckWords | null;
  checking: boolean;
  /** Why it was not looked at again. */
  problem: string | undefined;
  onCheck: () => void;
}

export function StorefrontCheckCard({ check, checking, problem, onCheck }: StorefrontCheckCardProps) {
  return (
    <BlockStack gap="300">
      <InlineStack gap="300" blockAlign="center">
        <Button onClick={onCheck} loading={checking}>
          {GUIDES_TEXT.check}
        </Button>
        <Text as="span" tone="subdued">
          {check ? `${GUIDES_TEXT.lastChecked} ${check.when}` : GUIDES_TEXT.neverChecked}
        </Text>
      </InlineStack>
      <div aria-live="polite">
        <BlockStack gap="300">
          {problem && !checking ? <Text as="p">{problem}</Text> : null}
          {check ? <Found check={check} /> : null}
        </BlockStack>
      </div>
    </BlockStack>
  );
}

function Found({ check }: { check: CheckWords }) {
  return (
    <BlockStack gap="300">
      {check.remark ? (
        <Banner tone="warning" title={GUIDES_TEXT.notWhole}>
          <p>{check.remark}</p>
        </Banner>
      ) : null}
      {check.state === 'read' && check.findings.length === 0 ? (
        <Banner tone="success" title={GUIDES_TEXT.nothingFound}>
          <p>{GUIDES_TEXT.nothingFoundText}</p>
        </Banner>
      ) : null}
      {check.findings.map((finding) => (
        <Banner key={finding.key} tone={finding.countsTwice ? 'critical' : 'warning'} title={finding.title}>
          <BlockStack gap="200">
            <Text as="p">{finding.meaning}</Text>
            <BlockStack gap="100">
              <Text as="p" breakWord>
                {finding.evidence}
              </Text>
              {finding.piece === null ? null : (
                <Text as="p" variant="bodySm" breakWord>
                  <code>{finding.piece}</code>
                </Text>
              )}
            </BlockStack>
            <List type="number">
              {finding.steps.map((step) => (
                <List.Item key={step}>{step}</List.Item>
              ))}
            </List>
            {finding.closing === null ? null : <Text as="p">{finding.closing}</Text>}
          </BlockStack>
        </Banner>
      ))}
    </BlockStack>
  );
}
