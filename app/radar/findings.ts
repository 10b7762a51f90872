/** Findings of the conflict radar: who else sends this shop's events to TikTok, what that does, and how to switch it off. */
import type { PageSender } from './page.ts';

export interface Finding {
  /** The same sender has the same key in every check. */
  readonly key: string;
  readonly kind: PageSender['kind'];
  readonly pixelCode: string | null;
  /** Whether it feeds a pixel that Tock feeds too: then everything counts twice. */
  readonly countsTwice: boolean;
  readonly title: string;
  readonly meaning: string;
  readonly evidence: { readonly url: string; readonly text: string };
  readonly steps: readonly string[];
  /** When it was first seen; ISO. */
  readonly since: string;
}

export interface StorefrontCheck {
  readonly checkedAt: string;
  /** `password`: only the password page could be read. `unreachable`: nothing could; findings are those of before. */
  readonly state: 'read' | 'password' | 'unreachable';
  /** In words, where not everything could be read. */
  readonly remark: string | null;
  readonly pages: readonly string[];
  readonly findings: readonly Finding[];
}

export interface SeenSender {
  readonly sender: PageSender;
  readonly url: string;
}

export function findingsOf(
  seen: readonly SeenSender[],
  ours: readonly string[],
  before: readonly Finding[],
  now: Date,
): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { sender, url } of seen) {
    const key = `${sender.kind}:${sender.app ?? ''}:${sender.pixelCode ?? ''}`;
    if (findings.has(key)) continue;
    const countsTwice = sender.pixelCode !== null && ours.includes(sender.pixelCode);
    findings.set(key, {
      key,
      kind: sender.kind,
      pixelCode: sender.pixelCode,
      countsTwice,
      title: titleOf(sender),
      meaning: meaningOf(sender, countsTwice),
      evidence: { url, text: sender.evidence },
      steps: stepsFor(sender),
      since: before.find((known) => known.key === key)?.since ?? now.toISOString(),
    });
  }
  return [...findings.values()].sort((a, b) => Number(b.countsTwice) - Number(a.countsTwice));
}

function titleOf(sender: PageSender): string {
  switch (sender.kind) {
    case 'tiktok_app':
      return 'TikTok’s own app sends events too';
    case 'pixel_app':
      return 'Another app’s pixel sends to TikTok';
    case 'app_embed':
      return `${sender.app === null ? 'Another app' : `The app “${sender.app}”`} loads TikTok’s pixel in your theme`;
    case 'theme':
      return 'Your theme contains TikTok’s pixel code';
  }
}

function meaningOf(sender: PageSender, countsTwice: boolean): string {
  if (countsTwice)
    return `It feeds the same pixel as Tock (${sender.pixelCode}) with other event ids, so TikTok counts everything twice.`;
  if (sender.pixelCode === null)
    return 'The page does not show which pixel it feeds. If it is the same as in Tock, TikTok counts everything twice.';
  return `It feeds another pixel (${sender.pixelCode}). That counts nothing twice, unless your campaigns use both.`;
}

function stepsFor(sender: PageSender): string[] {
  switch (sender.kind) {
    case 'tiktok_app':
      return [
        'In your Shopify admin open Apps, then TikTok.',
        'Open Settings, then Data sharing (also called Customer data sharing).',
        'Switch data sharing off, and save. Keep the app if you use its catalog.',
        'Come back and check again.',
      ];
    case 'pixel_app':
      return [
        'In your Shopify admin open Settings, then Customer events, then App pixels.',
        `Find the pixel of the app${sender.app === null ? '' : ` with the id ${sender.app}`} and disconnect it, or switch TikTok off in that app.`,
        'Come back and check again.',
      ];
    case 'app_embed':
      return [
        'In your Shopify admin open Online Store, then Themes, then Customize.',
        `Open App embeds, switch ${sender.app === null ? 'the other app' : `“${sender.app}”`} off, and save.`,
        'Come back and check again.',
      ];
    case 'theme':
      return [
        'In your Shopify admin open Online Store, then Themes, then Edit code (in the menu with the three dots).',
        'Search for “ttq” in layout/theme.liquid and remove the whole script that contains it. Duplicate the theme first.',
        'If it is not there, look under Settings, Customer events for a custom pixel, and in Google Tag Manager.',
        'Come back and check again.',
      ];
  }
}
