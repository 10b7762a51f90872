/** Starts the sandbox: Shopify and TikTok on one loopback port, with every stand-in mounted that exists. */

import { createSandboxServer } from './http.ts';
import { mountAdmin } from './admin/mount.ts';
import type { TimeSource } from './clock.ts';
import { mountControl } from './control/mount.ts';
import { orderPayload } from './orders/payload.ts';
import { mountStorefront } from './storefront/mount.ts';
import { mountTiktok } from './tiktok/mount.ts';
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
  mountAdmin(server.router, world);
  mountStorefront(server.router, world);
  mountTiktok(server.router, world);
  mountControl(server.router, world);
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

if (import.meta.main) {
  const port = Number(process.env.SANDBOX_PORT ?? 4100);
  const sandbox = await startSandbox({
    port,
    appUrl: process.env.SHOPIFY_APP_URL ?? 'http://127.0.0.1:3000',
    apiKey: process.env.SHOPIFY_API_KEY ?? 'tock-sandbox-key',
    apiSecret: process.env.SHOPIFY_API_SECRET ?? 'tock-sandbox-secret',
    seed: Number(process.env.SANDBOX_SEED ?? 1),
  }).catch((error: unknown) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken) throw error;
    console.error(`Port ${port} is in use by something else. Choose another with SANDBOX_PORT.`);
    process.exit(1);
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
