/** Orders to facts: the samples, exact ids, the Admin API beside the webhook, and input that is broken. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { buildClientSchema, parse, validate } from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../app/conversion/canonical.ts';
import {
  ADMIN_ORDER_SELECTION,
  FETCHED_FIELDS,
  isFetchedField,
  readAdminOrder,
  readToldFields,
} from '../../../app/conversion/from-admin-order.ts';
import type { FetchedField } from '../../../app/conversion/facts.ts';
import { ORDER_WEBHOOK_FIELDS, readOrder } from '../../../app/conversion/from-order.ts';
import { sha256 } from '../../../app/conversion/identity.ts';
import { parseExact } from '../../../app/conversion/json.ts';
import { carryForward } from '../../../app/conversion/order-parts.ts';
import { arbitraryOrder, changed, requireRead, sample, SAMPLES, sampleText } from './orders.ts';
import type { Changes, SampleName } from './orders.ts';

describe('the ordinary order', () => {
  const { facts, match, links } = sample();

  it('keeps ids as text, times in UTC and money exact', () => {
    expect(facts).toMatchObject({
      orderId: '5778367414385',
      eventId: 'order-5778367414385',
      processedAt: '2026-10-05T18:54:47.000Z',
      paidAt: '2026-10-05T18:54:50.000Z',
      money: { total: { shop: '691.90' }, subtotal: { shop: '629.91' }, discounts: { shop: '69.99' } },
      items: [
        { variant: '41327142600817', sku: 'SNOW-HYD', quantity: 1, unit: { shop: '540.00' } },
        {
          variant: '41327143321713',
          variantTitle: 'Blue',
          quantity: 2,
          unit: { shop: '44.96' },
          net: { shop: '89.91' },
        },
      ],
      offered: { customer: true, email: 'usable', phone: 'usable', browser: 'buyer', personalData: true },
    });
  });

  it('hashes who, and finds the click once though it is written twice', () => {
    expect(match).toEqual({
      v: 1,
      emails: [sha256('alex.example@example.com')],
      phones: [sha256('+12025550123')],
      externalIds: [sha256('7358220173425')],
      ip: '203.0.113.7',
      userAgent: expect.stringContaining('iPhone') as string,
      ttp: '2abcTESTttp',
      locale: 'en-US',
      clicks: [
        { ttclid: 'E.C.P.TestTtclidValue0123456789', at: '2026-10-05T18:54:47.000Z', from: 'landing' },
      ],
    });
  });

  it('hands out the join keys apart from the facts', () => {
    expect(links).toEqual({
      checkoutToken: '84ad78572dae52a8cbea7d55371afe89',
      cartToken: 'hWN3NvqPZ3aXkTestTok1',
      customerId: '7358220173425',
    });
    expect(canonicalJson(facts)).not.toContain('84ad78572dae52a8cbea7d55371afe89');
  });
});

describe('flags of the samples', () => {
  it.each<[SampleName, object]>([
    ['synthetic_draft_order', { draft: true, staffMade: true }],
    ['synthetic_pos_order', { pos: true, staffMade: true }],
    ['synthetic_subscription_renewal_order', { subscription: 'renewal' }],
    ['synthetic_test_order_bogus', { test: true, gateways: ['bogus'] }],
    ['synthetic_tiktok_shop_order', { appId: '4383523', relayDomain: 'tiktok.com', tags: ['TikTok Shop'] }],
    ['official_2026-07_orders_create', { test: true, tags: ['tag1', 'tag2'] }],
  ])('%s', (name, origin) => expect(sample(name).facts.origin).toMatchObject(origin));

  it("a staff member's browser on a draft order is not the buyer's", () => {
    const { match, facts } = sample('synthetic_draft_order');
    expect(match.ip).toBeUndefined();
    expect(match.userAgent).toBeUndefined();
    expect(facts.offered.browser).toBe('staff');
  });

  it('an order without personal data says so', () => {
    const { facts, match } = sample('synthetic_web_order_no_consent_no_pii');
    expect(facts.offered).toEqual({
      customer: false,
      email: 'absent',
      phone: 'absent',
      browser: 'absent',
      personalData: false,
    });
    expect(match).toMatchObject({ emails: [], phones: [], externalIds: [], clicks: [] });
  });

  it.each([
    ['subscription_contract_checkout_one', {}, 'renewal'],
    ['web', { tags: 'x, Subscription First Order' }, 'first'],
    ['web', {}, undefined],
  ])('source %s with %j is subscription %s', (source_name, changes, expected) => {
    expect(sample('synthetic_web_order_ttclid', { source_name, ...changes }).facts.origin.subscription).toBe(
      expected,
    );
  });

  it('history that was imported is marked', () => {
    expect(
      sample('synthetic_web_order_ttclid', { processed_at: '2024-01-01T00:00:00Z' }).facts.origin.imported,
    ).toBe(true);
  });

  it('an edit before sending counts: removed lines go, quantities and the total are the current ones', () => {
    const order = JSON.parse(sampleText('synthetic_web_order_ttclid')) as {
      line_items: Record<string, unknown>[];
    };
    const lines = order.line_items.map((line, index) => ({ ...line, current_quantity: index === 0 ? 0 : 1 }));
    const { facts } = sample('synthetic_web_order_ttclid', {
      line_items: lines,
      current_total_price: '106.95',
      current_total_price_set: undefined,
    });
    expect(facts.edited).toBe(true);
    expect(facts.items).toHaveLength(1);
    expect(facts.items[0]).toMatchObject({ quantity: 1, unit: { shop: '44.96' }, net: { shop: '44.96' } });
    expect(facts.money.total.shop).toBe('106.95');
    expect(facts.money.originalTotal.shop).toBe('691.90');
  });

  it('a label with an email address in it is not kept', () => {
    const { facts } = sample('synthetic_web_order_ttclid', {
      tags: 'vip, call jo@example.com',
      discount_codes: [{ code: 'for-jo@example.com' }],
    });
    expect(facts.origin.tags).toEqual(['vip']);
    expect(facts.origin.discountCodes).toEqual([]);
  });
});

describe('what the storefront left in the cart', () => {
  const attributes = (entries: Record<string, string>): Changes => ({
    note_attributes: Object.entries(entries).map(([name, value]) => ({ name, value })),
    landing_site: '/',
  });

  it('reads the kept click with its own time, and the consent', () => {
    const read = sample('synthetic_web_order_ttclid', {
      ...attributes({ _tock_click: '1791000000.E.C.P.kept', _tock_consent: '1100.1791226000' }),
    });
    expect(read.match.clicks).toEqual([
      { ttclid: 'E.C.P.kept', at: '2026-10-03T04:00:00.000Z', from: 'attribute' },
    ]);
    expect(read.consent).toEqual({
      choice: { analytics: true, marketing: true, preferences: false, saleOfData: false },
      source: 'cart',
      at: '2026-10-05T18:46:40.000Z',
    });
    expect(read.facts.origin.noteAttributes).toEqual(['_tock_click', '_tock_consent']);
  });

  it.each(['', '11.1791226000', '1100', '1100.abc', '2100.1791226000', '1100.1'])(
    'consent %j is no evidence',
    (_tock_consent) => {
      expect(sample('synthetic_web_order_ttclid', attributes({ _tock_consent })).consent).toBeUndefined();
    },
  );
});

describe('ids', () => {
  it('beyond 2^53 stay exact, from the gid and from the plain number', () => {
    expect(sample('official_2026-07_orders_create').facts.orderId).toBe('820982911946154508');
    const plain = changed({ admin_graphql_api_id: undefined }, 'synthetic_web_order_ttclid').replace(
      '5778367414385',
      '9223372036854775807',
    );
    expect(requireRead(plain).facts.orderId).toBe('9223372036854775807');
  });

  it('are quoted only where they are long integers: strings, floats and short ones stay what they are', () => {
    const text =
      '{"a":12345678901234567890,"b":"x 12345678901234567890 \\" y","c":1.23456789012345678901,"d":[-9007199254740993],"e":7,"f":1234567890123456e2}';
    expect(parseExact(text)).toEqual({
      a: '12345678901234567890',
      b: 'x 12345678901234567890 " y',
      c: 1.2345678901234567,
      d: ['-9007199254740993'],
      e: 7,
      f: 1234567890123456e2,
    });
  });

  it('read any JSON as JSON.parse does, but for long integers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\d{16}/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '')));
        expect(parseExact(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('the Admin API beside the webhook', () => {
  const schema = buildClientSchema(
    (
      JSON.parse(
        gunzipSync(
          readFileSync(new URL('../../../sandbox/data/admin_2026-10.json.gz', import.meta.url)),
        ).toString(),
      ) as { data: IntrospectionQuery }
    ).data,
    { assumeValid: true },
  );

  it.each<[string, string]>([
    ['the whole order', ADMIN_ORDER_SELECTION],
    ...Object.entries(FETCHED_FIELDS).map(
      ([field, { selection, ofShop = '' }]) =>
        [field, `${selection} } ${ofShop} shop { id`] satisfies [string, string],
    ),
  ])('the selection of %s is valid on 2026-10', (_name, selection) => {
    const errors = validate(schema, parse(`query Order($id: ID!) { order(id: $id) { ${selection} } }`));
    expect(errors.map((error) => error.message)).toEqual([]);
  });

  it('tells the same facts of the same order', () => {
    const web = requireRead(sampleText('synthetic_web_order_multicurrency_cad'));
    const read = readAdminOrder(
      adminNode(JSON.parse(sampleText('synthetic_web_order_multicurrency_cad')) as Webhook),
    );
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    const { fetched, ...facts } = read.value.facts;
    // The Admin API says neither which host nor which browser, but of what type a product is.
    const { page: _page, ...expected } = web.facts;
    expect(facts).toEqual({
      ...expected,
      items: expected.items.map((item) => ({ ...item, type: 'snowboard' })),
    });
    expect(fetched).toEqual({ channels: [], sellingPlans: false, productTypes: ['snowboard'] });
    expect(read.value.links).toEqual(web.links);
    const { userAgent: _userAgent, ...match } = web.match;
    expect(read.value.match).toEqual(match);
  });

  it('finds the click of an earlier visit with its time', () => {
    const node = adminNode(JSON.parse(sampleText('synthetic_web_order_multicurrency_cad')) as Webhook);
    const visit = (occurredAt: string, landingPage: string): object => ({
      occurredAt,
      landingPage,
      referrerUrl: 'https://www.tiktok.com/',
    });
    const read = readAdminOrder(
      {
        ...node,
        customerJourneySummary: {
          ready: true,
          firstVisit: visit('2026-10-01T10:00:00Z', 'https://shop.example/?ttclid=first'),
          lastVisit: visit('2026-10-05T18:00:00Z', '/products/a'),
        },
      },
      { host: 'shop.example' },
    );
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    expect(read.value.match.clicks).toEqual([
      { ttclid: 'first', at: '2026-10-01T10:00:00.000Z', from: 'landing' },
    ]);
    expect(read.value.facts.page).toEqual({
      url: 'https://shop.example/products/a',
      referrer: 'https://www.tiktok.com/',
    });
  });

  const told = (node: unknown, denied: string[] = []) =>
    readToldFields(node, {
      fields: Object.keys(FETCHED_FIELDS).filter(isFetchedField),
      denied,
      shop: {
        markets: {
          nodes: [
            market('home', 'ACTIVE', 'US'),
            market('eu', 'ACTIVE', 'DE', 'FR'),
            market('new', 'DRAFT', 'FR'),
          ],
        },
      },
    });
  const market = (handle: string, status: string, ...countries: string[]): object => ({
    handle,
    status,
    conditions: { regionsCondition: { regions: { nodes: countries.map((code) => ({ code })) } } },
  });

  it('fields that a rule asked for are read, and an empty answer is one', () => {
    const node = {
      attribution: { handle: 'tiktok' },
      purchasingEntity: { company: { id: 'gid://shopify/Company/1' } },
      customer: { tags: ['vip', 'nia@example.com', 'B2B'], numberOfOrders: '3' },
      shippingAddress: { countryCodeV2: 'FR' },
      billingAddress: { countryCodeV2: 'US' },
      lineItems: {
        nodes: [
          { product: { productType: 'wax' }, sellingPlan: { name: 'Monthly' } },
          { product: { productType: 'wax' }, sellingPlan: null },
          { product: null, sellingPlan: null },
        ],
      },
    };
    expect(told(node)).toEqual({
      notTold: {},
      fetched: {
        channels: ['tiktok'],
        sellingPlans: true,
        productTypes: ['wax'],
        // A tag that says who somebody is stays behind.
        customerTags: ['vip', 'B2B'],
        customerTypes: ['returning'],
        company: true,
        markets: ['eu'],
      },
    });
    expect(told({ customer: null, attribution: null, purchasingEntity: null })).toEqual({
      notTold: {},
      fetched: {
        channels: [],
        sellingPlans: false,
        productTypes: [],
        customerTags: [],
        customerTypes: [],
        company: false,
        markets: [],
      },
    });
  });

  it('what was denied, is gone or has another shape stays unknown, with the reason', () => {
    const guest = { customer: null, purchasingEntity: null, lineItems: { nodes: [] } };
    expect(told(guest, ['customer', 'lineItems.nodes.product.productType']).notTold).toEqual({
      customerTags: 'denied',
      customerTypes: 'denied',
      productTypes: 'denied',
    });
    expect(told(guest, ['markets']).notTold).toEqual({ markets: 'denied' });
    expect(told(guest, ['purchasingEntity.company']).notTold).toEqual({ company: 'denied' });
    expect(Object.values(told(null, ['']).notTold)).toEqual(Array(7).fill('denied'));
    expect(Object.values(told(null).notTold)).toEqual(Array(7).fill('gone'));
    expect(told({ customer: { tags: 'vip' } }).notTold).toEqual({ customerTags: 'no_answer' });
  });

  it('an order of the Admin API keeps what was asked with it, and says what was denied', () => {
    const node = {
      ...adminNode(JSON.parse(sampleText('synthetic_web_order_multicurrency_cad')) as Webhook),
      customer: null,
    };
    const read = readAdminOrder(node, {}, { fields: ['customerTags', 'company'], denied: ['customer'] });
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    expect(read.value.facts).toMatchObject({
      fetched: { company: false, productTypes: ['snowboard'] },
      notTold: { customerTags: 'denied' },
    });
  });
});

interface Webhook extends Record<string, unknown> {
  line_items: Record<string, unknown>[];
}

/** The same order as the Admin API would tell it. */
function adminNode(order: Webhook): Record<string, unknown> {
  const money = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return null;
    const set = value as {
      shop_money: { amount: string; currency_code: string };
      presentment_money: { amount: string; currency_code: string };
    };
    // The Admin API writes decimals without needless zeros.
    const bag = ({ amount, currency_code }: { amount: string; currency_code: string }): object => ({
      amount: String(Number(amount)),
      currencyCode: currency_code,
    });
    return { shopMoney: bag(set.shop_money), presentmentMoney: bag(set.presentment_money) };
  };
  const address = (value: unknown): unknown => {
    const { phone, province_code, country_code } = value as Record<string, unknown>;
    return { phone, provinceCode: province_code, countryCodeV2: country_code };
  };
  const customer = order.customer as Record<string, unknown>;
  return {
    id: order.admin_graphql_api_id,
    name: order.name,
    createdAt: '2026-10-05T18:54:49Z',
    processedAt: '2026-10-05T18:54:47Z',
    updatedAt: '2026-10-05T18:54:50Z',
    cancelledAt: null,
    confirmed: true,
    test: false,
    displayFinancialStatus: 'PAID',
    sourceName: 'web',
    clientIp: order.browser_ip,
    customerLocale: order.customer_locale,
    taxesIncluded: false,
    currencyCode: 'USD',
    presentmentCurrencyCode: 'CAD',
    checkoutToken: order.checkout_token,
    cartToken: order.cart_token,
    tags: [],
    paymentGatewayNames: order.payment_gateway_names,
    discountCodes: [],
    app: { id: 'gid://shopify/App/580111', name: 'Online Store' },
    attribution: null,
    retailLocation: null,
    customAttributes: [],
    originalTotalPriceSet: money(order.total_price_set),
    currentTotalPriceSet: money(order.current_total_price_set),
    currentSubtotalPriceSet: money(order.current_subtotal_price_set),
    currentTotalTaxSet: money(order.current_total_tax_set),
    currentShippingPriceSet: money(order.current_shipping_price_set),
    currentTotalDutiesSet: null,
    currentTotalDiscountsSet: money(order.current_total_discounts_set),
    totalTipReceivedSet: null,
    shippingLines: { nodes: [] },
    email: order.email,
    phone: order.phone,
    customer: {
      id: customer.admin_graphql_api_id,
      numberOfOrders: null,
      defaultEmailAddress: { emailAddress: customer.email },
      defaultPhoneNumber: { phoneNumber: customer.phone },
    },
    billingAddress: address(order.billing_address),
    shippingAddress: address(order.shipping_address),
    customerJourneySummary: null,
    lineItems: {
      nodes: order.line_items.map((line) => ({
        title: line.title,
        variantTitle: line.variant_title,
        vendor: line.vendor,
        sku: line.sku,
        quantity: line.quantity,
        currentQuantity: line.current_quantity,
        isGiftCard: false,
        product: { id: `gid://shopify/Product/${String(line.product_id)}`, productType: 'snowboard' },
        variant: { id: `gid://shopify/ProductVariant/${String(line.variant_id)}` },
        originalUnitPriceSet: money(line.price_set),
        discountAllocations: [],
        sellingPlan: null,
      })),
    },
    refunds: [],
  };
}

