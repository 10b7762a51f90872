/** docs/app-store-checklist.md cannot rot: what it names as proof is there, and every point says how it stands. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/app-store-checklist.md', root), 'utf8');
const scripts = (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: object })
  .scripts;
const points = page
  .split('\n')
  .filter(
    (line) => line.startsWith('|') && line.split('|').length === 5 && !/^\|(-|\s*what is asked)/.test(line),
  )
  .map((line) => {
    const [what = '', state = '', proof = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return { what, state, proof };
  });
const named = [...page.matchAll(/`([^`]+)`/g)].flatMap(([, text]) => text ?? []);

test('every point says how it stands, and what is shown names its proof', () => {
  expect(points.length).toBeGreaterThan(40);
  for (const { what, state, proof } of points) {
    expect(['shown', 'by hand', 'not yet', 'not ours'], what).toContain(state);
    expect(proof, what).not.toBe('');
    if (state === 'shown') expect(proof, what).toMatch(/`|\]\(/);
  }
});

test('every file and command that it names is there', () => {
  for (const file of named.filter((text) => /^[\w.-]+(\/[\w.$-]+)*\.(ts|tsx|md|toml)$/.test(text)))
    expect(existsSync(new URL(file, root)), file).toBe(true);
  for (const [, file = ''] of page.matchAll(/\]\((decisions\/[^)]+)\)/g))
    expect(existsSync(new URL(`docs/${file}`, root)), file).toBe(true);
  for (const command of named.filter((text) => text.startsWith('npm run ')))
    expect(Object.keys(scripts), command).toContain(command.split(' ')[2]);
});
