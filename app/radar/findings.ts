/** Findings of the conflict radar: who else sends this shop's events to TikTok, since when, and what shows it. */
import type { PageSender } from './page.ts';

export interface Finding {
  /** The same sender has the same key in every check. */
  readonly key: string;
  /** `visits`: no page shows it, visitors' browsers do. */
  readonly kind: PageSender['kind'] | 'visits';
  readonly pixelCode: string | null;
  /** The other app's id or the name of its block, where the page shows it. */
  readonly app: string | null;
  /** Whether it feeds a pixel that Tock feeds too: then everything counts twice. */
  readonly countsTwice: boolean;
  readonly evidence: { readonly url: string; readonly text: string };
  /** In how many of how many visits since which day it was seen. */
  readonly visits: { readonly seen: number; readonly of: number; readonly from: string } | null;
  /** When it was first seen; ISO. */
  readonly since: string;
}

export interface StorefrontCheck {
  readonly checkedAt: string;
  /** `password`: only the password page could be read; what was known stays. `unreachable`: nothing could; the same. */
  readonly state: 'read' | 'password' | 'unreachable';
  /** The status that the storefront answered with, where it was an error. */
  readonly status: number | null;
  readonly pages: readonly string[];
  readonly findings: readonly Finding[];
}

export interface SeenSender {
  readonly sender: PageSender;
  readonly url: string;
}

/** What visitors' browsers told since a day. */
export interface SeenInVisits {
  readonly url: string;
  readonly from: string;
  readonly visits: number;
  readonly seen: readonly { readonly code: string; readonly visits: number }[];
}

export interface OwnCodes {
  readonly all: readonly string[];
  /** Those whose script Tock itself loads in the page: seeing them there is no news. */
  readonly loaded: readonly string[];
}

/** One visit may be a test of somebody's, or made up; so many in a few days are somebody's script. */
const FEWEST_VISITS = 3;

export function findingsOf(
  seen: readonly SeenSender[],
  inVisits: SeenInVisits,
  ours: OwnCodes,
  before: readonly Finding[],
  now: Date,
): Finding[] {
  const findings = new Map<string, Finding>();
  const firstSeen = (key: string): string =>
    before.find((known) => known.key === key)?.since ?? now.toISOString();
  for (const { sender, url } of seen) {
    const key = `${sender.kind}:${sender.app ?? ''}:${sender.pixelCode ?? ''}`;
    if (findings.has(key)) continue;
    findings.set(key, {
      key,
      kind: sender.kind,
      pixelCode: sender.pixelCode,
      app: sender.app,
      countsTwice: sender.pixelCode !== null && ours.all.includes(sender.pixelCode),
      evidence: { url, text: sender.evidence },
      visits: null,
      since: firstSeen(key),
    });
  }
  const named = new Set(seen.map(({ sender }) => sender.pixelCode));
  for (const { code, visits } of inVisits.seen) {
    // A page that shows the sender itself says more: whose it is, and how to switch it off.
    if (visits < FEWEST_VISITS || named.has(code) || ours.loaded.includes(code)) continue;
    const key = `visits::${code}`;
    findings.set(key, {
      key,
      kind: 'visits',
      pixelCode: code,
      app: null,
      countsTwice: ours.all.includes(code),
      evidence: { url: inVisits.url, text: `ttcsid_${code}` },
      visits: { seen: visits, of: inVisits.visits, from: inVisits.from },
      since: firstSeen(key),
    });
  }
  return [...findings.values()].sort((a, b) => Number(b.countsTwice) - Number(a.countsTwice));
}