describe('the table of where each fact comes from', () => {
  const rows = readFileSync(new URL('../../../app/conversion/README.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((row) => row.startsWith('| '))
    .map((row) => row.split('|').map((cell) => cell.trim()));
  const FACTS: Record<FetchedField, string> = {
    channels: 'channel',
    sellingPlans: 'subscription',
    productTypes: 'product type',
    customerTags: 'customer tags',
    customerTypes: 'new or returning',
    company: 'B2B',
    markets: 'market',
  };

  it.each(Object.entries(FETCHED_FIELDS))('%s: asked for, with its scope', (field, { scope }) => {
    const fact = isFetchedField(field) ? FACTS[field] : '';
    const row = rows.find(([, first = '']) => first.startsWith(fact));
    expect(row?.join('|')).toContain('(a');
    if (scope !== 'read_orders') expect(row?.[5]).toContain(scope);
  });

  it('names no other field as asked for', () => {
    const asked = rows.filter(([, first = '']) => first.includes('(a)'));
    const elsewhere = rows.filter(
      ([, first = '', , api = '']) => !first.includes('(a)') && api.includes('(a'),
    );
    expect([...asked, ...elsewhere]).toHaveLength(Object.keys(FETCHED_FIELDS).length);
  });
});

describe('broken input', () => {
  it.each<[string, object, string, string]>([
    ['no id', { id: null, admin_graphql_api_id: null }, 'missing', 'id'],
    ['an id of words', { id: 'abc', admin_graphql_api_id: null }, 'invalid', 'id'],
    ['no creation time', { created_at: null }, 'missing', 'created_at'],
    ['a time without a zone', { updated_at: '2026-10-05T14:54:50' }, 'invalid', 'updated_at'],
    ['a time in another age', { processed_at: '0001-01-01T00:00:00Z' }, 'invalid', 'processed_at'],
    ['no currency', { currency: '' }, 'missing', 'currency'],
    ['no currency code', { currency: 'dollars' }, 'invalid', 'currency'],
    ['no total', { total_price: null, total_price_set: null }, 'missing', 'total_price'],
    ['a total in words', { total_price: '(null)', total_price_set: null }, 'invalid', 'total_price'],
    [
      'a comma for a point',
      { total_price_set: { shop_money: { amount: '691,90' } } },
      'invalid',
      'total_price_set.shop_money.amount',
    ],
    ['no lines', { line_items: null }, 'missing', 'line_items'],
    ['lines of another kind', { line_items: {} }, 'invalid', 'line_items'],
    ['a line that is text', { line_items: ['x'] }, 'invalid', 'line_items[0]'],
    ['a line without a price', { line_items: [{ quantity: 1 }] }, 'missing', 'line_items[0].price'],
    ['half a piece', { line_items: [{ price: '1.00', quantity: 0.5 }] }, 'invalid', 'line_items[0].quantity'],
    ['an address that is text', { billing_address: 'Main Street' }, 'invalid', 'billing_address'],
    ['an email that is a list', { email: ['a@b.de'] }, 'invalid', 'email'],
  ])('%s names the field', (_name, changes, code, field) => {
    expect(readOrder(changed({ ...changes }))).toMatchObject({ ok: false, problem: { code, field } });
  });

  it.each(['', '{', 'null', '[]', '"x"', '7', '{"id":1'])('%j is refused as a whole', (text) => {
    expect(readOrder(text)).toMatchObject({ ok: false, problem: { field: '' } });
  });

  it('cut off anywhere it is no order, and no exception', () => {
    const whole = sampleText('synthetic_web_order_ttclid');
    for (let length = 0; length < whole.length - 1; length += 97) {
      expect(readOrder(whole.slice(0, length))).toMatchObject({ ok: false, problem: { code: 'not-json' } });
    }
  });

  it('with any field replaced by anything it is read or refused by name, and nothing of the content is in the problem', () => {
    const whole = JSON.parse(sampleText('synthetic_web_order_ttclid')) as Record<string, unknown>;
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(null, -1, 1e300, '', '😀', '\u0000', true, [null], { a: 1 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(whole)), odd, (key, value) => {
        const read = readOrder(JSON.stringify({ ...whole, [key]: value }));
        if (!read.ok)
          expect(
            read.problem.field === '' || read.problem.field.startsWith(key.replace(/_set$/, '').slice(0, 4)),
          ).toBe(true);
      }),
      { numRuns: 700 },
    );
  });

  it.each([0, 1])('with a line of no quantity, of which %i is left, it is read and adds no money', (left) => {
    const whole = JSON.parse(sampleText('synthetic_web_order_ttclid')) as Webhook;
    const [line = {}] = whole.line_items;
    const none = { ...line, quantity: 0, current_quantity: left, discount_allocations: [] };
    const { facts } = requireRead(JSON.stringify({ ...whole, line_items: [none] }));
    expect(facts.items).toMatchObject(left === 0 ? [] : [{ unit: { shop: '0.00' }, net: { shop: '0.00' } }]);
  });

  it('with any line field replaced by anything likewise', () => {
    const whole = JSON.parse(sampleText('synthetic_web_order_ttclid')) as Webhook;
    const [line = {}] = whole.line_items;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(line)), fc.jsonValue(), (key, value) => {
        const read = readOrder(JSON.stringify({ ...whole, line_items: [{ ...line, [key]: value }] }));
        if (!read.ok) expect(read.problem.field).toContain('line_items[0]');
      }),
      { numRuns: 500 },
    );
  });
});

