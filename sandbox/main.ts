/** Starts the sandbox: Shopify and TikTok on one loopback port, with every stand-in mounted that exists. */

import { existsSync } from 'node:fs';
import { createSandboxServer, type Router } from './http.ts';
import type { TimeSource } from './clock.ts';
import { orderPayload } from './orders/payload.ts';
import { createWorld, type World } from './world.ts';

export interface SandboxOptions {
  /** 0 takes a free port. */
  port: number;
  /** Origin of the app under test; may be set later with `world.app.url`. */
  appUrl: string;
  apiKey: string;
  apiSecret: string;
  /** The same seed makes the same ids, tokens and faults. */
  seed: number;
  /** Time the sandbox's own clock stands on; moved further by `world.advanceClock`. */
  clock?: TimeSource;
}

export interface Sandbox {
  url: string;
  world: World;
  /** What failed inside the sandbox itself, not what it refused. */
  failures: { request: string; error: unknown }[];
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const world = createWorld(options);
  world.ports.orderPayload = orderPayload;
  const failures: Sandbox['failures'] = [];
  const server = createSandboxServer((error, request) => failures.push({ request, error }));
  await mountAll(server.router, world);
  const port = await server.listen(options.port);
  world.url = `http://127.0.0.1:${port}`;
  return {
    url: world.url,
    world,
    failures,
    async close() {
      world.clock.close();
      await server.close();
    },
  };
}

const rooms = [
  { file: './admin/mount.ts', mount: 'mountAdmin' },
  { file: './storefront/mount.ts', mount: 'mountStorefront' },
  { file: './tiktok/mount.ts', mount: 'mountTiktok' },
  { file: './control/mount.ts', mount: 'mountControl' },
];

async function mountAll(router: Router, world: World) {
  for (const room of rooms) {
    const address = new URL(room.file, import.meta.url);
    if (!existsSync(address)) continue;
    const module: Record<string, unknown> = await import(/* @vite-ignore */ address.href);
    const mount = module[room.mount];
    if (typeof mount !== 'function') throw new Error(`${room.file} does not export ${room.mount}`);
    await mount(router, world);
  }
}

if (import.meta.main) {
  const sandbox = await startSandbox({
    port: Number(process.env.SANDBOX_PORT ?? 4100),
    appUrl: process.env.SHOPIFY_APP_URL ?? 'http://127.0.0.1:3000',
    apiKey: process.env.SHOPIFY_API_KEY ?? 'tock-sandbox-key',
    apiSecret: process.env.SHOPIFY_API_SECRET ?? 'tock-sandbox-secret',
    seed: Number(process.env.SANDBOX_SEED ?? 1),
  });
  console.log(`Sandbox at ${sandbox.url}`);
  for (const shop of sandbox.world.shops.values()) {
    console.log(
      `  ${shop.name}: ${sandbox.world.storefrontUrl(shop)}/ and ${sandbox.url}/admin/store/${shop.handle}/apps/tock`,
    );
  }
  const stop = () => {
    for (const failure of sandbox.failures) console.error(failure.request, failure.error);
    void sandbox.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
