/** What graphile-worker may start, and when: three lines each, the rooms do the work. */

/** The use cases that the house hands in. */
export interface Work {
  /** Something is due: look now and not at the next sweep. */
  deliver(): void;
  /** Every shop is held against Shopify's own list, and days that are old enough are closed. */
  compare(): Promise<void>;
  /** Orders from before an install that staff chose to send. */
  runBackfills(): Promise<void>;
  /** Weeks ahead are made; weeks and orders past their age are deleted. */
  keepWhatIsDue(): Promise<void>;
  /** What Shopify asked for in the name of customers and shops. */
  answerPrivacy(): Promise<void>;
  /** Offline tokens whose refresh token ages out are renewed. */
  renewTokens(): Promise<void>;
  /** What is wrong in a shop is found and told; and, less often, what takes longer to find. */
  watch(): Promise<void>;
  watchSlow(): Promise<void>;
  /** Storefronts that were not looked at for a day are looked at for other senders. */
  checkStorefronts(): Promise<void>;
}

export const DELIVER = 'deliver';

export function tasksOf(work: Work): Record<string, () => Promise<void>> {
  return {
    [DELIVER]: async () => work.deliver(),
    compare: () => work.compare(),
    run_backfills: () => work.runBackfills(),
    keep_what_is_due: () => work.keepWhatIsDue(),
    answer_privacy: () => work.answerPrivacy(),
    renew_tokens: () => work.renewTokens(),
    watch: () => work.watch(),
    watch_slow: () => work.watchSlow(),
    check_storefronts: () => work.checkStorefronts(),
  };
}

/** Minute, hour, day, month, weekday, in UTC; one process runs each, whichever comes first. */
export const CRONTAB = [
  '5 * * * * compare ?max=1',
  '* * * * * run_backfills ?max=1',
  '20 * * * * keep_what_is_due ?max=3',
  '* * * * * answer_privacy ?max=1',
  '40 4 * * * renew_tokens ?max=5',
  '*/5 * * * * watch ?max=1',
  // After the comparison with Shopify, which closes the days.
  '35 * * * * watch_slow ?max=1',
  // Every hour a look for those whose day is over: a new shop does not wait until the night.
  '50 * * * * check_storefronts ?max=1',
].join('\n');
