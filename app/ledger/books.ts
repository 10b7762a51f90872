/** Closes the days of a shop, three days after they ended, and checks what was closed. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { addDays } from '../conversion/calendar.ts';
import type { ShopId } from '../conversion/facts.ts';
import { shopDay } from '../record/day.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  insertStatement,
  lastStatement,
  ledgerRows,
  lockBooks,
  openDays,
  statementsAfter,
  statementsOfDays,
  totalFaults,
  unexplainedOrders,
} from '../store/statements.ts';
import type { LedgerRow, Statement, TotalFault } from '../store/statements.ts';
import { firstFault, lineOf, openStatement, plus, sealStatement, toldOf } from './chain.ts';
import type { ChainFault, StatementContent, StatementLine } from './chain.ts';
import { closes, sumsOf } from './sum.ts';
import type { PixelSum } from './sum.ts';

export interface BooksNeeds {
  database: Database;
  shopOf(shopId: ShopId): Promise<BooksShop | null>;
  /** Lists the day once more at Shopify; null when Shopify cannot be asked. */
  listDay(shopId: ShopId, day: string): Promise<{ gone: number } | null>;
  clock: Clock;
  log: Log;
}

export interface BooksShop {
  timeZone: string;
  installedAt: Date;
  /** Since when its page events are all there. */
  keepPagesFrom: Date;
  /** The first day whose orders are all there; of days before it statements may be left, and rows are not. */
  keepOrdersFrom: string;
}

/** Late webhooks have come by then and payments are mostly made. */
export const CLOSE_AFTER_DAYS = 3;
/** Shopify shows an app the orders of 60 days; changes to older ones are not known for certain and not booked. */
export const CHANGES_DAYS = 62;
/** With `read_orders` an app sees the orders of so many days. */
export const SHOPIFY_SHOWS_DAYS = 60;
const READ_AT_ONCE = 500;
const DAYS_AT_ONCE = 28;

/** Closes every day that is old enough. Answers the statements that it wrote. */
export async function closeDays(needs: BooksNeeds, shopId: ShopId): Promise<Statement[]> {
  const shop = await needs.shopOf(shopId);
  if (!shop) return [];
  const today = shopDay(needs.clock.now(), shop.timeZone);
  const last = addDays(today, -CLOSE_AFTER_DAYS - 1);
  const installed = shopDay(shop.installedAt, shop.timeZone);
  const closed: Statement[] = [];
  let heard = NOTHING_HEARD;
  // Of days past their age the statements are deleted; they are not open again.
  const kept = shop.keepOrdersFrom;
  for (const day of await openDays(needs.database, shopId, { installed, kept, to: last })) {
    const asked = await needs.listDay(shopId, day);
    const statement = await needs.database.transaction(async (sql) => {
      await lockBooks(sql, shopId);
      const [there] = await statementsOfDays(sql, shopId, day, day);
      if (there) return null;
      const from = addDays(today, -CHANGES_DAYS);
      const rows = await rowsOfDays(sql, shopId, from < day ? from : day, last);
      const lines = rows.filter((row) => row.day === day).map(lineOf);
      heard = await hearOn(sql, shopId, heard);
      const sealed = sealStatement(
        heard.last,
        {
          shop: shopId,
          day,
          shopify: asked ? 'asked' : 'recorded',
          lines: plus(lines, [], 1),
          adjustments: adjustments(heard.told, rows, from, day),
        },
        needs.clock.now(),
      );
      await insertStatement(sql, shopId, sealed);
      return sealed;
    });
    if (!statement) continue;
    closed.push(statement);
    const sums = sumsOf(await ledgerRows(needs.database, shopId, day, day));
    if (!closes(sums))
      needs.log.error('a day was closed that does not add up', {
        shop: shopId,
        day,
        orders: await unexplainedOrders(needs.database, shopId, day, day),
      });
  }
  return closed;
}

/** What the chain says of each day, up to its last statement. */
interface Heard {
  last: Statement | null;
  told: ReadonlyMap<string, readonly StatementLine[]>;
}

const NOTHING_HEARD: Heard = { last: null, told: new Map() };

/** Reads on from where it was left, so that closing many days reads each statement once. */
async function hearOn(
  sql: Pick<Database, 'rows' | 'run'>,
  shopId: ShopId,
  { last, told }: Heard,
): Promise<Heard> {
  if (last !== null) {
    // The account owner may have erased the books since.
    const [same] = await statementsAfter(sql, shopId, last.number - 1, 1);
    if (same?.hash !== last.hash) return hearOn(sql, shopId, NOTHING_HEARD);
  }
  const later = await statementsSince(sql, shopId, last?.number ?? 0);
  return { last: later.at(-1) ?? last, told: toldOf(later, told) };
}

async function statementsSince(
  sql: Pick<Database, 'rows' | 'run'>,
  shopId: ShopId,
  after: number,
): Promise<Statement[]> {
  const all: Statement[] = [];
  for (;;) {
    const some = await statementsAfter(sql, shopId, all.at(-1)?.number ?? after, READ_AT_ONCE);
    all.push(...some);
    if (some.length < READ_AT_ONCE) return all;
  }
}

