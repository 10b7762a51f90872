/** Every word of the pixels' pages, ready for translation. */

export type PixelState = 'active' | 'paused' | 'token_refused' | 'no_permission' | 'disconnected';

export const PIXEL_STATE_WORDS: Record<PixelState, string> = {
  active: 'Active',
  paused: 'Paused',
  token_refused: 'Token refused',
  no_permission: 'No permission',
  disconnected: 'Disconnected',
};

export const PIXEL_TEXT = {
  title: 'Pixels',
  add: 'Add pixel',
  connect: 'Connect your TikTok pixel',
  connectText:
    'You need two things from TikTok Events Manager: the pixel code and an access token. Tock then sends your orders to that pixel from the server.',
  name: 'Name',
  nameOptional: 'Name (optional)',
  nameHelp: 'Only you see it. For example the ad account’s name.',
  code: 'Pixel code',
  codeStays: 'A pixel keeps its code. To use another one, add another pixel.',
  token: 'Access token',
  newToken: 'New access token',
  replaceToken: 'Replace token',
  tokenStored: 'Stored encrypted, ends in',
  testCode: 'Test event code (optional)',
  testCodeHelp:
    'For a first try: TikTok shows one in Events Manager, under Test events. With a code everything shows up there and nothing counts; leave it empty to count for real.',
  testBadge: 'Test mode',
  pause: 'Pause',
  resume: 'Resume',
  added: 'Pixel added',
  addedText: 'New orders go to this pixel from now on. Place a test order, then look at the log.',
  refused: 'TikTok refused the access token',
  forbidden: 'The access token may not send for this pixel',
  refusedText:
    'Your orders wait here and nothing is lost. Make a new token in TikTok Events Manager with an account that manages this pixel, then replace it below.',
  paused: 'This pixel is paused',
  pausedText: 'Orders are kept and wait. Once it is resumed, those that TikTok can still count are sent.',
  codeHelp:
    'In TikTok Events Manager, under the pixel’s name. TikTok also calls it Pixel ID. 20 capital letters and digits.',
  tokenHelp:
    'In Events Manager: your pixel, Settings, Events API, Generate access token. Tock tries it with a test event before saving, stores it encrypted and shows its last four characters only.',
  findCode: 'Find your pixel code',
  createToken: 'Create the access token',
  unclear: 'TikTok could not check the token just now',
  unclearText:
    'Nothing is saved yet. Save again in a minute, or save without the check: should the token be wrong, orders wait and this page says so.',
  saveUnchecked: 'Save without the check',
  browserLeg: 'Also send from the visitor’s browser',
  browserLegHelp:
    'Loads TikTok’s script in your storefront, with the visitor’s consent, through Tock’s app embed in the theme editor. TikTok then gets a second copy with the same event id and counts it once; its cookie helps to match. It costs loading time. Orders arrive without it too.',
  sendTest: 'Send test event',
  testTaken: 'TikTok took the test event',
  testTakenText: 'It shows under Test events in Events Manager within a minute.',
  testFailed: 'The test event did not arrive',
  testNoCode: 'Enter a test event code and save first. TikTok shows it in Events Manager under Test events.',
  testMode: 'Test mode: nothing from this pixel counts',
  testModeText:
    'Everything goes to TikTok’s Test events tab. Remove the test event code below and save when you are done testing.',
  disconnected: 'This pixel is disconnected',
  disconnectedText:
    'Its token was deleted. Orders are kept and wait. Enter a token below to connect it again: what TikTok can still count is sent.',
  noToken: 'There is no token.',
  enterToken: 'Enter token',
  ownerOnly: 'Only the account owner of this store can replace the token.',
  howToTest: 'How testing works',
  testNotice: 'Test mode:',
  testNoticeText:
    'What goes there shows under Test events at TikTok and counts nowhere. Remove the test event code when you are done.',
  activeFrom: (zone: string): string => `Orders count from (your store’s time zone: ${zone})`,
  activeFromNew:
    'Leave it empty to begin now. When you leave another app, enter when you switch that one off: orders placed in this minute or later go out here, earlier ones stay with the other app. At most 7 days back.',
  activeFromEdit:
    'Orders placed in this minute or later go to this pixel, earlier ones do not. At most 7 days back, 90 days ahead. Orders that were left out already stay left out; you can send them from the log.',
  moveGuide: 'Moving from another app',
  waits: 'What waits for this pixel',
  saved: 'Pixel saved',
  /** Each is "1 order" or "12 orders", and null where there is none. */
  released: (going: string | null, late: string | null): string =>
    ['Token replaced.', going && `Going out now: ${going}.`, late && `Too late to send: ${late}.`]
      .filter((sentence) => sentence !== null)
      .join(' '),
  removeShort: 'Remove',
  remove: 'Remove pixel',
  keep: 'Keep it',
  removeTitle: (name: string): string => `Remove ${name}?`,
  removePoints: [
    'Tock stops sending to it at once, from the server and from your storefront. What waits for it is not sent.',
    'Its access token and its settings (events, values, product ids) are deleted. You cannot undo this.',
    'The log and the ledger stay, with everything that was sent. What TikTok received stays at TikTok.',
  ],
  removeInstead: 'To stop for a while and keep everything, pause it instead.',
  removeWaits: 'It will not be sent:',
} as const;
