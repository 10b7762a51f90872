/** A neutral page with ads whose links carry a click id, in every way in which click ids reach a storefront. */

import { escapeHtml, html, redirect, type Router } from '../http.ts';
import type { SandboxShop, World } from '../world.ts';
import { productPath } from './cart.ts';
import { productPicture } from './picture.ts';
import { style } from './style.ts';
import { outletSuffix } from './visit.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');

/** As long and as odd-looking as TikTok's own. */
export function newClickId(world: World): string {
  return `E.C.P.${Array.from({ length: 178 }, () => world.random.pick(letters)).join('')}`;
}

export interface AdLink {
  way: 'direct' | 'redirect' | 'discount' | 'nested' | 'upper-case' | 'fragment' | 'second-domain';
  text: string;
  href: string;
  ttclid: string;
}

export function adLinks(world: World, shop: SandboxShop, handle: string): AdLink[] {
  const port = new URL(world.url).port;
  const main = world.storefrontUrl(shop);
  const outlet = `http://${shop.handle}${outletSuffix}.localhost:${port}`;
  const path = productPath(handle);
  const campaign = 'utm_source=tiktok&utm_medium=paid&utm_campaign=autumn';
  const link = (way: AdLink['way'], text: string, address: (ttclid: string) => string): AdLink => {
    const ttclid = newClickId(world);
    return { way, text, ttclid, href: address(ttclid) };
  };
  const direct = (origin: string, ttclid: string) => `${origin}${path}?${campaign}&ttclid=${ttclid}`;
  return [
    link('direct', 'straight to the product', (id) => direct(main, id)),
    link(
      'redirect',
      'through a click counter that redirects',
      (id) => `${world.url}/ads/click?to=${encodeURIComponent(direct(main, id))}`,
    ),
    link(
      'discount',
      'through a discount link of the shop',
      (id) => `${main}/discount/TIKTOK10?redirect=${encodeURIComponent(`${path}?${campaign}&ttclid=${id}`)}`,
    ),
    link(
      'nested',
      'with the address of the product encoded in the address',
      (id) => `${main}/?deep_link=${encodeURIComponent(direct(main, id))}`,
    ),
    link('upper-case', 'with the parameter in capitals', (id) => `${main}${path}?TTCLID=${id}`),
    link('fragment', 'with the parameter behind the #', (id) => `${main}${path}#ttclid=${id}`),
    link('second-domain', 'to the outlet, a second domain of the shop', (id) => direct(outlet, id)),
  ];
}

export function mountAds(router: Router, world: World): void {
  router.get('/ads', () => {
    const cards = [...world.shops.values()].flatMap((shop) =>
      shop.products.slice(0, 3).map((product) => {
        const image = `data:image/svg+xml;base64,${Buffer.from(productPicture(product)).toString('base64')}`;
        const links = adLinks(world, shop, product.handle);
        const [first] = links;
        const ways = links
          .map(
            ({ way, text, href, ttclid }) =>
              `<li><a href="${escapeHtml(href)}" data-shop="${shop.handle}" data-product="${product.handle}" data-way="${way}" data-ttclid="${ttclid}">${escapeHtml(text)}</a></li>`,
          )
          .join('');
        return `<li><a href="${escapeHtml(first?.href ?? '')}" tabindex="-1" aria-hidden="true"><img src="${image}" alt=""></a><div class="text"><p class="soft" style="margin:0">Sponsored · ${escapeHtml(shop.name)}</p><h3>${escapeHtml(product.title)}</h3><p style="margin:.3rem 0 0">${escapeHtml(product.description)}</p><ul>${ways}</ul></div></li>`;
      }),
    );
    return html(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>For you</title><link rel="icon" href="data:,"><style>${style}</style></head><body><main><div class="wrap"><h1>For you</h1><p class="lede">Ads of the sandbox's shops. Each link carries its own click id, and each takes another way to the shop.</p><ul class="ads">${cards.join('')}</ul></div></main></body></html>`,
    );
  });
  router.get('/ads/click', ({ query }) => {
    const to = query.get('to') ?? '';
    const known = [...world.shops.values()].some((shop) => to.startsWith(`${world.storefrontUrl(shop)}/`));
    return redirect(known ? to : '/ads');
  });
}
