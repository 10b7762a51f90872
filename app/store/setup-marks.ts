/** What staff ticked off or put away in the set-up list, and what was seen once and stays true. */
import { writeAudit } from './audit.ts';
import type { ShopParts } from './parts.ts';

export const setupMarks = ['dismissed', 'data_sharing_off', 'test_event_seen'] as const;
export type SetupMark = (typeof setupMarks)[number];

export interface SetupMarks {
  read(): Promise<ReadonlySet<SetupMark>>;
  /** Says so in the audit, unless it was so already. */
  set(mark: SetupMark, on: boolean, actor: string): Promise<void>;
}

export function createSetupMarks({ database, clock, shopId }: ShopParts): SetupMarks {
  return {
    async read() {
      const rows = await database.rows<{ name: string }>('SELECT name FROM setup_marks WHERE shop_id = $1', [
        shopId,
      ]);
      return new Set(setupMarks.filter((mark) => rows.some(({ name }) => name === mark)));
    },
    set: (mark, on, actor) =>
      database.transaction(async (sql) => {
        const at = clock.now();
        const changed = on
          ? await sql.run(
              `INSERT INTO setup_marks (shop_id, name, at, actor) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
              [shopId, mark, at, actor],
            )
          : await sql.run('DELETE FROM setup_marks WHERE shop_id = $1 AND name = $2', [shopId, mark]);
        if (changed === 0) return;
        await writeAudit(sql, shopId, at, {
          actor,
          action: 'setup.marked',
          target: mark,
          before: JSON.stringify(!on),
          after: JSON.stringify(on),
        });
      }),
  };
}
