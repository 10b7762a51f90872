/** Shopify's shapes of products, carts, checkouts and customers in pixel events: money as numbers, ids as text without gid. */

import { fromMinor } from '../orders/money.ts';
import { requireVariant } from '../orders/order.ts';
import type { MoneySet } from '../orders/payload.ts';
import { pixelSwitches } from '../pixel-manager/switches.ts';
import type {
  SandboxAddress,
  SandboxCustomer,
  SandboxDiscount,
  SandboxLine,
  SandboxProduct,
  SandboxVariant,
  World,
} from '../world.ts';
import { cartTotal, priceIn, productPath, type Cart, type CartLine } from './cart.ts';
import { gatewayOf, priceCheckout, type Checkout, type PaymentMethod } from './checkout.ts';
import type { Visit } from './visit.ts';

type Data = Record<string, unknown>;

function money(minor: bigint, currency: string) {
  return { amount: Number(fromMinor(minor, currency)), currencyCode: currency };
}

function paid(set: MoneySet) {
  return {
    amount: Number(set.presentment_money.amount),
    currencyCode: set.presentment_money.currency_code,
  };
}

export function variantData(visit: Visit, product: SandboxProduct, variant: SandboxVariant): Data {
  return {
    id: variant.id,
    image: { src: `${visit.origin}/cdn/products/${product.handle}.svg` },
    price: money(priceIn(visit.shop, variant.price, visit.currency), visit.currency),
    product: {
      id: product.id,
      title: product.title,
      type: product.type,
      untranslatedTitle: product.title,
      url: `${productPath(product.handle)}?variant=${variant.id}`,
      vendor: product.vendor,
    },
    sku: variant.sku,
    title: variant.title,
    untranslatedTitle: variant.title,
  };
}

export function productsData(visit: Visit, products: SandboxProduct[]): Data[] {
  return products.flatMap((product) =>
    product.variants.slice(0, 1).map((variant) => variantData(visit, product, variant)),
  );
}

function cartLineData(visit: Visit, line: CartLine): Data {
  const { product, variant } = requireVariant(visit.shop, line.variantId);
  const unit = priceIn(visit.shop, variant.price, visit.currency);
  return {
    cost: { totalAmount: money(unit * BigInt(line.quantity), visit.currency) },
    merchandise: variantData(visit, product, variant),
    quantity: line.quantity,
  };
}

export function cartData(visit: Visit, cart: Cart): Data | null {
  if (cart.lines.length === 0) return null;
  return {
    attributes: Object.entries(cart.attributes).map(([key, value]) => ({ key, value })),
    cost: { totalAmount: money(cartTotal(visit.shop, cart, visit.currency), visit.currency) },
    id: cart.token,
    lines: cart.lines.map((line) => cartLineData(visit, line)),
    totalQuantity: cart.lines.reduce((count, line) => count + line.quantity, 0),
  };
}

export function customerData(customer: SandboxCustomer | null): Data | null {
  if (!customer) return null;
  return {
    email: customer.email,
    firstName: customer.firstName,
    id: customer.id,
    lastName: customer.lastName,
    ordersCount: customer.ordersCount,
    phone: customer.phone,
  };
}

export function shopData(visit: Visit): Data {
  const { shop } = visit;
  return {
    countryCode: shop.countryCode,
    myshopifyDomain: shop.domain,
    name: shop.name,
    paymentSettings: { currencyCode: shop.currency },
    storefrontUrl: visit.origin,
  };
}

function addressData(address: SandboxAddress | null): Data | null {
  if (!address) return null;
  const { company: _company, ...shown } = address;
  return { ...shown };
}

function discountData(discount: SandboxDiscount, currency: string): Data {
  const types = { code: 'DISCOUNT_CODE', automatic: 'AUTOMATIC', manual: 'MANUAL', script: 'SCRIPT' };
  return {
    allocationMethod: discount.allocation.toUpperCase(),
    targetSelection: discount.selection.toUpperCase(),
    targetType: discount.target.toUpperCase(),
    title: discount.title,
    type: types[discount.kind],
    value:
      discount.valueType === 'percentage'
        ? { percentage: Number(discount.value) }
        : { amount: Number(discount.value), currencyCode: currency },
  };
}

