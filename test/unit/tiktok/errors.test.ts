import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, explain, refusedIndex, splitRefused } from '../../../app/tiktok/errors.ts';
import type { TrackAnswer } from '../../../app/tiktok/errors.ts';

const answered = (code: number, httpStatus = 200): TrackAnswer => ({
  kind: 'answered',
  httpStatus,
  code,
  message: '',
});

describe('what an answer means', () => {
  const table: { name: string; input: TrackAnswer; batch?: number; policy: string; key: string }[] = [
    { name: 'code 0 is taken', input: answered(0), policy: 'accepted', key: 'accepted' },
    {
      name: 'code 0 counts whatever the HTTP status',
      input: answered(0, 401),
      policy: 'accepted',
      key: 'accepted',
    },
    { name: '20001 counts as taken', input: answered(20001), policy: 'accepted', key: 'accepted' },
    {
      name: 'HTTP 200 with an error code is no success',
      input: answered(40002),
      policy: 'reject',
      key: 'event_refused',
    },
    {
      name: 'one bad event of a batch is looked for',
      input: answered(40002),
      batch: 5,
      policy: 'split',
      key: 'event_refused',
    },
    { name: 'a price that is none', input: answered(40000), policy: 'reject', key: 'event_refused' },
    {
      name: 'no permission pauses, also for a batch',
      input: answered(40001),
      batch: 9,
      policy: 'pause',
      key: 'no_permission',
    },
    {
      name: 'a revoked token pauses',
      input: answered(40105),
      batch: 9,
      policy: 'pause',
      key: 'token_refused',
    },
    { name: 'an empty token pauses', input: answered(40104, 401), policy: 'pause', key: 'token_refused' },
    {
      name: 'too many requests slow down',
      input: answered(40100),
      batch: 9,
      policy: 'throttle',
      key: 'tiktok_throttled',
    },
    {
      name: 'a service error is tried again',
      input: answered(51008),
      policy: 'retry',
      key: 'tiktok_unavailable',
    },
    {
      name: 'any other 5xxxx is tried again',
      input: answered(59999),
      policy: 'retry',
      key: 'tiktok_unavailable',
    },
    {
      name: 'an unknown code is tried again, never lost',
      input: answered(41234),
      policy: 'retry',
      key: 'tiktok_unknown_code',
    },
    {
      name: 'HTML of a gateway says nothing',
      input: { kind: 'unreadable', httpStatus: 502, message: '' },
      policy: 'ambiguous',
      key: 'tiktok_unreadable_answer',
    },
    {
      name: 'a gateway that asks to slow down',
      input: { kind: 'unreadable', httpStatus: 429, message: '' },
      policy: 'throttle',
      key: 'tiktok_throttled',
    },
    {
      name: 'no answer is ambiguous',
      input: { kind: 'unanswered', message: '' },
      policy: 'ambiguous',
      key: 'tiktok_no_answer',
    },
    {
      name: 'no connection means not sent',
      input: { kind: 'unsent', message: '' },
      policy: 'retry',
      key: 'tiktok_unreachable',
    },
  ];
  test.each(table)('$name', ({ input, batch = 1, policy, key }) => {
    const verdict = classify(input, batch);
    expect({ policy: verdict.policy, key: verdict.entry.key }).toEqual({ policy, key });
  });

  test('every entry explains itself and names a next step', () => {
    for (const key of [
      'event_refused',
      'token_refused',
      'no_permission',
      'tiktok_no_answer',
      'tiktok_throttled',
    ]) {
      const entry = explain(key);
      expect(entry?.meaning.length).toBeGreaterThan(20);
      expect(entry?.nextStep.length).toBeGreaterThan(5);
    }
    expect(explain('no_identity')).toBeNull();
  });
});

describe('splitting a refused batch', () => {
  test.each([
    ['Invalid value for data.3.event_id: not a valid string.', 3],
    ['Batch.0.properties.contents.0.content_id: Not a valid string', 0],
    ['data[7].user: invalid', 7],
    ['Invalid value for event_id: not a valid string.', null],
    ['data.99.event: wrong', null],
  ])('%s', (message, index) => {
    expect(refusedIndex(message, 10)).toBe(index);
  });

  test('property: the parts hold every event once, in fewer than before', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 50 }),
        fc.string(),
        (batch, message) => {
          const parts = splitRefused(batch, message);
          expect(parts.flat().sort()).toEqual([...batch].sort());
          for (const part of parts) expect(part.length).toBeLessThan(batch.length);
        },
      ),
    );
  });
});
