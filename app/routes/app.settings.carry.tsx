/** Export and import: the settings as a file, and a file's difference to what is set, before it is applied. */
import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node';
import { useActionData, useFetcher, useLoaderData, useNavigate, useSubmit } from '@remix-run/react';
import { Modal, TitleBar, useAppBridge } from '@shopify/app-bridge-react';
import {
  Banner,
  BlockStack,
  Box,
  Button,
  Card,
  DropZone,
  InlineStack,
  List,
  Page,
  Text,
  TextField,
} from '@shopify/polaris';
import { useState } from 'react';

import { saveFile } from '../ui/download.ts';
import { answerSettings, textOf } from '../ui/answer-settings.ts';
import { ChangeList } from '../ui/AuditList.tsx';
import { SavedNotice, type SettingsAnswer } from '../ui/SavedNotice.tsx';
import { CARRY_TEXT } from '../ui/texts-carry.ts';
import { SETTINGS_TEXT } from '../ui/texts-settings-page.ts';
import { changedWords, spokenSettings, type ChangeWords } from '../ui/words-for-settings.ts';

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, store } = await context.house.requireShop(request);
  return {
    file: await context.house.settingsPages(store).exportAll(),
    name: `tock-settings-${shop.domain.replace(/\..*$/, '')}.json`,
  };
}

interface Look {
  changes: ChangeWords[] | null;
  version: number;
  notes: string[];
  refused: { field: string; message: string }[];
}

export async function action({ context, request }: ActionFunctionArgs): Promise<Look | SettingsAnswer> {
  const { house } = context;
  const { store, actor } = await house.requireShop(request);
  const pages = house.settingsPages(store);
  const form = await request.formData();
  const text = textOf(form, 'file');
  switch (form.get('intent')) {
    case 'look': {
      const look = await pages.lookAtImport(text);
      if (!look.ok) return { changes: null, version: 0, notes: [], refused: [...look.errors] };
      const nameOf = (id: string): string => look.pixels.find((pixel) => pixel.id === id)?.name ?? id;
      return {
        changes: changedWords(spokenSettings(look.before, nameOf), spokenSettings(look.settings, nameOf)),
        version: look.version,
        notes: [
          ...(look.unused.length > 0 ? [CARRY_TEXT.unused([...look.unused])] : []),
          ...(look.untouched.length > 0 ? [CARRY_TEXT.untouched([...look.untouched])] : []),
        ],
        refused: [],
      };
    }
    case 'apply': {
      const saved = await pages.applyImport(text, Number(textOf(form, 'version')), actor);
      const at = house.clock.now().toISOString();
      if (saved.ok)
        return { done: 'saved', undo: saved.undo, warning: saved.warning ?? null, errors: {}, at };
      return {
        done: null,
        undo: null,
        warning: null,
        errors: 'problem' in saved ? { '': CARRY_TEXT.changedMeanwhile } : saved.errors,
        at,
      };
    }
    default:
      return answerSettings(pages, { page: 'all' }, form, actor, house.clock.now());
  }
}

export default function Carry() {
  const { file, name } = useLoaderData<typeof loader>();
  const said = useActionData<typeof action>();
  const navigate = useNavigate();
  return (
    <Page
      title={CARRY_TEXT.title}
      subtitle={CARRY_TEXT.intro}
      backAction={{ content: SETTINGS_TEXT.title, onAction: () => navigate('/app/settings') }}
    >
      <BlockStack gap="400">
        <SavedNotice answer={said && 'done' in said ? said : undefined} changed={false} />
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingSm">
              {CARRY_TEXT.export}
            </Text>
            <Text as="p" tone="subdued">
              {CARRY_TEXT.exportText}
            </Text>
            <InlineStack>
              <Button onClick={() => saveFile(new Blob([file], { type: 'application/json' }), name)}>
                {CARRY_TEXT.download}
              </Button>
            </InlineStack>
          </BlockStack>
        </Card>
        <Import />
      </BlockStack>
    </Page>
  );
}

function Import() {
  const [text, setText] = useState('');
  const [looked, setLooked] = useState('');
  const [empty, setEmpty] = useState(false);
  const looker = useFetcher<Look>();
  const submit = useSubmit();
  // What is shown belongs to the text that was looked at, and to no other.
  const look = looked === text && looker.state === 'idle' ? looker.data : undefined;
  const changed = (next: string): void => {
    setText(next);
    setEmpty(false);
  };
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingSm">
          {CARRY_TEXT.import}
        </Text>
        <Text as="p" tone="subdued">
          {CARRY_TEXT.importText}
        </Text>
        <DropZone
          label={CARRY_TEXT.file}
          labelHidden
          allowMultiple={false}
          variableHeight
          onDropAccepted={([chosen]) => void chosen?.text().then(changed)}
        >
          <DropZone.FileUpload actionTitle={CARRY_TEXT.file} />
        </DropZone>
        <TextField
          label={CARRY_TEXT.paste}
          value={text}
          onChange={changed}
          error={empty ? CARRY_TEXT.empty : false}
          multiline={4}
          maxHeight="12rem"
          autoComplete="off"
          spellCheck={false}
          monospaced
        />
        <InlineStack>
          <Button
            loading={looker.state !== 'idle'}
            onClick={() => {
              if (text.trim() === '') return setEmpty(true);
              setLooked(text);
              void looker.submit({ intent: 'look', file: text }, { method: 'post' });
            }}
          >
            {CARRY_TEXT.look}
          </Button>
        </InlineStack>
        <div aria-live="polite">
          {look ? (
            <Result
              look={look}
              onApply={() =>
                submit({ intent: 'apply', file: text, version: String(look.version) }, { method: 'post' })
              }
            />
          ) : null}
        </div>
      </BlockStack>
    </Card>
  );
}

const SURE = 'apply-settings';

function Result({ look: { changes, notes, refused }, onApply }: { look: Look; onApply: () => void }) {
  const shopify = useAppBridge();
  if (changes === null)
    return (
      <Banner tone="critical" title={CARRY_TEXT.refused}>
        <List>
          {refused.map(({ field, message }) => (
            <List.Item key={`${field} ${message}`}>
              {field === '' ? null : (
                <>
                  <code>{field}</code>:{' '}
                </>
              )}
              {message}
            </List.Item>
          ))}
        </List>
      </Banner>
    );
  return (
    <BlockStack gap="300">
      <Text as="h3" variant="headingSm">
        {CARRY_TEXT.changes}
      </Text>
      {changes.length === 0 ? (
        <Text as="p">{CARRY_TEXT.nothing}</Text>
      ) : (
        <ChangeList changes={changes} whole />
      )}
      {notes.map((note) => (
        <Text as="p" key={note}>
          {note}
        </Text>
      ))}
      {changes.length === 0 ? null : (
        <InlineStack>
          <Button variant="primary" onClick={() => void shopify.modal.show(SURE)}>
            {CARRY_TEXT.apply}
          </Button>
        </InlineStack>
      )}
      <Modal id={SURE}>
        <Box padding="400">
          <List>
            {CARRY_TEXT.surePoints.map((point) => (
              <List.Item key={point}>{point}</List.Item>
            ))}
          </List>
        </Box>
        <TitleBar title={CARRY_TEXT.sure(changes.length)}>
          <button
            variant="primary"
            onClick={() => {
              void shopify.modal.hide(SURE);
              onApply();
            }}
          >
            {CARRY_TEXT.apply}
          </button>
          <button onClick={() => void shopify.modal.hide(SURE)}>{CARRY_TEXT.cancel}</button>
        </TitleBar>
      </Modal>
    </BlockStack>
  );
}
