/** What follows from app/uninstalled and app/scopes_update. */
import { z } from 'zod';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ShopId } from '../conversion/facts.ts';
import type { Installs } from './needs.ts';
import { webhookDoor, type WebhookDoor } from './webhook-door.ts';
import type { WebhookCheck } from './webhook.ts';

export interface AuditTrail {
  add(
    shopId: ShopId,
    entry: { actor: string; action: string; target: string; before: string | null; after: string | null },
  ): Promise<void>;
}

export interface AppWebhookNeeds {
  readonly check: WebhookCheck;
  readonly installs: Pick<
    Installs,
    'shopByDomain' | 'markUninstalled' | 'deleteSessionsOfShop' | 'setScopes'
  >;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly log: Log;
}

const scopesUpdate = z.object({ current: z.array(z.string().max(100)).max(200) });

/** POST /webhooks/app */
export function createAppWebhooks(needs: AppWebhookNeeds): WebhookDoor {
  const { installs, audit, clock, log } = needs;
  return webhookDoor(needs, async (webhook, payload) => {
    const { domain } = webhook;
    if (webhook.topic !== 'app/uninstalled' && webhook.topic !== 'app/scopes_update')
      return { status: 404, code: 'unknown_topic' };
    const shop = await installs.shopByDomain(domain);
    if (!shop) return { status: 404, code: 'unknown_shop' };
    if (webhook.topic === 'app/uninstalled') {
      // What is due asks whether the shop is installed, so this one row stops all sending at once.
      const ended = await installs.markUninstalled(domain, webhook.triggeredAt ?? clock.now());
      if (ended) {
        await installs.deleteSessionsOfShop(domain);
        await audit.add(shop.id, {
          actor: 'Shopify',
          action: 'app.uninstalled',
          target: domain,
          before: null,
          after: null,
        });
        log.info('uninstalled', { shop: domain });
      }
      return { status: 200 };
    }
    const update = scopesUpdate.safeParse(payload);
    if (!update.success) return { status: 400, code: 'payload' };
    const after = update.data.current;
    await installs.setScopes(domain, after);
    await audit.add(shop.id, {
      actor: 'Shopify',
      action: 'app.scopes_changed',
      target: domain,
      before: JSON.stringify(shop.scopes),
      after: JSON.stringify(after),
    });
    return { status: 200 };
  });
}
