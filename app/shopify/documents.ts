/** Every Admin GraphQL document that Tock runs, each with the shape of its answer; checked against Shopify's schema. */
import { z } from 'zod';

import type { FetchedField } from '../conversion/facts.ts';
import { ADMIN_ORDER_SELECTION, FETCHED_FIELDS, isFetchedField } from '../conversion/from-admin-order.ts';

export interface AdminDocument<Data, _Variables extends Record<string, unknown>> {
  readonly name: string;
  readonly text: string;
  readonly answer: z.ZodType<Data>;
  /** True: fields that the app's scopes deny may be missing from the answer. */
  readonly partial?: true;
}

type NoVariables = Record<string, never>;

function document<Data, Variables extends Record<string, unknown>>(
  name: string,
  text: string,
  answer: z.ZodType<Data>,
): AdminDocument<Data, Variables> {
  return { name, text, answer };
}

const userErrors = z.array(
  z.object({
    code: z.string().nullish(),
    field: z.array(z.string()).nullish(),
    message: z.string(),
  }),
);
export type UserErrors = z.infer<typeof userErrors>;

const webPixel = z.object({ id: z.string() }).nullish();
/** Shopify writes its settings as JSON in a text. */
const webPixelAsIs = z.object({ id: z.string(), settings: z.unknown() }).nullish();

/** What is kept of a shop, and what the app may do there. */
export const SHOP_BASICS = document<
  {
    shop: {
      id: string;
      name: string;
      email: string;
      myshopifyDomain: string;
      primaryDomain: { host: string };
      currencyCode: string;
      ianaTimezone: string;
      shopAddress: { countryCodeV2?: string | null | undefined };
    };
    currentAppInstallation: { id: string; accessScopes: { handle: string }[] };
  },
  NoVariables
>(
  'ShopBasics',
  `query ShopBasics {
  shop {
    id name email myshopifyDomain
    primaryDomain { host }
    currencyCode ianaTimezone
    shopAddress { countryCodeV2 }
  }
  currentAppInstallation { id accessScopes { handle } }
}`,
  z.object({
    shop: z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      myshopifyDomain: z.string(),
      primaryDomain: z.object({ host: z.string() }),
      currencyCode: z.string(),
      ianaTimezone: z.string(),
      shopAddress: z.object({ countryCodeV2: z.string().nullish() }),
    }),
    currentAppInstallation: z.object({
      id: z.string(),
      accessScopes: z.array(z.object({ handle: z.string() })),
    }),
  }),
);

/** The app's own web pixel; Shopify answers an error rather than null where there is none yet. */
export const WEB_PIXEL_CURRENT = document<
  { webPixel?: { id: string; settings: unknown } | null | undefined },
  NoVariables
>(
  'WebPixelCurrent',
  `query WebPixelCurrent {
  webPixel { id settings }
}`,
  z.object({ webPixel: webPixelAsIs }),
);

export const WEB_PIXEL_CREATE = document<
  { webPixelCreate: { webPixel?: { id: string } | null | undefined; userErrors: UserErrors } },
  { webPixel: { settings: Record<string, string> } }
>(
  'WebPixelCreate',
  `mutation WebPixelCreate($webPixel: WebPixelInput!) {
  webPixelCreate(webPixel: $webPixel) {
    webPixel { id settings }
    userErrors { code field message }
  }
}`,
  z.object({ webPixelCreate: z.object({ webPixel, userErrors }) }),
);

export const WEB_PIXEL_UPDATE = document<
  { webPixelUpdate: { webPixel?: { id: string } | null | undefined; userErrors: UserErrors } },
  { id: string; webPixel: { settings: Record<string, string> } }
>(
  'WebPixelUpdate',
  `mutation WebPixelUpdate($id: ID!, $webPixel: WebPixelInput!) {
  webPixelUpdate(id: $id, webPixel: $webPixel) {
    webPixel { id settings }
    userErrors { code field message }
  }
}`,
  z.object({ webPixelUpdate: z.object({ webPixel, userErrors }) }),
);

/** Values that only this app may write and that its theme embed reads as `app.metafields`. */
export const APP_DATA_SET = document<
  { metafieldsSet: { userErrors: UserErrors } },
  { metafields: { ownerId: string; namespace: string; key: string; type: string; value: string }[] }
