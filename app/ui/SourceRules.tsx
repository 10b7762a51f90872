/** The merchant's own rules in their order: each can be changed, moved, switched off and removed. */
import {
  BlockStack,
  Box,
  Button,
  Card,
  Checkbox,
  FormLayout,
  InlineStack,
  Select,
  Text,
  TextField,
} from '@shopify/polaris';
import { useState } from 'react';

import type { RuleField, RuleOperator, SourceRule } from '../conversion/settings.ts';
import type { ClosedSources } from '../settings/access.ts';
import type { FeatureWithScopes } from '../shopify/feature-scopes.ts';
import { AccessNotice } from './AccessNotice.tsx';
import { anchorOf } from './rule-link.ts';
import {
  FIELD_CHOICES,
  FIELD_WORDS,
  OPERATOR_WORDS,
  ruleName,
  SOURCES_TEXT,
  unansweredWords,
} from './texts-settings.ts';
import type { LookWords, RuleCountWords } from './words-for-sources.ts';

interface SourceRulesProps {
  rules: SourceRule[];
  counts: LookWords['rules'];
  errors: Record<string, string>;
  /** Fields that Tock may not read, and the rules as they are stored. */
  closed: ClosedSources['fields'];
  stored: readonly SourceRule[];
  onGranted: (feature: FeatureWithScopes) => void;
  onChange: (rules: SourceRule[]) => void;
}

export const newRule = (field: RuleField, values: string[]): SourceRule => ({
  // Decisions in the log name their rule by its id, so an id is never used again.
  id: crypto.randomUUID().slice(0, 13),
  on: true,
  action: 'block',
  field,
  operator: field === 'total' ? 'at_least' : 'is',
  values,
});

export function SourceRules(props: SourceRulesProps) {
  const { rules, counts, errors, closed, stored, onGranted, onChange } = props;
  const put = (place: number, rule: SourceRule) =>
    onChange(rules.map((known, at) => (at === place ? rule : known)));
  function move(place: number, by: -1 | 1) {
    const moved = [...rules];
    const [rule] = moved.splice(place, 1);
    if (rule) moved.splice(place + by, 0, rule);
    onChange(moved);
  }
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {SOURCES_TEXT.rules}
          </Text>
          <Text as="p" tone="subdued">
            {rules.length === 0 ? SOURCES_TEXT.noRules : SOURCES_TEXT.rulesIntro}
          </Text>
        </BlockStack>
        {errors.rules ? (
          <Text as="p" tone="critical">
            {errors.rules}
          </Text>
        ) : null}
        {rules.map((rule, place) => (
          <div key={rule.id} id={anchorOf('rule', rule.id)} role="group" aria-label={ruleName(place)}>
            <Box padding="300" background="bg-surface-secondary" borderRadius="200">
              <BlockStack gap="300">
                <InlineStack align="space-between" blockAlign="center" gap="200">
                  <Checkbox
                    label={`${ruleName(place)}: ${SOURCES_TEXT.on}`}
                    checked={rule.on}
                    onChange={(on) => put(place, { ...rule, on })}
                  />
                  <InlineStack gap="200">
                    <Button
                      size="slim"
                      onClick={() => move(place, -1)}
                      disabled={place === 0}
                      accessibilityLabel={`${SOURCES_TEXT.up}: ${ruleName(place)}`}
                    >
                      {SOURCES_TEXT.up}
                    </Button>
                    <Button
                      size="slim"
                      onClick={() => move(place, 1)}
                      disabled={place === rules.length - 1}
                      accessibilityLabel={`${SOURCES_TEXT.down}: ${ruleName(place)}`}
                    >
                      {SOURCES_TEXT.down}
                    </Button>
                    <Button
                      size="slim"
                      tone="critical"
                      onClick={() => onChange(rules.filter((_, at) => at !== place))}
                      accessibilityLabel={`${SOURCES_TEXT.removeRule}: ${ruleName(place)}`}
                    >
                      {SOURCES_TEXT.removeRule}
                    </Button>
                  </InlineStack>
                </InlineStack>
                <RuleFields
                  rule={rule}
                  place={place}
                  errors={errors}
                  onChange={(changed) => put(place, changed)}
                />
                <RuleAccess
                  key={rule.field}
                  feature={rule.on ? closed[rule.field] : undefined}
                  saved={stored.some(({ id, on, field }) => id === rule.id && on && field === rule.field)}
                  onGranted={onGranted}
                />
                <RuleCount rule={rule} count={counts[rule.id]} closed={closed[rule.field] !== undefined} />
              </BlockStack>
            </Box>
          </div>
        ))}
        <InlineStack>
          <Button onClick={() => onChange([...rules, newRule('tag', [])])}>{SOURCES_TEXT.addRule}</Button>
        </InlineStack>
      </BlockStack>
    </Card>
  );
}

