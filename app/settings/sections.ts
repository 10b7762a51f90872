/** The part of the settings that one page changes: read from its form, saved as a version, and brought back. */
import { canonicalJson } from '../conversion/canonical.ts';
import { customEventProblem } from '../conversion/custom-event.ts';
import type { PixelId } from '../conversion/facts.ts';
import { checkSettings, defaultPixelSettings, parseSettings } from '../conversion/settings.ts';
import type { SettingsProblem, ShopSettingsVersion } from '../conversion/settings.ts';
import { changeSettings, currentSettings, type SettingsRows } from './versions.ts';

/** `code` is for the audit alone. */
export type Section =
  | { readonly page: 'events' | 'values'; readonly pixel: PixelId; readonly code: string }
  | { readonly page: 'sources' };

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
  if (section.page !== 'sources' && current.pixels[section.pixel] === undefined)
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
): Promise<SaveOutcome> {
  const before = await currentSettings(rows);
  const read = readDraft(before.value, section, draft);
  if (!read.ok) return read;
  let changed = false;
  const saved = await changeSettings(rows, {
    actor,
    action: 'settings.changed',
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
  if (section.page !== 'sources' && old.pixels[section.pixel] === undefined)
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
  if (section.page === 'sources')
    return {
      ...current,
      shop: {
        ...current.shop,
        sources: draft.sources,
        rules: draft.rules,
        tiktokShop: draft.tiktokShop ?? current.shop.tiktokShop,
      },
    };
  const pixel = current.pixels[section.pixel] ?? defaultPixelSettings();
  const changed =
    section.page === 'events'
      ? { ...pixel, events: draft.events }
      : { ...pixel, contentId: draft.contentId, value: draft.value };
  return { ...current, pixels: { ...current.pixels, [section.pixel]: changed } };
}

/** `target` with this section as `source` has it. */
function carried(
  source: ShopSettingsVersion,
  target: ShopSettingsVersion,
  section: Section,
): ShopSettingsVersion {
  if (section.page === 'sources') {
    const { sources, rules, tiktokShop } = source.shop;
    return { ...target, shop: { ...target.shop, sources, rules, tiktokShop } };
  }
  const from = source.pixels[section.pixel];
  const to = target.pixels[section.pixel];
  // Removed meanwhile: there is nothing left to change.
  if (!from || !to) return target;
  const pixel =
    section.page === 'events'
      ? { ...to, events: from.events }
      : { ...to, contentId: from.contentId, value: from.value };
  return { ...target, pixels: { ...target.pixels, [section.pixel]: pixel } };
}

function partOf(settings: ShopSettingsVersion, section: Section): unknown {
  if (section.page === 'sources') {
    const { sources, rules, tiktokShop } = settings.shop;
    return { sources, rules, tiktokShop };
  }
  const pixel = settings.pixels[section.pixel];
  if (!pixel) return null;
  return section.page === 'events' ? pixel.events : { contentId: pixel.contentId, value: pixel.value };
}

function draftErrors(section: Section, problems: readonly SettingsProblem[]): DraftErrors {
  const prefix = section.page === 'sources' ? 'shop.' : `pixels.${section.pixel}.`;
  const errors: DraftErrors = {};
  for (const { field, message } of problems) {
    const path = field.startsWith(prefix) ? field.slice(prefix.length) : '';
    errors[path] ??= inWords(path, message);
  }
  return errors;
}

/** The check's own sentences are for merchants; those of its machinery are not. */
function inWords(path: string, message: string): string {
  if (!/^(Too |Invalid|Unrecognized)/.test(message)) return message;
  if (/^rules\.\d+\.values/.test(path)) return 'Enter at least one value, each under 200 characters.';
  if (path === 'rules') return 'At most 100 rules.';
  if (path.startsWith('tiktokShop.')) return 'At most 100 entries, each under 200 characters.';
  if (path === 'contentId.template') return 'At most 200 characters.';
  return 'This is not possible here. Load the page again.';
}

/** What the heart's check does not know: names of own events, and rules that are told apart by their ids. */
function ownProblems(section: Section, draft: Record<string, unknown>): DraftErrors {
  const errors: DraftErrors = {};
  if (section.page === 'events' && isObject(draft.events)) {
    const known = Object.keys(defaultPixelSettings().events);
    for (const name of Object.keys(draft.events)) {
      if (known.includes(name)) continue;
      const problem = customEventProblem(name, []);
      if (problem !== undefined) errors[`events.${name}.name`] = problem;
    }
  }
  if (section.page === 'sources' && Array.isArray(draft.rules)) {
    const seen = new Set<unknown>();
    draft.rules.forEach((rule: unknown, place) => {
      const id = isObject(rule) ? rule.id : undefined;
      if (seen.has(id))
        errors[`rules.${place}.field`] = 'This rule is in the list twice. Remove one of them.';
      seen.add(id);
    });
  }
  return errors;
}
