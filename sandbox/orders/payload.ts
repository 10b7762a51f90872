/** Shopify's `orders/*` and `refunds/create` webhook payloads, key for key as in its own samples for API 2026-07. */

import type {
  OrderTopic,
  SandboxAddress,
  SandboxCustomer,
  SandboxDiscount,
  SandboxLine,
  SandboxOrder,
  SandboxRefund,
  SandboxShop,
  SandboxTaxLine,
} from '../world.ts';
import { convert, fromMinor, placesOf, sum, toMinor } from './money.ts';

declare global {
  interface JSON {
    /** Text that stringify puts out as it is: the only way to write a number beyond 2^53. */
    rawJSON(text: string): { rawJSON: string };
  }
}

/** Ids are numbers in webhooks, also those that JavaScript cannot hold. */
export function numericId(id: string): number | { rawJSON: string } {
  return Number.isSafeInteger(Number(id)) ? Number(id) : JSON.rawJSON(id);
}

const gid = (type: string, id: string) => `gid://shopify/${type}/${id}`;

/** Making a format is slow, and an order has ten times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  });
  formats.set(timeZone, made);
  return made;
}

/** `2026-10-05T14:54:49-04:00`: the shop's own time, without fractions. */
export function shopTime(iso: string, timeZone: string): string {
  const parts = formatIn(timeZone).formatToParts(new Date(iso));
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return `${date}T${part('hour')}:${part('minute')}:${part('second')}${offset}`;
}

export interface MoneySet {
  shop_money: { amount: string; currency_code: string };
  presentment_money: { amount: string; currency_code: string };
}

/** An order's amounts in shop and presentment money. Presentment sums are made of presentment parts, so that they add up too. */
export function moneyOf(
  order: Pick<
    SandboxOrder,
    | 'currency'
    | 'presentmentCurrency'
    | 'presentmentRate'
    | 'taxesIncluded'
    | 'lines'
    | 'shippingLines'
    | 'totalTip'
  >,
) {
  const shop = (amount: string) => toMinor(amount, order.currency);
  const buyer = (amount: string) =>
    convert(shop(amount), order.currency, order.presentmentCurrency, order.presentmentRate);
  const setOf = (shopMinor: bigint, buyerMinor: bigint): MoneySet => ({
    shop_money: { amount: fromMinor(shopMinor, order.currency), currency_code: order.currency },
    presentment_money: {
      amount: fromMinor(buyerMinor, order.presentmentCurrency),
      currency_code: order.presentmentCurrency,
    },
  });
  const set = (amount: string) => setOf(shop(amount), buyer(amount));
  type ShippingLine = (typeof order.shippingLines)[number];
  /** What discounts take off the shipping, as text in shop money. */
  const reductionOf = (line: ShippingLine) =>
    fromMinor(shop(line.price) - shop(line.discounted), order.currency);
  /** Shipping after its discounts: in both currencies the price less the reduction, so that it adds up. */
  const discountedShipping = (line: ShippingLine) =>
    setOf(shop(line.discounted), buyer(line.price) - buyer(reductionOf(line)));

  function totals(minor: (amount: string) => bigint) {
    const lines = sum(order.lines.map((line) => minor(line.price) * BigInt(line.quantity)));
    const allocated = sum(order.lines.flatMap((line) => line.allocations.map(({ amount }) => minor(amount))));
    const shipping = sum(order.shippingLines.map((line) => minor(line.price)));
    const shippingOff = sum(order.shippingLines.map((line) => minor(reductionOf(line))));
    const tax = sum(
      [...order.lines, ...order.shippingLines].flatMap((line) =>
        line.taxLines.map(({ price }) => minor(price)),
      ),
    );
    const duties = sum(order.lines.flatMap((line) => line.duties.map(({ price }) => minor(price))));
    const tip = minor(order.totalTip);
    return {
      lines,
      discounts: allocated + shippingOff,
      subtotal: lines - allocated,
      shipping,
      tax,
      duties,
      tip,
      total: lines - allocated + shipping - shippingOff + (order.taxesIncluded ? 0n : tax) + duties + tip,
    };
  }
  const inShop = totals(shop);
  const inBuyer = totals(buyer);
  const total = (name: keyof typeof inShop) => setOf(inShop[name], inBuyer[name]);
  /** What is left after edits and refunds; the same as the total until there was one. */
  const current = (name: keyof typeof inShop, now: string) =>
    shop(now) === inShop[name] ? total(name) : set(now);
  const lineIn = (minor: (amount: string) => bigint, { price, quantity, allocations }: SandboxLine) =>
    minor(price) * BigInt(quantity) - sum(allocations.map(({ amount }) => minor(amount)));
  /** A line after its discounts. */
  const line = (of: SandboxLine) => setOf(lineIn(shop, of), lineIn(buyer, of));
  return { set, total, current, line, reductionOf, discountedShipping };
}

