/** When a sale counts and under which name, what consent it needs, and how it is matched: the choices and their consequences. */
import { BlockStack, Card, Checkbox, ChoiceList, FormLayout, Select, Text } from '@shopify/polaris';
import type { ReactNode } from 'react';

import type { SalesSettings } from '../settings/sections.ts';
import { NumberField } from './NumberField.tsx';
import { anchorOf } from './rule-link.ts';
import { MOMENTS, SALE_OPT_OUT, SETTINGS_TEXT, WITHOUT_EVIDENCE } from './texts-settings-page.ts';

/** Numbers as they are typed. */
export type SalesDraft = Omit<SalesSettings, 'holdSeconds' | 'clickWindowDays'> & {
  holdSeconds: string;
  clickWindowDays: string;
};

interface SalesFieldsProps {
  draft: SalesDraft;
  errors: Record<string, string>;
  onChange: (change: Partial<SalesDraft>) => void;
}

const NAMES = ['CompletePayment', 'Purchase'];

export function SaleFields({
  draft,
  errors,
  onChange,
  pixels,
}: SalesFieldsProps & { pixels: { id: string; name: string }[] }) {
  const named = pixels.filter(({ id }) => draft.saleNames[id] !== undefined);
  return (
    <Section title={SETTINGS_TEXT.purchase}>
      <Choice
        id={anchorOf('setting', 'moment')}
        title={SETTINGS_TEXT.moment}
        choices={MOMENTS}
        value={draft.purchaseMoment}
        onChoose={(purchaseMoment) => onChange({ purchaseMoment })}
      />
      {named.map(({ id, name }, place) => {
        const chosen = draft.saleNames[id] ?? '';
        return (
          <Select
            key={id}
            label={named.length > 1 ? SETTINGS_TEXT.saleNameOf(name) : SETTINGS_TEXT.saleName}
            options={[
              ...NAMES.map((value) => ({ value, label: value })),
              ...(NAMES.includes(chosen) ? [] : [{ value: chosen, label: SETTINGS_TEXT.ownName(chosen) }]),
            ]}
            value={chosen}
            onChange={(value) => onChange({ saleNames: { ...draft.saleNames, [id]: value } })}
            error={errors[`saleNames.${id}`] ?? false}
            {...(place === named.length - 1 ? { helpText: SETTINGS_TEXT.saleNameText } : {})}
          />
        );
      })}
      <div id={anchorOf('setting', 'hold')}>
        <NumberField
          label={SETTINGS_TEXT.hold}
          value={draft.holdSeconds}
          unit={SETTINGS_TEXT.seconds}
          error={errors.holdSeconds}
          onChange={(holdSeconds) => onChange({ holdSeconds })}
        />
      </div>
      <Text as="p" tone="subdued">
        {SETTINGS_TEXT.holdText}
      </Text>
    </Section>
  );
}

export function ConsentFields({ draft, onChange }: SalesFieldsProps) {
  const { consent } = draft;
  return (
    <Section title={SETTINGS_TEXT.consent}>
      <Text as="p" tone="subdued">
        {SETTINGS_TEXT.consentRespected}
      </Text>
      <Choice
        id={anchorOf('setting', 'consent')}
        title={SETTINGS_TEXT.withoutEvidence}
        choices={WITHOUT_EVIDENCE}
        value={consent.withoutEvidence}
        onChoose={(withoutEvidence) => onChange({ consent: { ...consent, withoutEvidence } })}
      />
      <Choice
        title={SETTINGS_TEXT.saleOptOut}
        choices={SALE_OPT_OUT}
        value={consent.saleOptOut}
        onChoose={(saleOptOut) => onChange({ consent: { ...consent, saleOptOut } })}
      />
    </Section>
  );
}

export function MatchingFields({ draft, errors, onChange }: SalesFieldsProps) {
  return (
    <Section title={SETTINGS_TEXT.matching}>
      <NumberField
        label={SETTINGS_TEXT.window}
        value={draft.clickWindowDays}
        unit={SETTINGS_TEXT.days}
        error={errors.clickWindowDays}
        onChange={(clickWindowDays) => onChange({ clickWindowDays })}
      />
      <Text as="p" tone="subdued">
        {SETTINGS_TEXT.windowText}
      </Text>
      <Checkbox
        label={SETTINGS_TEXT.visitorId}
        helpText={SETTINGS_TEXT.visitorIdText}
        checked={draft.visitorId}
        onChange={(visitorId) => onChange({ visitorId })}
      />
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingSm">
          {title}
        </Text>
        <FormLayout>{children}</FormLayout>
      </BlockStack>
    </Card>
  );
}

interface ChoiceProps<Value extends string> {
  /** Where a link from an event's page leads. */
  id?: string;
  title: string;
  choices: { value: Value; label: string; text: string }[];
  value: Value;
  onChoose: (value: Value) => void;
}

/** One of several, each with what follows from it. */
function Choice<Value extends string>({ id, title, choices, value, onChoose }: ChoiceProps<Value>) {
  return (
    <div {...(id === undefined ? {} : { id })}>
      <ChoiceList
        title={title}
        choices={choices.map((choice) => ({
          value: choice.value,
          label: choice.label,
          helpText: choice.text,
        }))}
        selected={[value]}
        onChange={([chosen]) => {
          const known = choices.find((choice) => choice.value === chosen);
          if (known) onChoose(known.value);
        }}
      />
    </div>
  );
}
