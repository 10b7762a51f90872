/** A store's settings as a file, and back again: without secrets, so that an agency can carry a set-up to the next store. */
import type { PixelId } from '../conversion/facts.ts';
import { nestsTooDeep } from '../conversion/json.ts';
import type { ShopSettingsVersion } from '../conversion/settings.ts';
import { readDraft } from './sections.ts';

interface CarriedPixel {
  readonly id: PixelId;
  readonly code: string;
  readonly name: string;
}

/** What the file says of itself, so that another file is not taken for one. */
const KIND = 'tock settings';
const FORMAT = 1;

/** What Shopify says of the store stays behind; tokens, addresses and pixels themselves are no settings. */
export function exportSettings(
  { shop, pixels }: ShopSettingsVersion,
  connected: readonly CarriedPixel[],
): string {
  const { country: _country, host: _host, ...settings } = shop;
  const file = {
    kind: KIND,
    format: FORMAT,
    shop: settings,
    pixels: connected.flatMap(({ id, code, name }) => {
      const own = pixels[id];
      return own ? [{ code, name, settings: own }] : [];
    }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

export interface Imported {
  readonly ok: true;
  readonly settings: ShopSettingsVersion;
  /** The draft of the whole settings, as it is saved. */
  readonly draft: string;
  /** Pixels of the file that fit none here, and pixels here that the file says nothing of. */
  readonly unused: readonly string[];
  readonly untouched: readonly string[];
}

export type ImportRead =
  | Imported
  | {
      readonly ok: false;
      /** Each with its place in the file. */
      readonly errors: readonly { readonly field: string; readonly message: string }[];
    };

/**
 * Checked like a form. A pixel of the file is for the pixel here with the same code, or else of the same name; a file
 * with one pixel is for all that are here, because another store has another code.
 */
export function readImport(
  text: string,
  current: ShopSettingsVersion,
  connected: readonly CarriedPixel[],
): ImportRead {
  const file = fileIn(text);
  if (typeof file === 'string') return { ok: false, errors: [{ field: '', message: file }] };
  const used = new Set<FilePixel>();
  const taken: Record<PixelId, unknown> = {};
  const places = new Map<PixelId, string>();
  const untouched: string[] = [];
  for (const pixel of connected) {
    const own =
      file.pixels.find(({ code }) => code === pixel.code) ??
      file.pixels.find(({ name }) => name.toLowerCase() === pixel.name.toLowerCase()) ??
      (file.pixels.length === 1 ? file.pixels[0] : undefined);
    if (!own) {
      untouched.push(pixel.name);
      continue;
    }
    used.add(own);
    taken[pixel.id] = own.settings;
    places.set(pixel.id, `pixels.${file.pixels.indexOf(own) + 1}.settings`);
  }
  const draft = JSON.stringify({ shop: file.shop, pixels: taken });
  const read = readDraft(current, { page: 'all' }, draft);
  if (!read.ok)
    return {
      ok: false,
      errors: Object.entries(read.errors).map(([path, message]) => ({
        field: placeInFile(path, places),
        message,
      })),
    };
  return {
    ok: true,
    settings: read.settings,
    draft,
    unused: file.pixels.filter((pixel) => !used.has(pixel)).map(({ name }) => name),
    untouched,
  };
}

function placeInFile(path: string, places: ReadonlyMap<PixelId, string>): string {
  const found = /^pixels\.(\d+)(.*)$/.exec(path);
  const place = found && places.get(found[1] ?? '');
  return found && place !== undefined ? `${place}${found[2] ?? ''}` : path;
}

interface FilePixel {
  readonly code: string;
  readonly name: string;
  /** As the file has it, for the check to judge. */
  readonly settings: unknown;
}

/** The file, or what is wrong with it as a whole. */
function fileIn(text: string): { shop: unknown; pixels: FilePixel[] } | string {
  if (nestsTooDeep(text)) return 'This is no settings file of Tock: it is nested too deep.';
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return 'This is no settings file: it cannot be read as JSON. Was it cut off?';
  }
  if (!isObject(value) || value.kind !== KIND) return 'This is no settings file of Tock.';
  if (value.format !== FORMAT) return 'This settings file was made by a newer Tock.';
  if (!isObject(value.shop) || !Array.isArray(value.pixels))
    return 'A part of this settings file is missing.';
  const pixels = value.pixels.flatMap((pixel: unknown): FilePixel[] =>
    isObject(pixel) && typeof pixel.code === 'string' && typeof pixel.name === 'string'
      ? [{ code: pixel.code, name: pixel.name, settings: pixel.settings }]
      : [],
  );
  return pixels.length === value.pixels.length
    ? { shop: value.shop, pixels }
    : 'A pixel in this settings file has no code or no name.';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
