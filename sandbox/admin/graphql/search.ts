/** Shopify's search syntax for `query:` arguments: terms, comparisons, AND, OR, NOT, parentheses, quotes. */

import { SandboxGap } from './errors.ts';

export interface Term {
  key: string;
  comparison: '=' | '>' | '>=' | '<' | '<=';
  value: string;
}

/** How a kind of record answers a term; undefined for a key it does not know. */
export type Matcher<T> = (record: T, term: Term) => boolean | undefined;

const token =
  /\s*(\(|\)|AND\b|OR\b|NOT\b|-(?=[\w(])|[A-Za-z_]+:(?:>=|<=|>|<|=)?\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()]+))/y;

type Node<T> = (record: T) => boolean;

export function readSearch<T>(query: string, matches: Matcher<T>): Node<T> {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (query.slice(token.lastIndex).trim() !== '') {
    const at = token.lastIndex;
    const found = token.exec(query);
    if (!found?.[1]) throw new SandboxGap(`The sandbox cannot read the search "${query.slice(at)}"`);
    tokens.push(found[1]);
  }
  let next = 0;

  function either(): Node<T> {
    let left = both();
    while (tokens[next] === 'OR') {
      next += 1;
      const [a, b] = [left, both()];
      left = (record) => a(record) || b(record);
    }
    return left;
  }

  function both(): Node<T> {
    let left = single();
    while (next < tokens.length && tokens[next] !== 'OR' && tokens[next] !== ')') {
      if (tokens[next] === 'AND') next += 1;
      const [a, b] = [left, single()];
      left = (record) => a(record) && b(record);
    }
    return left;
  }

  function single(): Node<T> {
    const current = tokens[next++];
    if (current === 'NOT' || current === '-') {
      const inner = single();
      return (record) => !inner(record);
    }
    if (current === '(') {
      const inner = either();
      if (tokens[next++] !== ')') throw new SandboxGap(`A parenthesis is not closed in "${query}"`);
      return inner;
    }
    const found = /^([A-Za-z_]+):(>=|<=|>|<|=)?\s*(.+)$/s.exec(current ?? '');
    if (!found) throw new SandboxGap(`The sandbox cannot read the search "${query}"`);
    const term: Term = {
      key: found[1] ?? '',
      comparison: readComparison(found[2]),
      value: (found[3] ?? '').replace(/^(["'])(.*)\1$/s, '$2'),
    };
    return (record) => {
      const answer = matches(record, term);
      if (answer === undefined) throw new SandboxGap(`The sandbox cannot search by "${term.key}"`);
      return answer;
    };
  }

  if (tokens.length === 0) return () => true;
  const root = either();
  if (next < tokens.length) throw new SandboxGap(`The sandbox cannot read the search "${query}"`);
  return root;
}

function readComparison(sign: string | undefined): Term['comparison'] {
  return sign === '>' || sign === '>=' || sign === '<' || sign === '<=' ? sign : '=';
}

function compare(difference: number, comparison: Term['comparison']): boolean {
  if (comparison === '>') return difference > 0;
  if (comparison === '>=') return difference >= 0;
  if (comparison === '<') return difference < 0;
  if (comparison === '<=') return difference <= 0;
  return difference === 0;
}

/** Shopify's search works to the second; a day without a time means that whole day. */
export function matchesTime(at: string, { comparison, value }: Term): boolean {
  const wanted = Date.parse(value);
  if (Number.isNaN(wanted)) throw new SandboxGap(`The sandbox cannot read the time "${value}"`);
  const second = (time: number) => Math.floor(time / 1000);
  const actual = Date.parse(at);
  if (comparison === '=' && /^\d{4}-\d\d-\d\d$/.test(value)) {
    return actual >= wanted && actual < wanted + 86_400_000;
  }
  return compare(second(actual) - second(wanted), comparison);
}

export function matchesNumber(actual: string, { comparison, value }: Term): boolean {
  return compare(Number(actual) - Number(value), comparison);
}

export function matchesText(actual: string | null, { value }: Term): boolean {
  return (actual ?? '').toLowerCase() === value.toLowerCase();
}