>(
  'AppDataSet',
  `mutation AppDataSet($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { id }
    userErrors { code field message }
  }
}`,
  z.object({ metafieldsSet: z.object({ userErrors }) }),
);

/** What the regions of the shop's buyers ask for: consent first, or a way to opt out of the sale of data. */
export const CONSENT_POLICY = document<
  {
    consentPolicy: {
      countryCode?: string | null | undefined;
      regionCode?: string | null | undefined;
      consentRequired?: boolean | null | undefined;
      dataSaleOptOutRequired?: boolean | null | undefined;
    }[];
  },
  NoVariables
>(
  'ConsentPolicy',
  `query ConsentPolicy {
  consentPolicy { countryCode regionCode consentRequired dataSaleOptOutRequired }
}`,
  z.object({
    consentPolicy: z.array(
      z.object({
        countryCode: z.string().nullish(),
        regionCode: z.string().nullish(),
        consentRequired: z.boolean().nullish(),
        dataSaleOptOutRequired: z.boolean().nullish(),
      }),
    ),
  }),
);

const money = z.object({ shopMoney: z.object({ amount: z.string(), currencyCode: z.string() }) });
const listedOrder = z.object({
  id: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  originalTotalPriceSet: money,
  currentTotalPriceSet: money,
});

/** Orders by their changes or their making: only what the books need. */
export const ORDER_LIST = document<
  {
    orders: {
      nodes: z.infer<typeof listedOrder>[];
      pageInfo: { hasNextPage: boolean; endCursor?: string | null | undefined };
    };
  },
  { first: number; after: string | null; query: string; sortKey: 'UPDATED_AT' | 'CREATED_AT' }
>(
  'OrderList',
  `query OrderList($first: Int!, $after: String, $query: String!, $sortKey: OrderSortKeys!) {
  orders(first: $first, after: $after, query: $query, sortKey: $sortKey) {
    nodes {
      id createdAt updatedAt
      originalTotalPriceSet { shopMoney { amount currencyCode } }
      currentTotalPriceSet { shopMoney { amount currencyCode } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
  z.object({
    orders: z.object({
      nodes: z.array(listedOrder),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
    }),
  }),
);

const ALL_FIELDS = Object.keys(FETCHED_FIELDS).filter(isFetchedField);
const selectionsOf = (fields: readonly FetchedField[]): string =>
  fields.map((field) => FETCHED_FIELDS[field].selection).join('\n    ');

const ofShop = (fields: readonly FetchedField[]): string =>
  fields.map((field) => FETCHED_FIELDS[field].ofShop ?? '').join('');

type OrderWhole = { order?: unknown } & Record<string, unknown>;
type OrdersTold = { nodes: unknown[] } & Record<string, unknown>;

/**
 * One order whole, and what rules need besides. With `read_orders` alone Shopify leaves out `customer` (needs
 * read_customers: then no customer type, no link to the customer's earlier visits, no address of the customer's account)
 * and `retailLocation` (read_locations: a sale at a till is still known by its source name).
 */
export function orderWhole(fields: readonly FetchedField[]): AdminDocument<OrderWhole, { id: string }> {
  return {
    ...document<OrderWhole, { id: string }>(
      'OrderWhole',
      `query OrderWhole($id: ID!) {
  order(id: $id) {${ADMIN_ORDER_SELECTION}    ${selectionsOf(fields)}
  }
  ${ofShop(fields)}
}`,
      z.looseObject({ order: z.unknown() }),
    ),
    partial: true,
  };
}

/** Of several orders what rules need and no webhook tells. */
export function ordersTold(fields: readonly FetchedField[]): AdminDocument<OrdersTold, { ids: string[] }> {
  return {
    ...document<OrdersTold, { ids: string[] }>(
      'OrdersTold',
      `query OrdersTold($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Order {
    id
    ${selectionsOf(fields)}
    }
  }
  ${ofShop(fields)}
}`,
      z.looseObject({ nodes: z.array(z.unknown()) }),
    ),
    partial: true,
  };
}

export const allDocuments = [
  ORDER_LIST,
  orderWhole(ALL_FIELDS),
  ordersTold(ALL_FIELDS),
  CONSENT_POLICY,
  SHOP_BASICS,
  WEB_PIXEL_CURRENT,
  WEB_PIXEL_CREATE,
  WEB_PIXEL_UPDATE,
  APP_DATA_SET,
] as const;
