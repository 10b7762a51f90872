/** Whether the theme embed is on in the live theme, as App Bridge tells the page. */
import { useAppBridge } from '@shopify/app-bridge-react';
import { useEffect, useState } from 'react';

import type { EmbedWord } from './texts-storefront.ts';

/** Asked again when staff come back from the theme editor in another tab. */
export function useEmbedState(): EmbedWord {
  const shopify = useAppBridge();
  const [state, setState] = useState<EmbedWord>('asking');
  useEffect(() => {
    let gone = false;
    const ask = () => {
      shopify.app.extensions().then(
        (extensions) => {
          if (!gone) setState(embedStateOf(extensions));
        },
        () => {
          if (!gone) setState('unknown');
        },
      );
    };
    const returned = () => {
      if (document.visibilityState === 'visible') ask();
    };
    ask();
    document.addEventListener('visibilitychange', returned);
    return () => {
      gone = true;
      document.removeEventListener('visibilitychange', returned);
    };
  }, [shopify]);
  return state;
}

/** Of the app's theme extension, whose one block is the embed. */
function embedStateOf(extensions: readonly { type: string; activations: readonly object[] }[]): EmbedWord {
  const theme = extensions.find(({ type }) => type === 'theme_app_extension');
  const states = theme?.activations.map((block) => ('status' in block ? block.status : undefined)) ?? [];
  return (['active', 'available', 'unavailable'] as const).find((one) => states.includes(one)) ?? 'unknown';
}
