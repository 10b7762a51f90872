/** What every answer of TikTok's Events API means: the policy that follows from it, in plain words, and the next step. */

/**
 * accepted: taken. retry: not taken, try again. throttle: not taken, slow the pixel down. split: something in this
 * batch is wrong, send its parts. reject: this one event is wrong and stays wrong. pause: the pixel cannot send
 * until somebody acts. ambiguous: nobody can say whether it was taken.
 */
export type Policy = 'accepted' | 'retry' | 'throttle' | 'split' | 'reject' | 'pause' | 'ambiguous';

/** What a pixel's state becomes when TikTok will not take anything from it. */
export type PauseState = 'token_refused' | 'no_permission';

export interface CatalogueEntry {
  /** Stable name: the reason in the log, in totals and in filters. */
  key: string;
  policy: Exclude<Policy, 'split'>;
  /** True: for a batch the answer speaks of one event only, so the batch is split before the policy counts. */
  perEvent: boolean;
  pause?: PauseState;
  meaning: string;
  nextStep: string;
}

const entry = (
  key: string,
  policy: CatalogueEntry['policy'],
  meaning: string,
  nextStep: string,
  more: { perEvent?: boolean; pause?: PauseState } = {},
): CatalogueEntry => ({
  key,
  policy,
  perEvent: more.perEvent ?? false,
  meaning,
  nextStep,
  ...(more.pause ? { pause: more.pause } : {}),
});

const ACCEPTED = entry('accepted', 'accepted', 'TikTok took the event.', 'Nothing to do.');
const BUSY = entry(
  'tiktok_unavailable',
  'retry',
  'TikTok could not work on the request just now.',
  'Nothing to do: Tock tries again with the same event id.',
);
const TOO_FAST = entry(
  'tiktok_throttled',
  'throttle',
  'TikTok takes no more requests for the moment.',
  'Nothing to do: Tock slows down and tries again.',
);
const WRONG_EVENT = entry(
  'event_refused',
  'reject',
  'TikTok refused this event because of a value in it.',
  'Read TikTok’s message; correct the setting that makes the value, then replay the event.',
  { perEvent: true },
);
const UNKNOWN_OBJECT = entry(
  'object_not_found',
  'reject',
  'TikTok does not know the pixel or another object that the event names.',
  'Check the pixel code in Events Manager, then replay the event.',
  { perEvent: true },
);
const TOKEN_REFUSED = entry(
  'token_refused',
  'pause',
  'TikTok refused the access token: it is wrong, revoked or expired. Everything for this pixel waits.',
  'Make a new access token in Events Manager and save it in the pixel’s settings.',
  { pause: 'token_refused' },
);
const NO_PERMISSION = entry(
  'no_permission',
  'pause',
  'The access token may not send events for this pixel. Everything for this pixel waits.',
  'Make the token with an admin or operator of the ad account that owns the pixel.',
  { pause: 'no_permission' },
);
const UNKNOWN = entry(
  'tiktok_unknown_code',
  'retry',
  'TikTok answered with a code that Tock does not know.',
  'Nothing to do at first: Tock tries again. If it stays, send TikTok’s message to support.',
);
const UNREACHED = entry(
  'tiktok_unreachable',
  'retry',
  'TikTok could not be reached; the request was never sent.',
  'Nothing to do: Tock tries again.',
);
const UNANSWERED = entry(
  'tiktok_no_answer',
  'ambiguous',
  'The request was sent, but no answer came; TikTok may have taken it.',
  'Nothing to do: Tock sends it again with the same event id while TikTok still discards repeats.',
);
const UNREADABLE = entry(
  'tiktok_unreadable_answer',
  'ambiguous',
  'Something between here and TikTok answered, not TikTok itself.',
  'Nothing to do: Tock sends it again with the same event id while TikTok still discards repeats.',
);
const TOO_LARGE = entry(
  'request_too_large',
  'reject',
  'The event is larger than TikTok takes.',
  'Tell support: an event of this size should not exist.',
  { perEvent: true },
);

/** By TikTok's `code`; the HTTP status is not asked, because sources disagree about which one errors come with. */
const BY_CODE = new Map<number, CatalogueEntry>([
  [0, ACCEPTED],
  // Two widely used senders count 20001 as taken; its official meaning is not published.
  [20001, ACCEPTED],
  [40000, WRONG_EVENT],
  [40001, NO_PERMISSION],
  [40002, WRONG_EVENT],
  [40007, UNKNOWN_OBJECT],
  [40100, TOO_FAST],
  [40101, TOKEN_REFUSED],
  [40104, TOKEN_REFUSED],
  [40105, TOKEN_REFUSED],
  [40110, TOKEN_REFUSED],
  [40200, BUSY],
  [40201, BUSY],
  [40202, BUSY],
  [40700, BUSY],
  [50000, BUSY],
  [50002, BUSY],
  [51008, BUSY],
  [51010, BUSY],
  [51021, TOO_FAST],
]);

/** How one request to TikTok went, as the client tells it. */
export type TrackAnswer =
  | { kind: 'answered'; httpStatus: number; code: number; message: string; requestId?: string }
  | { kind: 'unreadable'; httpStatus: number; message: string }
  | { kind: 'unanswered'; message: string }
  | { kind: 'unsent'; message: string };

export interface Verdict {
  policy: Policy;
  entry: CatalogueEntry;
}

function entryFor(answer: TrackAnswer): CatalogueEntry {
  switch (answer.kind) {
    case 'unsent':
      return UNREACHED;
    case 'unanswered':
      return UNANSWERED;
    case 'unreadable':
      if (answer.httpStatus === 429) return TOO_FAST;
      if (answer.httpStatus === 413) return TOO_LARGE;
      return UNREADABLE;
    case 'answered': {
      const known = BY_CODE.get(answer.code);
      if (known) return known;
      if (answer.code >= 50000 && answer.code < 60000) return BUSY;
      return UNKNOWN;
    }
  }
}

/** Body code first; for a batch, an answer about one event means: split it. */
export function classify(answer: TrackAnswer, batchSize: number): Verdict {
  const found = entryFor(answer);
  if (found.perEvent && batchSize > 1) return { policy: 'split', entry: found };
  return { policy: found.policy, entry: found };
}

const BY_KEY = new Map(
  [...BY_CODE.values(), UNKNOWN, UNREACHED, UNANSWERED, UNREADABLE, TOO_LARGE].map((known) => [
    known.key,
    known,
  ]),
);

/** The catalogue's text for a reason that is stored with an outcome; null for reasons that are not TikTok's. */
export function explain(key: string): CatalogueEntry | null {
  return BY_KEY.get(key) ?? null;
}

/**
 * Which event of a batch a refusal names. Both spellings have been seen ("data.3.…", "Batch.3.…"); when none is
 * there the batch is halved, which always ends.
 */
export function refusedIndex(message: string, batchSize: number): number | null {
  const match = /\b(?:data|batch|events?)(?:\.|\[)(\d{1,4})\b/i.exec(message);
  if (!match?.[1]) return null;
  const index = Number(match[1]);
  return index < batchSize ? index : null;
}

/** The parts that a refused batch is sent in next: the named event alone, else two halves. */
export function splitRefused<T>(batch: readonly T[], message: string): T[][] {
  const index = refusedIndex(message, batch.length);
  const parts =
    index === null
      ? [batch.slice(0, Math.ceil(batch.length / 2)), batch.slice(Math.ceil(batch.length / 2))]
      : [batch.slice(index, index + 1), [...batch.slice(0, index), ...batch.slice(index + 1)]];
  return parts.filter((part) => part.length > 0);
}
