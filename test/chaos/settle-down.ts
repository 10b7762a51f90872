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

/** What only the comparison can bring is left to it. */
export async function settleDown(town: Town, buyers: Buyers): Promise<void> {
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

  await tellOfEarlierInstalls(town);
  await until(town, 'every webhook is taken', async () => {
    resendDue(town);
    return webhookLog(world).every(
      ({ copy, state }) => copy > 0 || state === 'delivered' || state === 'lost',
    );
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
}

const ORDER = /"admin_graphql_api_id":"gid:\/\/shopify\/Order\/(\d+)"/;

function orderOf({ topic, body }: WebhookDelivery): string | null {
  return topic.startsWith('orders/') ? (ORDER.exec(body)?.[1] ?? null) : null;
}

/**
 * The comparison looks back to the last install alone, and at orders alone: what was lost of the time before, and of the
 * app itself, is told again by hand.
 */
async function tellOfEarlierInstalls(town: Town): Promise<void> {
  const since = new Map<string, number>();
  await throughStore(town, async (store) => {
    for (const shop of town.shops) {
      const installed = await store.installs.shopById(shop.id);
      since.set(shop.domain, installed?.installedAt.getTime() ?? Infinity);
    }
  });
  const placed = new Map(
    town.shops.flatMap((shop) =>
      shop.orders.map((order) => [order.id, Date.parse(order.createdAt)] as const),
    ),
  );
  for (const delivery of webhookLog(town.world)) {
    if (delivery.state !== 'lost' || delivery.copy > 0) continue;
    const order = orderOf(delivery);
    const at = order === null ? undefined : placed.get(order);
    const ofThisInstall = at !== undefined && at >= (since.get(delivery.shop) ?? Infinity);
    if (!ofThisInstall) redeliver(town.world, delivery.webhookId);
  }
}

/**
 * An order of which only Shopify's list tells comes without its checkout: in a store that wants proof of consent nobody
 * can say that it must count, only that it must not count twice and has its outcome.
 */
export function expectOfUnheard(town: Town): void {
  const heard = new Set(
    webhookLog(town.world).flatMap((delivery) =>
      delivery.state === 'delivered' ? [orderOf(delivery) ?? ''] : [],
    ),
  );
  const { events, pixels } = town.expected;
  for (const shop of town.shops.filter(({ countryCode }) => countryCode === 'DE')) {
    for (const order of shop.orders.filter(({ id }) => !heard.has(id))) {
      for (const { code } of pixels.get(shop.handle) ?? []) {
        const key = `${code} CompletePayment order-${order.id}`;
        if (events.get(key) === 'counted') events.set(key, 'either');
      }
    }
  }
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
