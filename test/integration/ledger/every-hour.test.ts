/** The hourly work over all shops: one whose Shopify hangs costs the others nothing, and one backfill has one worker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBookkeeping } from '../../../app/bookkeeping.ts';
import type { AdminApi } from '../../../app/shopify/admin.ts';
import { backfillAlone } from '../../../app/store/reconcile.ts';
import { createShopsInForce } from '../../../app/record/shop.ts';
import { shopProfile, testStore, type TestStore } from '../../support/database.ts';

let base: TestStore;
const SHOPS = ['a', 'b', 'c', 'd', 'e'];
beforeAll(async () => {
  base = await testStore();
  for (const [place, name] of SHOPS.entries())
    await base.store.installs.install(
      shopProfile({ id: String(100 + place), domain: `${name}.myshopify.com` }),
    );
  base.clock.advance(3_600_000);
});
afterAll(() => base.close());

test('shops whose Shopify never answers do not hold up the ones after them', async () => {
  const asked: string[] = [];
  const { store, keyring, clock, log } = base;
  let pauses = 0;
  const bookkeeping = createBookkeeping({
    store,
    shops: createShopsInForce({ store }),
    keyring,
    regionOf: () => 'none',
    adminFor: (domain): AdminApi => ({
      domain,
      run() {
        asked.push(domain);
        return 'abc'.includes(domain.charAt(0))
          ? new Promise(() => undefined)
          : Promise.resolve({ ok: false, problem: { kind: 'unreachable' } });
      },
    }),
    keptFrom: () => Promise.resolve({ pages: clock.now(), orders: '2026-01-01' }),
    wake: () => undefined,
    // Patience ends for the first three, which are all that are worked on at a time; the others need none.
    pause(_ms, signal) {
      pauses += 1;
      if (pauses <= 3) return Promise.resolve();
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('not needed')));
      });
    },
    clock,
    log,
  });
  await bookkeeping.everyHour();
  expect(asked).toEqual(expect.arrayContaining(['d.myshopify.com', 'e.myshopify.com']));
  for (const place of [3, 4])
    expect(await bookkeeping.comparison(String(100 + place))).toMatchObject({
      trouble: 'Shopify did not answer',
    });
});

test('a backfill that one process works on is left alone by another, and free again when that one ends', async () => {
  const { database } = base.store;
  let inside: number | null = null;
  const outside = await backfillAlone(database, '100', async () => {
    inside = await backfillAlone(database, '100', () => Promise.resolve(1));
    return backfillAlone(database, '101', () => Promise.resolve(2));
  });
  expect([outside, inside]).toEqual([2, null]);
  await expect(backfillAlone(database, '100', () => Promise.reject(new Error('broke off')))).rejects.toThrow(
    'broke off',
  );
  expect(await backfillAlone(database, '100', () => Promise.resolve(3))).toBe(3);
});
