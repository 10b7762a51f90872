/** Webhooks as Shopify sends them: subscriptions from the app's TOML, signatures, retries, and every way they go wrong. */

import { createHmac } from 'node:crypto';
import { worldMemory, type SandboxShop, type World } from '../world.ts';
import { readDeployedApp, type WebhookSubscription } from './app-files.ts';
import { nullProtected } from './protected-data.ts';

/** Shopify's limits: 8 retries spread over 4 hours, each waiting twice as long as the one before; 5 seconds each. */
export const retryCount = 8;
const retrySpan = 4 * 3_600_000;
const firstWait = retrySpan / (2 ** retryCount - 1);
export const answerLimitMs = 5_000;

export interface WebhookSwitches {
  /** Held back this long by the world's clock, up to a day. */
  delayMs: number;
  /** Further copies of each delivery, with the same webhook id. */
  duplicates: number;
  /** Deliveries wait a chance time of up to this, so that they overtake one another. */
  disorderMs: number;
  /** Share of deliveries, 0 to 1, that are never tried. */
  lossRate: number;
  /** Topics that are never tried. */
  lostTopics: string[];
  signature: 'right' | 'wrong' | 'missing';
  /** Signs with the secret before the rotation, as Shopify may for an hour. */
  signWith: 'current' | 'previous';
  /** Nothing goes out at all; what is due waits. */
  held: boolean;
  /** How long an answer is waited for: Shopify's limit, or more where the app's speed is no subject. */
  answerLimitMs: number;
}

export const calmWebhooks: WebhookSwitches = {
  delayMs: 0,
  duplicates: 0,
  disorderMs: 0,
  lossRate: 0,
  lostTopics: [],
  signature: 'right',
  signWith: 'current',
  held: false,
  answerLimitMs,
};

export interface WebhookAttempt {
  at: string;
  /** Null when no answer came. */
  status: number | null;
  problem: string | null;
  milliseconds: number;
}

export interface WebhookDelivery {
  webhookId: string;
  eventId: string;
  topic: string;
  shop: string;
  uri: string;
  name: string | null;
  triggeredAt: string;
  body: string;
  copy: number;
  test: boolean;
  attempts: WebhookAttempt[];
  state: 'waiting' | 'delivered' | 'lost' | 'given up' | 'held';
  nextAt: string | null;
}

interface WebhookMemory {
  switches: WebhookSwitches;
  deliveries: WebhookDelivery[];
  /** The log forgets the oldest beyond so many. */
  kept: number;
  held: WebhookDelivery[];
  inFlight: Set<Promise<void>>;
  subscriptions: WebhookSubscription[];
  version: string;
}

const memoryOf = worldMemory<WebhookMemory>(() => {
  const app = readDeployedApp();
  return {
    switches: { ...calmWebhooks },
    deliveries: [],
    kept: 20_000,
    held: [],
    inFlight: new Set(),
    subscriptions: app.subscriptions,
    version: app.webhookVersion,
  };
});

export function webhookSwitches(world: World): WebhookSwitches {
  return memoryOf(world).switches;
}

export function webhookLog(world: World): readonly WebhookDelivery[] {
  return memoryOf(world).deliveries;
}

/** For whoever counts by the log at the end: it forgets nothing from now on. */
export function keepEveryWebhook(world: World): void {
  memoryOf(world).kept = Infinity;
}

export function webhookSubscriptions(world: World): readonly WebhookSubscription[] {
  return memoryOf(world).subscriptions;
}

/** Changes the switches; letting go of `held` sends what was held back, in its order. */
export function setWebhookSwitches(world: World, change: Partial<WebhookSwitches>): WebhookSwitches {
  const memory = memoryOf(world);
  Object.assign(memory.switches, change);
  if (!memory.switches.held) {
    for (const delivery of memory.held.splice(0)) {
      delivery.state = 'waiting';
      attempt(world, delivery);
    }
  }
  return memory.switches;
}

/** Resolves when nothing is on its way; what waits for its time does not count. */
export async function webhooksSettled(world: World): Promise<void> {
  const { inFlight } = memoryOf(world);
  await world.clock.settle();
  while (inFlight.size > 0) await Promise.all(inFlight);
}

/** Tries once more what was delivered or given up, as "Resend" does; with the original payload. */
export function redeliver(world: World, webhookId: string): boolean {
  const delivery = memoryOf(world).deliveries.find((candidate) => candidate.webhookId === webhookId);
  if (!delivery) return false;
  attempt(world, delivery);
  return true;
}

