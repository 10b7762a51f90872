/** Takes Shopify's three compliance webhooks: recorded in the audit, carried out, answered. */
import { z } from 'zod';

import type { Log } from '../base/log.ts';
import type { AuditTrail } from './app-webhooks.ts';
import type { Installs, PrivacyRequest } from './needs.ts';
import { webhookDoor, type WebhookDoor } from './webhook-door.ts';
import type { WebhookCheck } from './webhook.ts';

export interface PrivacyWebhookNeeds {
  readonly check: WebhookCheck;
  readonly installs: Pick<Installs, 'shopById'>;
  readonly audit: AuditTrail;
  /** Where this fails, the answer is 500 and Shopify asks again; carrying the same request out twice does no harm. */
  readonly carryOut: (request: PrivacyRequest) => Promise<void>;
  readonly log: Log;
}

/** Ids come as numbers below 2^53 or as text; longer ones are refused rather than rounded. */
const id = z.union([z.int().positive().transform(String), z.string().regex(/^\d{1,20}$/)]);
const customer = z.object({ id: id.nullish(), email: z.string().max(320).nullish() }).nullish();
const shapes = {
  'shop/redact': z.object({ shop_id: id }),
  'customers/redact': z.object({
    shop_id: id,
    customer,
    orders_to_redact: z.array(id).max(10_000).nullish(),
  }),
  'customers/data_request': z.object({
    shop_id: id,
    customer,
    orders_requested: z.array(id).max(10_000).nullish(),
    data_request: z.object({ id: id.nullish() }).nullish(),
  }),
};

/** POST /webhooks/privacy */
export function createPrivacyWebhooks(needs: PrivacyWebhookNeeds): WebhookDoor {
  return webhookDoor(needs, async (webhook, payload) => {
    const read = readRequest(webhook.topic, webhook.domain, payload);
    if (!read.ok) return { status: read.code === 'unknown_topic' ? 404 : 400, code: read.code };
    const { request } = read;
    const shop = await needs.installs.shopById(request.shopId);
    // Nothing is held of a shop that is not known. Shopify wants to hear that the request is fulfilled, and it is.
    if (!shop) return { status: 200 };
    // The signed header names the sender; a payload that names another shop is nobody's right to send.
    if (shop.domain !== webhook.domain) return { status: 404, code: 'unknown_shop' };
    await needs.audit.add(request.shopId, {
      actor: 'Shopify',
      action: `privacy.${request.topic.replace('/', '.')}`,
      target:
        request.topic === 'shop/redact'
          ? webhook.domain
          : `customer ${request.customerId ?? 'without an id'}`,
      before: null,
      after: request.topic === 'shop/redact' ? null : JSON.stringify({ orders: request.orderIds }),
    });
    await needs.carryOut(request);
    needs.log.info('privacy request carried out', { shop: webhook.domain, topic: request.topic });
    return { status: 200 };
  });
}

function readRequest(
  topic: string,
  domain: string,
  payload: unknown,
): { ok: true; request: PrivacyRequest } | { ok: false; code: 'unknown_topic' | 'payload' } {
  const refused = { ok: false, code: 'payload' } as const;
  switch (topic) {
    case 'shop/redact': {
      const read = shapes[topic].safeParse(payload);
      if (!read.success) return refused;
      return { ok: true, request: { topic, shopId: read.data.shop_id, domain } };
    }
    case 'customers/redact': {
      const read = shapes[topic].safeParse(payload);
      if (!read.success) return refused;
      const { shop_id, customer: who, orders_to_redact } = read.data;
      return {
        ok: true,
        request: {
          topic,
          shopId: shop_id,
          domain,
          customerId: who?.id ?? null,
          email: who?.email ?? null,
          orderIds: orders_to_redact ?? [],
        },
      };
    }
    case 'customers/data_request': {
      const read = shapes[topic].safeParse(payload);
      if (!read.success) return refused;
      const { shop_id, customer: who, orders_requested, data_request } = read.data;
      return {
        ok: true,
        request: {
          topic,
          shopId: shop_id,
          domain,
          requestId: data_request?.id ?? null,
          customerId: who?.id ?? null,
          orderIds: orders_requested ?? [],
        },
      };
    }
    default:
      return { ok: false, code: 'unknown_topic' };
  }
}
