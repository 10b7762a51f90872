/** Every switch of the sandbox as a named command with JSON arguments: the control page, the story and tests use these. */

import { grantScopes, requestCustomerData, requestErasure } from '../admin/installation.ts';
import { revokeAll } from '../admin/tokens.ts';
import {
  calmWebhooks,
  redeliver,
  setWebhookSwitches,
  webhookLog,
  webhookSwitches,
  type WebhookDelivery,
} from '../admin/webhooks.ts';
import {
  addToOrder,
  cancelOrder,
  deleteOrder,
  fulfilOrder,
  payOrder,
  placeOrder,
  refundLine,
} from '../orders/changes.ts';
import { draftOfKind, isOrderKind, orderKinds } from '../orders/kinds.ts';
import { orderSwitches } from '../orders/switches.ts';
import { pixelSwitches } from '../pixel-manager/switches.ts';
import { storefrontSwitches } from '../storefront/switches.ts';
import {
  addPixel,
  clearArrivals,
  pixelsOfShop,
  renewToken,
  revokeToken,
  tiktokOf,
  type TiktokPixel,
} from '../tiktok/business.ts';
import { describeFault, dropEnded, readFaultKind } from '../tiktok/faults.ts';
import type { SandboxOrder, SandboxShop, World } from '../world.ts';
import { readArguments, type Arguments } from './arguments.ts';
import { walk, type Walked } from './visitor.ts';

export interface Done {
  /** One sentence for the person who pressed the button. */
  says: string;
  [more: string]: unknown;
}

type Command = (world: World, given: Arguments) => Done | Promise<Done>;

function requireShop(world: World, given: Arguments): SandboxShop {
  const handle = given.text('shop');
  const shop = world.shops.get(handle);
  if (!shop) throw new Error(`There is no shop ${handle}; there are ${[...world.shops.keys()].join(', ')}.`);
  return shop;
}

function requirePixel(world: World, given: Arguments): TiktokPixel {
  const code = given.text('pixel');
  const pixel = tiktokOf(world).pixels.get(code);
  if (!pixel) throw new Error(`There is no pixel ${code}.`);
  return pixel;
}

function requireOrder(shop: SandboxShop, given: Arguments): SandboxOrder {
  const named = given.optionalText('order');
  const order = named
    ? shop.orders.find((one) => one.id === named || one.name === named || one.name === `#${named}`)
    : newestOrder(shop);
  if (!order)
    throw new Error(named ? `${shop.name} has no order ${named}.` : `${shop.name} has no order yet.`);
  return order;
}

function newestOrder(shop: SandboxShop): SandboxOrder | undefined {
  return shop.orders.reduce<SandboxOrder | undefined>(
    (newest, one) => (newest && newest.number > one.number ? newest : one),
    undefined,
  );
}

/** The newest order webhooks of a shop, all topics of its newest order. */
export function newestOrderWebhooks(world: World, shop: SandboxShop): WebhookDelivery[] {
  const order = newestOrder(shop);
  return webhookLog(world).filter(
    (one) =>
      one.shop === shop.domain &&
      one.copy === 0 &&
      one.topic.startsWith('orders/') &&
      order !== undefined &&
      one.body.includes(order.id),
  );
}

const lostOrderTopics = ['orders/create', 'orders/paid', 'orders/updated'];

