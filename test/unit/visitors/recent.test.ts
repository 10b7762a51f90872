import { expect, test } from 'vitest';
import { noMatch } from '../../../app/conversion/identity.ts';
import { createRecentContexts, saidBy, type KnownContext } from '../../../app/visitors/recent.ts';

const shop = { id: '1', key: Buffer.alloc(32) };
const choice = { analytics: true, marketing: true, preferences: true, saleOfData: true };
const visit = { client: 'c1', choice, match: noMatch() };

const stored = (said: string, seenAt: Date): KnownContext => ({
  said,
  contextKey: Buffer.from(said),
  clientKey: Buffer.from('client'),
  seenAt,
});

test('what was stored is known until its row may move on to a newer time', () => {
  const recent = createRecentContexts();
  const at = new Date('2026-10-05T10:00:00Z');
  const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1_000);
  recent.remember([stored('a', at)]);
  expect(recent.find('a', later(59))?.contextKey).toEqual(Buffer.from('a'));
  recent.remember([stored('a', at)]);
  expect(recent.find('a', later(60))).toBeNull();
  expect(recent.find('b', at)).toBeNull();
});

test('only the same shop, client, consent and match data say the same', () => {
  const said = [
    saidBy(shop, visit),
    saidBy({ ...shop, id: '2' }, visit),
    saidBy(shop, { ...visit, client: 'c2' }),
    saidBy(shop, { ...visit, choice: { ...choice, marketing: false } }),
    saidBy(shop, { ...visit, match: { ...noMatch(), ip: '203.0.113.1' } }),
  ];
  expect(new Set(said).size).toBe(said.length);
  expect(saidBy(shop, { ...visit, match: { ...noMatch() } })).toBe(said[0]);
  expect(said[0]).not.toContain('c1');
});

test('memory stays bounded: who was not heard of for longest is forgotten', () => {
  const recent = createRecentContexts(2);
  const at = new Date();
  for (const said of ['a', 'b', 'a', 'c']) recent.remember([stored(said, at)]);
  expect(['a', 'b', 'c'].map((said) => recent.find(said, at) !== null)).toEqual([true, false, true]);
});
