/** How TikTok tells doubles, by the clock. */

import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  discardMs,
  emptyBook,
  forget,
  judge,
  mergeMs,
  type Channel,
  type Copy,
  type Verdict,
} from '../../../sandbox/tiktok/dedupe.ts';
import { rule } from '../../support/rule.ts';

const minute = 60_000;
const hour = 60 * minute;

function copy(channel: Channel, at: number, changes: Partial<Copy> = {}): Copy {
  return {
    pixel: 'P',
    event: 'CompletePayment',
    eventId: 'order-1',
    channel,
    at,
    ttp: undefined,
    ...changes,
  };
}

function judgeAll(copies: Copy[]): Verdict[] {
  const book = emptyBook();
  return copies.map((one, index) => judge(book, one, index + 1));
}

describe('one channel', () => {
  for (const channel of ['server', 'browser'] as const) {
    rule(
      `${channel}: repeats within 48 hours are discarded`,
      { fact: 'tiktok.md §4', mark: 'second-hand' },
      () => {
        expect(judgeAll([copy(channel, 0), copy(channel, 1), copy(channel, 48 * hour)])).toEqual([
          { kind: 'counted', why: 'first' },
          { kind: 'discarded', from: 1, why: 'same-channel' },
          { kind: 'discarded', from: 1, why: 'same-channel' },
        ]);
      },
    );
    rule(`${channel}: after 48 hours it counts again`, { fact: 'tiktok.md §4', mark: 'second-hand' }, () => {
      expect(judgeAll([copy(channel, 0), copy(channel, 48 * hour + 1)])[1]).toEqual({
        kind: 'counted',
        why: 'after-48-hours',
      });
    });
  }
  rule(
    'a repeat does not lengthen the 48 hours',
    { fact: 'sandbox/tiktok/README.md, reading 7', mark: 'assumed', assumption: 'tiktok-window-start' },
    () => {
      const verdicts = judgeAll([copy('server', 0), copy('server', 40 * hour), copy('server', 49 * hour)]);
      expect(verdicts.map((verdict) => verdict.kind)).toEqual(['counted', 'discarded', 'counted']);
    },
  );
  rule('pixel, event and id are the key', { fact: 'tiktok.md §4', mark: 'verified' }, () => {
    const others = [{}, { pixel: 'Q' }, { event: 'Purchase' }, { eventId: 'order-2' }];
    const verdicts = judgeAll(others.map((changes) => copy('server', 0, changes)));
    expect(verdicts.every((verdict) => verdict.kind === 'counted')).toBe(true);
  });
});

describe('pixel and server', () => {
  for (const [first, second] of [
    ['browser', 'server'],
    ['server', 'browser'],
  ] as const) {
    rule(`${first} first: within 5 minutes they merge`, { fact: 'tiktok.md §4', mark: 'second-hand' }, () => {
      expect(judgeAll([copy(first, 0), copy(second, 5 * minute)])[1]).toEqual({ kind: 'merged', into: 1 });
    });
    rule(`${first} first: later it is discarded`, { fact: 'tiktok.md §4', mark: 'second-hand' }, () => {
      const verdicts = judgeAll([copy(first, 0), copy(second, 5 * minute + 1), copy(second, 48 * hour)]);
      expect(verdicts.slice(1)).toEqual([
        { kind: 'discarded', from: 1, why: 'after-5-minutes' },
        { kind: 'discarded', from: 1, why: 'after-5-minutes' },
      ]);
    });
    rule(
      `${first} first: after 48 hours it counts again`,
      { fact: 'tiktok.md §4', mark: 'second-hand' },
      () => {
        expect(judgeAll([copy(first, 0), copy(second, 48 * hour + 1)])[1]?.kind).toBe('counted');
      },
    );
  }
  rule('a merged channel is discarded when it repeats', { fact: 'tiktok.md §4', mark: 'second-hand' }, () => {
    const verdicts = judgeAll([copy('browser', 0), copy('server', minute), copy('server', 2 * minute)]);
    expect(verdicts[2]).toEqual({ kind: 'discarded', from: 1, why: 'same-channel' });
  });
  rule(
    'old and new names do not meet',
    { fact: 'tiktok.md §2, not documented', mark: 'assumed', assumption: 'tiktok-names-differ' },
    () => {
      const verdicts = judgeAll([copy('browser', 0), copy('server', minute, { event: 'Purchase' })]);
      expect(verdicts[1]?.kind).toBe('counted');
    },
  );
});

