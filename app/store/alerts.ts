/** Alerts: what a shop chose, what is open, the messages that wait to be sent, and the figures that alerts are made of. */
import type { Keyring } from '../base/crypto.ts';
import type { ShopId } from '../conversion/facts.ts';
import { writeAudit, type AuditEntry } from './audit.ts';
import type { Database, Sql } from './database.ts';
import { bindingOf } from './sealed.ts';

export interface StoredChoice {
  /** JSON; the alerts room reads it. */
  readonly settings: string;
  /** JSON, opened. */
  readonly targets: string;
  readonly closedUntil: Date | null;
}

export interface StoredAlert {
  readonly cause: string;
  readonly openedAt: Date;
  readonly figures: string;
}

export type AlertChannel = 'email' | 'webhook';

export interface NewMessage {
  readonly channel: AlertChannel;
  readonly subject: string;
  readonly text: string;
}

export interface DueMessage extends NewMessage {
  readonly id: string;
  readonly shopId: ShopId;
  readonly tries: number;
}

export interface AlertRows {
  /** Null before anybody chose. */
  choice(shopId: ShopId): Promise<StoredChoice | null>;
  saveChoice(
    shopId: ShopId,
    choice: { settings: string; targets: string; closedUntil: Date | null },
    at: Date,
    entry: AuditEntry,
  ): Promise<void>;
  open(shopId: ShopId): Promise<StoredAlert[]>;
  /** Messages are written for what this very call opened or cleared: of two that look at once, one tells. */
  book(
    shopId: ShopId,
    at: Date,
    changes: {
      opened: readonly { cause: string; figures: string; messages: readonly NewMessage[] }[];
      ended: readonly { cause: string; messages: readonly NewMessage[] }[];
    },
  ): Promise<void>;
  /** False when somebody else wrote these closing lines; then no message was added. */
  bookClosing(
    shopId: ShopId,
    until: { before: Date | null; now: Date },
    messages: readonly NewMessage[],
  ): Promise<boolean>;
  /** Due messages, leased: whoever dies with them leaves them to the next. */
  claim(now: Date, leaseUntil: Date, limit: number): Promise<DueMessage[]>;
  done(id: string): Promise<void>;
  again(id: string, dueAt: Date): Promise<void>;
}

export function createAlertRows(database: Database, keyring: Keyring): AlertRows {
  const binding = (shopId: ShopId) => bindingOf('alert_choices.targets_sealed', shopId);

  async function add(sql: Sql, shopId: ShopId, at: Date, messages: readonly NewMessage[]): Promise<void> {
    for (const { channel, subject, text } of messages)
      await sql.run(
        `INSERT INTO alert_messages (shop_id, channel, subject, text, created_at, due_at) VALUES ($1, $2, $3, $4, $5, $5)`,
        [shopId, channel, subject, text, at],
      );
  }

  return {
    async choice(shopId) {
      const [row] = await database.rows<{
        settings: string;
        targets_sealed: Buffer;
        closed_until: Date | null;
      }>('SELECT settings, targets_sealed, closed_until FROM alert_choices WHERE shop_id = $1', [shopId]);
      return row
        ? {
            settings: row.settings,
            targets: keyring.openText(row.targets_sealed, binding(shopId)),
            closedUntil: row.closed_until,
          }
        : null;
    },
    saveChoice: (shopId, { settings, targets, closedUntil }, at, entry) =>
      database.transaction(async (sql) => {
        await sql.run(
          `INSERT INTO alert_choices (shop_id, settings, targets_sealed, changed_at, closed_until)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (shop_id) DO UPDATE
             SET settings = excluded.settings, targets_sealed = excluded.targets_sealed,
                 changed_at = excluded.changed_at, closed_until = excluded.closed_until`,
          [shopId, settings, keyring.seal(targets, binding(shopId)), at, closedUntil],
        );
        await writeAudit(sql, shopId, at, entry);
      }),
    async open(shopId) {
      const rows = await database.rows<{ cause: string; opened_at: Date; figures: string }>(
        'SELECT cause, opened_at, figures FROM alerts WHERE shop_id = $1 AND cleared_at IS NULL ORDER BY opened_at, cause',
        [shopId],
      );
      return rows.map((row) => ({ cause: row.cause, openedAt: row.opened_at, figures: row.figures }));
    },
    book: (shopId, at, { opened, ended }) =>
      database.transaction(async (sql) => {
        for (const { cause, figures, messages } of opened) {
          const isNew = await sql.run(
            `INSERT INTO alerts AS a (shop_id, cause, opened_at, figures) VALUES ($1, $2, $3, $4)
             ON CONFLICT (shop_id, cause) DO UPDATE
               SET opened_at = excluded.opened_at, figures = excluded.figures, cleared_at = NULL
               WHERE a.cleared_at IS NOT NULL`,
            [shopId, cause, at, figures],
          );
          if (isNew > 0) await add(sql, shopId, at, messages);
        }
        for (const { cause, messages } of ended) {
          const isNew = await sql.run(
            'UPDATE alerts SET cleared_at = $3 WHERE shop_id = $1 AND cause = $2 AND cleared_at IS NULL',
            [shopId, cause, at],
          );
          if (isNew > 0) await add(sql, shopId, at, messages);
        }
      }),
    bookClosing: (shopId, { before, now }, messages) =>
      database.transaction(async (sql) => {
        const mine = await sql.run(
          `UPDATE alert_choices SET closed_until = $3
            WHERE shop_id = $1 AND closed_until IS NOT DISTINCT FROM $2::timestamptz`,
          [shopId, before, now],
        );
        if (mine > 0) await add(sql, shopId, now, messages);
        return mine > 0;
      }),
    async claim(now, leaseUntil, limit) {
      const rows = await database.rows<{
        id: string;
        shop_id: string;
        channel: AlertChannel;
        subject: string;
        text: string;
        tries: number;
      }>(
        `UPDATE alert_messages SET lease_until = $2, tries = tries + 1
          WHERE id IN (SELECT id FROM alert_messages
                        WHERE due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
                        ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING id, shop_id, channel, subject, text, tries`,
        [now, leaseUntil, limit],
      );
      return rows.map(({ shop_id: shopId, ...row }) => ({ ...row, shopId }));
    },
    async done(id) {
      await database.run('DELETE FROM alert_messages WHERE id = $1', [id]);
    },
    async again(id, dueAt) {
      await database.run('UPDATE alert_messages SET due_at = $2, lease_until = NULL WHERE id = $1', [
        id,
        dueAt,
      ]);
    },
  };
}

