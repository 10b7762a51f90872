/** POST /intake/storefront: beacons of the web pixel. Public, so believed in nothing but what can be checked. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cleanJsonText } from '../base/clean.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { RateLimit } from '../base/rate.ts';
import type { Beacon } from '../conversion/beacon.ts';
import { SHOPIFY_EVENTS } from '../conversion/browser.ts';
import { orderEventId, pageEventId } from '../conversion/event-id.ts';
import type { PageRead } from '../conversion/facts.ts';
import { readBeacon, readPageEvent } from '../conversion/from-pixel.ts';
import { nestsTooDeep } from '../conversion/json.ts';
import { ORDER_EVENT } from '../conversion/settings.ts';
import { answerJson, answerProblem } from '../http/answer.ts';
import { PAGE_MAX_AGE_MS, PAGE_MAX_AHEAD_MS } from '../record/pages.ts';
import type { VisitArrival, VisitRecorded } from '../record/pages.ts';
import type { ShopInForce, ShopsInForce } from '../record/shop.ts';
import type { Lane } from './lane.ts';
import { createLookup, createPatience, type NotStored } from './patience.ts';
import { senderOf } from './sender.ts';

export interface VisitItem {
  arrival: VisitArrival;
  bytes: number;
}

export interface StorefrontNeeds {
  shops: Pick<ShopsInForce, 'byPublicKey'>;
  lane: Lane<VisitItem, VisitRecorded>;
  /** How many may wait at once to learn whose they are. */
  mostLookups: number;
  perAddress: RateLimit;
  perShop: RateLimit;
  clock: Clock;
  log: Log;
  patienceMs: number;
  /** Counts what a visitor's browser saw of other TikTok scripts, on this day. */
  sighted(shopId: ShopInForce['id'], day: string, codes: readonly string[]): Promise<void>;
}

/** Any page may send here, without credentials: the worker's origin is "null". */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '86400',
};
const RETRY_AFTER_SECONDS = 2;
/** Purchases are named by their order alone. */
const PURCHASE_IDS = orderEventId('');

interface Edge {
  ip: string;
  userAgent: string | undefined;
}

const STANDARD_EVENTS = new Set<string>(SHOPIFY_EVENTS);

/**
 * Shopify's own events and those that staff mapped. Every name has its row in the daily totals of each day, so nobody makes
 * names up; and orders are counted by a name that no page has.
 */
function isPageEvent(name: string, { pixels, version }: ShopInForce): boolean {
  if (STANDARD_EVENTS.has(name)) return true;
  return name !== ORDER_EVENT && pixels.some(({ id }) => Object.hasOwn(version.settingsOf(id).events, name));
}

/** Events that can be read and are of a time that is accepted; what else there was, by the reason it was left out. */
function readEvents(
  beacon: Beacon,
  shop: ShopInForce,
  edge: Edge,
  now: Date,
): { reads: PageRead[]; left: Record<string, number> } {
  const reads: PageRead[] = [];
  const left: Record<string, number> = {};
  const leave = (why: string): void => {
    left[why] = (left[why] ?? 0) + 1;
  };
  for (const event of beacon.events) {
    // An id that the pixel would not have made could take a purchase's place at TikTok.
    const { id, name, shopifyId, draft } = event;
    if (id !== pageEventId(name, shopifyId, draft.checkoutToken) || id.startsWith(PURCHASE_IDS)) {
      leave('invalid_event');
      continue;
    }
    if (!isPageEvent(name, shop)) {
      leave('unknown_event');
      continue;
    }
    const read = readPageEvent(event, {
      beacon,
      ip: edge.ip,
      ...(edge.userAgent === undefined ? {} : { userAgent: edge.userAgent }),
      country: shop.country,
      visitorId: shop.version.settings.visitorId,
    });
    if (!read.ok) {
      leave('invalid_event');
      continue;
    }
    const age = now.getTime() - Date.parse(read.value.facts.occurredAt);
    if (age > PAGE_MAX_AGE_MS) leave('too_old');
    else if (age < -PAGE_MAX_AHEAD_MS) leave('in_the_future');
    else reads.push(read.value);
  }
  return { reads, left };
}

