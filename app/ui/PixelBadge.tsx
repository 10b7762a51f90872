/** Whether a pixel sends, and if not, why. */
import { Badge } from '@shopify/polaris';

export type PixelState = 'active' | 'paused' | 'token_refused' | 'no_permission' | 'disconnected';

export function PixelBadge({ state }: { state: PixelState }) {
  switch (state) {
    case 'active':
      return <Badge tone="success">Active</Badge>;
    case 'paused':
      return <Badge>Paused</Badge>;
    case 'token_refused':
      return <Badge tone="critical">Token refused</Badge>;
    case 'no_permission':
      return <Badge tone="critical">No permission</Badge>;
    case 'disconnected':
      return <Badge tone="attention">Disconnected</Badge>;
  }
}
