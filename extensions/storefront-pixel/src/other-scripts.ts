/** Sees whether TikTok's script works in this visitor's pages though Tock did not load it there. */
import { BEACON_MAX_SCRIPTS } from '../../../app/conversion/beacon.ts';
import type { PageMemory } from './page-memory.ts';

export interface OtherScripts {
  /**
   * Once for a visitor, when they have been here for a moment: the codes of the pixels at work, none of them ours. An empty
   * answer is an answer too: without it nobody could say how many of the visits show it.
   */
  look(): Promise<string[] | undefined>;
  forget(): Promise<void>;
}

export const LOOKED = 'tock:looked';
const DONE = 'done';
/** TikTok's script loads after the page; before this it would not be seen. */
const MOMENT_MS = 5_000;
/** As long as one visit lasts; who comes back later is looked at as if new. */
const VISIT_MS = 30 * 60_000;
/** Clocks and the order of loading: the script may have come a little before we looked first. */
const BEFORE_MS = 60_000;

/**
 * `_ttp` lives for thirteen months and proves nothing of today. TikTok's session cookie `ttcsid_<pixel code>` does: it holds
 * the times of the session's start and of its last event, thirteen digits each.
 */
export function createOtherScripts(needs: {
  memory: PageMemory;
  ours: readonly string[];
  now: () => number;
}): OtherScripts {
  const { memory, ours, now } = needs;
  let done = false;

  return {
    async look() {
      if (done) return undefined;
      const kept = await memory.local.read(LOOKED);
      done = kept === DONE;
      if (done) return undefined;
      const age = now() - Number(kept ?? 0);
      if (!(age >= 0 && age < VISIT_MS)) {
        // Nobody waits for it: a top frame that does not answer must not hold a beacon up.
        void memory.local.write(LOOKED, String(now()));
        return undefined;
      }
      if (age < MOMENT_MS) return undefined;
      done = true;
      void memory.local.write(LOOKED, DONE);
      return activeSince(await memory.cookies(), Number(kept) - BEFORE_MS)
        .filter((code) => !ours.includes(code))
        .slice(0, BEACON_MAX_SCRIPTS);
    },
    async forget() {
      done = false;
      await memory.local.drop(LOOKED);
    },
  };
}

function activeSince(cookies: string, since: number): string[] {
  const codes: string[] = [];
  const session = /(?:^|;\s*)ttcsid_([A-Z0-9]{20})=([^;]*)/g;
  for (let found = session.exec(cookies); found !== null; found = session.exec(cookies)) {
    const times = (found[2] ?? '').match(/\d{13}/g) ?? [];
    if (found[1] !== undefined && times.some((time) => Number(time) >= since)) codes.push(found[1]);
  }
  return codes;
}
