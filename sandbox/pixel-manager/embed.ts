/** Renders the theme app embed from its Liquid, as Shopify does on storefront pages and nowhere else. */

import { createHash } from 'node:crypto';
import { Drop, Liquid, Tag, type TagToken, type TopLevelToken, type Liquid as Engine } from 'liquidjs';
import type { SandboxMetafield, SandboxShop, World } from '../world.ts';
import { readEmbedBlocks, type EmbedBlock } from './extensions.ts';

/** `app.metafields.<namespace>.<key>`: prints its value, has `.value` and `.type`. */
class MetafieldDrop extends Drop {
  readonly #field: SandboxMetafield;
  constructor(field: SandboxMetafield) {
    super();
    this.#field = field;
  }
  get type(): string {
    return this.#field.type;
  }
  get value(): unknown {
    const { type, value } = this.#field;
    switch (type) {
      case 'json':
        return JSON.parse(value);
      case 'boolean':
        return value === 'true';
      case 'number_integer':
      case 'number_decimal':
        return Number(value);
      default:
        return value;
    }
  }
  toJSON(): unknown {
    return this.value;
  }
  override valueOf(): string {
    return this.#field.value;
  }
}

/** `{% schema %}` and its like configure the block and print nothing. */
function silentBlock(name: string) {
  return class extends Tag {
    constructor(token: TagToken, remaining: TopLevelToken[], liquid: Engine) {
      super(token, remaining, liquid);
      while (remaining.length > 0) {
        const next = remaining.shift();
        if (next && 'name' in next && next.name === `end${name}`) return;
      }
      throw new Error(`{% ${name} %} is not closed`);
    }
    override render(): string {
      return '';
    }
  };
}

function createEngine(assetUrl: (name: string) => string): Liquid {
  const engine = new Liquid({ strictFilters: true });
  for (const name of ['schema', 'javascript', 'stylesheet']) engine.registerTag(name, silentBlock(name));
  engine.registerFilter('asset_url', (name: unknown) => assetUrl(String(name)));
  engine.registerFilter('sha256', (text: unknown) => createHash('sha256').update(String(text)).digest('hex'));
  engine.registerFilter('script_tag', (url: unknown) => `<script src="${String(url)}"></script>`);
  engine.registerFilter('stylesheet_tag', (url: unknown) => `<link rel="stylesheet" href="${String(url)}">`);
  return engine;
}

export interface EmbedPage {
  pageType: string;
  locale: string;
  customer: { id: string; email: string | null; phone: string | null } | null;
  cart: {
    token: string;
    item_count: number;
    attributes: Record<string, string>;
    currency: { iso_code: string };
  };
}

function appMetafields(shop: SandboxShop): Record<string, Record<string, MetafieldDrop>> {
  const spaces: Record<string, Record<string, MetafieldDrop>> = {};
  for (const field of shop.install.metafields) {
    (spaces[field.namespace] ??= {})[field.key] = new MetafieldDrop(field);
  }
  return spaces;
}

/** Parsing is most of the work, and the same block is on every page. */
const parsed = new Map<string, { liquid: string; render(scope: object): string }>();

function rendererOf(block: EmbedBlock, assetUrl: (name: string) => string, origin: string) {
  const key = `${origin} ${block.handle}`;
  const known = parsed.get(key);
  if (known?.liquid === block.liquid) return known;
  const engine = createEngine(assetUrl);
  const template = engine.parse(block.liquid);
  const made = {
    liquid: block.liquid,
    render: (scope: object) => String(engine.renderSync(template, scope)),
  };
  parsed.set(key, made);
  return made;
}

export function renderEmbed(
  world: World,
  shop: SandboxShop,
  page: EmbedPage,
): { head: string; body: string } {
  const rendered = { head: '', body: '' };
  if (!shop.install.installed || !shop.embedEnabled) return rendered;
  const assetUrl = (name: string) => `${world.url}/cdn/extensions/browser-pixel/assets/${name}`;
  for (const block of readEmbedBlocks(world)) {
    const text = rendererOf(block, assetUrl, world.url).render({
      app: { metafields: appMetafields(shop) },
      block: { settings: block.settings, id: block.handle, type: `apps/${block.handle}` },
      shop: { name: shop.name, permanent_domain: shop.domain, currency: shop.currency, id: Number(shop.id) },
      request: { page_type: page.pageType, design_mode: false, locale: { iso_code: page.locale } },
      template: { name: page.pageType },
      customer:
        page.customer === null
          ? null
          : { id: Number(page.customer.id), email: page.customer.email, phone: page.customer.phone },
      cart: page.cart,
      localization: { country: { iso_code: shop.countryCode }, language: { iso_code: page.locale } },
      routes: { root_url: '/', cart_update_url: '/cart/update', cart_url: '/cart' },
    });
    const place = block.target === 'body' ? 'body' : 'head';
    rendered[place] += `<!-- BEGIN app block: ${block.handle} -->${text}<!-- END app block -->\n`;
  }
  return rendered;
}
