/** Mounts TikTok: the Events API, the browser's script and its endpoint, and the Events Manager. */

import type { Router } from '../http.ts';
import type { World } from '../world.ts';
import { mountBrowserLeg } from './browser-leg.ts';
import { mountEventsManager } from './events-manager.ts';
import { mountTrack } from './track.ts';

export function mountTiktok(router: Router, world: World): void {
  mountTrack(router, world);
  mountBrowserLeg(router, world);
  mountEventsManager(router, world);
}
