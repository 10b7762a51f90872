/** Random visits from a seed: what each visitor does, walked in a real browser, and what left the browser while they did. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { BeaconEvent } from '../../app/conversion/beacon.ts';
import { createRandom } from '../../sandbox/random.ts';
import { findCheckout } from '../../sandbox/storefront/checkout.ts';
import type { SandboxOrder } from '../../sandbox/world.ts';
import type { Store } from './shopping.ts';

type Step = 'product' | 'search' | 'home' | 'second tab' | 'back' | 'add';

export interface Plan {
  readonly name: string;
  readonly region: string;
  readonly click: string | undefined;
  readonly landing: string;
  /** Where no banner is shown, everything but a withdrawal means nothing. */
  readonly consent: 'accept' | 'decline' | 'ignore' | 'late' | 'withdraw';
  readonly blocked: 'nothing' | 'tiktok' | 'beacon' | 'both';
  /** Goes on without waiting for what the page has to say. */
  readonly hasty: boolean;
  readonly steps: readonly Step[];
  readonly buys: 'not' | 'checkout' | 'express';
  /** Buys on another day. */
  readonly returns: boolean;
  /** Of one person only: orders of the same customer share what is known of them. */
  readonly email: string;
}

const BLOCKED = {
  nothing: undefined,
  tiktok: /\/tiktok\//,
  beacon: /\/intake\//,
  both: /\/tiktok\/|\/intake\//,
};
/** A loaded machine takes its time; what never comes is still a failure. */
const PATIENCE = { timeout: 60_000, interval: 25 };

/** The same for a seed and a number, whatever else is walked: a journey that fails can be walked alone. */
export function planOf(seed: number, number: number, products: readonly string[]): Plan {
  const random = createRandom(Math.imul(seed, 1_000_003) + number);
  const steps = Array.from({ length: random.between(0, 3) }, () =>
    random.pick<Step>(['product', 'search', 'home', 'second tab', 'back', 'add']),
  );
  const buys = random.pick(['not', 'checkout', 'checkout', 'express'] as const);
  return {
    name: `journey ${number} of seed ${seed}`,
    region: random.pick(['US-NY', 'US-CA', 'DE', 'FR']),
    click: random.chance(0.6) ? `E.C.P.s${seed}j${number}` : undefined,
    landing: random.pick(products),
    consent: random.pick(['accept', 'accept', 'decline', 'ignore', 'late', 'withdraw']),
    blocked: random.pick(['nothing', 'nothing', 'nothing', 'tiktok', 'beacon', 'both']),
    hasty: random.chance(0.25),
    steps: buys === 'checkout' ? [...steps, 'add'] : steps,
    buys,
    returns: buys !== 'not' && random.chance(0.3),
    email: `visitor-${seed}-${number}@example.com`,
  };
}

/** One event of the visitor's, by what was seen of it on the wire. */
export interface SeenEvent {
  readonly event: BeaconEvent;
  /** What its beacon said of the visitor's consent. */
  readonly allowed: boolean;
  /** The click that its beacon told. */
  readonly click: string | undefined;
  /** Whether the server answered that it has it. */
  reached: boolean;
}

export interface Journey {
  readonly plan: Plan;
  /** What left the browser in beacons, whether or not it arrived, by event id. */
  sent(): Map<string, SeenEvent>;
  /** Event ids whose browser copy left for TikTok, and how often each. */
  copies(): Map<string, number>;
  /** Answers of our server that are no success. */
  refusals(): number[];
  /** From the visitor's point of view. */
  readonly everAllowed: boolean;
  readonly withdrawnAt: Date | undefined;
  readonly order: SandboxOrder | undefined;
  /** The tabs close, what is under way arrives: before anybody moves the clock. */
  leave(): Promise<void>;
  /** The visitor comes back and buys. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export async function beginJourney(mall: Store, plan: Plan, products: readonly string[]): Promise<Journey> {
  const { context, wire } = await mall.wiredVisitor(plan.region, BLOCKED[plan.blocked]);
  const random = createRandom(plan.name.length + plan.steps.length);
  const tiktokBlocked = plan.blocked === 'tiktok' || plan.blocked === 'both';
  const beaconBlocked = plan.blocked === 'beacon' || plan.blocked === 'both';
  let page = await context.newPage();
  let allowed = false;
  let everAllowed = false;
  let withdrawnAt: Date | undefined;
  let order: SandboxOrder | undefined;

  function sent(): Map<string, SeenEvent> {
    const seen = new Map<string, SeenEvent>();
    for (const { beacon, status } of wire.beacons) {
      const { analytics, marketing } = beacon.consent;
      for (const event of beacon.events) {
        const known = seen.get(event.id);
        const reached = status === 202;
        if (known === undefined)
          seen.set(event.id, {
            event,
            allowed: analytics && marketing,
            click: beacon.click?.id,
            reached,
          });
        else known.reached ||= reached;
      }
    }
    return seen;
  }

  function copies(): Map<string, number> {
    const told = new Map<string, number>();
    for (const id of wire.hits) told.set(id, (told.get(id) ?? 0) + 1);
    return told;
  }

  function now(is: boolean): void {
    allowed = is;
    everAllowed ||= is;
  }

  /** A patient visitor stays until the page has said what it has to say, to us and to TikTok. */
  async function said(name: string, times: number): Promise<void> {
    if (!allowed || plan.hasty) return;
    const told = () => {
      const events = [...sent().values()].filter(({ event }) => event.name === name);
      const copied = copies();
      return events.filter(({ event }) => tiktokBlocked || event.echoed === undefined || copied.has(event.id))
        .length;
    };
    await expect.poll(told, { ...PATIENCE, message: `${plan.name}: ${name}` }).toBeGreaterThanOrEqual(times);
  }

