/** Everything that goes wrong, drawn from the seed: killed processes, a killed database, dead connections, bad answers. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { changeSettings } from '../../app/settings/versions.ts';
import type { Store } from '../../app/store/store.ts';
import { calmWebhooks, redeliver, setWebhookSwitches, webhookLog } from '../../sandbox/admin/webhooks.ts';
import { run } from '../../sandbox/control/switchboard.ts';
import type { ProxyMode } from '../../sandbox/faults/tcp-proxy.ts';
import { createRandom, type Random } from '../../sandbox/random.ts';
import { tiktokOf } from '../../sandbox/tiktok/business.ts';
import type { SandboxShop } from '../../sandbox/world.ts';
import { openApp } from '../../tools/demo/seed.ts';
import type { Kept, Town } from './chaos.ts';

export interface Trouble {
  /** Resolves when the last one is killed and everything else is as it was. */
  done: Promise<void>;
  kills(): number;
  /** How much of the trouble is over, 0 to 1; never 0, so that some buy before it begins. */
  share(): number;
  readonly killed: Record<string, number>;
  readonly others: Record<string, number>;
}

const calm: ProxyMode = { kind: 'calm' };

/** Faults after which nobody may believe that the events were refused for good: TikTok's refusals in words are tested apart. */
const faults: readonly Record<string, unknown>[] = [
  { kind: 'code', code: 40100 },
  { kind: 'code', code: 50000, status: 500 },
  { kind: 'code', code: 51010, taken: true },
  { kind: 'code', code: 51021, status: 429 },
  { kind: 'html', status: 502, taken: true },
  { kind: 'html', status: 503 },
  { kind: 'slow-first-byte', ms: 3_000 },
  { kind: 'slow-first-byte', ms: 12_000 },
  { kind: 'slow-body', ms: 2_000 },
  { kind: 'reset', moment: 'at-once' },
  { kind: 'reset', moment: 'after-reading', taken: true },
  { kind: 'reset', moment: 'after-reading' },
  { kind: 'reset', moment: 'within-the-answer', taken: true },
  { kind: 'half-open', taken: true },
  { kind: 'half-open' },
];

export function makeTrouble(town: Town, random: Random, target: number): Trouble {
  const { world } = town;
  const killed: Record<string, number> = {};
  const others: Record<string, number> = {};
  let kills = 0;
  const over = (): boolean => kills >= target;
  const note = (what: string): void => void (others[what] = (others[what] ?? 0) + 1);
  // A line of chance for each kind of trouble: how long one takes does not change what the others do.
  const chance = (): Random => createRandom(random.between(1, 2 ** 31));

  function count(whom: string): void {
    kills += 1;
    killed[whom] = (killed[whom] ?? 0) + 1;
  }

  async function killProcess(name: string, kept: Kept, own: Random): Promise<void> {
    while (!over()) {
      // Mostly in the middle of work, now and then while it starts.
      if (own.chance(0.85)) while (!kept.works && !over()) await wait(20);
      await wait(own.between(0, 2_500));
      if (over()) return;
      count(name);
      await kept.kill(own.between(0, 300));
    }
  }

  async function killPostgres(own: Random): Promise<void> {
    while (!over()) {
      // A database that never comes up leaves nothing to lose: mostly it is killed while all work on it.
      if (own.chance(0.85)) while (!(town.web.works && town.worker.works) && !over()) await wait(20);
      await wait(own.between(500, 8_000));
      const postmaster = town.place.postmaster();
      if (over() || postmaster === null) continue;
      const servants = childrenOf(postmaster);
      const whole = own.chance(0.6) || servants.length === 0;
      const victim = whole ? postmaster : own.pick(servants);
      try {
        process.kill(victim, 'SIGKILL');
        count(whole ? 'postgres' : 'one of its processes');
      } catch {
        // Gone already.
      }
    }
  }

  async function breakConnections(own: Random): Promise<void> {
    const modes: ProxyMode[] = [
      { kind: 'half-open' },
      { kind: 'answers-lost' },
      { kind: 'delay', ms: 300 },
      { kind: 'refuse' },
      { kind: 'cut-after', bytes: own.between(1, 200) },
    ];
    while (!over()) {
      await wait(own.between(500, 4_000));
      const [proxy, name] = own.chance(0.5) ? [town.toTock, 'Tock'] : [town.toTikTok, 'TikTok'];
      const mode = own.pick(modes);
      note(`connections to ${name}: ${mode.kind}`);
      proxy.set(mode);
      await wait(own.between(200, 2_500));
      if (own.chance(0.3)) proxy.cut();
      proxy.set(calm);
    }
  }

  async function confuseTikTok(own: Random): Promise<void> {
    while (!over()) {
      await wait(own.between(300, 3_000));
      const fault = own.pick(faults);
      note('faults of TikTok');
      await run(world, 'tiktok/faults', {
        ...fault,
        rate: own.pick([0.3, 0.7, 1]),
        seconds: own.between(1, 3),
      });
    }
  }

  async function confuseWebhooks(own: Random): Promise<void> {
    // Most of the first ones are lost, so that even a short run has orders that only the comparison brings.
    let rate = 0.7;
    while (!over()) {
      note('moods of webhooks');
      setWebhookSwitches(world, {
        duplicates: own.pick([0, 0, 1, 2]),
        disorderMs: own.pick([0, 500, 4_000]),
        delayMs: own.pick([0, 0, 3_000]),
        lossRate: rate,
      });
      await wait(own.between(1_000, 5_000));
      rate = own.pick([0, 0, 0.03, 0.6]);
    }
    setWebhookSwitches(world, calmWebhooks);
  }

  async function changeMinds(own: Random): Promise<void> {
    while (!over()) {
      await wait(own.between(3_000, 8_000));
      if (over()) return;
      const shop = own.pick(town.shops);
      const holdSeconds = own.between(0, 3);
      note('changes of settings');
      await throughStore(town, (store) =>
        changeSettings(store.shop(shop.id).settings, {
          actor: 'chaos',
          action: 'settings.changed',
          target: 'settings',
          change: (current) => ({ ...current, shop: { ...current.shop, holdSeconds } }),
        }),
      );
    }
  }

  async function revokeTokens(own: Random): Promise<void> {
    while (!over()) {
      await wait(own.between(4_000, 12_000));
      if (over()) return;
      const shop = own.pick(town.shops);
      const pixel = own.pick(town.expected.pixels.get(shop.handle) ?? []);
      note('revoked tokens');
      await run(world, 'tiktok/tokens/revoke', { pixel: pixel.code });
      await wait(own.between(500, 4_000));
      await replaceToken(town, shop, pixel);
    }
  }

  async function leaveAndComeBack(own: Random): Promise<void> {
    const shop = town.shops[1];
    while (!over() && shop) {
      await wait(own.between(6_000, 20_000));
      if (over()) return;
      note('uninstalls');
      world.uninstallApp(shop);
      await wait(own.between(300, 3_000));
      await comeBack(town, shop);
    }
  }

  const done = Promise.all([
    killProcess('web', town.web, chance()),
    killProcess('worker', town.worker, chance()),
    killPostgres(chance()),
    breakConnections(chance()),
    confuseTikTok(chance()),
    confuseWebhooks(chance()),
    changeMinds(chance()),
    revokeTokens(chance()),
    leaveAndComeBack(chance()),
  ]).then(() => undefined);

  return {
    done,
    kills: () => kills,
    share: () => Math.min(1, (kills + 1) / Math.max(1, target)),
    killed,
    others,
  };
}

