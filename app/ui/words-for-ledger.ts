/** Turns a period of the ledger into what staff read: the sum part by part, the calendar's days, the check in words. */
import type { BooksCheck } from '../ledger/books.ts';
import type { Amounted, PixelSum } from '../ledger/sum.ts';
import type { ToldPeriod } from '../ledger/told.ts';
import { countWords, orderCount } from './count-words.ts';
import { shortReason } from './texts.ts';
import { LEDGER_TEXT } from './texts-ledger.ts';
import { moneyWords, momentWords, type ShopWords } from './words-for.ts';

/** How a day stands. */
export type DayMark = 'closed' | 'open' | 'wrong' | 'none';

export interface CalendarDay {
  day: string;
  /** Of the month. */
  number: number;
  mark: DayMark;
  /** "5 November 2026" */
  name: string;
  orders: string;
}

export interface SumLine {
  name: string;
  count: string;
  money: string;
  /** Where its orders are listed; null where there are none. */
  path: string | null;
  /** A reason inside the part above it. */
  inner: boolean;
}

export interface SumWords {
  key: string;
  pixel: string;
  code: string;
  closes: boolean;
  lines: SumLine[];
  unexplained: SumLine;
  beside: SumLine[];
}

export interface PixelName {
  id: string;
  name: string;
  code: string;
  removed: boolean;
}

export interface Days {
  from: string;
  to: string;
}

export function dayWords(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(new Date(`${day}T00:00:00Z`));
}

