/** Shopify's admin side of the sandbox: Admin API, OAuth, webhooks, the admin's pages and App Bridge. */

import type { Router } from '../http.ts';
import type { World } from '../world.ts';
import { mountGraphql } from './graphql/endpoint.ts';
import { installApp, uninstallApp } from './installation.ts';
import { mountOauth } from './oauth.ts';
import { mountPages } from './pages/mount.ts';
import { emitTopic } from './webhooks.ts';

export function mountAdmin(router: Router, world: World): void {
  world.ports.emitTopic = (topic, shop, payload) => emitTopic(world, topic, shop, payload);
  world.ports.installApp = (shop, scopes) => installApp(world, shop, scopes);
  world.ports.uninstallApp = (shop) => uninstallApp(world, shop);
  mountOauth(router, world);
  mountGraphql(router, world);
  mountPages(router, world);
}
