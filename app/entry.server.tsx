/** Renders a page to a stream; headers that every HTML answer carries are set by the server around it. */
import { PassThrough } from 'node:stream';

import {
  createReadableStreamFromReadable,
  type ActionFunctionArgs,
  type EntryContext,
  type LoaderFunctionArgs,
} from '@remix-run/node';
import { isRouteErrorResponse, RemixServer } from '@remix-run/react';
import { renderToPipeableStream } from 'react-dom/server';

/** A page that has not ended after this time is cut: what is missing is rendered by the browser. */
const PATIENCE_MS = 10_000;

export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let shellIsOut = false;
    let answerStatus = status;
    const { pipe, abort } = renderToPipeableStream(
      <RemixServer context={remixContext} url={request.url} abortDelay={PATIENCE_MS} />,
      {
        onShellReady() {
          shellIsOut = true;
          const body = new PassThrough();
          headers.set('content-type', 'text/html; charset=utf-8');
          resolve(new Response(createReadableStreamFromReadable(body), { headers, status: answerStatus }));
          pipe(body);
        },
        onShellError: reject,
        onError(error) {
          answerStatus = 500;
          // Before the shell is out the rejection carries it; afterwards nobody else would see it.
          if (shellIsOut) process.emitWarning(error instanceof Error ? error : String(error));
        },
      },
    );
    setTimeout(abort, PATIENCE_MS + 1000).unref();
  });
}

/** What a loader, an action or a page threw that was no answer; one that nobody waits for any more is no failure. */
export function handleError(
  error: unknown,
  { request, context }: LoaderFunctionArgs | ActionFunctionArgs,
): void {
  if (request.signal.aborted) return;
  // A form sent to a page that takes none, and the like: the sender's mistake, and the request's own line tells of it.
  if (isRouteErrorResponse(error) && error.status < 500) return;
  context.house.log.error('page failed', { path: new URL(request.url).pathname, error });
}
