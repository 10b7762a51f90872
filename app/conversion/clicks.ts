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
  if (!/ttclid/i.test(text) && !/%[0-9a-f]{2}/i.test(text)) return undefined;
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
  if (text.indexOf('%') < 0) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

const RANK: Record<ClickOrigin, number> = {
  url: 0,
  referrer: 1,
  kept: 2,
  cookie: 3,
  landing: 4,
  attribute: 5,
};

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
  let chosen: Aged | undefined;
  let landing: Aged | undefined;
  for (const click of clicks) {
    const age = when - Date.parse(click.at);
    if (age < -SKEW || age > windowDays * DAY) continue;
    const candidate = { click, age };
    if (chosen === undefined || compare(candidate, chosen) < 0) chosen = candidate;
    const own = click.from === 'landing' || click.from === 'attribute';
    if (own && (landing === undefined || compare(candidate, landing) < 0)) landing = candidate;
  }
  if (chosen === undefined) return { missing: 'too_old' };
  const remembered = chosen.click.from === 'kept' || chosen.click.from === 'cookie';
  if (remembered && landing && chosen.age - landing.age > DAY) chosen = landing;
  return { click: chosen.click, ageMs: Math.max(0, chosen.age) };
}

interface Aged {
  click: Click;
  age: number;
}

/** By where it was found, then the newest, then by the id itself: never by chance. */
function compare(a: Aged, b: Aged): number {
  const rank = RANK[a.click.from] - RANK[b.click.from] || a.age - b.age;
  return rank !== 0 ? rank : a.click.ttclid < b.click.ttclid ? -1 : 1;
}
