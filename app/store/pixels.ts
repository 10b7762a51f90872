/** A shop's TikTok pixels; access tokens are sealed and shown by their last four characters only. */
import type { PixelCode, PixelId } from '../conversion/facts.ts';
import { writeAudit } from './audit.ts';
import type { Sql } from './database.ts';
import { idOrNull } from './rows.ts';
import { bindingOf } from './sealed.ts';
import type { ShopParts } from './parts.ts';

/** paused: by staff. token_refused and no_permission: TikTok said so. disconnected: the token was forgotten on request. */
export const pixelStates = ['active', 'paused', 'token_refused', 'no_permission', 'disconnected'] as const;
export type PixelState = (typeof pixelStates)[number];

export interface Pixel {
  readonly id: PixelId;
  readonly code: PixelCode;
  readonly name: string;
  readonly tokenLast4: string;
  readonly testEventCode: string | null;
  readonly state: PixelState;
  readonly stateSince: Date;
  /** Orders processed before this moment are none of its business. */
  readonly activeFrom: Date;
  readonly browserLeg: boolean;
  readonly createdAt: Date;
  readonly removedAt: Date | null;
}

export interface NewPixel {
  readonly code: PixelCode;
  readonly name: string;
  readonly token: string;
  readonly testEventCode?: string | null | undefined;
  /** Absent: from now on. */
  readonly activeFrom?: Date | undefined;
  readonly browserLeg?: boolean | undefined;
}

export interface PixelChange {
  readonly name?: string | undefined;
  readonly token?: string | undefined;
  readonly testEventCode?: string | null | undefined;
  readonly activeFrom?: Date | undefined;
  readonly browserLeg?: boolean | undefined;
  readonly state?: PixelState | undefined;
}

export type AddPixelOutcome =
  | { readonly ok: true; readonly pixel: Pixel }
  | { readonly ok: false; readonly problem: 'already_there'; readonly pixel: Pixel };

export interface PixelStore {
  /** By creation; removed ones only when asked for. */
  list(options?: { removed?: boolean }): Promise<Pixel[]>;
  /** Null for another shop's pixel, as for one that does not exist. */
  get(id: string): Promise<Pixel | null>;
  token(id: string): Promise<string | null>;
  add(pixel: NewPixel, actor: string): Promise<AddPixelOutcome>;
  /** Null when this shop has no such pixel. */
  change(id: string, change: PixelChange, actor: string): Promise<Pixel | null>;
  /** The row stays for the history; its token does not. */
  remove(id: string, actor: string): Promise<boolean>;
  /** Every pixel forgets its token and sends nothing until it gets a new one. Answers those that were connected. */
  disconnectAll(actor: string): Promise<Pixel[]>;
}

interface PixelRow {
  id: string;
  code: string;
  name: string;
  token_sealed: Buffer;
  token_last4: string;
  test_event_code: string | null;
  state: string;
  state_since: Date;
  active_from: Date;
  browser_leg: boolean;
  created_at: Date;
  removed_at: Date | null;
}

const COLUMNS =
  'id, code, name, token_sealed, token_last4, test_event_code, state, state_since, active_from, browser_leg, created_at, removed_at';

