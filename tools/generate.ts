/** Makes the Prisma client from the schema, with nothing downloaded; does nothing while the client is newer. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const schema = path.join(root, 'prisma', 'schema.prisma');
const target = path.join(root, 'app', 'store', 'generated');
const require = createRequire(import.meta.url);

function isFresh(): boolean {
  const client = path.join(target, 'client.ts');
  if (!existsSync(client)) return false;
  const made = statSync(client).mtimeMs;
  const generator = require.resolve('prisma/package.json');
  return made >= statSync(schema).mtimeMs && made >= statSync(generator).mtimeMs;
}

/** Generates into a folder of its own and then swaps it in, so that two at once cannot mix their files. */
function generate(): void {
  const own = mkdtempSync(path.join(root, 'app', 'store', '.generating-'));
  try {
    const ownSchema = path.join(own, 'schema.prisma');
    const made = path.join(own, 'generated');
    const text = readFileSync(schema, 'utf8');
    writeFileSync(ownSchema, text.replace('"../app/store/generated"', '"./generated"'));
    const cli = path.join(path.dirname(require.resolve('prisma/package.json')), 'build', 'index.js');
    const result = spawnSync(process.execPath, [cli, 'generate', '--schema', ownSchema], {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        // Generating needs no schema engine, but Prisma insists on having one: any file satisfies it.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    });
    if (result.status !== 0) {
      process.stderr.write(
        `${result.stdout}${result.stderr}\nprisma generate failed; see the lines above.\n`,
      );
      process.exitCode = 1;
      return;
    }
    const old = path.join(own, 'old');
    if (existsSync(target)) renameSync(target, old);
    try {
      renameSync(made, target);
    } catch (error) {
      // Another process swapped in its own copy in between; it was made from the same schema.
      if (!existsSync(path.join(target, 'client.ts'))) throw error;
    }
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

if (!isFresh()) generate();
