/** Brings a shop into Tock or up to date: what Shopify says of it, its web pixel, and what its theme embed reads. */
import type { ShopId } from '../conversion/facts.ts';
import type { AdminApi, AdminProblem } from './admin.ts';
import {
  APP_DATA_SET,
  SHOP_BASICS,
  WEB_PIXEL_CREATE,
  WEB_PIXEL_CURRENT,
  WEB_PIXEL_UPDATE,
  type UserErrors,
} from './documents.ts';
import type { InstalledShop, Installs, ShopProfile } from './needs.ts';

/** What the storefront is told: public, all strings, as the web pixel's settings are declared. */
export interface StorefrontPixelSettings {
  readonly key: string;
  readonly endpoint: string;
  readonly options: string;
}

export type ShopRead =
  | { readonly ok: true; readonly profile: ShopProfile; readonly installationId: string }
  | { readonly ok: false; readonly message: string };

/** Asks Shopify for the shop's facts. */
export async function readShop(admin: AdminApi): Promise<ShopRead> {
  const answer = await admin.run(SHOP_BASICS, {});
  if (!answer.ok) return { ok: false, message: wordsFor(answer.problem) };
  const { shop, currentAppInstallation } = answer.data;
  const id: ShopId | undefined = /^gid:\/\/shopify\/Shop\/(\d+)$/.exec(shop.id)?.[1];
  if (id === undefined)
    return { ok: false, message: 'Shopify named the store in a way that Tock does not know.' };
  return {
    ok: true,
    installationId: currentAppInstallation.id,
    profile: {
      id,
      domain: shop.myshopifyDomain.toLowerCase(),
      name: shop.name,
      primaryDomain: shop.primaryDomain.host,
      currency: shop.currencyCode,
      timeZone: shop.ianaTimezone,
      country: shop.shopAddress.countryCodeV2 ?? '',
      email: shop.email === '' ? null : shop.email,
      scopes: currentAppInstallation.accessScopes.map(({ handle }) => handle),
    },
  };
}

export type WebPixelOutcome =
  { readonly ok: true; readonly webPixelId: string } | { readonly ok: false; readonly message: string };

/** Creates the web pixel, or updates the one that is there (Shopify answers TAKEN then). */
export async function putWebPixel(
  admin: AdminApi,
  installs: Pick<Installs, 'setWebPixel'>,
  shop: InstalledShop,
  settings: StorefrontPixelSettings,
): Promise<WebPixelOutcome> {
  const webPixel = { settings: { ...settings } };
  if (shop.webPixelId !== null) {
    const updated = await admin.run(WEB_PIXEL_UPDATE, { id: shop.webPixelId, webPixel });
    if (!updated.ok) return { ok: false, message: wordsFor(updated.problem) };
    const { userErrors } = updated.data.webPixelUpdate;
    if (userErrors.length === 0) return { ok: true, webPixelId: shop.webPixelId };
    // Gone since, for example by an uninstall that nobody told us of: made anew below.
    if (!userErrors.some(({ code }) => code === 'NOT_FOUND')) return refusedPixel(userErrors);
  }
  const created = await admin.run(WEB_PIXEL_CREATE, { webPixel });
  if (!created.ok) return { ok: false, message: wordsFor(created.problem) };
  const { webPixel: made, userErrors } = created.data.webPixelCreate;
  if (userErrors.length === 0 && made) return keep(made.id);
  if (!userErrors.some(({ code }) => code === 'TAKEN')) return refusedPixel(userErrors);
  const there = await admin.run(WEB_PIXEL_CURRENT, {});
  if (!there.ok) return { ok: false, message: wordsFor(there.problem) };
  const id = there.data.webPixel?.id;
  if (id === undefined) return refusedPixel(userErrors);
  const updated = await admin.run(WEB_PIXEL_UPDATE, { id, webPixel });
  if (!updated.ok) return { ok: false, message: wordsFor(updated.problem) };
  const refused = updated.data.webPixelUpdate.userErrors;
  return refused.length === 0 ? keep(id) : refusedPixel(refused);

  async function keep(webPixelId: string): Promise<WebPixelOutcome> {
    await installs.setWebPixel(shop.id, webPixelId);
    return { ok: true, webPixelId };
  }
}

/** `outdated`: Shopify has it, but with settings from before. `unknown`: Shopify did not say, for the reason given. */
export type WebPixelState =
  { readonly state: 'on' | 'outdated' | 'missing' } | { readonly state: 'unknown'; readonly message: string };

/** Whether Shopify has the web pixel, and with what it should say. */
export async function webPixelState(
  admin: AdminApi,
  wanted: StorefrontPixelSettings,
): Promise<WebPixelState> {
  const there = await admin.run(WEB_PIXEL_CURRENT, {});
  // Where there is none Shopify refuses the question.
  if (!there.ok)
    return there.problem.kind === 'refused'
      ? { state: 'missing' }
      : { state: 'unknown', message: wordsFor(there.problem) };
  const { webPixel } = there.data;
  if (!webPixel) return { state: 'missing' };
  const has = settingsIn(webPixel.settings);
  const same = (['key', 'endpoint', 'options'] as const).every((name) => has[name] === wanted[name]);
  return { state: same ? 'on' : 'outdated' };
}

function settingsIn(settings: unknown): Record<string, unknown> {
  try {
    const read: unknown = typeof settings === 'string' ? JSON.parse(settings) : settings;
    return typeof read === 'object' && read !== null ? { ...read } : {};
  } catch {
    return {};
  }
}

/** Writes what the theme embed reads as `app.metafields.tock.embed`. */
export async function putEmbedConfig(
  admin: AdminApi,
  installationId: string,
  embed: unknown,
): Promise<{ ok: true } | { ok: false; message: string }> {
  const answer = await admin.run(APP_DATA_SET, {
    metafields: [
      {
        ownerId: installationId,
        namespace: 'tock',
        key: 'embed',
        type: 'json',
        value: JSON.stringify(embed),
      },
    ],
  });
  if (!answer.ok) return { ok: false, message: wordsFor(answer.problem) };
  const { userErrors } = answer.data.metafieldsSet;
  return userErrors.length === 0
    ? { ok: true }
    : { ok: false, message: `Shopify did not take the theme embed's settings: ${messagesOf(userErrors)}` };
}

function refusedPixel(userErrors: UserErrors): WebPixelOutcome {
  return {
    ok: false,
    message: `Shopify did not switch the web pixel on: ${messagesOf(userErrors)} Orders still arrive; visits do not.`,
  };
}

const messagesOf = (userErrors: UserErrors): string =>
  userErrors.map(({ message }) => sentence(message)).join(' ');

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** For merchants. */
export function wordsFor(problem: AdminProblem): string {
  switch (problem.kind) {
    case 'reconnect':
    case 'not_connected':
      return 'Shopify no longer accepts the connection. Open Tock again in your Shopify admin to reconnect it.';
    case 'throttled':
      return 'Shopify is answering too many questions at once. Please try again in a minute.';
    case 'unreachable':
      return 'Shopify did not answer. Please try again in a minute.';
    case 'refused':
      return `Shopify refused: ${problem.messages.map(sentence).join(' ')}`;
  }
}
