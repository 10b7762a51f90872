/** What a draft of the order sources would do to real orders, beside what happens now; it stays in view and moves nothing. */
import { BlockStack, Card, InlineGrid, Text } from '@shopify/polaris';

import { ExampleLinks } from './SourceSwitches.tsx';
import { lastDays, SOURCES_TEXT } from './texts-settings.ts';
import type { LookWords, PeriodWords } from './words-for-sources.ts';

interface SourcePreviewProps {
  look: LookWords | undefined;
  changed: boolean;
  /** The draft has something wrong in it. */
  wrong: boolean;
  /** Asked too often for the moment: what is shown is of an earlier draft. */
  late: boolean;
}

export function SourcePreview({ look, changed, wrong, late }: SourcePreviewProps) {
  return (
    <div style={{ position: 'sticky', top: 16 }}>
      <Card>
        <div aria-live="polite">
          <BlockStack gap="300">
            <Text as="h2" variant="headingSm">
              {changed ? SOURCES_TEXT.preview : SOURCES_TEXT.previewNow}
            </Text>
            {late ? <Text as="p">{SOURCES_TEXT.late}</Text> : null}
            <Body look={look} changed={changed} wrong={wrong} />
          </BlockStack>
        </div>
      </Card>
    </div>
  );
}

function Body({ look, changed, wrong }: Omit<SourcePreviewProps, 'late'>) {
  if (wrong) return <Text as="p">{SOURCES_TEXT.mend}</Text>;
  if (look === undefined)
    return (
      <Text as="p" tone="subdued">
        {SOURCES_TEXT.looking}
      </Text>
    );
  if (look.orders === 0) return <Text as="p">{SOURCES_TEXT.noOrders}</Text>;
  const moves = look.periods.some(({ comesIn, goesOut }) => comesIn !== null || goesOut !== null);
  return (
    <BlockStack gap="300">
      <InlineGrid columns={{ xs: 1, sm: 2, md: 1 }} gap="400">
        {look.periods.map((period) => (
          <Period key={period.days} period={period} changed={changed && moves} />
        ))}
      </InlineGrid>
      {changed && !moves ? <Text as="p">{SOURCES_TEXT.noChange}</Text> : null}
      {changed && look.comesIn.length > 0 ? (
        <BlockStack gap="050">
          <Text as="p" variant="bodySm">
            {`${SOURCES_TEXT.comesIn}, ${SOURCES_TEXT.such}`}
          </Text>
          <ExampleLinks examples={look.comesIn} />
        </BlockStack>
      ) : null}
      {changed && look.goesOut.length > 0 ? (
        <BlockStack gap="050">
          <Text as="p" variant="bodySm">
            {`${SOURCES_TEXT.goesOut}, ${SOURCES_TEXT.such}`}
          </Text>
          <ExampleLinks examples={look.goesOut} />
        </BlockStack>
      ) : null}
      <Text as="p" variant="bodySm" tone="subdued">
        {look.notAll === null ? SOURCES_TEXT.previewText : `${look.notAll} ${SOURCES_TEXT.previewText}`}
      </Text>
    </BlockStack>
  );
}

function Period({ period, changed }: { period: PeriodWords; changed: boolean }) {
  const arrow = (before: string, after: string) =>
    changed && before !== after ? `${before} → ${after}` : after;
  const rows: [string, string | null][] = [
    [SOURCES_TEXT.sent, arrow(period.sentBefore, period.sentAfter)],
    [SOURCES_TEXT.keptBack, arrow(period.keptBefore, period.keptAfter)],
    [SOURCES_TEXT.comesIn, changed ? period.comesIn : null],
    [SOURCES_TEXT.goesOut, changed ? period.goesOut : null],
  ];
  return (
    <BlockStack gap="100">
      <Text as="h3" variant="headingXs">
        {lastDays(period.days)}
      </Text>
      {rows.map(([name, text]) =>
        text === null ? null : (
          <Text key={name} as="p">
            <Text as="span" tone="subdued">
              {name}:
            </Text>{' '}
            {text}
          </Text>
        ),
      )}
    </BlockStack>
  );
}
