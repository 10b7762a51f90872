/** Random journeys from a seed: no event twice, none missing that the evidence allowed, none present that it did not. */
import { afterAll, describe, expect, it } from 'vitest';
import { tiktokOf } from '../../sandbox/tiktok/business.ts';
import { beginJourney, plansOf, type Journey } from './random-journeys.ts';
import { goShopping, type Shopping } from './shopping.ts';

/** `npm run journeys -- --journeys 1000 --seed 7` sets these. */
const SEED = Number(process.env['JOURNEYS_SEED'] ?? 20_261_121);
const COUNT = Number(process.env['JOURNEYS'] ?? 4);
const TOGETHER = 3;
const BATCH = 12;
const MINUTE = 60_000;

describe.each([
  ['northwind', 'a shop where consent is not required'],
  ['fjord', 'a shop where it is'],
])('%s, %s', (handle) => {
  let mall: Shopping | undefined;
  afterAll(() => mall?.close());

  it(
    `${Math.ceil(COUNT / 2)} journeys of seed ${SEED}`,
    async () => {
      mall = await goShopping({ handle });
      const products = mall.shop.products
        .filter(({ giftCard }) => !giftCard)
        .map((product) => product.handle);
      const plans = plansOf(SEED + handle.length, Math.ceil(COUNT / 2), products);
      const known = new Set<string>();
      let done = 0;
      while (plans.length > 0) {
        const journeys = await walkTogether(mall, plans.splice(0, BATCH), products);
        for (const journey of journeys) for (const id of journey.sent.keys()) known.add(id);
        for (const journey of journeys) await check(mall, journey);
        await noneTwiceAndNoneUnknown(mall, known);
        done += journeys.length;
        if (COUNT > BATCH) process.stdout.write(`${handle}: ${done} journeys\n`);
      }
      expect(mall.app.sandbox.failures).toEqual([]);
    },
    Math.max(90_000, COUNT * 20_000),
  );
});

async function walkTogether(
  mall: Shopping,
  plans: Parameters<typeof beginJourney>[1][],
  products: string[],
): Promise<Journey[]> {
  const journeys: Journey[] = [];
  while (plans.length > 0) {
    const group = plans.splice(0, TOGETHER);
    journeys.push(...(await Promise.all(group.map((plan) => beginJourney(mall, plan, products)))));
  }
  await settle(mall);
  if (journeys.some(({ plan }) => plan.returns)) {
    await mall.later(2 * 24 * 60 * MINUTE);
    for (const journey of journeys) await journey.finish();
  }
  await Promise.all(journeys.map((journey) => journey.close()));
  await settle(mall);
  return journeys;
}

/** Webhooks arrive, holds end, everything due is sent. */
async function settle(mall: Shopping): Promise<void> {
  const { house } = mall.app;
  const arrived = async () => {
    const [row] = await house.store.database.rows<{ count: string }>(
      'SELECT count(*) AS count FROM orders WHERE shop_id = $1',
      [mall.shop.id],
    );
    return Number(row?.count);
  };
  await expect.poll(arrived, { timeout: 20_000 }).toBe(mall.shop.orders.length);
  await mall.later(2 * MINUTE);
  await house.delivery.runDue();
}

