/** TikTok in the browser: hands out events.js, takes its hits, and plays a second sender where one is switched on. */

import { readFileSync } from 'node:fs';
import { json, script, scriptJson, type Router } from '../http.ts';
import type { SandboxShop, World } from '../world.ts';
import { take, tiktokOf } from './business.ts';
import type { Person } from './rules.ts';

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'content-type',
};

type Json = Record<string, unknown>;

function objectIn(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function contentIdsOf(properties: Json): string[] {
  const listed = Array.isArray(properties.contents) ? properties.contents : [];
  const ids: unknown[] = [
    ...listed.map((item: unknown) => objectIn(item).content_id),
    ...(Array.isArray(properties.content_ids) ? properties.content_ids : []),
    properties.content_id,
  ];
  return [...new Set(ids.flatMap((id) => textIn(id) ?? []))];
}

/** TikTok's own Shopify app. */
export const tiktokAppClientId = 4_383_523;

export interface SecondSenderFootprint {
  /** What the storefront prints into every page's head, theme pages only. */
  head: string;
  /** What the storefront adds to its `webPixelsConfigList`. */
  webPixels: Json[];
  /** What checkout, thank-you and upsell pages print: there a web pixel goes on where a theme script cannot. */
  checkoutHead: string;
}

/** What a storefront of this shop shows of another sender; everything is empty while none is switched on. */
export function secondSenderFootprint(world: World, shop: SandboxShop): SecondSenderFootprint {
  const sender = tiktokOf(world).switches.secondSenders.get(shop.handle);
  if (!sender) return { head: '', webPixels: [], checkoutHead: '' };
  if (sender.kind === 'other-app')
    return { head: themeSnippet(world, sender.pixel), webPixels: [], checkoutHead: '' };
  const tag = `<script async src="${world.url}/tiktok/second-sender.js?pixel=${encodeURIComponent(sender.pixel)}"></script>`;
  return {
    head: tag,
    checkoutHead: tag,
    webPixels: [
      {
        id: '1404796950',
        configuration: JSON.stringify({ pixelCode: sender.pixel }),
        eventPayloadVersion: 'v1',
        runtimeContext: 'STRICT',
        scriptVersion: '22e92c2ad45662f435e4801458fb78cc',
        type: 'APP',
        apiClientId: tiktokAppClientId,
        privacyPurposes: ['ANALYTICS', 'MARKETING', 'SALE_OF_DATA'],
        dataSharingState: 'optimized',
        dataSharingControls: ['share_all_events'],
        dataSharingAdjustments: {
          protectedCustomerApprovalScopes: [
            'read_customer_address',
            'read_customer_email',
            'read_customer_name',
            'read_customer_personal_data',
            'read_customer_phone',
          ],
        },
      },
    ],
  };
}

/** The usual base snippet, as another app or an agency would have pasted it into the theme. */
function themeSnippet(world: World, pixel: string): string {
  return `<script>
!function (w, d, t) {
  w.TiktokAnalyticsObject = t; var ttq = w[t] = w[t] || [];
  ttq.methods = ["page","track","identify","instances","debug","on","off","once","ready","alias","group","enableCookie","disableCookie","holdConsent","revokeConsent","grantConsent"];
  ttq.setAndDefer = function (o, m) { o[m] = function () { o.push([m].concat(Array.prototype.slice.call(arguments, 0))) } };
  for (var i = 0; i < ttq.methods.length; i++) ttq.setAndDefer(ttq, ttq.methods[i]);
  ttq.instance = function (id) { var o = ttq._i[id] || []; for (var n = 0; n < ttq.methods.length; n++) ttq.setAndDefer(o, ttq.methods[n]); return o };
  ttq.load = function (id, opts) {
    var u = ${scriptJson(`${world.url}/tiktok/i18n/pixel/events.js`)};
    ttq._i = ttq._i || {}; ttq._i[id] = []; ttq._i[id]._u = u; ttq._t = ttq._t || {}; ttq._t[id] = +new Date; ttq._o = ttq._o || {}; ttq._o[id] = opts || {};
    var s = d.createElement("script"); s.type = "text/javascript"; s.async = !0; s.src = u + "?sdkid=" + id + "&lib=" + t;
    var f = d.getElementsByTagName("script")[0]; f.parentNode.insertBefore(s, f);
  };
  ttq.load(${scriptJson(pixel)});
  ttq.page();
}(window, document, "ttq");
</script>`;
}

/**
 * What TikTok's own Shopify app would send: the same moments as ours under ids of its own. The real one runs in a
 * worker of its own; here a page script is enough, because only what reaches TikTok matters.
 */
function secondSenderScript(endpoint: string): string {
  return `(function () {
  var pixel = new URL(document.currentScript.src).searchParams.get('pixel');
  function cookie(name) {
    var found = document.cookie.split('; ').filter(function (pair) { return pair.indexOf(name + '=') === 0; })[0];
    return found ? found.slice(name.length + 1) : undefined;
  }
  function send(event, properties) {
    fetch(${scriptJson(endpoint)}, { method: 'POST', keepalive: true, body: JSON.stringify({
      event: event, event_id: 'sh-' + Math.random().toString(16).slice(2) + '-' + Date.now(),
      timestamp: new Date().toISOString(), properties: properties || {},
      context: { library: { name: "TikTok's Shopify app" }, page: { url: location.href, referrer: document.referrer },
        pixel: { code: pixel }, user: { ttp: cookie('_ttp') } } }) }).catch(function () {});
  }
  send('Pageview');
  if (/\\/products\\//.test(location.pathname)) send('ViewContent');
  if (/\\/search/.test(location.pathname)) send('Search');
  if (/\\/checkouts\\//.test(location.pathname) && !/thank/.test(location.pathname)) send('InitiateCheckout');
  if (/thank/.test(location.pathname)) send('CompletePayment');
})();
`;
}

const eventsScript = readFileSync(new URL('./page/events.js', import.meta.url), 'utf8');
const hitLimit = 256 * 1024;

export function mountBrowserLeg(router: Router, world: World): void {
  const business = tiktokOf(world);

  router.get('/tiktok/i18n/pixel/events.js', () => script(eventsScript, cors));
  router.get('/tiktok/second-sender.js', () =>
    script(secondSenderScript(`${world.url}/tiktok/api/v2/pixel`), cors),
  );
  router.on('OPTIONS', '/tiktok/api/v2/pixel', () => ({ status: 204, headers: cors, body: '' }));
  router.post('/tiktok/api/v2/pixel', async (request) => {
    const hit = objectIn(await request.json(hitLimit));
    const context = objectIn(hit.context);
    const said = objectIn(context.user);
    const page = objectIn(context.page);
    const properties = objectIn(hit.properties);
    const code = textIn(objectIn(context.pixel).code) ?? '';
    const event = textIn(hit.event);
    const pixel = business.pixels.get(code);
    if (!pixel || !event) {
      business.unknownPixelHits += 1;
      return json({}, 200, cors);
    }
    if (!pixel.active) return json({}, 200, cors);

    const fields: Record<string, unknown> = {
      email: said.sha256_email,
      phone: said.sha256_phone_number,
      external_id: said.external_id,
      ttclid: objectIn(context.ad).callback,
      ttp: said.ttp,
      ip: request.ip,
      user_agent: request.header('user-agent'),
    };
    const user: Person = {};
    for (const [field, value] of Object.entries(fields)) {
      const told = textIn(value);
      if (told !== undefined) user[field] = told;
    }
    const library = textIn(objectIn(context.library).name) ?? 'unknown script';
    const value = properties.value;
    take(business, world.clock.now(), {
      channel: 'browser',
      pixel: code,
      event,
      eventId: textIn(hit.event_id),
      sender: library === 'pixel.js' ? 'events.js' : library,
      requestId: undefined,
      eventTime: textIn(hit.timestamp) ?? world.clock.now().toISOString(),
      value: typeof value === 'number' ? value : undefined,
      currency: textIn(properties.currency),
      orderId: textIn(properties.order_id),
      contentIds: contentIdsOf(properties),
      pageUrl: textIn(page.url),
      limitedDataUse: hit.limited_data_use === true,
      user,
      remarks: [],
    });
    world.record('tiktok.pixel', world.shops.get(pixel.shop) ?? null, {
      pixel: code,
      event,
      eventId: hit.event_id ?? null,
    });
    return json({}, 200, cors);
  });
}
