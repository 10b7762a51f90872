/** Reads what the project would deploy to a storefront: the built web pixel with its purposes, and the theme embed. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isTable, parseToml, type TomlValue } from '../admin/toml.ts';
import { worldMemory, type World } from '../world.ts';
import { versionOf } from './browser-scripts.ts';
import type { Purposes } from './consent.ts';

export interface ExtensionPlaces {
  webPixel: URL;
  themeEmbed: URL;
}

/** Where the extensions lie; a test may bring its own. */
export const extensionPlaces: (world: World) => ExtensionPlaces = worldMemory(() => ({
  webPixel: new URL('../../extensions/storefront-pixel/', import.meta.url),
  themeEmbed: new URL('../../extensions/browser-pixel/', import.meta.url),
}));

export interface WebPixelExtension {
  bundle: string;
  version: string;
  purposes: Purposes;
}

interface Kept {
  stamp: string;
  value: unknown;
}
const kept = new Map<string, Kept>();

/** Reads again only when one of the files has changed: a page view must not cost a build's worth of reading. */
function readWhenChanged<T>(files: URL[], read: () => T): T {
  const key = files.map(({ href }) => href).join(' ');
  const stamp = files.map((file) => `${statSync(file).mtimeMs}:${statSync(file).size}`).join(' ');
  const known = kept.get(key);
  // The key names the files and with them what was made of them.
  if (known?.stamp === stamp) return known.value as T;
  const value = read();
  kept.set(key, { stamp, value });
  return value;
}

function saleOfData(value: TomlValue | undefined): Purposes['saleOfData'] {
  return value === 'enabled' || value === 'ldu' ? value : 'disabled';
}

/** Shopify's CLI refuses the file unless all four keys are there; without the block a pixel declares nothing. */
export function readPurposes(toml: string): Purposes {
  const block = parseToml(toml).customer_privacy;
  if (!isTable(block)) {
    return { analytics: false, marketing: false, preferences: false, saleOfData: 'disabled' };
  }
  for (const key of ['analytics', 'marketing', 'preferences', 'sale_of_data']) {
    if (!(key in block)) throw new Error(`customer_privacy needs ${key}`);
  }
  return {
    analytics: block.analytics === true,
    marketing: block.marketing === true,
    preferences: block.preferences === true,
    saleOfData: saleOfData(block.sale_of_data),
  };
}

/** Shopify refuses bundles beyond this when they are built. */
const bundleLimit = 128 * 1024;

/** Null until the extension is built. */
export function readWebPixel(world: World): WebPixelExtension | null {
  const { webPixel } = extensionPlaces(world);
  const dist = new URL('dist/', webPixel);
  const toml = new URL('shopify.extension.toml', webPixel);
  if (!existsSync(dist) || !existsSync(toml)) return null;
  const file = readdirSync(dist).find((name) => name.endsWith('.js'));
  if (!file) return null;
  const bundleFile = new URL(file, dist);
  return readWhenChanged([bundleFile, toml], () => {
    const bundle = readFileSync(bundleFile, 'utf8');
    if (Buffer.byteLength(bundle) > bundleLimit) throw new Error('The web pixel is larger than 128 kB');
    return { bundle, version: versionOf(bundle), purposes: readPurposes(readFileSync(toml, 'utf8')) };
  });
}

export interface EmbedBlock {
  handle: string;
  liquid: string;
  target: 'head' | 'body' | 'compliance_head';
  /** The defaults of the block's settings, as a merchant finds them when switching it on. */
  settings: Record<string, unknown>;
}

interface BlockSchema {
  target?: unknown;
  settings?: { id?: string; default?: unknown }[];
}

function readBlock(file: URL, handle: string): EmbedBlock {
  const liquid = readFileSync(file, 'utf8');
  const text = /\{%-?\s*schema\s*-?%\}([\s\S]*?)\{%-?\s*endschema\s*-?%\}/.exec(liquid)?.[1] ?? '{}';
  const schema: BlockSchema = JSON.parse(text);
  const { target } = schema;
  return {
    handle,
    liquid,
    target: target === 'head' || target === 'compliance_head' ? target : 'body',
    settings: Object.fromEntries(
      (schema.settings ?? []).flatMap(({ id, default: value }) =>
        id === undefined ? [] : [[id, value ?? null]],
      ),
    ),
  };
}

export function readEmbedBlocks(world: World): EmbedBlock[] {
  const folder = new URL('blocks/', extensionPlaces(world).themeEmbed);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.liquid'))
    .map((name) => {
      const file = new URL(name, folder);
      return readWhenChanged([file], () => readBlock(file, name.replace(/\.liquid$/, '')));
    });
}

/** Null when there is no such file; a name with a folder in it is none. */
export function readEmbedAsset(world: World, name: string): { text: Buffer; type: string } | null {
  if (!/^[\w.-]+$/.test(name)) return null;
  const file = new URL(`assets/${name}`, extensionPlaces(world).themeEmbed);
  if (!existsSync(file)) return null;
  const types: Record<string, string> = {
    js: 'text/javascript; charset=utf-8',
    css: 'text/css; charset=utf-8',
    json: 'application/json',
    svg: 'image/svg+xml',
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    wasm: 'application/wasm',
  };
  const type = types[name.split('.').at(-1) ?? ''];
  return type === undefined ? null : { text: readFileSync(file), type };
}
