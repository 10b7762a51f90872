/** The sandbox's time runs, jumps, and keeps its appointments in order. */

import { expect, test, vi } from 'vitest';
import { createSandboxClock } from '../../../sandbox/clock.ts';
import { manualClock } from '../../support/clock.ts';

const start = new Date('2026-11-21T09:00:00Z');
const after = (milliseconds: number) => new Date(start.getTime() + milliseconds);

test('advancing runs what is due on the way, each at its own time and in order', async () => {
  const clock = createSandboxClock(manualClock(start));
  const ran: string[] = [];
  const note = (name: string) => () => void ran.push(`${name} ${clock.now().getTime() - start.getTime()}`);
  clock.schedule(after(2000), note('second'));
  clock.schedule(after(1000), note('first'));
  clock.schedule(after(9000), note('not yet'));
  await clock.advance(5000);
  expect(ran).toEqual(['first 1000', 'second 2000']);
  expect(clock.now()).toEqual(after(5000));
  clock.close();
});

test('an appointment made on the way is kept in the same jump', async () => {
  const clock = createSandboxClock(manualClock(start));
  const ran: number[] = [];
  const again = () => {
    ran.push(clock.now().getTime() - start.getTime());
    if (ran.length < 3) clock.schedule(new Date(clock.now().getTime() + 1000), again);
  };
  clock.schedule(after(1000), again);
  await clock.advance(10_000);
  expect(ran).toEqual([1000, 2000, 3000]);
  clock.close();
});

test('what was called off never runs', async () => {
  const clock = createSandboxClock(manualClock(start));
  const task = vi.fn();
  clock.schedule(after(1000), task)();
  await clock.advance(5000);
  expect(task).not.toHaveBeenCalled();
  clock.close();
});

test('time moved by its owner makes appointments due as well', async () => {
  const source = manualClock(start);
  const clock = createSandboxClock(source);
  const task = vi.fn();
  clock.schedule(after(1000), task);
  source.advance(2000);
  await clock.settle();
  expect(task).toHaveBeenCalledOnce();
  clock.close();
});
