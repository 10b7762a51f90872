/**
 * Decides whether a webhook really comes from Shopify: over the raw body, in constant time, with nothing loaded.
 * The library's own check refreshes the shop's token first and answers 500 where that fails, which is always the case
 * after an uninstall; so it is not used.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import type { ShopDomain } from '../conversion/facts.ts';
import { shopDomain } from './shop-domain.ts';

export interface VerifiedWebhook {
  readonly ok: true;
  /** As Shopify writes it: `orders/create`. */
  readonly topic: string;
  readonly domain: ShopDomain;
  /** The same over all tries of one delivery. */
  readonly webhookId: string;
  /** The same over all subscriptions that one event reaches. */
  readonly eventId: string | null;
  readonly triggeredAt: Date | null;
  readonly apiVersion: string;
  /** A test notification sent by hand from the admin. */
  readonly test: boolean;
  /** The name of the subscription, where it has one. */
  readonly name: string | null;
}

export interface RefusedWebhook {
  readonly ok: false;
  readonly status: 400 | 401 | 415;
  readonly code:
    | 'content_type'
    | 'empty_body'
    | 'signature_missing'
    | 'signature_wrong'
    | 'topic_missing'
    | 'shop_domain'
    | 'webhook_id_missing'
    | 'api_version_missing';
}

export type WebhookCheck = (
  rawBody: Buffer,
  headers: IncomingHttpHeaders,
) => VerifiedWebhook | RefusedWebhook;

/** `secrets`: the current client secret and, for an hour after rotating it, the previous one. */
export function createWebhookCheck(secrets: readonly string[]): WebhookCheck {
  return (rawBody, headers) => {
    const refuse = (status: RefusedWebhook['status'], code: RefusedWebhook['code']): RefusedWebhook => ({
      ok: false,
      status,
      code,
    });
    const type = one(headers['content-type']);
    if (type === null || !/^application\/json\s*(;|$)/i.test(type)) return refuse(415, 'content_type');
    const signature = one(headers['x-shopify-hmac-sha256']);
    // Shopify's own checks expect 401 wherever the signature is the problem.
    if (signature === null) return refuse(401, 'signature_missing');
    if (!signedByOneOf(secrets, rawBody, signature)) return refuse(401, 'signature_wrong');
    if (rawBody.length === 0) return refuse(400, 'empty_body');
    const topic = one(headers['x-shopify-topic']);
    if (topic === null) return refuse(400, 'topic_missing');
    const domain = shopDomain(one(headers['x-shopify-shop-domain']) ?? '');
    if (domain === null) return refuse(400, 'shop_domain');
    const webhookId = one(headers['x-shopify-webhook-id']);
    if (webhookId === null) return refuse(400, 'webhook_id_missing');
    const apiVersion = one(headers['x-shopify-api-version']);
    if (apiVersion === null) return refuse(400, 'api_version_missing');
    return {
      ok: true,
      topic,
      domain,
      webhookId,
      eventId: one(headers['x-shopify-event-id']),
      triggeredAt: moment(one(headers['x-shopify-triggered-at'])),
      apiVersion,
      test: one(headers['x-shopify-test']) === 'true',
      name: one(headers['x-shopify-name']),
    };
  };
}

function signedByOneOf(secrets: readonly string[], rawBody: Buffer, signature: string): boolean {
  const given = Buffer.from(signature, 'base64');
  // Every secret is tried, so that the time taken does not tell which one matched.
  let matched = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', secret).update(rawBody).digest();
    if (given.length === expected.length && timingSafeEqual(given, expected)) matched = true;
  }
  return matched;
}

/** Ids and names above 255 characters are not Shopify's. */
function one(header: string | string[] | undefined): string | null {
  const value = Array.isArray(header) ? header[0] : header;
  return value === undefined || value === '' || value.length > 255 ? null : value;
}

function moment(text: string | null): Date | null {
  if (text === null) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}
