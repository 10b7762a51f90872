/** Short answers that every plain door gives, and the security headers that belong on all of them. */
import type { ServerResponse } from 'node:http';

/** On every answer, whatever it is. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'strict-transport-security': 'max-age=31536000',
};

/** `{ "error": "<fixed code>" }`; nothing of the request is ever repeated. */
export function answerProblem(res: ServerResponse, status: number, code: string): void {
  answerJson(res, status, { error: code });
}

export function answerJson(res: ServerResponse, status: number, value: unknown): void {
  answerText(res, status, JSON.stringify(value), 'application/json; charset=utf-8');
}

export function answerText(
  res: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  if (res.headersSent) {
    res.end();
    return;
  }
  res.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}
