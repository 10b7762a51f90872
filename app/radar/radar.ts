/** Looks at a shop's public pages, as any visitor could, for other senders to TikTok; keeps what it found until it is gone. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Outbound } from '../base/outbound.ts';
import type { ShopId } from '../conversion/facts.ts';
import { findingsOf, type SeenInVisits, type SeenSender, type StorefrontCheck } from './findings.ts';
import { sendersIn, type OwnPixel } from './page.ts';

export interface RadarShop {
  readonly id: ShopId;
  readonly domain: string;
  /** Of the storefront, with its scheme and without a slash at the end. */
  readonly url: string;
  readonly own: OwnPixel;
  /** The pixels whose script Tock loads in the storefront. */
  readonly loaded: readonly string[];
}

/** One shop's newest check, kept whole. */
export interface CheckRows {
  read(shopId: ShopId): Promise<StorefrontCheck | null>;
  write(shopId: ShopId, check: StorefrontCheck): Promise<void>;
  /** What visitors' browsers told from this day on. */
  sightings(shopId: ShopId, from: string): Promise<Pick<SeenInVisits, 'visits' | 'seen'>>;
}

export interface Radar {
  /** The newest check; null before the first. */
  findings(shopId: ShopId): Promise<StorefrontCheck | null>;
  check(shop: RadarShop): Promise<StorefrontCheck>;
  /** Those whose last check is a day old, one after the other; answers how many that were. */
  checkDue(shops: readonly RadarShop[]): Promise<number>;
}

/** A little less than a day, so that an hourly look keeps to about the same time. */
const DUE_MS = 23 * 3_600_000;
/** What no visit has shown for so long is gone. */
const SIGHTING_MS = 3 * 86_400_000;

export function createRadar(needs: { outbound: Outbound; rows: CheckRows; clock: Clock; log: Log }): Radar {
  const { outbound, rows, clock, log } = needs;

  async function check(shop: RadarShop): Promise<StorefrontCheck> {
    const before = await rows.read(shop.id);
    const now = clock.now();
    const home = await outbound.call(`${shop.url}/`, { headers: { accept: 'text/html' } });
    const checkedAt = now.toISOString();
    let found: StorefrontCheck;
    if (home.kind !== 'answered' || home.status >= 400) {
      found = {
        checkedAt,
        state: 'unreachable',
        status: home.kind === 'answered' ? home.status : null,
        pages: [],
        findings: before?.findings ?? [],
      };
    } else {
      const pages = [home];
      const product = productIn(home.text, home.url);
      if (product !== undefined) {
        const answer = await outbound.call(product, { headers: { accept: 'text/html' } });
        if (answer.kind === 'answered' && answer.status < 400) pages.push(answer);
      }
      const seen: SeenSender[] = pages.flatMap(({ text, url }) =>
        sendersIn(text, shop.own).map((sender) => ({ sender, url })),
      );
      const from = new Date(now.getTime() - SIGHTING_MS).toISOString().slice(0, 10);
      const inVisits = { url: shop.url, from, ...(await rows.sightings(shop.id, from)) };
      const ours = { all: shop.own.codes, loaded: shop.loaded };
      const state = new URL(home.url).pathname.endsWith('/password') ? 'password' : 'read';
      const known = before?.findings ?? [];
      const fresh = findingsOf(seen, inVisits, ours, known, now);
      const unread = known.filter(({ key }) => !fresh.some((finding) => finding.key === key));
      found = {
        checkedAt,
        state,
        status: null,
        pages: pages.map(({ url }) => url),
        // What stands on pages that nobody could read is not gone because of that.
        findings: state === 'password' ? [...fresh, ...unread] : fresh,
      };
    }
    await rows.write(shop.id, found);
    return found;
  }

  return {
    findings: (shopId) => rows.read(shopId),
    check,
    async checkDue(shops) {
      let checked = 0;
      for (const shop of shops) {
        const last = await rows.read(shop.id);
        if (last !== null && clock.now().getTime() - Date.parse(last.checkedAt) < DUE_MS) continue;
        try {
          await check(shop);
          checked += 1;
        } catch (error) {
          log.warn('a storefront could not be checked', { shop: shop.domain, error });
        }
      }
      return checked;
    },
  };
}

/** Where the shop's visitors go. */
export function storefrontAddress(
  shop: { readonly domain: string; readonly primaryDomain: string },
  sandboxUrl: string | undefined,
): string {
  if (sandboxUrl === undefined) return `https://${shop.primaryDomain}`;
  return `http://${shop.domain.split('.')[0]}.localhost:${new URL(sandboxUrl).port}`;
}

/** A product's page of the same storefront: some themes and apps load more there. */
function productIn(html: string, base: string): string | undefined {
  const link = /href="([^"]*\/products\/[^"?#]+)/.exec(html)?.[1];
  if (link === undefined || !URL.canParse(link, base)) return undefined;
  const url = new URL(link, base);
  return url.origin === new URL(base).origin ? url.href : undefined;
}
