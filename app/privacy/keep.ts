/** A shop's own choice of how long Tock keeps its events and orders: shorter than Tock's, never longer, and audited. */
import type { Clock } from '../base/clock.ts';
import type { ShopId } from '../conversion/facts.ts';
import type { Database } from '../store/database.ts';
import { changeKept, readKept } from '../store/retention.ts';
import { ORDER_MONTHS, orderMonthsOf, ordersFrom, PAGE_DAYS, pageDaysOf, pagesFrom } from './retention.ts';
import type { Bounds } from './retention.ts';

export interface KeepChoice {
  /** Days that page events are kept. */
  pageDays: number;
  /** Months that orders, their outcomes and the ledger's statements are kept. */
  orderMonths: number;
}

export interface Keep extends KeepChoice {
  readonly bounds: Readonly<Record<keyof KeepChoice, Bounds>>;
}

export type KeepOutcome =
  /** What is older than a shorter choice is deleted within the hour, and a longer one later brings nothing back. */
  | { readonly ok: true; readonly changed: boolean }
  | { readonly ok: false; readonly errors: Partial<Record<keyof KeepChoice, string>> };

const BOUNDS = { pageDays: PAGE_DAYS, orderMonths: ORDER_MONTHS };

export async function keepOf(database: Database, shopId: ShopId): Promise<Keep> {
  const kept = await readKept(database, shopId);
  if (!kept) throw new Error(`Shop ${shopId} is not installed.`);
  return { pageDays: pageDaysOf(kept), orderMonths: orderMonthsOf(kept), bounds: BOUNDS };
}

const OWNER_ONLY =
  'Only the account owner of this store can choose less than now, because what is deleted cannot be brought back.';

/** Who changes it: a shorter time deletes for good, so it is the account owner's; a longer one is anybody's. */
export interface KeepActor {
  readonly actor: string;
  readonly owner: boolean;
}

export async function changeKeep(
  needs: { database: Database; clock: Clock },
  shopId: ShopId,
  chosen: KeepChoice,
  { actor, owner }: KeepActor,
): Promise<KeepOutcome> {
  const errors: Partial<Record<keyof KeepChoice, string>> = {};
  if (!within(PAGE_DAYS, chosen.pageDays))
    errors.pageDays = `A whole number of days from ${PAGE_DAYS.least} to ${PAGE_DAYS.most}.`;
  if (!within(ORDER_MONTHS, chosen.orderMonths))
    errors.orderMonths = `A whole number of months from ${ORDER_MONTHS.least} to ${ORDER_MONTHS.most}.`;
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  // The longest is no choice of the shop's: it then follows Tock.
  const stored = {
    pageDays: chosen.pageDays === PAGE_DAYS.most ? null : chosen.pageDays,
    orderMonths: chosen.orderMonths === ORDER_MONTHS.most ? null : chosen.orderMonths,
  };
  const told = (kept: Parameters<typeof pageDaysOf>[0] & Parameters<typeof orderMonthsOf>[0]): string =>
    JSON.stringify({ pageDays: pageDaysOf(kept), orderMonths: orderMonthsOf(kept) });
  const changed = await changeKept(needs.database, shopId, stored, (before) => {
    if (!owner && chosen.pageDays < pageDaysOf(before)) errors.pageDays = OWNER_ONLY;
    if (!owner && chosen.orderMonths < orderMonthsOf(before)) errors.orderMonths = OWNER_ONLY;
    if (Object.keys(errors).length > 0) return null;
    return {
      at: needs.clock.now(),
      entry: {
        actor,
        action: 'retention.changed',
        target: 'how long data is kept',
        before: told(before),
        after: told(stored),
      },
    };
  });
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, changed };
}

/** Since when a shop's page events and orders are all there. */
export async function keptFrom(
  needs: { database: Database; clock: Clock },
  shopId: ShopId,
): Promise<{ pages: Date; orders: string }> {
  const kept = await readKept(needs.database, shopId);
  if (!kept) throw new Error(`Shop ${shopId} is not installed.`);
  const now = needs.clock.now();
  return { pages: pagesFrom(kept, now), orders: ordersFrom(kept, now) };
}

const within = ({ least, most }: Bounds, chosen: number): boolean =>
  Number.isInteger(chosen) && chosen >= least && chosen <= most;
