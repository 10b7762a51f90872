/** Paste ids or choose a feed file, see how many of the bought products the catalogue has, and take the setting that fits. */
import {
  Banner,
  BlockStack,
  Button,
  Card,
  DropZone,
  InlineStack,
  List,
  Text,
  TextField,
} from '@shopify/polaris';
import { useState } from 'react';

import type { ContentIdSettings } from '../conversion/settings.ts';
import { VALUES_TEXT } from './texts-settings.ts';
import type { CatalogueWords } from './words-for-values.ts';

interface CatalogueTestProps {
  result: CatalogueWords | null;
  error: string | undefined;
  testing: boolean;
  onTest: (list: string) => void;
  onUse: (setting: ContentIdSettings) => void;
}

/** A form of the app takes a megabyte; text may grow a little on its way. */
const MOST_BYTES = 700_000;

export function CatalogueTest({ result, error, testing, onTest, onUse }: CatalogueTestProps) {
  const [list, setList] = useState('');
  const [cut, setCut] = useState(false);
  async function take(file: File | undefined) {
    if (!file) return;
    setCut(file.size > MOST_BYTES);
    setList(await file.slice(0, MOST_BYTES).text());
  }
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {VALUES_TEXT.catalogue}
          </Text>
          <Text as="p" tone="subdued">
            {VALUES_TEXT.catalogueText}
          </Text>
        </BlockStack>
        <TextField
          label={VALUES_TEXT.list}
          value={list}
          onChange={(text) => {
            setCut(text.length > MOST_BYTES);
            setList(text.slice(0, MOST_BYTES));
          }}
          error={error ?? false}
          {...(cut ? { helpText: VALUES_TEXT.cutFile } : {})}
          multiline={4}
          maxHeight="12rem"
          autoComplete="off"
          spellCheck={false}
          monospaced
        />
        <DropZone
          label={VALUES_TEXT.file}
          labelHidden
          allowMultiple={false}
          variableHeight
          onDropAccepted={([file]) => void take(file)}
        >
          <DropZone.FileUpload actionTitle={VALUES_TEXT.file} />
        </DropZone>
        <InlineStack>
          <Button onClick={() => onTest(list)} loading={testing}>
            {VALUES_TEXT.test}
          </Button>
        </InlineStack>
        <div aria-live="polite">{result ? <Result result={result} onUse={onUse} /> : null}</div>
      </BlockStack>
    </Card>
  );
}

function Result({ result, onUse }: { result: CatalogueWords; onUse: CatalogueTestProps['onUse'] }) {
  const { state, matched, read, missing, looksLike, better } = result;
  if (state === 'nothing_to_compare')
    return (
      <Banner tone="info" title={read}>
        <p>{VALUES_TEXT.noItems}</p>
      </Banner>
    );
  return (
    <Banner
      tone={state === 'all' ? 'success' : state === 'some' ? 'warning' : 'critical'}
      title={matched}
      {...(better ? { action: { content: VALUES_TEXT.useThis, onAction: () => onUse(better.setting) } } : {})}
    >
      <BlockStack gap="200">
        <p>{read}</p>
        {state === 'all' ? <p>{VALUES_TEXT.allMatch}</p> : null}
        {better ? <p>{better.text}</p> : null}
        {state === 'all' || better ? null : <p>{VALUES_TEXT.noneBetter}</p>}
        {state === 'all' ? null : (
          <>
            <Ids title={VALUES_TEXT.missing} ids={missing} />
            <Ids title={VALUES_TEXT.looksLike} ids={looksLike} />
          </>
        )}
      </BlockStack>
    </Banner>
  );
}

function Ids({ title, ids }: { title: string; ids: string[] }) {
  if (ids.length === 0) return null;
  return (
    <BlockStack gap="100">
      <p>{title}</p>
      <List>
        {ids.map((id) => (
          <List.Item key={id}>
            <Text as="span" breakWord>
              <code>{id}</code>
            </Text>
          </List.Item>
        ))}
      </List>
    </BlockStack>
  );
}
