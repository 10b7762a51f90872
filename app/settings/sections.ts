/** The part of the settings that one page changes: read from its form, saved as a version, and brought back. */
import { canonicalJson } from '../conversion/canonical.ts';
import { customEventProblem } from '../conversion/custom-event.ts';
import type { PixelId } from '../conversion/facts.ts';
import { checkSettings, defaultPixelSettings, ORDER_EVENT, parseSettings } from '../conversion/settings.ts';
import type {
  PixelSettings,
  SettingsProblem,
  ShopSettings,
  ShopSettingsVersion,
} from '../conversion/settings.ts';
import { changeSettings, currentSettings, type SettingsRows } from './versions.ts';

/** `code` is for the audit alone. */
export type Section =
  | { readonly page: 'events' | 'values'; readonly pixel: PixelId; readonly code: string }
  | { readonly page: 'sources' }
  /** When a sale counts, what consent it needs, how it is matched, and the sale's name at each pixel. */
  | { readonly page: 'sales' }
  /** What the theme embed does beside the browser's copies. */
  | { readonly page: 'storefront' }
  /** Everything but what Shopify says of the store: for a set-up that is carried in, and for the way back to the defaults. */
  | { readonly page: 'all' };

/** By path inside the section, such as "events.order.name" or "rules.0.values"; "" is the whole form. */
export type DraftErrors = Record<string, string>;

export interface SectionRows extends SettingsRows {
  version(version: number): Promise<{ readonly version: number; readonly settings: string } | null>;
}

export type DraftRead =
  | { readonly ok: true; readonly settings: ShopSettingsVersion }
  | { readonly ok: false; readonly errors: DraftErrors };

export type SaveOutcome =
  /** `undo` is the version that can be brought back; null when nothing changed. */
  { readonly ok: true; readonly undo: number | null } | { readonly ok: false; readonly errors: DraftErrors };

export type RestoreOutcome =
  { readonly ok: true } | { readonly ok: false; readonly problem: 'not_found' | 'changed_meanwhile' };

/** A form's draft is JSON of the section; nothing of it is trusted before the heart's own check. */
const LONGEST_DRAFT = 200_000;

export function readDraft(current: ShopSettingsVersion, section: Section, text: string): DraftRead {
  const draft = objectIn(text);
  if (draft === null)
    return { ok: false, errors: { '': 'This form could not be read. Load the page again.' } };
  if ('pixel' in section && current.pixels[section.pixel] === undefined)
    return { ok: false, errors: { '': 'This pixel was removed meanwhile.' } };
  const checked = checkSettings(placed(current, section, draft));
  const errors = {
    ...(checked.ok ? {} : draftErrors(section, checked.problem)),
    ...ownProblems(section, draft),
  };
  if (!checked.ok || Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, settings: checked.value };
}

export async function saveSection(
  rows: SectionRows,
  section: Section,
  draft: string,
  actor: string,
  action = 'settings.changed',
): Promise<SaveOutcome> {
  const before = await currentSettings(rows);
  const read = readDraft(before.value, section, draft);
  if (!read.ok) return read;
  let changed = false;
  const saved = await changeSettings(rows, {
    actor,
    action,
    target: targetOf(section),
    change: (current) => {
      const next = carried(read.settings, current, section);
      changed = canonicalJson(next) !== canonicalJson(current);
      return next;
    },
  });
  return { ok: true, undo: changed && saved.version > 1 ? saved.version - 1 : null };
}

/** Only this section goes back, and only while it is still what was saved then: nobody's later work is lost. */
export async function restoreSection(
  rows: SectionRows,
  section: Section,
  version: number,
  actor: string,
): Promise<RestoreOutcome> {
  const [old, undone] = await Promise.all([read(rows, version), read(rows, version + 1)]);
  if (!old || !undone) return { ok: false, problem: 'not_found' };
  if ('pixel' in section && old.pixels[section.pixel] === undefined)
    return { ok: false, problem: 'not_found' };
  let untouched = true;
  await changeSettings(rows, {
    actor,
    action: 'settings.restored',
    target: targetOf(section),
    change: (current) => {
      untouched = canonicalJson(partOf(current, section)) === canonicalJson(partOf(undone, section));
      return untouched ? carried(old, current, section) : current;
    },
  });
  return untouched ? { ok: true } : { ok: false, problem: 'changed_meanwhile' };
}

async function read(rows: SectionRows, version: number): Promise<ShopSettingsVersion | null> {
  if (!Number.isSafeInteger(version) || version < 1 || version > 2_147_483_646) return null;
  const stored = await rows.version(version);
  const parsed = stored && parseSettings(stored.settings);
  return parsed?.ok ? parsed.value : null;
}

