/** The radar's findings in words for merchants: what it is, what it does, what shows it, and how to switch it off. */
import type { Finding, StorefrontCheck } from '../radar/findings.ts';
import { momentWords } from './words-for.ts';

export interface CheckWords {
  when: string;
  state: StorefrontCheck['state'];
  /** Where not everything could be read. */
  remark: string | null;
  findings: FindingWords[];
}

interface FindingWords {
  key: string;
  title: string;
  meaning: string;
  /** Where it was seen. */
  evidence: string;
  /** The piece of the page that shows it; null where no page does. */
  piece: string | null;
  countsTwice: boolean;
  steps: string[];
  /** When the message goes away; null where it does at the next check. */
  closing: string | null;
}

interface Place {
  readonly timeZone: string;
  readonly locale: string;
}

export function checkWords(check: StorefrontCheck, place: Place): CheckWords {
  const day = new Intl.DateTimeFormat(place.locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return {
    when: momentWords(new Date(check.checkedAt), place),
    state: check.state,
    remark: remarkOf(check),
    findings: check.findings.map((finding) => findingWords(finding, (date) => day.format(new Date(date)))),
  };
}

function findingWords(finding: Finding, day: (date: string) => string): FindingWords {
  const { key, countsTwice } = finding;
  return {
    key,
    countsTwice,
    title: titleOf(finding),
    meaning: meaningOf(finding),
    evidence: evidenceOf(finding, day),
    piece: finding.visits === null ? finding.evidence.text : null,
    steps: stepsFor(finding),
    closing: finding.kind === 'visits' ? VISITS_CLOSING : null,
  };
}

const VISITS_CLOSING = 'This message goes away by itself three days after the last visit that shows it.';

function remarkOf({ state, status }: StorefrontCheck): string | null {
  switch (state) {
    case 'read':
      return null;
    case 'password':
      return 'Your storefront is behind a password, and only that page could be read. What was found before stays here until the other pages can be read again.';
    case 'unreachable':
      return `Your storefront ${status === null ? 'could not be reached from our server' : `answered with an error (${status})`}, so what follows is from the last check that worked.`;
  }
}

function titleOf({ kind, app }: Finding): string {
  switch (kind) {
    case 'tiktok_app':
      return 'TikTok’s own app sends events too';
    case 'pixel_app':
      return 'Another app’s pixel sends to TikTok';
    case 'app_embed':
      return `${app === null ? 'Another app' : `The app “${app}”`} loads TikTok’s pixel in your theme`;
    case 'theme':
      return 'Your theme contains TikTok’s pixel code';
    case 'visits':
      return 'TikTok’s script runs in your visitors’ browsers';
  }
}

function meaningOf({ pixelCode, countsTwice }: Finding): string {
  if (countsTwice)
    return `It feeds the same pixel as Tock (${pixelCode}) with other event ids, so TikTok counts everything twice.`;
  if (pixelCode === null)
    return 'The page does not show which pixel it feeds. If it is the same as in Tock, TikTok counts everything twice.';
  return `It feeds another pixel (${pixelCode}). That counts nothing twice, unless your campaigns use both.`;
}

function evidenceOf({ evidence, visits }: Finding, day: (date: string) => string): string {
  if (visits === null) return `Seen at ${evidence.url} as:`;
  const { seen, of, from } = visits;
  return `Seen in ${seen} of ${of} visits since ${day(from)}: TikTok’s script left its cookie ${evidence.text}, and Tock did not load it. No page shows where it comes from, so something loads it later: often Google Tag Manager or a consent tool.`;
}

function stepsFor({ kind, app }: Finding): string[] {
  switch (kind) {
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
        `Find the pixel of the app${app === null ? '' : ` with the id ${app}`} and disconnect it, or switch TikTok off in that app.`,
        'Come back and check again.',
      ];
    case 'app_embed':
      return [
        'In your Shopify admin open Online Store, then Themes, then Customize.',
        `Open App embeds, switch ${app === null ? 'the other app' : `“${app}”`} off, and save.`,
        'Come back and check again.',
      ];
    case 'theme':
      return [
        'In your Shopify admin open Online Store, then Themes, then Edit code (in the menu with the three dots).',
        'Search for “ttq” in layout/theme.liquid and remove the whole script that contains it. Duplicate the theme first.',
        'If it is not there, look under Settings, Customer events for a custom pixel, and in Google Tag Manager.',
        'Come back and check again.',
      ];
    case 'visits':
      return [
        'In Google Tag Manager look for a tag with TikTok in its name and pause it.',
        'In your Shopify admin open Settings, then Customer events, and look for a custom pixel with “tiktok” in its code.',
      ];
  }
}
