/** The key that encrypts what is stored: checked at start, replaced while Tock runs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring, type Keyring } from '../../../app/base/crypto.ts';
import { createLog } from '../../../app/base/log.ts';
import { rotateKeys, WrongKeyError } from '../../../app/store/keys.ts';
import { bindingOf, sealedColumns, type SealedField } from '../../../app/store/sealed.ts';
import { openStore, type Store } from '../../../app/store/store.ts';
import { manualClock } from '../../support/clock.ts';
import { shopProfile, testKeys, testStore, type TestStore } from '../../support/database.ts';

let opened: TestStore;
beforeAll(async () => {
  opened = await testStore({ keys: testKeys.first });
});
afterAll(() => opened.close());

function reopen(keyring: Keyring): Promise<Store> {
  return openStore({
    databaseUrl: opened.url,
    dataDir: '.data',
    clock: manualClock(),
    log: createLog({ level: 'silent' }),
    keyring,
  });
}

describe('the check at start', () => {
  it.each([
    ['another key', testKeys.second],
    [
      'other bytes under the same id',
      testKeys.first.replace(/:.*/, `:${Buffer.alloc(32, 8).toString('base64')}`),
    ],
  ])('stops a start with %s', async (_name, spec) => {
    const start = reopen(createKeyring(spec));
    await expect(start).rejects.toThrow(WrongKeyError);
    await expect(start).rejects.toThrow(/does not hold the key "first" .*set it again/);
  });

  it('lets a start through that has the key anywhere', async () => {
    await (await reopen(createKeyring(`${testKeys.second},${testKeys.first}`))).close();
  });
});

describe('a shop', () => {
  it('cannot read a token that was copied from another shop, and another shop’s pixel does not exist for it', async () => {
    const { store } = opened;
    const [one, two] = [
      await store.installs.install(shopProfile({ id: '1', domain: 'one.myshopify.com' })),
      await store.installs.install(shopProfile({ id: '2', domain: 'two.myshopify.com' })),
    ];
    const added = await store
      .shop(one.id)
      .pixels.add({ code: 'CONE', name: 'One', token: 'token-of-one' }, 'staff');
    const other = await store
      .shop(two.id)
      .pixels.add({ code: 'CTWO', name: 'Two', token: 'token-of-two' }, 'staff');
    if (!added.ok || !other.ok) throw new Error('The pixels were there already.');

    const { pixels } = store.shop(two.id);
    expect(await pixels.get(added.pixel.id)).toBeNull();
    expect(await pixels.token(added.pixel.id)).toBeNull();
    expect(await pixels.change(added.pixel.id, { name: 'stolen' }, 'thief')).toBeNull();
    expect(await pixels.remove(added.pixel.id, 'thief')).toBe(false);

    await store.database.run(
      `UPDATE pixels SET token_sealed = (SELECT token_sealed FROM pixels WHERE id = $1) WHERE id = $2`,
      [added.pixel.id, other.pixel.id],
    );
    await expect(pixels.token(other.pixel.id)).rejects.toThrow(/does not open/);
    expect(await store.shop(one.id).pixels.token(added.pixel.id)).toBe('token-of-one');
    await pixels.change(other.pixel.id, { token: 'token-of-two' }, 'staff');
  });
});

