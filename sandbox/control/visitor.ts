/** A visitor without a browser: walks through a storefront over HTTP, with the real web pixel running on every page. */

import { request as httpRequest } from 'node:http';
import { randomUUID } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import {
  consentCookie,
  consentOf,
  mayRun,
  noChoice,
  writeChoice,
  type Choice,
  type Consent,
} from '../pixel-manager/consent.ts';
import { reaches } from '../pixel-manager/event-names.ts';
import { readWebPixel } from '../pixel-manager/extensions.ts';
import type { PageData, PixelConfig } from '../pixel-manager/page-data.ts';
import { redacted } from '../pixel-manager/redact.ts';
import { adLinks } from '../storefront/ads.ts';
import type { SandboxOrder, SandboxShop, World } from '../world.ts';

export interface Journey {
  /** Comes by an ad, with a click id. */
  ad: boolean;
  consent: 'accepted' | 'declined' | 'unasked';
  until: 'product' | 'cart' | 'checkout' | 'order';
  /** Which product, counted from the first. */
  product?: number;
  /** Somebody new when left out. */
  buyer?: { email: string; firstName: string; lastName: string; phone?: string };
}

export interface Walked {
  clientId: string;
  ttclid: string | undefined;
  order: SandboxOrder | undefined;
  /** Beacons that the pixel sent, and how they were answered. */
  beacons: number[];
}

type Json = Record<string, unknown>;

interface Answer {
  status: number;
  location: string | undefined;
  body: string;
}

const agent =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1';

const choices: Record<Journey['consent'], Choice> = {
  accepted: { analytics: true, marketing: true, preferences: true, saleOfData: true },
  declined: { analytics: false, marketing: false, preferences: false, saleOfData: false },
  unasked: noChoice,
};

interface Jar {
  cookies: Map<string, string>;
  local: Map<string, string>;
  session: Map<string, string>;
}

function shelf(kept: Map<string, string>) {
  return {
    getItem: async (key: string) => kept.get(String(key)) ?? null,
    setItem: async (key: string, value: string) => void kept.set(String(key), String(value)),
    removeItem: async (key: string) => void kept.delete(String(key)),
    clear: async () => kept.clear(),
    key: async (index: number) => [...kept.keys()][index] ?? null,
    length: async () => kept.size,
  };
}

function setCookie(jar: Jar, text: string) {
  const [pair = '', ...attributes] = text.split(';');
  const at = pair.indexOf('=');
  if (at < 1) return;
  const name = pair.slice(0, at).trim();
  if (attributes.some((attribute) => /^\s*max-age=0\s*$/i.test(attribute))) jar.cookies.delete(name);
  else jar.cookies.set(name, pair.slice(at + 1).trim());
}

/** Longer than the pixel's own patience with a server that does not answer. */
const longestPageMs = 12_000;

/** One page's worker: the bundle in a context of its own that has only what Shopify promises. */
function openWorker(bundle: string, config: PixelConfig, jar: Jar, init: Json, ip: string) {
  const timers = new Set<NodeJS.Timeout>();
  const asked = new Set<Promise<unknown>>();
  const beacons: number[] = [];
  const subscriptions: { name: string; callback: (event: Json) => unknown }[] = [];
  let extension: ((api: unknown) => unknown) | undefined;

  const globals: Json = {
    console: { log() {}, warn() {}, error() {}, info() {}, debug() {} },
    setTimeout(task: () => void, ms?: number) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        task();
      }, ms);
      timers.add(timer);
      return timer;
    },
    clearTimeout(timer?: NodeJS.Timeout) {
      if (!timer) return;
      timers.delete(timer);
      clearTimeout(timer);
    },
    fetch(address: string, options: RequestInit = {}) {
      const headers = new Headers(options.headers);
      headers.set('user-agent', agent);
      headers.set('origin', 'null');
      // As the load balancer in front of the app would say.
      headers.set('x-forwarded-for', ip);
      const answer = fetch(address, { ...options, headers }).then((response) => {
        beacons.push(response.status);
        return response;
      });
      const settled: Promise<unknown> = answer.then(
        () => asked.delete(settled),
        () => asked.delete(settled),
      );
      asked.add(settled);
      return answer;
    },
    Headers,
    Request,
    Response,
    shopify: { extend: (_point: string, run: (api: unknown) => unknown) => (extension = run) },
  };
  globals.self = globals;
  runInContext(bundle, createContext(globals));
  extension?.({
    settings: config.settings,
    init,
    browser: {
      cookie: {
        get: async (name?: string) => (name === undefined ? '' : (jar.cookies.get(name) ?? '')),
        set: async (cookie: string, value?: string) =>
          setCookie(jar, value === undefined ? cookie : `${cookie}=${value}`),
      },
      localStorage: shelf(jar.local),
      sessionStorage: shelf(jar.session),
    },
    analytics: {
      subscribe: (name: string, callback: (event: Json) => unknown) => subscriptions.push({ name, callback }),
    },
    customerPrivacy: { subscribe() {} },
  });

  return {
    hear(event: { name: string; type: string } & Json) {
      for (const { name, callback } of subscriptions) if (reaches(name, event)) callback(event);
    },
    /** Resolves when the worker has nothing left to do, which is when the visitor goes on. */
    async settle(): Promise<number[]> {
      const until = performance.now() + longestPageMs;
      do await new Promise((resolve) => setTimeout(resolve, 5));
      while ((timers.size > 0 || asked.size > 0) && performance.now() < until);
      for (const timer of timers) clearTimeout(timer);
      return beacons;
    },
  };
}

