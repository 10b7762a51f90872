/** Puts what Tock assumes of the Admin API to a shop's own: reads, and writes back what Tock wrote there itself. */
import { z } from 'zod';

import { held, notAsked, notHeld, type LiveCheck, type LiveFinding } from '../base/live-check.ts';
import { ADMIN_ORDER_SELECTION, readAdminOrder } from '../conversion/from-admin-order.ts';
import type { AdminAnswer, AdminApi } from './admin.ts';
import { CONSENT_POLICY, SHOP_BASICS, type AdminDocument } from './documents.ts';
import { wordsFor } from './install.ts';

export interface ShopifyUnderCheck {
  readonly admin: AdminApi;
  /** What the app asks for. */
  readonly scopes: readonly string[];
  /** What the shop's web pixel must say of the shop and of where to send. */
  readonly webPixel: { readonly key: string; readonly endpoint: string };
  /** Codes of the pixels that the theme embed must load. */
  readonly embedPixels: readonly string[];
  /** Writes the web pixel's settings and the embed's configuration; answers what went wrong. */
  readonly write: () => Promise<string | undefined>;
}

type Nothing = Record<string, never>;

const PIXEL_AND_EMBED: AdminDocument<
  {
    webPixel?: { settings: unknown } | null | undefined;
    currentAppInstallation: { metafield?: { type: string; value: string } | null | undefined };
  },
  Nothing
> = {
  name: 'PixelAndEmbed',
  text: `query PixelAndEmbed {
  webPixel { id settings }
  currentAppInstallation { id metafield(namespace: "tock", key: "embed") { id type value } }
}`,
  answer: z.object({
    webPixel: z.object({ settings: z.unknown() }).nullish(),
    currentAppInstallation: z.object({
      metafield: z.object({ type: z.string(), value: z.string() }).nullish(),
    }),
  }),
};

const NEWEST_ORDER = {
  name: 'NewestOrder',
  text: `query NewestOrder {
  orders(first: 1, sortKey: CREATED_AT, reverse: true) { nodes { ${ADMIN_ORDER_SELECTION} } }
}`,
  answer: z.object({ orders: z.object({ nodes: z.array(z.record(z.string(), z.unknown())) }) }),
  // What the scopes deny is named in the finding.
  partial: true,
} as const;

const NEWEST_ATTRIBUTES: AdminDocument<
  {
    orders: {
      nodes: { name: string; sourceName?: string | null | undefined; customAttributes: { key: string }[] }[];
    };
  },
  Nothing
> = {
  name: 'NewestAttributes',
  text: `query NewestAttributes {
  orders(first: 20, sortKey: CREATED_AT, reverse: true) { nodes { id name sourceName customAttributes { key } } }
}`,
  answer: z.object({
    orders: z.object({
      nodes: z.array(
        z.object({
          name: z.string(),
          sourceName: z.string().nullish(),
          customAttributes: z.array(z.object({ key: z.string() })),
        }),
      ),
    }),
  }),
};

export const liveDocuments = [PIXEL_AND_EMBED, NEWEST_ORDER, NEWEST_ATTRIBUTES] as const;

/** Not in liveDocuments, because it is wrong on purpose. */
const WRONG_DOCUMENT: AdminDocument<unknown, Nothing> = {
  name: 'Wrong',
  text: 'query Wrong { shop { tockDoctorAsksForNothing } }',
  answer: z.unknown(),
};

function asked<Data>(answer: AdminAnswer<Data>, read: (data: Data) => LiveFinding): LiveFinding {
  if (answer.ok) return read(answer.data);
  const said = wordsFor(answer.problem);
  return answer.problem.kind === 'refused' ? notHeld(said) : notAsked(said);
}

const pixelSettings = z.object({ key: z.string(), endpoint: z.string(), options: z.string() });
const optionsOfPixel = z.object({ v: z.literal(1) }).loose();
const embedConfig = z
  .object({ v: z.literal(1), eventsJs: z.string(), pixels: z.array(z.object({ code: z.string() }).loose()) })
  .loose();

