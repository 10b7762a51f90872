/** What a settings form holds until it is saved: starts from what is stored, and again after each save. */
import { useEffect, useState } from 'react';

export interface Draft<T> {
  value: T;
  set(change: (now: T) => T): void;
  discard(): void;
  changed: boolean;
}

/** `savedAt` changes with every answer that was a success; `stored` must hold nothing but JSON. */
export function useDraft<T>(stored: T, savedAt: string): Draft<T> {
  const [value, setValue] = useState(stored);
  useEffect(() => {
    setValue(stored);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a save or another pixel starts the form again
  }, [savedAt]);
  return {
    value,
    set: setValue,
    discard: () => setValue(stored),
    changed: JSON.stringify(value) !== JSON.stringify(stored),
  };
}
