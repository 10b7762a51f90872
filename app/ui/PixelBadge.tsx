/** Whether a pixel sends, and if not, why. */
import { Badge, type BadgeProps } from '@shopify/polaris';

import { PIXEL_STATE_WORDS, type PixelState } from './texts-pixels.ts';

const TONES: Partial<Record<PixelState, NonNullable<BadgeProps['tone']>>> = {
  active: 'success',
  token_refused: 'critical',
  no_permission: 'critical',
  disconnected: 'attention',
};

export function PixelBadge({ state }: { state: PixelState }) {
  const tone = TONES[state];
  return <Badge {...(tone ? { tone } : {})}>{PIXEL_STATE_WORDS[state]}</Badge>;
}
