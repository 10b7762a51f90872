/** Offline tokens: renewed once however many ask, kept alive by the daily job, and honest when Shopify refuses. */
import { Session } from '@shopify/shopify-api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Fetch } from '../../../app/shopify/outbound.ts';
import { createSessionKeeper, offlineSessionId } from '../../../app/shopify/sessions.ts';
import { createTokens, type Tokens } from '../../../app/shopify/tokens.ts';
import { shopProfile, testStore, type TestStore } from '../../support/database.ts';

const DAY = 86_400_000;
const { domain } = shopProfile();

let opened: TestStore;
let asked: string[];
let shopify: (refreshToken: string) => Response | Promise<Response>;

beforeEach(async () => {
  opened = await testStore();
  asked = [];
  shopify = (refreshToken) =>
    Response.json({
      access_token: `access-after-${refreshToken}`,
      scope: 'read_orders',
      expires_in: 3600,
      refresh_token: `${refreshToken}+`,
      refresh_token_expires_in: 90 * 86_400,
    });
  await opened.store.installs.install(shopProfile());
});
afterEach(() => opened.close());

/** As one process has it. */
function tokens(): Tokens {
  const { store, clock, log } = opened;
  const fetch: Fetch = async (url, init) => {
    const { refresh_token: given }: { refresh_token: string } = JSON.parse(String(init?.body));
    asked.push(`${String(url)} ${given}`);
    return shopify(given);
  };
  return createTokens({
    installs: store.installs,
    sessions: createSessionKeeper(store.installs),
    fetch,
    clock,
    log,
    apiKey: 'key',
    apiSecret: 'secret',
  });
}

async function givenSession(expiresInMs: number, refreshInMs = 90 * DAY, shop = domain): Promise<void> {
  const now = opened.clock.now().getTime();
  await createSessionKeeper(opened.store.installs).storeSession(
    new Session({
      id: offlineSessionId(shop),
      shop,
      state: '',
      isOnline: false,
      accessToken: 'access-0',
      scope: 'read_orders',
      expires: new Date(now + expiresInMs),
      refreshToken: 'r0',
      refreshTokenExpires: new Date(now + refreshInMs),
    }),
  );
}

test('a token that is still good is used as it is', async () => {
  await givenSession(3_600_000);
  expect(await tokens().accessToken(domain)).toEqual({ ok: true, token: 'access-0' });
  expect(asked).toEqual([]);
});

test('thirty calls in two processes renew an ending token once', async () => {
  await givenSession(60_000);
  const processes = [tokens(), tokens()];
  const answers = await Promise.all(
    processes.flatMap((process) => Array.from({ length: 15 }, () => process.accessToken(domain))),
  );
  expect(asked).toEqual([`https://${domain}/admin/oauth/access_token r0`]);
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set([JSON.stringify({ ok: true, token: 'access-after-r0' })]),
  );
});

test('more shops at once than there are database connections are all renewed', async () => {
  const domains = Array.from({ length: 25 }, (_, at) => `shop-${at}.myshopify.com`);
  for (const [at, one] of domains.entries()) {
    await opened.store.installs.install(shopProfile({ id: `${6_000_000 + at}`, domain: one }));
    await givenSession(60_000, 90 * DAY, one);
  }
  const process = tokens();
  const answers = await Promise.all(domains.map((one) => process.accessToken(one)));
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(asked).toHaveLength(domains.length);
});

test('a refusal asks the store to reconnect, with the time of the first one; a new token ends that', async () => {
  await givenSession(60_000);
  shopify = () => Response.json({ error: 'invalid_request' }, { status: 401 });
  const since = opened.clock.now();
  expect(await tokens().accessToken(domain)).toEqual({ ok: false, problem: 'reconnect' });
  opened.clock.advance(DAY);
  await opened.store.installs.setReconnectSince(domain, opened.clock.now());
  expect((await opened.store.installs.shopByDomain(domain))?.reconnectSince).toEqual(since);

  await givenSession(3_600_000);
  expect((await opened.store.installs.shopByDomain(domain))?.reconnectSince).toBeNull();
});

