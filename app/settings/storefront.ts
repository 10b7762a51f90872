/** What the storefront is told of a shop's pixels: the web pixel's settings and the theme embed's configuration. */
import { pixelOptions, type ShopSettingsVersion } from '../conversion/settings.ts';

export interface StorefrontPixel {
  readonly id: string;
  readonly code: string;
  readonly state: string;
  readonly browserLeg: boolean;
}

export interface StorefrontPlaces {
  /** Our own address as the world sees it. */
  readonly appUrl: string;
  /** TikTok's script in the page. */
  readonly eventsJs: string;
}

export interface EmbedConfig {
  readonly v: 1;
  readonly pixels: readonly { readonly code: string; readonly limitedDataUse?: boolean }[];
  readonly eventsJs: string;
  /** Whether the click id may travel with the cart. */
  readonly cartClick: boolean;
  /** Whether TikTok's pixel may learn the hashed contact of a customer who is signed in. */
  readonly identify: boolean;
}

export interface StorefrontConfig {
  readonly webPixel: { readonly key: string; readonly endpoint: string; readonly options: string };
  readonly embed: EmbedConfig;
}

/**
 * A paused pixel still collects: what waits for it is decided when it is resumed. A disconnected one is told nothing
 * and loads nothing; orders alone are kept for it. All of this is public.
 */
export function storefrontConfig(
  publicKey: string,
  pixels: readonly StorefrontPixel[],
  settings: ShopSettingsVersion,
  places: StorefrontPlaces,
): StorefrontConfig {
  const told = pixels.flatMap(({ id, code, state, browserLeg }) => {
    const own = settings.pixels[id];
    return own && state !== 'disconnected' ? [{ code, browserLeg, settings: own }] : [];
  });
  return {
    webPixel: {
      key: publicKey,
      endpoint: `${places.appUrl}/intake/storefront`,
      options: JSON.stringify(pixelOptions(told, settings.shop)),
    },
    embed: {
      v: 1,
      pixels: told.filter(({ browserLeg }) => browserLeg).map(({ code }) => ({ code })),
      eventsJs: places.eventsJs,
      cartClick: told.length > 0 && settings.shop.embed.cartClick,
      identify: settings.shop.embed.identify,
    },
  };
}

/** Of the block in extensions/browser-pixel. */
const EMBED_BLOCK = 'browser-pixel';

/** Opens the theme editor with our embed switched on and not yet saved: that is the merchant's to do. */
export function themeEditorLink(shopDomain: string, apiKey: string, sandboxUrl: string | undefined): string {
  const admin =
    sandboxUrl === undefined ? `https://${shopDomain}/admin` : `${sandboxUrl}/shopify/${shopDomain}/admin`;
  return `${admin}/themes/current/editor?context=apps&activateAppId=${encodeURIComponent(apiKey)}/${EMBED_BLOCK}`;
}

export const TIKTOK_EVENTS_JS = 'https://analytics.tiktok.com/i18n/pixel/events.js';