/** What became of one visitor's events, against the evidence that left the browser and reached the server. */
async function check(mall: Shopping, { plan, sent, everAllowed, order }: Journey): Promise<void> {
  const { house, sandbox } = mall.app;
  const said = JSON.stringify(plan);
  const conversions = [...tiktokOf(sandbox.world).conversions.values()];
  if (!everAllowed) expect([...sent.keys()], `${said} never allowed anything`).toEqual([]);
  expect(
    [...sent.values()].filter(({ allowed }) => !allowed),
    said,
  ).toEqual([]);

  const reached = await house.store.database.rows<{ id: string; state: string; reason: string }>(
    `SELECT e.event_id AS id, coalesce(d.state, 'none') AS state, coalesce(d.reason, '') AS reason
     FROM page_events e LEFT JOIN page_deliveries d
       ON d.shop_id = e.shop_id AND d.event_id = e.event_id AND d.occurred_at = e.occurred_at
     WHERE e.shop_id = $1 AND e.event_id = ANY($2)`,
    [mall.shop.id, [...sent.keys()]],
  );
  for (const { id, state, reason } of reached) {
    const name = sent.get(id)?.event.name ?? '';
    if (!SENT_NAMES.has(name)) continue;
    expect([name, state], `${said}: ${reason}`).toEqual([name, 'sent']);
    const told = conversions.filter(({ eventId }) => eventId === id);
    expect(told.length, `${said}: ${name} ${id}`).toBe(1);
    expect(told[0]?.channels, `${said}: ${name}`).toContain('server');
  }
  // A beacon that outlives its page slips past the browser's blocking: then it is evidence like any other.
  const open = plan.blocked === 'nothing' || plan.blocked === 'tiktok';
  if (open && !plan.hasty) {
    // A patient visitor's events all arrive; what only tells of the checkout's steps is context and no event.
    const wanted = [...sent].filter(([, { event }]) => SENT_NAMES.has(event.name)).map(([id]) => id);
    expect(reached.map(({ id }) => id).sort(), said).toEqual(wanted.sort());
  }

  if (order === undefined) return;
  const attribute = order.noteAttributes.find(({ name }) => name === '_tock_consent')?.value;
  const byBeacon = reached
    .map(({ id }) => sent.get(id))
    .filter((one) => one?.event.draft.checkoutToken === order.checkoutToken);
  // The newest and most restrictive counts; a beacon only exists where it was allowed.
  const evidence = [
    ...(attribute === undefined ? [] : [attribute.startsWith('11')]),
    ...byBeacon.map((one) => one?.allowed === true),
  ];
  const country = (order.shippingAddress ?? order.billingAddress)?.countryCode;
  const rule = mall.shop.consentPolicy.find(
    (entry) => entry.countryCode === country && entry.regionCode === null,
  );
  // Unknown is the strictest.
  const allowed = evidence.length > 0 ? evidence.every(Boolean) : rule?.consentRequired === false;
  const [ending] = await mall.ending(order);
  const paid = conversions.filter(({ eventId }) => eventId === `order-${order.id}`);
  expect([ending?.state, paid.length], `${said}: ${ending?.reason}, ${JSON.stringify(evidence)}`).toEqual(
    allowed ? ['sent', 1] : ['skipped', 0],
  );
  if (!allowed) return;
  expect(paid[0]?.value, said).toBe(Number(order.total));
  if (plan.click !== undefined && (byBeacon.length > 0 || hasClick(order))) {
    expect(paid[0]?.user.ttclid, said).toBe(plan.click);
  }
}

const SENT_NAMES = new Set([
  'product_viewed',
  'search_submitted',
  'product_added_to_cart',
  'checkout_started',
  'payment_info_submitted',
]);

function hasClick(order: { noteAttributes: { name: string }[] }): boolean {
  return order.noteAttributes.some(({ name }) => name === '_tock_click');
}

/** Over all journeys so far: each id once, and no id that neither a browser, nor a beacon, nor an order explains. */
async function noneTwiceAndNoneUnknown(mall: Shopping, known: ReadonlySet<string>): Promise<void> {
  const { house, sandbox } = mall.app;
  const ids = [...tiktokOf(sandbox.world).conversions.values()].map(({ eventId }) => eventId ?? '');
  const events = await house.store.database.rows<{ id: string }>(
    'SELECT event_id AS id FROM page_events WHERE shop_id = $1',
    [mall.shop.id],
  );
  const explained = new Set([
    ...known,
    ...events.map(({ id }) => id),
    ...mall.shop.orders.map(({ id }) => `order-${id}`),
  ]);
  expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
  expect(ids.filter((id) => !explained.has(id))).toEqual([]);
}
