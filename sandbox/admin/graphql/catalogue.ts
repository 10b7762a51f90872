/** Products, variants and customers. */

import type { SandboxAddress, SandboxCustomer, SandboxProduct, SandboxShop } from '../../world.ts';
import { connection, type Fields } from './connections.ts';
import { gid, numericId, text, type Resolvers } from './context.ts';
import { matchesNumber, matchesText, readSearch } from './search.ts';

export function productNode(shop: SandboxShop, product: SandboxProduct): Fields {
  return {
    id: gid('Product', product.id),
    legacyResourceId: product.id,
    title: product.title,
    handle: product.handle,
    vendor: product.vendor,
    productType: product.type,
    description: product.description,
    status: 'ACTIVE',
    tags: [],
    isGiftCard: product.giftCard,
    hasOnlyDefaultVariant: product.variants.length === 1,
    onlineStoreUrl: `https://${shop.handle}.example/products/${product.handle}`,
    variants: (args: Fields, bulk: boolean) =>
      connection(
        product.variants,
        args,
        ({ id }) => id,
        ({ id }) => variantNode(shop, product, id) ?? {},
        bulk,
      ),
    variantsCount: { count: product.variants.length, precision: 'EXACT' },
  };
}

export function variantNode(shop: SandboxShop, product: SandboxProduct, id: string): Fields | null {
  const at = product.variants.findIndex((variant) => variant.id === id);
  const variant = product.variants[at];
  if (!variant) return null;
  return {
    id: gid('ProductVariant', variant.id),
    legacyResourceId: variant.id,
    title: variant.title,
    displayName: `${product.title} - ${variant.title}`,
    sku: variant.sku,
    price: variant.price,
    compareAtPrice: variant.compareAtPrice ?? null,
    taxable: variant.taxable,
    position: at + 1,
    availableForSale: true,
    product: () => productNode(shop, product),
  };
}

export function addressNode(address: SandboxAddress, id: string): Fields {
  return {
    id: gid('MailingAddress', id),
    firstName: address.firstName,
    lastName: address.lastName,
    name: `${address.firstName} ${address.lastName}`,
    company: address.company,
    address1: address.address1,
    address2: address.address2,
    city: address.city,
    province: address.province,
    provinceCode: address.provinceCode,
    country: address.country,
    countryCodeV2: address.countryCode,
    zip: address.zip,
    phone: address.phone,
  };
}

export function customerNode(customer: SandboxCustomer): Fields {
  return {
    id: gid('Customer', customer.id),
    legacyResourceId: customer.id,
    displayName: `${customer.firstName} ${customer.lastName}`,
    firstName: customer.firstName,
    lastName: customer.lastName,
    locale: customer.locale,
    tags: customer.tags,
    numberOfOrders: String(customer.ordersCount),
    createdAt: customer.createdAt,
    updatedAt: customer.createdAt,
    note: null,
    state: 'ENABLED',
    dataSaleOptOut: false,
    defaultEmailAddress: customer.email && {
      emailAddress: customer.email,
      marketingState: customer.acceptsMarketing ? 'SUBSCRIBED' : 'NOT_SUBSCRIBED',
      validFormat: true,
    },
    defaultPhoneNumber: customer.phone && { phoneNumber: customer.phone },
    defaultAddress: customer.address && addressNode(customer.address, customer.id),
  };
}

function findVariant(shop: SandboxShop, id: unknown): Fields | null {
  const wanted = numericId(id);
  const product = shop.products.find(({ variants }) => variants.some((variant) => variant.id === wanted));
  return product ? variantNode(shop, product, wanted) : null;
}

export const catalogueResolvers: Resolvers = {
  'QueryRoot.products': (_source, args, { shop, bulk }) => {
    const search = readSearch<SandboxProduct>(text(args.query) ?? '', (product, term) => {
      if (term.key === 'id') return matchesNumber(product.id, term);
      if (term.key === 'title') return matchesText(product.title, term);
      if (term.key === 'vendor') return matchesText(product.vendor, term);
      if (term.key === 'product_type') return matchesText(product.type, term);
      if (term.key === 'handle') return matchesText(product.handle, term);
      if (term.key === 'sku') return product.variants.some(({ sku }) => matchesText(sku, term));
      if (term.key === 'status') return matchesText('ACTIVE', term);
      return undefined;
    });
    return connection(
      shop.products.filter(search),
      args,
      ({ id }) => id,
      (product) => productNode(shop, product),
      bulk,
    );
  },
  'QueryRoot.product': (_source, args, { shop }) => {
    const product = shop.products.find(({ id }) => id === numericId(args.id));
    return product ? productNode(shop, product) : null;
  },
  'QueryRoot.productsCount': (_source, _args, { shop }) => ({
    count: shop.products.length,
    precision: 'EXACT',
  }),
  'QueryRoot.productVariant': (_source, args, { shop }) => findVariant(shop, args.id),
  'QueryRoot.productVariants': (_source, args, { shop, bulk }) => {
    const all = shop.products.flatMap((product) => product.variants.map(({ id }) => ({ product, id })));
    return connection(
      all,
      args,
      ({ id }) => id,
      ({ product, id }) => variantNode(shop, product, id) ?? {},
      bulk,
    );
  },
  'QueryRoot.customer': (_source, args, { shop }) => {
    const customer = shop.customers.find(({ id }) => id === numericId(args.id));
    return customer ? customerNode(customer) : null;
  },
  'QueryRoot.customers': (_source, args, { shop, bulk }) => {
    const search = readSearch<SandboxCustomer>(text(args.query) ?? '', (customer, term) => {
      if (term.key === 'id') return matchesNumber(customer.id, term);
      if (term.key === 'email') return matchesText(customer.email, term);
      if (term.key === 'phone') return matchesText(customer.phone, term);
      return undefined;
    });
    return connection(shop.customers.filter(search), args, ({ id }) => id, customerNode, bulk);
  },
};
