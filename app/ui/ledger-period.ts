/** Which days a Ledger page is about, as its address says. */
import { addDays, readDay } from '../conversion/calendar.ts';
import { LEDGER_TEXT } from './texts-ledger.ts';

export interface AskedPeriod {
  from: string;
  to: string;
  /** YYYY-MM, for the calendar. */
  month: string;
  /** Why the days asked for are not shown; the month stands in for them. */
  problems: { from?: string; to?: string };
}

const MOST_DAYS = 400;

export function askedPeriod(search: URLSearchParams, today: string): AskedPeriod {
  const [from, to] = [search.get('from'), search.get('to')];
  const problems: AskedPeriod['problems'] = {};
  const asked = { from: from === null ? null : readDay(from), to: to === null ? null : readDay(to) };
  if (from !== null && asked.from === null) problems.from = LEDGER_TEXT.notADay;
  if (to !== null && asked.to === null) problems.to = LEDGER_TEXT.notADay;
  const first = asked.from ?? asked.to;
  const last = asked.to ?? asked.from;
  const wished = search.get('month') ?? '';
  const month = /^20\d\d-(0[1-9]|1[0-2])$/.test(wished) ? wished : (last ?? today).slice(0, 7);
  if (first !== null && last !== null) {
    if (first > last) problems.to = LEDGER_TEXT.turnedRound;
    else if (last > addDays(first, MOST_DAYS - 1)) problems.to = LEDGER_TEXT.tooLong;
    if (problems.from === undefined && problems.to === undefined)
      return { from: first, to: last, month, problems };
  }
  const end = lastOf(month);
  return { from: `${month}-01`, to: end > today && `${month}-01` <= today ? today : end, month, problems };
}

const lastOf = (month: string): string =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);

export const monthBeside = (month: string, by: 1 | -1): string =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + by, 1)).toISOString().slice(0, 7);
