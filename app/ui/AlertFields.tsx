/** The fields of the alerts: addresses, causes with their thresholds, the closing line, and the button for a test. */
import {
  Banner,
  BlockStack,
  Button,
  Card,
  Checkbox,
  FormLayout,
  InlineStack,
  Select,
  Text,
  TextField,
} from '@shopify/polaris';

import type { AlertSettings, Cause } from '../alerts/choice.ts';
import { NumberField, wholeNumber } from './NumberField.tsx';
import { ALERTS_TEXT, CAUSE_WORDS } from './texts-alerts.ts';
import { UnderCheckbox } from './UnderCheckbox.tsx';

/** Numbers and addresses as they are typed. */
export interface AlertFields {
  causes: AlertSettings['causes'];
  errorPercent: string;
  silenceHours: string;
  clickDropPercent: string;
  closing: AlertSettings['closing'];
  emails: string;
  /** Null leaves the stored one, which is never shown; an empty text removes it. */
  webhook: string | null;
}

/** What the form sends. */
export function alertDraft(fields: AlertFields): object {
  const { emails, webhook, errorPercent, silenceHours, clickDropPercent, ...settings } = fields;
  return {
    settings: {
      ...settings,
      errorPercent: wholeNumber(errorPercent),
      silenceHours: wholeNumber(silenceHours),
      clickDropPercent: wholeNumber(clickDropPercent),
    },
    emails: emails
      .split(/[,;\s]+/)
      .map((address) => address.trim())
      .filter((address) => address !== ''),
    ...(webhook === null ? {} : { webhook: webhook.trim() === '' ? null : webhook.trim() }),
  };
}

interface FieldProps {
  fields: AlertFields;
  errors: Record<string, string>;
  onChange: (change: Partial<AlertFields>) => void;
}

export function AlertTargets({
  fields,
  errors,
  onChange,
  webhook,
  mail,
}: FieldProps & { webhook: string | null; mail: boolean }) {
  const emailError =
    errors.emails ?? Object.entries(errors).find(([path]) => path.startsWith('emails.'))?.[1];
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingSm">
          {ALERTS_TEXT.where}
        </Text>
        <FormLayout>
          <TextField
            label={ALERTS_TEXT.emails}
            value={fields.emails}
            onChange={(emails) => onChange({ emails })}
            error={emailError ?? false}
            helpText={mail ? ALERTS_TEXT.emailsHelp : ALERTS_TEXT.noMail}
            disabled={!mail && fields.emails === ''}
            autoComplete="off"
            inputMode="email"
          />
          <Webhook fields={fields} errors={errors} onChange={onChange} stored={webhook} />
        </FormLayout>
      </BlockStack>
    </Card>
  );
}

function Webhook({ fields, errors, onChange, stored }: FieldProps & { stored: string | null }) {
  const typed = fields.webhook;
  if (stored !== null && (typed === null || typed === ''))
    return (
      <BlockStack gap="100">
        <Text as="p">{ALERTS_TEXT.webhook}</Text>
        <InlineStack gap="300" blockAlign="center">
          <Text as="p" tone={typed === '' ? 'critical' : 'subdued'} breakWord>
            {typed === '' ? ALERTS_TEXT.willBeRemoved : ALERTS_TEXT.webhookStored(stored)}
          </Text>
          {typed === '' ? (
            <Button onClick={() => onChange({ webhook: null })}>{ALERTS_TEXT.keepIt}</Button>
          ) : (
            <>
              <Button onClick={() => onChange({ webhook: 'https://' })}>{ALERTS_TEXT.replace}</Button>
              <Button tone="critical" onClick={() => onChange({ webhook: '' })}>
                {ALERTS_TEXT.remove}
              </Button>
            </>
          )}
        </InlineStack>
      </BlockStack>
    );
  return (
    <TextField
      label={ALERTS_TEXT.webhook}
      value={typed ?? ''}
      onChange={(webhook) => onChange({ webhook: webhook === '' && stored === null ? null : webhook })}
      error={errors.webhook ?? false}
      helpText={ALERTS_TEXT.webhookHelp}
      placeholder="https://hooks.slack.com/services/…"
      autoComplete="off"
      spellCheck={false}
    />
  );
}

interface AlertTestProps {
  tested: { ok: boolean; lines: string[] } | null;
  testing: boolean;
  /** While something is changed and not saved. */
  disabled: boolean;
  onTest: () => void;
}

export function AlertTest({ tested, testing, disabled, onTest }: AlertTestProps) {
  return (
    <Card>
      <BlockStack gap={tested ? '300' : '0'}>
        <InlineStack gap="300" blockAlign="center">
          <Button onClick={onTest} loading={testing} disabled={disabled}>
            {ALERTS_TEXT.test}
          </Button>
          <Text as="p" tone="subdued">
            {ALERTS_TEXT.testHelp}
          </Text>
        </InlineStack>
        <div aria-live="polite">
          {tested ? (
            <Banner tone={tested.ok ? 'success' : 'warning'} title={ALERTS_TEXT.tested}>
              {tested.lines.map((line) => (
                <p key={line}>{line}</p>
              ))}
            </Banner>
          ) : null}
        </div>
      </BlockStack>
    </Card>
  );
}

const CAUSES: Cause[] = ['token_refused', 'silence', 'errors', 'missed', 'clicks_dropped', 'not_closed'];

/** Which figure belongs to which cause. */
const THRESHOLDS: Partial<
  Record<
    Cause,
    { field: 'errorPercent' | 'silenceHours' | 'clickDropPercent'; label: string; suffix: string }
  >
> = {
  errors: { field: 'errorPercent', label: ALERTS_TEXT.errorPercent, suffix: ALERTS_TEXT.percent },
  silence: { field: 'silenceHours', label: ALERTS_TEXT.silenceHours, suffix: ALERTS_TEXT.hours },
  clicks_dropped: { field: 'clickDropPercent', label: ALERTS_TEXT.clickDrop, suffix: ALERTS_TEXT.percent },
};

export function AlertCauses({ fields, errors, onChange }: FieldProps) {
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingSm">
          {ALERTS_TEXT.what}
        </Text>
        {CAUSES.map((cause) => {
          const { name, help } = CAUSE_WORDS[cause];
          const threshold = THRESHOLDS[cause];
          return (
            <BlockStack key={cause} gap="200">
              <Checkbox
                label={name}
                helpText={help}
                checked={fields.causes[cause]}
                onChange={(on) => onChange({ causes: { ...fields.causes, [cause]: on } })}
              />
              {threshold && fields.causes[cause] ? (
                <UnderCheckbox>
                  <NumberField
                    label={threshold.label}
                    value={fields[threshold.field]}
                    unit={threshold.suffix}
                    error={errors[`settings.${threshold.field}`]}
                    onChange={(value) => onChange({ [threshold.field]: value })}
                  />
                </UnderCheckbox>
              ) : null}
            </BlockStack>
          );
        })}
        <Select
          label={ALERTS_TEXT.closing}
          options={[
            { value: 'off', label: ALERTS_TEXT.closingOff },
            { value: 'daily', label: ALERTS_TEXT.closingDaily },
            { value: 'weekly', label: ALERTS_TEXT.closingWeekly },
          ]}
          value={fields.closing}
          onChange={(closing) =>
            onChange({ closing: closing === 'daily' || closing === 'weekly' ? closing : 'off' })
          }
          helpText={ALERTS_TEXT.closingHelp}
        />
      </BlockStack>
    </Card>
  );
}