test('a refusal ends the sessions of staff too, so that the next page they open brings new tokens', async () => {
  await givenSession(60_000);
  const keeper = createSessionKeeper(opened.store.installs);
  const online = { shop: domain, state: '', isOnline: true, accessToken: 'of staff', scope: '' };
  await keeper.storeSession(new Session({ id: `${domain}_7`, ...online }));
  shopify = () => Response.json({ error: 'invalid_request' }, { status: 401 });
  expect(await tokens().accessToken(domain)).toEqual({ ok: false, problem: 'reconnect' });
  expect(await keeper.findSessionsByShop(domain)).toEqual([]);
});

test('a refusal that somebody overtook by opening the app changes nothing', async () => {
  await givenSession(60_000);
  const keeper = createSessionKeeper(opened.store.installs);
  shopify = async () => {
    const session = await keeper.loadSession(offlineSessionId(domain));
    await keeper.storeSession(
      new Session({ ...session?.toObject(), ...opening, accessToken: 'access-new', refreshToken: 'new' }),
    );
    return Response.json({ error: 'invalid_request' }, { status: 401 });
  };
  const opening = { id: offlineSessionId(domain), shop: domain, state: '', isOnline: false };
  expect(await tokens().accessToken(domain)).toEqual({ ok: true, token: 'access-new' });
  expect((await opened.store.installs.shopByDomain(domain))?.reconnectSince).toBeNull();
});

test.each([
  ['502', () => new Response('<html>', { status: 502 })],
  ['429', () => new Response('', { status: 429 })],
  ['no answer at all', () => Promise.reject(new Error('ECONNRESET'))],
])('%s is no refusal: the token and the connection stay', async (_name, answer) => {
  await givenSession(60_000);
  shopify = answer;
  expect(await tokens().accessToken(domain)).toEqual({ ok: false, problem: 'unreachable' });
  expect((await opened.store.installs.shopByDomain(domain))?.reconnectSince).toBeNull();
  shopify = () =>
    Response.json({
      access_token: 'a',
      scope: '',
      expires_in: 1,
      refresh_token: 'r',
      refresh_token_expires_in: 9,
    });
  expect(await tokens().accessToken(domain)).toMatchObject({ ok: true });
});

test('the daily job renews what ages out within 30 days, and only that', async () => {
  await givenSession(60_000, 31 * DAY);
  expect(await tokens().renewAgeing()).toEqual({ renewed: 0, refused: [], unreachable: [] });
  opened.clock.advance(2 * DAY);
  expect(await tokens().renewAgeing()).toEqual({ renewed: 1, refused: [], unreachable: [] });
  const session = await createSessionKeeper(opened.store.installs).loadSession(offlineSessionId(domain));
  expect(session).toMatchObject({ accessToken: 'access-after-r0', refreshToken: 'r0+' });
  expect(await tokens().renewAgeing()).toEqual({ renewed: 0, refused: [], unreachable: [] });
  expect(asked).toHaveLength(1);
});

test('a shop that uninstalled is left alone', async () => {
  await givenSession(60_000, DAY);
  await opened.store.installs.markUninstalled(domain, opened.clock.now());
  expect(await tokens().renewAgeing()).toEqual({ renewed: 0, refused: [], unreachable: [] });
});

test('a token refused in a call is forgotten, unless somebody renewed it meanwhile', async () => {
  await givenSession(3_600_000);
  await tokens().refused(domain, 'an-older-token');
  expect(await tokens().accessToken(domain)).toEqual({ ok: true, token: 'access-0' });
  await tokens().refused(domain, 'access-0');
  expect(await tokens().accessToken(domain)).toEqual({ ok: false, problem: 'not_connected' });
  expect((await opened.store.installs.shopByDomain(domain))?.reconnectSince).not.toBeNull();
});

test('a store that gave more access gets a token that carries it, and only one that does not carry it is renewed', async () => {
  await givenSession(3_600_000);
  let asked = 0;
  shopify = () => {
    asked += 1;
    return Response.json({
      access_token: 'wider',
      scope: 'read_orders,read_customers',
      expires_in: 3_600,
      refresh_token: 'next',
      refresh_token_expires_in: 90 * 86_400,
    });
  };
  expect(await tokens().widen(domain, ['read_customers'])).toEqual({ ok: true, token: 'wider' });
  expect(await tokens().widen(domain, ['read_customers'])).toEqual({ ok: true, token: 'wider' });
  expect(asked).toBe(1);
});
