/** Every word of the log and of the files that are taken from it. */
import type { MatchKey } from '../conversion/readiness.ts';

export const MATCH_KEY_WORDS: Record<MatchKey, string> = {
  ttclid: 'Ad click',
  email: 'Email',
  phone: 'Phone',
  external_id: 'Customer id',
  ttp: 'TikTok cookie',
  ip: 'IP address',
  user_agent: 'Browser',
  locale: 'Language',
};

export const DOWNLOAD_TEXT = {
  failed: 'The file could not be made. Please try again.',
} as const;

export const LOG_TEXT = {
  title: 'Log',
  export: 'Export as CSV',
  search: 'Find by order number, email or event id',
  tabs: ['All', 'Waiting', 'Sent', 'Skipped', 'Refused'],
  headings: {
    event: 'Event',
    state: 'State',
    why: 'Why',
    value: 'Value',
    match: 'Match readiness',
    pixel: 'Pixel',
    when: 'When',
  },
  /** Beside the score: it is ours. */
  matchHelp: 'How much TikTok can match the event by, from 0 to 100. Tock’s own measure, not TikTok’s.',
  noMatch: 'Nothing was sent',
  whenHelp: (zone: string): string => `When it happened, in your store’s time zone: ${zone}.`,
  filters: { reason: 'Why', pixel: 'Pixel', period: 'Period', from: 'From', to: 'To and including' },
  periods: { today: 'Today', week: 'Last 7 days', month: 'Last 30 days' },
  clear: 'Clear',
  clearAll: 'Clear all',
  order: 'Order',
  eventId: 'Event id',
  unfinished: 'Type the whole email address',
  unfinishedText: 'Tock keeps no addresses, only their fingerprints, so a part of one finds nothing.',
  nothing: 'Nothing like this',
  nothingText: 'No event fits. Look under All, in a longer period, or for another order.',
  waitingFirst: 'Waiting for the first event',
  waitingFirstText: 'Visit your store or place a test order. Events show up here within seconds.',
  connect: 'Connect a pixel first',
  connectText: 'Every event of your store will be listed here, with what became of it.',
  addPixel: 'Add pixel',
  ofBuyer: 'Orders of this email address. Page events before the order are not found by email.',
  csv: {
    heading: [
      'Happened',
      'Event',
      'Order',
      'Event id',
      'TikTok event',
      'State',
      'Reason',
      'Why',
      'Rule',
      'Pixel',
      'Pixel code',
      'Value',
      'Currency',
      'Match readiness',
      'Match keys',
      'Received',
      'Settled',
    ],
    cut: 'Only the newest 50,000 are in this file. Choose a shorter period for the rest.',
  },
} as const;

export const freshWords = (count: number): string =>
  count === 1 ? 'Show 1 new event' : `Show ${count} new events`;
