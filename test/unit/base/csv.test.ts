/** CSV: what a spreadsheet would run is text, what is a number stays one, and a file comes in parts. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { csvCell, csvLines, type CsvCell } from '../../../app/base/csv.ts';

describe('a cell that a spreadsheet would run becomes text', () => {
  it.each([
    '=HYPERLINK("https://evil.example","open")',
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '  =1',
    '\r=1',
    '＝1+1',
    '−1+1',
    "-1.5'",
    '-',
  ])('%j', (text) => {
    expect(csvCell(text).replace(/^"/, '').startsWith("'")).toBe(true);
  });

  it.each([
    ['-12.50', '-12.50'],
    ['49.9', '49.9'],
    [-3, '-3'],
    ['#1001', '#1001'],
    ['a-b', 'a-b'],
    [null, ''],
    [undefined, ''],
    ['Käse, "alt"', '"Käse, ""alt"""'],
    ['two\nlines', '"two\nlines"'],
    ['a\u0000b', 'ab'],
  ])('but %j is %j', (cell, written) => {
    expect(csvCell(cell)).toBe(written);
  });

  it('but a whole number is written as it is', () => {
    expect(csvCell(-12n)).toBe('-12');
  });

  it('whatever the text: reading the cell back gives it, at most with the apostrophe', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cell = csvCell(text);
        const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect([text.replaceAll('\u0000', ''), `'${text.replaceAll('\u0000', '')}`]).toContain(read);
        // Nothing that could end the cell or the line stands outside of quotes.
        if (!cell.startsWith('"')) expect(cell).not.toMatch(/[",;\t\r\n]/);
      }),
    );
  });
});

test('a long file comes in parts, and stops being read when nobody wants more', async () => {
  let read = 0;
  async function* rows(): AsyncGenerator<CsvCell[], void> {
    for (; read < 5_000; read += 1) yield [read, 'x'];
  }
  const parts = csvLines(['n', 'what'], rows());
  const first = await parts.next();
  expect(first.value).toMatch(/^\uFEFFn,what\r\n0,x\r\n1,x\r\n/);
  expect(read).toBeLessThan(1_000);
  await parts.return();
  expect(read).toBeLessThan(1_000);
});

test('a file without rows is its heading', async () => {
  const none: AsyncIterable<CsvCell[]> = {
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
  };
  const parts: string[] = [];
  for await (const part of csvLines(['n'], none)) parts.push(part);
  expect(parts).toEqual(['\uFEFFn\r\n']);
});