const paymentTypes: Record<PaymentMethod, string> = {
  card: 'creditCard',
  bank: 'manualPayment',
  'gift-card': 'redeemable',
  test: 'creditCard',
};

function orderIdIn(world: World, id: string): string {
  switch (pixelSwitches(world).orderIdForm) {
    case 'plain':
      return id;
    case 'gid':
      return `gid://shopify/Order/${id}`;
    case 'order-identity':
      return `gid://shopify/OrderIdentity/${id}`;
  }
}

export function checkoutData(world: World, visit: Visit, checkout: Checkout): Data {
  const { shop } = visit;
  const priced = priceCheckout(world, shop, checkout);
  const { money: sums } = priced;
  const [shippingLine] = priced.shippingLines;
  const discounts = priced.discounts.map((discount) => discountData(discount, shop.currency));
  const { order } = checkout;
  const customer = order ? shop.customers.find(({ id }) => id === order.customerId) : visit.customer;
  const total = paid(sums.total('total'));
  // Shopify's text says "after line-level discounts": what is taken off the whole order is not among them.
  const lineLevel = (allocations: SandboxLine['allocations']) =>
    allocations.filter(({ discount }) => priced.discounts[discount]?.selection !== 'all');
  return {
    attributes: Object.entries(checkout.attributes).map(([key, value]) => ({ key, value })),
    billingAddress: addressData(checkout.address),
    buyerAcceptsEmailMarketing: checkout.acceptsMarketing,
    buyerAcceptsSmsMarketing: false,
    currencyCode: checkout.currency,
    delivery: {
      selectedDeliveryOptions: checkout.shipping
        ? [
            {
              cost: paid(sums.set(checkout.shipping.price)),
              costAfterDiscounts: paid(shippingLine ? sums.discountedShipping(shippingLine) : sums.set('0')),
              description: null,
              handle: checkout.shipping.handle,
              title: checkout.shipping.title,
              type: 'shipping',
            },
          ]
        : [],
    },
    discountApplications: discounts,
    discountsAmount: paid(sums.total('discounts')),
    email: checkout.email,
    lineItems: priced.lines.map((line) => {
      const known = line.variantId === null ? null : requireVariant(shop, line.variantId);
      return {
        discountAllocations: line.allocations.map((allocation) => ({
          amount: paid(sums.set(allocation.amount)),
          discountApplication: discounts[allocation.discount] ?? null,
        })),
        finalLinePrice: paid(sums.line({ ...line, allocations: lineLevel(line.allocations) })),
        id: line.id,
        properties: line.properties.map(({ name, value }) => ({ key: name, value })),
        quantity: line.quantity,
        sellingPlanAllocation: line.sellingPlan ? { sellingPlan: line.sellingPlan } : null,
        title: line.title,
        variant: known
          ? variantData({ ...visit, currency: checkout.currency }, known.product, known.variant)
          : null,
      };
    }),
    localization: {
      country: { isoCode: visit.region.countryCode },
      language: { isoCode: shop.locale },
      market: { handle: shop.countryCode.toLowerCase(), id: shop.id },
    },
    // Without an order its id is null; who is buying may be known before.
    order:
      order || customer
        ? {
            customer: customer
              ? { id: customer.id, isFirstOrder: order ? customer.ordersCount <= 1 : null }
              : null,
            id: order ? orderIdIn(world, order.id) : null,
          }
        : null,
    phone: checkout.phone,
    shippingAddress: addressData(checkout.address),
    shippingLine: checkout.shipping ? { price: paid(sums.total('shipping')) } : null,
    smsMarketingPhone: null,
    subtotalPrice: paid(sums.total('subtotal')),
    token: checkout.token,
    totalPrice: total,
    totalTax: paid(sums.total('tax')),
    transactions:
      order && checkout.payment
        ? [
            {
              amount: total,
              gateway: gatewayOf(checkout.payment),
              paymentMethod: {
                name: gatewayOf(checkout.payment),
                type: paymentTypes[checkout.payment],
              },
            },
          ]
        : [],
  };
}
