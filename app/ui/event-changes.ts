/** What saving a pixel's events would change, one sentence for each event, in numbers of the last 30 days. */
import type { EventMapping } from '../conversion/settings.ts';
import { countWords } from './count-words.ts';
import { eventWord } from './texts.ts';

type Events = Record<string, EventMapping>;
export type EventCounts = Record<string, { seen: number; sent: number }>;

export function eventChanges(stored: Events, draft: Events, counts: EventCounts, locale: string): string[] {
  const names = new Set([...Object.keys(stored), ...Object.keys(draft)]);
  return [...names].flatMap((event) => {
    const before = stored[event];
    const after = draft[event];
    const seen = counts[event]?.seen ?? 0;
    const often = seen === 0 ? '' : ` ${countWords(seen, locale)} seen in the last 30 days.`;
    const word = eventWord(event);
    if (before?.on && !after?.on) return [`${word}: no longer sent.${often}`];
    if (!before?.on && after?.on) return [`${word}: sent as ${after.name} from now on.${often}`];
    if (before?.on && after?.on && before.name !== after.name)
      return [
        `${word}: sent as ${after.name} instead of ${before.name}.${often} Campaigns that aim at ${before.name} no longer see it.`,
      ];
    if (!before && after) return [`${word}: added, but off.`];
    if (before && !after) return [`${word}: removed.`];
    return [];
  });
}