describe('rotation', () => {
  const rows = 1_234;

  async function fill(keyring: Keyring): Promise<void> {
    const { database } = opened.store;
    const seal = (field: SealedField, text: string): Buffer => keyring.seal(text, bindingOf(field, '1'));
    await database.run(
      `INSERT INTO visitor_contexts (shop_id, context_key, client_key, first_seen_at, last_seen_at, consent, sealed)
       SELECT 1, int4send(n), '\\x01', $1, $1, 15, $2 FROM generate_series(1, $3::int) n`,
      [opened.clock.now(), seal('visitor_contexts.sealed', 'context'), rows],
    );
    await database.run(
      `INSERT INTO order_revisions (shop_id, order_id, revision, cause, received_at, facts, match_sealed)
       SELECT 1, n, 1, 'orders/create', $1, '{}', CASE WHEN n % 2 = 0 THEN $2::bytea END FROM generate_series(1, 40) n`,
      [opened.clock.now(), seal('order_revisions.match_sealed', 'match')],
    );
    await database.run(
      `INSERT INTO page_events (shop_id, event_id, occurred_at, received_at, event, facts, context_key, own_sealed)
       SELECT 1, 'e' || n, $1::timestamptz - n * interval '1 day', $1, 'page_viewed', '{}', '\\x01', $2
         FROM generate_series(1, 20) n`,
      [opened.clock.now(), seal('page_events.own_sealed', 'own')],
    );
    await opened.store.installs.saveSession({
      id: 'offline_one.myshopify.com',
      shopDomain: 'one.myshopify.com',
      isOnline: false,
      userId: null,
      expiresAt: null,
      refreshExpires: null,
      secret: 'session',
    });
  }

  async function sealedWith(): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const { table, column } of sealedColumns) {
      const values = await opened.store.database.rows<{ sealed: Buffer }>(
        `SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
      );
      for (const { sealed } of values) {
        const id = opened.keyring.keyIdOf(sealed) ?? 'none';
        found[id] = (found[id] ?? 0) + 1;
      }
    }
    return found;
  }

  it('goes on where it was stopped, and afterwards needs the new key only', async () => {
    await fill(opened.keyring);
    const before = await sealedWith();
    const shopKey = await opened.store.shop('1').key();
    expect(Object.keys(before)).toEqual(['first']);

    const both = createKeyring(`${testKeys.second},${testKeys.first}`);
    const { database } = opened.store;
    let allowed = 1_100;
    const stopping: Keyring = {
      ...both,
      open(sealed, bind) {
        allowed -= 1;
        if (allowed < 0) throw new Error('stopped');
        return both.open(sealed, bind);
      },
    };
    await expect(rotateKeys(database, stopping)).rejects.toThrow('stopped');
    const halfway = await sealedWith();
    expect(halfway['second']).toBeGreaterThan(900);
    expect(halfway['first']).toBeGreaterThan(0);
    // The old key is still needed, and the check value says so.
    await expect(reopen(createKeyring(testKeys.second))).rejects.toThrow(WrongKeyError);

    const done = await rotateKeys(database, both);
    expect(done.retired).toEqual(['first']);
    const after = await sealedWith();
    expect(after).toEqual({ second: before['first'] });
    expect((await rotateKeys(database, both)).resealed).toBe(0);

    const store = await reopen(createKeyring(testKeys.second));
    try {
      expect((await store.installs.loadSession('offline_one.myshopify.com'))?.secret).toBe('session');
      const [pixel] = await store.shop('1').pixels.list();
      expect(await store.shop('1').pixels.token(pixel?.id ?? '')).toBe('token-of-one');
      expect(await store.shop('1').key()).toEqual(shopKey);
      const [context] = await store.database.rows<{ sealed: Buffer }>(
        `SELECT sealed FROM visitor_contexts WHERE context_key = int4send($1::int)`,
        [rows],
      );
      const open = createKeyring(testKeys.second).openText(
        context?.sealed ?? Buffer.alloc(0),
        bindingOf('visitor_contexts.sealed', '1'),
      );
      expect(open).toBe('context');
    } finally {
      await store.close();
    }
  });

  it('knows every sealed column that the schema has', async () => {
    const columns = await opened.store.database.rows<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name ~ '(^|_)sealed$' ORDER BY 1`,
    );
    const known = [
      ...sealedColumns.map(({ table, column }) => `${table}.${column}`),
      'installation.check_sealed',
    ];
    expect(columns.map(({ name }) => name)).toEqual(known.sort());
  });
});
