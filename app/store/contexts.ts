/** Visitor contexts and links: append-only, per browser client, found by the HMAC of a token. */
import { multirow } from './multirow.ts';
import type { Sql } from './database.ts';

export interface ContextRow {
  shopId: string;
  contextKey: Buffer;
  clientKey: Buffer;
  seenAt: Date;
  consent: number;
  sealed: Buffer;
}

export type LinkKind = 'checkout' | 'cart' | 'customer';

export interface LinkRow {
  shopId: string;
  kind: LinkKind;
  tokenKey: Buffer;
  clientKey: Buffer;
  linkedAt: Date;
}

const hexed = (row: { shopId: string }, ...keys: (Buffer | string)[]): string =>
  [
    row.shopId.padStart(20, '0'),
    ...keys.map((key) => (typeof key === 'string' ? key : key.toString('hex'))),
  ].join(' ');

function foldBy<T>(rows: readonly T[], key: (row: T) => string, fold: (known: T, next: T) => T): T[] {
  const folded = new Map<string, T>();
  for (const row of rows) {
    const at = key(row);
    const known = folded.get(at);
    folded.set(at, known === undefined ? row : fold(known, row));
  }
  return [...folded].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

const contextColumns = multirow<ContextRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'context_key', type: 'bytea', value: (row) => row.contextKey },
  { name: 'client_key', type: 'bytea', value: (row) => row.clientKey },
  { name: 'first_seen_at', type: 'timestamptz', value: (row) => row.seenAt },
  { name: 'last_seen_at', type: 'timestamptz', value: (row) => row.seenAt },
  { name: 'consent', type: 'smallint', value: (row) => row.consent },
  { name: 'sealed', type: 'bytea', value: (row) => row.sealed },
]);

/** A row's time moves on at most once in so long: until then a repeat of the same content changes nothing. */
export const CONTEXT_REST_MS = 60_000;

/**
 * A repeat of the same content only moves lastSeenAt, and that once in a while. Returns the rows that are now stored
 * with the time that they name.
 */
export async function saveContexts(sql: Sql, rows: readonly ContextRow[]): Promise<Set<ContextRow>> {
  const folded = foldBy(
    rows,
    (row) => hexed(row, row.contextKey),
    (known, next) => (next.seenAt > known.seenAt ? next : known),
  );
  if (folded.length === 0) return new Set();
  const stored = await sql.rows<{ shop_id: string; context_key: Buffer }>(
    `INSERT INTO visitor_contexts AS c (${contextColumns.names})
     SELECT ${contextColumns.chosen} FROM ${contextColumns.from(1)}
     ON CONFLICT (shop_id, context_key) DO UPDATE SET last_seen_at = excluded.last_seen_at
     WHERE c.last_seen_at < excluded.last_seen_at - $1 * interval '1 ms'
     RETURNING c.shop_id, c.context_key`,
    [CONTEXT_REST_MS, ...contextColumns.values(folded)],
  );
  const moved = new Set(stored.map((row) => hexed({ shopId: row.shop_id }, row.context_key)));
  return new Set(folded.filter((row) => moved.has(hexed(row, row.contextKey))));
}

const linkColumns = multirow<LinkRow>([
  { name: 'shop_id', type: 'bigint', value: (row) => row.shopId },
  { name: 'kind', type: 'text', value: (row) => row.kind },
  { name: 'token_key', type: 'bytea', value: (row) => row.tokenKey },
  { name: 'client_key', type: 'bytea', value: (row) => row.clientKey },
  { name: 'linked_at', type: 'timestamptz', value: (row) => row.linkedAt },
]);

/** The first time that a client used a token counts: who links later comes later. */
export async function saveLinks(sql: Sql, rows: readonly LinkRow[]): Promise<void> {
  const folded = foldBy(
    rows,
    (row) => hexed(row, row.kind, row.tokenKey, row.clientKey),
    (known, next) => (next.linkedAt < known.linkedAt ? next : known),
  );
  if (folded.length === 0) return;
  await sql.run(
    `INSERT INTO visitor_links (${linkColumns.names})
     SELECT ${linkColumns.chosen} FROM ${linkColumns.from()}
     ON CONFLICT (shop_id, kind, token_key, client_key) DO NOTHING`,
    linkColumns.values(folded),
  );
}

export interface TokenKey {
  shopId: string;
  kind: LinkKind;
  tokenKey: Buffer;
}

export interface LinkedContext {
  shopId: string;
  kind: LinkKind;
  tokenKey: Buffer;
  clientKey: Buffer;
  linkedAt: Date;
  contextKey: Buffer;
  lastSeenAt: Date;
  consent: number;
  sealed: Buffer;
}

/** Clients looked at for one token, and contexts for one client: bounds against a token that somebody floods. */
const MAX_CLIENTS = 8;
const MAX_CONTEXTS = 12;

/** Every context of every client that used one of these tokens, the earliest clients, their newest contexts. */
export async function contextsByTokens(sql: Sql, tokens: readonly TokenKey[]): Promise<LinkedContext[]> {
  const folded = foldBy(
    tokens,
    (token) => hexed(token, token.kind, token.tokenKey),
    (known) => known,
  );
  if (folded.length === 0) return [];
  const rows = await sql.rows<{
    shop_id: string;
    kind: LinkKind;
    token_key: Buffer;
    client_key: Buffer;
    linked_at: Date;
    context_key: Buffer;
    last_seen_at: Date;
    consent: number;
    sealed: Buffer;
  }>(
    `SELECT r.shop_id, r.kind, r.token_key, l.client_key, l.linked_at, c.context_key, c.last_seen_at, c.consent, c.sealed
     FROM unnest($1::bigint[], $2::text[], $3::bytea[]) AS r(shop_id, kind, token_key)
     CROSS JOIN LATERAL (
       SELECT client_key, linked_at FROM visitor_links
       WHERE shop_id = r.shop_id AND kind = r.kind AND token_key = r.token_key
       ORDER BY linked_at, client_key LIMIT ${MAX_CLIENTS}
     ) AS l
     CROSS JOIN LATERAL (
       SELECT context_key, last_seen_at, consent, sealed FROM visitor_contexts
       WHERE shop_id = r.shop_id AND client_key = l.client_key
       ORDER BY last_seen_at DESC, context_key LIMIT ${MAX_CONTEXTS}
     ) AS c`,
    [folded.map((t) => t.shopId), folded.map((t) => t.kind), folded.map((t) => t.tokenKey)],
  );
  return rows.map((row) => ({
    shopId: row.shop_id,
    kind: row.kind,
    tokenKey: row.token_key,
    clientKey: row.client_key,
    linkedAt: row.linked_at,
    contextKey: row.context_key,
    lastSeenAt: row.last_seen_at,
    consent: row.consent,
    sealed: row.sealed,
  }));
}
