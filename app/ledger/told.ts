/** A period as its statements tell it, and its open days as they stand: what pages show without adding up every order. */
import { addDays } from '../conversion/calendar.ts';
import type { PixelId, ShopId } from '../conversion/facts.ts';
import { shopDay } from '../record/day.ts';
import { lastStatement, ledgerRows, statementsTelling } from '../store/statements.ts';
import type { LedgerRow, Statement } from '../store/statements.ts';
import {
  CHANGES_DAYS,
  CLOSE_AFTER_DAYS,
  daySum,
  SHOPIFY_SHOWS_DAYS,
  type BooksNeeds,
  type Period,
} from './books.ts';
import { openStatement, rowOf, toldOf } from './chain.ts';
import { closes, sumsOf } from './sum.ts';

/** What became different on a closed day, and the later statement that says so. */
export interface BookedChange {
  day: string;
  bookedIn: { number: number; closedAt: Date };
  pixelId: PixelId;
  currency: string;
  state: LedgerRow['state'];
  reason: string;
  count: number;
  minor: bigint;
}

export interface ToldPeriod extends Period {
  /** Already in the sums; here to be read. Newest statement first. */
  changes: BookedChange[];
  timeZone: string;
  /** The shop's day. */
  today: string;
  /** The first day that can have a sum: of the install, or what is kept. */
  firstDay: string;
  /** When the oldest day that is still open closes: after this day. */
  nextClosing: string;
}

/** A statement comes some days after its day, and changes are booked for some weeks; a worker may have been down. */
const BOOKED_FOR_DAYS = CHANGES_DAYS + CLOSE_AFTER_DAYS + 7;

export async function readTold(
  needs: Pick<BooksNeeds, 'database' | 'clock' | 'shopOf'>,
  shopId: ShopId,
  from: string,
  to: string,
): Promise<ToldPeriod | null> {
  const shop = await needs.shopOf(shopId);
  if (!shop) return null;
  const { database, clock } = needs;
  const [telling, last] = await Promise.all([
    statementsTelling(database, shopId, { from, to, bookedForDays: BOOKED_FOR_DAYS }),
    lastStatement(database, shopId),
  ]);
  const within = (day: string): boolean => day >= from && day <= to;
  const own = new Map(
    telling.filter(({ day }) => within(day)).map((statement) => [statement.day, statement]),
  );
  const today = shopDay(clock.now(), shop.timeZone);
  const open = (
    await Promise.all(
      gaps(from, to < today ? to : today, (day) => own.has(day)).map((gap) =>
        ledgerRows(database, shopId, gap.from, gap.to),
      ),
    )
  ).flat();
  const told = [...toldOf(telling)]
    .filter(([day]) => own.has(day))
    .flatMap(([day, lines]) => lines.map((line) => rowOf(day, line)));
  const rows = [...told, ...open];
  const byDay = Map.groupBy(rows, ({ day }) => day);
  const oldest = addDays(today, -SHOPIFY_SHOWS_DAYS);
  const days = [...new Set([...byDay.keys(), ...own.keys()])]
    .sort()
    .reverse()
    .map((day) =>
      daySum(day, byDay.get(day) ?? [], own.get(day) ?? null, day < oldest ? lastWord(telling, day) : null),
    );
  const sums = sumsOf(rows);
  const installed = shopDay(shop.installedAt, shop.timeZone);
  return {
    from,
    to,
    days,
    sums,
    closes: closes(sums),
    head: last?.hash ?? null,
    changes: changesOf(telling, within),
    timeZone: shop.timeZone,
    today,
    firstDay: shop.keepOrdersFrom > installed ? shop.keepOrdersFrom : installed,
    nextClosing: addDays(
      last && last.day >= installed ? addDays(last.day, 1) : installed,
      CLOSE_AFTER_DAYS + 1,
    ),
  };
}

/** Runs of days without a statement: closed days are never added up again. */
function gaps(from: string, to: string, isClosed: (day: string) => boolean): { from: string; to: string }[] {
  const found: { from: string; to: string }[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (isClosed(day)) continue;
    const last = found.at(-1);
    if (last && addDays(last.to, 1) === day) last.to = day;
    else found.push({ from: day, to: day });
  }
  return found;
}

function changesOf(telling: readonly Statement[], within: (day: string) => boolean): BookedChange[] {
  return [...telling].reverse().flatMap((statement) =>
    openStatement(statement)
      .adjustments.filter(({ day }) => within(day))
      .map((line) => ({
        day: line.day,
        bookedIn: { number: statement.number, closedAt: statement.closedAt },
        pixelId: line.pixel,
        currency: line.currency,
        state: line.state,
        reason: line.reason,
        count: line.count,
        minor: BigInt(line.orderMinor),
      })),
  );
}

function lastWord(telling: readonly Statement[], day: string): Date | null {
  const word = telling.findLast(
    (statement) =>
      statement.day === day || openStatement(statement).adjustments.some((line) => line.day === day),
  );
  return word?.closedAt ?? null;
}