export function createStorefrontIntake(
  needs: StorefrontNeeds,
): (req: IncomingMessage, res: ServerResponse, body: Buffer, edge: { ip: string }) => Promise<void> {
  const { log, clock, lane } = needs;
  const findShop = createLookup((key) => needs.shops.byPublicKey(key), needs.mostLookups);

  /** Once for a visitor, and nobody waits for it: should it fail, one visit less was counted. */
  function count(shopId: ShopInForce['id'], now: Date, codes: readonly string[]): void {
    needs.sighted(shopId, now.toISOString().slice(0, 10), codes).catch((error: unknown) => {
      log.debug('a sighting was not counted', { shopId, error });
    });
  }

  return async (req, res, body, { ip }) => {
    for (const [name, value] of Object.entries(CORS)) res.setHeader(name, value);
    if (req.method === 'OPTIONS') {
      res.writeHead(204);
      res.end();
      return;
    }
    const refuse = (status: number, code: string, more: Record<string, unknown> = {}): void => {
      log.debug('beacon refused', { status, reason: code, ...more });
      answerProblem(res, status, code);
    };
    const later = (
      status: 429 | 503,
      code: string,
      seconds: number,
      more: Record<string, unknown> = {},
    ): void => {
      res.setHeader('retry-after', String(seconds));
      refuse(status, code, more);
    };

    const address = needs.perAddress.take(senderOf(ip));
    if (!address.ok) return later(429, 'too_many_requests', address.retryAfterSeconds);
    const raw = cleanJsonText(body.toString('utf8'));
    if (nestsTooDeep(raw)) return refuse(400, 'too_deep');
    const beacon = readBeacon(raw);
    if (!beacon.ok) {
      const broken = beacon.problem.code === 'not-json' || beacon.problem.code === 'not-an-object';
      return refuse(400, broken ? 'not_json' : 'invalid_beacon', { field: beacon.problem.field });
    }

    const patience = createPatience(needs.patienceMs);
    try {
      const found = await findShop(beacon.value.key, patience);
      if (found.kind !== 'found') return notStored(found);
      const shop = found.value;
      if (!shop) return refuse(404, 'unknown_shop');
      const told = { shop: shop.domain };
      if (!shop.installed) return refuse(410, 'uninstalled', told);
      const allowance = needs.perShop.take(shop.id);
      if (!allowance.ok) return later(429, 'too_many_requests', allowance.retryAfterSeconds, told);

      const now = clock.now();
      const { reads, left } = readEvents(
        beacon.value,
        shop,
        { ip, userAgent: req.headers['user-agent'] },
        now,
      );
      const [why] = Object.keys(left);
      if (why !== undefined) log.debug('events left out of a beacon', { ...told, left });
      if (reads.length === 0) return refuse(422, why ?? 'invalid_event', told);

      const { client, consent } = beacon.value;
      const arrival: VisitArrival = { shop, client, choice: { ...consent }, receivedAt: now, reads };
      const outcome = await patience.for(lane.offer({ arrival, bytes: body.length }));
      if (outcome.kind !== 'stored') return notStored(outcome, told);
      if (beacon.value.tiktok !== undefined) count(shop.id, now, beacon.value.tiktok);
      answerJson(res, 202, {});
    } finally {
      patience.over();
    }

    function notStored(outcome: NotStored, told: Record<string, unknown> = {}): void {
      switch (outcome.kind) {
        case 'refused':
          log.warn('a beacon could not be stored', { ...told, error: outcome.error });
          return refuse(422, 'not_storable');
        case 'busy':
          return later(503, 'busy', RETRY_AFTER_SECONDS, told);
        case 'failed':
          log.warn('a beacon was not stored', { ...told, error: outcome.error });
          return later(503, 'unavailable', RETRY_AFTER_SECONDS);
        case 'late':
          return later(503, 'slow', RETRY_AFTER_SECONDS, told);
      }
    }
  };
}
