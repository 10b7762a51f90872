/** The words of the page for disconnecting, resetting and erasing, ready for translation. */

export const ENDINGS_TEXT = {
  title: 'Disconnect, reset or erase',
  ownerOnly: 'Only the account owner of this store can do this',
  ownerOnlyText:
    'You can read here what each step does. Shopify shows who the owner is in your store’s Settings, under Users.',
  keep: 'Keep everything as it is',
  domain: (domain: string): string => `Type ${domain} to confirm`,
  typed: 'This is not the address above. Nothing was erased.',
  toasts: {
    disconnect: 'Disconnected from TikTok',
    reset: 'Settings are back to the defaults',
    erase: 'Everything is being erased',
  },
  erasing: 'Everything is being erased',
  erasingText:
    'It is done within a few minutes. Nothing is sent any more. To use Tock again, connect a pixel; to leave for good, uninstall Tock in your store’s settings.',
  disconnected: 'Disconnected from TikTok',
  disconnectedText: 'To connect again, open a pixel and enter an access token.',
  reset: 'All settings are back to the defaults',
} as const;

export type Ending = 'disconnect' | 'reset' | 'erase';

export const ENDINGS: Record<Ending, { title: string; points: string[]; button: string; question: string }> =
  {
    disconnect: {
      title: 'Disconnect from TikTok',
      points: [
        'Tock stops sending at once, from the server and from your storefront, and deletes the access tokens of all pixels.',
        'Your settings, the log and the ledger stay. Orders are still taken in and wait.',
        'To go on, enter an access token at the pixel. What TikTok can still count is then sent; older orders are skipped with that reason.',
      ],
      button: 'Disconnect',
      question: 'Disconnect all pixels from TikTok?',
    },
    reset: {
      title: 'Reset the settings',
      points: [
        'Events, order sources, own rules, values, product ids, consent and times go back to what they were when Tock was installed.',
        'Pixels with their tokens, alerts, the log and the ledger stay. What was sent stays as it was.',
        'You can undo it.',
      ],
      button: 'Reset settings',
      question: 'Set everything back to the defaults?',
    },
    erase: {
      title: 'Erase all data',
      points: [
        'Deletes everything that Tock keeps of your store: pixels and tokens, orders, visits, the log, the ledger, settings, alerts and the history of changes. Nobody can bring it back.',
        'What TikTok received stays at TikTok.',
        'Tock stays installed and begins anew. If you uninstall Tock instead, Shopify asks us to erase everything 48 hours later by itself.',
      ],
      button: 'Erase all data',
      question: 'Erase all data of this store?',
    },
  };
