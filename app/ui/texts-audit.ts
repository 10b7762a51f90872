/** The words of the history of changes, ready for translation. */
import type { TikTokShopMarks } from '../conversion/settings.ts';

export const AUDIT_TEXT = {
  title: 'History of changes',
  intro: 'Everything that was changed in Tock for this store: who, when, what. Nobody can edit it.',
  filter: 'Show',
  everything: 'Everything',
  empty: 'Nothing yet',
  emptyText: 'Changes are listed here as soon as somebody makes one.',
  noneOfKind: 'No such change',
  noneOfKindText: 'Choose another kind, or everything.',
  was: 'before:',
  is: 'after:',
  nothing: 'nothing',
  more: (count: number): string => `and ${count} more`,
  settingsOf: (pixel: string): string => `Settings of ${pixel}`,
  asDefault: 'the defaults',
  own: 'its own',
  newer: 'Newer changes',
  older: 'Older changes',
} as const;

/** What can be filtered by, with the actions that belong to it by their beginning. */
export const AUDIT_KINDS: { kind: string; label: string; actions: readonly string[] }[] = [
  { kind: 'settings', label: 'Settings', actions: ['settings.', 'retention.'] },
  { kind: 'pixels', label: 'Pixels', actions: ['pixel.'] },
  { kind: 'alerts', label: 'Alerts', actions: ['alerts.'] },
  { kind: 'ledger', label: 'Ledger and resending', actions: ['ledger.', 'replay.', 'backfill.', 'log.'] },
  { kind: 'privacy', label: 'Personal data', actions: ['privacy.'] },
  { kind: 'store', label: 'Store and connection', actions: ['app.', 'shop.', 'embed.', 'storefront.'] },
];

const ACTION_WORDS: Record<string, string> = {
  'settings.first': 'First settings',
  'settings.shop_facts': 'Followed the store’s country and address',
  'settings.changed': 'Changed settings',
  'settings.restored': 'Undid a change of settings',
  'settings.imported': 'Imported settings',
  'settings.reset': 'Set everything back to the defaults',
  'pixel.added': 'Added a pixel',
  'pixel.changed': 'Changed a pixel',
  'pixel.token_changed': 'Replaced a pixel’s access token',
  'pixel.removed': 'Removed a pixel',
  'pixel.disconnected': 'Disconnected a pixel from TikTok',
  'app.uninstalled': 'Uninstalled Tock',
  'app.scopes_changed': 'Changed what Tock may read',
  'ledger.replay': 'Sent orders again',
  'backfill.started': 'Began to send orders from before the install',
  'backfill.stopped': 'Stopped sending orders from before the install',
  'backfill.resumed': 'Went on sending orders from before the install',
  'backfill.done': 'Sent all orders from before the install',
  'retention.changed': 'Changed how long data is kept',
  'alerts.changed': 'Changed the alerts',
  'alerts.tested': 'Sent a test alert',
  'shop.disconnected': 'Disconnected the store from TikTok',
  'shop.erase_asked': 'Asked to erase all data',
  'shop.erased': 'Erased all data of the store',
  'privacy.customers.redact': 'Asked to erase a customer',
  'privacy.customers.redact.done': 'Erased a customer',
  'privacy.customers.data_request': 'Asked what is held of a customer',
  'privacy.customers.data_request.done': 'Listed what is held of a customer',
  'privacy.shop.redact': 'Asked to erase the store',
};

/** An action without words is shown by its own name, with spaces. */
export const actionWords = (action: string): string =>
  ACTION_WORDS[action] ?? capital(action.replace(/[._]/g, ' '));

/** Who is no person of the store. */
const ACTOR_WORDS: Record<string, string> = {
  Tock: 'Tock, by itself',
  Shopify: 'Shopify',
  'command line': 'The operator, on the command line',
};

/** A staff member's number stands behind the name, where nobody needs to read it. */
export const actorWords = (actor: string): string =>
  ACTOR_WORDS[actor] ?? actor.replace(/ \(\d+\)$/, '').trim();

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Settings that have no field with a name of its own. */
export const SETTING_WORDS = {
  on: 'On',
  off: 'Off',
  none: 'None',
  or: ' or ',
  switchedOff: 'switched off',
  rule: 'Rule',
  sentAs: (name: string): string => `Sent as ${name}`,
  cartClick: 'Keep the ad click with the cart',
  identify: 'Tell TikTok’s script who is signed in (hashed)',
  country: 'Country of the store',
  host: 'Address of the store',
} as const;

/** What tells an order of TikTok Shop, with an example for the field. */
export const MARK_WORDS: Record<keyof TikTokShopMarks, { label: string; help: string }> = {
  appIds: { label: 'App ids', help: 'The number of the app that made the order.' },
  sourceNames: { label: 'Source names', help: 'The order’s hidden source name, exactly.' },
  sourceNamePrefixes: { label: 'Source names that begin with', help: 'The beginning of the source name.' },
  emailDomains: {
    label: 'Relay email domains',
    help: 'The part behind the @ of the addresses that TikTok makes up for buyers. Applies to orders from now on.',
  },
  tagPrefixes: { label: 'Order tags that begin with', help: 'The beginning of a tag.' },
  gateways: { label: 'Payment gateways', help: 'The name of the payment method.' },
  noteAttributePrefixes: {
    label: 'Order attributes that begin with',
    help: 'The beginning of an additional detail’s name.',
  },
};

/** Parts of what is kept of a pixel and of other things. */
export const PART_LABELS: Record<string, string> = {
  name: 'Name',
  tokenLast4: 'Access token ends in',
  testEventCode: 'Test event code',
  state: 'State',
  activeFrom: 'Counts from',
  browserLeg: 'Browser copy',
  causes: 'Alerts for',
  errorPercent: 'Refused events from (percent)',
  silenceHours: 'Silence from (hours)',
  clickDropPercent: 'Fall of ad clicks from (percent)',
  closing: 'Closing line of the ledger',
  emails: 'Email addresses (how many)',
  email: 'Email',
  webhook: 'Webhook',
  pageDays: 'Days that page events are kept',
  orderMonths: 'Months that orders are kept',
  orders: 'Orders',
  visits: 'Visits',
  erased: 'Erased',
};
