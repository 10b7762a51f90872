/** Page events: every standard event to its draft, a beacon's check, and both legs of an event byte for byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Beacon, BeaconEvent } from '../../../app/conversion/beacon.ts';
import {
  browserCopy,
  contentIdOf,
  contentTypeOf,
  draftOf,
  SHOPIFY_EVENTS,
} from '../../../app/conversion/browser.ts';
import type { PageDraft } from '../../../app/conversion/browser.ts';
import { canonicalJson } from '../../../app/conversion/canonical.ts';
import {
  checkoutEventId,
  orderEventId,
  pageEventId,
  paymentEventId,
} from '../../../app/conversion/event-id.ts';
import type { PageRead } from '../../../app/conversion/facts.ts';
import { readBeacon, readPageEvent } from '../../../app/conversion/from-pixel.ts';
import type { PageEdge } from '../../../app/conversion/from-pixel.ts';
import { sha256 } from '../../../app/conversion/identity.ts';
import {
  defaultPixelSettings,
  defaultSettings,
  echoOptions,
  pixelOptions,
} from '../../../app/conversion/settings.ts';
import type { PixelSettings } from '../../../app/conversion/settings.ts';
import { schemaProblems } from './events-api-schema.ts';
import { arbitraryEmail, arbitraryPhone, built, decided } from './orders.ts';

const variant = {
  id: '41327143321713',
  price: { amount: 49.95, currencyCode: 'USD' },
  product: {
    id: '7234590834801',
    title: 'Liquid',
    vendor: 'Test Shop',
    type: 'snowboard',
    url: '/products/liquid',
  },
  sku: 'LIQ',
  title: 'Blue',
};
const item = {
  variant: '41327143321713',
  product: '7234590834801',
  sku: 'LIQ',
  title: 'Liquid',
  variantTitle: 'Blue',
  vendor: 'Test Shop',
  type: 'snowboard',
  price: '49.95',
};
const line = {
  merchandise: variant,
  quantity: 2,
  cost: { totalAmount: { amount: 99.9, currencyCode: 'USD' } },
};
const checkout = {
  token: '84ad78572dae52a8cbea7d55371afe89',
  email: 'alex.example@example.com',
  phone: '+12025550123',
  currencyCode: 'USD',
  totalPrice: { amount: 110.9, currencyCode: 'USD' },
  subtotalPrice: { amount: 89.91, currencyCode: 'USD' },
  totalTax: { amount: 11, currencyCode: 'USD' },
  shippingLine: { price: { amount: 9.99, currencyCode: 'USD' } },
  billingAddress: { countryCode: 'US', phone: null },
  order: {
    id: 'gid://shopify/OrderIdentity/5778367414385',
    customer: { id: 'gid://shopify/Customer/7358220173425', isFirstOrder: true },
  },
  lineItems: [
    { title: 'Liquid', quantity: 2, variant, finalLinePrice: { amount: 89.91, currencyCode: 'USD' } },
  ],
};
const checkoutDraft = {
  items: [{ ...item, quantity: 2, net: '89.91' }],
  currency: 'USD',
  total: '110.9',
  subtotal: '89.91',
  tax: '11',
  shipping: '9.99',
  checkoutToken: '84ad78572dae52a8cbea7d55371afe89',
  orderId: '5778367414385',
  customerId: '7358220173425',
  firstOrder: true,
  email: 'alex.example@example.com',
  phone: '+12025550123',
  country: 'US',
};

describe('drafts of the standard events', () => {
  it.each<[string, unknown, unknown]>([
    ['page_viewed', {}, {}],
    [
      'product_viewed',
      { productVariant: variant },
      { items: [{ ...item, quantity: 1 }], currency: 'USD', total: '49.95' },
    ],
    [
      'collection_viewed',
      { collection: { id: '1', title: 'All', productVariants: [variant] } },
      { items: [{ ...item, quantity: 1 }], currency: 'USD' },
    ],
    ['search_submitted', { searchResult: { query: ' board ', productVariants: [] } }, { query: 'board' }],
    ['search_submitted', { searchResult: { query: 'jo@example.com', productVariants: [] } }, {}],
    [
      'product_added_to_cart',
      { cartLine: line },
      { items: [{ ...item, quantity: 2, net: '99.9' }], currency: 'USD', total: '99.9' },
    ],
    [
      'product_removed_from_cart',
      { cartLine: line },
      { items: [{ ...item, quantity: 2, net: '99.9' }], currency: 'USD', total: '99.9' },
    ],
    [
      'cart_viewed',
      {
        cart: {
          id: 'gid://shopify/Cart/hWN3NvqP?key=abc',
          lines: [line],
          cost: { totalAmount: { amount: 99.9, currencyCode: 'USD' } },
        },
      },
      {
        items: [{ ...item, quantity: 2, net: '99.9' }],
        currency: 'USD',
        total: '99.9',
        cartToken: 'hWN3NvqP',
      },
    ],
    ...SHOPIFY_EVENTS.slice(7).map((name): [string, unknown, unknown] => [name, { checkout }, checkoutDraft]),
  ])('%s', (name, data, expected) => expect(draftOf({ name, data })).toEqual(expected));

  describe('what a line of the checkout costs after every discount', () => {
    const off = (amount: unknown): unknown => ({ amount: { amount, currencyCode: 'USD' } });
    const usd = (amount: number): unknown => ({ amount, currencyCode: 'USD' });
    const netOf = (line: Record<string, unknown>): string | undefined =>
      draftOf({
        name: 'checkout_started',
        data: { checkout: { ...checkout, lineItems: [{ quantity: 2, variant, ...line }] } },
      })?.items?.[0]?.net;

    // Two at 49.95 are 99.90. Shopify's text says that finalLinePrice is "after line-level discounts" only.
    it.each<[string, Record<string, unknown>, string | undefined]>([
      [
        'a final price that leaves the order’s code in',
        { finalLinePrice: usd(99.9), discountAllocations: [off(9.99)] },
        '89.91',
      ],
      [
        'a final price that has it out already',
        { finalLinePrice: usd(89.91), discountAllocations: [off(9.99)] },
        '89.91',
      ],
      [
        'a line discount beside an order’s',
        { finalLinePrice: usd(94.9), discountAllocations: [off('5.0'), off(9.99)] },
        '84.91',
      ],
      ['no discounts', { finalLinePrice: usd(99.9), discountAllocations: [] }, '99.9'],
      ['no allocations told', { finalLinePrice: usd(89.91) }, '89.91'],
      ['no final price told', { discountAllocations: [off(9.99)] }, '89.91'],
      [
        'a subscription’s price below the variant’s',
        { finalLinePrice: usd(80), discountAllocations: [] },
        '80',
      ],
      [
        'an allocation that cannot be read',
        { finalLinePrice: usd(89.91), discountAllocations: [off('much')] },
        '89.91',
      ],
      [
        'more taken off than it costs',
        { finalLinePrice: usd(99.9), discountAllocations: [off(120)] },
        '0.00',
      ],
      ['nothing told', {}, undefined],
    ])('%s', (_name, line, expected) => expect(netOf(line)).toBe(expected));
  });

  it('a custom event may say a value, a currency, a product and a search', () => {
    expect(
      draftOf({
        name: 'theme:sign_up',
        type: 'custom',
        customData: { value: 5, currency: 'EUR', email: 'x@y.de' },
      }),
    ).toEqual({ currency: 'EUR', total: '5' });
  });

  it('an event that nobody reads has no draft', () =>
    expect(draftOf({ name: 'clicked', type: 'dom', data: {} })).toBeNull());

  it('personal data that Shopify nulls, gid variants of ids and missing parts are fine', () => {
    const nulled = {
      ...checkout,
      email: null,
      phone: null,
      billingAddress: null,
      order: null,
      shippingLine: null,
    };
    expect(draftOf({ name: 'checkout_started', data: { checkout: nulled } })).toEqual({
      items: checkoutDraft.items,
      currency: 'USD',
      total: '110.9',
      subtotal: '89.91',
      tax: '11',
      checkoutToken: checkout.token,
    });
    expect(
      draftOf({
        name: 'product_viewed',
        data: { productVariant: { ...variant, id: 'gid://shopify/ProductVariant/413' } },
      })?.items?.[0]?.variant,
    ).toBe('413');
  });

  it('never throws, whatever Shopify or a page publishes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHOPIFY_EVENTS, 'custom'), fc.jsonValue(), (name, data) => {
        const type = name === 'custom' ? 'custom' : 'standard';
        const draft = draftOf({ name, type, data, customData: data });
        expect(JSON.parse(JSON.stringify(draft))).toEqual(draft);
      }),
    );
  });
});

describe('event ids', () => {
  it.each([
    '5778367414385',
    'gid://shopify/Order/5778367414385',
    'gid://shopify/OrderIdentity/5778367414385',
  ])('order %s', (id) => {
    expect(orderEventId(id)).toBe('order-5778367414385');
  });

  it('a checkout is one, however often Shopify says that it started', () => {
    expect(pageEventId('checkout_started', 'sh-1', 'tok')).toBe(checkoutEventId('tok'));
    expect(pageEventId('payment_info_submitted', 'sh-2', 'tok')).toBe(paymentEventId('tok'));
    expect(pageEventId('checkout_started', 'sh-1')).toBe('sh-1');
    expect(pageEventId('product_viewed', 'sh-3', 'tok')).toBe('sh-3');
  });
});

function beacon(changes: Partial<Beacon> = {}, event: Partial<BeaconEvent> = {}): Beacon {
  return {
    v: 1,
    key: 'pk_1',
    client: '9c1e7a5a-1111-4222-8333-444455556666',
    sent: '2026-10-05T18:50:01.000Z',
    consent: { analytics: true, marketing: true, preferences: false, saleOfData: true },
    ttp: 'UcviFrrVqBtN-EA78WeZwKLrm5B',
    click: { id: 'E.C.P.kept', at: '2026-10-01T10:00:00.000Z', from: 'kept' },
    language: 'en-US',
    events: [
      {
        id: 'sh-1',
        shopifyId: 'sh-1',
        name: 'product_viewed',
        at: '2026-10-05T18:50:00.000Z',
        page: {
          url: 'https://shop.example/products/liquid?ttclid=E.C.P.url&utm_source=tiktok',
          referrer: 'https://www.tiktok.com/',
        },
        draft: draftOf({ name: 'product_viewed', data: { productVariant: variant } }) ?? {},
        ...event,
      },
    ],
    ...changes,
  };
}

function pageRead(
  changes: Partial<Beacon> = {},
  event: Partial<BeaconEvent> = {},
  edge: Partial<PageEdge> = {},
): PageRead {
  const checked = readBeacon(JSON.stringify(beacon(changes, event)));
  if (!checked.ok) throw new Error(JSON.stringify(checked.problem));
  const [first] = checked.value.events;
  if (!first) throw new Error('no event');
  const read = readPageEvent(first, { ip: '8.8.8.8', userAgent: 'UA', beacon: checked.value, ...edge });
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  return read.value;
}

describe('a page event', () => {
  it('becomes facts without a person and match data without a page', () => {
    const { facts, match, links, consent } = pageRead();
    expect(facts).toEqual({
      v: 1,
      kind: 'page',
      event: 'product_viewed',
      eventId: 'sh-1',
      shopifyId: 'sh-1',
      occurredAt: '2026-10-05T18:50:00.000Z',
      sentAt: '2026-10-05T18:50:01.000Z',
      page: {
        url: 'https://shop.example/products/liquid?utm_source=tiktok',
        referrer: 'https://www.tiktok.com/',
      },
      items: [{ ...item, quantity: 1 }],
      currency: 'USD',
      total: '49.95',
      consent: { analytics: true, marketing: true, preferences: false, saleOfData: true },
      echoed: [],
      offered: { customer: false, email: 'absent', phone: 'absent', browser: 'buyer', personalData: false },
    });
    expect(match).toEqual({
      v: 1,
      emails: [],
      phones: [],
      externalIds: [sha256('9c1e7a5a-1111-4222-8333-444455556666')],
      ip: '8.8.8.8',
      userAgent: 'UA',
      ttp: 'UcviFrrVqBtN-EA78WeZwKLrm5B',
      locale: 'en-US',
      clicks: [
        { ttclid: 'E.C.P.url', at: '2026-10-05T18:50:00.000Z', from: 'url' },
        { ttclid: 'E.C.P.kept', at: '2026-10-01T10:00:00.000Z', from: 'kept' },
      ],
    });
    expect(links).toEqual({});
    expect(consent).toEqual({ choice: facts.consent, source: 'pixel', at: facts.occurredAt });
  });

  it('replayed long after its time keeps the time at which it happened', () => {
    const { facts } = pageRead({ sent: '2026-10-06T20:00:00.000Z' });
    expect(built({ facts, match: pageRead().match }).event_time).toBe(
      Date.parse('2026-10-05T18:50:00Z') / 1000,
    );
  });

  it('reads a click from the referrer of the same host only', () => {
    const url = 'https://shop.example/cart';
    const same = pageRead({}, { page: { url, referrer: 'https://shop.example/?ttclid=ref' } });
    expect(same.match.clicks.map(({ from }) => from)).toEqual(['referrer', 'kept']);
    const other = pageRead({}, { page: { url, referrer: 'https://evil.example/?ttclid=ref' } });
    expect(other.match.clicks.map(({ from }) => from)).toEqual(['kept']);
  });

  it('the same click found again is as old as it was when it was kept', () => {
    const { match } = pageRead({ click: { id: 'E.C.P.url', at: '2026-10-01T10:00:00.000Z', from: 'kept' } });
    expect(match.clicks).toEqual([{ ttclid: 'E.C.P.url', at: '2026-10-01T10:00:00.000Z', from: 'url' }]);
  });

  it("leaves the visitor's id out where the shop does not want it sent", () => {
    expect(pageRead({}, {}, { visitorId: false }).match.externalIds).toEqual([]);
  });

  it('holds no contact detail in its facts, wherever it was typed', () => {
    fc.assert(
      fc.property(arbitraryEmail, arbitraryPhone, (email, phone) => {
        const read = pageRead(
          {},
          {
            name: 'checkout_contact_info_submitted',
            page: {
              url: `https://shop.example/checkouts/cn/x?email=${email}&phone=${phone}`,
              referrer: `https://shop.example/?q=${email}`,
            },
            draft: { ...checkoutDraft, email, phone, query: phone },
          },
        );
        const facts = canonicalJson(read.facts);
        for (const secret of [email, phone, encodeURIComponent(email), checkout.token])
          expect(facts).not.toContain(secret);
        expect(read.match.emails).toEqual([sha256(email)]);
        expect(read.match.phones).toEqual([sha256(phone)]);
        expect(canonicalJson(read.match)).not.toContain(email);
        expect(read.links.checkoutToken).toBe(checkout.token);
      }),
    );
  });
});

it('golden payloads of every standard event and of a custom one, by the default mapping', async () => {
  const cost = { totalAmount: { amount: 99.9, currencyCode: 'USD' } };
  const data: Record<(typeof SHOPIFY_EVENTS)[number], unknown> = {
    page_viewed: {},
    product_viewed: { productVariant: variant },
    collection_viewed: { collection: { productVariants: [variant] } },
    search_submitted: { searchResult: { query: 'board', productVariants: [variant] } },
    product_added_to_cart: { cartLine: line },
    product_removed_from_cart: { cartLine: line },
    cart_viewed: { cart: { id: 'gid://shopify/Cart/hWN3NvqP', lines: [line], cost } },
    checkout_started: { checkout },
    checkout_contact_info_submitted: { checkout },
    checkout_address_info_submitted: { checkout },
    checkout_shipping_info_submitted: { checkout },
    payment_info_submitted: { checkout },
    checkout_completed: { checkout },
  };
  const { events, ...rest } = defaultPixelSettings();
  const pixel = {
    ...rest,
    events: { ...events, 'theme:sign_up': { on: true, name: 'CompleteRegistration' } },
  };
  const outcome = (name: string, draft: PageDraft | null): unknown => {
    const { token } = checkout;
    const read = pageRead({}, { name, id: pageEventId(name, 'sh-1', token), draft: draft ?? {} });
    const answer = decided(read, { pixel });
    if (answer.state !== 'send') return answer.state === 'skip' ? `skipped: ${answer.reason}` : answer;
    const event = built(read, { pixel, ...answer });
    expect(schemaProblems(JSON.stringify(event))).toEqual([]);
    return event;
  };
  const golden: Record<string, unknown> = {};
  for (const name of SHOPIFY_EVENTS) golden[name] = outcome(name, draftOf({ name, data: data[name] }));
  const customData = { value: 5, currency: 'EUR', email: 'x@y.de' };
  golden['theme:sign_up'] = outcome(
    'theme:sign_up',
    draftOf({ name: 'theme:sign_up', type: 'custom', customData }),
  );
  await expect(JSON.stringify(golden, null, 2) + '\n').toMatchFileSnapshot(
    '../../fixtures/payloads/page_events.json',
  );
});

describe('a beacon is not believed', () => {
  it.each<[string, unknown, string]>([
    ['another version', { v: 2 }, 'v'],
    ['no key', { key: '' }, 'key'],
    ['no consent', { consent: null }, 'consent'],
    [
      'consent in words',
      { consent: { analytics: 'yes', marketing: true, preferences: true, saleOfData: true } },
      'consent.analytics',
    ],
    ['no events', { events: [] }, 'events'],
    ['too many events', { events: Array.from({ length: 51 }, () => beacon().events[0]) }, 'events'],
    [
      'a click from nowhere',
      { click: { id: 'x', at: '2026-10-01T10:00:00Z', from: 'landing' } },
      'click.from',
    ],
    ['a time in words', { sent: 'now' }, 'sent'],
    ['an endless ttp', { ttp: 'x'.repeat(300) }, 'ttp'],
    ['an event without a page', { events: [{ ...beacon().events[0], page: null }] }, 'events[0].page'],
    [
      'an event without a draft',
      { events: [{ ...beacon().events[0], draft: undefined }] },
      'events[0].draft',
    ],
    [
      'half a piece',
      { events: [{ ...beacon().events[0], draft: { items: [{ quantity: 0.5 }] } }] },
      'events[0].draft.items[0].quantity',
    ],
    [
      'a total in words',
      { events: [{ ...beacon().events[0], draft: { total: 'free' } }] },
      'events[0].draft.total',
    ],
    ['codes that are no codes', { events: [{ ...beacon().events[0], echoed: [7] }] }, 'events[0].echoed'],
  ])('%s', (_name, changes, field) => {
    expect(readBeacon(JSON.stringify({ ...beacon(), ...(changes as object) }))).toMatchObject({
      ok: false,
      problem: { field },
    });
  });

  it('an address that is no web page is refused by name', () => {
    const checked = beacon({}, { page: { url: 'about:blank' } });
    const [first] = checked.events;
    expect(first && readPageEvent(first, { beacon: checked })).toMatchObject({
      ok: false,
      problem: { field: 'page.url' },
    });
  });

  it('cut off or twisted anywhere it is refused or read, never an exception', () => {
    const text = JSON.stringify(beacon());
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 3 }), (place, put) => {
        const read = readBeacon(text.slice(0, place) + put + text.slice(place + put.length));
        if (read.ok) for (const event of read.value.events) readPageEvent(event, { beacon: read.value });
        expect(typeof read.ok).toBe('boolean');
      }),
      { numRuns: 600 },
    );
  });
});

it('with any field of a beacon or of its event replaced by anything it is read or refused, by the name of that field', () => {
  const whole = beacon({ tiktok: ['CTESTPIXEL0000000001'] }, { echoed: ['C1'], draft: checkoutDraft });
  const [event] = whole.events;
  const places: [string, (value: unknown) => unknown][] = [
    ...Object.keys(whole).map((key): (typeof places)[number] => [
      key,
      (value) => ({ ...whole, [key]: value }),
    ]),
    ...Object.keys(event ?? {}).map((key): (typeof places)[number] => [
      `events[0].${key}`,
      (value) => ({ ...whole, events: [{ ...event, [key]: value }] }),
    ]),
    ...Object.keys(checkoutDraft).map((key): (typeof places)[number] => [
      `events[0].draft.${key}`,
      (value) => ({ ...whole, events: [{ ...event, draft: { ...checkoutDraft, [key]: value } }] }),
    ]),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue(), ([path, put], value) => {
      const read = readBeacon(JSON.stringify(put(value)));
      if (read.ok) for (const one of read.value.events) readPageEvent(one, { beacon: read.value });
      else expect(read.problem.field.startsWith(path)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

describe('content ids', () => {
  const all = { variant: '413', product: '723', sku: 'SNOW-1' };
  const template = 'shopify_{country}_{product}_{variant}';

  it.each([
    ['variant', all, '413', 'product'],
    ['product', all, '723', 'product_group'],
    ['sku', all, 'SNOW-1', 'product'],
    ['template', all, 'shopify_US_723_413', 'product'],
    ['variant', { product: '723' }, '723', 'product'],
    ['variant', { sku: 'S' }, 'S', 'product'],
    ['product', { variant: '413' }, '413', 'product_group'],
    ['sku', { variant: '413', sku: '' }, '413', 'product'],
    ['template', { product: '723' }, '723', 'product'],
    ['variant', {}, undefined, 'product'],
  ] as const)('%s of %j is %j', (kind, of, id, type) => {
    const options = { kind, template, country: 'US' };
    expect(contentIdOf(of, options)).toBe(id);
    expect(contentTypeOf(options)).toBe(type);
  });

  it('a template of products alone names groups', () => {
    expect(contentTypeOf({ kind: 'template', template: 'shopify_{country}_{product}' })).toBe(
      'product_group',
    );
  });
});

describe('both legs', () => {
  const arbitraryDraft: fc.Arbitrary<PageDraft> = fc.record(
    {
      items: fc.array(
        fc.record({
          variant: fc.stringMatching(/^\d{1,14}$/),
          product: fc.stringMatching(/^\d{1,14}$/),
          title: fc
            .string({ minLength: 1, maxLength: 20 })
            .filter((text) => text.trim() === text && !text.includes('@')),
          quantity: fc.integer({ min: 1, max: 9 }),
          price: fc.nat(100000).map((cents) => String(cents / 100)),
          net: fc.nat(100000).map((cents) => String(cents / 100)),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      currency: fc.constantFrom('USD', 'JPY', 'KWD', 'BGN'),
      total: fc.nat(10_000_000).map((cents) => String(cents / 100)),
      subtotal: fc.nat(1_000_000).map((cents) => String(cents / 100)),
      tax: fc.nat(10_000).map((cents) => String(cents / 100)),
      shipping: fc.nat(10_000).map((cents) => String(cents / 100)),
      query: fc.constantFrom('board', 'größe 42', 'jo@example.com'),
    },
    { requiredKeys: ['currency'] },
  );
  const arbitraryPixel: fc.Arbitrary<PixelSettings> = fc
    .record({
      kind: fc.constantFrom('variant' as const, 'product' as const, 'sku' as const, 'template' as const),
      basis: fc.constantFrom('total' as const, 'subtotal' as const),
      tax: fc.boolean(),
      shipping: fc.boolean(),
      profit: fc.option(
        fc.record({
          kind: fc.constantFrom('margin' as const, 'costRate' as const),
          percent: fc.constantFrom('30', '12.5'),
        }),
        { nil: undefined },
      ),
    })
    .map(({ kind, basis, tax, shipping, profit }) => {
      const pixel = defaultPixelSettings();
      return {
        ...pixel,
        contentId: { kind, template: 'x_{country}_{variant}' },
        value: { ...pixel.value, basis, tax, shipping, profit },
      };
    });

  it('say the same properties, byte for byte, through beacon, facts and storage, but for a value that is profit: that only the server says', () => {
    fc.assert(
      fc.property(
        arbitraryDraft,
        arbitraryPixel,
        fc.constantFrom('product_viewed', 'checkout_started', 'search_submitted'),
        (draft, pixel, name) => {
          const shop = { ...defaultSettings(), country: 'US' };
          const told = pixelOptions([{ code: 'CODE', settings: pixel, browserLeg: true }], shop);
          const [echo] = (JSON.parse(JSON.stringify(told)) as typeof told).echo;
          const copy = echo && browserCopy(draft, name, echo);
          const { facts, match } = pageRead({}, { name, draft });
          const stored = JSON.parse(canonicalJson(facts)) as typeof facts;
          const event = built(
            { facts: stored, match },
            { pixel, settings: shop, eventName: copy?.name ?? 'none' },
          );
          const { value, ...rest } = event.properties;
          const profit = pixel.value.profit !== undefined;
          expect(JSON.stringify(profit ? rest : event.properties)).toBe(JSON.stringify(copy?.properties));
          // 'BGN' is no currency that TikTok lists.
          if (profit) expect(value === undefined).toBe(draft.total === undefined || draft.currency === 'BGN');
          expect(JSON.stringify(told)).not.toMatch(/profit|percent|12\.5/);
          expect(event.event_id).toBe('sh-1');
          expect(schemaProblems(JSON.stringify(event))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [
      'product_viewed',
      { items: [{ ...item, quantity: 1 }], currency: 'USD', total: '49.95' },
      { value: 49.95, num_items: 1, currency: 'USD' },
    ],
    [
      'product_added_to_cart',
      { items: [{ ...item, quantity: 2, net: '99.9' }], currency: 'USD', total: '99.9' },
      { value: 99.9, num_items: 2 },
    ],
    ['checkout_started', checkoutDraft, { value: 110.9, num_items: 2 }],
    ['search_submitted', { query: 'board' }, { search_string: 'board' }],
    [
      'product_viewed',
      { items: [{ ...item, quantity: 1 }], currency: 'BGN', total: '49.95' },
      { num_items: 1 },
    ],
  ])('%s', (name, draft, expected) => {
    const copy = browserCopy(draft, name, echoOptions('C', defaultPixelSettings(), defaultSettings()));
    expect(copy?.properties).toMatchObject(expected);
    if ('currency' in draft && draft.currency === 'BGN')
      expect(Object.keys(copy?.properties ?? {})).not.toContain('value');
  });

  it.each(['page_viewed', 'checkout_completed', 'checkout_contact_info_submitted', 'unknown', 'constructor'])(
    '%s is not sent by default',
    (name) => {
      expect(browserCopy({}, name, echoOptions('C', defaultPixelSettings(), defaultSettings()))).toBeNull();
    },
  );
});

describe('what the storefront pixel is told', () => {
  it('events worth a beacon, and only the pixels whose browser leg is on', () => {
    const pixel = defaultPixelSettings();
    const told = pixelOptions(
      [
        { code: 'A', settings: pixel, browserLeg: false },
        {
          code: 'B',
          settings: {
            ...pixel,
            events: { ...pixel.events, 'theme:sign_up': { on: true, name: 'CompleteRegistration' } },
          },
          browserLeg: true,
        },
      ],
      defaultSettings(),
    );
    expect(told.events).toEqual([
      'product_viewed',
      'search_submitted',
      'product_added_to_cart',
      'checkout_started',
      'checkout_contact_info_submitted',
      'checkout_address_info_submitted',
      'checkout_shipping_info_submitted',
      'payment_info_submitted',
      'checkout_completed',
      'theme:sign_up',
    ]);
    expect(told.echo.map(({ code }) => code)).toEqual(['B']);
    expect(Object.keys(told.echo[0]?.events ?? {})).not.toContain('order');
  });

  it('nothing, for a shop without a pixel', () =>
    expect(pixelOptions([], defaultSettings())).toEqual({ v: 1, events: [], echo: [] }));
});
