/** Reads a request's body into memory, never more than its door allows. */
import type { IncomingMessage } from 'node:http';

/** What each door takes. A body above its limit is refused as soon as that is known, before it is read. */
export const BODY_LIMITS = {
  /** Fifty page events are about 40 kB; a browser sends no more than 64 kB with keepalive anyway. */
  beacon: 64 * 1024,
  /** An order with 500 line items is about 2 MB; Shopify names no limit for HTTPS, so there is room above that. */
  webhook: 5 * 1024 * 1024,
  /** Forms of the admin pages; the largest is a pasted list of product ids. */
  form: 1024 * 1024,
} as const;

export type BodyRead =
  { ok: true; body: Buffer } | { ok: false; problem: 'too_large' | 'truncated' | 'aborted' };

export function readBody(req: IncomingMessage, limit: number): Promise<BodyRead> {
  const announced = Number(req.headers['content-length'] ?? Number.NaN);
  if (announced > limit) return Promise.resolve({ ok: false, problem: 'too_large' });
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const settle = (read: BodyRead): void => {
      req.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      resolve(read);
    };
    const onData = (part: Buffer): void => {
      size += part.length;
      if (size > limit) {
        req.pause();
        settle({ ok: false, problem: 'too_large' });
      } else parts.push(part);
    };
    const onEnd = (): void => {
      if (!Number.isNaN(announced) && size !== announced) settle({ ok: false, problem: 'truncated' });
      else settle({ ok: true, body: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size) });
    };
    const onError = (): void => settle({ ok: false, problem: 'aborted' });
    const onClose = (): void => settle({ ok: false, problem: 'aborted' });
    req.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}