describe('without an event id', () => {
  const bare = { eventId: undefined, ttp: 'visitor' };
  rule(
    'the server copy goes when the browser was first',
    { fact: 'tiktok.md §4', mark: 'second-hand' },
    () => {
      const verdicts = judgeAll([copy('browser', 0, { ttp: 'visitor' }), copy('server', 5 * minute, bare)]);
      expect(verdicts[1]).toEqual({ kind: 'discarded', from: 1, why: 'no-id-same-visitor' });
    },
  );
  rule(
    'the server copy goes when the browser follows',
    { fact: 'tiktok.md §4', mark: 'assumed', assumption: 'tiktok-no-event-id' },
    () => {
      const verdicts = judgeAll([copy('server', 0, bare), copy('browser', minute, { ttp: 'visitor' })]);
      expect(verdicts[1]).toEqual({ kind: 'counted-instead', of: 1 });
    },
  );
  rule(
    'after 5 minutes, or for another visitor, both count',
    { fact: 'tiktok.md §4', mark: 'second-hand' },
    () => {
      const browser = copy('browser', 0, { ttp: 'visitor' });
      expect(judgeAll([browser, copy('server', 5 * minute + 1, bare)])[1]?.kind).toBe('counted');
      expect(judgeAll([browser, copy('server', 1, { eventId: undefined, ttp: 'other' })])[1]?.kind).toBe(
        'counted',
      );
      expect(judgeAll([browser, copy('server', 1, { eventId: undefined })])[1]?.kind).toBe('counted');
    },
  );
  rule(
    'the server’s own repeats all count',
    { fact: 'tiktok.md §4', mark: 'assumed', assumption: 'tiktok-no-event-id' },
    () => {
      expect(judgeAll([copy('server', 0, bare), copy('server', 1, bare)])[1]?.kind).toBe('counted');
    },
  );
});

const anyCopies = fc
  .array(
    fc.record({
      wait: fc.oneof(
        fc.integer({ min: 0, max: 2 * mergeMs }),
        fc.integer({ min: 0, max: 2 * discardMs }),
        fc.constantFrom(0, 1, mergeMs, mergeMs + 1, discardMs, discardMs + 1),
      ),
      channel: fc.constantFrom<Channel>('browser', 'server'),
      id: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    let at = 0;
    return steps.map(({ wait, channel, id }) => {
      at += wait;
      return copy(channel, at, { eventId: id });
    });
  });

test('counted copies of one id are always more than 48 hours apart, and every other copy points at one of them', () => {
  fc.assert(
    fc.property(anyCopies, (copies) => {
      const verdicts = judgeAll(copies);
      const last = new Map<string | undefined, { at: number; number: number }>();
      for (const [index, verdict] of verdicts.entries()) {
        const one = copies[index];
        if (!one) throw new Error('unreachable');
        const before = last.get(one.eventId);
        if (verdict.kind === 'counted') {
          if (before) expect(one.at - before.at).toBeGreaterThan(discardMs);
          last.set(one.eventId, { at: one.at, number: index + 1 });
        } else {
          const points =
            verdict.kind === 'merged' ? verdict.into : verdict.kind === 'discarded' ? verdict.from : 0;
          expect(points).toBe(before?.number);
          if (verdict.kind === 'merged') expect(one.at - (before?.at ?? 0)).toBeLessThanOrEqual(mergeMs);
        }
      }
    }),
  );
});

test('forgetting what is over changes no verdict', () => {
  fc.assert(
    fc.property(anyCopies, (copies) => {
      const book = emptyBook();
      const forgetful = copies.map((one, index) => {
        forget(book, one.at);
        return judge(book, one, index + 1).kind;
      });
      expect(forgetful).toEqual(judgeAll(copies).map((verdict) => verdict.kind));
    }),
  );
});
