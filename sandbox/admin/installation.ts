/** Installing, uninstalling, changed scopes and the privacy requests: what happens to the shop and what Shopify sends. */

import { worldMemory, type SandboxCustomer, type SandboxShop, type World } from '../world.ts';
import { readDeployedApp } from './app-files.ts';
import { revokeAll } from './tokens.ts';
import { emitTopic } from './webhooks.ts';

/** `shop/redact` comes 48 hours after the uninstall, unless the app is back by then. */
const shopRedactAfter = 48 * 3_600_000;
/** `customers/redact` comes 10 days after the request when no order is younger than 60 days less those. */
const customerRedactAfter = 10 * 24 * 3_600_000;

const memoryOf = worldMemory(() => ({ redactions: new Map<string, () => void>(), scopeUpdates: 0 }));

/** A write scope brings its read scope along. */
export function withImplied(scopes: readonly string[]): string[] {
  const implied = scopes
    .filter((scope) => scope.startsWith('write_'))
    .map((scope) => `read_${scope.slice(6)}`);
  return [...new Set([...scopes, ...implied])].sort();
}

/** What is displayed: a read scope that a write scope implies is not named beside it. */
export function compressed(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !scope.startsWith('read_') || !scopes.includes(`write_${scope.slice(5)}`));
}

export function installApp(world: World, shop: SandboxShop, scopes = readDeployedApp().scopes): void {
  const { install } = shop;
  memoryOf(world).redactions.get(shop.id)?.();
  memoryOf(world).redactions.delete(shop.id);
  if (install.installed) return grantScopes(world, shop, scopes);
  install.installed = true;
  install.installationId = world.random.id();
  install.installedAt = world.clock.now().toISOString();
  install.uninstalledAt = null;
  install.grantedScopes = [...scopes].sort();
  world.record('app.installed', shop, { scopes: install.grantedScopes });
}

/** Replaces the granted scopes and says so with `app/scopes_update`. */
export function grantScopes(world: World, shop: SandboxShop, scopes: readonly string[]): void {
  const { install } = shop;
  const previous = install.grantedScopes;
  const current = [...new Set(scopes)].sort();
  if (previous.join() === current.join()) return;
  install.grantedScopes = current;
  world.record('app.scopes', shop, { previous, current });
  const memory = memoryOf(world);
  memory.scopeUpdates += 1;
  emitTopic(world, 'app/scopes_update', shop, {
    id: memory.scopeUpdates,
    shop_id: `gid://shopify/Shop/${shop.id}`,
    previous,
    current,
    updated_at: world.clock.now().toISOString(),
  });
}

export function uninstallApp(world: World, shop: SandboxShop): void {
  const { install } = shop;
  if (!install.installed) return;
  install.installed = false;
  install.uninstalledAt = world.clock.now().toISOString();
  install.grantedScopes = [];
  install.webPixel = null;
  install.metafields = [];
  shop.embedEnabled = false;
  revokeAll(world, shop);
  world.record('app.uninstalled', shop);
  emitTopic(world, 'app/uninstalled', shop, shopPayload(shop));
  const at = new Date(world.clock.now().getTime() + shopRedactAfter);
  const cancel = world.clock.schedule(at, () => {
    emitTopic(world, 'shop/redact', shop, { shop_id: Number(shop.id), shop_domain: shop.domain });
  });
  memoryOf(world).redactions.set(shop.id, cancel);
}

function privacyPayload(shop: SandboxShop, customer: SandboxCustomer): Record<string, unknown> {
  return {
    shop_id: Number(shop.id),
    shop_domain: shop.domain,
    customer: { id: Number(customer.id), email: customer.email, phone: customer.phone },
  };
}

function ordersOf(shop: SandboxShop, customer: SandboxCustomer): number[] {
  return shop.orders.filter(({ customerId }) => customerId === customer.id).map(({ id }) => Number(id));
}

export function requestCustomerData(world: World, shop: SandboxShop, customer: SandboxCustomer): void {
  emitTopic(world, 'customers/data_request', shop, {
    ...privacyPayload(shop, customer),
    orders_requested: ordersOf(shop, customer),
    data_request: { id: Number(world.random.id()) },
  });
}

/** Asks for a customer's erasure: the webhook follows after Shopify's wait, or at once. */
export function requestErasure(
  world: World,
  shop: SandboxShop,
  customer: SandboxCustomer,
  atOnce = false,
): void {
  const send = () =>
    emitTopic(world, 'customers/redact', shop, {
      ...privacyPayload(shop, customer),
      orders_to_redact: ordersOf(shop, customer),
    });
  if (atOnce) return send();
  world.clock.schedule(new Date(world.clock.now().getTime() + customerRedactAfter), send);
}

function shopPayload(shop: SandboxShop): Record<string, unknown> {
  return {
    id: Number(shop.id),
    name: shop.name,
    email: shop.email,
    domain: `${shop.handle}.example`,
    province: shop.province,
    country: shop.countryCode,
    address1: shop.address1,
    zip: shop.zip,
    city: shop.city,
    source: null,
    phone: null,
    latitude: null,
    longitude: null,
    primary_locale: shop.locale,
    address2: null,
    created_at: null,
    updated_at: null,
    country_code: shop.countryCode,
    country_name: shop.country,
    currency: shop.currency,
    customer_email: shop.email,
    timezone: shop.timeZone,
    iana_timezone: shop.timeZone,
    shop_owner: shop.ownerName,
    money_format: '{{amount}}',
    money_with_currency_format: `{{amount}} ${shop.currency}`,
    weight_unit: 'kg',
    province_code: shop.provinceCode,
    taxes_included: shop.taxesIncluded,
    plan_display_name: shop.plan,
    plan_name: shop.plan.toLowerCase().replaceAll(' ', '_'),
    has_discounts: true,
    has_gift_cards: true,
    myshopify_domain: shop.domain,
    google_apps_domain: null,
    has_storefront: true,
    setup_required: false,
    pre_launch_enabled: false,
    enabled_presentment_currencies: [shop.currency, ...Object.keys(shop.presentmentRates)],
  };
}
