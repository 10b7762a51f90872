/** Serves the pixel manager: its script, the sandboxed frame of a pixel, and the list of pixels printed in every page. */

import { answered, html, notFound, script, scriptJson, type Router, type Routes } from '../http.ts';
import { secondSenderFootprint } from '../tiktok/browser-leg.ts';
import type { SandboxShop, World } from '../world.ts';
import { browserScript, versionOf } from './browser-scripts.ts';
import { readEmbedAsset, readWebPixel } from './extensions.ts';
import type { PageData, PixelConfig } from './page-data.ts';
import { pixelSwitches } from './switches.ts';

const hostEntry = new URL('client/host.ts', import.meta.url);
const workerEntry = new URL('client/worker.ts', import.meta.url);
const forEver = { 'cache-control': 'public, max-age=31536000, immutable' };

/** The frame only makes the worker; with `sandbox="allow-scripts"` its origin is opaque, so requests say `Origin: null`. */
function frameHtml(workerSource: string): string {
  return `<!doctype html><meta charset="utf-8"><title>Web pixel</title><script>
addEventListener('message', (event) => {
  const source = new Blob([${scriptJson(workerSource)}], { type: 'text/javascript' });
  const worker = new Worker(URL.createObjectURL(source));
  worker.postMessage('pixel', [event.ports[0]]);
}, { once: true });
</script>`;
}

/** Our own pixel as the shop's pages run it; null until it is created, built and installed. */
export function pixelOf(world: World, shop: SandboxShop): PixelConfig | null {
  const { installed, webPixel } = shop.install;
  if (!installed || !webPixel) return null;
  const extension = readWebPixel(world);
  if (!extension) return null;
  const see = shop.protectedData;
  return {
    id: webPixel.id,
    apiClientId: world.app.id,
    settings: webPixel.settings,
    purposes: extension.purposes,
    approvals: {
      name: see.customerData && see.name,
      email: see.customerData && see.email,
      phone: see.customerData && see.phone,
      address: see.customerData && see.address,
    },
    dataSharing: webPixel.dataSharingState,
    frameUrl: `/web-pixels/${extension.version}-${browserScript(workerEntry).version}/sandbox.html`,
    startDelayMs: pixelSwitches(world).startDelayMs,
  };
}

/** What Shopify prints about a shop's pixels in every page, settings included: they are public. */
function configList(world: World, shop: SandboxShop): Record<string, unknown>[] {
  const own = pixelOf(world, shop);
  const scopes = own
    ? Object.entries(own.approvals).flatMap(([field, seen]) => (seen ? [`read_customer_${field}`] : []))
    : [];
  const purposes = own
    ? [
        ...(own.purposes.analytics ? ['ANALYTICS'] : []),
        ...(own.purposes.marketing ? ['MARKETING'] : []),
        ...(own.purposes.preferences ? ['PREFERENCES'] : []),
        ...(own.purposes.saleOfData === 'enabled' ? ['SALE_OF_DATA'] : []),
      ]
    : [];
  return [
    ...(own
      ? [
          {
            id: own.id,
            configuration: JSON.stringify(own.settings),
            eventPayloadVersion: 'v1',
            runtimeContext: 'STRICT',
            scriptVersion: own.frameUrl.split('/')[2],
            type: 'APP',
            apiClientId: Number(own.apiClientId),
            privacyPurposes: purposes,
            dataSharingAdjustments: { protectedCustomerApprovalScopes: scopes },
          },
        ]
      : []),
    ...secondSenderFootprint(world, shop).webPixels,
    {
      id: 'shopify-app-pixel',
      configuration: '{}',
      eventPayloadVersion: 'v1',
      runtimeContext: 'STRICT',
      scriptVersion: '0450',
      apiClientId: 'shopify-pixel',
      type: 'APP',
      privacyPurposes: ['ANALYTICS', 'MARKETING'],
    },
  ];
}

/** Everything the pixel manager needs in a page's head. */
export function pixelManagerHead(world: World, shop: SandboxShop, data: PageData, root: string): string {
  const early = `(() => {
const offset = ${Date.parse(data.now)} - Date.now();
// Below this it is the time that the page took to come.
if (Math.abs(offset) > 60000) {
  const Real = Date;
  window.sandboxClockOffsetMs = offset;
  window.Date = new Proxy(Real, {
    construct: (_target, args) => args.length === 0 ? new Real(Real.now() + offset) : new Real(...args),
    apply: () => new Real(Real.now() + offset).toString(),
    get: (target, name) => name === 'now' ? () => Real.now() + offset : target[name],
  });
}
const Shopify = (window.Shopify = window.Shopify || {});
Object.assign(Shopify, ${scriptJson({
    shop: shop.domain,
    locale: shop.locale,
    currency: { active: shop.currency, rate: '1.0' },
    country: data.region.countryCode,
    theme: { name: 'Sandbox Theme', id: Number(shop.themes[0]?.id ?? 1), role: 'main' },
    routes: { root },
  })});
const queued = [];
Shopify.loadFeatures = Object.assign((...asked) => { queued.push(asked); }, { queue: queued });
const replayQueue = [];
Shopify.analytics = { replayQueue, publish: (...asked) => { replayQueue.push(asked); return true; } };
})();`;
  const setup = `/* web-pixels-manager */ window.webPixelsManagerSetup = ${scriptJson({
    shopId: Number(shop.id),
    storefrontBaseUrl: `https://${shop.domain}`,
    surface: data.surface === 'storefront' ? 'storefront-renderer' : data.surface,
    webPixelsConfigList: configList(world, shop),
  })};`;
  return `<script>${early}</script>
<script id="web-pixels-manager-setup">${setup}</script>
<script id="web-pixels-page" type="application/json">${scriptJson(data)}</script>
<script src="/web-pixels/manager.${browserScript(hostEntry).version}.js" defer></script>`;
}

function mountOn(routes: Routes, world: World) {
  routes.get('/web-pixels/manager.:version.js', () => script(browserScript(hostEntry).text, forEver));
  routes.get('/web-pixels/:version/sandbox.html', ({ params }) => {
    const extension = readWebPixel(world);
    const worker = browserScript(workerEntry);
    if (!extension || params.version !== `${extension.version}-${worker.version}`) return notFound();
    return html(frameHtml(`${worker.text}\n${extension.bundle}`), 200, forEver);
  });
  routes.post('/web-pixels/failure', async (request) => {
    world.record('pixel.failed', world.shops.get(request.shopHandle) ?? null, {
      report: (await request.text(10_000)).slice(0, 2_000),
    });
    return { status: 204, headers: {}, body: '' };
  });
}

export function mountPixelManager(router: Router, world: World): void {
  mountOn(router.storefront, world);
  router.get('/cdn/extensions/browser-pixel/assets/:name', ({ params }, res) => {
    const asset = readEmbedAsset(world, params.name ?? '');
    if (!asset) return notFound();
    res.writeHead(200, {
      'content-type': asset.type,
      'cache-control': 'public, max-age=300',
      etag: `"${versionOf(asset.text.toString('latin1'))}"`,
      'access-control-allow-origin': '*',
    });
    res.end(asset.text);
    return answered;
  });
}
