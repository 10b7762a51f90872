/** Stores with a pixel each, put straight into the database: what a measurement sends from. */
import { giveSettingsToPixels } from '../../app/settings/pixels.ts';
import type { Store } from '../../app/store/store.ts';
import { changeSettings } from '../../app/settings/versions.ts';

export interface BenchShop {
  id: string;
  domain: string;
  publicKey: string;
  pixelId: string;
  pixelCode: string;
}

export interface ShopPlan {
  count: number;
  /** Pixel code and access token as TikTok knows them; made up where nothing is sent. */
  pixelOf?: (index: number) => { code: string; token: string };
  holdSeconds?: number;
}

export async function installShops(store: Store, plan: ShopPlan): Promise<BenchShop[]> {
  const shops: BenchShop[] = [];
  for (let index = 0; index < plan.count; index += 1) {
    const installed = await store.installs.install({
      id: String(81_000_000_000 + index),
      domain: `bench-${index}.myshopify.com`,
      name: `Bench ${index}`,
      primaryDomain: `bench-${index}.example`,
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      country: 'DE',
      email: null,
      scopes: ['read_orders', 'write_pixels'],
    });
    const own = store.shop(installed.id);
    const { code, token } = plan.pixelOf?.(index) ?? {
      code: `CBENCH${String(index).padStart(14, '0')}`,
      token: 'none',
    };
    // Everything that a fixture's order says of its time must be after this.
    const activeFrom = new Date('2026-01-01T00:00:00Z');
    const { pixel } = await own.pixels.add({ code, name: code, token, activeFrom }, 'bench');
    await giveSettingsToPixels(own, 'bench');
    await changeSettings(own.settings, {
      actor: 'bench',
      action: 'settings.changed',
      target: 'settings',
      change: (current) => ({
        ...current,
        shop: {
          ...current.shop,
          consent: { ...current.shop.consent, withoutEvidence: 'send' },
          ...(plan.holdSeconds === undefined ? {} : { holdSeconds: plan.holdSeconds }),
        },
      }),
    });
    shops.push({
      id: installed.id,
      domain: installed.domain,
      publicKey: installed.publicKey,
      pixelId: pixel.id,
      pixelCode: code,
    });
  }
  return shops;
}
