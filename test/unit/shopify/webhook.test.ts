/** Which webhooks are believed. */
import { createHmac } from 'node:crypto';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createWebhookCheck } from '../../../app/shopify/webhook.ts';

const body = Buffer.from('{"id":1,"note":"é"}');
const sign = (bytes: Buffer, secret: string): string =>
  createHmac('sha256', secret).update(bytes).digest('base64');
const headers = (secret = 'current', more: Record<string, string | undefined> = {}) => ({
  'content-type': 'application/json; charset=utf-8',
  'x-shopify-hmac-sha256': sign(body, secret),
  'x-shopify-topic': 'orders/create',
  'x-shopify-shop-domain': 'Birch.MyShopify.com',
  'x-shopify-webhook-id': 'w-1',
  'x-shopify-event-id': 'e-1',
  'x-shopify-triggered-at': '2026-11-20T10:00:00.123456789Z',
  'x-shopify-api-version': '2026-10',
  ...more,
});

test('one signed with the current secret', () => {
  expect(createWebhookCheck(['current'])(body, headers())).toEqual({
    ok: true,
    topic: 'orders/create',
    domain: 'birch.myshopify.com',
    webhookId: 'w-1',
    eventId: 'e-1',
    triggeredAt: new Date('2026-11-20T10:00:00.123Z'),
    apiVersion: '2026-10',
    test: false,
    name: null,
  });
});

test('while the secret is rotated, one signed with the previous secret', () => {
  const check = createWebhookCheck(['current', 'previous']);
  expect(check(body, headers('previous')).ok).toBe(true);
  expect(createWebhookCheck(['current'])(body, headers('previous'))).toMatchObject({ status: 401 });
});

test('a single changed bit anywhere in the body or the signature is refused', () => {
  const check = createWebhookCheck(['current', 'previous']);
  fc.assert(
    fc.property(fc.nat(body.length * 8 - 1), (bit) => {
      const changed = Buffer.from(body);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(check(changed, headers())).toEqual({ ok: false, status: 401, code: 'signature_wrong' });
    }),
  );
  fc.assert(
    fc.property(fc.nat(255), (bit) => {
      const signature = Buffer.from(sign(body, 'current'), 'base64');
      signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const given = headers('current', { 'x-shopify-hmac-sha256': signature.toString('base64') });
      expect(check(body, given).ok).toBe(false);
    }),
  );
});

test('any signature is an answer and never a throw', () => {
  const check = createWebhookCheck(['current']);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (signature) => {
      expect(check(body, headers('current', { 'x-shopify-hmac-sha256': signature }))).toMatchObject({
        status: 401,
      });
    }),
  );
});
