/** What the log is narrowed by: typed search, reason, pixel and period; the state is chosen in the tabs above. */
import { Filters, ChoiceList, FormLayout, TextField, type FiltersProps } from '@shopify/polaris';

import { addDays } from '../conversion/calendar.ts';
import { LOG_TEXT } from './texts-log.ts';

export interface LogChoice {
  reason: string;
  pixel: string;
  from: string;
  to: string;
}

interface LogFiltersProps {
  text: string;
  onText: (text: string) => void;
  searching: boolean;
  choice: LogChoice;
  onChoice: (change: Partial<LogChoice>) => void;
  /** To choose from, with their words. */
  reasons: { value: string; label: string }[];
  pixels: { value: string; label: string }[];
  /** The shop's day, for the ready-made periods. */
  today: string;
}

export function LogFilters(props: LogFiltersProps) {
  const { text, onText, searching, choice, onChoice, reasons, pixels, today } = props;
  const one = (name: 'reason' | 'pixel', label: string, choices: { value: string; label: string }[]) => ({
    key: name,
    label,
    shortcut: true,
    filter: (
      <ChoiceList
        title={label}
        titleHidden
        choices={choices}
        selected={choice[name] ? [choice[name]] : []}
        onChange={([value = '']) => onChoice({ [name]: value })}
      />
    ),
  });
  const filters: FiltersProps['filters'] = [
    ...(reasons.length > 0 ? [one('reason', LOG_TEXT.filters.reason, reasons)] : []),
    ...(pixels.length > 1 ? [one('pixel', LOG_TEXT.filters.pixel, pixels)] : []),
    {
      key: 'period',
      label: LOG_TEXT.filters.period,
      shortcut: true,
      filter: <Period choice={choice} onChoice={onChoice} today={today} />,
    },
  ];
  const wordOf = (value: string, choices: { value: string; label: string }[]): string =>
    choices.find((known) => known.value === value)?.label ?? value;
  const applied: FiltersProps['appliedFilters'] = [
    ...(choice.reason
      ? [
          {
            key: 'reason',
            label: `${LOG_TEXT.filters.reason}: ${wordOf(choice.reason, reasons)}`,
            onRemove: () => onChoice({ reason: '' }),
          },
        ]
      : []),
    ...(choice.pixel
      ? [
          {
            key: 'pixel',
            label: `${LOG_TEXT.filters.pixel}: ${wordOf(choice.pixel, pixels)}`,
            onRemove: () => onChoice({ pixel: '' }),
          },
        ]
      : []),
    ...(choice.from || choice.to
      ? [
          {
            key: 'period',
            label: choice.from === choice.to ? choice.from : `${choice.from || '…'} – ${choice.to || '…'}`,
            onRemove: () => onChoice({ from: '', to: '' }),
          },
        ]
      : []),
  ];
  return (
    <Filters
      queryValue={text}
      queryPlaceholder={LOG_TEXT.search}
      onQueryChange={onText}
      onQueryClear={() => onText('')}
      loading={searching}
      filters={filters}
      appliedFilters={applied}
      onClearAll={() => {
        onText('');
        onChoice({ reason: '', pixel: '', from: '', to: '' });
      }}
    />
  );
}

function Period({ choice, onChoice, today }: Pick<LogFiltersProps, 'choice' | 'onChoice' | 'today'>) {
  const ready = [
    { value: today, label: LOG_TEXT.periods.today },
    { value: addDays(today, -6), label: LOG_TEXT.periods.week },
    { value: addDays(today, -29), label: LOG_TEXT.periods.month },
  ];
  return (
    <FormLayout>
      <ChoiceList
        title={LOG_TEXT.filters.period}
        titleHidden
        choices={ready}
        selected={choice.to === today ? [choice.from] : []}
        onChange={([from = '']) => onChoice({ from, to: today })}
      />
      <TextField
        type="date"
        label={LOG_TEXT.filters.from}
        value={choice.from}
        max={today}
        onChange={(from) => onChoice({ from })}
        autoComplete="off"
      />
      <TextField
        type="date"
        label={LOG_TEXT.filters.to}
        value={choice.to}
        max={today}
        onChange={(to) => onChoice({ to })}
        autoComplete="off"
      />
    </FormLayout>
  );
}
