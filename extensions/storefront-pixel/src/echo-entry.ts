/** What web pixel and theme embed agree on: the copy of an event that one leaves in the tab and the other takes. */
import type { CopyProperties } from '../../../app/conversion/browser.ts';

/** What lies under `tock:e:<event id>:<pixel code>` in sessionStorage. No identity ever passes through it. */
export interface EchoEntry {
  v: 1;
  code: string;
  name: string;
  event_id: string;
  properties: CopyProperties;
  /** When the event happened, ISO, by the browser's clock. */
  at: string;
}

export const ECHO_PREFIX = 'tock:e:';
/** TikTok merges both copies for five minutes; a copy that would come later than this is not offered. */
export const ECHO_WINDOW_MS = 4 * 60_000;