interface RuleAccessProps {
  feature: FeatureWithScopes | undefined;
  saved: boolean;
  onGranted: (feature: FeatureWithScopes) => void;
}

function RuleAccess({ feature, saved, onGranted }: RuleAccessProps) {
  return feature === undefined ? null : (
    <AccessNotice feature={feature} saved={saved} onGranted={onGranted} />
  );
}

const ACTIONS = [
  { value: 'block', label: SOURCES_TEXT.block },
  { value: 'allow', label: SOURCES_TEXT.allow },
];

const isField = (text: string): text is RuleField => Object.hasOwn(FIELD_WORDS, text);
const isOperator = (text: string): text is RuleOperator => Object.hasOwn(OPERATOR_WORDS, text);
const FIELDS = Object.entries(FIELD_WORDS).map(([value, label]) => ({ value, label }));

function operatorsOf(field: RuleField): RuleOperator[] {
  if (field === 'total') return ['at_least', 'at_most'];
  return FIELD_CHOICES[field] ? ['is', 'is_not'] : ['is', 'is_not', 'contains', 'starts_with'];
}

interface RuleFieldsProps {
  rule: SourceRule;
  place: number;
  errors: Record<string, string>;
  onChange: (rule: SourceRule) => void;
}

function RuleFields({ rule, place, errors, onChange }: RuleFieldsProps) {
  const { action, field, operator, values } = rule;
  const choices = FIELD_CHOICES[field];
  const problem =
    errors[`rules.${place}.values`] ??
    Object.entries(errors).find(([path]) => path.startsWith(`rules.${place}.values.`))?.[1];

  function changeField(text: string) {
    if (!isField(text)) return;
    const fitting = operatorsOf(text);
    onChange({
      ...rule,
      field: text,
      operator: fitting.includes(operator) ? operator : (fitting[0] ?? 'is'),
      values: FIELD_CHOICES[text]?.slice(0, 1).map(({ value }) => value) ?? [],
    });
  }

  return (
    <FormLayout>
      <FormLayout.Group condensed>
        <Select
          label={SOURCES_TEXT.action}
          options={ACTIONS}
          value={action}
          onChange={(chosen) => onChange({ ...rule, action: chosen === 'allow' ? 'allow' : 'block' })}
        />
        <Select
          label={SOURCES_TEXT.field}
          options={FIELDS}
          value={field}
          onChange={changeField}
          error={errors[`rules.${place}.field`] ?? false}
        />
        <Select
          label={SOURCES_TEXT.operator}
          options={operatorsOf(field).map((value) => ({ value, label: OPERATOR_WORDS[value] }))}
          value={operator}
          onChange={(chosen) => isOperator(chosen) && onChange({ ...rule, operator: chosen })}
          error={errors[`rules.${place}.operator`] ?? false}
        />
        {choices ? (
          <Select
            label={SOURCES_TEXT.value}
            options={choices}
            value={values[0] ?? ''}
            onChange={(value) => onChange({ ...rule, values: [value] })}
            error={problem ?? false}
          />
        ) : (
          <ValuesField
            key={field}
            label={SOURCES_TEXT.values}
            values={values}
            error={problem}
            onValues={(changed) => onChange({ ...rule, values: changed })}
          />
        )}
      </FormLayout.Group>
    </FormLayout>
  );
}

interface ValuesFieldProps {
  label: string;
  values: string[];
  error: string | undefined;
  onValues: (values: string[]) => void;
}

/** Keeps what is typed as it is, so that a comma at the end does not vanish under the cursor. */
function ValuesField({ label, values, error, onValues }: ValuesFieldProps) {
  const [text, setText] = useState(values.join(', '));
  const shown = same(split(text), values) ? text : values.join(', ');
  return (
    <TextField
      label={label}
      value={shown}
      onChange={(typed) => {
        setText(typed);
        onValues(split(typed));
      }}
      error={error ?? false}
      helpText={SOURCES_TEXT.valuesHelp}
      autoComplete="off"
    />
  );
}

const split = (text: string): string[] =>
  text
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
const same = (a: string[], b: string[]): boolean => a.join('\n') === b.join('\n');

function RuleCount({
  rule,
  count,
  closed,
}: {
  rule: SourceRule;
  count: RuleCountWords | undefined;
  closed: boolean;
}) {
  return (
    <BlockStack gap="050">
      {count && rule.values.length > 0 ? (
        <Text as="p" variant="bodySm">
          {count.fits}
        </Text>
      ) : null}
      {count && count.unanswered !== null && !closed ? (
        <Text as="p" variant="bodySm" tone="caution">
          {unansweredWords(count.unanswered, rule.field)}
        </Text>
      ) : null}
    </BlockStack>
  );
}
