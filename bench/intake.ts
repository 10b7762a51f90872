/** Acknowledged-after-commit requests a second, for beacons and for signed webhooks, beside a bare server and beside the template's way. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sandboxCredentials } from '../app/config.ts';
import { freePort, openPlace, startApp, type Place } from '../test/support/app-processes.ts';
import { beaconRequest, checkoutTokenOf, orderRequest, type Request } from './load/bodies.ts';
import { numberOption } from './load/options.ts';
import { press, type Pressed } from './load/press.ts';
import { installShops, type BenchShop } from './load/shops.ts';
import type { BenchReport } from './run.ts';

interface Candidate {
  port: number;
  pids: () => number[];
  stop(): Promise<void>;
}

const SHOPS = 20;
const CONNECTIONS = 64;

type Kind = 'beacon' | 'webhook';

async function opened(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (child.exitCode !== null) throw new Error('A server to compare with did not start.');
    const there = await fetch(`http://127.0.0.1:${port}/intake/storefront`, {
      method: 'POST',
      body: '{}',
    }).then(
      () => true,
      () => false,
    );
    if (there) return;
    await wait(25);
  }
  throw new Error('A server to compare with does not listen.');
}

async function compared(file: string, place: Place): Promise<Candidate> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL(`./intake/${file}`, import.meta.url))], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      DATABASE_URL: place.databaseUrl,
      SHOPIFY_API_KEY: sandboxCredentials.apiKey,
      SHOPIFY_API_SECRET: sandboxCredentials.apiSecret,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await opened(port, child);
  return {
    port,
    pids: () => [child.pid ?? 0, place.postmaster() ?? 0],
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function ours(place: Place): Promise<Candidate> {
  const port = await freePort();
  const logFile = path.join(place.dataDir, 'web.log');
  closeSync(openSync(logFile, 'a'));
  const app = startApp({
    door: 'web',
    place,
    throughUrl: true,
    port,
    appUrl: `http://127.0.0.1:${port}`,
    sandboxUrl: 'http://127.0.0.1:9',
    logFile,
  });
  await app.ready();
  return { port, pids: () => [app.pid, place.postmaster() ?? 0], stop: app.stop };
}

/** Each kind of candidate gets ids of its own, so that nobody answers from what another stored. */
function maker(kind: Kind, shops: readonly BenchShop[], start: number): (index: number) => Request {
  return (index) => {
    const shop = shops[index % shops.length];
    if (!shop) throw new Error('There is no shop to send from.');
    const number = start + index;
    const at = new Date();
    return kind === 'beacon'
      ? beaconRequest({ shop, index: number, at })
      : orderRequest(
          { shop, index: number, at, checkoutToken: checkoutTokenOf(number) },
          sandboxCredentials.apiSecret,
        );
  };
}

export async function bench(args: string[]): Promise<BenchReport> {
  const seconds = numberOption(args, 'seconds', 8);
  const connections = numberOption(args, 'connections', CONNECTIONS);
  const place = await openPlace();
  const stopping: (() => Promise<void>)[] = [() => place.remove()];
  try {
    const store = await place.openStore(2);
    const shops = await installShops(store, { count: SHOPS });
    for (const { domain } of shops) {
      await store.database.prisma.session.create({
        data: {
          id: `offline_${domain}`,
          shopDomain: domain,
          isOnline: false,
          sealed: Buffer.from('token'),
          updatedAt: new Date(),
        },
      });
    }
    await store.close();
    const candidates: [string, (place: Place) => Promise<Candidate>][] = [
      ['ours', ours],
      ['bare', (there) => compared('bare-server.ts', there)],
      ['template', (there) => compared('template-server.ts', there)],
    ];
    const measured = new Map<string, Pressed>();
    let start = 0;
    for (const [name, open] of candidates) {
      const candidate = await open(place);
      try {
        for (const kind of ['beacon', 'webhook'] as const) {
          const make = maker(kind, shops, start);
          start += 10_000_000;
          const { port, pids } = candidate;
          measured.set(`${kind} ${name}`, await press({ port, connections, seconds, make, pids }));
        }
      } finally {
        await candidate.stop();
      }
    }
    const of = (key: string): Pressed => {
      const found = measured.get(key);
      if (!found) throw new Error(`Nothing was measured for ${key}.`);
      return found;
    };
    const resultOf = (kind: Kind): Record<string, number> => ({
      ours: of(`${kind} ours`).perSecond,
      bare: of(`${kind} bare`).perSecond,
      template: of(`${kind} template`).perSecond,
      cpuMicros: of(`${kind} ours`).cpuMicros,
    });
    return {
      title: `Acknowledged requests a second (${connections} connections, ${seconds} s each)`,
      rows: [...measured].map(([what, { perSecond, cpuMicros, refused }]) => ({
        what,
        'a second': perSecond,
        'CPU µs each': cpuMicros,
        refused: JSON.stringify(refused),
      })),
      notes: [
        `CPU is that of the server and of PostgreSQL together, from /proc. ${cpus().length} cores, shared with the load generator.`,
        ...(['beacon', 'webhook'] as const).map((kind) => {
          const times = (value: number): string => value.toFixed(1);
          return `${kind}: ${times(of(`${kind} ours`).perSecond / of(`${kind} template`).perSecond)} times the template's way in requests, ${times(of(`${kind} template`).cpuMicros / of(`${kind} ours`).cpuMicros)} times in CPU.`;
        }),
      ],
      result: { beacon: resultOf('beacon'), webhook: resultOf('webhook') },
    };
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}
