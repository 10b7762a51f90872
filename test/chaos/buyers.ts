/** People in two stores: their pages tell Tock until it listens, and they buy before, while and after. */
import { setTimeout as wait } from 'node:timers/promises';
import { addToOrder, cancelOrder, fulfilOrder, payOrder, placeOrder } from '../../sandbox/orders/changes.ts';
import { draftOfKind, type OrderKind } from '../../sandbox/orders/kinds.ts';
import type { Random } from '../../sandbox/random.ts';
import type { SandboxShop } from '../../sandbox/world.ts';
import { beaconOf, idOf, type VisitEvent, type Visitor } from '../support/beacons.ts';
import type { Town } from './chaos.ts';
import type { Fate } from './count.ts';

export interface Buyers {
  /** Resolves when the last order is placed; what their pages still have to tell goes on. */
  done: Promise<void>;
  /** Resolves when every page has been heard. */
  heard(): Promise<void>;
  placed(): number;
  sent(): number;
}

const AT_ONCE = 6;
/** Longer than Tock's own patience. */
const ANSWER_MS = 5_000;
const counting: readonly OrderKind[] = [
  'plain',
  'plain',
  'plain',
  'discount-code',
  'tip',
  'other-currency',
  'gift-card-paid',
  'custom-line',
  'pending',
];
/** By the settings that every shop begins with these are none of TikTok's business. */
const never: readonly OrderKind[] = ['test-gateway', 'tiktok-shop'];

const tiktokNames = {
  product_viewed: 'ViewContent',
  product_added_to_cart: 'AddToCart',
  checkout_started: 'InitiateCheckout',
} as const;

export function buyersFor(town: Town, random: Random, orders: number, share: () => number): Buyers {
  const { world, expected, shops } = town;
  const talking = new Set<Promise<void>>();
  let begun = 0;
  let placed = 0;
  let sent = 0;

  function expect(shop: SandboxShop, name: string, eventId: string, fate: Fate): void {
    for (const { code } of expected.pixels.get(shop.handle) ?? [])
      expected.events.set(`${code} ${name} ${eventId}`, fate);
  }

  /** True when Tock said that it has it. A page that is told "uninstalled" gives up, and may have been heard before. */
  async function tell(shop: SandboxShop, visitor: Visitor, events: readonly VisitEvent[]): Promise<boolean> {
    const body = JSON.stringify(beaconOf(visitor, events, world.clock.now()));
    const headers = {
      'content-type': 'text/plain',
      'user-agent': 'Mozilla/5.0 (iPhone)',
      'x-forwarded-for': `203.0.113.${random.between(1, 254)}`,
    };
    const once = async (): Promise<number> => {
      try {
        const answer = await fetch(`${world.app.url}/intake/storefront`, {
          method: 'POST',
          body,
          headers,
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        await answer.arrayBuffer();
        return answer.status;
      } catch {
        return 0;
      }
    };
    for (;;) {
      const status = await once();
      const heard = status === 202;
      if (heard || status === 410) {
        for (const event of events)
          expect(shop, tiktokNames[event.name], idOf(event), heard ? 'counted' : 'either');
        if (heard && random.chance(0.1)) await Promise.all([once(), once()]);
        if (heard) sent += events.length;
        return heard;
      }
      if (status >= 400 && status < 500 && status !== 429)
        throw new Error(`An honest beacon was refused with ${status}.`);
      await wait(random.between(100, 600));
    }
  }

  function talk(work: Promise<unknown>): void {
    const told = work.then(() => void talking.delete(told));
    talking.add(told);
  }

  async function buy(): Promise<void> {
    const shop = random.pick(shops);
    const strict = shop.countryCode === 'DE';
    const number = random.hex(8);
    const visitor: Visitor = {
      key: expected.browserKeys.get(shop.handle) ?? '',
      client: random.uuid(),
      ttclid: `E.C.P.${random.hex(40)}`,
      language: shop.locale,
    };
    const kind = random.chance(0.06) ? random.pick(never) : random.pick(counting);
    const draft = {
      ...draftOfKind(world, shop, kind),
      email: `buyer-${number}@example.com`,
      ...(random.chance(0.5) ? {} : { landingSite: `/?ttclid=${visitor.ttclid}` }),
    };
    const at = (): Date => world.clock.now();
    const looks: VisitEvent[] = [
      { name: 'product_viewed', shopifyId: `sh-${random.uuid()}`, at: at() },
      { name: 'product_added_to_cart', shopifyId: `sh-${random.uuid()}`, at: at() },
    ];
    const checkout: VisitEvent = {
      name: 'checkout_started',
      shopifyId: `sh-${random.uuid()}`,
      at: at(),
      checkoutToken: draft.checkoutToken ?? random.hex(32),
      ...(draft.cartToken ? { cartToken: draft.cartToken } : {}),
    };
    talk(tell(shop, visitor, looks));
    const telling = strict || random.chance(0.9) ? tell(shop, visitor, [checkout]) : Promise.resolve(false);
    // Where consent must be proven, only a buyer who was heard is sure to count.
    const proven = strict ? await telling : true;
    if (!strict) talk(telling);

    const installed = shop.install.installed;
    const order = placeOrder(world, shop, draft);
    placed += 1;
    const fate: Fate = never.includes(kind) ? 'never' : proven && installed ? 'counted' : 'either';
    expect(shop, 'CompletePayment', `order-${order.id}`, fate);
    if (!installed) expected.untold.add(order.id);
    await wait(random.between(0, 50));
    const later = random.between(0, 3_000);
    const line = order.lines[0];
    if (kind === 'pending') talk(wait(later).then(() => payOrder(world, shop, order)));
    else if (random.chance(0.1)) talk(wait(later).then(() => fulfilOrder(world, shop, order)));
    else if (random.chance(0.05) && line?.variantId) {
      const { variantId } = line;
      talk(wait(later).then(() => addToOrder(world, shop, order, [{ item: { variantId }, quantity: 1 }])));
    } else if (random.chance(0.03)) {
      // Cancelled before it was sent it is skipped, afterwards it has been counted.
      if (fate === 'counted') expect(shop, 'CompletePayment', `order-${order.id}`, 'either');
      talk(wait(later).then(() => cancelOrder(world, shop, order)));
    }
  }

  async function buyer(): Promise<void> {
    while (begun < orders) {
      // Spread over all the trouble there will be.
      if (begun > orders * share()) {
        await wait(20);
        continue;
      }
      begun += 1;
      await buy();
    }
  }

  return {
    done: Promise.all(Array.from({ length: AT_ONCE }, buyer)).then(() => undefined),
    async heard() {
      while (talking.size > 0) await Promise.all(talking);
    },
    placed: () => placed,
    sent: () => sent,
  };
}