export function createPixels({ database, keyring, clock, shopId }: ShopParts): PixelStore {
  const binding = bindingOf('pixels.token_sealed', shopId);
  const sealToken = (token: string): Buffer => keyring.seal(token, binding);

  async function find(sql: Sql, id: string, lock = ''): Promise<PixelRow | null> {
    if (idOrNull(id) === null) return null;
    const [row] = await sql.rows<PixelRow>(
      `SELECT ${COLUMNS} FROM pixels WHERE shop_id = $1 AND id = $2 ${lock}`,
      [shopId, id],
    );
    return row ?? null;
  }

  return {
    async list({ removed = false } = {}) {
      const rows = await database.rows<PixelRow>(
        `SELECT ${COLUMNS} FROM pixels WHERE shop_id = $1 AND ($2 OR removed_at IS NULL) ORDER BY id`,
        [shopId, removed],
      );
      return rows.map(pixelOf);
    },
    async get(id) {
      const row = await find(database, id);
      return row && pixelOf(row);
    },
    async token(id) {
      const row = await find(database, id);
      return row && row.removed_at === null ? keyring.openText(row.token_sealed, binding) : null;
    },
    add: (pixel, actor) =>
      database.transaction(async (sql) => {
        // Taking the shop's row first keeps two people from adding the same code at once.
        await sql.rows('SELECT 1 FROM shops WHERE id = $1 FOR UPDATE', [shopId]);
        const [there] = await sql.rows<PixelRow>(
          `SELECT ${COLUMNS} FROM pixels WHERE shop_id = $1 AND code = $2 AND removed_at IS NULL`,
          [shopId, pixel.code],
        );
        if (there) return { ok: false, problem: 'already_there', pixel: pixelOf(there) };
        const at = clock.now();
        const [row] = await sql.rows<PixelRow>(
          `INSERT INTO pixels (shop_id, code, name, token_sealed, token_last4, test_event_code, state, state_since,
                               active_from, browser_leg, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $8, $9, $7) RETURNING ${COLUMNS}`,
          [
            shopId,
            pixel.code,
            pixel.name,
            sealToken(pixel.token),
            pixel.token.slice(-4),
            pixel.testEventCode ?? null,
            at,
            pixel.activeFrom ?? at,
            pixel.browserLeg ?? false,
          ],
        );
        if (!row) throw new Error('The new pixel was not returned.');
        const added = pixelOf(row);
        await writeAudit(sql, shopId, at, {
          actor,
          action: 'pixel.added',
          target: added.code,
          before: null,
          after: spoken(added),
        });
        return { ok: true, pixel: added };
      }),
    change: (id, change, actor) =>
      database.transaction(async (sql) => {
        const row = await find(sql, id, 'FOR UPDATE');
        if (!row || row.removed_at !== null) return null;
        const before = pixelOf(row);
        const at = clock.now();
        const newState = change.state !== undefined && change.state !== before.state;
        const [changed] = await sql.rows<PixelRow>(
          `UPDATE pixels SET name = $3, token_sealed = $4, token_last4 = $5, test_event_code = $6, state = $7,
                  state_since = $8, active_from = $9, browser_leg = $10
            WHERE shop_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
          [
            shopId,
            id,
            change.name ?? before.name,
            change.token === undefined ? row.token_sealed : sealToken(change.token),
            change.token === undefined ? row.token_last4 : change.token.slice(-4),
            change.testEventCode === undefined ? before.testEventCode : change.testEventCode,
            change.state ?? before.state,
            newState ? at : before.stateSince,
            change.activeFrom ?? before.activeFrom,
            change.browserLeg ?? before.browserLeg,
          ],
        );
        if (!changed) return null;
        const after = pixelOf(changed);
        await writeAudit(sql, shopId, at, {
          actor,
          action: change.token === undefined ? 'pixel.changed' : 'pixel.token_changed',
          target: after.code,
          before: spoken(before),
          after: spoken(after),
        });
        return after;
      }),
    remove: (id, actor) =>
      database.transaction(async (sql) => {
        const row = await find(sql, id, 'FOR UPDATE');
        if (!row || row.removed_at !== null) return false;
        const at = clock.now();
        await sql.run('UPDATE pixels SET removed_at = $3, token_sealed = $4 WHERE shop_id = $1 AND id = $2', [
          shopId,
          id,
          at,
          sealToken(''),
        ]);
        const gone = pixelOf(row);
        await writeAudit(sql, shopId, at, {
          actor,
          action: 'pixel.removed',
          target: gone.code,
          before: spoken(gone),
          after: null,
        });
        return true;
      }),
    disconnectAll: (actor) =>
      database.transaction(async (sql) => {
        const rows = await sql.rows<PixelRow>(
          `SELECT ${COLUMNS} FROM pixels
            WHERE shop_id = $1 AND removed_at IS NULL AND state <> 'disconnected' ORDER BY id FOR UPDATE`,
          [shopId],
        );
        const at = clock.now();
        const disconnected: Pixel[] = [];
        for (const row of rows) {
          const [changed] = await sql.rows<PixelRow>(
            `UPDATE pixels SET token_sealed = $3, token_last4 = '', state = 'disconnected', state_since = $4
              WHERE shop_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
            [shopId, row.id, sealToken(''), at],
          );
          if (!changed) continue;
          disconnected.push(pixelOf(changed));
          await writeAudit(sql, shopId, at, {
            actor,
            action: 'pixel.disconnected',
            target: changed.code,
            before: spoken(pixelOf(row)),
            after: spoken(pixelOf(changed)),
          });
        }
        return disconnected;
      }),
  };
}

function pixelOf(row: PixelRow): Pixel {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    tokenLast4: row.token_last4,
    testEventCode: row.test_event_code,
    state: stateOf(row.state),
    stateSince: row.state_since,
    activeFrom: row.active_from,
    browserLeg: row.browser_leg,
    createdAt: row.created_at,
    removedAt: row.removed_at,
  };
}

function stateOf(text: string): PixelState {
  const state = pixelStates.find((known) => known === text);
  if (state === undefined) throw new Error(`A pixel has the unknown state "${text}"; a newer Tock wrote it.`);
  return state;
}

/** What the audit log keeps of a pixel. */
function spoken(pixel: Pixel): string {
  const { name, tokenLast4, testEventCode, state, activeFrom, browserLeg } = pixel;
  return JSON.stringify({ name, tokenLast4, testEventCode, state, activeFrom, browserLeg });
}
