/** Pages of a list as Shopify's connections give them: first or last, cursors, at most 250. */

import { refused } from './errors.ts';

export type Fields = Record<string, unknown>;

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
  reverse?: boolean | null;
}

const longestPage = 250;

function cursorOf(id: string): string {
  return Buffer.from(JSON.stringify({ last_id: id })).toString('base64');
}

function readCursor(cursor: string): string {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8'));
    if (typeof value === 'object' && value !== null && 'last_id' in value) return String(value.last_id);
  } catch {
    // Falls through to the refusal: a cursor that is no cursor of ours.
  }
  throw refused('Invalid cursor for current pagination sort.', 'BAD_USER_INPUT');
}

/** `all` lifts the paging, as bulk operations do. */
export function connection<T>(
  items: readonly T[],
  page: PageArguments,
  idOf: (item: T) => string,
  nodeOf: (item: T) => Fields,
  all = false,
): Fields {
  const ordered = page.reverse ? [...items].reverse() : [...items];
  const { first, last } = page;
  const size = first ?? last;
  if (size == null && !all) throw refused('you must provide one of first or last', 'BAD_REQUEST');
  if (size != null && (size < 0 || size > longestPage)) {
    throw refused(`${first == null ? 'last' : 'first'} must be between 0 and ${longestPage}`, 'BAD_REQUEST');
  }
  const place = (cursor: string) => {
    const id = readCursor(cursor);
    const at = ordered.findIndex((item) => idOf(item) === id);
    if (at < 0) throw refused('Invalid cursor for current pagination sort.', 'BAD_USER_INPUT');
    return at;
  };
  const from = page.after ? place(page.after) + 1 : 0;
  const to = page.before ? place(page.before) : ordered.length;
  const start = first == null && last != null ? Math.max(from, to - last) : from;
  const end = first != null ? Math.min(to, from + first) : to;
  const edges = ordered
    .slice(start, end)
    .map((item) => ({ cursor: cursorOf(idOf(item)), node: nodeOf(item) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: end < ordered.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
