/** docs/assumptions.md cannot rot: its names are those of the assumed rules, of the live check, and of nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { liveLooks } from '../../../app/cli/live-looks.ts';
import { shopifyChecks } from '../../../app/shopify/live-checks.ts';
import { tiktokChecks } from '../../../app/tiktok/live-checks.ts';

const root = new URL('../../../', import.meta.url);

interface Line {
  name: string;
  cells: number;
  finder: string;
}

const lines: Line[] = readFileSync(new URL('docs/assumptions.md', root), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|[\s-]*(?:name\s*\||-)/.test(line))
  .map((line) => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    return { name: (cells[0] ?? '').trim(), cells: cells.length, finder: (cells.at(-1) ?? '').trim() };
  });

const namesFoundBy = (finder: string): string[] =>
  lines.filter((line) => line.finder === finder).map(({ name }) => name);

test('every line has a name of its own and says who can find out', () => {
  expect(lines.length).toBeGreaterThan(60);
  for (const line of lines) {
    expect(line.name, 'a new line needs a name in its first column').toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(['program', 'person', 'nobody'], `${line.name}: who can find out?`).toContain(line.finder);
    expect(line.cells, line.name).toBe(6);
  }
  expect(new Set(lines.map(({ name }) => name)).size).toBe(lines.length);
});

test('`doctor --live` asks exactly the lines that a program can find out', () => {
  const asked = [...shopifyChecks, ...tiktokChecks].map(({ id }) => id);
  expect(asked.toSorted()).toEqual(namesFoundBy('program').toSorted());
});

test('its report tells a person exactly the lines that only a person can see', () => {
  expect(liveLooks.map(({ id }) => id).toSorted()).toEqual(namesFoundBy('person').toSorted());
});

test('every conformance rule that is assumed names its line', () => {
  const known = new Set(lines.map(({ name }) => name));
  let assumed = 0;
  for (const path of readdirSync(new URL('test/', root), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.test.ts')) continue;
    const text = readFileSync(new URL(`test/${path}`, root), 'utf8');
    // Each rule's name follows its mark, which the type of `rule` demands.
    for (const [, name] of text.matchAll(/mark: 'assumed',\s*assumption: '([^']*)'/g)) {
      assumed += 1;
      expect(known, `${path}: ${name ?? ''} is not in docs/assumptions.md`).toContain(name);
    }
  }
  expect(assumed).toBeGreaterThan(20);
});