it('an order of the Admin API with any field replaced by anything is read or refused by name', () => {
  const whole = adminNode(JSON.parse(sampleText('synthetic_web_order_multicurrency_cad')) as Webhook);
  const known = Object.keys(whole);
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.jsonValue(), (key, value) => {
      const read = readAdminOrder({ ...whole, [key]: value });
      if (!read.ok) expect(read.problem.field.startsWith(key)).toBe(true);
    }),
    { numRuns: 500 },
  );
  for (const key of known) {
    const { [key]: _left, ...rest } = whole;
    const read = readAdminOrder(rest);
    if (!read.ok) expect(read.problem).toMatchObject({ code: 'missing', field: key });
  }
});

describe('the facts', () => {
  it('hold no person, whatever the order', () => {
    fc.assert(
      fc.property(arbitraryOrder, (order) => {
        const { facts, match } = requireRead(order.json);
        const text = canonicalJson(facts);
        for (const secret of [order.email, order.phone, ...order.names, ...match.emails, ...match.phones]) {
          expect(text).not.toContain(secret);
          if (!match.emails.includes(secret) && !match.phones.includes(secret))
            expect(canonicalJson(match)).not.toContain(secret);
        }
        expect(text).not.toContain(encodeURIComponent(order.email));
      }),
      { numRuns: 150 },
    );
  });

  it('are the same bytes for the same order, and survive being stored', () => {
    fc.assert(
      fc.property(arbitraryOrder, (order) => {
        const once = canonicalJson(requireRead(order.json));
        expect(canonicalJson(requireRead(order.json))).toBe(once);
        expect(canonicalJson(JSON.parse(once))).toBe(once);
      }),
      { numRuns: 100 },
    );
  });

  it('need no field of the webhook beyond the declared ones', () => {
    for (const name of SAMPLES) {
      const whole = JSON.parse(sampleText(name)) as Record<string, unknown>;
      const declared = Object.fromEntries(
        ORDER_WEBHOOK_FIELDS.filter((field) => field in whole).map((field) => [field, whole[field]]),
      );
      expect(readOrder(JSON.stringify(declared))).toEqual(readOrder(JSON.stringify(whole)));
    }
  });

  it('carry forward when payment was first seen', () => {
    const early = sample().facts;
    const late = sample('synthetic_web_order_ttclid', { updated_at: '2026-10-09T00:00:00Z' }).facts;
    expect(late.paidAt).toBe('2026-10-09T00:00:00.000Z');
    expect(carryForward(early, late)).toMatchObject({ paidAt: early.paidAt, updatedAt: late.updatedAt });
    expect(carryForward({ ...early, fetched: { customerTags: ['vip'] } }, late).fetched).toEqual({
      customerTags: ['vip'],
    });
  });
});