/** From outside, as another process does it; PostgreSQL may be away just now. */
export async function throughStore<T>(town: Town, work: (store: Store) => Promise<T>): Promise<T> {
  for (;;) {
    let store: Store | undefined;
    try {
      store = await town.place.openStore(2);
      return await work(store);
    } catch (error) {
      if (town.calm && performance.now() > town.patienceUntil) throw error;
      await wait(300);
    } finally {
      await store?.close().catch(() => undefined);
    }
  }
}

export async function replaceToken(
  town: Town,
  shop: SandboxShop,
  pixel: { code: string; id: string },
): Promise<void> {
  const known = tiktokOf(town.world).pixels.get(pixel.code);
  if (!known) throw new Error(`TikTok has no pixel ${pixel.code}.`);
  if (tiktokOf(town.world).tokens.get(known.token)?.revoked === true)
    await run(town.world, 'tiktok/tokens/renew', { pixel: pixel.code });
  await throughStore(town, (store) =>
    store.shop(shop.id).pixels.change(pixel.id, { token: known.token, state: 'active' }, 'chaos'),
  );
}

const STAFF_PATIENCE_MS = 8_000;

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came within ${ms} ms.`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * That the app was uninstalled, and Tock never heard it, comes out with the next question to Shopify, within the hour;
 * here it is told at once, by hand.
 */
function tellOfUninstall(town: Town, shop: SandboxShop): void {
  const lost = webhookLog(town.world).filter(
    (delivery) =>
      delivery.state === 'lost' && delivery.topic === 'app/uninstalled' && delivery.shop === shop.domain,
  );
  for (const { webhookId } of lost) redeliver(town.world, webhookId);
}

/** Staff open the app until it opens. */
export async function comeBack(town: Town, shop: SandboxShop): Promise<void> {
  for (;;) {
    tellOfUninstall(town, shop);
    try {
      // On a connection that died without a word a page would load for ever: staff load it again.
      await within(STAFF_PATIENCE_MS, openApp(town.world, shop));
      return;
    } catch (error) {
      if (town.calm && performance.now() > town.patienceUntil) throw error;
      await wait(300);
    }
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8');
        return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}
