/** The theme's pages: home, collection, product, search, cart, account, privacy choices. */

import { escapeHtml } from '../http.ts';
import type { SandboxProduct, World } from '../world.ts';
import { requireVariant } from '../orders/order.ts';
import { toMinor } from '../orders/money.ts';
import { cartTotal, priceIn, productPath, sellingPlans, showMoney } from './cart.ts';
import type { Page } from './frame.ts';
import { cartData, productsData, variantData } from './pixel-data.ts';
import type { Visit } from './visit.ts';
import { wordsFor } from './words.ts';

const picture = (product: SandboxProduct) =>
  `<img src="/cdn/products/${product.handle}.svg" alt="${escapeHtml(product.title)}" width="400" height="400">`;

function priceText(visit: Visit, amount: string): string {
  return escapeHtml(showMoney(visit.shop, priceIn(visit.shop, amount, visit.currency), visit.currency));
}

function grid(visit: Visit, products: SandboxProduct[]): string {
  const cards = products.map((product) => {
    const [variant] = product.variants;
    if (!variant) return '';
    const before = variant.compareAtPrice ? ` <s>${priceText(visit, variant.compareAtPrice)}</s>` : '';
    return `<li><a href="${productPath(product.handle)}">${picture(product)}<h3>${escapeHtml(product.title)}</h3><span class="price">${priceText(visit, variant.price)}${before}</span></a></li>`;
  });
  return `<ul class="grid">${cards.join('')}</ul>`;
}

export function homePage(visit: Visit): Page {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  const [first] = shop.products;
  const hero = first
    ? `<section class="hero"><div><h1>${escapeHtml(first.title)}</h1><p>${escapeHtml(first.description)}</p><a class="button" href="${productPath(first.handle)}">${words.popular}</a></div>${picture(first)}</section>`
    : '';
  return {
    title: words.home,
    type: 'index',
    body: `${hero}<h2>${words.all}</h2>${grid(visit, shop.products)}`,
    events: [],
  };
}

export function collectionPage(visit: Visit, handle: string): Page | null {
  const { shop } = visit;
  const products =
    handle === 'all' ? shop.products : shop.products.filter(({ collection }) => collection === handle);
  if (products.length === 0) return null;
  const words = wordsFor(shop.locale);
  const title = handle === 'all' ? words.all : handle.charAt(0).toUpperCase() + handle.slice(1);
  // Collections have no ids in the sandbox's world; a number made of the handle stays the same.
  const id = String([...handle].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e9, 4e11));
  return {
    title,
    type: 'collection',
    body: `<h1>${escapeHtml(title)}</h1>${grid(visit, products)}`,
    events: [
      {
        name: 'collection_viewed',
        data: { collection: { id, title, productVariants: productsData(visit, products) } },
      },
    ],
  };
}

export function productPage(visit: Visit, handle: string, variantId: string | null): Page | null {
  const { shop } = visit;
  const product = shop.products.find((candidate) => candidate.handle === handle);
  const variant = product?.variants.find(({ id }) => id === variantId) ?? product?.variants[0];
  if (!product || !variant) return null;
  const words = wordsFor(shop.locale);
  const options = product.variants
    .map(
      ({ id, title, price }) =>
        `<option value="${id}" data-price="${priceText(visit, price)}"${id === variant.id ? ' selected' : ''}>${escapeHtml(title)}</option>`,
    )
    .join('');
  const chooser =
    product.variants.length > 1
      ? `<label>${words.variant}<select name="id">${options}</select></label>`
      : `<input type="hidden" name="id" value="${variant.id}">`;
  const subscribable = /abo|socks|kaffee/i.test(product.handle);
  const plans = subscribable
    ? `<label>${words.quantity === 'Menge' ? 'Lieferung' : 'Delivery'}<select name="selling_plan"><option value="">${words.once}</option>${sellingPlans
        .map(
          ({ id, name }) =>
            `<option value="${id}">${escapeHtml(words.once === 'Einmal' ? 'Jeden Monat' : name)}</option>`,
        )
        .join('')}</select></label>`
    : '';
  const before = variant.compareAtPrice ? ` <s>${priceText(visit, variant.compareAtPrice)}</s>` : '';
  const related = shop.products.filter((other) => other !== product && !other.giftCard).slice(0, 4);
  return {
    title: product.title,
    type: 'product',
    body: `<article class="product"><div>${picture(product)}</div><div>
<p class="soft">${escapeHtml(product.vendor)}</p><h1>${escapeHtml(product.title)}</h1>
<p class="price"><span data-price>${priceText(visit, variant.price)}</span>${before}</p>
<p class="lede">${escapeHtml(product.description)}</p>
<form class="stack" method="post" action="/cart/add" data-add>${chooser}${plans}
<label>${words.quantity}<input type="number" name="quantity" value="1" min="1" max="99" inputmode="numeric"></label>
<button type="submit">${words.addToCart}</button>
<button class="quiet" type="submit" formaction="/buy-now" data-buy-now>${words.buyNow}</button>
<button class="fast" type="submit" formaction="/express" data-express>${words.express}</button></form></div></article>
<h2 style="margin-top:64px">${words.popular}</h2>${grid(visit, related)}`,
    events: [{ name: 'product_viewed', data: { productVariant: variantData(visit, product, variant) } }],
  };
}

