import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nestsTooDeep } from '../../../app/conversion/json.ts';
import { cleanJsonText } from '../../../app/base/clean.ts';

test.each([
  ['{"a":"b\\u0000c"}', '{"a":"bc"}'],
  ['{"a":"\\\\u0000"}', '{"a":"\\\\u0000"}'],
  ['{"a":"\\ud83d\\ude00"}', '{"a":"\\ud83d\\ude00"}'],
  ['{"a":"\\ud83d!"}', '{"a":"\\ufffd!"}'],
  ['{"a":"\\ude00\\ud83d"}', '{"a":"\\ufffd\\ufffd"}'],
  ['{"id":9007199254740993}', '{"id":9007199254740993}'],
  ['{"a":"b\u0000"}', '{"a":"b"}'],
])('%j becomes %j', (raw, clean) => {
  expect(cleanJsonText(raw)).toBe(clean);
});

const anyText = fc.string({ unit: 'binary' });
const anyValue = fc.anything({
  values: [anyText, fc.integer(), fc.boolean(), fc.constant('\ud800'), fc.constant('\0')],
});

test('property: what is left is JSON that PostgreSQL stores, and clean text stays as it is', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const raw = JSON.stringify(value) ?? 'null';
      const clean = cleanJsonText(raw);
      const parsed = JSON.stringify(JSON.parse(clean));
      expect(parsed).not.toMatch(/(^|[^\\])(\\\\)*\\u(0000|d[89a-f])/);
      expect(cleanJsonText(clean)).toBe(clean);
    }),
  );
});

test('ten thousand nested arrays are seen before a parser meets them', () => {
  expect(nestsTooDeep('['.repeat(10_000))).toBe(true);
  expect(nestsTooDeep(JSON.stringify({ a: [{ b: ['[[[[', '\\"[[['.repeat(100)] }] }))).toBe(false);
});
