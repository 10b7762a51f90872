/** What is known of other senders in a shop's storefront: the newest look at its pages, and what its visitors' browsers saw. */
import { z } from 'zod';
import type { ShopId } from '../conversion/facts.ts';
import type { Sql } from './database.ts';

const finding = z.object({
  key: z.string(),
  kind: z.enum(['tiktok_app', 'pixel_app', 'app_embed', 'theme', 'visits']),
  pixelCode: z.string().nullable(),
  app: z.string().nullable(),
  countsTwice: z.boolean(),
  evidence: z.object({ url: z.string(), text: z.string() }),
  visits: z.object({ seen: z.number(), of: z.number(), from: z.string() }).nullable(),
  since: z.string(),
});

const stored = z.object({
  checkedAt: z.string(),
  state: z.enum(['read', 'password', 'unreachable']),
  /** The status that the storefront answered with, where it was an error. */
  status: z.number().nullable(),
  pages: z.array(z.string()).readonly(),
  findings: z.array(finding).readonly(),
});

type StoredCheck = Readonly<z.output<typeof stored>>;

/** Over some days: the visits that were looked at, and in how many of them each pixel's script was seen. */
interface Sightings {
  readonly visits: number;
  readonly seen: readonly { readonly code: string; readonly visits: number }[];
}

interface StorefrontChecks {
  read(shopId: ShopId): Promise<StoredCheck | null>;
  write(shopId: ShopId, check: StoredCheck): Promise<void>;
  /** One visit more, with the pixel codes that it showed. */
  addSighting(shopId: ShopId, day: string, codes: readonly string[]): Promise<void>;
  /** From this day on; what is older is deleted. */
  sightings(shopId: ShopId, from: string): Promise<Sightings>;
}

/** Stands for "looked": every visit counts here, whatever it showed. */
const LOOKED = '';
/** Whoever makes codes up cannot fill the table: a day keeps so many of a shop. */
const MOST_CODES = 20;

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
    async addSighting(shopId, day, codes) {
      // In one order always, so that two visits at once never wait for each other in a circle.
      const rows = [...new Set([LOOKED, ...codes])].sort();
      await sql.run(
        `INSERT INTO storefront_sightings (shop_id, day, code, visits)
         SELECT $1, $2::date, told, 1 FROM unnest($3::text[]) AS told
         WHERE told = ''
           OR EXISTS (SELECT 1 FROM storefront_sightings WHERE shop_id = $1 AND day = $2::date AND code = told)
           OR (SELECT count(*) FROM storefront_sightings WHERE shop_id = $1 AND day = $2::date) < $4
         ORDER BY told
         ON CONFLICT (shop_id, day, code) DO UPDATE SET visits = storefront_sightings.visits + 1`,
        [shopId, day, rows, MOST_CODES],
      );
    },
    async sightings(shopId, from) {
      await sql.run('DELETE FROM storefront_sightings WHERE shop_id = $1 AND day < $2::date', [shopId, from]);
      const rows = await sql.rows<{ code: string; visits: string }>(
        `SELECT code, sum(visits) AS visits FROM storefront_sightings
         WHERE shop_id = $1 AND day >= $2::date GROUP BY code ORDER BY code`,
        [shopId, from],
      );
      const counted = rows.map(({ code, visits }) => ({ code, visits: Number(visits) }));
      return {
        visits: counted.find(({ code }) => code === LOOKED)?.visits ?? 0,
        seen: counted.filter(({ code }) => code !== LOOKED),
      };
    },
  };
}
