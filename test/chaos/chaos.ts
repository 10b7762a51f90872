/** Buys, browses and breaks things at the same time, and at the end counts on both sides: what Shopify had, what TikTok counts. */
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { giveSettingsToPixels } from '../../app/settings/pixels.ts';
import { changeSettings } from '../../app/settings/versions.ts';
import { keepEveryWebhook } from '../../sandbox/admin/webhooks.ts';
import { startTcpProxy, type TcpProxy } from '../../sandbox/faults/tcp-proxy.ts';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { createRandom } from '../../sandbox/random.ts';
import { pixelsOfShop, tiktokOf } from '../../sandbox/tiktok/business.ts';
import type { SandboxShop, World } from '../../sandbox/world.ts';
import { openApp } from '../../tools/demo/seed.ts';
import {
  environmentOf,
  freePort,
  openPlace,
  startApp,
  type AppProcess,
  type Place,
} from '../support/app-processes.ts';
import { closeTheBooks } from './books.ts';
import { buyersFor, type Buyers } from './buyers.ts';
import { countBothSides, type Counted, type Expected } from './count.ts';
import { expectOfUnheard, resendFailed, settleDown } from './settle-down.ts';
import { makeTrouble, type Trouble } from './trouble.ts';

export interface ChaosOptions {
  seed: number;
  kills: number;
  orders: number;
  say?: (line: string) => void;
  /** Ends it at once; nothing is left running. */
  signal?: AbortSignal;
}

export interface ChaosReport extends Counted {
  seed: number;
  kills: number;
  killed: Record<string, number>;
  /** Orders that no webhook brought: the comparison with Shopify's list found them. */
  found: number;
  seconds: number;
  troubles: Record<string, number>;
}

/** One of Tock's processes, replaced by the next whenever it is killed. */
export interface Kept {
  readonly current: AppProcess;
  /** True once it does its work. */
  readonly works: boolean;
  /** Kills it; the next one starts a moment later. */
  kill(restMs: number): Promise<void>;
  /** Kills it for good. */
  end(): Promise<void>;
  /** Starts one where none is. */
  begin(): void;
  ready(): Promise<void>;
}

export interface Town {
  place: Place;
  sandbox: Sandbox;
  world: World;
  shops: readonly SandboxShop[];
  web: Kept;
  worker: Kept;
  /** Between Shopify and the browsers on one side and Tock on the other. */
  toTock: TcpProxy;
  toTikTok: TcpProxy;
  expected: Expected;
  /** As Tock's processes are told, with PostgreSQL by its address. */
  environment: NodeJS.ProcessEnv;
  /** True from the moment on from which nothing is broken any more. */
  calm: boolean;
  /** By `performance.now()`: what is not done by then is not waited for any more. */
  patienceUntil: number;
}

function keep(start: () => AppProcess): Kept {
  let current = start();
  let works = false;
  let wanted = true;
  const watch = (): void => {
    const watched = current;
    works = false;
    watched.ready().then(
      () => (works = current === watched),
      // Killed while it started, or PostgreSQL was not there: it is started again, as any supervisor would.
      async () => {
        watched.kill();
        await watched.ended;
        await wait(200);
        if (wanted && current === watched) begin();
      },
    );
  };
  const begin = (): void => {
    wanted = true;
    current = start();
    watch();
  };
  watch();
  return {
    get current() {
      return current;
    },
    get works() {
      return works;
    },
    begin,
    async kill(restMs) {
      const killed = current;
      killed.kill();
      works = false;
      await killed.ended;
      await wait(restMs);
      if (wanted && current === killed) begin();
    },
    async end() {
      wanted = false;
      works = false;
      current.kill();
      await current.ended;
    },
    async ready() {
      while (!works) await wait(25);
    },
  };
}

const OPENING_TRIES = 10;

/** On a busy machine a process that has just begun says for a while that it is slow. */
async function openOnceItAnswers(world: World, shop: SandboxShop): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await openApp(world, shop);
      return;
    } catch (error) {
      if (tries === OPENING_TRIES) throw error;
      await wait(1_000);
    }
  }
}