/** Shopify hands JSON back as text or as a value. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const amountsIn = (node: unknown): string[] =>
  [...JSON.stringify(node).matchAll(/"amount":"([^"]*)"/g)].map((found) => found[1] ?? '');

const NO_ORDER =
  'The store has no order of the last 60 days; place one in the storefront and run this again.';

export const shopifyChecks: readonly LiveCheck<ShopifyUnderCheck>[] = [
  {
    id: 'admin-scopes',
    asks: 'The shop granted every scope that the app asks for.',
    run: async ({ admin, scopes }) =>
      asked(await admin.run(SHOP_BASICS, {}), ({ currentAppInstallation }) => {
        const granted = currentAppInstallation.accessScopes.map(({ handle }) => handle);
        // A write scope brings its read scope; Shopify may list it or not.
        const missing = scopes.filter((scope) => !granted.includes(scope));
        return missing.length === 0
          ? held(`granted: ${granted.join(', ')}`)
          : notHeld(`missing: ${missing.join(', ')}`);
      }),
  },
  {
    id: 'admin-validation-errors',
    asks: 'A field that the schema does not know is refused in words that name it.',
    async run({ admin }) {
      const answer = await admin.run(WRONG_DOCUMENT, {});
      if (answer.ok) return notHeld('the document was taken');
      const said = wordsFor(answer.problem);
      if (answer.problem.kind !== 'refused') return notAsked(said);
      return (said.includes('tockDoctorAsksForNothing') ? held : notHeld)(said);
    },
  },
  {
    id: 'storefront-pixel-settings',
    asks: 'The web pixel’s settings come back as they were written, read with write_pixels alone.',
    async run({ admin, webPixel, write }) {
      const trouble = await write();
      if (trouble !== undefined) return notHeld(trouble);
      return asked(await admin.run(PIXEL_AND_EMBED, {}), (data) => {
        if (!data.webPixel) return notHeld('Shopify says that there is no web pixel.');
        const read = pixelSettings.safeParse(parsed(data.webPixel.settings));
        if (!read.success) return notHeld('the settings have another shape than was written');
        const { key, endpoint, options } = read.data;
        if (key !== webPixel.key || endpoint !== webPixel.endpoint)
          return notHeld('key or endpoint differ from what was written');
        return optionsOfPixel.safeParse(parsed(options)).success
          ? held(`key, endpoint and ${options.length} characters of options are as written`)
          : notHeld('the options cannot be read again');
      });
    },
  },
  {
    id: 'storefront-app-data',
    asks: 'The app-data metafield holds the theme embed’s configuration.',
    run: async ({ admin, embedPixels }) =>
      asked(await admin.run(PIXEL_AND_EMBED, {}), ({ currentAppInstallation: { metafield } }) => {
        if (!metafield) return notHeld('there is no metafield tock.embed');
        const read = embedConfig.safeParse(parsed(metafield.value));
        if (metafield.type !== 'json' || !read.success)
          return notHeld(`type ${metafield.type}, another shape than was written`);
        const codes = read.data.pixels.map(({ code }) => code);
        return codes.length === embedPixels.length && codes.every((code) => embedPixels.includes(code))
          ? held(`type json, ${metafield.value.length} characters, ${codes.length} pixels for the page`)
          : notHeld(`names other pixels than was written: ${codes.join(', ') || 'none'}`);
      }),
  },
  {
    id: 'storefront-consent-policy',
    asks: 'consentPolicy answers rows with a country and both booleans.',
    run: async ({ admin }) =>
      asked(await admin.run(CONSENT_POLICY, {}), ({ consentPolicy: rows }) => {
        const incomplete = rows.filter(
          (row) =>
            row.countryCode == null || row.consentRequired == null || row.dataSaleOptOutRequired == null,
        );
        const saw = `${rows.length} regions, ${rows.filter((row) => row.consentRequired === true).length} ask for consent, ${incomplete.length} incomplete`;
        return (rows.length > 0 && incomplete.length === 0 ? held : notHeld)(saw);
      }),
  },
  {
    id: 'admin-order-fields',
    asks: 'Every field that an order is read from can be asked for, and the newest order can be read.',
    run: async ({ admin }) =>
      asked(await admin.run(NEWEST_ORDER, {}), ({ orders: { nodes } }) => {
        const [node] = nodes;
        if (!node) return notAsked(NO_ORDER);
        const read = readAdminOrder(node);
        if (!read.ok) return notHeld(`${read.problem.field}: ${read.problem.expected}`);
        const personal = ['email', 'customer', 'shippingAddress', 'clientIp'];
        const empty = personal.filter((field) => node[field] === null || node[field] === undefined);
        return held(
          `order ${read.value.facts.name}; empty or not approved: ${empty.length === 0 ? 'none' : empty.join(', ')}`,
        );
      }),
  },
  {
    id: 'admin-money',
    asks: 'Amounts are decimals without needless zeros.',
    run: async ({ admin }) =>
      asked(await admin.run(NEWEST_ORDER, {}), ({ orders: { nodes } }) => {
        const amounts = [...new Set(nodes.flatMap(amountsIn))];
        if (amounts.length === 0) return notAsked(NO_ORDER);
        const odd = amounts.filter((amount) => !/^-?\d+\.(?:\d|\d*[1-9])$/.test(amount));
        return odd.length === 0
          ? held(`${amounts.length} amounts, such as ${amounts[0] ?? ''}`)
          : notHeld(`written otherwise: ${odd.slice(0, 3).join(', ')}`);
      }),
  },
  {
    id: 'storefront-cart-attributes',
    asks: 'What the theme embed notes with the cart is on the order, as custom attributes beginning with _tock.',
    run: async ({ admin }) =>
      asked(await admin.run(NEWEST_ATTRIBUTES, {}), ({ orders: { nodes } }) => {
        const web = nodes.filter(({ sourceName }) => sourceName === 'web');
        const noted = web.find(({ customAttributes }) =>
          customAttributes.some(({ key }) => key.startsWith('_tock')),
        );
        if (noted)
          return held(
            `order ${noted.name}: ${noted.customAttributes
              .map(({ key }) => key)
              .filter((key) => key.startsWith('_tock'))
              .join(', ')}`,
          );
        return notAsked(
          `none of the last ${web.length} web orders has one; switch the theme embed on, order once with consent and an ad click (?ttclid=test) and run this again`,
        );
      }),
  },
];

export async function checkShopify(
  under: ShopifyUnderCheck,
): Promise<{ id: string; asks: string; finding: LiveFinding }[]> {
  const found = [];
  for (const { id, asks, run } of shopifyChecks) found.push({ id, asks, finding: await run(under) });
  return found;
}
