/** The words of alerts, in mails, at Home and on their page, ready for translation. Plain and short; no person is named in them. */
import type { AlertWords, ClosedDay, NotTaken } from '../alerts/alerts.ts';
import type { Cause } from '../alerts/choice.ts';
import type { AlertFigures } from '../alerts/judge.ts';

interface CauseWords {
  /** As its switch is called. */
  name: string;
  help: string;
  title: (figures: AlertFigures) => string;
  /** What happened and what it means for the store. */
  text: (figures: AlertFigures) => string;
  /** The one next step. */
  next: string;
  /** Where that step is taken. */
  to: string;
  cleared: string;
}

const orders = (count: string | number | undefined): string =>
  `${count ?? 0} ${Number(count) === 1 ? 'order' : 'orders'}`;

export const CAUSE_WORDS: Record<Cause, CauseWords> = {
  token_refused: {
    name: 'TikTok refuses a token',
    help: 'Nothing is sent for that pixel until it has a new token.',
    title: () => 'TikTok refuses the access token',
    text: ({ pixels }) =>
      `TikTok refuses the token of ${pixels}. Orders for it wait in Tock. Nothing is lost yet, but TikTok takes orders for seven days only.`,
    next: 'The account owner makes a new token in TikTok Events Manager and enters it in Tock under Pixels.',
    to: '/app/pixels',
    cleared: 'Every pixel has a token that TikTok takes, or was disconnected.',
  },
  errors: {
    name: 'TikTok refuses events',
    help: 'Counted over today and yesterday, from five refused events on.',
    title: ({ percent }) => `TikTok refuses ${percent}% of the events`,
    text: ({ errors, all }) =>
      `${errors} of ${all} events since yesterday were refused by TikTok. Refused events do not count for your campaigns.`,
    next: 'Open the log in Tock, choose Refused, and read the cause of one of them.',
    to: '/app/log?state=error',
    cleared: 'TikTok takes nearly all events again.',
  },
  silence: {
    name: 'Silence although orders come in',
    help: 'Orders are ready to go, and TikTok takes none of them.',
    title: ({ hours }) => `No order reached TikTok for ${hours} ${Number(hours) === 1 ? 'hour' : 'hours'}`,
    text: ({ orders: count, hours }) =>
      `${orders(count)} should have gone to TikTok and wait for more than ${hours} ${Number(hours) === 1 ? 'hour' : 'hours'}. Tock keeps trying with the same event ids, so nothing counts twice.`,
    next: 'Open the log in Tock, choose Waiting, and see what TikTok answered. If TikTok itself is down, there is nothing to do.',
    to: '/app/log?state=waiting',
    cleared: 'Orders reach TikTok again.',
  },
  missed: {
    name: 'Shopify does not tell of orders',
    help: 'Tock finds orders only when it compares with Shopify’s own list, so they go out up to an hour late.',
    title: () => 'Shopify does not tell Tock of new orders',
    text: ({ orders: count }) =>
      `${orders(count)} of the last six hours were found by comparing with Shopify’s list, because Shopify’s message never came. They are sent, but late and often without the ad click.`,
    next: 'Open Tock once in your store’s admin, which connects it again. If this comes back, tell the support of Tock.',
    to: '/app',
    cleared: 'Shopify tells Tock of new orders again.',
  },
  clicks_dropped: {
    name: 'Fewer orders with an ad click',
    help: 'Compared with the two weeks before, once there are enough orders for it to mean something.',
    title: ({ now }) => `Only ${now}% of the orders carry an ad click`,
    text: ({ now, usual, orders: count }) =>
      `Of the newest ${orders(count)}, ${now}% carry a TikTok ad click; ${usual}% is usual for your store. TikTok can then credit fewer sales to your ads.`,
    next: 'Check in Tock, under Storefront, that the storefront pixel is on, and think of what changed: a new theme, a new consent banner, or paused ads.',
    to: '/app/storefront',
    cleared: 'Orders carry ad clicks as often as usual again.',
  },
  not_closed: {
    name: 'The ledger does not close',
    help: 'A day is closed three days after it ended, and adds up to zero.',
    title: ({ days }) =>
      `${days} ${Number(days) === 1 ? 'day' : 'days'} of the ledger ${Number(days) === 1 ? 'is' : 'are'} not closed`,
    text: ({ first, unbalanced }) =>
      Number(unbalanced) > 0
        ? `The ledger does not add up since ${first}: there are orders of which Tock cannot say what became of them.`
        : `The ledger is not closed since ${first}, because Tock could not compare it with Shopify’s list.`,
    next: 'Open the ledger in Tock and look at that day. If Tock lost its connection to Shopify, opening Tock once brings it back.',
    to: '/app/ledger',
    cleared: 'Every day of the ledger is closed and adds up.',
  },
};

const subject = (shop: string, text: string): string => `[Tock] ${shop}: ${text}`;
const FOOTER = 'You get this because your store asked Tock for it. To change that: Tock, Settings, Alerts.';
const paragraphs = (...texts: string[]): string => `${texts.join('\n\n')}\n`;

