/** After the trouble: everything works again, what failed is told again, and what waits goes out. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  calmWebhooks,
  redeliver,
  setWebhookSwitches,
  webhookLog,
  type WebhookDelivery,
} from '../../sandbox/admin/webhooks.ts';
import { tiktokOf } from '../../sandbox/tiktok/business.ts';
import type { Buyers } from './buyers.ts';
import type { Town } from './chaos.ts';
import { comeBack, replaceToken, throughStore } from './trouble.ts';

/** Everything that waits must be gone by then. */
const PATIENCE_MS = 180_000;
const RESEND_AFTER_MS = 1_500;

/** A delivery that failed and is not on its way just now. Further copies of it have Shopify's own retries. */
function hasFailed(delivery: WebhookDelivery): boolean {
  if (delivery.copy > 0 || delivery.attempts.length === 0) return false;
  return delivery.state === 'given up' || (delivery.state === 'waiting' && delivery.nextAt !== null);
}

/** Shopify's retries, without its hours between them. */
function resendDue(town: Town): number {
  const now = town.world.clock.now().getTime();
  let sent = 0;
  for (const delivery of webhookLog(town.world)) {
    const last = delivery.attempts.at(-1);
    if (!hasFailed(delivery) || !last || now - Date.parse(last.at) < RESEND_AFTER_MS + last.milliseconds)
      continue;
    redeliver(town.world, delivery.webhookId);
    sent += 1;
    // No more at once than Shopify would send.
    if (sent >= 100) break;
  }
  return sent;
}

export async function resendFailed(town: Town): Promise<void> {
  while (!town.calm) {
    resendDue(town);
    await wait(300);
  }
}

export async function settleDown(town: Town, buyers: Buyers): Promise<{ neverTried: number }> {
  const { world } = town;
  town.patienceUntil = performance.now() + PATIENCE_MS;
  tiktokOf(world).switches.faults.length = 0;
  setWebhookSwitches(world, calmWebhooks);
  for (const proxy of [town.toTock, town.toTikTok]) {
    proxy.set({ kind: 'calm' });
    proxy.cut();
  }
  await Promise.all([town.web.end(), town.worker.end()]);
  town.web.begin();
  await town.web.ready();
  for (const shop of town.shops) {
    await comeBack(town, shop);
    for (const pixel of town.expected.pixels.get(shop.handle) ?? []) await replaceToken(town, shop, pixel);
  }
  await buyers.heard();

  const lost = webhookLog(world).filter(({ state, copy }) => state === 'lost' && copy === 0);
  for (const { webhookId } of lost) redeliver(world, webhookId);
  await until(town, 'every webhook is taken', async () => {
    resendDue(town);
    return webhookLog(world).every(({ copy, state }) => copy > 0 || state === 'delivered');
  });

  // No process is left that holds a lease, and retries may be hours away: what the clock would do is done at once.
  await throughStore(town, (store) =>
    store.database.run(
      `UPDATE queue SET due_at = $1, lease_until = CASE WHEN lease_until IS NULL THEN NULL ELSE $1::timestamptz END
       WHERE lease_until IS NOT NULL OR waiting_for = 'retry'`,
      [world.clock.now()],
    ),
  );
  town.worker.begin();
  await town.worker.ready();
  const store = await town.place.openStore(2);
  try {
    await until(town, 'the queue is empty', async () => {
      const [row] = await store.database.rows<{ n: string }>('SELECT count(*) AS n FROM queue');
      return row?.n === '0';
    });
  } finally {
    await store.close();
  }
  return { neverTried: lost.length };
}

async function until(town: Town, what: string, check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) {
    if (performance.now() > town.patienceUntil) {
      process.stderr.write(`Not within ${PATIENCE_MS / 1000} s: ${what}.\n`);
      return;
    }
    await wait(200);
  }
}
