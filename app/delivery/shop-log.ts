/** The log of one shop as its page asks for it: by days of the shop, by what staff type, and as a file. */
import type { Keyring } from '../base/crypto.ts';
import { csvLines, type CsvCell } from '../base/csv.ts';
import { hashedEmail } from '../conversion/identity.ts';
import { addDays, readDay } from '../conversion/calendar.ts';
import { dayStart } from '../record/day.ts';
import type { Database } from '../store/database.ts';
import { createDeliveryLog, type LogEntry, type LogFilter, type LogPage } from '../store/log.ts';
import type { OutcomeState } from '../store/totals.ts';
import { eventDetail, type DetailNeeds, type EventDetail } from './detail.ts';

/** What an address or a form may ask for: words that nobody checked. */
export interface LogQuestion {
  state?: string | null | undefined;
  reason?: string | null | undefined;
  pixel?: string | null | undefined;
  order?: string | null | undefined;
  event?: string | null | undefined;
  kind?: string | null | undefined;
  /** The shop's days, both included. */
  from?: string | null | undefined;
  to?: string | null | undefined;
}

/** What was typed, understood: how, and what there is. */
export interface Found extends LogPage {
  /** `unfinished`: an email address that is not whole yet. */
  by: 'order' | 'event' | 'email' | 'unfinished' | 'nothing';
}

export interface ShopLog {
  page(question: LogQuestion, after: string | null, limit: number): Promise<LogPage>;
  /** An email address is hashed here and goes no further. */
  find(text: string, question: LogQuestion, limit: number): Promise<Found>;
  /** The same as a CSV file, newest first, up to `MOST_LINES`; `cut` is the line that says that there are more. */
  csv(
    question: LogQuestion,
    typed: string,
    table: { heading: readonly string[]; row: (entry: LogEntry) => CsvCell[]; cut: CsvCell[] },
  ): AsyncGenerator<string, void>;
  /** Null for what is not this shop's, as for what does not exist. */
  detail(pixelId: string, eventId: string): Promise<EventDetail | null>;
}

export interface ShopLogNeeds extends DetailNeeds {
  database: Database;
  keyring: Keyring;
  key(): Promise<Buffer>;
}

/** A spreadsheet takes about a million; staff read a month of a busy store. */
export const MOST_LINES = 50_000;
const PAGE = 250;

const KINDS = ['order', 'page'] as const;
const STATES: readonly OutcomeState[] = ['waiting', 'sent', 'skipped', 'error'];

export function createShopLog(
  needs: ShopLogNeeds,
  shop: { readonly id: string; readonly timeZone: string },
): ShopLog {
  const log = createDeliveryLog({ database: needs.database, shopId: shop.id });
  const filterOf = (question: LogQuestion): LogFilter => logFilter(question, shop.timeZone);

  /** How what was typed is meant; the filter of an unfinished address finds nothing. */
  async function meant(
    text: string,
  ): Promise<{ by: 'email'; filter: LogFilter } | { by: 'unfinished' } | null> {
    if (!text.includes('@')) return null;
    const email = hashedEmail(text);
    if (email === undefined) return { by: 'unfinished' };
    return { by: 'email', filter: { emailKey: needs.keyring.hmac(await needs.key(), 'email', email) } };
  }

  return {
    page: (question, after, limit) => log.page({ filter: filterOf(question), after, limit }),
    async find(text, question, limit) {
      const filter = filterOf(question);
      const mail = await meant(text);
      if (mail?.by === 'unfinished') return { by: 'unfinished', entries: [], next: null };
      if (mail) return { by: 'email', ...(await log.page({ filter: { ...filter, ...mail.filter }, limit })) };
      const order = await log.page({ filter: { ...filter, order: text }, limit });
      if (order.entries.length > 0) return { by: 'order', ...order };
      const event = await log.page({ filter: { ...filter, eventId: text }, limit });
      return event.entries.length > 0 ? { by: 'event', ...event } : { by: 'nothing', ...event };
    },
    async *csv(question, typed, table) {
      const mail = await meant(typed);
      const filter = { ...filterOf(question), ...(mail?.by === 'email' ? mail.filter : {}) };
      async function* rows(): AsyncGenerator<CsvCell[], void> {
        if (mail?.by === 'unfinished') return;
        let after: string | null = null;
        for (let lines = 0; lines < MOST_LINES; lines += PAGE) {
          const page: LogPage = await log.page({ filter, after, limit: PAGE });
          yield* page.entries.map(table.row);
          after = page.next;
          if (after === null) return;
        }
        yield table.cut;
      }
      yield* csvLines(table.heading, rows());
    },
    detail: (pixelId, eventId) => eventDetail(needs, shop.id, pixelId, eventId),
  };
}

/** What is not understood is not filtered by; days in the wrong order are turned round. */
export function logFilter(question: LogQuestion, timeZone: string): LogFilter {
  const word = (text: string | null | undefined): string | undefined => text?.trim() || undefined;
  const days = [question.from, question.to].map((text) => readDay(word(text) ?? ''));
  const [from, to] = days[0] && days[1] && days[0] > days[1] ? [days[1], days[0]] : days;
  return {
    state: STATES.find((state) => state === question.state),
    reason: word(question.reason),
    pixelId: word(question.pixel),
    order: word(question.order),
    eventId: word(question.event),
    kind: KINDS.find((kind) => kind === question.kind),
    from: from ? dayStart(from, timeZone) : undefined,
    to: to ? dayStart(addDays(to, 1), timeZone) : undefined,
  };
}
