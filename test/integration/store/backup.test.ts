/** A backup is one consistent copy, and restoring it gives back every row of every table. */
import {
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backupDatabase, restoreDatabase, type BackupSummary } from '../../../app/store/backup.ts';
import { openDatabase, type Database } from '../../../app/store/database.ts';
import { openStore } from '../../../app/store/store.ts';
import {
  shopProfile,
  testDatabase,
  testStore,
  type TestDatabase,
  type TestStore,
} from '../../support/database.ts';

let opened: TestStore;
let folder: string;
let file: string;
let made: BackupSummary;
const empties: TestDatabase[] = [];

/** Text that loses something on its way through careless hands. */
const ODD = 'tab\t quote" back\\slash \u2028 line \r\n é 😀 {"a":1} \\x41 NULL';

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tock-backup-'));
  file = path.join(folder, 'copy.tock');
  opened = await testStore();
  const { store, clock, keyring, log, url } = opened;
  const shop = await store.installs.install(shopProfile({ name: ODD }));
  const own = store.shop(shop.id);
  const added = await own.pixels.add({ code: 'CABC', name: ODD, token: 'secret-token' }, 'staff');
  if (!added.ok) throw new Error('The pixel was there already.');
  await own.settings.add({ settings: `{"odd":${JSON.stringify(ODD)}}`, expected: 0, actor: 'staff' });
  const { database } = store;
  await database.run(
    `INSERT INTO orders (shop_id, order_id, name, created_at, processed_at, updated_at, received_at, day, revision,
                         source, currency, total_minor, checkout_key, email_keys, webhook_ids, event_ids)
     SELECT $1, 9007199254740993 + n, '#' || n, $2, $2, $2, $2, '2026-11-20', 1, 'webhook', 'EUR',
            9223372036854775000 + n, '\\x00ff5c'::bytea, ARRAY['\\x00', '\\x5c22']::bytea[], ARRAY[$3, ''], '{}'
       FROM generate_series(1, 700) n`,
    [shop.id, clock.now(), ODD],
  );
  await database.run(
    `INSERT INTO page_events (shop_id, event_id, occurred_at, received_at, event, facts, context_key, own_sealed)
     SELECT $1, 'e' || n, $2::timestamptz - n * interval '6 hours', $2, 'page_viewed', $3, '\\x01', $4
       FROM generate_series(1, 60) n`,
    [shop.id, clock.now(), ODD, keyring.seal('own', { shop: shop.id, field: 'page_events.own_sealed' })],
  );
  made = await backupDatabase({ url, file, log, clock });
});

afterAll(async () => {
  await opened.close();
  for (const empty of empties) await empty.close();
  rmSync(folder, { recursive: true, force: true });
});

async function emptyDatabase(): Promise<string> {
  const empty = await testDatabase({ empty: true });
  empties.push(empty);
  return empty.url;
}

async function everything(database: Database): Promise<Record<string, unknown[]>> {
  const tables = await database.rows<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('public', 'parts') AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'
        AND (n.nspname = 'public' OR (SELECT count(*) FROM pg_inherits i WHERE i.inhrelid = c.oid) = 1)
      ORDER BY 1`,
  );
  const all: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    const rows = await database.rows(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
    if (rows.length > 0 || !name.startsWith('parts.')) all[name] = rows;
  }
  return all;
}

it('gives back every row of every table, the settings of sequences, and what is encrypted', async () => {
  const url = await emptyDatabase();
  const { store, clock, keyring, log } = opened;
  const restored = await restoreDatabase({ url, file, log, clock });
  expect(restored.rows).toEqual(made.rows);
  expect(made.rows).toMatchObject({
    shops: 1,
    pixels: 1,
    orders: 700,
    page_events: 60,
    settings_versions: 1,
  });

  const copy = await openDatabase({ url, log });
  try {
    expect(await everything(copy)).toEqual(await everything(store.database));
    const next = `SELECT nextval('audit_entries_id_seq') AS id`;
    expect(await copy.rows(next)).toEqual(await store.database.rows(next));
  } finally {
    await copy.close();
  }
  const again = await openStore({ databaseUrl: url, dataDir: folder, clock, log, keyring });
  try {
    const shop = await again.installs.shopByDomain('birch.myshopify.com');
    expect(shop?.name).toBe(ODD);
    const own = again.shop(shop?.id ?? '');
    const [pixel] = await own.pixels.list();
    expect(await own.pixels.token(pixel?.id ?? '')).toBe('secret-token');
    expect(await own.key()).toEqual(await store.shop(shop?.id ?? '').key());
  } finally {
    await again.close();
  }
});

it('is stamped with its version and its moment, and can be read by its owner only', () => {
  expect(made).toMatchObject({
    tock: expect.stringMatching(/^\d+\.\d+\.\d+/),
    createdAt: opened.clock.now().toISOString(),
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(gunzipSync(readFileSync(file)).toString()).not.toContain('secret-token');
});

it('never overwrites another backup', async () => {
  const { url, log, clock } = opened;
  await expect(backupDatabase({ url, file, log, clock })).rejects.toThrow(/already exists/);
});

it('writes into no file or link that lies where it would write, and says so', async () => {
  const { store, log, clock } = opened;
  const { url } = store.database;
  const place = path.join(folder, 'laid.tock');
  const theirs = path.join(folder, 'theirs');
  writeFileSync(theirs, 'precious');
  symlinkSync(theirs, `${place}.part`);
  await expect(backupDatabase({ url, file: place, log, clock })).rejects.toThrow(
    /laid.tock.part is there already/,
  );
  expect(readFileSync(theirs, 'utf8')).toBe('precious');
  // Not ours, so not ours to remove.
  expect(readlinkSync(`${place}.part`)).toBe(theirs);
  rmSync(`${place}.part`);
  expect(await backupDatabase({ url, file: place, log, clock })).toMatchObject({ rows: made.rows });
});

it('is not restored over data', async () => {
  const { url, log, clock } = opened;
  await expect(restoreDatabase({ url, file, log, clock })).rejects.toThrow(/already holds data .*empty one/);
});

it('is restored whole or not at all', async () => {
  const { log, clock } = opened;
  const bytes = readFileSync(file);
  const text = gunzipSync(bytes).toString();
  const broken: [string, Buffer, RegExp][] = [
    ['cut', bytes.subarray(0, bytes.length - 40), /cut short/],
    ['short', gzipSync(text.slice(0, text.lastIndexOf('#'))), /cut short/],
    ['fewer', gzipSync(text.replace(/\n\{"shop_id"[^\n]*(?=\n\{)/, '')), /cut short/],
    ['other', gzipSync('hello\n'), /not a backup of Tock/],
    ['plain', Buffer.from('hello'), /not a backup of Tock/],
    [
      'newer',
      gzipSync(text.replace('"migrations":[', '"migrations":["99990101000000_future",')),
      /newer than this one/,
    ],
  ];
  const url = await emptyDatabase();
  for (const [name, content, message] of broken) {
    const other = path.join(folder, name);
    writeFileSync(other, content);
    await expect(restoreDatabase({ url, file: other, log, clock }), name).rejects.toThrow(message);
  }
  await expect(restoreDatabase({ url, file: path.join(folder, 'absent'), log, clock })).rejects.toThrow(
    /no file/,
  );
  // After all these refusals the database is still good for the whole backup.
  expect((await restoreDatabase({ url, file, log, clock })).rows).toEqual(made.rows);
});
