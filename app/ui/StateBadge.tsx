/** How an event stands at a pixel, in one word with its colour. Red is for refusals only. */
import { Badge } from '@shopify/polaris';

import { STATE_WORDS, type EventState } from './texts.ts';

const TONES = { waiting: 'attention', sent: 'success', skipped: undefined, error: 'critical' } as const;

export function StateBadge({ state }: { state: EventState }) {
  const tone = TONES[state];
  return <Badge {...(tone ? { tone } : {})}>{STATE_WORDS[state]}</Badge>;
}
