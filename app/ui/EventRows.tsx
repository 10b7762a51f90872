/** One row for each event: on or off, its name at TikTok, how often it was seen, what it is for. */
import { BlockStack, Button, Checkbox, Divider, InlineGrid, Select, Text, TextField } from '@shopify/polaris';
import { Fragment, memo } from 'react';

import { checkEventName, STANDARD_EVENTS } from '../conversion/event-names.ts';
import type { EventMapping } from '../conversion/settings.ts';
import type { EventCounts } from './event-changes.ts';
import { anchorOf } from './rule-link.ts';
import { eventCountWords, EVENTS_TEXT, eventPurpose } from './texts-settings.ts';
import { eventWord } from './texts.ts';
import { UnderCheckbox } from './UnderCheckbox.tsx';

const OTHER = '';
const NAMES = [
  ...STANDARD_EVENTS.map((name) => ({ label: name, value: name })),
  { label: EVENTS_TEXT.otherName, value: OTHER },
];

interface EventRowsProps {
  events: [string, EventMapping][];
  counts: EventCounts;
  locale: string;
  errors: Record<string, string>;
  onChange: (event: string, mapping: EventMapping) => void;
  /** Only own events can be removed. */
  onRemove?: ((event: string) => void) | undefined;
}

export function EventRows({ events, counts, locale, errors, onChange, onRemove }: EventRowsProps) {
  return (
    <BlockStack gap="400">
      {events.map(([event, mapping], place) => (
        <Fragment key={event}>
          {place > 0 ? <Divider /> : null}
          <EventRow
            event={event}
            mapping={mapping}
            count={eventCountWords(counts[event], mapping.on, locale)}
            error={errors[`events.${event}.name`]}
            onChange={onChange}
            onRemove={onRemove}
          />
        </Fragment>
      ))}
    </BlockStack>
  );
}

interface EventRowProps extends Pick<EventRowsProps, 'onChange' | 'onRemove'> {
  event: string;
  mapping: EventMapping;
  count: string;
  error: string | undefined;
}

/** Each row has a list of all names, so that drawing all of them for one tick is felt; only the changed one is drawn. */
const EventRow = memo(function EventRow({ event, mapping, count, error, onChange, onRemove }: EventRowProps) {
  return (
    <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird'] }} gap="300">
      <BlockStack gap="100">
        <Checkbox
          id={anchorOf('event', event)}
          label={eventWord(event)}
          checked={mapping.on}
          onChange={(on) => onChange(event, { ...mapping, on })}
          helpText={eventPurpose(event)}
        />
        <UnderCheckbox>
          <Text as="p" variant="bodySm">
            {count}
          </Text>
        </UnderCheckbox>
        {onRemove ? (
          <UnderCheckbox>
            <Button
              variant="plain"
              tone="critical"
              onClick={() => onRemove(event)}
              accessibilityLabel={`${EVENTS_TEXT.remove} ${event}`}
            >
              {EVENTS_TEXT.remove}
            </Button>
          </UnderCheckbox>
        ) : null}
      </BlockStack>
      <NameField
        event={event}
        mapping={mapping}
        error={error}
        onName={(name) => onChange(event, { ...mapping, name })}
      />
    </InlineGrid>
  );
});

interface NameFieldProps {
  event: string;
  mapping: EventMapping;
  error: string | undefined;
  onName: (name: string) => void;
}

function NameField({ event, mapping: { name, on }, error, onName }: NameFieldProps) {
  const standard = STANDARD_EVENTS.some((known) => known === name);
  const checked = checkEventName(name);
  const problem = error ?? (checked.ok ? undefined : checked.problem.message);
  const label = `${EVENTS_TEXT.tiktokName}: ${eventWord(event)}`;
  return (
    <BlockStack gap="200">
      <Select
        label={label}
        labelHidden
        options={NAMES}
        value={standard ? name : OTHER}
        onChange={onName}
        disabled={!on}
      />
      {standard ? null : (
        <TextField
          label={`${EVENTS_TEXT.ownName}: ${eventWord(event)}`}
          labelHidden
          value={name}
          onChange={onName}
          error={problem ?? false}
          disabled={!on}
          autoComplete="off"
          spellCheck={false}
          placeholder="MyEvent"
          maxLength={50}
        />
      )}
    </BlockStack>
  );
}
