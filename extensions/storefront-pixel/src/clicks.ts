/** Remembers TikTok's click for 28 days on the shop's own domain, and says which click an event belongs to. */
import type { BeaconClick } from '../../../app/conversion/beacon.ts';
import { clickIdIn } from './click-id.ts';
import type { PageMemory } from './page-memory.ts';

interface KeptClick {
  id: string;
  at: string;
  /** Set where only TikTok's own cookie knew it: then `at` is when we first saw it, not when it was clicked. */
  cookie?: true;
}

export interface Clicks {
  /** The click an event of this page and time belongs to: its address, then the newest kept one, then TikTok's cookie. */
  for(page: { url: string; referrer?: string }, at: string): Promise<BeaconClick | undefined>;
  forget(): Promise<void>;
}

export const KEPT_CLICKS = 'tock:click';
export const CLICK_COOKIE = '_tock_click';
const KEPT_DAYS = 28;
const DAY_MS = 86_400_000;
/** Older ids are remembered too, so that reloading last week's landing page does not make its click new again. */
const REMEMBERED = 4;
/** Most browsers refuse a cookie of more than 4,096 bytes altogether. */
const LONGEST_COOKIE = 3_800;

export function createClicks(memory: PageMemory): Clicks {
  return {
    async for(page, at) {
      const kept = await readKept(memory);
      const newest = kept[0];
      const inUrl = clickIdIn(page.url);
      const here = inUrl ?? clickIdIn(sameHostReferrer(page));
      if (here !== undefined) {
        const known = kept.find((click) => click.id === here);
        if (known === undefined) await keep(memory, { id: here, at }, kept);
        return { id: here, at: known?.at ?? at, from: inUrl === undefined ? 'referrer' : 'url' };
      }
      if (newest !== undefined && !isTooOld(newest, at)) {
        return { id: newest.id, at: newest.at, from: newest.cookie === true ? 'cookie' : 'kept' };
      }
      const theirs = await memory.cookie('ttclid');
      if (theirs === undefined || kept.some((click) => click.id === theirs)) return undefined;
      await keep(memory, { id: theirs, at, cookie: true }, kept);
      return { id: theirs, at, from: 'cookie' };
    },

    async forget() {
      await Promise.all([
        memory.local.drop(KEPT_CLICKS),
        memory.setCookie(`${CLICK_COOKIE}=; path=/; max-age=0; samesite=lax; secure`),
      ]);
    },
  };
}

/** Newest first. The cookie and the storage each survive where the other is cleared. */
async function readKept(memory: PageMemory): Promise<KeptClick[]> {
  const [stored, cookie] = await Promise.all([memory.local.read(KEPT_CLICKS), memory.cookie(CLICK_COOKIE)]);
  const kept = keptIn(stored);
  for (const click of keptIn(cookie === undefined ? undefined : unescaped(cookie))) {
    if (!kept.some((known) => known.id === click.id)) kept.push(click);
  }
  return newestFirst(kept);
}

async function keep(memory: PageMemory, click: KeptClick, kept: KeptClick[]): Promise<void> {
  const clicks = newestFirst([click, ...kept]).slice(0, REMEMBERED);
  const newest = clicks[0] ?? click;
  const cookie = encodeURIComponent(JSON.stringify([newest]));
  const writes: Promise<unknown>[] = [memory.local.write(KEPT_CLICKS, JSON.stringify(clicks))];
  if (cookie.length <= LONGEST_COOKIE) {
    const seconds = Math.round((KEPT_DAYS * DAY_MS) / 1_000);
    writes.push(
      memory.setCookie(`${CLICK_COOKIE}=${cookie}; path=/; max-age=${seconds}; samesite=lax; secure`),
    );
  }
  await Promise.all(writes);
}

/** What any script of the page could have written, read as strangers' data. */
function keptIn(text: string | undefined): KeptClick[] {
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter(isKept) : [];
  } catch {
    return [];
  }
}

function isKept(value: unknown): value is KeptClick {
  if (typeof value !== 'object' || value === null) return false;
  const { id, at } = value as { id?: unknown; at?: unknown };
  return typeof id === 'string' && id !== '' && typeof at === 'string' && !Number.isNaN(Date.parse(at));
}

function newestFirst(clicks: KeptClick[]): KeptClick[] {
  return [...clicks].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

function isTooOld(click: KeptClick, at: string): boolean {
  return Date.parse(at) - Date.parse(click.at) > KEPT_DAYS * DAY_MS;
}

/** Late consent: the click may stand in the address of the page before this one, on the same host. */
function sameHostReferrer(page: { url: string; referrer?: string }): string {
  return page.referrer !== undefined && hostOf(page.referrer) === hostOf(page.url) ? page.referrer : '';
}

function hostOf(address: string): string | undefined {
  return /^https?:\/\/([^/?#]+)/i.exec(address)?.[1]?.toLowerCase();
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
