/** Which shop a rewritten Shopify address means; an unknown one is answered as Shopify answers it. */

import { html, HttpProblem, type SandboxRequest } from '../http.ts';
import type { SandboxShop, World } from '../world.ts';

export function requireShop(world: World, request: SandboxRequest): SandboxShop {
  const shop = world.shopByDomain(request.params.domain ?? '');
  if (shop) return shop;
  throw new HttpProblem(
    404,
    'Unknown shop',
    html('<h1>Sorry, this shop is currently unavailable.</h1>', 404),
  );
}

export function requireHandle(world: World, request: SandboxRequest): SandboxShop {
  const shop = world.shops.get(request.params.handle ?? '');
  if (shop) return shop;
  throw new HttpProblem(404, 'There is no such store in the sandbox.');
}
