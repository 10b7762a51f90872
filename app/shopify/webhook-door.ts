/** The way of any signed webhook through a door: check, parse, hand on, answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { VerifiedWebhook, WebhookCheck } from './webhook.ts';

export type WebhookDoor = (req: IncomingMessage, res: ServerResponse, body: Buffer) => Promise<void>;

export type WebhookAnswer =
  | { readonly status: 200 }
  | { readonly status: 400 | 404; readonly code: 'unknown_topic' | 'unknown_shop' | 'payload' };

export function webhookDoor(
  needs: { readonly check: WebhookCheck },
  take: (webhook: VerifiedWebhook, payload: unknown) => Promise<WebhookAnswer>,
): WebhookDoor {
  return async (req, res, body) => {
    const webhook = needs.check(body, req.headers);
    if (!webhook.ok) return answer(res, webhook.status, { error: webhook.code });
    const payload = parsed(body);
    if (!payload.ok) return answer(res, 400, { error: 'json' });
    const taken = await take(webhook, payload.value);
    return answer(res, taken.status, taken.status === 200 ? {} : { error: taken.code });
  };
}

function answer(res: ServerResponse, status: number, value: Record<string, string>): void {
  const text = JSON.stringify(value);
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}

function parsed(body: Buffer): { ok: true; value: unknown } | { ok: false } {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}