function targetOf(section: Section): string {
  switch (section.page) {
    case 'events':
      return `events of ${section.code}`;
    case 'values':
      return `values and products of ${section.code}`;
    case 'sources':
      return 'order sources';
    case 'sales':
      return 'sales and consent';
    case 'storefront':
      return 'storefront';
    case 'all':
      return 'all settings';
  }
}

function objectIn(text: string): Record<string, unknown> | null {
  if (text.length > LONGEST_DRAFT) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The whole settings with the draft in its place, as nobody has checked it yet. */
function placed(current: ShopSettingsVersion, section: Section, draft: Record<string, unknown>): unknown {
  const { shop, pixels } = current;
  switch (section.page) {
    case 'sources': {
      const { sources, rules, tiktokShop = shop.tiktokShop } = draft;
      return { ...current, shop: { ...shop, sources, rules, tiktokShop } };
    }
    case 'sales': {
      const { saleNames, ...own } = draft;
      const names = isObject(saleNames) ? saleNames : {};
      return {
        shop: { ...shop, ...Object.fromEntries(SALES_FIELDS.map((field) => [field, own[field]])) },
        pixels: Object.fromEntries(
          Object.entries(pixels).map(([id, pixel]) => [
            id,
            Object.hasOwn(names, id) ? withSaleName(pixel, names[id]) : pixel,
          ]),
        ),
      };
    }
    case 'storefront':
      return { ...current, shop: { ...shop, embed: draft } };
    case 'all':
      return {
        // What an older file does not know stays as it is.
        shop: {
          ...shop,
          ...(isObject(draft.shop) ? draft.shop : {}),
          country: shop.country,
          host: shop.host,
        },
        pixels: { ...pixels, ...(isObject(draft.pixels) ? draft.pixels : {}) },
      };
    default: {
      const pixel = pixels[section.pixel] ?? defaultPixelSettings();
      const changed =
        section.page === 'events'
          ? { ...pixel, events: draft.events }
          : { ...pixel, contentId: draft.contentId, value: draft.value };
      return { ...current, pixels: { ...pixels, [section.pixel]: changed } };
    }
  }
}

const SALES_FIELDS = [
  'purchaseMoment',
  'holdSeconds',
  'clickWindowDays',
  'consent',
  'visitorId',
] as const satisfies (keyof ShopSettings)[];

const withSaleName = (pixel: PixelSettings, name: unknown): unknown => ({
  ...pixel,
  events: { ...pixel.events, [ORDER_EVENT]: { ...pixel.events[ORDER_EVENT], name } },
});

/** `target` with this section as `source` has it. */
function carried(
  source: ShopSettingsVersion,
  target: ShopSettingsVersion,
  section: Section,
): ShopSettingsVersion {
  switch (section.page) {
    case 'sources': {
      const { sources, rules, tiktokShop } = source.shop;
      return { ...target, shop: { ...target.shop, sources, rules, tiktokShop } };
    }
    case 'sales': {
      const { purchaseMoment, holdSeconds, clickWindowDays, consent, visitorId } = source.shop;
      return {
        shop: { ...target.shop, purchaseMoment, holdSeconds, clickWindowDays, consent, visitorId },
        pixels: ofBoth(source, target, (from, to) => {
          const [named, here] = [from.events[ORDER_EVENT], to.events[ORDER_EVENT]];
          if (!named || !here) return to;
          return { ...to, events: { ...to.events, [ORDER_EVENT]: { ...here, name: named.name } } };
        }),
      };
    }
    case 'storefront':
      return { ...target, shop: { ...target.shop, embed: source.shop.embed } };
    case 'all': {
      const { country, host } = target.shop;
      return { shop: { ...source.shop, country, host }, pixels: ofBoth(source, target, (from) => from) };
    }
    default: {
      const { page, pixel } = section;
      return {
        ...target,
        pixels: ofBoth(source, target, (from, to, id) => {
          if (id !== pixel) return to;
          return page === 'events'
            ? { ...to, events: from.events }
            : { ...to, contentId: from.contentId, value: from.value };
        }),
      };
    }
  }
}

/** Pixels that `target` has, changed where `source` has them too: what was removed meanwhile does not come back. */
function ofBoth(
  source: ShopSettingsVersion,
  target: ShopSettingsVersion,
  change: (from: PixelSettings, to: PixelSettings, id: PixelId) => PixelSettings,
): Record<PixelId, PixelSettings> {
  return Object.fromEntries(
    Object.entries(target.pixels).map(([id, to]) => {
      const from = source.pixels[id];
      return [id, from ? change(from, to, id) : to];
    }),
  );
}

function partOf(settings: ShopSettingsVersion, section: Section): unknown {
  switch (section.page) {
    case 'sources': {
      const { sources, rules, tiktokShop } = settings.shop;
      return { sources, rules, tiktokShop };
    }
    case 'sales':
      return salesOf(settings);
    case 'storefront':
      return settings.shop.embed;
    case 'all': {
      const { country: _country, host: _host, ...shop } = settings.shop;
      return { shop, pixels: settings.pixels };
    }
    default: {
      const pixel = settings.pixels[section.pixel];
      if (!pixel) return null;
      return section.page === 'events' ? pixel.events : { contentId: pixel.contentId, value: pixel.value };
    }
  }
}

export interface SalesSettings extends Pick<ShopSettings, (typeof SALES_FIELDS)[number]> {
  /** TikTok's name of the sale, by pixel. */
  saleNames: Record<PixelId, string>;
}

export function salesOf({ shop, pixels }: ShopSettingsVersion): SalesSettings {
  const { purchaseMoment, holdSeconds, clickWindowDays, consent, visitorId } = shop;
  return {
    purchaseMoment,
    holdSeconds,
    clickWindowDays,
    consent,
    visitorId,
    saleNames: Object.fromEntries(
      Object.entries(pixels).flatMap(([id, { events }]) => {
        const order = events[ORDER_EVENT];
        return order ? [[id, order.name]] : [];
      }),
    ),
  };
}

function draftErrors(section: Section, problems: readonly SettingsProblem[]): DraftErrors {
  const errors: DraftErrors = {};
  for (const { field, message } of problems) {
    const path = pathInDraft(section, field);
    errors[path] ??= section.page === 'all' ? inFileWords(path, message) : inWords(path, message);
  }
  return errors;
}

/** Where the form has what the check calls by its place in the whole settings. */
function pathInDraft(section: Section, field: string): string {
  if (section.page === 'all') return field;
  const name = section.page === 'sales' ? /^pixels\.(\d+)\.events\.order\.name$/.exec(field) : null;
  if (name) return `saleNames.${name[1]}`;
  if (section.page === 'storefront') return field.replace(/^shop\.embed\.?/, '');
  const prefix = 'pixel' in section ? `pixels.${section.pixel}.` : 'shop.';
  return field.startsWith(prefix) ? field.slice(prefix.length) : '';
}

/** A file may hold anything: what no form could send is named too. */
function inFileWords(path: string, message: string): string {
  const unknown = /^Unrecognized keys?: (.+)$/.exec(message);
  if (unknown) return `Tock knows no setting called ${unknown[1]} here.`;
  const words = inWords(path, message);
  return words === NOT_HERE ? 'Tock does not know this value, or it is missing.' : words;
}

const NOT_HERE = 'This is not possible here. Load the page again.';

/** The check's own sentences are for merchants; those of its machinery are not. */
function inWords(path: string, message: string): string {
  if (!/^(Too |Invalid|Unrecognized)/.test(message)) return message;
  if (/(^|\.)rules\.\d+\.values/.test(path)) return 'Enter at least one value, each under 200 characters.';
  if (/(^|\.)rules$/.test(path)) return 'At most 100 rules.';
  if (/(^|\.)tiktokShop\./.test(path)) return 'At most 100 entries, each under 200 characters.';
  if (path.endsWith('contentId.template')) return 'At most 200 characters.';
  if (path.endsWith('holdSeconds')) return 'A whole number of seconds from 0 to 240.';
  if (path.endsWith('clickWindowDays')) return 'A whole number of days from 1 to 90.';
  return NOT_HERE;
}

/** What the heart's check does not know: names of own events, and rules that are told apart by their ids. */
function ownProblems(section: Section, draft: Record<string, unknown>): DraftErrors {
  switch (section.page) {
    case 'events':
      return eventProblems(draft.events, 'events');
    case 'sources':
      return ruleProblems(draft.rules, 'rules');
    case 'all':
      return Object.assign(
        ruleProblems(isObject(draft.shop) ? draft.shop.rules : undefined, 'shop.rules'),
        ...Object.entries(isObject(draft.pixels) ? draft.pixels : {}).map(([id, pixel]) =>
          eventProblems(isObject(pixel) ? pixel.events : undefined, `pixels.${id}.events`),
        ),
      );
    default:
      return {};
  }
}

function eventProblems(events: unknown, path: string): DraftErrors {
  const errors: DraftErrors = {};
  const known = Object.keys(defaultPixelSettings().events);
  for (const name of isObject(events) ? Object.keys(events) : []) {
    if (known.includes(name)) continue;
    const problem = customEventProblem(name, []);
    if (problem !== undefined) errors[`${path}.${name}.name`] = problem;
  }
  return errors;
}

function ruleProblems(rules: unknown, path: string): DraftErrors {
  const errors: DraftErrors = {};
  const seen = new Set<unknown>();
  (Array.isArray(rules) ? rules : []).forEach((rule: unknown, place) => {
    const id = isObject(rule) ? rule.id : undefined;
    if (seen.has(id))
      errors[`${path}.${place}.field`] = 'This rule is in the list twice. Remove one of them.';
    seen.add(id);
  });
  return errors;
}