export function searchPage(visit: Visit, query: string): Page {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  const needle = query.trim().toLowerCase();
  const found = needle
    ? shop.products.filter((product) =>
        [product.title, product.type, product.vendor, product.description].some((text) =>
          text.toLowerCase().includes(needle),
        ),
      )
    : [];
  return {
    title: words.search,
    type: 'search',
    body: `<h1>${words.search}</h1><form action="/search" class="row" style="margin-bottom:28px"><input class="grow" type="search" name="q" value="${escapeHtml(query)}" aria-label="${words.searchFor}"><button>${words.search}</button></form>
${needle ? `<p class="soft">${found.length} ${words.results}</p>` : ''}${found.length > 0 ? grid(visit, found) : needle ? `<p>${words.nothing}</p>` : ''}`,
    events: needle
      ? [
          {
            name: 'search_submitted',
            data: { searchResult: { query, productVariants: productsData(visit, found) } },
          },
        ]
      : [],
  };
}

export function cartPage(visit: Visit): Page {
  const { shop, cart, currency } = visit;
  const words = wordsFor(shop.locale);
  const rows = cart.lines.map((line) => {
    const { product, variant } = requireVariant(shop, line.variantId);
    const total = priceIn(shop, variant.price, currency) * BigInt(line.quantity);
    const detail = [variant.title === 'Default Title' ? '' : variant.title, line.sellingPlan?.name ?? '']
      .filter(Boolean)
      .join(', ');
    return `<tr data-line="${escapeHtml(line.key)}"><td>${picture(product)}</td><td><a href="${productPath(product.handle)}"><b>${escapeHtml(product.title)}</b></a><br><span class="soft">${escapeHtml(detail)}</span></td>
<td><input class="qty" type="number" min="0" max="99" value="${line.quantity}" aria-label="${words.quantity}: ${escapeHtml(product.title)}" data-quantity><br><button class="plain" type="button" data-remove>${words.remove}</button></td><td>${escapeHtml(showMoney(shop, total, currency))}</td></tr>`;
  });
  const filled = `<div class="side-by-side"><table class="lines"><tbody>${rows.join('')}</tbody></table>
<aside class="card"><dl class="sums"><dt class="sum">${words.subtotal}</dt><dd class="sum">${escapeHtml(showMoney(shop, cartTotal(shop, cart, currency), currency))}</dd></dl>
<div class="stack"><a class="button" href="/checkout" data-checkout>${words.checkout}</a><form method="post" action="/express" class="stack"><button class="fast">${words.express}</button></form></div></aside></div>`;
  const empty = `<div class="empty"><p class="big">${words.cartEmpty}</p><a class="button" href="/collections/all">${words.keepLooking}</a></div>`;
  return {
    title: words.cart,
    type: 'cart',
    body: `<h1>${words.cart}</h1>${cart.lines.length > 0 ? filled : empty}`,
    events: [{ name: 'cart_viewed', data: { cart: cartData(visit, cart) } }],
  };
}

export function loginPage(visit: Visit): Page {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  const people = shop.customers
    .map(
      (customer, place) =>
        `<label class="choice"><input type="radio" name="customer" value="${customer.id}"${place === 0 ? ' checked' : ''}>${escapeHtml(customer.firstName)} ${escapeHtml(customer.lastName)}<b class="soft">${escapeHtml(customer.email ?? customer.phone ?? '')}</b></label>`,
    )
    .join('');
  return {
    title: words.login,
    type: 'customers/login',
    body: `<h1>${words.login}</h1><p class="lede">${words.who}</p><form method="post" action="/account/login" class="card" style="max-width:560px">${people}<button style="margin-top:10px">${words.login}</button></form>`,
    events: [],
  };
}

export function accountPage(world: World, visit: Visit): Page {
  const { shop, customer } = visit;
  const words = wordsFor(shop.locale);
  const orders = shop.orders.filter((order) => customer && order.customerId === customer.id);
  const rows = orders
    .map(
      (order) =>
        `<tr><td><a href="${orderStatusPath(shop.id, order.token)}">${escapeHtml(order.name)}</a></td><td>${order.paidAt ? words.paid : words.open}</td><td>${escapeHtml(showMoney(shop, toMinor(order.total, shop.currency), shop.currency))}</td></tr>`,
    )
    .join('');
  return {
    title: words.account,
    type: 'customers/account',
    body: `<h1>${escapeHtml(customer ? `${customer.firstName} ${customer.lastName}` : '')}</h1><p class="lede">${escapeHtml(customer?.email ?? customer?.phone ?? '')} · ${world.clock.now().toISOString().slice(0, 10)}</p><table class="lines"><tbody>${rows}</tbody></table><form method="post" action="/account/logout"><button class="quiet">${words.logout}</button></form>`,
    events: [],
  };
}

export function orderStatusPath(shopId: string, token: string): string {
  return `/${shopId}/orders/${token}/authenticate`;
}

export function privacyPage(visit: Visit): Page {
  const words = wordsFor(visit.shop.locale);
  const tick = (name: string, text: string) =>
    `<label class="choice"><input type="checkbox" name="${name}">${text}</label>`;
  return {
    title: words.choices,
    type: 'page',
    body: `<h1>${words.choices}</h1><p class="lede">${words.choicesText}</p><form class="card" style="max-width:560px" data-choices>${tick('analytics', words.analytics)}${tick('marketing', words.marketing)}${tick('preferences', words.preferences)}${tick('sale_of_data', words.sale)}<button style="margin-top:10px">${words.save}</button> <span role="status"></span></form>`,
    events: [],
  };
}

export function notFoundPage(visit: Visit): Page {
  const words = wordsFor(visit.shop.locale);
  return {
    title: '404',
    type: '404',
    status: 404,
    body: `<div class="empty"><h1>404</h1><p>${words.nothing}</p><a class="button" href="/">${words.home}</a></div>`,
    events: [],
  };
}