function taxLines(lines: SandboxTaxLine[], set: (amount: string) => MoneySet) {
  return lines.map((line) => ({
    price: line.price,
    rate: line.rate,
    title: line.title,
    price_set: set(line.price),
    channel_liable: false,
  }));
}

function discountApplication(discount: SandboxDiscount) {
  const type = {
    code: 'discount_code',
    automatic: 'automatic',
    manual: 'manual',
    script: 'script',
  }[discount.kind];
  return {
    target_type: discount.target,
    type,
    value: discount.valueType === 'percentage' ? Number(discount.value).toFixed(1) : discount.value,
    value_type: discount.valueType,
    allocation_method: discount.allocation,
    target_selection: discount.selection,
    ...(discount.kind === 'code'
      ? { code: discount.code }
      : discount.kind === 'automatic'
        ? { title: discount.title }
        : { title: discount.title, description: discount.title }),
  };
}

function discountCodes(order: SandboxOrder) {
  const { reductionOf } = moneyOf(order);
  return order.discounts.flatMap((discount, place) => {
    if (discount.kind !== 'code') return [];
    const onLines = order.lines.flatMap((line) =>
      line.allocations.filter((allocation) => allocation.discount === place).map(({ amount }) => amount),
    );
    const onShipping = discount.target === 'shipping_line' ? order.shippingLines.map(reductionOf) : [];
    const amount = sum([...onLines, ...onShipping].map((text) => toMinor(text, order.currency)));
    return [
      {
        code: discount.code,
        amount: fromMinor(amount, order.currency),
        type: discount.target === 'shipping_line' ? 'shipping' : discount.valueType,
      },
    ];
  });
}

function lineItem(line: SandboxLine, order: SandboxOrder, set: (amount: string) => MoneySet) {
  const zero = fromMinor(0n, order.currency);
  return {
    id: numericId(line.id),
    admin_graphql_api_id: gid('LineItem', line.id),
    attributed_staffs:
      order.userId === null ? [] : [{ id: gid('StaffMember', order.userId), quantity: line.quantity }],
    current_quantity: line.currentQuantity,
    fulfillable_quantity: order.fulfillmentStatus === 'fulfilled' ? 0 : line.currentQuantity,
    fulfillment_service: line.giftCard ? 'gift_card' : 'manual',
    fulfillment_status: order.fulfillmentStatus,
    gift_card: line.giftCard,
    grams: gramsOf(line),
    name: line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title,
    price: line.price,
    price_set: set(line.price),
    product_exists: line.productId !== null,
    product_id: line.productId === null ? null : numericId(line.productId),
    properties: line.properties,
    quantity: line.quantity,
    requires_shipping: line.requiresShipping,
    sales_line_item_group_id: null,
    sku: line.sku,
    taxable: line.taxable,
    title: line.title,
    total_discount: zero,
    total_discount_set: set(zero),
    variant_id: line.variantId === null ? null : numericId(line.variantId),
    variant_inventory_management: line.variantId === null ? null : 'shopify',
    variant_title: line.variantTitle,
    vendor: line.vendor,
    tax_lines: taxLines(line.taxLines, set),
    duties: line.duties.map((duty, place) => ({
      id: numericId(line.id.slice(0, -1) + String(place)),
      harmonized_system_code: duty.harmonizedSystemCode,
      country_code_of_origin: duty.countryCodeOfOrigin,
      ...set(duty.price),
      tax_lines: [],
      admin_graphql_api_id: gid('Duty', line.id.slice(0, -1) + String(place)),
    })),
    discount_allocations: line.allocations.map((allocation) => ({
      amount: allocation.amount,
      amount_set: set(allocation.amount),
      discount_application_index: allocation.discount,
    })),
  };
}

