/** Settings, pixels and the audit entries that tell who changed them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShopStore } from '../../../app/store/store.ts';
import { shopProfile, testStore, type TestStore } from '../../support/database.ts';

let opened: TestStore;
let shop: ShopStore;
let other: ShopStore;
beforeAll(async () => {
  opened = await testStore();
  const { store } = opened;
  shop = store.shop((await store.installs.install(shopProfile())).id);
  other = store.shop(
    (await store.installs.install(shopProfile({ id: '2', domain: 'two.myshopify.com' }))).id,
  );
});
afterAll(() => opened.close());

describe('settings', () => {
  it('are versions that never change, each with its audit entry', async () => {
    expect(await shop.settings.current()).toBeNull();
    expect(await shop.settings.add({ settings: '{"a":1}', expected: 0, actor: 'ana' })).toEqual({
      ok: true,
      version: 1,
    });
    opened.clock.advance(1_000);
    expect(await shop.settings.add({ settings: '{"a":2}', expected: 1, actor: 'ben' })).toEqual({
      ok: true,
      version: 2,
    });
    expect(await shop.settings.current()).toEqual({
      version: 2,
      settings: '{"a":2}',
      actor: 'ben',
      createdAt: opened.clock.now(),
    });
    expect((await shop.settings.version(1))?.settings).toBe('{"a":1}');
    expect(await shop.audit.list({ limit: 10 })).toMatchObject([
      { actor: 'ben', action: 'settings.changed', before: '{"a":1}', after: '{"a":2}' },
      { actor: 'ana', action: 'settings.changed', before: null, after: '{"a":1}' },
    ]);
    expect(await other.settings.current()).toBeNull();
    expect(await other.audit.list({ limit: 10 })).toEqual([]);
  });

  it('of two people who save at once: the second is told that something changed', async () => {
    const { version } = (await shop.settings.current()) ?? { version: 0 };
    const outcomes = await Promise.all(
      ['ana', 'ben', 'eve'].map((actor) =>
        shop.settings.add({ settings: `{"by":"${actor}"}`, expected: version, actor }),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([
      { ok: false, problem: 'changed_meanwhile', current: version + 1 },
      { ok: false, problem: 'changed_meanwhile', current: version + 1 },
    ]);
  });
});

describe('pixels', () => {
  it('show the last four characters of their token, keep the whole one sealed, and tell the audit log neither', async () => {
    const added = await shop.pixels.add(
      { code: 'CABC', name: 'Main', token: 'abcdef-0123456789', browserLeg: true },
      'ana',
    );
    if (!added.ok) throw new Error('The pixel was there already.');
    const { pixel } = added;
    expect(pixel).toMatchObject({
      code: 'CABC',
      tokenLast4: '6789',
      state: 'active',
      stateSince: opened.clock.now(),
      activeFrom: opened.clock.now(),
      browserLeg: true,
      testEventCode: null,
    });
    expect(await shop.pixels.token(pixel.id)).toBe('abcdef-0123456789');

    opened.clock.advance(1_000);
    const changed = await shop.pixels.change(
      pixel.id,
      { state: 'paused', token: 'new-token-9999', testEventCode: 'T1' },
      'ben',
    );
    expect(changed).toMatchObject({
      state: 'paused',
      stateSince: opened.clock.now(),
      tokenLast4: '9999',
      testEventCode: 'T1',
    });
    expect(await shop.pixels.token(pixel.id)).toBe('new-token-9999');
    const entries = await shop.audit.list({ limit: 2 });
    expect(entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['pixel.token_changed', 'ben'],
      ['pixel.added', 'ana'],
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/abcdef|new-token/);

    expect(await shop.pixels.remove(pixel.id, 'ben')).toBe(true);
    expect(await shop.pixels.list()).toEqual([]);
    expect(await shop.pixels.list({ removed: true })).toHaveLength(1);
    expect(await shop.pixels.token(pixel.id)).toBeNull();
    expect(await shop.pixels.change(pixel.id, { name: 'x' }, 'ben')).toBeNull();
    expect(await shop.pixels.remove(pixel.id, 'ben')).toBe(false);
  });

  it('are added once, also when two people add the same one at the same time', async () => {
    const outcomes = await Promise.all(
      ['ana', 'ben'].map((actor) =>
        shop.pixels.add({ code: 'CTWICE', name: 'Twice', token: 'token' }, actor),
      ),
    );
    expect(outcomes.map((outcome) => outcome.ok).sort()).toEqual([false, true]);
    expect((await shop.pixels.list()).filter(({ code }) => code === 'CTWICE')).toHaveLength(1);
    expect(await other.pixels.list()).toEqual([]);
  });

  it('are not found by words that are no id', async () => {
    for (const id of ['', 'x', '0', '-1', '1e3', '99999999999999999999'])
      expect(await shop.pixels.get(id)).toBeNull();
  });
});

describe('the audit log', () => {
  it('is read page by page, newest first', async () => {
    for (let n = 1; n <= 5; n += 1) {
      await other.audit.add({
        actor: 'ana',
        action: 'test.step',
        target: String(n),
        before: null,
        after: null,
      });
    }
    const first = await other.audit.list({ limit: 2 });
    const second = await other.audit.list({ limit: 2, before: first.at(-1)?.id });
    const third = await other.audit.list({ limit: 2, before: second.at(-1)?.id });
    expect([first, second, third].map((page) => page.map(({ target }) => target))).toEqual([
      ['5', '4'],
      ['3', '2'],
      ['1'],
    ]);
    expect(await other.audit.list({ limit: 2, before: 'nonsense' })).toEqual([]);
  });
});
