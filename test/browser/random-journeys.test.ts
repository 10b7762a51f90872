/** Random journeys from a seed: no event twice, none missing that the evidence allowed, none present that it did not. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tiktokOf, type ArrivedCopy, type Conversion } from '../../sandbox/tiktok/business.ts';
import type { Channel } from '../../sandbox/tiktok/dedupe.ts';
import { beginJourney, planOf, type Journey, type Plan } from './random-journeys.ts';
import { openMall, type Mall, type Store } from './shopping.ts';

/** `npm run journeys` sets these: which journeys of which seed, the last one not included. */
const SEED = Number(process.env['JOURNEYS_SEED'] ?? 20_261_121);
const FROM = Number(process.env['JOURNEYS_FROM'] ?? 0);
const TO = Number(process.env['JOURNEYS_TO'] ?? 8);
/** At once in one browser, and settled together. */
const TOGETHER = 4;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Where consent is not required for the shop's own country, and where it is. */
const SHOPS = ['northwind', 'fjord'] as const;

let stores: Mall;
let malls: Store[];

beforeAll(async () => {
  stores = await openMall();
  malls = [];
  for (const handle of SHOPS) malls.push(await stores.store({ handle }));
});
afterAll(() => stores.close());

it(
  `journeys ${FROM} to ${TO - 1} of seed ${SEED}`,
  async () => {
    /** A journey that fails does not keep the others from being walked. */
    const problems: string[] = [];
    const known = new Set<string>();
    for (let first = FROM; first < TO; first += TOGETHER) {
      const numbers = Array.from({ length: Math.min(TOGETHER, TO - first) }, (_, place) => first + place);
      const walks = await walkTogether(numbers, problems);
      for (const { mall, journey } of walks) {
        for (const id of [...journey.sent().keys(), ...journey.copies().keys()])
          known.add(`${mall.shop.id} ${id}`);
        await check(mall, journey).catch((error: unknown) => problems.push(said(journey.plan, error)));
      }
      for (const mall of malls) await noneTwiceAndNoneUnknown(mall, known, problems);
    }
    expect(problems).toEqual([]);
    expect(malls[0]?.app.sandbox.failures).toEqual([]);
  },
  Math.max(120_000, (TO - FROM) * 60_000),
);

interface Walk {
  readonly mall: Store;
  readonly journey: Journey;
}

async function walkTogether(numbers: readonly number[], problems: string[]): Promise<Walk[]> {
  const begun = await Promise.all(
    numbers.map(async (number): Promise<Walk[]> => {
      const mall = malls[number % malls.length];
      if (mall === undefined) return [];
      const products = mall.shop.products
        .filter(({ giftCard }) => !giftCard)
        .map((product) => product.handle);
      const plan = planOf(SEED, number, products);
      try {
        return [{ mall, journey: await beginJourney(mall, plan, products) }];
      } catch (error) {
        problems.push(said(plan, error));
        return [];
      }
    }),
  );
  const walks = begun.flat();
  await Promise.all(walks.map(({ journey }) => journey.leave()));
  await settle();
  if (walks.some(({ journey }) => journey.plan.returns)) {
    await malls[0]?.later(2 * DAY);
    await Promise.all(
      walks.map(({ journey }) =>
        journey.finish().catch((error: unknown) => problems.push(said(journey.plan, error))),
      ),
    );
  }
  await Promise.all(walks.map(({ journey }) => journey.close()));
  await settle();
  return walks;
}

/** Page events go at once, webhooks arrive, holds end, everything due is sent. */
async function settle(): Promise<void> {
  for (const mall of malls) {
    await mall.deliverNow();
    const arrived = async () => {
      const [row] = await mall.app.house.store.database.rows<{ count: string }>(
        'SELECT count(*) AS count FROM orders WHERE shop_id = $1',
        [mall.shop.id],
      );
      return Number(row?.count);
    };
    await expect.poll(arrived, { timeout: 60_000 }).toBe(mall.shop.orders.length);
  }
  await malls[0]?.later(2 * MINUTE);
  await malls[0]?.deliverNow();
}

function said(plan: Plan, error: unknown): string {
  return `${JSON.stringify(plan)}\n${error instanceof Error ? error.message : String(error)}`;
}

/** Shopify's names of what is an event to TikTok; the other steps of a checkout are context for its order. */
const EVENTS = new Set([
  'product_viewed',
  'search_submitted',
  'product_added_to_cart',
  'checkout_started',
  'payment_info_submitted',
]);

