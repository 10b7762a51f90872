/** Remembers in the data folder which processes the demo runs, so that the next start finds what a killed one left behind. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface Whereabouts {
  demo: number | null;
  app: number | null;
  /** The first traffic was made: a later start does not make it again. */
  seeded: boolean;
}

const nowhere: Whereabouts = { demo: null, app: null, seeded: false };
const fileIn = (dataDir: string) => join(dataDir, 'demo.json');

export function readWhereabouts(dataDir: string): Whereabouts | null {
  if (!existsSync(fileIn(dataDir))) return null;
  try {
    const kept: Partial<Whereabouts> = JSON.parse(readFileSync(fileIn(dataDir), 'utf8'));
    return { ...nowhere, ...kept };
  } catch {
    // Cut short by a crash: it says that the folder is the demo's, and no more.
    return nowhere;
  }
}

export function writeWhereabouts(dataDir: string, whereabouts: Partial<Whereabouts>): void {
  mkdirSync(dataDir, { recursive: true });
  const next = { ...(readWhereabouts(dataDir) ?? nowhere), ...whereabouts };
  const aside = `${fileIn(dataDir)}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(next));
  renameSync(aside, fileIn(dataDir));
}

/** A folder with something in it that no demo has put there. */
export function isForeign(dataDir: string): boolean {
  return existsSync(dataDir) && readWhereabouts(dataDir) === null && readdirSync(dataDir).length > 0;
}

export function forget(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true });
}

/** Process ids are given out anew, so the command has to fit as well. */
export function runs(pid: number | null, command: string): boolean {
  if (pid === null || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return commandOf(pid).includes(command);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    try {
      return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    } catch {
      return '';
    }
  }
}

/** Asks it to end, and after `patienceMs` makes it. */
export async function stopProcess(pid: number, command: string, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  process.kill(pid, 'SIGTERM');
  while (runs(pid, command) && performance.now() < until) await wait(50);
  if (runs(pid, command)) process.kill(pid, 'SIGKILL');
  while (runs(pid, command)) await wait(20);
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
