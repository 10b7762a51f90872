/** What a storefront page shows of senders to TikTok: Shopify's list of web pixels, TikTok's script, and whose block it is in. */

/** TikTok's own Shopify app, as its entry in the list of web pixels names it. */
export const TIKTOK_APP = '4383523';

export interface PageSender {
  readonly kind: 'tiktok_app' | 'pixel_app' | 'app_embed' | 'theme';
  /** Null where the page does not show which pixel it feeds. */
  readonly pixelCode: string | null;
  /** The app's id or the name of its block, where the page shows it. */
  readonly app: string | null;
  /** The piece of the page that shows it. */
  readonly evidence: string;
}

const CODE = /\bC[A-Z0-9]{19}\b/g;
const MOST_EVIDENCE = 240;

export interface OwnPixel {
  /** Numeric id of our web pixel in the list; null while there is none. */
  readonly webPixelId: string | null;
  /** Our beacon's address, printed with our settings. */
  readonly endpoint: string;
  readonly codes: readonly string[];
}

export function sendersIn(html: string, own: OwnPixel): PageSender[] {
  const pixels = webPixelsIn(html);
  return distinct([
    ...pixels.flatMap((pixel) => senderOf(pixel, own)),
    ...scriptsIn(withoutOurs(withoutPixelList(html))),
  ]);
}

interface WebPixel {
  id: string;
  app: string;
  configuration: string;
  text: string;
}

function senderOf(pixel: WebPixel, own: OwnPixel): PageSender[] {
  if (pixel.id === own.webPixelId || pixel.configuration.includes(own.endpoint)) return [];
  const evidence = shortened(pixel.text);
  const codes = [...new Set(pixel.configuration.match(CODE) ?? [])];
  if (pixel.app === TIKTOK_APP) {
    return (codes.length === 0 ? [null] : codes).map((pixelCode) => ({
      kind: 'tiktok_app',
      pixelCode,
      app: pixel.app,
      evidence,
    }));
  }
  // A code alone could be anybody's id; with TikTok's name beside it, or when it is one of ours, it is a sender.
  const speaksOfTikTok = /tiktok|ttclid/i.test(pixel.configuration);
  return codes
    .filter((code) => speaksOfTikTok || own.codes.includes(code))
    .map((pixelCode) => ({ kind: 'pixel_app', pixelCode, app: pixel.app || null, evidence }));
}

const LIST = /webPixelsConfigList["']?\s*:\s*\[/;

function webPixelsIn(html: string): WebPixel[] {
  const list = listIn(html);
  if (list === undefined) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(list.text);
  } catch {
    return [];
  }
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { id, apiClientId, configuration } = entry as Record<string, unknown>;
    return [
      {
        id: textOf(id),
        app: textOf(apiClientId),
        configuration:
          typeof configuration === 'string' ? configuration : JSON.stringify(configuration ?? {}),
        text: JSON.stringify(entry),
      },
    ];
  });
}

function listIn(html: string): { text: string; start: number; end: number } | undefined {
  const found = LIST.exec(html);
  if (found === null) return undefined;
  const start = found.index + found[0].length - 1;
  const end = closingOf(html, start);
  return end === undefined ? undefined : { text: html.slice(start, end), start, end };
}

function withoutPixelList(html: string): string {
  const list = listIn(html);
  return list === undefined ? html : html.slice(0, list.start) + html.slice(list.end);
}

/** Behind the bracket that closes the one at `start`; brackets within strings do not count. */
function closingOf(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (inString) {
      if (sign === '\\') at += 1;
      else if (sign === '"') inString = false;
    } else if (sign === '"') inString = true;
    else if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** Our own embed speaks of TikTok's script too, as data. */
function withoutOurs(html: string): string {
  return html.replace(/<script[^>]*\bid="tock-embed"[^>]*>[\s\S]*?<\/script>/g, '');
}

interface Block {
  name: string;
  start: number;
  end: number;
}

/** Shopify marks what an app's block printed: `<!-- BEGIN app block: shopify://apps/NAME/blocks/… -->`. */
function blocksIn(html: string): Block[] {
  const blocks: Block[] = [];
  const begin = /<!-- BEGIN app block: ([^\s>]+) -->/g;
  for (let found = begin.exec(html); found !== null; found = begin.exec(html)) {
    const end = html.indexOf('<!-- END app block', found.index);
    const path = found[1] ?? '';
    blocks.push({
      name: /^shopify:\/\/apps\/([^/]+)/.exec(path)?.[1] ?? path,
      start: found.index,
      end: end < 0 ? html.length : end,
    });
  }
  return blocks;
}

const EVENTS_JS = /i18n\/pixel\/(?:events|sdk)\.js(?:\?[^"'\s<>]*)?/g;
const LOAD = /\bttq\.load\(\s*["'`]([A-Z0-9]{20})["'`]/g;

function scriptsIn(html: string): PageSender[] {
  const blocks = blocksIn(html);
  const found: { at: number; code: string | null }[] = [];
  for (const match of html.matchAll(LOAD)) found.push({ at: match.index, code: match[1] ?? null });
  for (const match of html.matchAll(EVENTS_JS)) {
    const code = /[?&]sdkid=([A-Z0-9]{20})\b/.exec(match[0])?.[1] ?? null;
    found.push({ at: match.index, code });
  }
  // TikTok's usual snippet names the script once and its pixel in another line: one sender, not two.
  const named = found.filter(({ code }) => code !== null);
  return (named.length > 0 ? named : found.slice(0, 1)).map(({ at, code }) => {
    const block = blocks.find(({ start, end }) => at > start && at < end);
    return {
      kind: block === undefined ? ('theme' as const) : ('app_embed' as const),
      pixelCode: code,
      app: block?.name ?? null,
      evidence: shortened(html.slice(Math.max(0, at - 40), at + 100)),
    };
  });
}

function distinct(senders: PageSender[]): PageSender[] {
  const known = new Map(
    senders.map((sender) => [`${sender.kind} ${sender.app} ${sender.pixelCode}`, sender]),
  );
  return [...known.values()];
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MOST_EVIDENCE ? `${line.slice(0, MOST_EVIDENCE)}…` : line;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
