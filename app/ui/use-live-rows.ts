/** Rows that follow what happens without moving under whoever reads them. */
import { useEffect, useRef, useState } from 'react';

import type { LogRow } from './LogTable.tsx';

interface LiveRows {
  rows: LogRow[];
  /** New ones that are held back while somebody reads further down. */
  fresh: number;
  showFresh: () => void;
}

/** Nearer to the top than this nobody has begun to read; further down new rows would push away what is read. */
const TOP_PX = 120;

/** `loaded` is the page as it was opened, `live` what was heard since; both newest first. */
export function useLiveRows(loaded: LogRow[], live: LogRow[] | undefined): LiveRows {
  const [rows, setRows] = useState(loaded);
  const [next, setNext] = useState<LogRow[] | null>(null);
  const reading = useReading();

  useEffect(() => {
    setRows(loaded);
    setNext(null);
  }, [loaded]);

  useEffect(() => {
    if (!live) return;
    if (!reading.current()) {
      setRows(live);
      setNext(null);
      return;
    }
    // Where a row stands stays; how its event stands is told at once.
    const heard = new Map(live.map((row) => [row.path, row]));
    setRows((now) => now.map((row) => heard.get(row.path) ?? row));
    setNext(live);
  }, [live, reading]);

  const shown = new Set(rows.map(({ path }) => path));
  return {
    rows,
    fresh: next?.filter(({ path }) => !shown.has(path)).length ?? 0,
    showFresh() {
      if (next) setRows(next);
      setNext(null);
      window.scrollTo({ top: 0 });
    },
  };
}

/** Scrolled down, or with the keyboard in the table. */
function useReading(): { current: () => boolean } {
  return useRef(
    () => window.scrollY > TOP_PX || document.activeElement?.closest('table') instanceof HTMLElement,
  );
}
