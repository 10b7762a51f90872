/** Entries of the audit log: one block for each, the changed values beside each other. */
import { BlockStack, Box, Divider, InlineGrid, InlineStack, Text } from '@shopify/polaris';
import { Fragment } from 'react';

import { AUDIT_TEXT } from './texts-audit.ts';
import type { AuditWords } from './words-for-audit.ts';
import type { ChangeWords } from './words-for-settings.ts';

export function AuditList({ entries }: { entries: AuditWords[] }) {
  return (
    <BlockStack>
      {entries.map(({ id, who, when, what, target, changes }, place) => (
        <Fragment key={id}>
          {place > 0 ? <Divider /> : null}
          <Box padding="400">
            <BlockStack gap="200">
              <InlineStack align="space-between" gap="200" blockAlign="center">
                <Text as="h2" variant="headingSm" breakWord>
                  {target === '' ? what : `${what}: ${target}`}
                </Text>
                <Text as="p" variant="bodySm" tone="subdued">
                  {when}
                </Text>
              </InlineStack>
              <Text as="p" variant="bodySm">
                {who}
              </Text>
              <ChangeList changes={changes} />
            </BlockStack>
          </Box>
        </Fragment>
      ))}
    </BlockStack>
  );
}

/** One entry must not bury the page. */
const MOST = 30;

/** `whole` shows all of them: before something is decided, nothing of it may be hidden. */
export function ChangeList({ changes, whole = false }: { changes: ChangeWords[]; whole?: boolean }) {
  if (changes.length === 0) return null;
  return (
    <BlockStack gap="150">
      {(whole ? changes : changes.slice(0, MOST)).map(({ label, before, after }, place) => (
        <InlineGrid key={`${place} ${label}`} columns={{ xs: 1, md: ['oneHalf', 'oneHalf'] }} gap="100">
          <Text as="p" variant="bodySm" fontWeight="medium" breakWord>
            {label}
          </Text>
          <Text as="p" variant="bodySm" breakWord>
            <Text as="span" visuallyHidden>
              {AUDIT_TEXT.was}{' '}
            </Text>
            <Text as="span" tone="subdued">
              {before ?? AUDIT_TEXT.nothing}
            </Text>
            <span aria-hidden> → </span>
            <Text as="span" visuallyHidden>
              {' '}
              {AUDIT_TEXT.is}{' '}
            </Text>
            {after ?? AUDIT_TEXT.nothing}
          </Text>
        </InlineGrid>
      ))}
      {!whole && changes.length > MOST ? (
        <Text as="p" variant="bodySm" tone="subdued">
          {AUDIT_TEXT.more(changes.length - MOST)}
        </Text>
      ) : null}
    </BlockStack>
  );
}