export const ALERT_WORDS: AlertWords = {
  opened: (shop, cause, figures) => {
    const { title, text, next } = CAUSE_WORDS[cause];
    return {
      subject: subject(shop, title(figures)),
      text: paragraphs(text(figures), `What to do: ${next}`, 'You hear of it again when it is over.', FOOTER),
    };
  },
  cleared: (shop, cause) => ({
    subject: subject(shop, `over: ${CAUSE_WORDS[cause].name}`),
    text: paragraphs(CAUSE_WORDS[cause].cleared, 'Nothing to do.', FOOTER),
  }),
  closing: (shop, days, head) => ({
    subject: subject(
      shop,
      days.every(({ closes }) => closes)
        ? `${days.length} ${days.length === 1 ? 'day' : 'days'} of the ledger closed to zero`
        : 'a closed day of the ledger does not add up',
    ),
    text: paragraphs(
      days.map(dayLine).join('\n'),
      `Head of the chain: ${head}`,
      'Keep this message. Every closed day is hashed together with the one before it, so this one line proves later that none of them was changed.',
      FOOTER,
    ),
  }),
  test: (shop) => ({
    subject: subject(shop, 'a test alert'),
    text: paragraphs('Alerts from Tock arrive here. Nothing is wrong.', FOOTER),
  }),
  problems: {
    noMail: 'This server is not set up to send mail.',
    tooSoon: 'A test went out less than a minute ago. Wait a moment and try again.',
    refused: (why) => `It was not taken: ${REFUSALS[why]}`,
    answered: (status) => `The address answered with ${status}. Is it still valid?`,
  },
};

function dayLine({ day, closes, orders: all, sent, skipped, error, waiting }: ClosedDay): string {
  return `${day}: ${all} to account for = ${sent} sent + ${skipped} kept back + ${error} refused + ${waiting} waiting. ${closes ? 'Adds up.' : 'DOES NOT ADD UP.'}`;
}

/** Why the outbound client did not call an address, and what a mail server said. */
const REFUSALS: Record<NotTaken, string> = {
  address: 'this is no address.',
  not_https: 'the address must begin with https://.',
  credentials: 'the address holds a user name.',
  private: 'the address is not on the public internet.',
  redirects: 'the address leads in circles.',
  name: 'there is no such host.',
  timeout: 'nobody answered in time.',
  connection: 'the connection broke.',
  mail_login:
    'the mail server refused this server’s user name or password. Whoever runs Tock has to mend SMTP_URL.',
  mail_unreachable: 'the mail server did not answer. Whoever runs Tock has to look at SMTP_URL.',
  mail_recipient: 'the mail server does not take mail for one of the addresses. Check how they are spelled.',
  mail_refused:
    'the mail server refused the message. Whoever runs Tock can see its answer’s number in the log.',
  mail_later: 'the mail server is busy or takes no mail from here yet. Try again in a few minutes.',
};

export const ALERTS_TEXT = {
  title: 'Alerts',
  intro: 'Tock tells you when something needs you: once when it begins, once when it is over.',
  none: 'Nothing is wrong',
  noneText:
    'Tock looks every five minutes. What needs you is listed here and at Home, even without any address below.',
  since: (moment: string): string => `Since ${moment}`,
  whatToDo: 'What to do',
  open: 'Go there',
  where: 'Where to',
  emails: 'Email addresses',
  emailsHelp: 'Separate several with commas, up to ten. They are kept encrypted.',
  noMail: 'This server is not set up to send mail. Its operator has to set SMTP_URL and MAIL_FROM.',
  webhook: 'Webhook address',
  webhookHelp:
    'For Slack: an “Incoming Webhook”. It is kept encrypted, and only its host and last characters are shown.',
  webhookStored: (shown: string): string => `Stored: ${shown}`,
  replace: 'Replace',
  remove: 'Remove',
  keepIt: 'Keep the stored one',
  willBeRemoved: 'The address is removed when you save.',
  what: 'What to tell',
  errorPercent: 'From this share of refused events on',
  silenceHours: 'After so long without any',
  clickDrop: 'When the share falls by',
  percent: '%',
  hours: 'hours',
  closing: 'The ledger’s closing line',
  closingHelp:
    'Lists the days that were closed, with the head of the chain: a fingerprint of every day so far. Whoever keeps the message can prove later that nothing was changed.',
  closingOff: 'Do not send',
  closingDaily: 'Every morning after a day was closed',
  closingWeekly: 'Once a week',
  test: 'Send a test alert',
  testHelp: 'To the addresses that are saved.',
  testOk: (channel: string): string => `${channel}: sent.`,
  testBad: (channel: string, why: string): string => `${channel}: not sent. ${why}`,
  tested: 'Test alert',
  noAddress: 'There is no address to send it to. Enter one and save first.',
  channelEmail: 'Email',
  channelWebhook: 'Webhook',
  saved: 'Alerts saved',
} as const;
