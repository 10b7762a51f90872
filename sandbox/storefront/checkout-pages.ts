/** Shopify's own pages: checkout in one document with three steps, express, the offer, thank-you, order status. */

import { escapeHtml } from '../http.ts';
import { pixelSwitches } from '../pixel-manager/switches.ts';
import { requireVariant } from '../orders/order.ts';
import { toMinor } from '../orders/money.ts';
import type { MoneySet } from '../orders/payload.ts';
import type { SandboxOrder, SandboxShop, World } from '../world.ts';
import { priceIn, showMoney } from './cart.ts';
import {
  needsShipping,
  offerOf,
  paymentMethods,
  priceCheckout,
  shippingMethods,
  type Checkout,
} from './checkout.ts';
import type { Page } from './frame.ts';
import { checkoutData } from './pixel-data.ts';
import type { Visit } from './visit.ts';
import { wordsFor, type Words } from './words.ts';

export function checkoutPath(checkout: Checkout, step = ''): string {
  return `/checkouts/cn/${checkout.cartToken}${step && `/${step}`}`;
}

function buyerMoney(shop: SandboxShop, { presentment_money: money }: MoneySet): string {
  return escapeHtml(showMoney(shop, toMinor(money.amount, money.currency_code), money.currency_code));
}

export function summary(world: World, shop: SandboxShop, checkout: Checkout): string {
  const words = wordsFor(shop.locale);
  const { money, lines, shippingLines, taxesIncluded } = priceCheckout(world, shop, checkout);
  const rows = lines.map((line) => {
    const product = line.variantId === null ? null : requireVariant(shop, line.variantId).product;
    const image = product
      ? `<img src="/cdn/products/${product.handle}.svg" alt="" width="72" height="72">`
      : '';
    return `<tr><td>${image}</td><td>${escapeHtml(line.title)} <span class="soft">× ${line.quantity}</span></td><td>${buyerMoney(shop, money.line({ ...line, allocations: [] }))}</td></tr>`;
  });
  const sum = (label: string, set: MoneySet, css = '') =>
    `<dt class="${css}">${label}</dt><dd class="${css}">${buyerMoney(shop, set)}</dd>`;
  const isSome = (set: MoneySet) => Number(set.shop_money.amount) > 0;
  const parts: [label: string, name: 'discounts' | 'shipping' | 'tax' | 'tip'][] = [
    [`– ${words.discount}`, 'discounts'],
    [words.shipping, 'shipping'],
    [taxesIncluded ? words.taxIncluded : words.tax, 'tax'],
    [words.tip, 'tip'],
  ];
  const shown = parts
    .filter(([, name]) => isSome(money.total(name)) || (name === 'shipping' && shippingLines.length > 0))
    .map(([label, name]) => sum(label, money.total(name)));
  return `<table class="lines"><tbody>${rows.join('')}</tbody></table><dl class="sums">${sum(words.subtotal, money.total('lines'))}${shown.join('')}${sum(words.total, money.total('total'), 'sum')}</dl>`;
}

function field(name: string, label: string, value: string, more = ''): string {
  return `<label>${label}<input name="${name}" value="${escapeHtml(value)}" ${more}></label>`;
}

/** Sample details stand in the form, so that a person gets through in three clicks. */
function sampleBuyer(shop: SandboxShop) {
  const german = shop.locale.startsWith('de');
  return {
    email: german ? 'luca.beispiel@example.org' : 'jamie.example@example.com',
    phone: german ? '+49 30 901820' : '+1 212 555 0142',
    firstName: german ? 'Luca' : 'Jamie',
    lastName: german ? 'Beispiel' : 'Example',
    address1: german ? 'Beispielweg 7' : '42 Example Avenue',
  };
}

