/** The fields of a pixel, for adding and for editing: errors stand beside their field, saving is in the save bar. */
import { useNavigation, useSubmit } from '@remix-run/react';
import { SaveBar } from '@shopify/app-bridge-react';
import {
  Banner,
  BlockStack,
  Box,
  Button,
  Card,
  Checkbox,
  FormLayout,
  InlineStack,
  Link,
  Text,
  TextField,
} from '@shopify/polaris';
import { useEffect, useState } from 'react';

import { pixelCodeProblem, tidyPixelCode, typedCodeProblem } from '../conversion/pixel-code.ts';
import { PIXEL_TEXT } from './texts-pixels.ts';
import { SAVING_TEXT } from './texts-settings.ts';

export interface PixelFields {
  name: string;
  code: string;
  token: string;
  testEventCode: string;
  browserLeg: 'on' | 'off';
  /** The store's local time, YYYY-MM-DDTHH:MM; empty means from now on. */
  activeFrom: string;
}

export type PixelErrors = Partial<Record<keyof PixelFields | 'form', string>>;

interface PixelFormProps {
  /** What is stored; tokens never are part of it. */
  stored: PixelFields;
  /** Present when editing: the last four characters of the stored token. */
  tokenLast4?: string | undefined;
  /** Replacing a stored token is the account owner's alone. */
  mayReplaceToken?: boolean;
  errors: PixelErrors;
  /** The store's time zone, in which the start is read. */
  zone: string;
  /** Why TikTok could not tell whether the token works; then it may be saved all the same. */
  unclear: string | null;
  /** Changes when something was saved, so that the form starts again from what is stored. */
  savedAt: string;
}

