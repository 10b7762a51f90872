/** The words of the Ledger pages, ready for translation. */
import { countWords } from './count-words.ts';
import type { DayMark } from './words-for-ledger.ts';

export const LEDGER_TEXT = {
  title: 'Ledger',
  intro: 'Every order of your store, and what became of it.',
  download: 'Download as CSV',
  print: 'Printable page',
  printNow: 'Print',
  back: 'Ledger',

  calendar: 'Days',
  calendarIntro: 'Choose a day to see its orders.',
  weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  weekdaysInFull: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  earlier: 'Month before',
  later: 'Month after',
  wholeMonth: 'Whole month',

  period: 'Period',
  from: 'From',
  to: 'To',
  show: 'Show',
  notADay: 'Enter a day, such as 2026-11-05.',
  turnedRound: 'The last day is before the first one.',
  tooLong: 'At most 400 days at a time.',

  part: 'Part',
  orders: 'Orders',
  money: 'Money',
  inShopify: 'Orders in Shopify',
  sent: 'Sent to TikTok',
  skipped: 'Skipped',
  error: 'Refused by TikTok',
  waiting: 'Waiting',
  unexplained: 'Unexplained',
  beside: 'Beside the sum',
  edited: 'Edits and refunds since',
  gone: 'Deleted in Shopify since, counted above',
  closes: 'Closes to zero',
  closesNot: 'Does not close',
  noOrders: 'No orders in this period.',
  removed: 'removed',

  changes: 'Changes after closing',
  changesIntro:
    'A closed day is never rewritten. What changes later is booked on the next statement, and is part of the sum above.',
  change: 'Change',
  day: 'Day',
  state: 'State',
  bookedIn: 'Booked in',

  check: 'Check the books',
  checkIntro:
    'Each closed day is sealed together with the day before it. The check makes all seals again and holds every daily total against the orders behind it.',
  checkNow: 'Check now',
  sound: 'Everything holds',
  broken: 'Something does not hold',
  brokenNext: 'Download the ledger, keep it, and write to support with the day named above.',
  head: 'Seal of the newest closed day',
  headIntro: 'Keep it: whoever has it can show later that nothing before it was changed.',
  noHead: 'No day is closed yet.',

  before: 'Orders from before Tock',
  beforeIntro:
    'Orders of the last seven days that your store had before Tock was installed can be sent as well.',
  beforeOpen: 'See what there is',

  asRecorded: 'Shopify shows apps the orders of 60 days. Older days stand as they were recorded.',
} as const;

export const MARK_WORDS: Record<DayMark, string> = {
  closed: 'closes to zero',
  open: 'still open',
  wrong: 'does not close',
  none: 'nothing recorded',
};

export const PART_TEXT = {
  orders: {
    title: 'Orders in Shopify',
    text: 'Every order that your store had on these days, deleted ones too.',
  },
  sent: {
    title: 'Sent to TikTok',
    text: 'TikTok took these orders.',
  },
  skipped: {
    title: 'Skipped',
    text: 'These orders were kept back by your rules, by consent, or because they came too late.',
  },
  error: {
    title: 'Refused by TikTok',
    text: 'These orders did not reach TikTok, or TikTok never said that they did. Open one to see why.',
  },
  waiting: {
    title: 'Waiting',
    text: 'These orders are still on their way.',
  },
  gone: {
    title: 'Deleted in Shopify',
    text: 'These orders were in Shopify and are not any more. They stay in the sum, with what became of them.',
  },
  outside: {
    title: 'From before this pixel',
    text: 'These orders came before the pixel was connected, or after it was removed.',
  },
  unexplained: {
    title: 'Unexplained',
    text: 'Shopify has these orders, and Tock cannot say what became of them. This should never be: write to support with these numbers.',
  },
} as const;

export const PARTS_PAGE_TEXT = {
  none: 'There are no such orders in this period any more.',
  more: 'Show more',
  order: 'Order',
} as const;

export const BACKFILL_TEXT = {
  title: 'Orders from before Tock',
  intro:
    'TikTok can use an order for about seven days. Orders that your store had in that time before Tock was installed can be sent now, by the same rules as every other order.',
  look: 'Look in Shopify',
  lookAgain: 'Look again',
  nothing: 'There are none: every order of the last seven days is in Tock already.',
  tooLate: 'Tock has been installed for more than seven days. Older orders are of no use to TikTok any more.',
  warning: 'Did another app send these orders already?',
  warningText:
    'Then leave them alone. TikTok would count them a second time, because the other app gave them other event ids.',
  sure: 'Send orders from before Tock?',
  sureText:
    'Your rules, consent and order sources apply. What was sent cannot be taken back from TikTok. You can stop at any time: what was not sent by then stays unsent.',
  cancel: 'Cancel',
  changed: 'More orders were found than you saw. Please look again before you send them.',
  runs: 'One runs already.',
  stop: 'Stop',
  resume: 'Go on',
  running: 'Running',
  stopped: 'Stopped',
  done: 'Done',
  progress: 'Progress',
  runningText: 'You may leave this page. It goes on by itself, also when Tock is restarted.',
  stoppedText: 'Nothing more is sent until you go on.',
  doneText: 'What became of each of these orders stands in the log.',
  log: 'See them in the log',
  trouble: 'Shopify could not be asked',
} as const;

export const firstClosingWords = (first: string, closing: string): string =>
  `A day closes three days after it ended, when late orders have come in. The first one, ${first}, closes on ${closing}.`;

export const recordedWords = (at: string): string => `${LEDGER_TEXT.asRecorded} Here: as recorded on ${at}.`;

export function comparedWords(at: string | null, trouble: string | null): string {
  const last =
    at === null
      ? 'Not compared with Shopify yet. This happens every hour.'
      : `Compared with Shopify’s own list on ${at}. This happens every hour.`;
  return trouble === null ? last : `${last} The last try did not end well: ${trouble}.`;
}

export const printedWords = (at: string): string => `Printed ${at}`;
export const zoneWords = (timeZone: string): string => `Days in the time zone ${timeZone}`;
/** `orders` is "1 order" or "1,204 orders". */
export const foundWords = (orders: string, money: string, from: string, to: string): string =>
  `${orders} worth ${money} from ${from} to ${to} can be sent.`;
export const knownWords = (known: number, locale: string): string =>
  known === 1
    ? 'One more order of that time is in Tock already.'
    : `${countWords(known, locale)} more orders of that time are in Tock already.`;
export const sendWords = (orders: string): string => `Send ${orders}`;
export const recordedSoFar = (recorded: string, total: string, money: string): string =>
  `${recorded} of ${total} taken in, worth ${money}.`;
export const startedWords = (actor: string, at: string): string =>
  `Started by ${actor.replace(/ \(\d+\)$/, '')} on ${at}.`;
