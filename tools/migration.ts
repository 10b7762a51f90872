/** Writes a new migration from the difference between prisma/migrations and prisma/schema.prisma: npm run migration -- NAME */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '../app/base/log.ts';
import { destroyEmbedded, joinEmbedded } from '../app/store/embedded/embedded.ts';
import { migrationsFolder, schemaDifference } from '../app/store/migrations.ts';

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Say what the migration does, in small letters: npm run migration -- add_shop_language');
  process.exit(2);
}

const given = process.env['DATABASE_URL'];
const folder = given === undefined ? mkdtempSync(path.join(tmpdir(), 'tock-migration-')) : undefined;
if (folder !== undefined) chmodSync(folder, 0o755);
const membership =
  folder === undefined
    ? undefined
    : await joinEmbedded({ dataDir: folder, log: createLog({ level: 'warn' }), durable: false });
try {
  const script = await schemaDifference(given ?? membership?.url ?? '');
  if (script === null) {
    console.log('The migrations already add up to the schema; there is nothing to write.');
  } else {
    const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    const target = path.join(migrationsFolder, `${time}_${name}`);
    mkdirSync(target);
    writeFileSync(path.join(target, 'migration.sql'), script);
    console.log(
      `Wrote ${path.relative(process.cwd(), target)}/migration.sql. Read it: what deletes or rewrites a big table needs a better plan.`,
    );
  }
} finally {
  await membership?.leave();
  if (folder !== undefined) {
    await destroyEmbedded(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}