function pick(source: unknown, path: string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return source;
  if (Array.isArray(source)) return source.map((item: unknown) => pick(item, path));
  if (typeof source !== 'object' || source === null) return undefined;
  return pick(Object.getOwnPropertyDescriptor(source, name)?.value, rest);
}

function put(target: Record<string, unknown>, path: string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined || value === undefined) return;
  if (rest.length === 0) {
    target[name] = value;
  } else if (Array.isArray(value)) {
    const list = Array.isArray(target[name]) ? target[name] : [];
    target[name] = value.map((item: unknown, index) => {
      const known: unknown = list[index];
      const into: Record<string, unknown> = typeof known === 'object' && known !== null ? { ...known } : {};
      put(into, rest, item);
      return into;
    });
  } else {
    const known = target[name];
    const into: Record<string, unknown> = typeof known === 'object' && known !== null ? { ...known } : {};
    put(into, rest, value);
    target[name] = into;
  }
}

export function onlyFields(
  payload: Record<string, unknown>,
  fields: readonly string[],
): Record<string, unknown> {
  const chosen: Record<string, unknown> = {};
  for (const field of fields) {
    const path = field.split('.');
    put(chosen, path, pick(payload, path));
  }
  return chosen;
}

/** Shopify's search syntax as far as subscriptions here use it: `field:value` joined by AND. */
export function passesFilter(payload: Record<string, unknown>, filter: string): boolean {
  return filter.split(/\s+AND\s+/).every((term) => {
    const found = /^([a-z_.]+):(?:"([^"]*)"|([^\s"<>=]+))$/.exec(term.trim());
    if (!found?.[1]) throw new Error(`The sandbox cannot evaluate the webhook filter "${filter}"`);
    const value = pick(payload, found[1].split('.'));
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.map(String).includes(found[2] ?? found[3] ?? '');
  });
}

