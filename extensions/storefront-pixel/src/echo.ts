/** Leaves a copy of an event in the tab for the theme embed, which tells TikTok's pixel in the page. */
import { browserCopy, type PageDraft, type PixelOptions } from '../../../app/conversion/browser.ts';
import { ECHO_PREFIX, ECHO_WINDOW_MS, type EchoEntry } from './echo-entry.ts';
import type { PageMemory } from './page-memory.ts';

export interface Echoes {
  /** The pixel codes for which the page was offered its copy. */
  leave(event: { id: string; name: string; at: string; url: string; draft: PageDraft }): Promise<string[]>;
  /** Takes back what the page has not taken yet. */
  forget(): Promise<void>;
}

export function createEchoes(needs: {
  options: PixelOptions;
  memory: PageMemory;
  now: () => number;
}): Echoes {
  const { options, memory, now } = needs;
  const left = new Set<string>();
  let swept = options.echo.length === 0;

  return {
    async leave(event) {
      const age = now() - Date.parse(event.at);
      if (!(age < ECHO_WINDOW_MS) || !isStorefront(event.url)) return [];
      const offered: string[] = [];
      for (const pixel of options.echo) {
        const copy = browserCopy(event.draft, event.name, pixel);
        if (copy === null) continue;
        const { name, properties } = copy;
        const entry: EchoEntry = {
          v: 1,
          code: pixel.code,
          name,
          event_id: event.id,
          properties,
          at: event.at,
        };
        const key = `${ECHO_PREFIX}${event.id}:${pixel.code}`;
        if (left.has(key)) continue;
        left.add(key);
        if (await memory.session.write(key, JSON.stringify(entry))) offered.push(pixel.code);
      }
      if (!swept) {
        swept = true;
        await sweep(memory, left);
      }
      return offered;
    },

    async forget() {
      await Promise.all((await memory.session.keys(ECHO_PREFIX)).map((key) => memory.session.drop(key)));
    },
  };
}

/** Entries of earlier pages of this tab that no embed took: they may not be told any more, and not pile up. */
async function sweep(memory: PageMemory, ours: Set<string>): Promise<void> {
  const old = (await memory.session.keys(ECHO_PREFIX)).filter((key) => !ours.has(key));
  await Promise.all(old.map((key) => memory.session.drop(key)));
}

/**
 * The embed runs in the theme's pages only. Checkout, order status and customer accounts may share the shop's
 * domain and the tab's storage, but nobody would take the copy there.
 */
function isStorefront(url: string): boolean {
  const path = /^https?:\/\/[^/?#]+(\/[^?#]*)?/i.exec(url)?.[1] ?? '/';
  return !/^\/(?:[a-z]{2}(?:-[a-z]{2,4})?\/|\d+\/)?(?:checkouts?|orders|account|customer_authentication|thank[-_]you)(?:\/|$)/i.test(
    path,
  );
}
