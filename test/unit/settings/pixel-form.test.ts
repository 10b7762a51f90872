/** What the pixel form takes, and how it says no. */
import { describe, expect, test } from 'vitest';

import { readNewPixel, readPixelEdit } from '../../../app/settings/pixel-form.ts';

const good = {
  name: ' Main ',
  code: 'C4A1B2C3D4E5F6G7H8I9',
  token: 'a'.repeat(40),
  testEventCode: '',
  browserLeg: 'on',
};

test('a whole form', () => {
  expect(readNewPixel(good)).toEqual({
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
  const form = readNewPixel({ ...good, code: ' C4A1B 2C3D4E5F6G7H8I9\n', name: '' });
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
    const form = readNewPixel({ ...good, [field]: value });
    expect(form.ok).toBe(false);
    if (!form.ok) expect(Object.entries(form.errors)).toEqual([[field, expect.stringMatching(words)]]);
  });
});

test('values that are no texts count as empty, whatever they are', () => {
  const form = readNewPixel({ name: {}, code: 7, token: ['x'], testEventCode: null, browserLeg: true });
  expect(form).toMatchObject({ ok: false });
});

test('an edit without a token keeps the stored one, and without a word on the browser leg that stays', () => {
  const form = readPixelEdit({ name: 'New', token: '  ', testEventCode: 'TEST1' });
  expect(form).toEqual({ ok: true, edit: { name: 'New', testEventCode: 'TEST1' } });
  for (const [word, browserLeg] of [
    ['on', true],
    ['off', false],
  ] as const)
    expect(readPixelEdit({ name: 'New', browserLeg: word })).toMatchObject({ edit: { browserLeg } });
});
