/** The whole app on a database of its own, beside the sandbox's Shopify: what the server's tests speak to. */
import { createHmac } from 'node:crypto';

import { createLog } from '../../../app/base/log.ts';
import { readConfig, type Config } from '../../../app/config.ts';
import { openHouse, type House } from '../../../app/house.ts';
import { serve } from '../../../app/server.ts';
import { startSandbox, type Sandbox } from '../../../sandbox/main.ts';
import { mintSessionToken } from '../../../sandbox/admin/session-token.ts';
import { installApp } from '../../../sandbox/admin/installation.ts';
import type { SandboxShop } from '../../../sandbox/world.ts';
import { manualClock, type ManualClock } from '../../support/clock.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';

export interface OpenApp {
  readonly url: string;
  readonly house: House;
  readonly sandbox: Sandbox;
  readonly clock: ManualClock;
  readonly log: string[];
  /** A page as the admin's iframe asks for it: with a session token in the address. */
  page(path: string, who?: Who): Promise<Response>;
  /** A loader or action as App Bridge sends it: with the token in the header. */
  fetchAs(path: string, init?: RequestInit, who?: Who): Promise<Response>;
  webhook(path: string, topic: string, body: unknown, change?: WebhookChange): Promise<Response>;
  token(who?: Who): string;
  shop(handle?: string): SandboxShop;
  close(): Promise<void>;
}

export interface Who {
  readonly shop?: string;
  /** Place in the shop's staff; the owner is first. */
  readonly staff?: number;
  /** Seconds; negative for a token that has ended. */
  readonly lifetime?: number;
  readonly secret?: string;
}

export interface WebhookChange {
  readonly domain?: string;
  readonly secret?: string;
  readonly headers?: Record<string, string | null>;
  readonly rawBody?: string | Buffer;
}

const BROWSER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36';
const SECRET = 'tock-sandbox-secret';
const APP_URL = 'https://tock.example';

export interface Beside {
  /** A new one of the test run unless given; who gives one drops it. */
  readonly database?: TestDatabase;
  /** The sandbox lives in this time too; without it its time runs on by itself. */
  readonly clock?: ManualClock;
}

export async function openApp(change: Partial<Config> = {}, beside: Beside = {}): Promise<OpenApp> {
  const database = beside.database ?? (await testDatabase());
  const clock = beside.clock ?? manualClock(new Date());
  const sandbox = await startSandbox({
    ...(beside.clock === undefined ? {} : { clock }),
    port: 0,
    appUrl: APP_URL,
    apiKey: 'tock-sandbox-key',
    apiSecret: SECRET,
    seed: 1,
  });
  const lines: string[] = [];
  const config: Config = {
    ...readConfig({
      NODE_ENV: 'test',
      SANDBOX_URL: sandbox.url,
      DATABASE_URL: database.url,
      SHOPIFY_APP_URL: APP_URL,
      PORT: '0',
    }),
    ...change,
  };
  const log = createLog({ level: 'debug', write: (line) => void lines.push(line), clock });
  const house = await openHouse(config, { clock, log });
  const running = await serve(house);
  const url = `http://127.0.0.1:${running.port}`;
  sandbox.world.app.url = url;
  for (const shop of sandbox.world.shops.values())
    if (!shop.install.installed) installApp(sandbox.world, shop);

  const shop = (handle = 'northwind'): SandboxShop => {
    const found = sandbox.world.shops.get(handle);
    if (!found) throw new Error(`The sandbox has no shop ${handle}.`);
    return found;
  };
  const token = ({ shop: handle, staff = 0, lifetime = 60, secret = SECRET }: Who = {}): string => {
    const { domain, staff: people } = shop(handle);
    const user = people[staff];
    if (!user) throw new Error(`${domain} has no staff member ${staff}.`);
    return mintSessionToken({
      domain,
      apiKey: 'tock-sandbox-key',
      secret,
      userId: user.id,
      sid: 'test-session',
      jti: `${Math.random()}`,
      lifetime,
    });
  };

  return {
    url,
    house,
    sandbox,
    clock,
    log: lines,
    token,
    shop,
    page(path, who) {
      const address = new URL(path, url);
      const { domain, handle } = shop(who?.shop);
      address.searchParams.set('shop', domain);
      address.searchParams.set('host', Buffer.from(`admin.shopify.com/store/${handle}`).toString('base64'));
      address.searchParams.set('embedded', '1');
      address.searchParams.set('id_token', token(who));
      return fetch(address, { redirect: 'manual', headers: { 'user-agent': BROWSER } });
    },
    fetchAs(path, init = {}, who = {}) {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${token(who)}`);
      headers.set('user-agent', BROWSER);
      return fetch(new URL(path, url), { redirect: 'manual', ...init, headers });
    },
    webhook(path, topic, body, { domain, secret = SECRET, headers = {}, rawBody } = {}) {
      const raw = rawBody ?? JSON.stringify(body);
      const all: Record<string, string | null> = {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(raw).digest('base64'),
        'x-shopify-shop-domain': domain ?? shop().domain,
        'x-shopify-api-version': '2026-10',
        'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
        'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
        'x-shopify-triggered-at': clock.now().toISOString(),
        ...headers,
      };
      const sent = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
      return fetch(url + path, {
        method: 'POST',
        headers: Object.fromEntries(sent),
        body: typeof raw === 'string' ? raw : new Uint8Array(raw),
      });
    },
    async close() {
      await running.close();
      await house.close();
      await sandbox.close();
      await database.close();
    },
  };
}