  const told = { product_viewed: 0, search_submitted: 0, product_added_to_cart: 0 };
  async function sees(name: keyof typeof told): Promise<void> {
    if (allowed) told[name] += 1;
    await said(name, told[name]);
  }

  async function openProduct(on: Page, handle: string, query = ''): Promise<void> {
    await on.goto(`${mall.url}/products/${handle}${query}`, { waitUntil: 'load' });
  }

  async function land(): Promise<void> {
    await openProduct(page, plan.landing, plan.click === undefined ? '' : `?ttclid=${plan.click}`);
    const asked = await needsConsent(page);
    if (!asked) now(true);
    else if (plan.consent === 'decline') await page.locator('[data-consent=decline]').click();
    else if (plan.consent === 'accept' || plan.consent === 'withdraw') await accept();
    if (allowed) await sees('product_viewed');
    if (asked && plan.consent === 'late') {
      await accept();
      await sees('product_viewed');
    }
  }

  async function accept(): Promise<void> {
    await page.locator('[data-consent=accept]').click();
    now(true);
  }

  async function walk(step: Step): Promise<void> {
    switch (step) {
      case 'product':
        await openProduct(page, random.pick(products));
        return sees('product_viewed');
      case 'search':
        await page.goto(`${mall.url}/search?q=a`, { waitUntil: 'load' });
        return sees('search_submitted');
      case 'home':
        await page.goto(`${mall.url}/`, { waitUntil: 'load' });
        return;
      case 'back':
        // Before the page is there the browser cannot say where the next step back leads.
        await page.goBack({ waitUntil: 'domcontentloaded' });
        return;
      case 'second tab':
        page = await context.newPage();
        await openProduct(page, random.pick(products));
        return sees('product_viewed');
      case 'add':
        await openProduct(page, plan.landing);
        await sees('product_viewed');
        await mall.addToCart(page);
        return sees('product_added_to_cart');
    }
  }

  async function buy(): Promise<void> {
    if (plan.buys === 'not') return;
    if (plan.buys === 'express') {
      await openProduct(page, plan.landing);
      await page.locator('[data-express]').click();
    } else {
      await page.goto(`${mall.url}/cart`, { waitUntil: 'load' });
      await page.locator('[data-checkout]').click();
    }
    await page.waitForURL(/\/checkouts\//, { waitUntil: 'load' });
    const token = /\/checkouts\/cn\/([^/?#]+)/.exec(page.url())?.[1] ?? '';
    if (plan.buys === 'express') {
      const checkout = findCheckout(mall.app.sandbox.world, token, mall.shop);
      if (checkout) checkout.email = plan.email;
    } else {
      await page.locator('form[data-step=contact] input[name=email]').fill(plan.email);
      await page.locator('form[data-step=contact] input[name=phone]').fill('');
      await page.locator('form[data-step=contact] button').click();
      await page.locator('form[data-step=shipping] button').click();
    }
    await page.locator('form[data-step=payment] button').click();
    await page.waitForURL(/thank-you/, { waitUntil: plan.hasty ? 'commit' : 'load' });
    order = mall.shop.orders.find(({ cartToken }) => cartToken === token);
    if (order === undefined) throw new Error(`${plan.name} bought nothing.`);
  }

  async function withdraw(): Promise<void> {
    if (plan.consent !== 'withdraw') return;
    await page.goto(`${mall.url}/pages/privacy-choices`, { waitUntil: 'load' });
    for (const tick of await page.locator('form[data-choices] input[type=checkbox]').all())
      await tick.uncheck();
    await page.locator('form[data-choices] button').click();
    await page.locator('form[data-choices] [role=status]:not(:empty)').waitFor();
    now(false);
    withdrawnAt = mall.app.sandbox.world.clock.now();
  }

  /** What is under way arrives, unless the visitor is hasty: then the tab just closes. */
  async function rest(): Promise<void> {
    if (plan.hasty || !allowed || beaconBlocked || !page.url().startsWith(mall.url)) return;
    const waiting = () =>
      page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('tock:q:')).length);
    await expect.poll(waiting, { ...PATIENCE, message: `${plan.name}: still to be sent` }).toBe(0);
  }

  try {
    await land();
    for (const step of plan.steps) await walk(step);
    if (!plan.returns) {
      await withdraw();
      await buy();
    }
    await rest();
  } catch (error) {
    await context.close();
    throw error;
  }

  return {
    plan,
    sent,
    copies,
    refusals: () => wire.beacons.flatMap(({ status }) => (status === 202 ? [] : (status ?? []))),
    get everAllowed() {
      return everAllowed;
    },
    get withdrawnAt() {
      return withdrawnAt;
    },
    get order() {
      return order;
    },
    async leave() {
      for (const tab of context.pages()) await tab.close();
      await wire.quiet();
    },
    async finish() {
      if (!plan.returns) return;
      page = await context.newPage();
      await withdraw();
      await buy();
      await rest();
    },
    async close() {
      await context.close();
      await wire.quiet();
    },
  };
}

/** Shopify's banner stands where a choice is due. */
async function needsConsent(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const look = () => {
          const privacy = window.Shopify?.customerPrivacy;
          if (privacy?.analyticsProcessingAllowed === undefined) setTimeout(look, 10);
          else resolve(!privacy.analyticsProcessingAllowed());
        };
        look();
      }),
  );
}
