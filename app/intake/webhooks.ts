/** POST /webhooks/orders: a signed order becomes facts, and Shopify is answered when they are stored. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { cleanJsonText } from '../base/clean.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { readOrder } from '../conversion/from-order.ts';
import { nestsTooDeep } from '../conversion/json.ts';
import { answerJson, answerProblem } from '../http/answer.ts';
import type { OrderArrival, OrderCause, OrderRecorded } from '../record/orders.ts';
import type { ShopInForce, ShopsInForce } from '../record/shop.ts';
import type { Lane } from './lane.ts';
import { createLookup, createPatience, type NotStored } from './patience.ts';

/** What the check of signature and headers found; made by the room that speaks to Shopify. */
export type WebhookCheck = (
  rawBody: Buffer,
  headers: IncomingHttpHeaders,
) =>
  | {
      readonly ok: true;
      readonly topic: string;
      readonly domain: string;
      readonly webhookId: string;
      readonly eventId: string | null;
      /** A test notification that somebody sent by hand from the admin. */
      readonly test: boolean;
    }
  | { readonly ok: false; readonly status: number; readonly code: string };

/** A webhook that passed the edge and waits for its transaction. */
export interface OrderItem {
  arrival: OrderArrival;
  bytes: number;
}

export interface WebhookNeeds {
  verifyWebhook: WebhookCheck;
  shops: Pick<ShopsInForce, 'byDomain'>;
  lane: Lane<OrderItem, OrderRecorded>;
  /** How many may wait at once to learn whose they are. */
  mostLookups: number;
  clock: Clock;
  log: Log;
  /** Shopify gives up after five seconds; we say "later" before that. */
  patienceMs: number;
}

const CAUSES: readonly OrderCause[] = ['orders/create', 'orders/paid', 'orders/updated', 'orders/cancelled'];
const RETRY_AFTER_SECONDS = 2;

/** orders/delete brings an id and nothing else. */
function goneOrderId(raw: string): string | null {
  try {
    const body: unknown = JSON.parse(raw);
    if (typeof body !== 'object' || body === null) return null;
  } catch {
    return null;
  }
  // Read from the text: as a number it would be rounded above 2^53.
  return /"id"\s*:\s*"?(\d{1,19})"?\s*[,}]/.exec(raw)?.[1] ?? null;
}

type Read = { ok: true; arrival: OrderArrival } | { ok: false; status: number; code: string; field?: string };

function readArrival(
  raw: string,
  topic: string,
  shop: ShopInForce,
  ids: { webhookId: string | null; eventId: string | null },
  receivedAt: Date,
): Read {
  const arrived = { shop, receivedAt, ...ids };
  if (topic === 'orders/delete') {
    const orderId = goneOrderId(raw);
    return orderId === null
      ? { ok: false, status: 422, code: 'invalid_order', field: 'id' }
      : { ok: true, arrival: { kind: 'gone', orderId, ...arrived } };
  }
  const cause = CAUSES.find((known) => known === topic);
  if (cause === undefined) return { ok: false, status: 404, code: 'unknown_topic' };
  const read = readOrder(raw, {
    host: shop.host,
    country: shop.country,
    relayDomains: shop.version.settings.tiktokShop.emailDomains,
  });
  if (!read.ok) {
    const status = read.problem.code === 'not-json' || read.problem.code === 'not-an-object' ? 400 : 422;
    return {
      ok: false,
      status,
      code: status === 400 ? 'not_json' : 'invalid_order',
      field: read.problem.field,
    };
  }
  return { ok: true, arrival: { kind: 'order', cause, source: 'webhook', read: read.value, ...arrived } };
}

export function createOrderWebhook(
  needs: WebhookNeeds,
): (req: IncomingMessage, res: ServerResponse, body: Buffer) => Promise<void> {
  const { log, clock, lane } = needs;
  const findShop = createLookup((domain) => needs.shops.byDomain(domain), needs.mostLookups);

  return async (req, res, body) => {
    const refuse = (status: number, code: string, more: Record<string, unknown> = {}): void => {
      log.warn('webhook refused', { status, reason: code, ...more });
      answerProblem(res, status, code);
    };
    const later = (code: string, more: Record<string, unknown> = {}): void => {
      res.setHeader('retry-after', String(RETRY_AFTER_SECONDS));
      refuse(503, code, more);
    };

    const verified = needs.verifyWebhook(body, req.headers);
    if (!verified.ok) return refuse(verified.status, verified.code);
    const { topic, domain } = verified;
    const told = { topic, shop: domain, webhook: verified.webhookId };
    if (verified.test) {
      log.info('test notification', told);
      return answerJson(res, 200, {});
    }
    const raw = cleanJsonText(body.toString('utf8'));
    if (nestsTooDeep(raw)) return refuse(400, 'too_deep', told);

    const patience = createPatience(needs.patienceMs);
    try {
      const found = await findShop(domain, patience);
      if (found.kind !== 'found') return notStored(found);
      const shop = found.value;
      if (!shop) return refuse(404, 'unknown_shop', told);
      if (!shop.installed) return refuse(410, 'uninstalled', told);
      const read = readArrival(
        raw,
        topic,
        shop,
        { webhookId: verified.webhookId, eventId: verified.eventId },
        clock.now(),
      );
      if (!read.ok) return refuse(read.status, read.code, { ...told, field: read.field });
      const outcome = await patience.for(lane.offer({ arrival: read.arrival, bytes: body.length }));
      if (outcome.kind !== 'stored') return notStored(outcome);
      answerJson(res, 200, {});
    } finally {
      patience.over();
    }

    function notStored(outcome: NotStored): void {
      switch (outcome.kind) {
        case 'refused':
          return refuse(422, 'not_storable', { ...told, error: outcome.error });
        case 'busy':
          return later('busy', told);
        case 'failed':
          return later('unavailable', { ...told, error: outcome.error });
        case 'late':
          return later('slow', told);
      }
    }
  };
}
