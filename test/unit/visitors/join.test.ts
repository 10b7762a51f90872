import { describe, expect, test } from 'vitest';
import type { ConsentChoice, MatchData } from '../../../app/conversion/facts.ts';
import { noMatch } from '../../../app/conversion/identity.ts';
import { joinOrder, type SeenContext } from '../../../app/visitors/join.ts';

const YES: ConsentChoice = { analytics: true, marketing: true, preferences: true, saleOfData: true };
const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 20, 12, minute));
const click = (id: string, minute: number) => ({
  ttclid: id,
  at: at(minute).toISOString(),
  from: 'kept' as const,
});

function seen(
  change: Partial<Omit<SeenContext, 'match'>> & { match?: Partial<MatchData> } = {},
): SeenContext {
  return {
    kind: 'checkout',
    client: 'buyer',
    linkedAt: at(1),
    seenAt: at(1),
    choice: YES,
    ...change,
    match: { ...noMatch(), ...change.match },
  };
}

describe('whose visit an order belongs to', () => {
  test('nobody: the order goes with what it knows itself', () => {
    const own = { ...noMatch(), emails: ['e'.repeat(64)] };
    expect(joinOrder(own, null, [])).toEqual({ match: own, observations: [], owner: null });
  });

  test('the client that used the checkout first; its clicks are kept, its newest address counts', () => {
    const joined = joinOrder(noMatch(), null, [
      seen({ seenAt: at(1), match: { clicks: [click('old', 1)], ip: '203.0.113.1', userAgent: 'A' } }),
      seen({ seenAt: at(9), match: { ip: '203.0.113.9', userAgent: 'B' } }),
    ]);
    expect(joined.owner).toBe('buyer');
    expect(joined.match.clicks.map(({ ttclid }) => ttclid)).toEqual(['old']);
    expect(joined.match.ip).toBe('203.0.113.9');
  });

  test('the order’s own words win', () => {
    const own = { ...noMatch(), ip: '203.0.113.77', userAgent: 'of the order', ttp: 'own' };
    const joined = joinOrder(own, null, [
      seen({ match: { ip: '203.0.113.1', userAgent: 'A', ttp: 'theirs' } }),
    ]);
    expect(joined.match).toMatchObject({ ip: '203.0.113.77', userAgent: 'of the order', ttp: 'own' });
  });

  test('thief: whoever uses a stolen token later adds no click, no address, no identity', () => {
    const honest = seen({ match: { clicks: [click('honest', 1)], ip: '203.0.113.1', userAgent: 'A' } });
    const thief = seen({
      client: 'thief',
      linkedAt: at(2),
      seenAt: at(3),
      match: {
        clicks: [click('stolen', 3)],
        emails: ['f'.repeat(64)],
        ip: '198.51.100.9',
        userAgent: 'T',
        ttp: 'T',
      },
    });
    expect(joinOrder(noMatch(), null, [honest, thief]).match).toEqual(
      joinOrder(noMatch(), null, [honest]).match,
    );
  });

  test('of a known customer’s other visits only the clicks count', () => {
    const joined = joinOrder(noMatch(), null, [
      seen({
        kind: 'customer',
        client: 'earlier',
        match: { clicks: [click('earlier', 0)], ip: '203.0.113.3', emails: ['a'.repeat(64)] },
      }),
    ]);
    expect(joined.match).toEqual({ ...noMatch(), clicks: [click('earlier', 0)] });
    expect(joined.owner).toBeNull();
  });
});

describe('consent', () => {
  const no: ConsentChoice = { ...YES, marketing: false };

  test('the newest word of the client counts', () => {
    const joined = joinOrder(noMatch(), null, [seen({ seenAt: at(1), choice: no }), seen({ seenAt: at(5) })]);
    expect(joined.observations).toEqual([{ choice: YES, source: 'client', at: at(5).toISOString() }]);
  });

  test('thief: another client can take consent away, never give it', () => {
    const widened = joinOrder(noMatch(), null, [
      seen({ choice: no }),
      seen({ client: 'thief', linkedAt: at(2), seenAt: at(9) }),
    ]);
    expect(widened.observations[0]?.choice.marketing).toBe(false);
    const narrowed = joinOrder(noMatch(), null, [
      seen(),
      seen({ client: 'other', linkedAt: at(2), choice: no }),
    ]);
    expect(narrowed.observations[0]?.choice.marketing).toBe(false);
  });

  test('what the cart carried stands beside what the client told', () => {
    const cart = { choice: no, source: 'cart' as const, at: at(0).toISOString() };
    expect(joinOrder(noMatch(), cart, [seen()]).observations).toEqual([
      cart,
      { choice: YES, source: 'client', at: at(1).toISOString() },
    ]);
  });
});
