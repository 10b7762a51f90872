/** A month of days with how each stands: by a sign, by words for those who listen, and never by colour alone. */
import { Link as RouteLink, useNavigate } from '@remix-run/react';
import { BlockStack, Button, ButtonGroup, Card, Icon, InlineStack, Text } from '@shopify/polaris';
import {
  AlertTriangleIcon,
  CheckCircleIcon,
  ChevronLeftIcon,
  ChevronRightIcon,
  ClockIcon,
  MinusIcon,
} from '@shopify/polaris-icons';

import { LEDGER_TEXT, MARK_WORDS } from './texts-ledger.ts';
import type { CalendarDay, Days, DayMark } from './words-for-ledger.ts';

interface LedgerCalendarProps {
  /** "November 2026" */
  title: string;
  month: string;
  weeks: (CalendarDay | null)[][];
  shown: Days;
  /** Null where there is nothing earlier or later. */
  earlier: string | null;
  later: string | null;
}

const SIGNS = {
  closed: { icon: CheckCircleIcon, tone: 'success' },
  open: { icon: ClockIcon, tone: 'subdued' },
  wrong: { icon: AlertTriangleIcon, tone: 'critical' },
  none: { icon: MinusIcon, tone: 'subdued' },
} as const;

export function LedgerCalendar({ title, month, weeks, shown, earlier, later }: LedgerCalendarProps) {
  const navigate = useNavigate();
  const to = (other: string | null) => () => navigate(`/app/ledger?month=${other ?? month}`);
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {title}
          </Text>
          <ButtonGroup>
            <Button
              icon={ChevronLeftIcon}
              accessibilityLabel={LEDGER_TEXT.earlier}
              disabled={earlier === null}
              onClick={to(earlier)}
            />
            <Button
              icon={ChevronRightIcon}
              accessibilityLabel={LEDGER_TEXT.later}
              disabled={later === null}
              onClick={to(later)}
            />
          </ButtonGroup>
        </InlineStack>
        <table className="ledger-calendar">
          <caption>
            <Text as="span" visuallyHidden>
              {`${LEDGER_TEXT.calendar}: ${title}. ${LEDGER_TEXT.calendarIntro}`}
            </Text>
          </caption>
          <thead>
            <tr>
              {LEDGER_TEXT.weekdays.map((weekday, place) => (
                <th key={weekday} scope="col" abbr={LEDGER_TEXT.weekdaysInFull[place]}>
                  {weekday}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.map((week, place) => (
              <tr key={place}>
                {week.map((day, weekday) => (
                  <td key={day?.day ?? weekday}>{day ? <Day day={day} shown={shown} /> : null}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <InlineStack gap="300">
          {(['closed', 'open', 'wrong'] as const).map((mark) => (
            <InlineStack key={mark} gap="100" blockAlign="center" wrap={false}>
              <Sign mark={mark} />
              <Text as="span" variant="bodySm" tone="subdued">
                {MARK_WORDS[mark]}
              </Text>
            </InlineStack>
          ))}
        </InlineStack>
        <InlineStack>
          <Button variant="plain" onClick={to(month)}>
            {LEDGER_TEXT.wholeMonth}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  );
}

function Sign({ mark }: { mark: DayMark }) {
  const { icon, tone } = SIGNS[mark];
  return (
    <span aria-hidden="true">
      <Icon source={icon} tone={tone} />
    </span>
  );
}

function Day({ day, shown }: { day: CalendarDay; shown: Days }) {
  if (day.mark === 'none')
    return (
      <span className="ledger-day ledger-day-none">
        <span>{day.number}</span>
      </span>
    );
  const chosen = shown.from === day.day && shown.to === day.day;
  return (
    <RouteLink
      className="ledger-day"
      to={`/app/ledger?from=${day.day}&to=${day.day}`}
      preventScrollReset
      aria-label={`${day.name}: ${MARK_WORDS[day.mark]}, ${day.orders}`}
      {...(chosen ? { 'aria-current': 'date' as const } : {})}
    >
      <span>{day.number}</span>
      <Sign mark={day.mark} />
    </RouteLink>
  );
}