export function PixelForm({
  stored,
  zone,
  tokenLast4,
  mayReplaceToken = true,
  errors,
  unclear,
  savedAt,
}: PixelFormProps) {
  const [fields, setFields] = useState(stored);
  const [left, setLeft] = useState<ReadonlySet<keyof PixelFields>>(new Set());
  const [replacing, setReplacing] = useState(tokenLast4 === undefined);
  const submit = useSubmit();
  const saving = useNavigation().state === 'submitting';

  // The action answers before what it saved is read again: the form starts anew for either of them.
  const storedText = JSON.stringify(stored);
  useEffect(() => {
    setFields(stored);
    setLeft(new Set());
    setReplacing(tokenLast4 === undefined);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- equal texts are the same, whichever object they are in
  }, [savedAt, storedText, tokenLast4]);

  const editing = tokenLast4 !== undefined;
  const changed = (Object.keys(stored) as (keyof PixelFields)[]).some((key) => fields[key] !== stored[key]);
  const set = (key: keyof PixelFields) => (value: string) => setFields((now) => ({ ...now, [key]: value }));
  const leave = (key: keyof PixelFields) => () => setLeft((now) => new Set(now).add(key));
  const code = tidyPixelCode(fields.code);
  const codeProblem = editing
    ? undefined
    : left.has('code')
      ? pixelCodeProblem(code)
      : typedCodeProblem(code);

  function save(unchecked: 'yes' | 'no' = 'no') {
    // A start that nobody touched stays, to the second.
    const activeFrom = fields.activeFrom === stored.activeFrom ? '' : fields.activeFrom;
    submit({ intent: 'save', unchecked, ...fields, activeFrom }, { method: 'post' });
  }
  function discard() {
    setFields(stored);
    setLeft(new Set());
    setReplacing(!editing);
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <SaveBar id="pixel-save-bar" open={changed}>
        <button variant="primary" onClick={() => save()} {...(saving ? { loading: '' } : {})}>
          {SAVING_TEXT.save}
        </button>
        <button onClick={discard}>{SAVING_TEXT.discard}</button>
      </SaveBar>
      <BlockStack gap="400">
        {unclear && changed ? (
          <Banner
            tone="warning"
            title={PIXEL_TEXT.unclear}
            action={{ content: PIXEL_TEXT.saveUnchecked, onAction: () => save('yes'), loading: saving }}
          >
            <p>{unclear}</p>
            <p>{PIXEL_TEXT.unclearText}</p>
          </Banner>
        ) : null}
        <Card>
          <FormLayout>
            <TextField
              label={editing ? PIXEL_TEXT.name : PIXEL_TEXT.nameOptional}
              value={fields.name}
              onChange={set('name')}
              error={errors.name ?? false}
              autoComplete="off"
              maxLength={60}
              helpText={PIXEL_TEXT.nameHelp}
            />
            <TextField
              label={PIXEL_TEXT.code}
              value={fields.code}
              onChange={set('code')}
              onBlur={leave('code')}
              error={errors.code ?? codeProblem ?? false}
              autoComplete="off"
              spellCheck={false}
              monospaced
              disabled={editing}
              helpText={editing ? PIXEL_TEXT.codeStays : PIXEL_TEXT.codeHelp}
            />
          </FormLayout>
        </Card>
        <Card>
          <BlockStack gap="300">
            <Text as="h2" variant="headingSm">
              {PIXEL_TEXT.token}
            </Text>
            {editing && !replacing ? (
              <InlineStack gap="300" blockAlign="center">
                <Text as="p">
                  {tokenLast4 === '' ? (
                    PIXEL_TEXT.noToken
                  ) : (
                    <>
                      {PIXEL_TEXT.tokenStored} <b>{tokenLast4}</b>
                    </>
                  )}
                </Text>
                {mayReplaceToken ? (
                  <Button onClick={() => setReplacing(true)}>
                    {tokenLast4 === '' ? PIXEL_TEXT.enterToken : PIXEL_TEXT.replaceToken}
                  </Button>
                ) : (
                  <Text as="p" tone="subdued">
                    {PIXEL_TEXT.ownerOnly}
                  </Text>
                )}
              </InlineStack>
            ) : (
              <TextField
                label={editing ? PIXEL_TEXT.newToken : PIXEL_TEXT.token}
                labelHidden={!editing}
                type="password"
                value={fields.token}
                onChange={set('token')}
                error={errors.token ?? false}
                autoComplete="off"
                spellCheck={false}
                helpText={PIXEL_TEXT.tokenHelp}
              />
            )}
            <InlineStack gap="300">
              <Link url="/app/guides/find-your-pixel-code">{PIXEL_TEXT.findCode}</Link>
              <Link url="/app/guides/create-an-access-token">{PIXEL_TEXT.createToken}</Link>
            </InlineStack>
          </BlockStack>
        </Card>
        <Card>
          <TextField
            label={PIXEL_TEXT.testCode}
            value={fields.testEventCode}
            onChange={set('testEventCode')}
            error={errors.testEventCode ?? false}
            autoComplete="off"
            spellCheck={false}
            monospaced
            helpText={PIXEL_TEXT.testCodeHelp}
          />
        </Card>
        <Card>
          <Checkbox
            label={PIXEL_TEXT.browserLeg}
            checked={fields.browserLeg === 'on'}
            onChange={(on) => setFields((now) => ({ ...now, browserLeg: on ? 'on' : 'off' }))}
            helpText={PIXEL_TEXT.browserLegHelp}
          />
        </Card>
        <Card>
          <div id="active-from">
            <TextField
              type="datetime-local"
              label={PIXEL_TEXT.activeFrom(zone)}
              value={fields.activeFrom}
              onChange={set('activeFrom')}
              error={errors.activeFrom ?? false}
              autoComplete="off"
              helpText={editing ? PIXEL_TEXT.activeFromEdit : PIXEL_TEXT.activeFromNew}
            />
            <Box paddingBlockStart="200">
              <Link url="/app/guides/move-from-another-app">{PIXEL_TEXT.moveGuide}</Link>
            </Box>
          </div>
        </Card>
        {/* Lets the Enter key save from any field. */}
        <Box visuallyHidden>
          <button type="submit" tabIndex={-1}>
            {SAVING_TEXT.save}
          </button>
        </Box>
      </BlockStack>
    </form>
  );
}
