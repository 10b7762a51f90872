/** `shop add` and `shop list`. */
import { shopDomain } from '../shopify/shop-domain.ts';
import { readShop } from '../shopify/install.ts';
import type { InstalledShop } from '../store/installs.ts';
import type { House } from '../house.ts';
import { CommandError, required, table, type Call, type Command } from './command.ts';

const stateOf = (shop: InstalledShop): 'installed' | 'uninstalled' | 'reconnect' =>
  shop.uninstalledAt !== null ? 'uninstalled' : shop.reconnectSince !== null ? 'reconnect' : 'installed';

export const shopList: Command = {
  name: 'shop list',
  usage: '',
  summary: 'Shows every shop and how its connection to Shopify stands.',
  help: [],
  options: {},
  positionals: { min: 0, max: 0 },
  async run(call) {
    const { store } = await call.house();
    const shops = await store.installs.listShops();
    return {
      lines:
        shops.length === 0
          ? ['No shop has installed Tock yet.']
          : table(
              ['shop', 'id', 'state', 'currency', 'time zone', 'installed'],
              shops.map((shop) => [
                shop.domain,
                shop.id,
                stateOf(shop),
                shop.currency,
                shop.timeZone,
                shop.installedAt.toISOString(),
              ]),
            ),
      json: shops.map((shop) => ({
        id: shop.id,
        domain: shop.domain,
        name: shop.name,
        state: stateOf(shop),
        currency: shop.currency,
        timeZone: shop.timeZone,
        installedAt: shop.installedAt.toISOString(),
        uninstalledAt: shop.uninstalledAt?.toISOString() ?? null,
      })),
    };
  },
};

export const shopAdd: Command = {
  name: 'shop add',
  usage: 'DOMAIN',
  summary: 'Gives the address that installs Tock in a shop; brings a shop that is installed up to date.',
  help: [
    'DOMAIN  the permanent one, such as birch.myshopify.com',
    'Only staff of the store can install: Shopify asks them.',
  ],
  options: {},
  positionals: { min: 1, max: 1 },
  async run(call) {
    const domain = shopDomain(call.positionals[0] ?? '');
    if (domain === null)
      throw new CommandError(`"${call.positionals[0]}" is no shop domain. It ends in .myshopify.com.`, 2);
    const { config, store, shopify, tellStorefront } = await call.house();
    const known = await store.installs.shopByDomain(domain);
    if (!known || known.uninstalledAt !== null) {
      const handle = domain.replace(/\.myshopify\.com$/, '');
      const url =
        config.sandboxUrl === undefined
          ? `https://${domain}/admin/oauth/install?client_id=${config.shopify.apiKey}`
          : `${config.sandboxUrl}/admin/store/${handle}/apps/tock`;
      return {
        lines: [`Open this address as staff of the store; Shopify installs Tock there:`, url],
        json: { domain, state: 'not_installed', install: url },
      };
    }
    const read = await readShop(shopify.adminFor(domain));
    if (!read.ok) throw new CommandError(read.message);
    const shop = await store.installs.install(read.profile);
    const trouble = await tellStorefront(shop.id);
    if (trouble !== undefined) throw new CommandError(trouble);
    return { lines: [`${domain} is up to date.`], json: { domain, state: stateOf(shop) } };
  },
};

/** The shop that --shop names. */
export async function requireShopOption(call: Call): Promise<{ house: House; shop: InstalledShop }> {
  const written = required(call, 'shop');
  const domain = shopDomain(written.includes('.') ? written : `${written}.myshopify.com`);
  if (domain === null) throw new CommandError(`"${written}" is no shop domain.`, 2);
  const house = await call.house();
  const shop = await house.store.installs.shopByDomain(domain);
  if (!shop) throw new CommandError(`${domain} has not installed Tock. "shop list" shows who has.`);
  return { house, shop };
}
