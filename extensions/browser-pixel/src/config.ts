/** Reads what the app wrote for this shop's theme embed, as the Liquid block printed it into the page. */

interface EmbedConfig {
  v: 1;
  pixels: { code: string; limitedDataUse?: boolean }[];
  eventsJs: string;
  /** Whether the click id may travel with the cart. */
  cartClick: boolean;
  /** Whether TikTok's pixel may learn who is signed in. */
  identify?: boolean;
}

/** The visitor's cart as the page was rendered. */
interface RenderedCart {
  items: number;
  consent: string;
  click: string;
}

/** SHA-256 of the signed-in customer's contact, made by Shopify while rendering: the page never holds it in plain. */
export interface Person {
  email?: string;
  phone?: string;
}

export interface EmbedPage {
  config: EmbedConfig;
  /** Only where somebody is signed in and the app allows it. */
  person?: Person;
  cart: RenderedCart;
}

export function readEmbed(page: Document): EmbedPage | undefined {
  const text = page.getElementById('tock-embed')?.textContent;
  if (!text) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return isEmbed(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Only our own app can write this metafield; another version of it is not guessed at. */
function isEmbed(value: unknown): value is EmbedPage {
  const embed = value as Partial<EmbedPage> | null;
  const config = embed?.config;
  return config?.v === 1 && Array.isArray(config.pixels) && typeof embed?.cart?.items === 'number';
}
