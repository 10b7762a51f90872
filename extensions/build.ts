/** Builds both storefront scripts as Shopify's own tool would: one file each, for every browser that shops. */
import { build } from 'esbuild';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BuiltExtensions {
  /** The web pixel for Shopify's strict sandbox. */
  storefrontPixel: string;
  /** The theme embed's script, an asset of the theme app extension. */
  browserPixel: string;
}

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Returns the paths of what it wrote. */
export async function buildExtensions(): Promise<BuiltExtensions> {
  const built: BuiltExtensions = {
    storefrontPixel: `${folder}storefront-pixel/dist/storefront-pixel.js`,
    browserPixel: `${folder}browser-pixel/assets/tock-embed.js`,
  };
  await Promise.all([
    buildScript(`${folder}storefront-pixel/src/index.ts`, built.storefrontPixel),
    buildScript(`${folder}browser-pixel/src/index.ts`, built.browserPixel),
  ]);
  return built;
}

/** Written beside its place and moved there, so that whoever reads it meanwhile gets the whole old or the whole new one. */
async function buildScript(entry: string, outfile: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    outfile,
    write: false,
    bundle: true,
    format: 'iife',
    minify: true,
    target: 'es2020',
    platform: 'browser',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  await mkdir(dirname(outfile), { recursive: true });
  const aside = `${outfile}.${process.pid}.tmp`;
  await writeFile(aside, script.contents);
  await rename(aside, outfile);
}
