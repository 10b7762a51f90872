/** The newest look at each shop's storefront, whole: a check replaces the one before it. */
import { z } from 'zod';
import type { ShopId } from '../conversion/facts.ts';
import type { Sql } from './database.ts';

const finding = z.object({
  key: z.string(),
  kind: z.enum(['tiktok_app', 'pixel_app', 'app_embed', 'theme']),
  pixelCode: z.string().nullable(),
  countsTwice: z.boolean(),
  title: z.string(),
  meaning: z.string(),
  evidence: z.object({ url: z.string(), text: z.string() }),
  steps: z.array(z.string()).readonly(),
  since: z.string(),
});

const stored = z.object({
  checkedAt: z.string(),
  state: z.enum(['read', 'password', 'unreachable']),
  remark: z.string().nullable(),
  pages: z.array(z.string()).readonly(),
  findings: z.array(finding).readonly(),
});

type StoredCheck = Readonly<z.output<typeof stored>>;

interface StorefrontChecks {
  read(shopId: ShopId): Promise<StoredCheck | null>;
  write(shopId: ShopId, check: StoredCheck): Promise<void>;
}

export function createStorefrontChecks(sql: Sql): StorefrontChecks {
  return {
    async read(shopId) {
      const [row] = await sql.rows<{ found: string }>(
        'SELECT found FROM storefront_checks WHERE shop_id = $1',
        [shopId],
      );
      if (!row) return null;
      // Written in another version's shape it counts as never checked: the next look is a day away at most.
      const parsed = stored.safeParse(JSON.parse(row.found));
      return parsed.success ? parsed.data : null;
    },
    async write(shopId, check) {
      await sql.run(
        `INSERT INTO storefront_checks (shop_id, checked_at, found) VALUES ($1, $2, $3)
         ON CONFLICT (shop_id) DO UPDATE SET checked_at = excluded.checked_at, found = excluded.found`,
        [shopId, new Date(check.checkedAt), JSON.stringify(check)],
      );
    },
  };
}
