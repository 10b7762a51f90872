/** Builds both storefront scripts as Shopify's own tool would: one file each, for every browser that shops. */
import { build, type BuildOptions } from 'esbuild';
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
  const shared: BuildOptions = {
    bundle: true,
    format: 'iife',
    minify: true,
    target: 'es2020',
    platform: 'browser',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  };
  await Promise.all([
    build({
      ...shared,
      entryPoints: [`${folder}storefront-pixel/src/index.ts`],
      outfile: built.storefrontPixel,
    }),
    build({ ...shared, entryPoints: [`${folder}browser-pixel/src/index.ts`], outfile: built.browserPixel }),
  ]);
  return built;
}