/** Two hundred grams a piece: nobody weighs the sandbox's goods. */
function gramsOf(line: SandboxLine): number {
  return line.requiresShipping ? 200 : 0;
}

function address(of: SandboxAddress | null) {
  if (!of) return null;
  return {
    first_name: of.firstName,
    address1: of.address1,
    phone: of.phone,
    city: of.city,
    zip: of.zip,
    province: of.province,
    country: of.country,
    last_name: of.lastName,
    address2: of.address2,
    company: of.company,
    latitude: null,
    longitude: null,
    name: `${of.firstName} ${of.lastName}`,
    country_code: of.countryCode,
    province_code: of.provinceCode,
  };
}

function customerPayload(customer: SandboxCustomer, shop: SandboxShop) {
  const { latitude: _latitude, longitude: _longitude, ...home } = address(customer.address) ?? {};
  return {
    id: numericId(customer.id),
    created_at: shopTime(customer.createdAt, shop.timeZone),
    updated_at: shopTime(customer.createdAt, shop.timeZone),
    first_name: customer.firstName,
    last_name: customer.lastName,
    state: 'disabled',
    note: null,
    verified_email: true,
    multipass_identifier: null,
    tax_exempt: false,
    email: customer.email,
    phone: customer.phone,
    currency: shop.currency,
    tax_exemptions: [],
    admin_graphql_api_id: gid('Customer', customer.id),
    ...(customer.address
      ? {
          default_address: {
            ...home,
            id: numericId(`9${customer.id.slice(1)}`),
            customer_id: numericId(customer.id),
            country_name: customer.address.country,
            default: true,
          },
        }
      : {}),
  };
}

