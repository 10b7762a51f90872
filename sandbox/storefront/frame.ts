/** The frame around every page: head with the pixel manager and the theme's scripts, header, footer and banner. */

import { escapeHtml, html, type SandboxAnswer } from '../http.ts';
import { renderEmbed } from '../pixel-manager/embed.ts';
import { pixelManagerHead, pixelOf } from '../pixel-manager/mount.ts';
import { browserScript, versionOf } from '../pixel-manager/browser-scripts.ts';
import type { PageData, PageEvent } from '../pixel-manager/page-data.ts';
import { secondSenderFootprint } from '../tiktok/browser-leg.ts';
import type { World } from '../world.ts';
import { cartData, customerData, shopData } from './pixel-data.ts';
import { style } from './style.ts';
import { storefrontSwitches } from './switches.ts';
import { carriedClient, outletSuffix, type Visit } from './visit.ts';
import { wordsFor } from './words.ts';

export const themeEntry = new URL('client/theme.ts', import.meta.url);
export const styleVersion = versionOf(style);

export interface Page {
  title: string;
  /** Shopify's page types, as Liquid's `request.page_type` says them. */
  type:
    | 'index'
    | 'collection'
    | 'product'
    | 'search'
    | 'cart'
    | 'page'
    | 'customers/login'
    | 'customers/account'
    | 'checkout'
    | 'order_status'
    | '404';
  body: string;
  events: PageEvent[];
  status?: number;
  /** For the page's own script. */
  theme?: unknown;
}

const regions: [string, string][] = [
  ['US-NY', 'New York'],
  ['US-CA', 'California'],
  ['CA', 'Canada'],
  ['GB', 'United Kingdom'],
  ['DE', 'Deutschland'],
  ['FR', 'France'],
  ['JP', 'Japan'],
  ['BR', 'Brazil'],
];

function select(name: string, label: string, options: [string, string][], chosen: string): string {
  const choices = options.some(([value]) => value === chosen) ? options : [[chosen, chosen], ...options];
  const list = choices
    .map(
      ([value, text]) =>
        `<option value="${escapeHtml(value)}"${value === chosen ? ' selected' : ''}>${escapeHtml(text)}</option>`,
    )
    .join('');
  return `<form method="get"><label for="${name}">${escapeHtml(label)}</label><select id="${name}" name="${name}">${list}</select></form>`;
}

export function otherDomain(world: World, visit: Visit): string {
  const port = new URL(world.url).port;
  const suffix = visit.outlet ? '' : outletSuffix;
  const carried = storefrontSwitches(world, visit.shop).carryClientId
    ? `?${carriedClient}=${visit.clientId}`
    : '';
  return `http://${visit.shop.handle}${suffix}.localhost:${port}/${carried}`;
}

export function renderPage(world: World, visit: Visit, page: Page): SandboxAnswer {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  const surface = page.type === 'checkout' ? 'checkout' : 'storefront';
  const pixel = pixelOf(world, shop);
  const data: PageData = {
    now: world.clock.now().toISOString(),
    surface,
    clientId: visit.clientId,
    init: {
      customer: customerData(visit.customer),
      cart: cartData(visit, visit.cart),
      shop: shopData(visit),
      purchasingCompany: null,
    },
    events: [{ name: 'page_viewed', data: {} }, ...page.events],
    region: visit.region,
    banner: storefrontSwitches(world, shop).banner,
    pixels: pixel ? [pixel] : [],
  };
  // Checkout, thank-you and order status are Shopify's own pages: no theme, so no embed and no pasted snippet.
  const themed = surface === 'storefront' && page.type !== 'order_status';
  const embed = themed
    ? renderEmbed(world, shop, {
        pageType: page.type,
        locale: shop.locale,
        customer: visit.customer,
        cart: {
          token: visit.cart.token,
          item_count: visit.cart.lines.reduce((all, line) => all + line.quantity, 0),
          attributes: visit.cart.attributes,
          currency: { iso_code: visit.currency },
        },
      })
    : { head: '', body: '' };
  const sender = secondSenderFootprint(world, shop);
  const foreign = themed ? sender.head : sender.checkoutHead;
  const region = visit.region.countryCode + (visit.region.regionCode ? `-${visit.region.regionCode}` : '');
  const currencies = [shop.currency, ...Object.keys(shop.presentmentRates)];
  const collections = [...new Set(shop.products.map(({ collection }) => collection))];
  const count = visit.cart.lines.reduce((all, line) => all + line.quantity, 0);
  const themeJson = JSON.stringify({ words, locale: shop.locale, page: page.theme ?? null }).replaceAll(
    '<',
    '\\u003c',
  );

  const header = themed
    ? `<header class="top"><div class="wrap"><a class="brand" href="/">${escapeHtml(shop.name)}${visit.outlet ? ' Outlet' : ''}</a>
<nav class="main" aria-label="${words.all}"><a href="/collections/all">${words.all}</a>${collections
        .map(
          (name) =>
            `<a href="/collections/${name}">${escapeHtml(name.charAt(0).toUpperCase() + name.slice(1))}</a>`,
        )
        .join('')}</nav>
<form class="find" action="/search" role="search"><input type="search" name="q" aria-label="${words.search}" placeholder="${words.search}"></form>
<nav class="side" aria-label="${words.account}"><a href="/account">${visit.customer ? escapeHtml(visit.customer.firstName) : words.login}</a><a href="/cart">${words.cart} <span class="count" data-cart-count>${count}</span></a></nav></div></header>`
    : `<header class="top"><div class="wrap"><a class="brand" href="/">${escapeHtml(shop.name)}</a></div></header>`;
  const footer = `<footer><div class="wrap"><span class="grow">${words.sandbox}</span>
${select('region', words.region, regions, region)}${select(
    'currency',
    words.currency,
    currencies.map((code) => [code, code]),
    visit.currency,
  )}
<a href="/pages/privacy-choices">${words.choices}</a>${themed ? `<a href="${escapeHtml(otherDomain(world, visit))}">${visit.outlet ? words.main : words.outlet}</a>` : ''}</div></footer>`;

  const body = `<!doctype html>
<html lang="${shop.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)} – ${escapeHtml(shop.name)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style.${styleVersion}.css">
${pixelManagerHead(world, shop, data, '/')}
<script id="theme-data" type="application/json">${themeJson}</script>
<script src="/assets/theme.${browserScript(themeEntry).version}.js" defer></script>
${foreign}${embed.head}</head>
<body data-shop="${shop.handle}">
<a class="skip" href="#main">${words.keepLooking}</a>
${header}
<main id="main"><div class="wrap">${page.body}</div></main>
${footer}
${embed.body}</body>
</html>`;
  return html(body, page.status ?? 200, {
    // Not no-store: browsers keep such pages for the back button, as they do on a real storefront.
    'cache-control': 'private, max-age=0, must-revalidate',
    ...(visit.setCookies.length > 0 ? { 'set-cookie': visit.setCookies } : {}),
  });
}
