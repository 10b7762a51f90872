/** Files that staff take home: fetched with the session token by App Bridge's fetch, then saved from the page. */
import { useCallback, useState } from 'react';

import { DOWNLOAD_TEXT } from './texts-log.ts';

/** The route's end: the parts as one streamed file, made no faster than it is read. */
export function fileAnswer(
  parts: AsyncGenerator<string, void>,
  { name, type = 'text/csv; charset=utf-8' }: { name: string; type?: string },
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name.replace(/[^\w.-]+/g, '-')}"`,
      'cache-control': 'no-store',
    },
  });
}

interface Download {
  /** With a form it is a POST: for what must not stand in an address. */
  start(path: string, name: string, form?: URLSearchParams): void;
  loading: boolean;
  /** In words, until the next try. */
  problem: string | null;
}

/** The page's end. An object URL of our own making needs no token, so the browser may save it from inside the frame. */
export function useDownload(): Download {
  const [state, setState] = useState<{ loading: boolean; problem: string | null }>({
    loading: false,
    problem: null,
  });
  const start = useCallback((path: string, name: string, form?: URLSearchParams) => {
    setState({ loading: true, problem: null });
    fetch(path, form ? { method: 'POST', body: form } : {})
      .then(async (response) => {
        if (!response.ok) throw new Error(`The answer was ${response.status}.`);
        saveFile(await response.blob(), name);
        setState({ loading: false, problem: null });
      })
      .catch(() => setState({ loading: false, problem: DOWNLOAD_TEXT.failed }));
  }, []);
  return { start, ...state };
}

/** For what the page has already; the rest is fetched by `useDownload`. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has begun to save by then; the memory is given back soon after.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
