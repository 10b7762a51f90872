/** The dated report of `doctor --live`, in Markdown: what held, what did not, and what a person must look at. */
import type { LiveFinding } from '../base/live-check.ts';
import { liveLooks } from './live-looks.ts';

export interface Checked {
  readonly id: string;
  readonly asks: string;
  readonly finding: LiveFinding;
}

export interface LiveReport {
  readonly shop: string;
  readonly at: Date;
  /** Code of the pixel whose test events were sent; null where none could be. */
  readonly pixel: string | null;
  readonly apiVersion: string;
  readonly checks: readonly Checked[];
}

const OUTCOMES = { held: 'holds', not_held: '**does not hold**', not_asked: 'not asked' } as const;

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

export function liveReport({ shop, at, pixel, apiVersion, checks }: LiveReport): string {
  const count = (outcome: LiveFinding['outcome']): number =>
    checks.filter(({ finding }) => finding.outcome === outcome).length;
  return [
    `# Live check of ${shop}, ${at.toISOString().slice(0, 10)}`,
    '',
    `Made at ${at.toISOString()} with Shopify’s Admin API ${apiVersion} and ${
      pixel === null ? 'no TikTok pixel' : `test events for TikTok pixel ${pixel}`
    }. ${count('held')} hold, ${count('not_held')} do not, ${count('not_asked')} could not be asked.`,
    'The names are those of docs/assumptions.md, which says what to do when one does not hold.',
    '',
    '## Asked by this program',
    '',
    '| name | assumption | result | seen |',
    '|---|---|---|---|',
    ...checks.map(
      ({ id, asks, finding }) =>
        `| ${id} | ${cell(asks)} | ${OUTCOMES[finding.outcome]} | ${cell(finding.saw)} |`,
    ),
    '',
    '## Where a person must look',
    '',
    ...liveLooks.map(({ id, look }) => `- [ ] ${id}: ${look}`),
    '',
  ].join('\n');
}