/** What became different on closed days since all statements about them. */
function adjustments(
  told: Heard['told'],
  rows: readonly LedgerRow[],
  from: string,
  closing: string,
): StatementContent['adjustments'] {
  const byDay = Map.groupBy(rows, ({ day }) => day);
  return [...told]
    .filter(([day]) => day >= from && day !== closing)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([day, lines]) =>
      plus((byDay.get(day) ?? []).map(lineOf), lines, -1).map((line) => ({ day, ...line })),
    );
}

export interface BooksCheck {
  /** Nothing is wrong; what is pending is not. */
  sound: boolean;
  statements: number;
  /** The last statement's hash: whoever keeps it can tell later that nothing before it was changed. */
  head: string | null;
  /** The first statement that does not hold. */
  fault: ChainFault | null;
  /** Daily totals that do not agree with the rows. */
  totals: TotalFault[];
  /** Days whose rows say something else than all statements together, though no adjustment may come any more. */
  changed: string[];
  /** Days that changed since they were closed; the next statement books it. */
  pending: string[];
}

export async function checkBooks(needs: BooksNeeds, shopId: ShopId): Promise<BooksCheck | null> {
  const shop = await needs.shopOf(shopId);
  if (!shop) return null;
  const now = needs.clock.now();
  const today = shopDay(now, shop.timeZone);
  const statements = await statementsSince(needs.database, shopId, 0);
  const fault = firstFault(statements, null);
  const told = toldOf(statements);
  const days = [...told.keys()].filter((day) => day >= shop.keepOrdersFrom).sort();
  const [first] = days;
  // A year of a big shop takes longer than anybody else may wait for the database.
  const { rows, totals } = await needs.database.patiently(async (sql) => ({
    rows: first === undefined ? [] : await rowsOfDays(sql, shopId, first, days.at(-1) ?? first),
    totals: await totalFaults(sql, shopId, {
      from: first !== undefined && first < today ? first : addDays(today, -CHANGES_DAYS),
      to: addDays(today, 1),
      // A day of grace on each side: partitions end with the week, days with the shop's midnight.
      pagesFrom: addDays(shopDay(shop.keepPagesFrom, shop.timeZone), 1),
    }),
  }));
  const byDay = Map.groupBy(rows, ({ day }) => day);
  const recent = addDays(today, -CHANGES_DAYS);
  const differing = days.filter((day) => {
    const lines = told.get(day) ?? [];
    return plus((byDay.get(day) ?? []).map(lineOf), lines, -1).length > 0;
  });
  const changed = differing.filter((day) => day < recent);
  return {
    sound: fault === null && totals.length === 0 && changed.length === 0,
    statements: statements.length,
    head: statements.at(-1)?.hash ?? null,
    fault,
    totals,
    changed,
    pending: differing.filter((day) => day >= recent),
  };
}

/** Some weeks at a time, so that no statement holds all of it. */
async function rowsOfDays(sql: Sql, shopId: ShopId, from: string, to: string): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (let first = from; first <= to; first = addDays(first, DAYS_AT_ONCE)) {
    const last = addDays(first, DAYS_AT_ONCE - 1);
    rows.push(...(await ledgerRows(sql, shopId, first, last < to ? last : to)));
  }
  return rows;
}

export interface DaySum {
  day: string;
  sums: PixelSum[];
  closes: boolean;
  /** The day's statement; null while it is open. */
  statement: { number: number; closedAt: Date; hash: string; shopify: StatementContent['shopify'] } | null;
  /** Shopify cannot be asked any more: as recorded on this date. */
  recordedOn: Date | null;
}

export function daySum(
  day: string,
  rows: readonly LedgerRow[],
  statement: Statement | null,
  recordedOn: Date | null,
): DaySum {
  const sums = sumsOf(rows);
  return {
    day,
    sums,
    closes: closes(sums),
    statement: statement && {
      number: statement.number,
      closedAt: statement.closedAt,
      hash: statement.hash,
      shopify: openStatement(statement).shopify,
    },
    recordedOn,
  };
}

export interface Period {
  from: string;
  to: string;
  days: DaySum[];
  sums: PixelSum[];
  closes: boolean;
  head: string | null;
}

/** Any period, day by day and together. */
export async function readPeriod(
  needs: Pick<BooksNeeds, 'database' | 'clock' | 'shopOf'>,
  shopId: ShopId,
  from: string,
  to: string,
): Promise<Period | null> {
  const shop = await needs.shopOf(shopId);
  if (!shop) return null;
  const { database, clock } = needs;
  const [rows, statements, last] = await Promise.all([
    ledgerRows(database, shopId, from, to),
    statementsOfDays(database, shopId, from, to),
    lastStatement(database, shopId),
  ]);
  const byDay = Map.groupBy(rows, ({ day }) => day);
  const closed = new Map(statements.map((statement) => [statement.day, statement]));
  const oldest = addDays(shopDay(clock.now(), shop.timeZone), -SHOPIFY_SHOWS_DAYS);
  const days = [...new Set([...byDay.keys(), ...closed.keys()])]
    .sort()
    .reverse()
    .map((day) => {
      const statement = closed.get(day) ?? null;
      return daySum(
        day,
        byDay.get(day) ?? [],
        statement,
        day < oldest ? (statement?.closedAt ?? null) : null,
      );
    });
  const sums = sumsOf(rows);
  return { from, to, days, sums, closes: closes(sums), head: last?.hash ?? null };
}