function contactForm(visit: Visit, checkout: Checkout, words: Words): string {
  const { shop } = visit;
  const sample = sampleBuyer(shop);
  const address = checkout.address;
  return `<form data-step="contact" novalidate><fieldset class="stack"><legend>${words.contact}</legend>
${field('email', words.email, checkout.email ?? sample.email, 'type="email" autocomplete="email"')}
${field('phone', words.phone, checkout.phone ?? sample.phone, 'type="tel" autocomplete="tel"')}
<label class="tick"><input type="checkbox" name="news"${checkout.acceptsMarketing ? ' checked' : ''}>${words.news}</label></fieldset>
<fieldset class="stack"><legend>${words.address}</legend>
<div class="pair">${field('firstName', words.firstName, address?.firstName ?? sample.firstName, 'autocomplete="given-name"')}${field('lastName', words.lastName, address?.lastName ?? sample.lastName, 'autocomplete="family-name"')}</div>
${field('address1', words.street, address?.address1 ?? sample.address1, 'autocomplete="address-line1"')}
<div class="pair zip">${field('zip', words.zip, address?.zip ?? shop.zip, 'autocomplete="postal-code"')}${field('city', words.city, address?.city ?? shop.city, 'autocomplete="address-level2"')}</div>
${field('countryCode', words.country, address?.countryCode ?? shop.countryCode, 'autocomplete="country" maxlength="2"')}</fieldset>
<p role="alert"></p><button>${needsShipping(shop, checkout) ? words.toShipping : words.toPayment}</button></form>`;
}

function shippingForm(visit: Visit, checkout: Checkout, words: Words): string {
  const { shop } = visit;
  const methods = shippingMethods(shop).map(({ handle, title, price }, place) => {
    const text = showMoney(shop, priceIn(shop, price, checkout.currency), checkout.currency);
    return `<label class="choice"><input type="radio" name="method" value="${handle}"${place === 0 ? ' checked' : ''}>${escapeHtml(title)}<b>${escapeHtml(text)}</b></label>`;
  });
  return `<form data-step="shipping"><fieldset><legend>${words.shipping}</legend>${methods.join('')}</fieldset><button>${words.toPayment}</button></form>`;
}

function paymentForm(words: Words): string {
  const names = { card: words.card, bank: words.bank, 'gift-card': words.giftCard, test: words.test };
  const methods = paymentMethods.map(
    (method, place) =>
      `<label class="choice"><input type="radio" name="payment" value="${method}"${place === 0 ? ' checked' : ''}>${names[method]}</label>`,
  );
  return `<form data-step="payment"><fieldset><legend>${words.payment}</legend>${methods.join('')}</fieldset>
<fieldset>${field('tip', words.tip, '0', 'inputmode="decimal"')}</fieldset><p role="alert"></p><button>${words.payNow}</button></form>`;
}

export function checkoutPage(world: World, visit: Visit, checkout: Checkout, entered: boolean): Page {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  const data = checkoutData(world, visit, checkout);
  const steps = [
    ['contact', words.contact],
    ...(needsShipping(shop, checkout) ? [['shipping', words.shipping]] : []),
    ['payment', words.payment],
  ];
  const code = `<form class="row" data-code><input class="grow" name="code" value="${escapeHtml(checkout.discountCode ?? '')}" placeholder="${words.code}" aria-label="${words.code}"><button class="quiet">${words.apply}</button></form>`;
  return {
    title: words.checkout,
    type: 'checkout',
    body: `<div class="side-by-side"><div data-checkout-root><ol class="steps">${steps.map(([name, text], place) => `<li data-crumb="${name}"${place === 0 ? ' aria-current="step"' : ''}>${text}</li>`).join('')}</ol>
<section data-section="contact">${contactForm(visit, checkout, words)}</section><section data-section="shipping" hidden>${shippingForm(visit, checkout, words)}</section><section data-section="payment" hidden>${paymentForm(words)}</section></div>
<aside class="card"><div data-summary>${summary(world, shop, checkout)}</div>${code}</aside></div>`,
    events: entered ? started(world, data) : [],
    theme: { checkout: checkoutPath(checkout), steps: steps.map(([name]) => name) },
  };
}

function started(world: World, data: Record<string, unknown>) {
  return Array.from({ length: pixelSwitches(world).checkoutStartedTimes }, () => ({
    name: 'checkout_started',
    data: { checkout: data },
  }));
}

