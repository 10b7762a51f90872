/** `npm run demo`: Tock, a sandbox Shopify and a sandbox TikTok on one machine, with two stores to try things in. */

import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedError } from '../app/store/embedded/problem.ts';
import { destroyEmbedded } from '../app/store/embedded/embedded.ts';
import { startSandbox, type Sandbox } from '../sandbox/main.ts';
import { appCommand, logFile, startApp, type AppProcess } from './demo/app-process.ts';
import { help, readOptions, type DemoOptions } from './demo/options.ts';
import { addFirstPixel, makeTraffic, openApp } from './demo/seed.ts';
import {
  forget,
  isForeign,
  isPortFree,
  readWhereabouts,
  runs,
  stopProcess,
  writeWhereabouts,
} from './demo/whereabouts.ts';

/** Something that whoever starts the demo can mend: its message is all they need. */
class DemoProblem extends Error {}

const say = (line = '') => console.log(line);
const readyMs = 60_000;

async function clearTheWay({ dataDir, reset, port, sandboxPort }: DemoOptions): Promise<void> {
  const before = readWhereabouts(dataDir);
  if (before && runs(before.demo, 'tools/demo.ts')) {
    throw new DemoProblem(`The demo runs already (process ${before.demo}). Stop it there with Ctrl-C first.`);
  }
  if (isForeign(dataDir)) {
    throw new DemoProblem(`${dataDir} holds data that no demo made. Choose another folder with DATA_DIR.`);
  }
  if (before?.app && runs(before.app, appCommand)) {
    say('Stopping what an earlier demo left running …');
    await stopProcess(before.app, appCommand, 5_000);
  }
  if (reset) {
    await destroyEmbedded(dataDir);
    forget(dataDir);
    say('Everything that the demo stored is gone.');
  }
  for (const [taken, option] of [
    [port, '--port'],
    [sandboxPort, '--sandbox-port'],
  ] as const) {
    if (!(await isPortFree(taken))) {
      throw new DemoProblem(
        `Port ${taken} is in use by another program. Stop it, or choose another: npm run demo -- ${option} ${taken + 1}`,
      );
    }
  }
}

/** Prisma's client and the pages, each only when their sources are newer. */
async function build(): Promise<void> {
  await import('./generate.ts');
  const { buildAll } = await import('./build.ts');
  await buildAll(say);
}

async function untilReady(app: AppProcess, url: string): Promise<void> {
  const until = performance.now() + readyMs;
  let over: number | string | undefined;
  void app.ended.then((how) => (over = how));
  for (;;) {
    if (over !== undefined) throw new DemoProblem(`Tock did not start (${over}):\n${app.lastWords()}`);
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (performance.now() > until)
      throw new DemoProblem(`Tock is not ready after a minute:\n${app.lastWords()}`);
    await wait(50);
  }
}

function tellAddresses(sandbox: Sandbox, options: DemoOptions): void {
  const { url, world } = sandbox;
  say();
  say('Open these:');
  say();
  say(`  Try this, step by step       ${url}/story`);
  for (const shop of world.shops.values()) {
    say(`  ${shop.name.padEnd(28)} ${world.storefrontUrl(shop)}/`);
    say(`    Tock in its admin          ${url}/admin/store/${shop.handle}/apps/${world.app.handle}`);
  }
  say(`  Ads that lead to them        ${url}/ads`);
  say(`  TikTok’s Events Manager      ${url}/events-manager`);
  say(`  Every switch                 ${url}/control`);
  say();
  say(`Tock itself listens on http://127.0.0.1:${options.port}; its log is ${logFile(options.dataDir)}.`);
}

async function start(options: DemoOptions): Promise<void> {
  const ending: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      for (const end of ending.reverse()) await end();
    })());
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (stopping) return;
        say('\nStopping …');
        resolve('interrupted');
      });
    }
  });

  try {
    await clearTheWay(options);
    writeWhereabouts(options.dataDir, { demo: process.pid, app: null });
    ending.push(async () => writeWhereabouts(options.dataDir, { demo: null, app: null }));

    const run = async (): Promise<'failed'> => {
      await build();
      if (stopping) return 'failed';
      const sandbox = await startSandbox({
        port: options.sandboxPort,
        appUrl: `http://127.0.0.1:${options.port}`,
        apiKey: 'tock-sandbox-key',
        apiSecret: 'tock-sandbox-secret',
        // New at each start: the sandbox forgets its orders, and must not give their ids to new ones.
        seed: randomInt(2 ** 31),
      });
      ending.push(() => sandbox.close());
      // Interrupted in between: what is not begun yet must not outlive this process.
      if (stopping) return 'failed';
      const place = { port: options.port, dataDir: options.dataDir, sandboxUrl: sandbox.url };
      const app = startApp(place);
      ending.push(() => app.stop());
      writeWhereabouts(options.dataDir, { app: app.pid });
      await untilReady(app, sandbox.world.app.url);
      tellAddresses(sandbox, options);

      say('Setting the stores up …');
      const { world } = sandbox;
      const seeded = readWhereabouts(options.dataDir)?.seeded === true;
      await Promise.all(
        [...world.shops.values()].map(async (shop) => {
          await openApp(world, shop);
          shop.embedEnabled = true;
          await addFirstPixel(world, shop, place);
        }),
      );
      if (seeded) {
        say(
          'The stores are connected again. Tock still knows everything from before; the sandbox has forgotten it.',
        );
      } else {
        await makeTraffic(world);
        writeWhereabouts(options.dataDir, { seeded: true });
        say('The stores have pixels, and their first visitors and orders.');
      }
      say(`Begin at ${sandbox.url}/story. Ctrl-C stops everything.`);
      const how = await app.ended;
      if (!stopping) say(`Tock has ended (${how}):\n${app.lastWords()}`);
      return 'failed';
    };

    if ((await Promise.race([run(), interrupted])) === 'failed') process.exitCode = 1;
  } finally {
    await stop();
  }
}

async function main(): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options === 'help') say(help);
    else await start(options);
  } catch (error) {
    const plain = error instanceof DemoProblem || error instanceof EmbeddedError;
    console.error(
      plain || !(error instanceof Error)
        ? String(error instanceof Error ? error.message : error)
        : error.message,
    );
    process.exitCode = 1;
  }
  // What an interrupted start had begun (a build, a request) must not keep the terminal waiting.
  process.exit();
}

await main();
