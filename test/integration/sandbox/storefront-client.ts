/** A shopper without a browser: keeps cookies, follows redirects, reads what a page tells the pixel manager. */

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import type { PageData } from '../../../sandbox/pixel-manager/page-data.ts';
import type { SandboxShop } from '../../../sandbox/world.ts';
import { manualClock } from '../../support/clock.ts';

export interface Webhook {
  topic: string;
  payload: Record<string, unknown>;
}

export interface OpenedSandbox extends Sandbox {
  /** What would be sent to the app. */
  webhooks: Webhook[];
}

export async function openStorefronts(): Promise<OpenedSandbox> {
  const sandbox = await startSandbox({
    port: 0,
    appUrl: 'http://127.0.0.1:1',
    apiKey: 'key',
    apiSecret: 'secret',
    seed: 11,
    clock: manualClock(new Date('2026-11-20T15:00:00Z')),
  });
  const webhooks: Webhook[] = [];
  sandbox.world.ports.emitTopic = (topic, _shop, payload) => webhooks.push({ topic, payload });
  return { ...sandbox, webhooks };
}

export function requireShop(sandbox: Sandbox, handle = 'northwind'): SandboxShop {
  const shop = sandbox.world.shops.get(handle);
  if (!shop) throw new Error(`No shop ${handle}`);
  return shop;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Where it came from in the end. */
  url: URL;
}

export interface Shopper {
  cookies: Map<string, string>;
  get(address: string, headers?: Record<string, string>): Promise<Answer>;
  /** Without following where it leads. */
  look(address: string, headers?: Record<string, string>): Promise<Answer>;
  post(address: string, body: unknown): Promise<Answer>;
  form(address: string, fields: Record<string, string>): Promise<Answer>;
}

/** Names that end in .localhost are not resolved by every system, so the address is said beside the name. */
export function shopper(sandbox: Sandbox, origin: string): Shopper {
  /** By host, as browsers keep them. */
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (host: string) => {
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    return jar;
  };
  let referrer = '';

  function ask(method: string, url: URL, headers: Record<string, string>, body?: string): Promise<Answer> {
    const cookies = jarOf(url.host);
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port: new URL(sandbox.url).port,
          agent: false,
          method,
          path: url.pathname + url.search,
          headers: {
            host: url.host,
            'user-agent': 'Mozilla/5.0 (iPhone) Shopper/1.0',
            'accept-language': 'en-US',
            cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
            ...(referrer ? { referer: referrer } : {}),
            ...headers,
          },
        },
        (incoming) => {
          for (const cookie of incoming.headers['set-cookie'] ?? []) {
            const [pair = ''] = cookie.split(';');
            const at = pair.indexOf('=');
            if (/max-age=0/i.test(cookie)) cookies.delete(pair.slice(0, at));
            else cookies.set(pair.slice(0, at), pair.slice(at + 1));
          }
          const pieces: Buffer[] = [];
          incoming.on('data', (piece: Buffer) => pieces.push(piece));
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: Buffer.concat(pieces).toString(),
              url,
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  async function follow(first: Answer): Promise<Answer> {
    let answer = first;
    for (let hop = 0; answer.headers.location !== undefined && hop < 6; hop += 1) {
      answer = await ask('GET', new URL(answer.headers.location, answer.url), {});
    }
    referrer = answer.url.href;
    return answer;
  }

  return {
    cookies: jarOf(new URL(origin).host),
    look: (address, headers = {}) => ask('GET', new URL(address, origin), headers),
    get: async (address, headers = {}) => follow(await ask('GET', new URL(address, origin), headers)),
    post: (address, body) =>
      ask(
        'POST',
        new URL(address, origin),
        { 'content-type': 'application/json', accept: 'application/json' },
        JSON.stringify(body),
      ),
    form: async (address, fields) =>
      follow(
        await ask(
          'POST',
          new URL(address, origin),
          { 'content-type': 'application/x-www-form-urlencoded' },
          new URLSearchParams(fields).toString(),
        ),
      ),
  };
}

export function pageData(answer: Answer): PageData {
  const text = /<script id="web-pixels-page" type="application\/json">(.*?)<\/script>/s.exec(
    answer.body,
  )?.[1];
  if (text === undefined) throw new Error(`${answer.url.href} has no page data (${answer.status})`);
  const data: PageData = JSON.parse(text);
  return data;
}

export function jsonOf(answer: Answer): Record<string, unknown> {
  const value: Record<string, unknown> = JSON.parse(answer.body);
  return value;
}

/** From the cart (or what was bought at once) to the page after payment. */
export async function checkOut(
  buyer: Shopper,
  start: Answer,
  details: Record<string, string> = {},
): Promise<Answer> {
  const path = start.url.pathname;
  await buyer.post(`${path}/contact`, {
    email: 'Jamie.Example@example.com',
    firstName: 'Jamie',
    lastName: 'Example',
    address1: '42 Example Avenue',
    zip: '10004',
    city: 'New York',
    countryCode: 'US',
    ...details,
  });
  await buyer.post(`${path}/shipping`, { method: 'standard' });
  await buyer.post(`${path}/payment`, { payment: details.payment ?? 'card', tip: details.tip ?? '0' });
  const paid = await buyer.post(`${path}/pay`, {});
  if (paid.status !== 200) throw new Error(paid.body);
  return buyer.get(String(jsonOf(paid).next));
}