/** What became of one visitor's events, against what left the browser and reached the server. */
async function check(mall: Store, journey: Journey): Promise<void> {
  const { plan, everAllowed, withdrawnAt, order } = journey;
  const { house, sandbox } = mall.app;
  const business = tiktokOf(sandbox.world);
  const sent = journey.sent();
  const copied = journey.copies();
  const seen = [...sent.values()];

  if (!everAllowed) expect([...sent.keys(), ...copied.keys()], 'nothing was allowed').toEqual([]);
  expect(
    seen.filter(({ allowed }) => !allowed),
    'sent without consent',
  ).toEqual([]);
  expect(journey.refusals(), 'refused by our server').toEqual([]);
  expect(
    [...copied].filter(([, times]) => times > 1),
    'told TikTok more than once by the page',
  ).toEqual([]);
  if (withdrawnAt !== undefined) {
    const after = seen.filter(({ event }) => Date.parse(event.at) > withdrawnAt.getTime());
    expect(after, 'sent after the withdrawal').toEqual([]);
  }
  expect(
    seen.filter(({ click }) => click !== undefined && click !== plan.click),
    'another’s click',
  ).toEqual([]);
  if (plan.blocked === 'beacon' || plan.blocked === 'both') {
    expect(
      seen.filter(({ reached }) => reached),
      'slipped past the blocker',
    ).toEqual([]);
  } else if (!plan.hasty) {
    expect(
      seen.filter(({ reached }) => !reached),
      'lost on the way',
    ).toEqual([]);
  }
  if (plan.blocked === 'tiktok' || plan.blocked === 'both') expect([...copied.keys()]).toEqual([]);

  const stored = await house.store.database.rows<{ id: string; state: string; reason: string }>(
    `SELECT e.event_id AS id, coalesce(d.state, 'none') AS state, coalesce(d.reason, '') AS reason
     FROM page_events e LEFT JOIN page_deliveries d
       ON d.shop_id = e.shop_id AND d.event_id = e.event_id AND d.occurred_at = e.occurred_at
     WHERE e.shop_id = $1 AND e.event_id = ANY($2)`,
    [mall.shop.id, [...sent.keys()]],
  );
  const conversions = [...business.conversions.values()];
  for (const { event, reached } of seen) {
    if (!EVENTS.has(event.name)) continue;
    const what = `${event.name} ${event.id}`;
    const rows = stored.filter(({ id }) => id === event.id);
    expect(
      rows.map(({ state }) => state),
      `${what}: ${rows.map(({ reason }) => reason).join()}`,
    ).toEqual(reached ? ['sent'] : []);
    const told = conversions.filter(({ eventId }) => eventId === event.id);
    const channels: Channel[] = [
      ...(copied.has(event.id) ? (['browser'] as const) : []),
      ...(reached ? (['server'] as const) : []),
    ];
    expect(
      told.map((one) => [...one.channels].sort()),
      what,
    ).toEqual(channels.length > 0 ? [channels] : []);
    if (told[0] !== undefined) sameInBothLegs(business.copies, told[0], what);
  }

  // Who is gone before the beacon left may have told TikTok all the same: then the browser’s copy stands alone.
  for (const id of copied.keys()) {
    if (sent.has(id)) continue;
    expect(plan.hasty, `${id} was told to TikTok alone`).toBe(true);
    const told = conversions.filter(({ eventId }) => eventId === id);
    expect(
      told.map(({ channels }) => channels),
      id,
    ).toEqual([['browser']]);
  }

  if (order === undefined) return;
  const attribute = order.noteAttributes.find(({ name }) => name === '_tock_consent')?.value;
  const visit = seen.filter(
    ({ event, reached }) => reached && event.draft.checkoutToken === order.checkoutToken,
  );
  // The newest and most restrictive counts; a beacon only exists where it was allowed.
  const evidence = [
    ...(attribute === undefined ? [] : [attribute.startsWith('11')]),
    ...visit.map(({ allowed }) => allowed),
  ];
  const country = (order.shippingAddress ?? order.billingAddress)?.countryCode;
  const rule = mall.shop.consentPolicy.find(
    (entry) => entry.countryCode === country && entry.regionCode === null,
  );
  // Unknown is the strictest.
  const allowed = evidence.length > 0 ? evidence.every(Boolean) : rule?.consentRequired === false;
  const [ending] = await mall.ending(order);
  const paid = conversions.filter(({ eventId }) => eventId === `order-${order.id}`);
  expect([ending?.state, paid.length], `${ending?.reason}, ${JSON.stringify(evidence)}`).toEqual(
    allowed ? ['sent', 1] : ['skipped', 0],
  );
  if (!allowed) return;
  expect(paid[0]?.value).toBe(Number(order.total));
  const ttclid = paid[0]?.user.ttclid;
  // Told with the visit or noted on the cart it is there; else it is this visitor’s or none, never another’s. Who leaves
  // the landing page at once, with nothing but its address to show the click, may take it along.
  if (
    visit.some(({ click }) => click !== undefined) ||
    order.noteAttributes.some(({ name }) => name === '_tock_click')
  ) {
    expect(ttclid, 'click of the order').toBe(plan.click);
  } else if (ttclid !== undefined) expect(ttclid, 'click of the order').toBe(plan.click);
}

function sameInBothLegs(copies: ReadonlyMap<number, ArrivedCopy>, one: Conversion, what: string): void {
  const told = one.copies.map((id) => {
    const copy = copies.get(id);
    return [copy?.event, copy?.value, copy?.currency, ...new Set(copy?.contentIds)];
  });
  for (const copy of told) expect(copy, what).toEqual(told[0]);
}

/** Over all journeys so far: each id once, and no id that neither the wire nor an order explains. */
async function noneTwiceAndNoneUnknown(mall: Store, known: Set<string>, problems: string[]): Promise<void> {
  const { house, sandbox } = mall.app;
  const events = await house.store.database.rows<{ id: string }>(
    'SELECT event_id AS id FROM page_events WHERE shop_id = $1',
    [mall.shop.id],
  );
  const orders = new Set(mall.shop.orders.map(({ id }) => `order-${id}`));
  const told = [...tiktokOf(sandbox.world).conversions.values()]
    .filter(({ pixel }) => pixel === mall.pixelCode)
    .map(({ eventId }) => eventId ?? '');
  const counted = new Set<string>();
  for (const id of told) {
    if (counted.has(id)) problems.push(`${mall.shop.handle}: TikTok counts ${id} twice.`);
    counted.add(id);
    if (!orders.has(id) && !known.has(`${mall.shop.id} ${id}`))
      problems.push(`${mall.shop.handle}: nothing explains ${id} at TikTok.`);
  }
  for (const { id } of events) {
    if (known.has(`${mall.shop.id} ${id}`)) continue;
    problems.push(`${mall.shop.handle}: nothing explains the stored ${id}.`);
    known.add(`${mall.shop.id} ${id}`);
  }
}
