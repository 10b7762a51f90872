/**
 * Runs before every test file: a stray console.error fails the test that caused it, and what a file
 * opened (connections, servers, timers, child processes) must be closed when it ends.
 */
import { afterAll, afterEach, beforeEach, expect, vi } from 'vitest';

const WATCHED = [
  'TCPSocketWrap',
  'TCPServerWrap',
  'PipeWrap',
  'ProcessWrap',
  'Timeout',
  'Immediate',
  'FSEventWrap',
];
/** How long closing may take to reach the operating system before it counts as a leak. */
const GRACE_MS = 3_000;

function openResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (WATCHED.includes(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

function leaked(before: Map<string, number>): string[] {
  return [...openResources()]
    .filter(([kind, count]) => count > (before.get(kind) ?? 0))
    .map(([kind, count]) => `${count - (before.get(kind) ?? 0)} × ${kind}`);
}

// Node opens these on first use, which would look like a leak of whoever used them first.
void [process.stdin, process.stdout, process.stderr];
const atStart = openResources();
let errors: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  errors = vi.spyOn(console, 'error');
});

afterEach(() => {
  const calls = errors.mock.calls.slice();
  errors.mockRestore();
  expect(calls, 'console.error was called').toEqual([]);
});

afterAll(async () => {
  const turns = GRACE_MS / 50;
  for (let turn = 0; turn < turns && leaked(atStart).length > 0; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50).unref());
    await new Promise((resolve) => setImmediate(resolve));
  }
  const left = leaked(atStart);
  if (left.length > 0) throw new Error(`This file left something open: ${left.join(', ')}`);
});
