/** The three ways to end something for a whole store: disconnect it from TikTok, set it back to the defaults, erase what it has. */
import { defaultPixelSettings, defaultSettings } from '../conversion/settings.ts';
import type { PausingNews } from './pixels.ts';
import { saveSection, type SectionRows } from './sections.ts';

/** Who asks; ending something is the account owner's alone. */
export interface Acting {
  /** As the audit names them. */
  readonly actor: string;
  readonly owner: boolean;
}

export interface EndingNeeds {
  readonly settings: SectionRows;
  readonly pixels: {
    list(): Promise<readonly { readonly id: string }[]>;
    disconnectAll(actor: string): Promise<readonly { readonly id: string }[]>;
  };
  /** What has to be typed to erase: the store's permanent address. */
  readonly domain: string;
  /** Writes the wish down; it is carried out within a minute, whatever happens to this process. */
  askErasure(actor: string): Promise<void>;
  readonly news: PausingNews;
}

export type EndingOutcome =
  | {
      readonly ok: true;
      /** The version that can be brought back. */
      readonly undo: number | null;
      /** What the storefront could not be told, in words. */
      readonly warning?: string;
    }
  | { readonly ok: false; readonly problem: 'owner' | 'typed' };

export interface Endings {
  /** Tokens are forgotten and nothing is sent; orders are still taken in, and a new token lets it go on. */
  disconnect(by: Acting): Promise<EndingOutcome>;
  /** Every setting that changes an outcome; pixels, alerts and what is stored stay. */
  reset(by: Acting): Promise<EndingOutcome>;
  /** Everything, for good. The store stays connected to Shopify and begins anew. */
  erase(by: Acting, typed: string): Promise<EndingOutcome>;
}

export function createEndings(needs: EndingNeeds): Endings {
  const { settings, pixels, news } = needs;

  async function stop(actor: string): Promise<string | undefined> {
    const stopped = await pixels.disconnectAll(actor);
    news.changed();
    for (const { id } of stopped) await news.stopped(id);
    return news.tellStorefront();
  }

  return {
    async disconnect({ actor, owner }) {
      if (!owner) return { ok: false, problem: 'owner' };
      return ended(null, await stop(actor));
    },
    async reset({ actor, owner }) {
      if (!owner) return { ok: false, problem: 'owner' };
      const draft = {
        shop: defaultSettings(),
        pixels: Object.fromEntries((await pixels.list()).map(({ id }) => [id, defaultPixelSettings()])),
      };
      const saved = await saveSection(
        settings,
        { page: 'all' },
        JSON.stringify(draft),
        actor,
        'settings.reset',
      );
      if (!saved.ok) throw new Error(`The defaults are refused: ${JSON.stringify(saved.errors)}`);
      news.changed();
      return ended(saved.undo, await news.tellStorefront());
    },
    async erase({ actor, owner }, typed) {
      if (!owner) return { ok: false, problem: 'owner' };
      if (typed.trim().toLowerCase() !== needs.domain.toLowerCase()) return { ok: false, problem: 'typed' };
      const warning = await stop(actor);
      await needs.askErasure(actor);
      return ended(null, warning);
    },
  };
}

const ended = (undo: number | null, warning: string | undefined): EndingOutcome => ({
  ok: true,
  undo,
  ...(warning === undefined ? {} : { warning }),
});
