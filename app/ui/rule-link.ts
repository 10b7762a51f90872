/** Where the rule stands that decided about an event: the page of the app, down to the line. */

/** Null where no page has it: what Shopify says of an order, and what is always so. */
export function ruleLink(rule: string, pixelId: string): string | null {
  const [kind = '', name = ''] = split(rule);
  switch (kind) {
    case 'events':
      return `/app/events?pixel=${pixelId}#${anchorOf('event', name)}`;
    case 'switch':
      return `/app/sources#${anchorOf('switch', name)}`;
    case 'rule':
      return `/app/sources#${anchorOf('rule', name)}`;
    case 'purchase':
      return `/app/settings#${anchorOf('setting', 'moment')}`;
    case 'hold':
      return `/app/settings#${anchorOf('setting', 'hold')}`;
    case 'consent':
      return name === 'setting' || name === 'region'
        ? `/app/settings#${anchorOf('setting', 'consent')}`
        : '/app/guides/consent';
    case 'identity':
      return '/app/guides/poor-match-quality';
    case 'window':
      return '/app/guides/duplicates';
    case 'pixel':
      return name === 'active_from' ? `/app/pixels/${pixelId}#active-from` : null;
    default:
      return null;
  }
}

/** The id of a line on its page. */
export const anchorOf = (kind: 'event' | 'switch' | 'rule' | 'setting', name: string): string =>
  `${kind}-${name.replace(/[^\w-]/g, '_')}`;

function split(rule: string): string[] {
  const at = rule.search(/[.:]/);
  return at < 0 ? [rule] : [rule.slice(0, at), rule.slice(at + 1)];
}
