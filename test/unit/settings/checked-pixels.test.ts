/** A pixel is saved when TikTok takes its test event, not saved when TikTok says no, and only on request when nobody can say. */
import { describe, expect, test } from 'vitest';

import { createCheckedPixels } from '../../../app/settings/checked-pixels.ts';
import type { TrackAnswer } from '../../../app/tiktok/errors.ts';
import { manualClock } from '../../support/clock.ts';

const CODE = 'C4A1B2C3D4E5F6G7H8I9';
const form = { name: 'Main', code: CODE, token: 'a'.repeat(40), testEventCode: '' };
const stored = { id: '1', code: CODE, state: 'active', testEventCode: 'TEST1', removedAt: null };

const answered = (code: number, message = ''): TrackAnswer => ({
  kind: 'answered',
  httpStatus: 200,
  code,
  message,
});

function counter(
  answer: TrackAnswer,
  pixel: typeof stored | { testEventCode: null } = stored,
  wait: number | null = null,
) {
  const asked: { accessToken: string; body: string }[] = [];
  const saved: string[] = [];
  const row = { ...stored, ...pixel };
  const checked = createCheckedPixels({
    rows: {
      get: (id) => Promise.resolve(id === '1' ? row : null),
      token: () => Promise.resolve('t'.repeat(40)),
    },
    pixels: {
      add: () => Promise.resolve((saved.push('add'), { ok: true as const, pixel: row })),
      edit: () => Promise.resolve((saved.push('edit'), { ok: true as const, pixel: row })),
    },
    tiktok: { track: (call) => Promise.resolve((asked.push(call), answer)) },
    owner: true,
    pageUrl: 'https://birch.example',
    timeZone: 'UTC',
    clock: manualClock('2026-11-20T12:00:00Z'),
    wait: () => wait,
  });
  return { checked, asked, saved };
}

test('a token that TikTok takes is saved, after a test-mode event that counts nowhere', async () => {
  const { checked, asked, saved } = counter(answered(0));
  expect(await checked.add(form, 'staff')).toMatchObject({ ok: true });
  expect(saved).toEqual(['add']);
  expect(asked.map(({ accessToken }) => accessToken)).toEqual([form.token]);
  expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
    event_source_id: CODE,
    test_event_code: 'TOCKCHECK',
    data: [{ event: 'ViewContent' }],
  });
});

describe('a refusal saves nothing and says what to mend', () => {
  test.each([
    [40105, 'token', /cut off while copying, revoked/],
    [40001, 'token', /another pixel.*admin or operator/],
    [40007, 'code', /does not know a pixel/],
  ])('%i', async (code, field, words) => {
    const { checked, saved } = counter(answered(code));
    expect(await checked.add(form, 'staff')).toEqual({
      ok: false,
      problem: 'fields',
      errors: { [field]: expect.stringMatching(words) },
    });
    expect(saved).toEqual([]);
  });
});

test('a check that could not be made saves nothing by itself, and saves without asking on request', async () => {
  const { checked, asked, saved } = counter({ kind: 'unsent', message: 'TikTok could not be reached (X)' });
  expect(await checked.add(form, 'staff')).toMatchObject({ ok: false, problem: 'unclear' });
  expect(saved).toEqual([]);
  expect(await checked.add({ ...form, unchecked: 'yes' }, 'staff')).toMatchObject({ ok: true });
  expect(asked).toHaveLength(1);
});

test('wrong fields are told before TikTok is asked', async () => {
  const { checked, asked } = counter(answered(0));
  expect(await checked.add({ ...form, code: 'x' }, 'staff')).toMatchObject({ problem: 'fields' });
  expect(asked).toEqual([]);
});

test('an edit asks TikTok for a new token only', async () => {
  const { checked, asked, saved } = counter(answered(40105));
  expect(await checked.edit('1', { name: 'New', token: '' }, 'staff')).toMatchObject({ ok: true });
  expect(asked).toEqual([]);
  expect(await checked.edit('1', { name: 'New', token: 'b'.repeat(40) }, 'staff')).toMatchObject({
    ok: false,
  });
  expect(saved).toEqual(['edit']);
  expect(await checked.edit('2', { name: 'New', token: 'b'.repeat(40) }, 'staff')).toEqual({
    ok: false,
    problem: 'not_found',
  });
});

test('a test event goes out with the stored token and code, and asks for a code where none is', async () => {
  const { checked, asked } = counter(answered(0));
  expect(await checked.sendTest('1')).toEqual({ state: 'taken' });
  expect(asked[0]).toMatchObject({ accessToken: 't'.repeat(40), body: expect.stringContaining('"TEST1"') });
  expect(await counter(answered(0), { testEventCode: null }).checked.sendTest('1')).toEqual({
    state: 'no_code',
  });
  expect(await checked.sendTest('2')).toEqual({ state: 'not_found' });
});

test('TikTok is not asked again and again: neither for a test event nor for one token after the other', async () => {
  const { checked, asked, saved } = counter(answered(0), stored, 7);
  const later = { token: 'Too many checks in a row. Try again in 7 seconds.' };
  expect(await checked.sendTest('1')).toEqual({ state: 'refused', errors: later });
  expect(await checked.add(form, 'staff')).toEqual({ ok: false, problem: 'fields', errors: later });
  expect(await checked.edit('1', form, 'staff')).toEqual({ ok: false, problem: 'fields', errors: later });
  expect([asked, saved]).toEqual([[], []]);
});
