/** One draft for every kind of order that Shopify knows, so that a test or the demo can ask for it by name. */

import type { SandboxAddress, SandboxShop, SandboxVariant, World } from '../world.ts';
import type { DraftDiscount, DraftLine, OrderDraft } from './draft.ts';
import { fromMinor, toMinor } from './money.ts';

export const orderKinds = [
  'plain',
  'discount-code',
  'discount-code-line',
  'automatic-discount',
  'free-shipping',
  'stacked-discounts',
  'manual-discount',
  'everything-off',
  'taxes-included',
  'taxes-excluded',
  'untaxed',
  'other-currency',
  'gift-card-bought',
  'gift-card-paid',
  'tip',
  'duties',
  'subscription-first',
  'subscription-renewal',
  'pos',
  'draft',
  'b2b',
  'tiktok-shop',
  'imported',
  'test-gateway',
  'pending',
  'phone-only',
  'guest-nameless',
  'custom-line',
] as const;

export type OrderKind = (typeof orderKinds)[number];

export function isOrderKind(text: string): text is OrderKind {
  return orderKinds.some((kind) => kind === text);
}

const buyerAgent =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';
const staffAgent = 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0';

function code(value: string, more: Partial<DraftDiscount> = {}): DraftDiscount {
  return {
    kind: 'code',
    title: 'TIKTOK10',
    code: 'TIKTOK10',
    target: 'line_item',
    allocation: 'across',
    selection: 'all',
    valueType: 'percentage',
    value,
    ...more,
  };
}

const dayMs = 86_400_000;

/** A small basket of the shop's own goods: two different things, one of them twice. */
function basket(shop: SandboxShop): [DraftLine, DraftLine] {
  const goods = shop.products.filter((product) => !product.giftCard).flatMap((product) => product.variants);
  return [
    { item: { variantId: requireOne(goods, 0).id }, quantity: 1 },
    { item: { variantId: requireOne(goods, 5).id }, quantity: 2 },
  ];
}

function requireOne(variants: SandboxVariant[], place: number): SandboxVariant {
  const variant = variants[place % variants.length];
  if (!variant) throw new Error('The shop has nothing to sell');
  return variant;
}

function addressOf(shop: SandboxShop, firstName: string, lastName: string): SandboxAddress {
  return {
    firstName,
    lastName,
    company: null,
    address1: '1 Example Street',
    address2: null,
    city: shop.city,
    province: shop.province,
    provinceCode: shop.provinceCode,
    country: shop.country,
    countryCode: shop.countryCode,
    zip: shop.zip,
    phone: null,
  };
}

