/** All data of one shop as a folder of JSON lines, one file for each table: as it is at one moment, and never whole in memory. */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ShopId } from '../conversion/facts.ts';
import { openDatabase, type Sql } from './database.ts';
import { BackupError, type BackupOptions } from './backup.ts';
import { tockVersion } from './keys.ts';

const FORMAT = 1;
const FETCH_ROWS = 500;

/** Rows that are nothing but search keys and sealed data: without them nothing is left that says anything. */
const SAYS_NOTHING = ['visitor_contexts', 'visitor_links', 'once_keys'];

export interface ExportSummary {
  folder: string;
  tock: string;
  format: typeof FORMAT;
  createdAt: string;
  shop: { id: string; domain: string; name: string; currency: string; timeZone: string };
  /** Rows by table. */
  rows: Record<string, number>;
}

interface Column {
  table: string;
  name: string;
  type: string;
  inKey: boolean;
}

/**
 * What is binary is left out (sealed tokens and match data, search keys), so that a secret of a later version stays at
 * home too; a payload's hash is told in hex. Numbers of any length are texts, moments ISO 8601 in UTC.
 */
export async function exportShop(
  { url, log, clock }: Omit<BackupOptions, 'file'>,
  shopId: ShopId,
  folder: string,
): Promise<ExportSummary> {
  if (existsSync(folder))
    throw new BackupError(`${folder} already exists; name a new folder, so that nothing is overwritten.`);
  const part = `${folder}.part`;
  if (existsSync(part))
    throw new BackupError(`${part} exists: another export is at work, or was cut off; remove it first.`);
  const database = await openDatabase({ url, log, poolSize: 1 });
  let ours = false;
  try {
    await mkdir(part, { mode: 0o700 });
    ours = true;
    const summary = await database.transaction(async (sql): Promise<ExportSummary> => {
      await sql.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const [shop] = await sql.rows<ExportSummary['shop']>(
        'SELECT id::text AS id, domain, name, currency, time_zone AS "timeZone" FROM shops WHERE id = $1',
        [shopId],
      );
      if (!shop) throw new BackupError('There is no such shop.');
      const rows: Record<string, number> = {};
      const tables = Map.groupBy(await columnsOfShops(sql), ({ table }) => table);
      for (const [table, columns] of tables) {
        let count = 0;
        async function* lines(): AsyncGenerator<string> {
          for await (const batch of rowsOf(sql, table, columns, shopId)) {
            count += batch.length;
            yield `${batch.join('\n')}\n`;
          }
        }
        await pipeline(lines, createWriteStream(path.join(part, `${table}.jsonl`), { mode: 0o600 }));
        rows[table] = count;
      }
      const createdAt = clock.now().toISOString();
      return { folder, tock: tockVersion(), format: FORMAT, createdAt, shop, rows };
    });
    const { folder: _, ...told } = summary;
    await writeFile(path.join(part, 'export.json'), `${JSON.stringify(told, null, 2)}\n`, { mode: 0o600 });
    await rename(part, folder);
    return summary;
  } finally {
    if (ours) await rm(part, { recursive: true, force: true });
    await database.close();
  }
}

/** Every table that has rows of a shop, so that a new one cannot be forgotten. */
async function columnsOfShops(sql: Sql): Promise<Column[]> {
  return sql.rows<Column>(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type,
            EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY(i.indkey)) AS "inKey"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> ALL($1::text[])
        AND EXISTS (SELECT 1 FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'shop_id' AND NOT s.attisdropped)
      ORDER BY c.relname, a.attnum`,
    [SAYS_NOTHING],
  );
}

async function* rowsOf(
  sql: Sql,
  table: string,
  columns: readonly Column[],
  shopId: ShopId,
): AsyncGenerator<string[]> {
  const told = columns.flatMap(({ name, type }) => {
    if (name === 'shop_id') return [];
    if (name === 'payload_sha256') return [`encode(${name}, 'hex') AS ${name}`];
    if (type === 'bytea' || type === 'bytea[]') return [];
    if (type === 'bigint' || type === 'numeric') return [`${name}::text AS ${name}`];
    if (type === 'bigint[]') return [`${name}::text[] AS ${name}`];
    return [name];
  });
  const order = columns
    .filter(({ inKey, name }) => inKey && name !== 'shop_id')
    .map(({ name }) => `t.${name}`);
  await sql.run(
    `DECLARE shop_rows NO SCROLL CURSOR FOR SELECT row_to_json(r)::text AS line FROM
       (SELECT ${told.join(', ')} FROM ${table} t WHERE t.shop_id = $1 ${order.length > 0 ? `ORDER BY ${order.join(', ')}` : ''}) AS r`,
    [shopId],
  );
  for (;;) {
    const batch = await sql.rows<{ line: string }>(`FETCH ${FETCH_ROWS} FROM shop_rows`);
    if (batch.length === 0) break;
    yield batch.map(({ line }) => line);
  }
  await sql.run('CLOSE shop_rows');
}
