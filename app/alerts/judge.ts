/** What is wrong with a shop, from figures alone; and what of it is news. No clock, no database, no words. */
import type { AlertSettings, Cause } from './choice.ts';

export interface Figures {
  /** Pixels whose token TikTok refuses. */
  readonly refused: readonly { readonly code: string; readonly name: string }[];
  /** Events of today and yesterday. */
  readonly outcomes: { readonly sent: number; readonly errors: number };
  /** Orders that should have gone and wait for longer than the silence lasts; and whether TikTok took any meanwhile. */
  readonly overdue: { readonly orders: number; readonly tookAny: boolean };
  /** Orders of the last hours by how they reached us. */
  readonly arrived: { readonly byWebhook: number; readonly byComparison: number };
}

/** What costs more to read; asked once an hour. */
export interface SlowFigures {
  /** Orders that went to TikTok, and those of them with an ad click. */
  readonly clicks: { readonly recent: Share; readonly usual: Share };
  readonly ledger: {
    /** Days that should be closed and are not. */
    readonly unclosed: readonly string[];
    /** Days that do not add up. */
    readonly unbalanced: readonly string[];
  };
}

export interface Share {
  readonly orders: number;
  readonly withClick: number;
}

/** What a message is made of: numbers and names, no person. */
export type AlertFigures = Readonly<Record<string, string | number>>;

export interface Finding {
  readonly cause: Cause;
  readonly figures: AlertFigures;
}

export interface OpenAlert extends Finding {
  readonly openedAt: Date;
}

export const FAST_CAUSES: readonly Cause[] = ['token_refused', 'errors', 'silence', 'missed'];
export const SLOW_CAUSES: readonly Cause[] = ['clicks_dropped', 'not_closed'];

/** One bad event of two is no rate. */
const LEAST_ERRORS = 5;
const LEAST_MISSED = 3;
/** Below these a share says nothing: so many orders now and before, and so many clicks to be expected now. */
const LEAST_RECENT = 30;
const LEAST_USUAL = 100;
const LEAST_EXPECTED = 10;

/** An open alert clears at half its threshold, so that a value at the edge does not write a mail every five minutes. */
const half = (threshold: number, isOpen: boolean): number => (isOpen ? threshold / 2 : threshold);

export function judgeFast(figures: Figures, settings: AlertSettings, open: readonly OpenAlert[]): Finding[] {
  const findings: Finding[] = [];
  const isOpen = (cause: Cause): boolean => open.some((alert) => alert.cause === cause);
  const { refused, outcomes, overdue, arrived } = figures;
  if (refused.length > 0)
    findings.push({
      cause: 'token_refused',
      figures: {
        pixels: refused.map(({ name, code }) => (name === code ? code : `${name} (${code})`)).join(', '),
      },
    });
  const all = outcomes.sent + outcomes.errors;
  const rate = all === 0 ? 0 : (outcomes.errors * 100) / all;
  if (outcomes.errors >= LEAST_ERRORS && rate >= half(settings.errorPercent, isOpen('errors')))
    findings.push({
      cause: 'errors',
      figures: { errors: outcomes.errors, all, percent: Math.round(rate) },
    });
  if (overdue.orders > 0 && !overdue.tookAny)
    findings.push({ cause: 'silence', figures: { orders: overdue.orders, hours: settings.silenceHours } });
  if (arrived.byComparison >= LEAST_MISSED && arrived.byWebhook === 0)
    findings.push({ cause: 'missed', figures: { orders: arrived.byComparison } });
  return findings.filter(({ cause }) => settings.causes[cause]);
}

export function judgeSlow(
  { clicks, ledger }: SlowFigures,
  settings: AlertSettings,
  open: readonly OpenAlert[],
): Finding[] {
  const findings: Finding[] = [];
  const dropped = clicksDropped(
    clicks,
    settings,
    open.find(({ cause }) => cause === 'clicks_dropped'),
  );
  if (dropped) findings.push({ cause: 'clicks_dropped', figures: dropped });
  const days = [...new Set([...ledger.unclosed, ...ledger.unbalanced])].sort();
  const [first] = days;
  if (first !== undefined)
    findings.push({
      cause: 'not_closed',
      figures: { days: days.length, first, unbalanced: ledger.unbalanced.length },
    });
  return findings.filter(({ cause }) => settings.causes[cause]);
}

/** What was usual when it opened stays the measure: a week of few clicks must not become the new usual. */
function clicksDropped(
  { recent, usual }: SlowFigures['clicks'],
  settings: AlertSettings,
  open: OpenAlert | undefined,
): AlertFigures | null {
  const remembered = Number(open?.figures['usual']);
  const before = open && Number.isFinite(remembered) ? remembered : percentOf(usual);
  const now = percentOf(recent);
  if (open && recent.orders < LEAST_RECENT) return open.figures;
  if (!open) {
    if (recent.orders < LEAST_RECENT || usual.orders < LEAST_USUAL) return null;
    if ((before / 100) * recent.orders < LEAST_EXPECTED) return null;
  }
  const fallen = before === 0 ? 0 : ((before - now) * 100) / before;
  if (fallen < half(settings.clickDropPercent, open !== undefined)) return null;
  return { now: Math.round(now), usual: Math.round(before), orders: recent.orders };
}

const percentOf = ({ orders, withClick }: Share): number => (orders === 0 ? 0 : (withClick * 100) / orders);

export interface News {
  readonly opened: readonly Finding[];
  readonly cleared: readonly OpenAlert[];
  /** Open alerts that staff want to hear nothing of any more: they end without a word. */
  readonly dropped: readonly OpenAlert[];
}

/** Only the causes that were judged: what nobody looked at stays as it is. */
export function newsOf(
  open: readonly OpenAlert[],
  findings: readonly Finding[],
  judged: readonly Cause[],
  settings: AlertSettings,
): News {
  const found = new Set(findings.map(({ cause }) => cause));
  const ended = open.filter(({ cause }) => judged.includes(cause) && !found.has(cause));
  return {
    opened: findings.filter(({ cause }) => !open.some((alert) => alert.cause === cause)),
    cleared: ended.filter(({ cause }) => settings.causes[cause]),
    dropped: ended.filter(({ cause }) => !settings.causes[cause]),
  };
}