export function expressPage(world: World, visit: Visit, checkout: Checkout): Page {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  return {
    title: words.express,
    type: 'checkout',
    body: `<div class="card" style="max-width:560px;margin:0 auto"><h1>${words.express}</h1><p class="soft">${escapeHtml(checkout.email ?? '')}</p>${summary(world, shop, checkout)}<form data-step="payment" class="stack"><input type="hidden" name="payment" value="card"><p role="alert"></p><button class="fast">${words.payNow}</button></form></div>`,
    events: started(world, checkoutData(world, visit, checkout)),
    theme: { checkout: checkoutPath(checkout), steps: ['payment'] },
  };
}

export function withSampleBuyer(shop: SandboxShop, checkout: Checkout): void {
  const sample = sampleBuyer(shop);
  const [standard] = shippingMethods(shop);
  checkout.email ??= sample.email;
  checkout.address ??= {
    firstName: sample.firstName,
    lastName: sample.lastName,
    company: null,
    address1: sample.address1,
    address2: null,
    city: shop.city,
    province: shop.province,
    provinceCode: shop.provinceCode,
    country: shop.country,
    countryCode: shop.countryCode,
    zip: shop.zip,
    phone: checkout.phone,
  };
  if (needsShipping(shop, checkout)) checkout.shipping ??= standard;
}

/** Shopify says it once for a checkout, on whichever of the pages after payment comes first. */
function completed(world: World, visit: Visit, checkout: Checkout) {
  return [
    {
      name: 'checkout_completed',
      data: { checkout: checkoutData(world, visit, checkout) },
      once: `checkout_completed:${checkout.token}`,
    },
  ];
}

export function offerPage(world: World, visit: Visit, checkout: Checkout): Page | null {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  const offer = offerOf(shop, checkout);
  if (!offer) return null;
  const price = showMoney(shop, priceIn(shop, offer.variant.price, checkout.currency), checkout.currency);
  return {
    title: words.offer,
    type: 'checkout',
    body: `<div class="card" style="max-width:640px;margin:0 auto"><h1>${words.offer}</h1><div class="product" style="gap:24px"><img src="/cdn/products/${offer.product.handle}.svg" alt="${escapeHtml(offer.product.title)}"><div><h2>${escapeHtml(offer.product.title)}</h2><p class="price">${escapeHtml(price)}</p><p class="lede">${escapeHtml(offer.product.description)}</p>
<form method="post" action="${checkoutPath(checkout, 'offer')}" class="stack"><button name="take" value="yes">${words.takeOffer}</button><button class="quiet" name="take" value="no">${words.declineOffer}</button></form></div></div></div>`,
    events: completed(world, visit, checkout),
  };
}

export function thankYouPage(world: World, visit: Visit, checkout: Checkout, order: SandboxOrder): Page {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  return {
    title: words.thanks,
    type: 'checkout',
    body: `<div class="side-by-side"><div><p class="notice">${words.confirmation} ${escapeHtml(order.confirmationNumber)}</p><h1>${words.thanks}${checkout.address ? `, ${escapeHtml(checkout.address.firstName)}` : ''}</h1><p class="lede">${words.order} <b data-order="${order.id}">${escapeHtml(order.name)}</b> · ${order.paidAt ? words.paid : words.open}</p><a class="button quiet" href="/${shop.id}/orders/${order.token}/authenticate">${words.status}</a> <a class="button" href="/">${words.keepLooking}</a></div><aside class="card">${summary(world, shop, checkout)}</aside></div>`,
    events: completed(world, visit, checkout),
  };
}

export function orderStatusPage(visit: Visit, order: SandboxOrder): Page {
  const { shop } = visit;
  const words = wordsFor(shop.locale);
  const total = showMoney(shop, toMinor(order.total, shop.currency), shop.currency);
  const lines = order.lines
    .map(({ title, quantity }) => `<tr><td></td><td>${escapeHtml(title)}</td><td>× ${quantity}</td></tr>`)
    .join('');
  return {
    title: `${words.order} ${order.name}`,
    type: 'order_status',
    body: `<h1>${words.order} ${escapeHtml(order.name)}</h1><p class="lede">${order.cancelledAt ? order.cancelledAt.slice(0, 10) : order.paidAt ? words.paid : words.open} · ${escapeHtml(total)}</p><table class="lines"><tbody>${lines}</tbody></table>`,
    events: [],
  };
}
