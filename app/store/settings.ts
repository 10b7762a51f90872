/** Versions of a shop's settings: whole, numbered, never changed; each change leaves an audit entry. */
import { writeAudit } from './audit.ts';
import type { ShopParts } from './parts.ts';
import { requireId } from './rows.ts';

/** `settings` is canonical JSON text; the settings room reads and checks it. */
export interface StoredSettings {
  readonly version: number;
  readonly settings: string;
  readonly actor: string;
  readonly createdAt: Date;
}

export type AddSettingsOutcome =
  | { readonly ok: true; readonly version: number }
  /** Someone else saved in between; `current` is the version to look at first. */
  | { readonly ok: false; readonly problem: 'changed_meanwhile'; readonly current: number };

export interface SettingsStore {
  /** Null until the first version is saved. */
  current(): Promise<StoredSettings | null>;
  version(version: number): Promise<StoredSettings | null>;
  /** `expected` is the version that the change was made from; 0 for the first. */
  add(change: {
    settings: string;
    expected: number;
    actor: string;
    action?: string | undefined;
    target?: string | undefined;
  }): Promise<AddSettingsOutcome>;
}

export function createSettings({ database, clock, shopId }: ShopParts): SettingsStore {
  const { prisma } = database;
  const id = (): bigint => requireId(shopId);

  async function version(number: number): Promise<StoredSettings | null> {
    const row = await prisma.settingsVersion.findUnique({
      where: { shopId_version: { shopId: id(), version: number } },
    });
    return (
      row && { version: row.version, settings: row.settings, actor: row.actor, createdAt: row.createdAt }
    );
  }

  return {
    version,
    async current() {
      const shop = await prisma.shop.findUnique({ where: { id: id() }, select: { settingsVersion: true } });
      return shop === null || shop.settingsVersion === 0 ? null : version(shop.settingsVersion);
    },
    add: ({ settings, expected, actor, action = 'settings.changed', target = 'settings' }) =>
      database.transaction(async (sql) => {
        const [shop] = await sql.rows<{ current: number }>(
          'SELECT settings_version AS current FROM shops WHERE id = $1 FOR UPDATE',
          [shopId],
        );
        if (!shop) throw new Error(`Shop ${shopId} is not installed.`);
        const { current } = shop;
        if (current !== expected) return { ok: false, problem: 'changed_meanwhile', current };
        const at = clock.now();
        const [before] = await sql.rows<{ settings: string }>(
          'SELECT settings FROM settings_versions WHERE shop_id = $1 AND version = $2',
          [shopId, current],
        );
        const next = current + 1;
        await sql.run(
          `INSERT INTO settings_versions (shop_id, version, settings, actor, created_at) VALUES ($1, $2, $3, $4, $5)`,
          [shopId, next, settings, actor, at],
        );
        await sql.run('UPDATE shops SET settings_version = $2 WHERE id = $1', [shopId, next]);
        await writeAudit(sql, shopId, at, {
          actor,
          action,
          target,
          before: before?.settings ?? null,
          after: settings,
        });
        return { ok: true, version: next };
      }),
  };
}
