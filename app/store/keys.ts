/** The encryption keys against what is stored: the check at start, and the rotation to the newest key. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import { SealError, type Keyring } from '../base/crypto.ts';
import type { Database } from './database.ts';
import { bindingOf, sealedColumns, type SealedField } from './sealed.ts';

const CHECK = { shop: '', field: 'installation.check_sealed' };
const CHECK_TEXT = 'tock';
const BATCH = 500;

/** The key is not the one that this database was encrypted with; nothing was changed. */
export class WrongKeyError extends Error {
  override name = 'WrongKeyError';
}

/** At the very first start writes the check value; at every other one opens it. */
export async function checkKey(database: Database, keyring: Keyring, clock: Clock): Promise<void> {
  await database.run(
    `INSERT INTO installation (id, check_sealed, created_at, version) VALUES (1, $1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version WHERE installation.version <> excluded.version`,
    [keyring.seal(CHECK_TEXT, CHECK), clock.now(), tockVersion()],
  );
  const [row] = await database.rows<{ sealed: Buffer }>(
    'SELECT check_sealed AS sealed FROM installation WHERE id = 1',
  );
  if (!row) throw new Error('The installation row was not written.');
  try {
    if (keyring.openText(row.sealed, CHECK) === CHECK_TEXT) return;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
  }
  const id = keyring.keyIdOf(row.sealed) ?? 'unknown';
  throw new WrongKeyError(
    `TOCK_ENCRYPTION_KEYS does not hold the key "${id}" that this database is encrypted with; set it again (behind a newer one, if you are rotating), or no stored token can be read.`,
  );
}

export interface RotationProgress {
  field: SealedField | 'installation.check_sealed';
  resealed: number;
}

/**
 * Seals everything anew with the first key, in small transactions while Tock runs; what is done stays done, so that it
 * may be stopped and begun again. Returns the ids of keys that are no longer needed.
 */
export async function rotateKeys(
  database: Database,
  keyring: Keyring,
  onProgress: (progress: RotationProgress) => void = () => undefined,
): Promise<{ resealed: number; retired: string[] }> {
  let resealed = 0;
  for (const place of sealedColumns) {
    const count = await rotateColumn(database, keyring, place);
    resealed += count;
    onProgress({ field: place.field, resealed: count });
  }
  const [row] = await database.rows<{ sealed: Buffer }>(
    'SELECT check_sealed AS sealed FROM installation WHERE id = 1',
  );
  // The check value goes last: until then the old key must be there at the next start.
  if (row && keyring.keyIdOf(row.sealed) !== keyring.currentKeyId) {
    await database.run('UPDATE installation SET check_sealed = $1 WHERE id = 1', [
      keyring.seal(keyring.open(row.sealed, CHECK), CHECK),
    ]);
    resealed += 1;
    onProgress({ field: 'installation.check_sealed', resealed: 1 });
  }
  return { resealed, retired: keyring.keyIds.filter((id) => id !== keyring.currentKeyId) };
}

async function rotateColumn(
  database: Database,
  keyring: Keyring,
  { table, column, shop, key, field }: (typeof sealedColumns)[number],
): Promise<number> {
  // Bytes 1 to 2 + length of the id say which key sealed a value: the database finds what is left to do.
  const current = keyring.seal('', CHECK).subarray(0, 2 + Buffer.byteLength(keyring.currentKeyId));
  let resealed = 0;
  let after: unknown[] | undefined;
  for (;;) {
    const columns = key.join(', ');
    const done = await database.transaction(async (sql) => {
      const past =
        after === undefined ? '' : `AND (${columns}) > (${key.map((_, i) => `$${i + 3}`).join(', ')})`;
      const rows = await sql.rows<Record<string, unknown>>(
        `SELECT ${columns}, ${shop}::text AS bound_to, ${column} AS sealed_value FROM ${table}
          WHERE ${column} IS NOT NULL AND substring(${column} FROM 1 FOR length($1::bytea)) <> $1::bytea ${past}
          ORDER BY ${columns} LIMIT $2 FOR UPDATE`,
        [current, BATCH, ...(after ?? [])],
      );
      for (const row of rows) {
        const { bound_to: boundTo, sealed_value: sealed } = row;
        if (typeof boundTo !== 'string' || !Buffer.isBuffer(sealed)) continue;
        const binding = bindingOf(field, boundTo);
        await sql.run(
          `UPDATE ${table} SET ${column} = $1 WHERE ${key.map((name, i) => `${name} = $${i + 2}`).join(' AND ')}`,
          [keyring.seal(keyring.open(sealed, binding), binding), ...key.map((name) => row[name])],
        );
      }
      const last = rows.at(-1);
      after = last && key.map((name) => last[name]);
      return rows.length;
    });
    resealed += done;
    if (done < BATCH) return resealed;
  }
}

let version: string | undefined;

export function tockVersion(): string {
  version ??= readVersion();
  return version;
}

function readVersion(): string {
  const file = path.resolve(import.meta.dirname, '..', '..', 'package.json');
  const { version: found }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return found;
}