/** Orders that nothing holds back and that were received before `since`; and whether TikTok took any order after it. */
export async function overdueOrders(
  sql: Sql,
  shopId: ShopId,
  since: Date,
): Promise<{ orders: number; tookAny: boolean }> {
  const [row] = await sql.rows<{ orders: string; took: boolean }>(
    `SELECT (SELECT count(*) FROM queue q JOIN pixels p ON p.id = q.pixel_id AND p.state = 'active'
              WHERE q.shop_id = $1 AND q.kind = 'order' AND q.waiting_for IN ('due', 'retry', 'context')
                AND q.received_at < $2) AS orders,
            EXISTS (SELECT 1 FROM order_deliveries d
                     WHERE d.shop_id = $1 AND d.state = 'sent' AND d.occurred_at > $2::timestamptz - interval '8 days'
                       AND d.settled_at > $2) AS took`,
    [shopId, since],
  );
  return { orders: Number(row?.orders ?? 0), tookAny: row?.took ?? false };
}

/** Orders that were received since a moment: told by Shopify, or found by the comparison because nobody told. */
export async function arrivedOrders(
  sql: Sql,
  shopId: ShopId,
  since: Date,
): Promise<{ byWebhook: number; byComparison: number }> {
  const [row] = await sql.rows<{ webhook: string; reconciled: string }>(
    `SELECT count(*) FILTER (WHERE source = 'webhook') AS webhook,
            count(*) FILTER (WHERE source = 'reconciled') AS reconciled
       FROM orders WHERE shop_id = $1 AND day >= ($2::timestamptz - interval '3 days')::date AND received_at >= $2`,
    [shopId, since],
  );
  return { byWebhook: Number(row?.webhook ?? 0), byComparison: Number(row?.reconciled ?? 0) };
}

/** Of the newest orders at TikTok in a time: how many carried the match key that this bit stands for. */
export async function ordersWithKey(
  sql: Sql,
  shopId: ShopId,
  bit: number,
  time: { from: Date; to: Date; most: number },
): Promise<{ orders: number; withClick: number }> {
  const [row] = await sql.rows<{ orders: string; with: string }>(
    `SELECT count(*) AS orders, count(*) FILTER (WHERE match_keys & $2::int <> 0) AS with
       FROM (SELECT match_keys FROM order_deliveries
              WHERE shop_id = $1 AND state = 'sent' AND match_keys IS NOT NULL
                AND occurred_at >= $3 AND occurred_at < $4
              ORDER BY occurred_at DESC LIMIT $5) AS newest`,
    [shopId, bit, time.from, time.to, time.most],
  );
  return { orders: Number(row?.orders ?? 0), withClick: Number(row?.with ?? 0) };
}
