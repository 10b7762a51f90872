/**
 * Builds the admin pages and the two storefront scripts, each only when its sources changed since the last build.
 * Two builds at once do no harm: the second waits and then finds everything done.
 */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STATE = join(ROOT, '.cache/build');
const LOCK = join(STATE, 'lock');
/** Below this size compression saves nothing that a packet would notice. */
const WORTH_COMPRESSING = 1024;

interface Part {
  readonly name: string;
  /** Files and folders whose content decides whether the part is up to date. */
  readonly sources: readonly string[];
  /** Without one of these the part is not built, whatever its stamp says. */
  readonly results: readonly string[];
  readonly make: () => Promise<void>;
}

const parts: readonly Part[] = [
  {
    name: 'storefront scripts',
    sources: [
      'extensions',
      'app/conversion/browser.ts',
      'app/conversion/event-id.ts',
      'app/conversion/beacon.ts',
      'package-lock.json',
    ],
    results: [
      'extensions/storefront-pixel/dist/storefront-pixel.js',
      'extensions/browser-pixel/assets/tock-embed.js',
    ],
    make: async () => {
      const { buildExtensions } = await import('../extensions/build.ts');
      await buildExtensions();
    },
  },
  {
    name: 'admin pages',
    sources: [
      'app/root.tsx',
      'app/entry.client.tsx',
      'app/entry.server.tsx',
      'app/routes',
      'app/ui',
      'app/conversion',
      'vite.config.ts',
      'tools/build.ts',
      'package-lock.json',
    ],
    results: ['build/server/index.js', 'build/client/assets'],
    make: buildPages,
  },
];

/** `say` gets one line for each part that is built. */
export async function buildAll(say: (line: string) => void = console.log): Promise<void> {
  await mkdir(STATE, { recursive: true });
  const release = await takeLock(say);
  try {
    for (const part of parts) {
      const stamp = await stampOf(part);
      const kept = join(STATE, `${part.name.replaceAll(' ', '-')}.sha256`);
      if ((await readFile(kept, 'utf8').catch(() => '')) === stamp && (await allThere(part.results)))
        continue;
      const started = performance.now();
      say(`Building the ${part.name} …`);
      await part.make();
      await writeFile(kept, stamp);
      say(`Built the ${part.name} in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
    }
  } finally {
    await release();
  }
}

async function buildPages(): Promise<void> {
  await run(join(ROOT, 'node_modules/@remix-run/dev/dist/cli.js'), ['vite:build', '--logLevel', 'warn']);
  await compressAll(join(ROOT, 'build/client'));
}

/** Each asset also as .br and .gz, so that serving one costs nothing but reading it. */
async function compressAll(folder: string): Promise<void> {
  const brotli = promisify(brotliCompress);
  const pack = promisify(gzip);
  for (const path of await filesIn(folder)) {
    if (!/\.(js|css|svg|json|txt|map)$/.test(path)) continue;
    const content = await readFile(path);
    if (content.length < WORTH_COMPRESSING) continue;
    // The highest level takes seconds for Polaris' style sheet and saves two per cent more.
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    const [br, gz] = await Promise.all([brotli(content, { params }), pack(content, { level: 9 })]);
    await Promise.all([writeAside(`${path}.br`, br), writeAside(`${path}.gz`, gz)]);
  }
}

async function writeAside(path: string, content: Uint8Array): Promise<void> {
  await writeFile(`${path}.tmp`, content);
  await rename(`${path}.tmp`, path);
}

async function run(script: string, args: readonly string[]): Promise<void> {
  const output: Buffer[] = [];
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (part: Buffer) => output.push(part));
  child.stderr.on('data', (part: Buffer) => output.push(part));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new Error(`The build of the pages failed:\n${Buffer.concat(output).toString('utf8')}`);
}

/** The content decides, not the time: a checkout or a copy gives files new times. */
async function stampOf(part: Part): Promise<string> {
  const hash = createHash('sha256');
  for (const source of part.sources) {
    for (const path of await filesIn(join(ROOT, source))) {
      if (/\/(dist|assets)\//.test(relative(ROOT, path))) continue;
      hash.update(`${relative(ROOT, path)}\0`).update(await readFile(path));
    }
  }
  return hash.digest('hex');
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return null;
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function allThere(results: readonly string[]): Promise<boolean> {
  const found = await Promise.all(results.map((result) => filesIn(join(ROOT, result))));
  return found.every((files) => files.length > 0 && files[0] !== undefined && existsSync(files[0]));
}

/** The lock is a file that names its process; one whose process is gone is taken over. */
async function takeLock(say: (line: string) => void): Promise<() => Promise<void>> {
  let told = false;
  for (;;) {
    try {
      await writeFile(LOCK, String(process.pid), { flag: 'wx' });
      return () => rm(LOCK, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(LOCK, 'utf8').catch(() => '0'));
    if (holder > 0 && !isAlive(holder)) {
      await rm(LOCK, { force: true });
      continue;
    }
    if (!told) say('Another build is running; waiting for it …');
    told = true;
    await wait(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

if (import.meta.main) {
  try {
    await buildAll();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
