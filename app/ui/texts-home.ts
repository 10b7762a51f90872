/** Every word of Home. */

export type HomeState =
  'disconnected' | 'token_refused' | 'needs_attention' | 'paused' | 'test' | 'waiting' | 'active';

export const STATE_LINE: Record<HomeState, string> = {
  active: 'Active',
  test: 'Test mode',
  needs_attention: 'Needs attention',
  token_refused: 'Token refused',
  disconnected: 'Disconnected',
  waiting: 'Waiting for first order',
  paused: 'Paused',
};

export const HOME_TEXT = {
  lines: {
    active: 'Orders go to TikTok, and nothing needs your hand.',
    none: 'No pixel is connected, so nothing goes to TikTok yet.',
    disconnected: 'Tock is disconnected from TikTok, so nothing goes there. Orders are kept and wait.',
    waiting: 'Everything is in place. The first order goes out by itself.',
    test: 'What goes to TikTok shows under Test events and counts nowhere.',
    paused: 'Every pixel is paused. Orders are kept and wait.',
    refused: (name: string): string =>
      `${name} cannot send: TikTok refused its access token. Nothing is lost.`,
    permission: (name: string): string =>
      `${name} cannot send: its access token may not send for this pixel. Nothing is lost.`,
    apart: (name: string): string =>
      `${name} is disconnected, so nothing goes to it. Orders are kept and wait.`,
    twice: 'Something else sends to the same pixel, so TikTok counts twice.',
    errors: (count: number): string =>
      count === 1 ? 'TikTok refused one order today.' : `TikTok refused ${count} orders today.`,
    webPixel: 'The storefront pixel is not on, so TikTok learns less about your orders.',
    reconnect: 'Shopify ended Tock’s connection for a while. You opened the app, so it is being restored.',
  },
  next: {
    connect: 'Connect a pixel',
    token: 'Replace the access token',
    enterToken: 'Enter an access token',
    twice: 'See who else sends, and switch it off',
    errors: 'See what was refused, and why',
    test: 'Remove the test event code when you are done',
    resume: 'Resume the pixel',
    order: 'Place a test order, then look at the log',
    webPixel: 'Connect the storefront pixel again',
  },
  stuck: {
    title: 'Money that waits',
    text: (orders: string, one: boolean, value: string, paused: boolean): string =>
      `${orders} worth ${value} ${one ? 'waits' : 'wait'} ${paused ? 'until the pixel is resumed' : 'for a working access token'}.`,
    until: (moment: string, one: boolean): string =>
      one
        ? `It can still go out until ${moment}.`
        : `They can still go out until ${moment}, when the first becomes too late.`,
    late: (orders: string): string =>
      `${orders} became too late to send: TikTok could count them twice or no longer use them.`,
  },
  today: 'Today',
  month: 'Last 30 days',
  numbers: {
    orders: 'Orders',
    sent: 'Sent',
    skipped: 'Skipped',
    waiting: 'Waiting',
    refused: 'Refused',
    value: 'Value sent',
  },
  numbersHelp: 'Each order counts once for each pixel.',
  chart: 'Orders by day',
  chartEmpty: 'No orders in the last 30 days.',
  asTable: 'Show as a table',
  asChart: 'Show as a chart',
  day: 'Day',
  chartSummary: (days: number, sent: string, most: string): string =>
    `Orders of the last ${days} days by how they ended: ${sent} sent; at most ${most} on one day.`,
  match: 'Match readiness',
  matchText: (orders: string): string =>
    `What TikTok could match your newest orders by, of ${orders} sent in the last 7 days.`,
  matchNone: 'Known once the first orders are sent.',
  matchMore: 'How to improve it',
  setup: {
    title: 'Get started',
    done: (done: number, of: number): string => `${done} of ${of} done`,
    dismiss: 'Put this list away',
    show: 'Show the set-up list',
    doneWord: 'Done',
    todo: 'To do',
    connect: 'Connect a TikTok pixel',
    connectText: 'Pixel code and access token from TikTok Events Manager.',
    webPixel: 'Storefront pixel is on',
    webPixelText: 'Tock switches it on by itself. It tells which ad click an order belongs to.',
    embed: 'Theme embed is on',
    embedText: 'It notes the visitor’s consent with the cart, so that orders can prove it.',
    sharing: 'TikTok’s own data sharing is off',
    sharingText: 'Otherwise TikTok gets every event twice, with different ids.',
    sharingTick: 'I switched it off',
    sharingUntick: 'I am not sure',
    test: 'Test event seen',
    testText: 'Enter a test event code at the pixel, send a test event, and see it in TikTok Events Manager.',
    order: 'First order sent',
    optional: 'Optional',
    backfill: 'Send orders from before the install',
    backfillText: 'TikTok can use orders of the last seven days. See how many there are before you decide.',
    orderText: 'Place an order. It shows up in the log within seconds and at TikTok about a minute later.',
  },
} as const;
