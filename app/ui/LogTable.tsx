/** The log: every event and pixel, newest first; a row opens the way of that event. */
import { Box, IndexTable, InlineStack, Link, Text, Tooltip, useBreakpoints } from '@shopify/polaris';

import { StateBadge } from './StateBadge.tsx';
import { LOG_TEXT } from './texts-log.ts';
import type { EventState } from './texts.ts';

export interface LogRow {
  /** Its address under /app/log/. */
  path: string;
  /** "Order #1001", "Product view" */
  what: string;
  /** TikTok's name, once it is known. */
  eventName: string | null;
  state: EventState;
  reason: string;
  pixel: string;
  value: string | null;
  when: string;
  /** Null where nothing was sent. */
  match: { score: number; keys: string[] } | null;
}

const { headings } = LOG_TEXT;

export function LogTable({ rows, zone }: { rows: LogRow[]; zone: string }) {
  const { smDown } = useBreakpoints();
  return (
    <div className="tock-log-table">
      <IndexTable
        resourceName={{ singular: 'event', plural: 'events' }}
        itemCount={rows.length}
        selectable={false}
        condensed={smDown}
        headings={[
          { title: headings.event },
          { title: headings.state },
          { title: headings.why },
          { title: headings.value, alignment: 'end' },
          { title: headings.match, alignment: 'end', tooltipContent: LOG_TEXT.matchHelp },
          { title: headings.pixel },
          { title: headings.when, tooltipContent: LOG_TEXT.whenHelp(zone) },
        ]}
      >
        {rows.map((row, index) => (
          <IndexTable.Row id={row.path} key={row.path} position={index}>
            {smDown ? <NarrowRow row={row} /> : <WideRow row={row} />}
          </IndexTable.Row>
        ))}
      </IndexTable>
    </div>
  );
}

function What({ row }: { row: LogRow }) {
  return (
    <Link url={`/app/log/${row.path}`} dataPrimaryLink monochrome removeUnderline>
      <Text as="span" fontWeight="semibold" breakWord>
        {row.what}
      </Text>
    </Link>
  );
}

function Match({ match }: { match: LogRow['match'] }) {
  if (!match)
    return (
      <Text as="span" tone="subdued">
        –
        <Box as="span" visuallyHidden>
          {LOG_TEXT.noMatch}
        </Box>
      </Text>
    );
  return (
    <Tooltip content={match.keys.join(', ')} hasUnderline>
      <Text as="span" numeric>
        {match.score}
      </Text>
    </Tooltip>
  );
}

function WideRow({ row }: { row: LogRow }) {
  return (
    <>
      <IndexTable.Cell>
        <What row={row} />
        {row.eventName ? (
          <Text as="p" variant="bodySm" tone="subdued">
            {row.eventName}
          </Text>
        ) : null}
      </IndexTable.Cell>
      <IndexTable.Cell>
        <StateBadge state={row.state} />
      </IndexTable.Cell>
      <IndexTable.Cell>{row.reason}</IndexTable.Cell>
      <IndexTable.Cell>
        <Text as="span" alignment="end" numeric>
          {row.value ?? '–'}
        </Text>
      </IndexTable.Cell>
      <IndexTable.Cell>
        <InlineStack align="end">
          <Match match={row.match} />
        </InlineStack>
      </IndexTable.Cell>
      <IndexTable.Cell>
        <Box maxWidth="12rem">
          <Text as="span" truncate>
            {row.pixel}
          </Text>
        </Box>
      </IndexTable.Cell>
      <IndexTable.Cell>{row.when}</IndexTable.Cell>
    </>
  );
}

/** On a phone a row is a small card: IndexTable's condensed form shows one block for each row. */
function NarrowRow({ row }: { row: LogRow }) {
  return (
    <Box padding="300" width="100%">
      <InlineStack align="space-between" blockAlign="center" gap="200">
        <What row={row} />
        <StateBadge state={row.state} />
      </InlineStack>
      <InlineStack align="space-between" gap="200">
        <Text as="span" variant="bodySm">
          {row.reason}
        </Text>
        {row.value ? (
          <Text as="span" variant="bodySm" numeric>
            {row.value}
          </Text>
        ) : null}
      </InlineStack>
      <InlineStack align="space-between" gap="200">
        <Text as="span" variant="bodySm" tone="subdued">
          {row.when}
        </Text>
        {row.match ? (
          <Text as="span" variant="bodySm" tone="subdued" numeric>
            {headings.match} {row.match.score}
          </Text>
        ) : null}
      </InlineStack>
    </Box>
  );
}
