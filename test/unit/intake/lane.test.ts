import { expect, test } from 'vitest';
import { createLane, type Lane, type LaneOptions } from '../../../app/intake/lane.ts';

interface Item {
  shop: string;
  name: string;
  poison?: boolean;
}
class DataFault extends Error {}
class Passing extends Error {}

function lane(options: Partial<LaneOptions<Item, string>> = {}): {
  lane: Lane<Item, string>;
  groups: string[][];
} {
  const groups: string[][] = [];
  return {
    groups,
    lane: createLane<Item, string>({
      commit: (items) => {
        groups.push(items.map(({ name }) => name));
        return items.some(({ poison }) => poison)
          ? Promise.reject(new DataFault('22P05'))
          : Promise.resolve(items.map(({ name }) => `stored ${name}`));
      },
      shopOf: ({ shop }) => shop,
      bytesOf: () => 100,
      isDataFault: (error) => error instanceof DataFault,
      isPassing: (error) => error instanceof Passing,
      gatherMs: 1,
      ...options,
    }),
  };
}

test('what arrives together shares one transaction', async () => {
  const { lane: l, groups } = lane();
  const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => l.offer({ shop: '1', name })));
  expect(groups).toEqual([['a', 'b', 'c']]);
  expect(outcomes).toEqual(['a', 'b', 'c'].map((name) => ({ kind: 'stored', answer: `stored ${name}` })));
  expect(l.load()).toBe(0);
});

test('a poisoned item is refused alone, whoever shares its group', async () => {
  const { lane: l } = lane();
  const items: Item[] = Array.from({ length: 9 }, (_, at) => ({
    shop: String(at % 3),
    name: `n${at}`,
    poison: at === 4,
  }));
  const outcomes = await Promise.all(items.map((item) => l.offer(item)));
  expect(outcomes.map(({ kind }) => kind)).toEqual(
    items.map(({ poison }) => (poison ? 'refused' : 'stored')),
  );
});

test('a fault of the database refuses nobody and blames nobody', async () => {
  const { lane: l, groups } = lane({ commit: () => Promise.reject(new Error('connection lost')) });
  const outcomes = await Promise.all(['a', 'b'].map((name) => l.offer({ shop: '1', name })));
  expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
  expect(groups).toEqual([]);
});

test('a passing fault is tried again at once', async () => {
  let tries = 0;
  const { lane: l } = lane({
    commit: (items) => {
      tries += 1;
      return tries < 3
        ? Promise.reject(new Passing('40P01'))
        : Promise.resolve(items.map(({ name }) => name));
    },
  });
  expect(await l.offer({ shop: '1', name: 'a' })).toEqual({ kind: 'stored', answer: 'a' });
  expect(tries).toBe(3);
});

test('a shop that floods neither fills the lane of the others nor pushes them back', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const groups: string[][] = [];
  const { lane: l } = lane({
    maxGroup: 10,
    maxWaitingOfOneShop: 50,
    commit: async (items) => {
      groups.push(items.map(({ shop }) => shop));
      await gate;
      return items.map(({ name }) => name);
    },
  });
  const flood = Array.from({ length: 200 }, (_, at) => l.offer({ shop: 'loud', name: `f${at}` }));
  const quiet = l.offer({ shop: 'quiet', name: 'q' });
  release();
  const kinds = (await Promise.all(flood)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'busy').length).toBe(150);
  expect((await quiet).kind).toBe('stored');
  expect(groups[0]).toContain('quiet');
});

test('who comes behind a flood has a place in the very next transaction, and half of it', async () => {
  const gates: (() => void)[] = [];
  const groups: string[][] = [];
  const { lane: l } = lane({
    maxGroup: 10,
    commit: async (items) => {
      groups.push(items.map(({ shop }) => shop));
      await new Promise<void>((resolve) => gates.push(resolve));
      return items.map(({ name }) => name);
    },
  });
  const flood = Array.from({ length: 40 }, (_, at) => l.offer({ shop: 'loud', name: `f${at}` }));
  await expect.poll(() => groups, { timeout: 20_000 }).toEqual([Array.from({ length: 10 }, () => 'loud')]);
  const late = Array.from({ length: 5 }, (_, at) => l.offer({ shop: 'quiet', name: `q${at}` }));
  gates.shift()?.();
  await expect.poll(() => groups.length, { timeout: 20_000 }).toBe(2);
  expect(groups[1]?.filter((shop) => shop === 'quiet')).toHaveLength(5);
  gates.shift()?.();
  await Promise.all(late);
  await expect.poll(() => groups.length, { timeout: 20_000 }).toBe(3);
  // The flood is not done when the last of the others is.
  expect(l.load()).toBe(25);
  for (let left = 0; left < 3; left += 1) {
    await expect.poll(() => gates.length, { timeout: 20_000 }).toBe(1);
    gates.shift()?.();
  }
  await Promise.all(flood);
});

test('the lane says busy before memory grows', async () => {
  const { lane: l } = lane({ maxWaitingBytes: 250 });
  const kinds = (await Promise.all(['a', 'b', 'c'].map((name) => l.offer({ shop: name, name })))).map(
    ({ kind }) => kind,
  );
  expect(kinds).toEqual(['stored', 'stored', 'busy']);
});

test('draining answers everything that was taken', async () => {
  const { lane: l, groups } = lane({ gatherMs: 60_000 });
  const offered = [l.offer({ shop: '1', name: 'a' }), l.offer({ shop: '2', name: 'b' })];
  await l.drain();
  expect((await Promise.all(offered)).map(({ kind }) => kind)).toEqual(['stored', 'stored']);
  expect(groups.length).toBe(1);
});