export const monthWords = (month: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(
    new Date(`${month}-01T00:00:00Z`),
  );

export const periodWords = ({ from, to }: Days, locale: string): string =>
  from === to ? dayWords(from, locale) : `${dayWords(from, locale)} – ${dayWords(to, locale)}`;

/** Every order counts once at every pixel: of several pixels any has them all, but for days before it was there. */
export const ordersIn = (sums: readonly PixelSum[]): number => {
  const byPixel = new Map<string, number>();
  for (const { pixelId, orders } of sums) byPixel.set(pixelId, (byPixel.get(pixelId) ?? 0) + orders.count);
  return Math.max(0, ...byPixel.values());
};

/** The days of a month (YYYY-MM), in weeks that begin on Monday; null where a week reaches into another month. */
export function calendarOf(told: ToldPeriod, month: string, locale: string): (CalendarDay | null)[][] {
  const first = Date.parse(`${month}-01T00:00:00Z`);
  const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  const lead = (new Date(first).getUTCDay() + 6) % 7;
  const cells: (CalendarDay | null)[] = Array.from({ length: lead }, () => null);
  const known = new Map(told.days.map((day) => [day.day, day]));
  for (let number = 1; number <= last; number += 1) {
    const day = `${month}-${String(number).padStart(2, '0')}`;
    const sum = known.get(day);
    const isOpen = day <= told.today && day >= told.firstDay;
    const mark: DayMark =
      sum && !sum.closes ? 'wrong' : sum?.statement ? 'closed' : isOpen || sum ? 'open' : 'none';
    cells.push({
      day,
      number,
      mark,
      name: dayWords(day, locale),
      orders: orderCount(ordersIn(sum?.sums ?? []), locale),
    });
  }
  while (cells.length % 7 > 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

export function sumWords(
  sums: readonly PixelSum[],
  pixels: readonly PixelName[],
  days: Days,
  locale: string,
): SumWords[] {
  return sums.map((sum) => {
    const pixel = pixels.find(({ id }) => id === sum.pixelId);
    const money = (minor: bigint): string => moneyWords(minor, sum.currency, locale) ?? '–';
    const where = { from: days.from, to: days.to, pixel: sum.pixelId, currency: sum.currency };
    // Not into the log, which counts an order on the day of its purchase: here it counts on the day it was created.
    const inList = (part: string, reason?: string): string =>
      `/app/ledger/orders?${new URLSearchParams({ part, ...(reason ? { reason } : {}), ...where }).toString()}`;
    const line = (name: string, { count, minor }: Amounted, path: string | null, inner = false): SumLine => ({
      name,
      count: countWords(count, locale),
      money: money(minor),
      path: count === 0 ? null : path,
      inner,
    });
    const side = (of: 'skipped' | 'error' | 'waiting'): SumLine[] => [
      line(LEDGER_TEXT[of], sum[of], inList(of)),
      ...sum.parts
        .filter(({ state }) => state === of || (of === 'skipped' && state === 'outside'))
        .map((part) =>
          line(
            shortReason(part.reason),
            part,
            part.state === 'outside' ? inList('outside') : inList(of, part.reason),
            true,
          ),
        ),
    ];
    const { unexplained } = sum;
    return {
      key: `${sum.pixelId} ${sum.currency}`,
      pixel: `${pixel?.name ?? sum.pixelId}${pixel?.removed === true ? ` (${LEDGER_TEXT.removed})` : ''}`,
      code: pixel?.code ?? '',
      closes: unexplained.count === 0 && unexplained.minor === 0n,
      lines: [
        line(LEDGER_TEXT.inShopify, sum.orders, inList('orders')),
        line(LEDGER_TEXT.sent, sum.sent, inList('sent')),
        ...side('skipped'),
        ...side('error'),
        ...side('waiting'),
      ],
      unexplained: line(LEDGER_TEXT.unexplained, unexplained, inList('unexplained')),
      beside: [
        { name: LEDGER_TEXT.edited, count: '', money: money(sum.editedMinor), path: null, inner: false },
        line(LEDGER_TEXT.gone, sum.gone, inList('gone')),
      ],
    };
  });
}

export interface ChangeWords {
  key: string;
  day: string;
  change: string;
  orders: string;
  money: string;
  bookedIn: string;
}

/** Read by a person; the download has all of them. */
const MOST_CHANGES = 50;

export function changeWords(told: ToldPeriod, pixels: readonly PixelName[], shop: ShopWords): ChangeWords[] {
  const several = pixels.length > 1;
  return told.changes.slice(0, MOST_CHANGES).map((change, place) => {
    const state = LEDGER_TEXT[change.state === 'outside' ? 'skipped' : change.state];
    const pixel = several
      ? ` · ${pixels.find(({ id }) => id === change.pixelId)?.name ?? change.pixelId}`
      : '';
    return {
      key: String(place),
      day: dayWords(change.day, shop.locale),
      change: `${state}: ${shortReason(change.reason)}${pixel}`,
      orders: new Intl.NumberFormat(shop.locale, { signDisplay: 'exceptZero' }).format(change.count),
      money: moneyWords(change.minor, change.currency, shop.locale) ?? '–',
      bookedIn: `${change.bookedIn.number} · ${momentWords(change.bookedIn.closedAt, shop)}`,
    };
  });
}

const WHY = {
  content: 'what it says was changed after it was closed.',
  previous: 'it does not follow the day closed before it.',
  number: 'a day closed before it is missing.',
} as const;

export interface CheckWords {
  sound: boolean;
  text: string;
  /** What does not hold, or is merely worth knowing. */
  points: string[];
  head: string | null;
}

const MOST_POINTS = 20;

export function checkWords(check: BooksCheck, locale: string): CheckWords {
  const points = [
    ...(check.fault === null
      ? []
      : [`${dayWords(check.fault.day, locale)} (statement ${check.fault.number}): ${WHY[check.fault.why]}`]),
    ...check.changed.map(
      (day) => `${dayWords(day, locale)}: the orders say something else than the statement.`,
    ),
    ...check.totals.map(
      (fault) =>
        `${dayWords(fault.day, locale)}: the total of ${fault.event} (${fault.state}, ${shortReason(fault.reason)}) is ${countWords(fault.total, locale)}, the orders behind it are ${countWords(fault.rows, locale)}.`,
    ),
  ];
  const pending =
    check.pending.length === 0
      ? []
      : [
          `${check.pending.map((day) => dayWords(day, locale)).join(', ')}: changed since closing. The next statement books it.`,
        ];
  const days =
    check.statements === 1 ? 'one closed day' : `${countWords(check.statements, locale)} closed days`;
  const { sound } = check;
  return {
    sound,
    text: sound
      ? check.statements === 0
        ? 'No day is closed yet. The daily totals agree with the orders behind them.'
        : `The seals of ${days} hold, and every daily total agrees with the orders behind it.`
      : `Of ${days}, this was found:`,
    points: [...points.slice(0, MOST_POINTS), ...pending],
    head: check.head,
  };
}

export interface DayLine {
  day: string;
  orders: string;
  mark: DayMark;
  seal: string | null;
}

/** Each day of a period in one line, oldest first, with the seal of its statement. */
export const dayLines = (told: ToldPeriod, locale: string): DayLine[] =>
  [...told.days].reverse().map(({ day, sums, closes, statement }) => ({
    day: dayWords(day, locale),
    orders: countWords(ordersIn(sums), locale),
    mark: closes ? (statement ? 'closed' : 'open') : 'wrong',
    seal: statement?.hash ?? null,
  }));
