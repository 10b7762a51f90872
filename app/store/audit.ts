/** Who changed what in a shop, and when; written in the same transaction as the change. */
import type { AuditEntry as AuditRow } from './generated/client.ts';
import type { Sql } from './database.ts';
import type { ShopParts } from './parts.ts';
import { idOrNull, requireId } from './rows.ts';

/** `before` and `after` are JSON texts without secrets, or null where there was nothing. */
export interface AuditEntry {
  readonly actor: string;
  /** Such as `pixel.added` or `settings.changed`. */
  readonly action: string;
  /** What it was done to, such as a pixel's code. */
  readonly target: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface StoredAuditEntry extends AuditEntry {
  readonly id: string;
  readonly at: Date;
}

export interface AuditStore {
  add(entry: AuditEntry): Promise<void>;
  /** Newest first; `before` is the id of the last entry of the page above, `actions` how the actions may begin. */
  list(page: {
    limit: number;
    before?: string | undefined;
    actions?: readonly string[] | undefined;
  }): Promise<StoredAuditEntry[]>;
}

/** For changes that write their own entry inside their own transaction. */
export async function writeAudit(sql: Sql, shopId: string, at: Date, entry: AuditEntry): Promise<void> {
  await sql.run(
    `INSERT INTO audit_entries (shop_id, at, actor, action, target, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [shopId, at, entry.actor, entry.action, entry.target, entry.before, entry.after],
  );
}

export function createAudit({ database, clock, shopId }: ShopParts): AuditStore {
  return {
    add: (entry) => writeAudit(database, shopId, clock.now(), entry),
    async list({ limit, before, actions }) {
      const last = before === undefined ? undefined : (idOrNull(before) ?? 0n);
      const rows = await database.prisma.auditEntry.findMany({
        where: {
          shopId: requireId(shopId),
          ...(last === undefined ? {} : { id: { lt: last } }),
          ...(actions === undefined
            ? {}
            : { OR: actions.map((beginning) => ({ action: { startsWith: beginning } })) }),
        },
        orderBy: { id: 'desc' },
        take: limit,
      });
      return rows.map(entryOf);
    },
  };
}

function entryOf(row: AuditRow): StoredAuditEntry {
  const { actor, action, target, before, after, at } = row;
  return { id: String(row.id), at, actor, action, target, before, after };
}
