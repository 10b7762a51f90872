/** Shops and their sessions as the store keeps them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createErasure } from '../../../app/store/erasure.ts';
import { shopProfile, testStore, type TestStore } from '../../support/database.ts';

let opened: TestStore;
beforeAll(async () => {
  opened = await testStore();
});
afterAll(() => opened.close());

describe('installing', () => {
  it('gives a shop a public key and a search key that stay when it is installed again', async () => {
    const { installs } = opened.store;
    const first = await installs.install(shopProfile());
    const key = await opened.store.shop(first.id).key();
    expect(first.publicKey).toMatch(/^[\w-]{22}$/);
    expect(key).toHaveLength(32);

    opened.clock.advance(60_000);
    const uninstalledAt = opened.clock.now();
    expect(await installs.markUninstalled(first.domain, uninstalledAt)).toBe(true);
    expect((await installs.shopById(first.id))?.uninstalledAt).toEqual(uninstalledAt);

    opened.clock.advance(60_000);
    const again = await installs.install(shopProfile({ name: 'Birch' }));
    expect(again).toMatchObject({ name: 'Birch', publicKey: first.publicKey, uninstalledAt: null });
    expect(again.installedAt).toEqual(opened.clock.now());
    expect(await installs.shopByPublicKey(first.publicKey)).toEqual(again);
  });

  it('gives a shop that was erased and comes back new keys, also in a process that knew the old ones', async () => {
    const { store, clock } = opened;
    const profile = shopProfile({ id: '78', domain: 'phoenix.myshopify.com' });
    await store.installs.install(profile);
    const before = await store.shop('78').key();
    clock.advance(60_000);
    await store.installs.markUninstalled(profile.domain, clock.now());
    expect(await createErasure(store.database).eraseShop('78')).toBe(true);
    clock.advance(60_000);
    await store.installs.install(profile);
    expect((await store.shop('78').key()).equals(before)).toBe(false);
  });

  it('is not undone by an uninstall that happened before it', async () => {
    const { installs } = opened.store;
    const shop = await installs.install(shopProfile({ id: '77', domain: 'late.myshopify.com' }));
    const before = new Date(opened.clock.now().getTime() - 1);
    expect(await installs.markUninstalled(shop.domain, before)).toBe(false);
    expect((await installs.shopByDomain(shop.domain))?.uninstalledAt).toBeNull();
  });

  it('does not move its beginning when it is only repeated', async () => {
    const { installs } = opened.store;
    const shop = await installs.install(shopProfile({ id: '78', domain: 'again.myshopify.com' }));
    opened.clock.advance(5_000);
    expect(
      (await installs.install(shopProfile({ id: '78', domain: 'again.myshopify.com' }))).installedAt,
    ).toEqual(shop.installedAt);
  });

  it('makes one shop of requests that install it at the same time', async () => {
    const { installs } = opened.store;
    const profile = shopProfile({ id: '79', domain: 'together.myshopify.com' });
    const shops = await Promise.all(Array.from({ length: 8 }, () => installs.install(profile)));
    expect(new Set(shops.map(({ publicKey }) => publicKey)).size).toBe(1);
  });

  it('hands a domain over to the new shop that Shopify gave it to', async () => {
    const { installs } = opened.store;
    await installs.install(shopProfile({ id: '81', domain: 'handed.myshopify.com' }));
    await installs.install(shopProfile({ id: '82', domain: 'handed.myshopify.com' }));
    expect((await installs.shopByDomain('handed.myshopify.com'))?.id).toBe('82');
    expect((await installs.shopById('81'))?.uninstalledAt).toEqual(opened.clock.now());
  });

  it('finds nothing for words that are no id', async () => {
    for (const id of ['', 'x', '-1', '1.5', '99999999999999999999', "1' OR '1'='1"]) {
      expect(await opened.store.installs.shopById(id)).toBeNull();
    }
  });
});

describe('sessions', () => {
  const session = {
    id: 'offline_birch.myshopify.com',
    shopDomain: 'birch.myshopify.com',
    isOnline: false,
    userId: null,
    expiresAt: new Date('2026-11-20T13:00:00.000Z'),
    refreshExpires: new Date('2027-02-18T12:00:00.000Z'),
    secret: '{"accessToken":"shpat_0123456789","refreshToken":"shprt_9876543210"}',
  };

  it('come back as they were saved, and lie in the database only sealed', async () => {
    const { installs, database } = opened.store;
    await installs.saveSession(session);
    await installs.saveSession({ ...session, expiresAt: null });
    expect(await installs.loadSession(session.id)).toEqual({ ...session, expiresAt: null });
    const rows = await database.rows<Record<string, unknown>>('SELECT * FROM sessions');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows.map((row) => ({ ...row, sealed: String(row['sealed']) })))).not.toMatch(
      /shp[ar]t_/,
    );
  });

  it('do not open when they are copied to another shop', async () => {
    const { installs, database } = opened.store;
    await installs.saveSession({ ...session, id: 'copied', shopDomain: 'birch.myshopify.com' });
    await database.run(`UPDATE sessions SET shop_domain = 'thief.myshopify.com' WHERE id = 'copied'`);
    await expect(installs.loadSession('copied')).rejects.toThrow(/does not open/);
    await installs.deleteSessions(['copied']);
  });

  it('tell which shops must renew their tokens, without uninstalled ones', async () => {
    const { installs } = opened.store;
    for (const [id, domain] of [
      ['91', 'soon.myshopify.com'],
      ['92', 'gone.myshopify.com'],
    ] as const) {
      await installs.install(shopProfile({ id, domain }));
      await installs.saveSession({
        ...session,
        id: `offline_${domain}`,
        shopDomain: domain,
        refreshExpires: new Date('2026-12-01T00:00:00.000Z'),
      });
    }
    await installs.markUninstalled('gone.myshopify.com', opened.clock.now());
    expect(await installs.domainsToRenew(new Date('2026-12-02T00:00:00.000Z'))).toEqual([
      'soon.myshopify.com',
    ]);
  });

  it('are worked on by one at a time for each shop', async () => {
    const { installs } = opened.store;
    const order: string[] = [];
    let begun: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const first = installs.withShopLock('birch.myshopify.com', async () => {
      order.push('first begins');
      begun();
      await gate;
      order.push('first ends');
    });
    await started;
    const second = installs.withShopLock('birch.myshopify.com', async () => void order.push('second'));
    await installs.withShopLock('other.myshopify.com', async () => void order.push('another shop'));
    finish();
    await Promise.all([first, second]);
    expect(order).toEqual(['first begins', 'another shop', 'first ends', 'second']);
  });
});