export const commands: Record<string, Command> = {
  async clock(world, given) {
    const seconds = given.number('seconds', 0);
    if (seconds < 0) throw new Error('The clock only goes forward.');
    await world.advanceClock(seconds * 1_000);
    return { says: `It is now ${world.clock.now().toISOString()} for Shopify and TikTok.` };
  },

  'webhooks/set'(world, given) {
    const switches = webhookSwitches(world);
    const signature = given.choice('signature', ['right', 'wrong', 'missing'], switches.signature);
    const change = {
      delayMs: given.number('delaySeconds', switches.delayMs / 1_000) * 1_000,
      duplicates: given.number('duplicates', switches.duplicates),
      disorderMs: given.number('disorderSeconds', switches.disorderMs / 1_000) * 1_000,
      lossRate: given.share('lossRate', switches.lossRate),
      lostTopics: given.list('lostTopics', switches.lostTopics),
      signature,
      signWith: given.choice('signWith', ['current', 'previous'], switches.signWith),
      held: given.flag('held', switches.held),
    };
    return { says: 'Webhooks go out like this from now on.', switches: setWebhookSwitches(world, change) };
  },
  'webhooks/calm'(world) {
    setWebhookSwitches(world, calmWebhooks);
    return { says: 'Webhooks are calm: at once, once, in order, signed right. What was held goes out now.' };
  },
  'webhooks/resend'(world, given) {
    const named = given.optionalText('webhookId');
    const chosen = named
      ? [named]
      : newestOrderWebhooks(world, requireShop(world, given)).map((one) => one.webhookId);
    const times = given.number('times', 1);
    for (let time = 0; time < times; time += 1) for (const id of chosen) redeliver(world, id);
    if (chosen.length === 0) return { says: 'There is no webhook of an order to send.' };
    return {
      says: `Sent ${chosen.length} webhooks ${times === 1 ? 'again' : `${times} times more`}.`,
      webhookIds: chosen,
    };
  },
  'webhooks/rotate-secret'(world, given) {
    const secret = given.text('secret');
    world.app.previousSecret = world.app.apiSecret;
    world.app.apiSecret = secret;
    return { says: 'The app has a new secret; the one before stays valid for what it signed.' };
  },

  'order/place'(world, given) {
    const shop = requireShop(world, given);
    const kind = given.optionalText('kind') ?? 'plain';
    if (!isOrderKind(kind)) throw new Error(`kind must be one of ${orderKinds.join(', ')}.`);
    const count = given.number('count', 1);
    const placed: SandboxOrder[] = [];
    for (let one = 0; one < count; one += 1)
      placed.push(placeOrder(world, shop, draftOfKind(world, shop, kind)));
    const [first] = placed;
    if (!first) return { says: 'Placed no order.' };
    return {
      says:
        count === 1
          ? `${shop.name} has order ${first.name} over ${first.total} ${first.currency}; Shopify tells Tock.`
          : `${shop.name} has ${count} more orders.`,
      orders: placed.map((order) => ({ id: order.id, name: order.name, eventId: `order-${order.id}` })),
    };
  },
  async 'visitors/walk'(world, given) {
    const shop = requireShop(world, given);
    const journey = {
      ad: given.flag('ad', true),
      consent: given.choice('consent', ['accepted', 'declined', 'unasked'], 'accepted'),
      until: given.choice('until', ['product', 'cart', 'checkout', 'order'], 'order'),
    };
    const count = given.number('count', 1);
    const goods = shop.products.filter((product) => !product.giftCard).length;
    const walked: Walked[] = [];
    for (let one = 0; one < count; one += 1) {
      walked.push(await walk(world, shop, { ...journey, product: world.random.between(0, goods - 1) }));
    }
    const orders = walked.flatMap(({ order }) => order ?? []);
    const bought =
      orders.length > 0
        ? ` and bought: ${orders.map(({ name, total, currency }) => `${name} over ${total} ${currency}`).join(', ')}`
        : '';
    return {
      says: `${count === 1 ? 'A visitor' : `${count} visitors`} came to ${shop.name}${journey.ad ? ' by the ad' : ''}${bought}.`,
      visitors: walked.map(({ clientId, ttclid, order, beacons }) => ({
        clientId,
        ttclid,
        beacons,
        order: order?.id,
        eventId: order && `order-${order.id}`,
      })),
    };
  },
  async 'order/lose'(world, given) {
    const shop = requireShop(world, given);
    const before = webhookSwitches(world).lostTopics;
    setWebhookSwitches(world, { lostTopics: [...before, ...lostOrderTopics] });
    const { order } = await walk(world, shop, { ad: true, consent: 'accepted', until: 'order' }).finally(() =>
      setWebhookSwitches(world, { lostTopics: before }),
    );
    if (!order) throw new Error('The visitor did not buy.');
    return {
      says: `${shop.name} has order ${order.name}, and its webhooks were lost: Tock has not heard of it.`,
      order: { id: order.id, name: order.name, eventId: `order-${order.id}` },
    };
  },
  'order/change'(world, given) {
    const shop = requireShop(world, given);
    const order = requireOrder(shop, given);
    const what = given.choice('what', ['pay', 'cancel', 'delete', 'add', 'refund', 'fulfil'], 'pay');
    const [line] = order.lines;
    switch (what) {
      case 'pay':
        payOrder(world, shop, order);
        break;
      case 'cancel':
        cancelOrder(world, shop, order);
        break;
      case 'delete':
        deleteOrder(world, shop, order);
        break;
      case 'fulfil':
        fulfilOrder(world, shop, order);
        break;
      case 'refund':
        if (line) refundLine(world, shop, order, line.id, 1);
        break;
      case 'add':
        if (line?.variantId)
          addToOrder(world, shop, order, [{ item: { variantId: line.variantId }, quantity: 1 }]);
        break;
    }
    return { says: `${order.name}: done (${what}), and Shopify tells Tock.`, order: order.id };
  },
  'order/set'(world, given) {
    const switches = orderSwitches(world);
    switches.bigIds = given.flag('bigIds', switches.bigIds);
    return { says: switches.bigIds ? 'New ids have 18 digits.' : 'New ids have 13 digits.' };
  },

  'tiktok/faults'(world, given) {
    const business = tiktokOf(world);
    const now = world.clock.now().getTime();
    const seconds = given.optionalNumber('seconds');
    const what = readFaultKind(given.all);
    const fault = {
      id: (business.lastId += 1),
      what,
      pixel: given.optionalText('pixel'),
      rate: given.share('rate', 1),
      times: given.optionalNumber('times'),
      until: seconds === undefined ? undefined : now + seconds * 1_000,
    };
    business.switches.faults.push(fault);
    const which =
      fault.rate < 1 ? `${Math.round(fault.rate * 100)} % of the requests to TikTok` : 'Requests to TikTok';
    const time =
      seconds !== undefined
        ? `for ${seconds} s`
        : fault.times === undefined
          ? 'until cleared'
          : fault.times === 1
            ? 'once, for the next one'
            : `for the next ${fault.times}`;
    return { says: `${which}: ${describeFault(what)} – ${time}.`, fault: fault.id };
  },
  'tiktok/well'(world) {
    tiktokOf(world).switches.faults.length = 0;
    return { says: 'TikTok is well again.' };
  },
  'tiktok/set'(world, given) {
    const { switches } = tiktokOf(world);
    switches.statusStyle = given.choice(
      'statusStyle',
      ['ok', 'documented', 'bad-request'],
      switches.statusStyle,
    );
    switches.strict = given.flag('strict', switches.strict);
    switches.limits = {
      perSecond: given.number('perSecond', switches.limits.perSecond),
      perMinute: given.number('perMinute', switches.limits.perMinute),
      perDay: given.number('perDay', switches.limits.perDay),
    };
    return { says: 'TikTok answers like this from now on.' };
  },
  'tiktok/clear'(world) {
    clearArrivals(tiktokOf(world));
    return { says: 'TikTok has forgotten everything that arrived.' };
  },
  'tiktok/pixels/add'(world, given) {
    const pixel = addPixel(
      tiktokOf(world),
      requireShop(world, given),
      given.optionalText('name') ?? 'Another pixel',
    );
    return { says: `There is a new pixel ${pixel.code}.`, pixel };
  },
  'tiktok/pixels/active'(world, given) {
    const pixel = requirePixel(world, given);
    pixel.active = given.flag('active', !pixel.active);
    return { says: `${pixel.name} is ${pixel.active ? 'active' : 'deactivated'}.` };
  },
  'tiktok/tokens/revoke'(world, given) {
    const pixel = requirePixel(world, given);
    revokeToken(tiktokOf(world), pixel);
    return { says: `The token of ${pixel.name} is revoked.` };
  },
  'tiktok/tokens/renew'(world, given) {
    const pixel = requirePixel(world, given);
    const token = renewToken(tiktokOf(world), pixel);
    return { says: `${pixel.name} has a new token: ${token}`, token };
  },
  'tiktok/second-sender'(world, given) {
    const shop = requireShop(world, given);
    const { secondSenders } = tiktokOf(world).switches;
    const kind = given.choice('kind', ['none', 'tiktok-app', 'other-app'], 'none');
    if (kind === 'none') {
      secondSenders.delete(shop.handle);
      return { says: `${shop.name} has no second sender.` };
    }
    const pixel = given.optionalText('pixel') ?? pixelsOfShop(tiktokOf(world), shop.handle)[0]?.code ?? '';
    secondSenders.set(shop.handle, { kind, pixel });
    const who = kind === 'tiktok-app' ? 'TikTok’s own Shopify app' : 'another app’s pixel';
    return { says: `${who} now sends to ${pixel} from ${shop.name} too, under ids of its own.` };
  },

  'shops/install'(world, given) {
    const shop = requireShop(world, given);
    world.installApp(shop);
    return { says: `Tock is installed on ${shop.name}. Open it there, so that it can set itself up.` };
  },
  'shops/uninstall'(world, given) {
    const shop = requireShop(world, given);
    world.uninstallApp(shop);
    return { says: `Tock is uninstalled from ${shop.name}; 48 hours later Shopify asks for its erasure.` };
  },
  'shops/scopes'(world, given) {
    const shop = requireShop(world, given);
    grantScopes(world, shop, given.list('scopes', shop.install.grantedScopes));
    return { says: `${shop.name} has granted ${shop.install.grantedScopes.join(', ')}.` };
  },
  'shops/revoke-tokens'(world, given) {
    const shop = requireShop(world, given);
    revokeAll(world, shop);
    return { says: `All access tokens of ${shop.name} are revoked.` };
  },
  'shops/set'(world, given) {
    const shop = requireShop(world, given);
    const front = storefrontSwitches(world, shop);
    shop.embedEnabled = given.flag('embedEnabled', shop.embedEnabled);
    const data = shop.protectedData;
    for (const field of ['customerData', 'name', 'email', 'phone', 'address'] as const) {
      data[field] = given.flag(`protected.${field}`, data[field]);
    }
    front.banner = given.flag('banner', front.banner);
    front.upsell = given.flag('upsell', front.upsell);
    front.carryClientId = given.flag('carryClientId', front.carryClientId);
    front.landingWithoutConsent = given.flag('landingWithoutConsent', front.landingWithoutConsent);
    if (given.has('region')) front.region = given.optionalText('region') ?? null;
    const { webPixel } = shop.install;
    if (webPixel && given.has('dataSharingState')) {
      webPixel.dataSharingState = given.choice(
        'dataSharingState',
        [
          'ALWAYS_ON',
          'OPTIMIZED_ALLOW_ALL_EVENTS',
          'OPTIMIZED_ALLOW_LIMITED_EVENTS',
          'OPTIMIZED_PAUSE_ALL_EVENTS',
          'PAUSED',
        ],
        webPixel.dataSharingState,
      );
    }
    return { says: `${shop.name} is like this from now on.` };
  },
  'shops/privacy'(world, given) {
    const shop = requireShop(world, given);
    const email = given.optionalText('email');
    const customer = shop.customers.find((one) => (email ? one.email === email : true));
    if (!customer) throw new Error(`${shop.name} has no such customer.`);
    const what = given.choice('what', ['data-request', 'redact'], 'data-request');
    if (what === 'redact') requestErasure(world, shop, customer, true);
    else requestCustomerData(world, shop, customer);
    return { says: `Shopify has sent ${what === 'redact' ? 'customers/redact' : 'customers/data_request'}.` };
  },

  'pixels/set'(world, given) {
    const switches = pixelSwitches(world);
    switches.startDelayMs = given.number('startDelayMs', switches.startDelayMs);
    switches.checkoutStartedTimes = given.number('checkoutStartedTimes', switches.checkoutStartedTimes);
    switches.orderIdForm = given.choice(
      'orderIdForm',
      ['plain', 'gid', 'order-identity'],
      switches.orderIdForm,
    );
    return { says: 'Web pixels run like this from now on.' };
  },
};

