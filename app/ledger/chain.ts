/** Statements as evidence: what a closed day says, how it is hashed with the one before, and how the chain is checked. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../conversion/canonical.ts';
import type { LedgerRow, Statement } from '../store/statements.ts';

/** One line as a statement keeps it: numbers as text, so that every reader gets the same bytes. */
export interface StatementLine {
  pixel: string;
  currency: string;
  state: LedgerRow['state'];
  reason: string;
  count: number;
  orderMinor: string;
  outcomeMinor: string;
  editedMinor: string;
  gone: number;
  goneMinor: string;
}

export interface StatementContent {
  v: 1;
  shop: string;
  number: number;
  day: string;
  closedAt: string;
  /** asked: the day was listed once more at Shopify before it was closed. recorded: Shopify could not be asked. */
  shopify: 'asked' | 'recorded';
  lines: StatementLine[];
  /** What changed on days that were closed before, as a difference to all earlier statements. */
  adjustments: (StatementLine & { day: string })[];
}

/** What stands before the first statement. */
export const FIRST = '0'.repeat(64);

export function hashOf(previousHash: string, content: string): string {
  return createHash('sha256').update(`${previousHash}\n${content}`, 'utf8').digest('hex');
}

export function lineOf(row: LedgerRow): StatementLine {
  return {
    pixel: row.pixelId,
    currency: row.currency,
    state: row.state,
    reason: row.reason,
    count: row.count,
    orderMinor: String(row.orderMinor),
    outcomeMinor: String(row.outcomeMinor),
    editedMinor: String(row.editedMinor),
    gone: row.gone,
    goneMinor: String(row.goneMinor),
  };
}

export function rowOf(day: string, line: StatementLine): LedgerRow {
  return {
    day,
    pixelId: line.pixel,
    currency: line.currency,
    state: line.state,
    reason: line.reason,
    count: line.count,
    orderMinor: BigInt(line.orderMinor),
    outcomeMinor: BigInt(line.outcomeMinor),
    editedMinor: BigInt(line.editedMinor),
    gone: line.gone,
    goneMinor: BigInt(line.goneMinor),
  };
}

export function sealStatement(
  previous: Statement | null,
  content: Omit<StatementContent, 'v' | 'number' | 'closedAt'>,
  closedAt: Date,
): Statement {
  const number = (previous?.number ?? 0) + 1;
  const text = canonicalJson({ v: 1, number, closedAt: closedAt.toISOString(), ...content });
  const previousHash = previous?.hash ?? FIRST;
  return {
    number,
    day: content.day,
    closedAt,
    content: text,
    previousHash,
    hash: hashOf(previousHash, text),
  };
}

/** Written by sealStatement alone. */
export function openStatement(statement: Pick<Statement, 'content'>): StatementContent {
  const content: StatementContent = JSON.parse(statement.content);
  return content;
}

export type ChainFault = { number: number; day: string; why: 'content' | 'previous' | 'number' };

/** The first statement that does not hold. `before` is the last one that was already checked. */
export function firstFault(
  statements: readonly Statement[],
  before: Pick<Statement, 'number' | 'hash'> | null,
): ChainFault | null {
  let last = before;
  for (const statement of statements) {
    const { number, day, content, previousHash, hash } = statement;
    const fault = (why: ChainFault['why']): ChainFault => ({ number, day, why });
    // Retention may have taken the oldest ones: the chain then begins with the first that is kept.
    if (last !== null && number !== last.number + 1) return fault('number');
    if (last === null ? number === 1 && previousHash !== FIRST : previousHash !== last.hash)
      return fault('previous');
    const told = openStatement(statement);
    if (hashOf(previousHash, content) !== hash || told.number !== number || told.day !== day)
      return fault('content');
    last = statement;
  }
  return null;
}

/** Everything that all statements say of a day: its own lines and every later adjustment, added to what was told `before`. */
export function toldOf(
  statements: readonly Statement[],
  before: ReadonlyMap<string, readonly StatementLine[]> = new Map(),
): Map<string, readonly StatementLine[]> {
  const told = new Map(before);
  for (const statement of statements) {
    const content = openStatement(statement);
    told.set(content.day, plus(told.get(content.day) ?? [], content.lines, 1));
    for (const { day, ...line } of content.adjustments) told.set(day, plus(told.get(day) ?? [], [line], 1));
  }
  return told;
}

/** `a` plus or minus `b`, line by line, without what comes to nothing. */
export function plus(
  a: readonly StatementLine[],
  b: readonly StatementLine[],
  sign: 1 | -1,
): StatementLine[] {
  const lines = new Map<string, StatementLine>();
  const take = (line: StatementLine, times: 1 | -1): void => {
    const key = [line.pixel.padStart(20, '0'), line.currency, line.state, line.reason].join(' ');
    const known = lines.get(key);
    const added = (x: string | undefined, y: string): string =>
      String(BigInt(x ?? '0') + BigInt(times) * BigInt(y));
    lines.set(key, {
      ...line,
      count: (known?.count ?? 0) + times * line.count,
      orderMinor: added(known?.orderMinor, line.orderMinor),
      outcomeMinor: added(known?.outcomeMinor, line.outcomeMinor),
      editedMinor: added(known?.editedMinor, line.editedMinor),
      gone: (known?.gone ?? 0) + times * line.gone,
      goneMinor: added(known?.goneMinor, line.goneMinor),
    });
  };
  for (const line of a) take(line, 1);
  for (const line of b) take(line, sign);
  return [...lines]
    .filter(
      ([, line]) =>
        line.count !== 0 ||
        line.gone !== 0 ||
        [line.orderMinor, line.outcomeMinor, line.editedMinor, line.goneMinor].some((minor) => minor !== '0'),
    )
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([, line]) => line);
}
