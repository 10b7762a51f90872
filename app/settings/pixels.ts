/** What staff can do with a pixel: add, edit, pause, resume, remove; each a new settings version where one is due. */
import type { PixelCode } from '../conversion/facts.ts';
import { defaultPixelSettings } from '../conversion/settings.ts';
import {
  readNewPixel,
  readPixelEdit,
  type FieldErrors,
  type FormPlace,
  type FormValues,
} from './pixel-form.ts';
import { changeSettings, type SettingsRows } from './versions.ts';

interface PixelRow {
  readonly id: string;
  readonly code: string;
  readonly state: string;
}

/** What these use cases ask of one shop's store. */
export interface PixelRows<Row extends PixelRow> {
  list(): Promise<Row[]>;
  get(id: string): Promise<Row | null>;
  add(
    pixel: {
      code: PixelCode;
      name: string;
      token: string;
      testEventCode: string | null;
      browserLeg: boolean;
      activeFrom?: Date;
    },
    actor: string,
  ): Promise<{ readonly ok: true; readonly pixel: Row } | { readonly ok: false; readonly pixel: Row }>;
  change(
    id: string,
    change: {
      name?: string;
      token?: string;
      testEventCode?: string | null;
      browserLeg?: boolean;
      activeFrom?: Date;
      state?: 'active' | 'paused';
    },
    actor: string,
  ): Promise<Row | null>;
  remove(id: string, actor: string): Promise<boolean>;
}

export interface ShopRows<Row extends PixelRow> {
  readonly pixels: PixelRows<Row>;
  readonly settings: SettingsRows;
}

export interface PixelUseCases<Row extends PixelRow> {
  add(values: FormValues, actor: string): Promise<PixelOutcome<Row>>;
  edit(id: string, values: FormValues, actor: string): Promise<PixelOutcome<Row>>;
  pause(id: string, actor: string): Promise<PixelOutcome<Row>>;
  /** A resumed pixel's waiting events go out as far as that is still safe. */
  resume(id: string, actor: string): Promise<PixelOutcome<Row>>;
  remove(id: string, actor: string): Promise<PixelOutcome<Row>>;
}

export type PixelOutcome<Row> =
  | {
      readonly ok: true;
      readonly pixel: Row;
      /** What the storefront could not be told, in words for the merchant; the pixel itself is saved. */
      readonly warning?: string;
    }
  | { readonly ok: false; readonly problem: 'not_found' }
  | { readonly ok: false; readonly problem: 'fields'; readonly errors: FieldErrors };

export interface PixelNews {
  /** Something that intake and delivery keep in memory is no longer true. */
  changed(): void;
  /** Lets Shopify know what the storefront must know now; answers what went wrong there, or nothing. */
  tellStorefront(): Promise<string | undefined>;
}

export interface PausingNews extends PixelNews {
  /** The pixel sends nothing until staff resume it: what it has due says so from now on. */
  stopped(id: string): Promise<void>;
}

/** Every order is dealt with once for each pixel, so that one store's pixels are work for all stores. */
const MOST_PIXELS = 50;

export function createPixelUseCases<Row extends PixelRow>(
  rows: ShopRows<Row>,
  news: PausingNews,
  /** Where and when a form is filled in. */
  place: () => Promise<FormPlace>,
): PixelUseCases<Row> {
  async function saved(pixel: Row): Promise<PixelOutcome<Row>> {
    news.changed();
    const warning = await news.tellStorefront();
    return { ok: true, pixel, ...(warning === undefined ? {} : { warning }) };
  }

  async function setState(id: string, state: 'active' | 'paused', actor: string): Promise<PixelOutcome<Row>> {
    // Without a token there is nothing to pause and nothing to resume.
    if ((await rows.pixels.get(id))?.state === 'disconnected')
      return {
        ok: false,
        problem: 'fields',
        errors: { token: 'This pixel is disconnected. Enter an access token to connect it again.' },
      };
    const pixel = await rows.pixels.change(id, { state }, actor);
    news.changed();
    if (pixel && state === 'paused') await news.stopped(pixel.id);
    return pixel ? { ok: true, pixel } : { ok: false, problem: 'not_found' };
  }

  return {
    async add(values, actor) {
      const form = readNewPixel(values, await place());
      if (!form.ok) return { ok: false, problem: 'fields', errors: form.errors };
      if ((await rows.pixels.list()).length >= MOST_PIXELS)
        return {
          ok: false,
          problem: 'fields',
          errors: { code: `A store can have ${MOST_PIXELS} pixels. Remove one that you no longer need.` },
        };
      const added = await rows.pixels.add(form.fields, actor);
      if (!added.ok)
        return {
          ok: false,
          problem: 'fields',
          errors: { code: 'This pixel is already connected to your store.' },
        };
      await giveSettingsToPixels(rows, actor);
      return saved(added.pixel);
    },
    async edit(id, values, actor) {
      const form = readPixelEdit(values, await place());
      if (!form.ok) return { ok: false, problem: 'fields', errors: form.errors };
      const before = await rows.pixels.get(id);
      if (!before) return { ok: false, problem: 'not_found' };
      // A new token is the answer to TikTok's refusal of the old one; a pause by staff stays a pause.
      const revived =
        form.edit.token !== undefined && before.state !== 'paused' ? { state: 'active' as const } : {};
      const pixel = await rows.pixels.change(id, { ...form.edit, ...revived }, actor);
      return pixel ? saved(pixel) : { ok: false, problem: 'not_found' };
    },
    pause: (id, actor) => setState(id, 'paused', actor),
    resume: (id, actor) => setState(id, 'active', actor),
    async remove(id, actor) {
      const pixel = await rows.pixels.get(id);
      if (!pixel || !(await rows.pixels.remove(id, actor))) return { ok: false, problem: 'not_found' };
      await changeSettings(rows.settings, {
        actor,
        action: 'settings.changed',
        target: pixel.code,
        change: (current) => {
          const { [pixel.id]: _gone, ...others } = current.pixels;
          return { ...current, pixels: others };
        },
      });
      return saved(pixel);
    },
  };
}

/** Every connected pixel has settings; one that has none yet (a process that died in between) gets the defaults. */
export async function giveSettingsToPixels<Row extends PixelRow>(
  rows: ShopRows<Row>,
  actor: string,
): Promise<void> {
  const pixels = await rows.pixels.list();
  await changeSettings(rows.settings, {
    actor,
    action: 'settings.changed',
    target: pixels.map(({ code }) => code).join(', ') || 'settings',
    change: (current) => ({
      ...current,
      pixels: {
        ...Object.fromEntries(pixels.map(({ id }) => [id, defaultPixelSettings()])),
        ...current.pixels,
      },
    }),
  });
}