/** What every switch stands at, for the page and for tests. */
export function switchPositions(world: World) {
  const business = tiktokOf(world);
  dropEnded(business.switches.faults, world.clock.now().getTime());
  const log = webhookLog(world);
  return {
    now: world.clock.now().toISOString(),
    app: { url: world.app.url, apiKey: world.app.apiKey },
    webhooks: {
      switches: webhookSwitches(world),
      sent: log.length,
      delivered: log.filter((one) => one.state === 'delivered').length,
      waiting: log.filter((one) => one.state === 'waiting' || one.state === 'held').length,
      lost: log.filter((one) => one.state === 'lost').length,
      givenUp: log.filter((one) => one.state === 'given up').length,
    },
    orders: { ...orderSwitches(world) },
    pixels: { ...pixelSwitches(world) },
    tiktok: {
      statusStyle: business.switches.statusStyle,
      strict: business.switches.strict,
      limits: business.switches.limits,
      faults: business.switches.faults.map((fault) => ({ ...fault, says: describeFault(fault.what) })),
      pixels: [...business.pixels.values()],
      secondSenders: Object.fromEntries(business.switches.secondSenders),
    },
    shops: [...world.shops.values()].map((shop) => ({
      handle: shop.handle,
      domain: shop.domain,
      name: shop.name,
      country: shop.countryCode,
      installed: shop.install.installed,
      scopes: shop.install.grantedScopes,
      webPixel: shop.install.webPixel,
      embedEnabled: shop.embedEnabled,
      protectedData: shop.protectedData,
      storefront: { ...storefrontSwitches(world, shop) },
      orders: shop.orders.length,
      links: {
        storefront: `${world.storefrontUrl(shop)}/`,
        admin: `${world.url}/admin/store/${shop.handle}/apps/${world.app.handle}`,
      },
    })),
  };
}

export type SwitchPositions = ReturnType<typeof switchPositions>;

/** Runs a command by its name; `undefined` when there is none of that name. */
export async function run(world: World, name: string, given: unknown): Promise<Done | undefined> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return undefined;
  const done = await command(world, readArguments(given));
  world.record('control', null, { command: name, says: done.says });
  return done;
}
