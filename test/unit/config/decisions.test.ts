/** docs/decisions/README.md is the list of the records beside it: every one, under its own number and title. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../../docs/decisions/', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const records = readdirSync(folder)
  .filter((file) => file !== 'README.md')
  .sort();

test('each record has a number of its own, and its heading says it', () => {
  const numbers = records.map((file) => file.slice(0, 3));
  expect(new Set(numbers).size).toBe(records.length);
  for (const file of records) expect(textOf(file), file).toMatch(new RegExp(`^# ${file.slice(0, 3)} \\S`));
});

test('the list names each record once, in order, as its heading does', () => {
  const listed = textOf('README.md').match(/^- \[.*$/gm);
  expect(listed).toEqual(
    records.map((file) => {
      const [heading] = textOf(file).split('\n');
      return `- [${file.slice(0, 3)}](${file}) ${heading?.slice('# 000 '.length)}`;
    }),
  );
});
