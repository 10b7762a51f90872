/** What tells an order of TikTok Shop: known marks, and more of them for a connector that names its orders its own way. */
import {
  BlockStack,
  Button,
  Card,
  Collapsible,
  FormLayout,
  InlineStack,
  Text,
  TextField,
} from '@shopify/polaris';
import { useState } from 'react';

import { defaultTikTokShopMarks } from '../conversion/settings.ts';
import type { TikTokShopMarks as Marks } from '../conversion/settings.ts';
import { MARK_WORDS } from './texts-audit.ts';
import { MARKS_TEXT } from './texts-settings.ts';

type MarkName = keyof Marks;

interface TikTokShopMarksProps {
  marks: Marks;
  errors: Record<string, string>;
  onChange: (marks: Marks) => void;
}

const NAMES: MarkName[] = [
  'appIds',
  'sourceNames',
  'sourceNamePrefixes',
  'emailDomains',
  'tagPrefixes',
  'gateways',
  'noteAttributePrefixes',
];
const KNOWN = defaultTikTokShopMarks();

export function TikTokShopMarks({ marks, errors, onChange }: TikTokShopMarksProps) {
  const [open, setOpen] = useState(false);
  const wrong = Object.keys(errors).some((path) => path.startsWith('tiktokShop.'));
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {MARKS_TEXT.title}
          </Text>
          <Text as="p" tone="subdued">
            {MARKS_TEXT.intro}
          </Text>
        </BlockStack>
        <InlineStack>
          <Button
            onClick={() => setOpen(!open)}
            ariaExpanded={open || wrong}
            ariaControls="tiktok-shop-marks"
            disclosure={open || wrong ? 'up' : 'down'}
          >
            {MARKS_TEXT.change}
          </Button>
        </InlineStack>
        <Collapsible id="tiktok-shop-marks" open={open || wrong}>
          <FormLayout>
            {NAMES.map((name) => (
              <MarkField
                key={name}
                name={name}
                entries={marks[name]}
                error={
                  Object.entries(errors).find(
                    ([path]) => path === `tiktokShop.${name}` || path.startsWith(`tiktokShop.${name}.`),
                  )?.[1]
                }
                onEntries={(entries) => onChange({ ...marks, [name]: entries })}
              />
            ))}
          </FormLayout>
        </Collapsible>
      </BlockStack>
    </Card>
  );
}

interface MarkFieldProps {
  name: MarkName;
  entries: string[];
  error: string | undefined;
  onEntries: (entries: string[]) => void;
}

/** What is typed stands beside what is known, and stays as it is typed: a comma at its end must not vanish. */
function MarkField({ name, entries, error, onEntries }: MarkFieldProps) {
  const { label, help } = MARK_WORDS[name];
  const known = entries.filter((entry) => KNOWN[name].includes(entry));
  const own = entries.filter((entry) => !KNOWN[name].includes(entry));
  const [text, setText] = useState(own.join(', '));
  const shown = split(text).join('\n') === own.join('\n') ? text : own.join(', ');
  return (
    <TextField
      label={label}
      value={shown}
      onChange={(typed) => {
        setText(typed);
        onEntries([...known, ...split(typed).filter((entry) => !known.includes(entry))]);
      }}
      error={error ?? false}
      helpText={`${help} ${MARKS_TEXT.known(known)} ${MARKS_TEXT.several}`}
      autoComplete="off"
      spellCheck={false}
    />
  );
}

/** Orders are compared without regard to case. */
const split = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
