/** What a settings form holds until it is saved: starts from what is stored, and again when that changes. */
import { useEffect, useState } from 'react';

interface Draft<T> {
  value: T;
  set(change: (now: T) => T): void;
  discard(): void;
  changed: boolean;
}

/** `stored` holds nothing but JSON. The action's answer comes before what it changed is read again, so that is no sign. */
export function useDraft<T>(stored: T): Draft<T> {
  const [value, setValue] = useState(stored);
  const text = JSON.stringify(stored);
  useEffect(() => {
    setValue(stored);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- equal texts are the same, whichever object they are in
  }, [text]);
  return {
    value,
    set: setValue,
    discard: () => setValue(stored),
    changed: JSON.stringify(value) !== text,
  };
}
