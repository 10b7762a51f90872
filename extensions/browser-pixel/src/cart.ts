/** Writes the visitor's choice, and with consent the click, to private attributes of the cart, so that an order has them. */
import { clickIdIn } from '../../storefront-pixel/src/click-id.ts';
import { KEPT_CLICKS } from '../../storefront-pixel/src/clicks.ts';
import { mayTrack } from '../../storefront-pixel/src/consent.ts';
import type { EmbedPage } from './config.ts';
import { cartUpdateAddress, type PageConsent } from './shopify.ts';

const CONSENT_ATTRIBUTE = '_tock_consent';
const CLICK_ATTRIBUTE = '_tock_click';

interface CartNote {
  /** Writes what is not written yet, once there is a cart to write to. */
  consentIs(consent: PageConsent): void;
}

export function cartNote(page: Window, embed: EmbedPage): CartNote {
  let consent: PageConsent | undefined;
  let hasItems = embed.cart.items > 0;
  let writtenConsent = embed.cart.consent;
  let writtenClick = embed.cart.click;

  function write(): void {
    if (!hasItems || consent === undefined) return;
    const bits = bitsOf(consent);
    const allowed = mayTrack(consent);
    // No choice and no permission is no evidence of anything: the order's region decides.
    if (!allowed && !consent.chosen && writtenConsent === '') return;
    const click = allowed && embed.config.cartClick ? (clickOf(page) ?? writtenClick) : '';
    if (writtenConsent.startsWith(`${bits}.`) && writtenClick === click) return;
    writtenConsent = `${bits}.${Math.floor(Date.now() / 1_000)}`;
    const attributes: Record<string, string> = { [CONSENT_ATTRIBUTE]: writtenConsent };
    if (click !== writtenClick) attributes[CLICK_ATTRIBUTE] = click;
    writtenClick = click;
    page
      .fetch(cartUpdateAddress(page), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ attributes }),
        keepalive: true,
      })
      .catch(() => undefined);
  }

  // Themes add to the cart without a new page; the request itself is the only sign that all of them share.
  observeRequests(/\/cart\/add(?:\.js)?(?:[?#]|$)/, () => {
    hasItems = true;
    write();
  });

  return {
    consentIs(now) {
      consent = now;
      write();
    },
  };
}

/** Analytics, marketing, preferences, sale of data: `1101`. */
function bitsOf(consent: PageConsent): string {
  return [consent.analytics, consent.marketing, consent.preferences, consent.saleOfData]
    .map((allowed) => (allowed ? '1' : '0'))
    .join('');
}

/** `<unix seconds>.<click id>`: the page's own click, else the newest that the web pixel kept. */
function clickOf(page: Window): string | undefined {
  const here = clickIdIn(page.location.href);
  const kept = keptClick(page);
  if (here !== undefined && here !== kept?.id)
    return `${Math.floor(page.performance.timeOrigin / 1_000)}.${here}`;
  return kept === undefined ? undefined : `${Math.floor(Date.parse(kept.at) / 1_000)}.${kept.id}`;
}

function keptClick(page: Window): { id: string; at: string } | undefined {
  try {
    const kept = JSON.parse(page.localStorage.getItem(KEPT_CLICKS) ?? '[]') as { id: string; at: string }[];
    return kept[0];
  } catch {
    return undefined;
  }
}

function observeRequests(address: RegExp, seen: () => void): void {
  try {
    new PerformanceObserver((list) => {
      if (list.getEntries().some((entry) => address.test(entry.name))) seen();
    }).observe({ type: 'resource', buffered: true });
  } catch {
    // A browser without it writes on the next page, where the cart is rendered with its items.
  }
}
