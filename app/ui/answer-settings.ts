/** What the settings pages' actions have in common: save or undo, and tell the form what came of it. */
import type { PixelPage, SettingsPages } from '../settings/pages.ts';
import type { Section } from '../settings/sections.ts';
import type { SettingsAnswer } from './SavedNotice.tsx';
import { SAVING_TEXT } from './texts-settings.ts';

export async function answerSettings(
  pages: SettingsPages,
  section: Section,
  form: FormData,
  actor: string,
  now: Date,
): Promise<SettingsAnswer> {
  const nothing = { done: null, undo: null, warning: null, errors: {}, at: now.toISOString() } as const;
  switch (form.get('intent')) {
    case 'save': {
      const saved = await pages.save(section, textOf(form, 'draft'), actor);
      if (!saved.ok) return { ...nothing, errors: saved.errors };
      return { ...nothing, done: 'saved', undo: saved.undo, warning: saved.warning ?? null };
    }
    case 'undo': {
      const restored = await pages.restore(section, Number(textOf(form, 'version')), actor);
      return { ...nothing, done: restored.ok ? 'undone' : 'undo_refused' };
    }
    default:
      return { ...nothing, errors: { '': SAVING_TEXT.unknownForm } };
  }
}

/** The pixel that a form is about: when it was removed meanwhile, its form is not handed on to another one. */
export async function pixelOfForm(pages: SettingsPages, request: Request): Promise<PixelPage['pixel']> {
  const asked = new URL(request.url).searchParams.get('pixel');
  const page = await pages.pixelPage(asked);
  if (!page || (asked !== null && page.pixel.id !== asked))
    throw new Response('This pixel is not here.', { status: 404 });
  return page.pixel;
}

export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
