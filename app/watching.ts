/** Puts the alerts together for the house: where their figures come from, and the ways by which they are told. */
import { createAlerts, type AlertNeeds, type Alerts, type AlertWords } from './alerts/alerts.ts';
import type { Clock } from './base/clock.ts';
import type { Log } from './base/log.ts';
import type { Mailer } from './base/mail.ts';
import type { Outbound } from './base/outbound.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { matchBits } from './conversion/readiness.ts';
import type { Keyring } from './base/crypto.ts';
import { CLOSE_AFTER_DAYS } from './ledger/books.ts';
import type { PixelSum } from './ledger/sum.ts';
import { shopDay } from './record/day.ts';
import { arrivedOrders, createAlertRows, ordersWithKey, overdueOrders } from './store/alerts.ts';
import type { Store } from './store/store.ts';
import { readTotals } from './store/totals.ts';

export interface WatchingNeeds {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly bookkeeping: Pick<Bookkeeping, 'period'>;
  readonly words: AlertWords;
  readonly mailer: Mailer | null;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ARRIVED_HOURS = 6;
/** A day more than it takes to close one, so that a comparison which comes late is no alarm. */
const UNCLOSED_AFTER_DAYS = CLOSE_AFTER_DAYS + 2;
const LEDGER_DAYS = 14;
const RECENT_ORDERS = 300;
const USUAL_ORDERS = 2_000;
const CLICK = matchBits({ ttclid: true });

export function createWatching(needs: WatchingNeeds): Alerts {
  const { store, keyring, bookkeeping, clock } = needs;
  const { database, installs } = store;

  const figures: AlertNeeds['figures'] = async ({ id, timeZone }, { silenceHours }) => {
    const now = clock.now();
    const ago = (ms: number): Date => new Date(now.getTime() - ms);
    const [pixels, totals, overdue, arrived] = await Promise.all([
      store.shop(id).pixels.list(),
      readTotals(database, id, shopDay(ago(DAY), timeZone), shopDay(now, timeZone)),
      overdueOrders(database, id, ago(silenceHours * HOUR)),
      arrivedOrders(database, id, ago(ARRIVED_HOURS * HOUR)),
    ]);
    const count = (state: string): number =>
      totals.filter((row) => row.state === state).reduce((sum, row) => sum + row.count, 0);
    return {
      refused: pixels.filter(({ state }) => state === 'token_refused' || state === 'no_permission'),
      outcomes: { sent: count('sent'), errors: count('error') },
      overdue,
      arrived,
    };
  };

  const slowFigures: AlertNeeds['slowFigures'] = async ({ id, timeZone }) => {
    const now = clock.now();
    const ago = (ms: number): Date => new Date(now.getTime() - ms);
    const day = (days: number): string => shopDay(ago(days * DAY), timeZone);
    const [recent, usual, period] = await Promise.all([
      ordersWithKey(database, id, CLICK, { from: ago(DAY), to: now, most: RECENT_ORDERS }),
      ordersWithKey(database, id, CLICK, { from: ago(15 * DAY), to: ago(DAY), most: USUAL_ORDERS }),
      bookkeeping.period(id, day(LEDGER_DAYS + UNCLOSED_AFTER_DAYS), day(UNCLOSED_AFTER_DAYS)),
    ]);
    const days = period?.days ?? [];
    return {
      clicks: { recent, usual },
      ledger: {
        unclosed: days.flatMap((one) => (one.statement === null ? [one.day] : [])),
        unbalanced: days.flatMap((one) => (one.closes ? [] : [one.day])),
      },
    };
  };

  return createAlerts({
    rows: createAlertRows(database, keyring),
    shops: async () => (await installs.listShops()).filter(({ uninstalledAt }) => uninstalledAt === null),
    figures,
    slowFigures,
    async closedSince({ id, timeZone }, since) {
      // What was closed after that moment is a few days older than it.
      const from = shopDay(new Date(since.getTime() - (LEDGER_DAYS + UNCLOSED_AFTER_DAYS) * DAY), timeZone);
      const period = await bookkeeping.period(id, from, shopDay(clock.now(), timeZone));
      const days = (period?.days ?? []).flatMap(({ day, closes, statement, sums }) =>
        statement !== null && statement.closedAt > since
          ? [{ day, closes, closedAt: statement.closedAt, ...added(sums) }]
          : [],
      );
      return { days: days.sort((a, b) => (a.day < b.day ? -1 : 1)), head: period?.head ?? null };
    },
    noteTest: (id, entry) => store.shop(id).audit.add(entry),
    words: needs.words,
    mailer: needs.mailer,
    outbound: needs.outbound,
    clock,
    log: needs.log,
  });
}

/** Orders × pixels, whatever their currency. */
function added(
  sums: readonly PixelSum[],
): Record<'orders' | 'sent' | 'skipped' | 'error' | 'waiting', number> {
  const total = (part: 'orders' | 'sent' | 'skipped' | 'error' | 'waiting'): number =>
    sums.reduce((sum, one) => sum + one[part].count, 0);
  return {
    orders: total('orders'),
    sent: total('sent'),
    skipped: total('skipped'),
    error: total('error'),
    waiting: total('waiting'),
  };
}
