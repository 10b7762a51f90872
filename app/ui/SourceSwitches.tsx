/** The ready-made kinds of orders: sent or kept back, how many there were lately, and three of them. */
import { BlockStack, Box, Card, Checkbox, Divider, InlineStack, Link, Text } from '@shopify/polaris';
import { Fragment } from 'react';

import type { SourceSwitch } from '../conversion/settings.ts';
import type { FeatureWithScopes } from '../shopify/feature-scopes.ts';
import { AccessNotice } from './AccessNotice.tsx';
import { anchorOf } from './rule-link.ts';
import { SOURCES_TEXT, SWITCH_WORDS } from './texts-settings.ts';
import { UnderCheckbox } from './UnderCheckbox.tsx';
import type { ExampleWords, LookWords } from './words-for-sources.ts';

type Sources = Record<SourceSwitch, 'allow' | 'block'>;

interface SourceSwitchesProps {
  sources: Sources;
  seen: LookWords['switches'] | undefined;
  errors: Record<string, string>;
  /** What Tock may not read for the switch of business orders; null when it may. */
  closed: FeatureWithScopes | null;
  stored: Sources;
  onGranted: (feature: FeatureWithScopes) => void;
  onChange: (name: SourceSwitch, side: 'allow' | 'block') => void;
}

/** A count and a line of examples: kept free for them, so that their coming moves nothing. */
const SEEN_HEIGHT = '34px';

const NAMES: SourceSwitch[] = ['tiktokShop', 'pos', 'draft', 'renewal', 'test', 'b2b', 'staffMade'];

export function SourceSwitches(props: SourceSwitchesProps) {
  const { sources, seen, errors, closed, stored, onGranted, onChange } = props;
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingSm">
            {SOURCES_TEXT.switches}
          </Text>
          <Text as="p" tone="subdued">
            {SOURCES_TEXT.switchesIntro}
          </Text>
        </BlockStack>
        {NAMES.map((name, place) => (
          <Fragment key={name}>
            {place > 0 ? <Divider /> : null}
            <BlockStack gap="100">
              <Checkbox
                id={anchorOf('switch', name)}
                label={SWITCH_WORDS[name].name}
                helpText={SWITCH_WORDS[name].text}
                checked={sources[name] === 'allow'}
                onChange={(sent) => onChange(name, sent ? 'allow' : 'block')}
                error={errors[`sources.${name}`] ?? false}
              />
              {name === 'b2b' && closed !== null && sources.b2b === 'block' ? (
                <UnderCheckbox>
                  <Box paddingBlock="100">
                    <AccessNotice feature={closed} saved={stored.b2b === 'block'} onGranted={onGranted} />
                  </Box>
                </UnderCheckbox>
              ) : null}
              <UnderCheckbox minHeight={SEEN_HEIGHT}>
                <Seen seen={seen?.[name]} />
              </UnderCheckbox>
            </BlockStack>
          </Fragment>
        ))}
      </BlockStack>
    </Card>
  );
}

function Seen({ seen }: { seen: LookWords['switches'][SourceSwitch] | undefined }) {
  if (seen === undefined)
    return (
      <Text as="p" variant="bodySm" tone="subdued">
        {SOURCES_TEXT.looking}
      </Text>
    );
  if (seen.orders === 0)
    return (
      <Text as="p" variant="bodySm" tone="subdued">
        {SOURCES_TEXT.none}
      </Text>
    );
  return (
    <BlockStack gap="050">
      <Text as="p" variant="bodySm">
        {seen.text}
      </Text>
      <ExampleLinks examples={seen.examples} />
    </BlockStack>
  );
}

/** Each leads to the order in the log. */
export function ExampleLinks({ examples }: { examples: ExampleWords[] }) {
  if (examples.length === 0) return null;
  return (
    <InlineStack gap="200">
      {examples.map(({ order, text }) => (
        <Text key={order} as="span" variant="bodySm">
          <Link url={`/app/log?order=${encodeURIComponent(order)}`}>{text}</Link>
        </Text>
      ))}
    </InlineStack>
  );
}
