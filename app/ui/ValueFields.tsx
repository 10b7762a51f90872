/** What an order is worth to TikTok and by which ids its products are named: the choices. */
import { BlockStack, Card, Checkbox, FormLayout, Select, Text, TextField } from '@shopify/polaris';

import type { ContentIdSettings, ValueSettings } from '../conversion/settings.ts';
import { KIND_WORDS, VALUES_TEXT } from './texts-settings.ts';

export interface ValuesDraft {
  contentId: ContentIdSettings;
  value: ValueSettings;
}

interface ValueFieldsProps {
  draft: ValuesDraft;
  errors: Record<string, string>;
  onChange: (draft: ValuesDraft) => void;
}

export function ValueFields({ draft, errors, onChange }: ValueFieldsProps) {
  const { value } = draft;
  const set = (change: Partial<ValueSettings>) => onChange({ ...draft, value: { ...value, ...change } });
  const total = value.basis === 'total';
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingSm">
          {VALUES_TEXT.value}
        </Text>
        <FormLayout>
          <Select
            label={VALUES_TEXT.basis}
            options={[
              { value: 'total', label: VALUES_TEXT.basisTotal },
              { value: 'subtotal', label: VALUES_TEXT.basisSubtotal },
            ]}
            value={value.basis}
            onChange={(basis) => set({ basis: basis === 'subtotal' ? 'subtotal' : 'total' })}
          />
          <BlockStack gap="100">
            <Checkbox label={VALUES_TEXT.tax} checked={value.tax} onChange={(tax) => set({ tax })} />
            {total ? (
              <>
                <Checkbox
                  label={VALUES_TEXT.shipping}
                  checked={value.shipping}
                  onChange={(shipping) => set({ shipping })}
                />
                <Checkbox label={VALUES_TEXT.tips} checked={value.tips} onChange={(tips) => set({ tips })} />
                <Checkbox
                  label={VALUES_TEXT.duties}
                  checked={value.duties}
                  onChange={(duties) => set({ duties })}
                />
              </>
            ) : null}
            <Checkbox
              label={VALUES_TEXT.giftCards}
              checked={value.giftCards}
              onChange={(giftCards) => set({ giftCards })}
            />
          </BlockStack>
          <Profit
            value={value}
            error={errors['value.profit.percent']}
            onValue={(next) => onChange({ ...draft, value: next })}
          />
          <FormLayout.Group>
            <Select
              label={VALUES_TEXT.currency}
              options={[
                { value: 'shop', label: VALUES_TEXT.currencyShop },
                { value: 'presentment', label: VALUES_TEXT.currencyBuyer },
              ]}
              value={value.currency}
              onChange={(currency) => set({ currency: currency === 'presentment' ? 'presentment' : 'shop' })}
            />
            <Select
              label={VALUES_TEXT.unlisted}
              options={[
                { value: 'convert', label: VALUES_TEXT.unlistedConvert },
                { value: 'omit', label: VALUES_TEXT.unlistedOmit },
              ]}
              value={value.unlisted}
              onChange={(unlisted) => set({ unlisted: unlisted === 'omit' ? 'omit' : 'convert' })}
            />
          </FormLayout.Group>
        </FormLayout>
      </BlockStack>
    </Card>
  );
}

interface ProfitProps {
  value: ValueSettings;
  error: string | undefined;
  onValue: (value: ValueSettings) => void;
}

function Profit({ value, error, onValue }: ProfitProps) {
  const { profit, ...rest } = value;
  function choose(kind: string) {
    if (kind !== 'margin' && kind !== 'costRate') return onValue(rest);
    return onValue({ ...rest, profit: { kind, percent: profit?.percent ?? '' } });
  }
  return (
    <FormLayout.Group>
      <Select
        label={VALUES_TEXT.profit}
        options={[
          { value: 'none', label: VALUES_TEXT.profitNone },
          { value: 'margin', label: VALUES_TEXT.profitMargin },
          { value: 'costRate', label: VALUES_TEXT.profitCost },
        ]}
        value={profit?.kind ?? 'none'}
        onChange={choose}
      />
      {profit ? (
        <TextField
          label={profit.kind === 'margin' ? VALUES_TEXT.percentMargin : VALUES_TEXT.percentCost}
          value={profit.percent}
          onChange={(percent) => onValue({ ...rest, profit: { ...profit, percent: percent.trim() } })}
          error={error ?? false}
          suffix="%"
          inputMode="decimal"
          autoComplete="off"
        />
      ) : null}
    </FormLayout.Group>
  );
}

export function ContentIdFields({ draft, errors, onChange }: ValueFieldsProps) {
  const { contentId } = draft;
  function choose(kind: string) {
    if (kind === 'template')
      onChange({
        ...draft,
        contentId: { kind, template: contentId.template ?? 'shopify_{country}_{product}_{variant}' },
      });
    if (kind === 'variant' || kind === 'product' || kind === 'sku')
      onChange({ ...draft, contentId: { kind } });
  }
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {VALUES_TEXT.contentId}
          </Text>
          <Text as="p" tone="subdued">
            {VALUES_TEXT.contentIdHelp}
          </Text>
        </BlockStack>
        <FormLayout>
          <Select
            label={VALUES_TEXT.kind}
            options={Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label }))}
            value={contentId.kind}
            onChange={choose}
          />
          {contentId.kind === 'template' ? (
            <TextField
              label={VALUES_TEXT.template}
              value={contentId.template ?? ''}
              onChange={(template) => onChange({ ...draft, contentId: { kind: 'template', template } })}
              error={errors['contentId.template'] ?? false}
              helpText={VALUES_TEXT.templateHelp}
              autoComplete="off"
              spellCheck={false}
              monospaced
            />
          ) : null}
        </FormLayout>
      </BlockStack>
    </Card>
  );
}
