/** Finding a TikTok click id, and which of several counts for an event. */
import type { Click, ClickOrigin } from './facts.ts';

/** A click id as TikTok makes them; a macro that nobody filled in is none. */
export function clickId(raw: string | undefined): string | undefined {
  const id = raw?.trim();
  if (!id || id.length > 4000 || !/^[\x21-\x7e]+$/.test(id)) return undefined;
  return /^__.*__$|^\{.*\}$|^(null|undefined)$/i.test(id) ? undefined : id;
}

/** The click id in an address: any letter case of the parameter, in the fragment, or inside an encoded redirect. */
export function clickIdIn(address: string | undefined): string | undefined {
  let text = address ?? '';
  if (!/ttclid/i.test(text)) return undefined;
  for (let round = 0; round < 4; round++) {
    const found = /[?&#;]ttclid=([^&#\s"'<>]+)/i.exec(text);
    const id = clickId(found?.[1] === undefined ? undefined : unescaped(found[1]));
    if (id !== undefined) return id;
    const next = unescaped(text);
    if (next === text) return undefined;
    text = next;
  }
  return undefined;
}

/** Percent decoding that keeps plus signs: they are part of the id. */
function unescaped(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

const RANK: readonly ClickOrigin[] = ['url', 'referrer', 'kept', 'cookie', 'landing', 'attribute'];

const DAY = 86_400_000;
/** A browser's clock may run ahead; a click further in the future than this came after the event. */
const SKEW = 10 * 60_000;

export interface ClickChoice {
  click?: Click;
  /** Age of the chosen click at the time of the event, in milliseconds. */
  ageMs?: number;
  /** Why none counts. */
  missing?: 'none' | 'too_old';
}

/**
 * The click that counts: by where it was found, then the newest. A remembered click gives way to the order's own
 * landing page when it is more than a day older: the visit that bought began with another ad.
 */
export function chooseClick(clicks: readonly Click[], at: string, windowDays: number): ClickChoice {
  if (clicks.length === 0) return { missing: 'none' };
  const when = Date.parse(at);
  const usable = clicks
    .map((click) => ({ click, age: when - Date.parse(click.at) }))
    .filter(({ age }) => age >= -SKEW && age <= windowDays * DAY);
  if (usable.length === 0) return { missing: 'too_old' };
  usable.sort((a, b) => RANK.indexOf(a.click.from) - RANK.indexOf(b.click.from) || a.age - b.age);
  let chosen = usable[0];
  if (chosen && (chosen.click.from === 'kept' || chosen.click.from === 'cookie')) {
    const remembered = chosen.age;
    const landing = usable.find(({ click }) => click.from === 'landing' || click.from === 'attribute');
    if (landing && remembered - landing.age > DAY) chosen = landing;
  }
  return chosen ? { click: chosen.click, ageMs: Math.max(0, chosen.age) } : { missing: 'none' };
}
