/** What an order is made from: lines, discounts, people and where it came from; everything not said has Shopify's default. */

import type {
  Decimal,
  SandboxAddress,
  SandboxClientDetails,
  SandboxDiscount,
  FinancialStatus,
} from '../world.ts';

export interface DraftLine {
  /** A variant of the shop, or a custom line with its own title and price. */
  item: { variantId: string } | { title: string; price: Decimal; sku?: string };
  quantity: number;
  properties?: { name: string; value: string }[];
  sellingPlan?: { id: string; name: string };
  /** For the whole line, in shop money. */
  duties?: { price: Decimal; countryCodeOfOrigin: string; harmonizedSystemCode: string };
}

export interface DraftDiscount extends SandboxDiscount {
  /** Places of the lines that it is for; all when left out. */
  lines?: number[];
}

export interface OrderDraft {
  lines: DraftLine[];
  discounts?: DraftDiscount[];
  shipping?: { title: string; price: Decimal };
  /** Without taxes the shop's tax rate is not applied. */
  taxed?: boolean;
  taxesIncluded?: boolean;
  tip?: Decimal;
  presentmentCurrency?: string;
  financialStatus?: FinancialStatus;
  gateways?: string[];
  test?: boolean;
  confirmed?: boolean;
  sourceName?: string;
  sourceIdentifier?: string;
  appId?: string;
  appName?: string;
  attribution?: { handle: string; displayName: string };
  locationId?: string;
  userId?: string;
  poNumber?: string;
  company?: { id: string; locationId: string };
  checkoutToken?: string | null;
  cartToken?: string | null;
  email?: string | null;
  phone?: string | null;
  customerId?: string;
  /** Makes or finds the customer by email or phone. */
  buyer?: { firstName: string; lastName: string; acceptsMarketing: boolean; locale: string };
  billingAddress?: SandboxAddress;
  shippingAddress?: SandboxAddress;
  landingSite?: string | null;
  referringSite?: string | null;
  note?: string;
  noteAttributes?: { name: string; value: string }[];
  tags?: string[];
  customerLocale?: string | null;
  clientDetails?: SandboxClientDetails | null;
  /** When the buyer paid or the staff entered it; for imported history long before `createdAt`. */
  processedAt?: string;
  /** Named as the order's number would be, for imports. */
  name?: string;
}
