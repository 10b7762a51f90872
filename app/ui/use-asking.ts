/** Asks a page's own action what a draft would mean, a moment after it changed, and again where it was asked too often. */
import type { useFetcher } from '@remix-run/react';
import { useEffect } from 'react';

/** Long enough to type a word, short enough to feel like an answer. */
const PAUSE_MS = 400;

interface Asking {
  submit: ReturnType<typeof useFetcher>['submit'];
  /** The newest answer; `wait` where it was asked too often: in so many seconds it may be asked again. */
  data: { wait?: number } | undefined;
}

export function useAsking({ submit, data }: Asking, draft: string, order = ''): void {
  useEffect(() => {
    const ask = () => void submit({ intent: 'look', draft, order }, { method: 'post' });
    const timer = setTimeout(ask, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, order, submit]);
  useEffect(() => {
    if (data?.wait === undefined) return undefined;
    const ask = () => void submit({ intent: 'look', draft, order }, { method: 'post' });
    const timer = setTimeout(ask, data.wait * 1_000);
    return () => clearTimeout(timer);
  }, [data, draft, order, submit]);
}