export function draftOfKind(world: World, shop: SandboxShop, kind: OrderKind): OrderDraft {
  const [first, second] = basket(shop);
  const address = addressOf(shop, 'Lee', 'Example');
  const amount = (text: string) => fromMinor(toMinor(text, shop.currency), shop.currency);
  const web: OrderDraft = {
    lines: [first, second],
    shipping: { title: 'Standard', price: amount('5.90') },
    checkoutToken: world.random.hex(32),
    cartToken: cartToken(world),
    email: 'lee.example@example.com',
    buyer: { firstName: 'Lee', lastName: 'Example', acceptsMarketing: false, locale: shop.locale },
    billingAddress: address,
    shippingAddress: address,
    landingSite: '/',
    referringSite: '',
    clientDetails: {
      acceptLanguage: shop.locale,
      browserIp: '203.0.113.7',
      userAgent: buyerAgent,
      browserWidth: null,
      browserHeight: null,
      sessionHash: null,
    },
  };
  /** Made by a program or a till: no browser, no cart. */
  const {
    checkoutToken: _checkout,
    cartToken: _cart,
    landingSite: _site,
    referringSite: _from,
    ...bare
  } = web;
  const unseen: OrderDraft = { ...bare, clientDetails: null };

  switch (kind) {
    case 'plain':
      return web;
    case 'discount-code':
      return { ...web, discounts: [code('10')] };
    case 'discount-code-line':
      return {
        ...web,
        discounts: [
          code(amount('5'), {
            valueType: 'fixed_amount',
            allocation: 'each',
            selection: 'entitled',
            lines: [1],
          }),
        ],
      };
    case 'automatic-discount':
      return { ...web, discounts: [code('15', { kind: 'automatic', title: 'Autumn sale', code: null })] };
    case 'free-shipping':
      return {
        ...web,
        discounts: [
          code('100', { title: 'SHIPFREE', code: 'SHIPFREE', target: 'shipping_line', allocation: 'each' }),
        ],
      };
    case 'stacked-discounts':
      return {
        ...web,
        discounts: [
          code('33.3', {
            kind: 'automatic',
            title: 'Two for less',
            code: null,
            selection: 'entitled',
            lines: [1],
          }),
          code(amount('7.77'), { valueType: 'fixed_amount' }),
          code('50', { title: 'HALFSHIP', code: 'HALFSHIP', target: 'shipping_line', allocation: 'each' }),
        ],
      };
    case 'manual-discount':
      return {
        ...web,
        discounts: [
          code(amount('3'), {
            kind: 'manual',
            title: 'Sorry for the wait',
            code: null,
            valueType: 'fixed_amount',
          }),
        ],
      };
    case 'everything-off':
      return {
        ...web,
        discounts: [code('100'), code('100', { target: 'shipping_line', allocation: 'each' })],
        gateways: [],
      };
    case 'taxes-included':
      return { ...web, taxesIncluded: true };
    case 'taxes-excluded':
      return { ...web, taxesIncluded: false };
    case 'untaxed':
      return { ...web, taxed: false };
    case 'other-currency': {
      const [presentmentCurrency] = Object.keys(shop.presentmentRates);
      return presentmentCurrency ? { ...web, presentmentCurrency, discounts: [code('10')] } : web;
    }
    case 'gift-card-bought': {
      const card = shop.products.find((product) => product.giftCard)?.variants[0];
      if (!card) throw new Error(`${shop.name} sells no gift cards`);
      const { shipping: _shipping, ...digital } = web;
      return { ...digital, lines: [{ item: { variantId: card.id }, quantity: 1 }] };
    }
    case 'gift-card-paid':
      return { ...web, gateways: ['gift_card', 'shopify_payments'] };
    case 'tip':
      return { ...web, tip: amount('4.50') };
    case 'duties':
      return {
        ...web,
        lines: [
          {
            ...first,
            duties: { price: amount('12.34'), countryCodeOfOrigin: 'CN', harmonizedSystemCode: '620193' },
          },
          second,
        ],
      };
    case 'subscription-first':
      return {
        ...web,
        lines: [{ ...first, sellingPlan: { id: '690100000001', name: 'Every month' } }],
        tags: ['Subscription', 'Subscription First Order'],
      };
    case 'subscription-renewal':
      return {
        ...unseen,
        lines: [{ ...first, sellingPlan: { id: '690100000001', name: 'Every month' } }],
        sourceName: 'subscription_contract_checkout_one',
        appId: '294517',
        appName: 'Subscriptions',
        tags: ['Subscription', 'Subscription Recurring Order'],
      };
    case 'pos': {
      const {
        email: _email,
        buyer: _buyer,
        shipping: _shipping,
        billingAddress: _billing,
        shippingAddress: _delivery,
        ...till
      } = unseen;
      return {
        ...till,
        sourceName: 'pos',
        sourceIdentifier: `72-1-${shop.nextOrderNumber}`,
        appId: '129785',
        appName: 'Point of Sale',
        locationId: '73153839000',
        userId: shop.staff[1]?.id ?? '87526211876',
        gateways: ['cash'],
      };
    }
    case 'draft': {
      const draftId = world.random.hex(32);
      return {
        ...unseen,
        sourceName: 'shopify_draft_order',
        sourceIdentifier: draftId,
        appId: '1354745',
        appName: 'Draft Orders',
        gateways: ['manual'],
        checkoutToken: world.random.hex(32),
        userId: shop.staff[1]?.id ?? '87526211876',
        // Whoever pressed the button in the admin, not the buyer.
        clientDetails: {
          acceptLanguage: null,
          browserIp: '198.51.100.9',
          userAgent: staffAgent,
          browserWidth: null,
          browserHeight: null,
          sessionHash: null,
        },
      };
    }
    case 'b2b':
      return {
        ...web,
        lines: [{ ...first, quantity: 12 }],
        company: { id: world.random.id(), locationId: world.random.id() },
        poNumber: 'PO-2026-0042',
        billingAddress: { ...address, company: 'Sample Hotels' },
        financialStatus: 'pending',
        gateways: [],
      };
    case 'tiktok-shop': {
      const tiktokId = `57646${world.random.between(1_000_000_000_000, 9_999_999_999_999)}`;
      return {
        ...unseen,
        sourceName: 'tiktok',
        sourceIdentifier: tiktokId,
        appId: '4383523',
        appName: 'TikTok',
        attribution: { handle: 'tiktok', displayName: 'TikTok' },
        email: `buyer${tiktokId.slice(-6)}@scs2.tiktok.com`,
        note: 'TikTok Shop order',
        noteAttributes: [{ name: 'TikTok Order ID', value: tiktokId }],
        tags: ['TikTok Shop'],
        gateways: ['TikTok Shop'],
        customerLocale: null,
      };
    }
    case 'imported':
      return {
        ...unseen,
        sourceName: '3890849',
        appId: '3890849',
        appName: 'Importer',
        gateways: ['manual'],
        processedAt: new Date(world.clock.now().getTime() - 400 * dayMs).toISOString(),
        name: `OLD-${shop.nextOrderNumber}`,
        tags: ['Imported'],
      };
    case 'test-gateway':
      return { ...web, test: true, gateways: ['bogus'] };
    case 'pending':
      return { ...web, financialStatus: 'pending', gateways: ['Bank Deposit'] };
    case 'phone-only': {
      const { email: _email, ...rest } = web;
      return { ...rest, phone: '+12025550123', billingAddress: { ...address, phone: '+12025550123' } };
    }
    case 'guest-nameless': {
      const {
        email: _email,
        buyer: _buyer,
        billingAddress: _billing,
        shippingAddress: _delivery,
        ...rest
      } = web;
      return rest;
    }
    case 'custom-line':
      return { ...web, lines: [{ item: { title: 'Engraving', price: amount('9') }, quantity: 1 }, second] };
  }
}

/** Shopify's cart tokens: letters and digits, no fixed alphabet promised. */
export function cartToken(world: World): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('');
  return `hWN${Array.from({ length: 21 }, () => world.random.pick(letters)).join('')}`;
}
