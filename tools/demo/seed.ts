/** Fills the demo's two stores through the doors that real ones use: install, token exchange, command line, visitors. */

import { mintSessionToken } from '../../sandbox/admin/session-token.ts';
import { run } from '../../sandbox/control/switchboard.ts';
import { walk } from '../../sandbox/control/visitor.ts';
import { pixelsOfShop, tiktokOf } from '../../sandbox/tiktok/business.ts';
import type { SandboxShop, World } from '../../sandbox/world.ts';
import { tock, type AppPlace } from './app-process.ts';

/** Opens the app as the admin does for staff, with a session token; Tock exchanges it and sets the store up. */
export async function openApp(world: World, shop: SandboxShop): Promise<void> {
  world.installApp(shop);
  const [owner] = shop.staff;
  if (!owner) throw new Error(`${shop.name} has no staff.`);
  const token = mintSessionToken({
    domain: shop.domain,
    apiKey: world.app.apiKey,
    secret: world.app.apiSecret,
    userId: owner.id,
    sid: world.random.uuid(),
    jti: world.random.uuid(),
  });
  const address = new URL('/app', world.app.url);
  address.searchParams.set('shop', shop.domain);
  address.searchParams.set(
    'host',
    Buffer.from(`admin.shopify.com/store/${shop.handle}`).toString('base64url'),
  );
  address.searchParams.set('embedded', '1');
  address.searchParams.set('id_token', token);
  const answer = await fetch(address, { headers: { 'user-agent': 'Mozilla/5.0 (demo set-up)' } }).catch(
    (error: unknown) => {
      const cause = error instanceof Error ? error.cause : undefined;
      throw new Error(`Tock could not be reached for ${shop.name}: ${String(cause ?? error)}`);
    },
  );
  const text = await answer.text();
  if (answer.status !== 200)
    throw new Error(`Tock did not open for ${shop.name}: ${answer.status} ${text.slice(0, 200)}`);
  if (!shop.install.webPixel) throw new Error(`Tock did not set up its web pixel on ${shop.name}.`);
}

/** The first of the shop's two pixels; the second is left for whoever tries the page. */
export async function addFirstPixel(world: World, shop: SandboxShop, place: AppPlace): Promise<void> {
  const [pixel] = pixelsOfShop(tiktokOf(world), shop.handle);
  if (!pixel) return;
  const known = JSON.stringify(await tock(place, ['pixel', 'list', '--shop', shop.domain]));
  if (known.includes(pixel.code)) return;
  await tock(
    place,
    ['pixel', 'add', '--shop', shop.domain, '--code', pixel.code, '--token-stdin'],
    `${pixel.token}\n`,
  );
}

/** A morning's business: visitors by the ad and without, with consent and without, and orders that no browser placed. */
export async function makeTraffic(world: World): Promise<void> {
  const [free, strict] = [...world.shops.values()];
  if (!free || !strict) return;
  await walk(world, free, { ad: true, consent: 'unasked', until: 'order', product: 0 });
  await walk(world, free, { ad: true, consent: 'unasked', until: 'product', product: 2 });
  await walk(world, free, { ad: false, consent: 'unasked', until: 'order', product: 3 });
  await walk(world, free, { ad: true, consent: 'unasked', until: 'checkout', product: 1 });
  await walk(world, strict, { ad: true, consent: 'accepted', until: 'order', product: 0 });
  await walk(world, strict, { ad: true, consent: 'declined', until: 'order', product: 1 });
  await walk(world, strict, { ad: false, consent: 'accepted', until: 'cart', product: 2 });
  for (const kind of ['pos', 'tiktok-shop', 'test-gateway', 'subscription-renewal']) {
    await run(world, 'order/place', { shop: free.handle, kind });
  }
}