/** Small shops in two regions: one sends without proof of consent, the other only with it. */
async function settleIn(town: Omit<Town, 'expected'>): Promise<Expected> {
  const { world, place } = town;
  const expected: Expected = {
    events: new Map(),
    pixels: new Map(),
    browserKeys: new Map(),
    untold: new Set(),
  };
  for (const shop of town.shops) await openOnceItAnswers(world, shop);
  const store = await place.openStore(2);
  try {
    for (const [index, shop] of town.shops.entries()) {
      const own = store.shop(shop.id);
      const codes: { code: string; id: string }[] = [];
      for (const pixel of pixelsOfShop(tiktokOf(world), shop.handle).slice(0, index === 0 ? 2 : 1)) {
        const added = await own.pixels.add(
          {
            code: pixel.code,
            name: pixel.name,
            token: pixel.token,
            // Shopify tells times by the second: what is bought in this very second must count.
            activeFrom: new Date(world.clock.now().getTime() - 60_000),
          },
          'chaos',
        );
        codes.push({ code: pixel.code, id: added.pixel.id });
      }
      await giveSettingsToPixels(own, 'chaos');
      await changeSettings(own.settings, {
        actor: 'chaos',
        action: 'settings.changed',
        target: 'settings',
        change: (current) => ({ ...current, shop: { ...current.shop, holdSeconds: 2 } }),
      });
      expected.pixels.set(shop.handle, codes);
      expected.browserKeys.set(shop.handle, (await own.details()).publicKey);
    }
  } finally {
    await store.close();
  }
  return expected;
}

async function openTown(seed: number): Promise<Town> {
  const place = await openPlace();
  const webPort = await freePort();
  const toTock = await startTcpProxy({ target: { host: '127.0.0.1', port: webPort } });
  const appUrl = `http://127.0.0.1:${toTock.port}`;
  const sandbox = await startSandbox({
    port: 0,
    appUrl,
    apiKey: 'tock-sandbox-key',
    apiSecret: 'tock-sandbox-secret',
    seed,
  });
  keepEveryWebhook(sandbox.world);
  const toTikTok = await startTcpProxy({
    target: { host: '127.0.0.1', port: Number(new URL(sandbox.url).port) },
  });
  const told = {
    place,
    appUrl,
    sandboxUrl: sandbox.url,
    tiktokUrl: `http://127.0.0.1:${toTikTok.port}/tiktok/open_api/v1.3`,
  };
  const start = (door: 'web' | 'worker') => (): AppProcess => {
    const logFile = path.join(place.dataDir, `${door}.log`);
    closeSync(openSync(logFile, 'a'));
    return startApp({ ...told, door, port: door === 'web' ? webPort : 0, logFile });
  };
  const web = keep(start('web'));
  await web.ready();
  const worker = keep(start('worker'));
  const shops = [...sandbox.world.shops.values()];
  const town = {
    place,
    sandbox,
    world: sandbox.world,
    shops,
    web,
    worker,
    toTock,
    toTikTok,
    environment: environmentOf({ ...told, throughUrl: true }),
    calm: false,
    patienceUntil: Infinity,
  };
  const expected = await settleIn(town);
  // A process that knew the stores without their pixels knows them so for seconds more.
  await web.kill(0);
  await Promise.all([web.ready(), worker.ready()]);
  // From here on only what is tried keeps PostgreSQL alive.
  await place.leave();
  return Object.assign(town, { expected });
}

async function closeTown(town: Town): Promise<void> {
  await Promise.all([town.web.end(), town.worker.end()]);
  await Promise.all([town.toTock.close(), town.toTikTok.close(), town.sandbox.close()]);
  await town.place.remove();
}

function interrupted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('Interrupted: nothing was counted.')));
  });
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed } = options;
  const say = options.say ?? (() => undefined);
  const random = createRandom(seed);
  const started = performance.now();
  const town = await openTown(seed);
  try {
    say(
      `Two stores are open (${Math.round((performance.now() - started) / 1000)} s). Now everything breaks.`,
    );
    const trouble: Trouble = makeTrouble(town, random, options.kills);
    const buyers: Buyers = buyersFor(town, random, options.orders, () => trouble.share());
    const resending = resendFailed(town);
    const telling = setInterval(
      () => say(`  ${trouble.kills()} kills, ${buyers.placed()} orders, ${buyers.sent()} page events`),
      15_000,
    );
    try {
      await Promise.race([Promise.all([trouble.done, buyers.done]), interrupted(options.signal)]);
    } finally {
      clearInterval(telling);
    }
    town.calm = true;
    await resending;
    say('Everything is calm again; what waits goes out.');
    await settleDown(town, buyers);
    const books = await closeTheBooks(town);
    expectOfUnheard(town);
    const counted = await countBothSides(town, books.faults);
    return {
      seed,
      kills: trouble.kills(),
      killed: trouble.killed,
      ...counted,
      found: books.found,
      troubles: trouble.others,
      seconds: Math.round((performance.now() - started) / 1000),
    };
  } finally {
    town.calm = true;
    await closeTown(town);
  }
}