export async function walk(world: World, shop: SandboxShop, journey: Journey): Promise<Walked> {
  const extension = readWebPixel(world);
  const home = world.storefrontUrl(shop);
  const { port } = new URL(world.url);
  const ip = `203.0.113.${world.random.between(1, 254)}`;
  const jar: Jar = { cookies: new Map(), local: new Map(), session: new Map() };
  const choice = choices[journey.consent];
  if (journey.consent !== 'unasked') jar.cookies.set(consentCookie, writeChoice(choice));
  const beacons: number[] = [];
  let clientId = '';
  let here = '';

  /** Names that end in .localhost are not resolved by every system, so the address is said beside the name. */
  function ask(method: 'GET' | 'POST', path: string, body?: Json): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          agent: false,
          headers: {
            host: new URL(home).host,
            'user-agent': agent,
            'accept-language': shop.locale,
            cookie: [...jar.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            ...(here ? { referer: here } : {}),
            ...(body ? { 'content-type': 'application/json', accept: 'application/json' } : {}),
          },
        },
        (incoming) => {
          const pieces: Buffer[] = [];
          incoming.on('data', (piece: Buffer) => pieces.push(piece));
          incoming.on('error', reject);
          incoming.on('end', () => {
            for (const cookie of incoming.headers['set-cookie'] ?? []) setCookie(jar, cookie);
            resolve({
              status: incoming.statusCode ?? 0,
              location: incoming.headers.location,
              body: Buffer.concat(pieces).toString('utf8'),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body ? JSON.stringify(body) : undefined);
    });
  }

  async function post(path: string, body: Json): Promise<Json> {
    const answer = await ask('POST', path, body);
    if (answer.status >= 400)
      throw new Error(`${path} answered ${answer.status}: ${answer.body.slice(0, 200)}`);
    const value: Json = JSON.parse(answer.body);
    return value;
  }

  interface Seen {
    name: string;
    data: Json;
  }

  /** Opens a page; `act` is what the visitor does there and answers what the page tells pixels about it. */
  async function open(path: string, act: () => Promise<Seen[]> = async () => []): Promise<void> {
    const referrer = here;
    let answer = await ask('GET', path);
    for (let hop = 0; answer.location && hop < 5; hop += 1) {
      const next = new URL(answer.location, home);
      path = next.pathname + next.search;
      answer = await ask('GET', path);
    }
    here = home + path;
    const found = /<script id="web-pixels-page" type="application\/json">(.*?)<\/script>/s.exec(
      answer.body,
    )?.[1];
    if (!found) throw new Error(`${path} is not a page with pixels (${answer.status}).`);
    const page: PageData = JSON.parse(found);
    clientId = page.clientId;
    const consent = consentOf(page.region, choice, false);
    const [config] = page.pixels;
    const runs = extension && config && mayRun(config.purposes, consent) && config.dataSharing !== 'PAUSED';
    const worker = runs
      ? openWorker(extension.bundle, config, jar, initOf(page, config, consent, contextOf(referrer)), ip)
      : undefined;
    let seq = 0;
    const tell = ({ name, data }: Seen) => {
      if (!worker || !config) return;
      worker.hear({
        id: `sh-${randomUUID()}`,
        clientId: page.clientId,
        name,
        seq: (seq += 1),
        timestamp: world.clock.now().toISOString(),
        type: 'standard',
        context: contextOf(referrer),
        data: redacted(data, config.approvals),
      });
    };
    page.events.forEach(tell);
    for (const event of await act()) tell(event);
    if (worker) beacons.push(...(await worker.settle()));
  }

  function contextOf(referrer: string): Json {
    const { hash, host, hostname, href, origin, pathname, port: at, protocol, search } = new URL(here);
    return {
      document: {
        location: { hash, host, hostname, href, origin, pathname, port: at, protocol, search },
        referrer,
      },
      navigator: { language: shop.locale, userAgent: agent },
    };
  }

  const wanted =
    shop.products.filter((product) => !product.giftCard)[journey.product ?? 0] ?? shop.products[0];
  const variant = wanted?.variants[0];
  if (!wanted || !variant) throw new Error(`${shop.name} sells nothing.`);
  const link = journey.ad
    ? adLinks(world, shop, wanted.handle).find(({ way }) => way === 'direct')
    : undefined;
  const entry = link ? new URL(link.href) : new URL(`${home}/products/${wanted.handle}`);
  const result = (order?: SandboxOrder): Walked => ({ clientId, ttclid: link?.ttclid, order, beacons });

  await open(entry.pathname + entry.search, async () => {
    if (journey.until === 'product') return [];
    const added = await post('/cart/add.js', { id: variant.id, quantity: 1 });
    return addedLines(added).map((cartLine) => ({ name: 'product_added_to_cart', data: { cartLine } }));
  });
  if (journey.until === 'product' || journey.until === 'cart') return result();

  let checkoutPath = '';
  let next = '';
  await open('/checkout', async () => {
    checkoutPath = new URL(here).pathname;
    if (journey.until === 'checkout') return [];
    const buyer = journey.buyer ?? {
      email: `buyer-${world.random.hex(6)}@example.com`,
      firstName: 'Sandbox',
      lastName: 'Buyer',
    };
    const told: Seen[] = [];
    const step = async (name: string, fields: Json, names: string[]) => {
      const answer = await post(`${checkoutPath}/${name}`, fields);
      for (const event of names) told.push({ name: event, data: { checkout: answer.checkout } });
      return String(answer.next);
    };
    const after = await step(
      'contact',
      { ...buyer, address1: '1 Sample Street', city: shop.city, zip: shop.zip },
      ['checkout_contact_info_submitted', 'checkout_address_info_submitted'],
    );
    if (after === 'shipping')
      await step('shipping', { method: 'standard' }, ['checkout_shipping_info_submitted']);
    await step('payment', { payment: 'card' }, ['payment_info_submitted']);
    return told;
  });
  if (journey.until === 'checkout') return result();
  next = String((await post(`${checkoutPath}/pay`, {})).next);
  await open(next);
  const token = checkoutPath.split('/')[3];
  return result(shop.orders.find((order) => order.cartToken === token));
}

function initOf(page: PageData, config: PixelConfig, consent: Consent, context: Json): Json {
  return {
    context,
    data: redacted(page.init, config.approvals),
    customerPrivacy: {
      analyticsProcessingAllowed: consent.analytics,
      marketingAllowed: consent.marketing,
      preferencesProcessingAllowed: consent.preferences,
      saleOfDataAllowed: consent.saleOfData,
    },
  };
}

/** The cart API counts in hundredths; pixels are told amounts. */
function addedLines(answer: Json): Json[] {
  const items: unknown[] = Array.isArray(answer.items_added) ? answer.items_added : [];
  return items.map((item) => {
    const line: Json = { ...Object(item) };
    const currencyCode = answer.currency;
    const unit = Number(line.price);
    const quantity = Number(line.quantity);
    return {
      cost: { totalAmount: { amount: Math.round(unit * quantity) / 100, currencyCode } },
      merchandise: {
        id: String(line.variant_id),
        price: { amount: unit / 100, currencyCode },
        product: {
          id: String(line.product_id),
          title: line.product_title,
          type: line.product_type,
          url: line.url,
          vendor: line.vendor,
        },
        sku: line.sku,
        title: line.variant_title,
      },
      quantity,
    };
  });
}
