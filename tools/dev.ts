/** `npm run dev`: the server with hot reload, alone, with the sandbox (SANDBOX_URL), or under `shopify app dev`. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openVite } from '../app/http/vite.ts';
import { main } from '../app/server.ts';
import { buildExtensions } from '../extensions/build.ts';

process.env.NODE_ENV = 'development';
// The Shopify CLI says HOST for the public address; ours is where to listen.
if (process.env.HOST?.startsWith('http')) {
  process.env.SHOPIFY_APP_URL ??= process.env.HOST;
  delete process.env.HOST;
}
process.env.TOCK_ENCRYPTION_KEYS ??= await ownKey(process.env.DATA_DIR ?? '.data');
await buildExtensions();
await main({ openPages: openVite });

/** Made once for each data folder, so that what is stored today still opens tomorrow. */
async function ownKey(folder: string): Promise<string> {
  const path = join(folder, 'development.key');
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(path, `development:${randomBytes(32).toString('base64')}`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFile(path, 'utf8');
}
