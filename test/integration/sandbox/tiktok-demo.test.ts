/** `npm run demo` as a person meets it: it starts, survives a kill, says what is in its way, and leaves nothing running. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { destroyEmbedded } from '../../../app/store/embedded/embedded.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Two starts of everything on a busy machine. */
const patience = 240_000;

let dataDir: string;
let ports: { app: number; sandbox: number };
const started: ChildProcess[] = [];

interface Demo {
  process: ChildProcess;
  /** Resolves when it has said so; fails with all it said when it ends before. */
  says(what: RegExp): Promise<string>;
  ended: Promise<number | null>;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  probe.close();
  await once(probe, 'close');
  return port;
}

function demo(...words: string[]): Demo {
  const child = spawn(process.execPath, ['tools/demo.ts', ...words], {
    cwd: root,
    env: {
      ...process.env,
      // The demo's own PostgreSQL is part of what is tried here.
      DATABASE_URL: '',
      DATA_DIR: dataDir,
      PORT: String(ports.app),
      SANDBOX_PORT: String(ports.sandbox),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said += piece.toString('utf8');
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    process: child,
    ended,
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (what.test(said)) resolve(said);
        };
        listeners.add(look);
        look();
        void ended.then(() => (what.test(said) ? resolve(said) : reject(new Error(said || 'said nothing'))));
      }),
  };
}

interface Where {
  demo: number | null;
  app: number | null;
}
const whereabouts = (): Where => JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8'));

function isAlive(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function buy(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${ports.sandbox}/control/visitors/walk`, {
    method: 'POST',
    body: JSON.stringify({ shop: 'northwind', consent: 'unasked' }),
  });
  const { visitors }: { visitors: { eventId: string }[] } = await answer.json();
  return visitors[0]?.eventId ?? '';
}

async function purchases(): Promise<string[]> {
  const answer = await fetch(
    `http://127.0.0.1:${ports.sandbox}/events-manager/api/conversions?event=Purchase`,
  );
  const { conversions }: { conversions: { eventId: string }[] } = await answer.json();
  return conversions.map(({ eventId }) => eventId);
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tock-demo-'));
  ports = { app: await freePort(), sandbox: await freePort() };
});

afterAll(async () => {
  const { app } = whereabouts();
  if (app !== null && isAlive(app)) process.kill(app, 'SIGKILL');
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  await destroyEmbedded(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}, patience);

test(
  'starts, is killed, starts again, counts what is bought, and stops without a trace',
  async () => {
    const first = demo();
    const told = await first.says(/Begin at/);
    expect(told).toContain(`http://127.0.0.1:${ports.sandbox}/story`);
    expect(told).toContain(`http://northwind.localhost:${ports.sandbox}/`);
    await expect.poll(purchases, { timeout: 30_000 }).toHaveLength(3);

    const second = demo();
    expect(await second.says(/\n/)).toContain('The demo runs already');
    expect(await second.ended).toBe(1);

    first.process.kill('SIGKILL');
    await first.ended;
    const orphan = whereabouts().app;
    expect(isAlive(orphan)).toBe(true);

    const third = demo();
    await third.says(/The stores are connected again[^]*Begin at/);
    expect(isAlive(orphan)).toBe(false);
    expect(await purchases()).toEqual([]);
    const bought = await buy();
    expect(bought).toMatch(/^order-\d+$/);
    await expect.poll(purchases, { timeout: 30_000 }).toEqual([bought]);

    const { app } = whereabouts();
    third.process.kill('SIGINT');
    expect(await third.ended).toBe(0);
    expect(isAlive(app)).toBe(false);
    expect(whereabouts()).toMatchObject({ demo: null, app: null });
  },
  patience,
);

test(
  'a port in use and a folder that is not the demo’s are one sentence each',
  async () => {
    const taken = createServer();
    taken.listen(ports.sandbox, '127.0.0.1');
    await once(taken, 'listening');
    const inTheWay = demo();
    expect(await inTheWay.says(/\n/)).toBe(
      `Port ${ports.sandbox} is in use by another program. Stop it, or choose another: npm run demo -- --sandbox-port ${ports.sandbox + 1}\n`,
    );
    expect(await inTheWay.ended).toBe(1);
    taken.close();

    const kept = dataDir;
    dataDir = mkdtempSync(join(tmpdir(), 'tock-foreign-'));
    writeFileSync(join(dataDir, 'letters.txt'), 'mine');
    const elsewhere = demo('--reset');
    expect(await elsewhere.says(/\n/)).toContain('holds data that no demo made');
    expect(await elsewhere.ended).toBe(1);
    expect(readFileSync(join(dataDir, 'letters.txt'), 'utf8')).toBe('mine');
    rmSync(dataDir, { recursive: true, force: true });
    dataDir = kept;
  },
  patience,
);