function wholeOrder(order: SandboxOrder, shop: SandboxShop) {
  const { set, total, current, reductionOf, discountedShipping } = moneyOf(order);
  const zero = fromMinor(0n, order.currency);
  // Without level 1 an app sees nothing of a person; the single fields of level 2 are emptied where webhooks are sent.
  const { customerData } = shop.protectedData;
  const visible = <T>(value: T) => (customerData ? value : null);
  const time = (iso: string | null) => (iso === null ? null : shopTime(iso, shop.timeZone));
  const customer = shop.customers.find(({ id }) => id === order.customerId);
  const browser = visible(order.clientDetails);
  const email = visible(order.email);
  const duties = toMinor(order.totalDuties, order.currency) > 0n ? total('duties') : null;
  return {
    id: numericId(order.id),
    admin_graphql_api_id: gid('Order', order.id),
    app_id: numericId(order.appId),
    browser_ip: browser?.browserIp ?? null,
    buyer_accepts_marketing: order.buyerAcceptsMarketing,
    cancel_reason: order.cancelReason,
    cancelled_at: time(order.cancelledAt),
    cart_token: order.cartToken,
    checkout_token: order.checkoutToken,
    client_details: browser
      ? {
          accept_language: browser.acceptLanguage,
          browser_height: browser.browserHeight,
          browser_ip: browser.browserIp,
          browser_width: browser.browserWidth,
          session_hash: browser.sessionHash,
          user_agent: browser.userAgent,
        }
      : null,
    closed_at: time(order.closedAt),
    confirmation_number: order.confirmationNumber,
    confirmed: order.confirmed,
    contact_email: email,
    created_at: time(order.createdAt),
    currency: order.currency,
    current_shipping_price_set: total('shipping'),
    current_subtotal_price: order.currentSubtotal,
    current_subtotal_price_set: current('subtotal', order.currentSubtotal),
    current_total_additional_fees_set: null,
    current_total_discounts: order.currentDiscounts,
    current_total_discounts_set: current('discounts', order.currentDiscounts),
    current_total_duties_set: duties,
    current_total_price: order.currentTotal,
    current_total_price_set: current('total', order.currentTotal),
    current_total_tax: order.currentTax,
    current_total_tax_set: current('tax', order.currentTax),
    customer_locale: order.customerLocale,
    device_id: order.sourceName === 'pos' ? 1 : null,
    discount_codes: discountCodes(order),
    duties_included: false,
    // Point of sale says "" where there is no email; everything else says null.
    email: email ?? (order.sourceName === 'pos' ? visible('') : null),
    estimated_taxes: false,
    financial_status: order.financialStatus,
    fulfillment_status: order.fulfillmentStatus,
    landing_site: visible(order.landingSite),
    landing_site_ref: null,
    location_id: order.locationId === null ? null : numericId(order.locationId),
    merchant_business_entity_id: btoa(`1${shop.id}`).replace(/=+$/, ''),
    merchant_of_record_app_id: null,
    name: order.name,
    note: order.note,
    note_attributes: order.noteAttributes,
    number: order.number - 1000,
    order_number: order.number,
    order_status_url: `https://${shop.domain}/${shop.id}/orders/${order.token}/authenticate?key=${statusKey(order)}`,
    original_total_additional_fees_set: null,
    original_total_duties_set: duties,
    payment_gateway_names: order.gateways,
    phone: visible(order.phone),
    po_number: order.poNumber,
    presentment_currency: order.presentmentCurrency,
    processed_at: time(order.processedAt),
    reference: order.sourceName === 'shopify_draft_order' ? order.sourceIdentifier : null,
    referring_site: visible(order.referringSite),
    source_identifier: order.sourceIdentifier,
    source_name: order.sourceName,
    source_url: order.sourceUrl,
    subtotal_price: order.subtotal,
    subtotal_price_set: total('subtotal'),
    tags: order.tags.join(', '),
    tax_exempt: false,
    tax_lines: taxLines(order.taxLines, set).map((line, place) =>
      // The aggregate is made of its parts in both currencies; there is one rate in the sandbox.
      place === 0 ? { ...line, price_set: total('tax') } : line,
    ),
    taxes_included: order.taxesIncluded,
    test: order.test,
    token: order.token,
    total_cash_rounding_payment_adjustment_set: set(zero),
    total_cash_rounding_refund_adjustment_set: set(zero),
    total_discounts: order.totalDiscounts,
    total_discounts_set: total('discounts'),
    total_line_items_price: order.totalLines,
    total_line_items_price_set: total('lines'),
    total_outstanding: order.totalOutstanding,
    total_price: order.total,
    total_price_set: total('total'),
    total_shipping_price_set: total('shipping'),
    total_tax: order.totalTax,
    total_tax_set: total('tax'),
    total_tip_received: order.totalTip,
    total_weight: order.lines.reduce((grams, line) => grams + gramsOf(line) * line.quantity, 0),
    updated_at: time(order.updatedAt),
    user_id: order.userId === null ? null : numericId(order.userId),
    billing_address: address(visible(order.billingAddress)),
    customer: customer ? visible(customerPayload(customer, shop)) : null,
    discount_applications: order.discounts.map(discountApplication),
    fulfillments: [],
    line_items: order.lines.map((line) => lineItem(line, order, set)),
    payment_terms: null,
    refunds: order.refunds.map((refund) => refundPayload(refund, order, shop)),
    shipping_address: address(visible(order.shippingAddress)),
    shipping_lines: order.shippingLines.map((line) => {
      const place = order.discounts.findIndex((discount) => discount.target === 'shipping_line');
      const off = reductionOf(line);
      return {
        id: numericId(line.id),
        carrier_identifier: null,
        code: line.title,
        current_discounted_price_set: discountedShipping(line),
        discounted_price: line.discounted,
        discounted_price_set: discountedShipping(line),
        is_removed: false,
        phone: null,
        price: line.price,
        price_set: set(line.price),
        requested_fulfillment_service_id: null,
        source: 'shopify',
        title: line.title,
        tax_lines: taxLines(line.taxLines, set),
        discount_allocations:
          place < 0 ? [] : [{ amount: off, amount_set: set(off), discount_application_index: place }],
      };
    }),
    returns: [],
    line_item_groups: [],
  };
}