function mayReceive(shop: SandboxShop, subscription: WebhookSubscription): boolean {
  if (subscription.compliance || subscription.topic.startsWith('app/')) return true;
  if (!shop.install.installed) return false;
  if (!/^(orders|refunds|checkouts|carts|customers)\//.test(subscription.topic)) return true;
  const scope = subscription.topic.startsWith('customers/') ? 'customers' : 'orders';
  const scopes = shop.install.grantedScopes;
  return (
    shop.protectedData.customerData && (scopes.includes(`read_${scope}`) || scopes.includes(`write_${scope}`))
  );
}

export function emitTopic(
  world: World,
  topic: string,
  shop: SandboxShop,
  payload: Record<string, unknown>,
  test = false,
): void {
  const { switches, subscriptions, deliveries, kept } = memoryOf(world);
  const eventId = world.random.uuid();
  const triggeredAt = world.clock.now().toISOString();
  for (const subscription of subscriptions) {
    if (subscription.topic !== topic || !mayReceive(shop, subscription)) continue;
    if (subscription.filter && !passesFilter(payload, subscription.filter)) continue;
    const seen = subscription.compliance ? payload : nullProtected(payload, shop.protectedData);
    const body = JSON.stringify(
      subscription.includeFields ? onlyFields(seen, subscription.includeFields) : seen,
    );
    const webhookId = world.random.uuid();
    const lost = switches.lostTopics.includes(topic) || world.random.chance(switches.lossRate);
    for (let copy = 0; copy <= switches.duplicates; copy++) {
      const delivery: WebhookDelivery = {
        webhookId,
        eventId,
        topic,
        shop: shop.domain,
        uri: subscription.uri,
        name: subscription.name,
        triggeredAt,
        body,
        copy,
        test,
        attempts: [],
        state: lost ? 'lost' : 'waiting',
        nextAt: null,
      };
      deliveries.push(delivery);
      if (deliveries.length > kept) deliveries.splice(0, deliveries.length - kept);
      if (lost) world.record('webhook.lost', shop, { topic, webhookId });
      else sendAfter(world, delivery, switches.delayMs + world.random.between(0, switches.disorderMs));
    }
  }
}

/** The sample that Shopify sends to try a webhook out: an order that nobody placed. */
export function sendTestNotification(
  world: World,
  shop: SandboxShop,
  topic: 'orders/create' | 'orders/paid',
): void {
  const now = world.clock.now().toISOString();
  const id = 820_982_911_946_154_500;
  const payload = {
    id,
    admin_graphql_api_id: `gid://shopify/Order/${id}`,
    app_id: null,
    browser_ip: null,
    cancel_reason: 'customer',
    cancelled_at: now,
    cart_token: null,
    checkout_token: null,
    client_details: null,
    confirmed: false,
    contact_email: 'jon@example.com',
    created_at: now,
    currency: shop.currency,
    current_total_price: '398.00',
    customer_locale: 'en',
    email: 'jon@example.com',
    financial_status: 'voided',
    landing_site: null,
    line_items: [],
    name: '#9999',
    note_attributes: [],
    payment_gateway_names: ['visa', 'bogus'],
    phone: null,
    presentment_currency: shop.currency,
    processed_at: now,
    source_name: 'web',
    subtotal_price: '388.00',
    tags: 'tag1, tag2',
    taxes_included: false,
    test: true,
    total_price: '398.00',
    total_tax: '0.00',
    updated_at: now,
  };
  emitTopic(world, topic, shop, payload, true);
}

function sendAfter(world: World, delivery: WebhookDelivery, milliseconds: number): void {
  if (milliseconds <= 0) return attempt(world, delivery);
  const at = new Date(world.clock.now().getTime() + milliseconds);
  delivery.nextAt = at.toISOString();
  world.clock.schedule(at, () => sendNow(world, delivery));
}

function attempt(world: World, delivery: WebhookDelivery): void {
  const { inFlight } = memoryOf(world);
  const sending = sendNow(world, delivery).finally(() => inFlight.delete(sending));
  inFlight.add(sending);
}

function signature(
  world: World,
  delivery: WebhookDelivery,
  switches: WebhookSwitches,
): Record<string, string> {
  if (switches.signature === 'missing') return {};
  const { apiSecret, previousSecret } = world.app;
  const secret =
    switches.signature === 'wrong'
      ? `not-${apiSecret}`
      : switches.signWith === 'previous'
        ? (previousSecret ?? apiSecret)
        : apiSecret;
  return { 'X-Shopify-Hmac-Sha256': createHmac('sha256', secret).update(delivery.body).digest('base64') };
}

async function sendNow(world: World, delivery: WebhookDelivery): Promise<void> {
  const memory = memoryOf(world);
  const { switches } = memory;
  if (switches.held) {
    delivery.state = 'held';
    memory.held.push(delivery);
    return;
  }
  delivery.nextAt = null;
  const started = performance.now();
  const at = world.clock.now().toISOString();
  const { status, problem } = await post(
    new URL(delivery.uri, `${world.app.url}/`),
    delivery.body,
    {
      'Content-Type': 'application/json',
      'User-Agent': 'Shopify-Captain-Hook',
      'X-Shopify-Topic': delivery.topic,
      'X-Shopify-Shop-Domain': delivery.shop,
      'X-Shopify-API-Version': memory.version,
      'X-Shopify-Webhook-Id': delivery.webhookId,
      'X-Shopify-Event-Id': delivery.eventId,
      'X-Shopify-Triggered-At': delivery.triggeredAt,
      ...(delivery.name !== null && { 'X-Shopify-Name': delivery.name }),
      ...(delivery.test && { 'X-Shopify-Test': 'true' }),
      ...signature(world, delivery, switches),
    },
    switches.answerLimitMs,
  );
  delivery.attempts.push({ at, status, problem, milliseconds: Math.round(performance.now() - started) });
  const shop = world.shopByDomain(delivery.shop) ?? null;
  world.record(problem ? 'webhook.failed' : 'webhook.delivered', shop, {
    topic: delivery.topic,
    webhookId: delivery.webhookId,
    status,
    problem,
    attempt: delivery.attempts.length,
  });
  if (!problem) {
    delivery.state = 'delivered';
  } else if (delivery.attempts.length > retryCount) {
    delivery.state = 'given up';
  } else if (delivery.state !== 'delivered') {
    sendAfter(world, delivery, firstWait * 2 ** (delivery.attempts.length - 1));
  }
}

async function post(
  address: URL,
  body: string,
  headers: Record<string, string>,
  limitMs: number,
): Promise<{ status: number | null; problem: string | null }> {
  try {
    // The five seconds are real ones: they measure the app, not the story.
    const response = await fetch(address, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(limitMs),
    });
    await response.arrayBuffer();
    const accepted = response.status >= 200 && response.status < 300;
    return { status: response.status, problem: accepted ? null : `answered ${response.status}` };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return {
      status: null,
      problem: timedOut ? `no answer within ${limitMs / 1_000} seconds` : 'no connection',
    };
  }
}
