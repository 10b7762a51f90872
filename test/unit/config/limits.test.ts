/** docs/limits.md says of each button what the code does: so many at once, then one more every so many seconds. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createPresses, type PressedButton } from '../../../app/presses.ts';
import { manualClock } from '../../support/clock.ts';

const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');

test.each<[PressedButton, string]>([
  ['preview', 'preview of order sources, example of values, catalogue test'],
  ['seals', 'check of the ledger’s seals'],
  ['storefront', 'look at the storefront (Storefront page and guides together)'],
  ['backfill', 'search for orders from before the install'],
  ['tiktok', 'test event to TikTok, and the check of a new token'],
])('%s: “%s”', (button, name) => {
  const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`));
  const [atOnce, seconds] = (row?.match(/\d+/g) ?? []).map(Number);
  const clock = manualClock();
  const presses = createPresses(clock);
  const pressed = (times: number) =>
    Array.from({ length: times }, () => presses.wait('1', button)).filter((wait) => wait === null).length;
  expect(pressed(100)).toBe(atOnce);
  expect(presses.wait('1', button)).toBe(seconds);
  clock.advance((seconds ?? 0) * 1_000);
  expect(pressed(2)).toBe(1);
  expect(presses.wait('2', button)).toBeNull();
});