/** The key of the order status page, so that its address alone does not open it. */
export function statusKey(order: SandboxOrder): string {
  return order.token.split('').reverse().join('');
}

function refundPayload(refund: SandboxRefund, order: SandboxOrder, shop: SandboxShop) {
  const { set } = moneyOf(order);
  const zero = fromMinor(0n, order.currency);
  const at = shopTime(refund.createdAt, shop.timeZone);
  const unsettled = {
    amount: placesOf(order.currency) === 0 ? '0' : '0.0',
    currency: order.currency,
  };
  return {
    id: numericId(refund.id),
    order_id: numericId(order.id),
    created_at: at,
    note: refund.note,
    user_id: null,
    processed_at: at,
    duties: [],
    total_duties_set: set(zero),
    return: null,
    refund_shipping_lines: [],
    restock: true,
    admin_graphql_api_id: gid('Refund', refund.id),
    order_adjustments: [],
    refund_line_items: refund.lines.map((part, place) => {
      const line = order.lines.find(({ id }) => id === part.lineId);
      return {
        id: numericId(refund.id.slice(0, -1) + String(place)),
        quantity: part.quantity,
        line_item_id: numericId(part.lineId),
        location_id: null,
        restock_type: 'return',
        subtotal: Number(part.subtotal),
        total_tax: Number(part.tax),
        subtotal_set: set(part.subtotal),
        total_tax_set: set(part.tax),
        line_item: line ? lineItem(line, order, set) : null,
      };
    }),
    transactions: [
      {
        id: numericId(`7${refund.id.slice(1)}`),
        order_id: numericId(order.id),
        kind: 'refund',
        gateway: order.gateways[0] ?? 'manual',
        status: 'success',
        message: `Refunded ${refund.amount}`,
        created_at: at,
        test: order.test,
        authorization: null,
        location_id: null,
        user_id: null,
        parent_id: null,
        processed_at: at,
        device_id: null,
        error_code: null,
        source_name: 'web',
        receipt: {},
        amount: refund.amount,
        currency: order.currency,
        payment_id: `${order.name}.2`,
        total_unsettled_set: { presentment_money: unsettled, shop_money: unsettled },
        manual_payment_gateway: false,
        amount_rounding: null,
        admin_graphql_api_id: gid('OrderTransaction', `7${refund.id.slice(1)}`),
      },
    ],
  };
}

/** What Shopify says about an edit: which lines came and went, nothing about money. */
function editPayload(order: SandboxOrder, shop: SandboxShop) {
  const at = shopTime(order.updatedAt, shop.timeZone);
  const removed = order.lines.filter((line) => line.currentQuantity < line.quantity);
  const added = order.lines.slice(-1).filter((line) => line.currentQuantity === line.quantity);
  return {
    order_edit: {
      id: numericId(`6${order.id.slice(1)}`),
      app_id: null,
      created_at: at,
      committed_at: at,
      notify_customer: false,
      order_id: numericId(order.id),
      staff_note: '',
      user_id: null,
      line_items: {
        additions: added.map((line) => ({ id: numericId(line.id), delta: line.quantity })),
        removals: removed.map((line) => ({
          id: numericId(line.id),
          delta: line.quantity - line.currentQuantity,
        })),
      },
      discounts: { line_item: { additions: [], removals: [] } },
      shipping_lines: { additions: [], removals: [] },
    },
  };
}

export function orderPayload(
  order: SandboxOrder,
  topic: OrderTopic,
  shop: SandboxShop,
): Record<string, unknown> {
  switch (topic) {
    case 'orders/delete':
      return { id: numericId(order.id) };
    case 'orders/edited':
      return editPayload(order, shop);
    case 'refunds/create': {
      const refund = order.refunds.at(-1);
      if (!refund) throw new Error(`${order.name} has no refund`);
      return refundPayload(refund, order, shop);
    }
    default:
      return wholeOrder(order, shop);
  }
}
