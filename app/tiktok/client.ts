/** The one HTTP client that speaks to TikTok's Events API: keep-alive, three time-outs, every end told apart. */
import { Agent, errors, request } from 'undici';
import type { TrackAnswer } from './errors.ts';

export interface TikTokOptions {
  /** With the version, without a slash at the end: https://business-api.tiktok.com/open_api/v1.3 */
  baseUrl: string;
  /** Until the connection stands. */
  connectMs?: number;
  /** From the request to the first byte of the answer. */
  firstByteMs?: number;
  /** From the start to the last byte. */
  wholeMs?: number;
  /** Requests in flight at the same time, over all pixels. */
  connections?: number;
}

export interface TikTok {
  /** Sends one batch, as the bytes that were hashed. Never throws: how it ended is the answer. */
  track(call: { accessToken: string; body: string }): Promise<TrackAnswer & { durationMs: number }>;
  close(): Promise<void>;
}

/** An answer is a few hundred bytes; more is not TikTok's. */
const MAX_ANSWER_BYTES = 256 * 1024;
const MAX_MESSAGE = 500;

/** The request did not leave the machine: TikTok cannot have taken anything. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== '') ?? '';
  if (error instanceof errors.UndiciError) return error.code;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : '';
}

function readAnswer(httpStatus: number, text: string): TrackAnswer {
  const unreadable: TrackAnswer = {
    kind: 'unreadable',
    httpStatus,
    message: `HTTP ${httpStatus} without an answer of TikTok’s`,
  };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return unreadable;
  }
  if (typeof body !== 'object' || body === null || !('code' in body)) return unreadable;
  const code = typeof body.code === 'string' ? Number(body.code) : body.code;
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return unreadable;
  const message = 'message' in body && typeof body.message === 'string' ? body.message : '';
  const requestId = 'request_id' in body && typeof body.request_id === 'string' ? body.request_id : undefined;
  return {
    kind: 'answered',
    httpStatus,
    code,
    message: message.slice(0, MAX_MESSAGE),
    ...(requestId === undefined ? {} : { requestId: requestId.slice(0, 100) }),
  };
}

export function createTikTok(options: TikTokOptions): TikTok {
  const firstByteMs = options.firstByteMs ?? 10_000;
  const wholeMs = options.wholeMs ?? 20_000;
  const agent = new Agent({
    connections: options.connections ?? 32,
    keepAliveTimeout: 30_000,
    connect: { timeout: options.connectMs ?? 3_000 },
    headersTimeout: firstByteMs,
    bodyTimeout: wholeMs,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  // The slash at the end is part of TikTok's address.
  const url = `${options.baseUrl}/event/track/`;

  async function send(accessToken: string, body: string): Promise<TrackAnswer> {
    const whole = new AbortController();
    const timer = setTimeout(() => whole.abort(), wholeMs);
    try {
      const answer = await request(url, {
        method: 'POST',
        dispatcher: agent,
        signal: whole.signal,
        headers: { 'access-token': accessToken, 'content-type': 'application/json' },
        body,
      });
      return readAnswer(answer.statusCode, await answer.body.text());
    } catch (error) {
      const code = codeOf(error);
      return NEVER_SENT.has(code)
        ? { kind: 'unsent', message: `TikTok could not be reached (${code})` }
        : { kind: 'unanswered', message: `no answer from TikTok (${code === '' ? 'unknown' : code})` };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async track({ accessToken, body }) {
      const started = performance.now();
      const answer = await send(accessToken, body);
      return { ...answer, durationMs: Math.round(performance.now() - started) };
    },
    async close() {
      await agent.close();
    },
  };
}
