/** What the pixel form takes, and how it says no. */
import { describe, expect, it, test } from 'vitest';

import { readNewPixel, readPixelEdit } from '../../../app/settings/pixel-form.ts';

const place = { timeZone: 'America/New_York', now: new Date('2026-11-21T12:00:00Z') };
const good = {
  name: ' Main ',
  code: 'C4A1B2C3D4E5F6G7H8I9',
  token: 'a'.repeat(40),
  testEventCode: '',
  browserLeg: 'on',
};

test('a whole form', () => {
  expect(readNewPixel(good, place)).toEqual({
    ok: true,
    fields: {
      name: 'Main',
      code: 'C4A1B2C3D4E5F6G7H8I9',
      token: 'a'.repeat(40),
      testEventCode: null,
      browserLeg: true,
    },
  });
});

test('spaces that copying brought along are dropped', () => {
  const form = readNewPixel({ ...good, code: ' C4A1B 2C3D4E5F6G7H8I9\n', name: '' }, place);
  expect(form).toMatchObject({
    ok: true,
    fields: { code: 'C4A1B2C3D4E5F6G7H8I9', name: 'C4A1B2C3D4E5F6G7H8I9' },
  });
});

describe('each trap has its own words', () => {
  test.each([
    ['code', '', /Enter the pixel code/],
    ['code', 'c4a1b2c3d4e5f6g7h8i9', /capital/i],
    ['code', 'C4A1B2C3D4E5F6G7H8I', /20 characters.*19/],
    ['token', '', /Enter the access token/],
    ['token', 'abc', /too short/],
    ['token', `${'a'.repeat(20)} ${'b'.repeat(20)}`, /no spaces/],
    ['token', 'ä'.repeat(40), /characters/],
    ['testEventCode', 'TEST 1', /TEST12345/],
    ['name', 'n'.repeat(61), /60/],
  ])('%s: %j', (field, value, words) => {
    const form = readNewPixel({ ...good, [field]: value }, place);
    expect(form.ok).toBe(false);
    if (!form.ok) expect(Object.entries(form.errors)).toEqual([[field, expect.stringMatching(words)]]);
  });
});

test('values that are no texts count as empty, whatever they are', () => {
  const form = readNewPixel(
    { name: {}, code: 7, token: ['x'], testEventCode: null, browserLeg: true },
    place,
  );
  expect(form).toMatchObject({ ok: false });
});

test('an edit without a token keeps the stored one, and without a word on the browser leg that stays', () => {
  const form = readPixelEdit({ name: 'New', token: '  ', testEventCode: 'TEST1' }, place);
  expect(form).toEqual({ ok: true, edit: { name: 'New', testEventCode: 'TEST1' } });
  for (const [word, browserLeg] of [
    ['on', true],
    ['off', false],
  ] as const)
    expect(readPixelEdit({ name: 'New', browserLeg: word }, place)).toMatchObject({ edit: { browserLeg } });
});

describe('the start of a pixel, in the time of its store', () => {
  const edit = (activeFrom: string) => readPixelEdit({ name: 'New', activeFrom }, place);

  it.each([
    ['2026-11-21T09:30', '2026-11-21T14:30:00.000Z'],
    ['2026-11-21T09:30:15', '2026-11-21T14:30:15.000Z'],
    ['2026-11-14T07:00', '2026-11-14T12:00:00.000Z'],
    ['2027-02-19T07:00', '2027-02-19T12:00:00.000Z'],
  ])('%s is %s', (text, at) => {
    expect(edit(text)).toMatchObject({ ok: true, edit: { activeFrom: new Date(at) } });
    expect(readNewPixel({ ...good, activeFrom: text }, place)).toMatchObject({
      fields: { activeFrom: new Date(at) },
    });
  });

  it.each(['', '   '])('%j says nothing of it', (text) => {
    const form = edit(text);
    expect(form).toMatchObject({ ok: true });
    expect(form.ok && 'activeFrom' in form.edit).toBe(false);
  });

  it.each([
    ['2026-11-14T06:59', 'At most 7 days back'],
    ['2027-02-19T07:01', 'At most 90 days ahead'],
    ['2026-02-30T09:30', 'Enter a day and a time'],
    ['yesterday', 'Enter a day and a time'],
    ['2026-11-21T25:00', 'Enter a day and a time'],
  ])('%s is refused beside its field', (text, message) => {
    const form = edit(text);
    expect(form.ok ? '' : form.errors.activeFrom).toContain(message);
  });
});
