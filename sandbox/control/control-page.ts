/** The control page: every switch of the sandbox, where it stands, and a way to move it. */

import { orderKinds } from '../orders/kinds.ts';
import { escapeHtml } from '../http.ts';
import { button, choose, form, link, number, page, section, text, tick } from './form.ts';
import type { SwitchPositions } from './switchboard.ts';

type ShopPosition = SwitchPositions['shops'][number];

const regions: [string, string][] = [
  ['', 'where the shop is'],
  ['DE', 'Germany: consent needed first'],
  ['GB', 'United Kingdom: consent needed first'],
  ['US-CA', 'California: sale of data can be refused'],
  ['US-NY', 'New York: no choice needed'],
];

function shopCard(shop: ShopPosition): string {
  const { storefront: front, protectedData: data, handle } = shop;
  return `<article>
<h3>${escapeHtml(shop.name)}</h3>
<p>${shop.installed ? 'Tock is installed' : 'Tock is not installed'}${shop.installed && !shop.webPixel ? ', its web pixel is not set up yet' : ''}; ${shop.orders} orders.
${link(shop.links.storefront, 'Storefront')} ${link(shop.links.admin, 'Tock in its admin')}</p>
<p>${
    shop.installed
      ? button('Uninstall Tock', 'shops/uninstall', { shop: handle }, 'risky')
      : button('Install Tock', 'shops/install', { shop: handle })
  } ${button('Revoke its tokens', 'shops/revoke-tokens', { shop: handle }, 'risky')}
${button('Ask for a customer’s data', 'shops/privacy', { shop: handle, what: 'data-request' })}
${button('Ask for a customer’s erasure', 'shops/privacy', { shop: handle, what: 'redact' })}</p>
${form(
  'shops/set',
  [
    tick('Theme embed is on', 'embedEnabled', shop.embedEnabled),
    tick('Consent banner', 'banner', front.banner),
    tick('Upsell page after payment', 'upsell', front.upsell),
    tick('Client id goes along to the second domain', 'carryClientId', front.carryClientId),
    tick(
      'Orders keep their landing page without consent',
      'landingWithoutConsent',
      front.landingWithoutConsent,
    ),
    tick('May see customer data', 'protected.customerData', data.customerData),
    tick('… names', 'protected.name', data.name),
    tick('… email', 'protected.email', data.email),
    tick('… phone', 'protected.phone', data.phone),
    tick('… address', 'protected.address', data.address),
    choose('Visitors come from', 'region', regions, front.region ?? ''),
    shop.webPixel
      ? choose(
          'Data sharing',
          'dataSharingState',
          [
            'ALWAYS_ON',
            'OPTIMIZED_ALLOW_ALL_EVENTS',
            'OPTIMIZED_ALLOW_LIMITED_EVENTS',
            'OPTIMIZED_PAUSE_ALL_EVENTS',
            'PAUSED',
          ],
          shop.webPixel.dataSharingState,
        )
      : '',
  ],
  'Set',
  { shop: handle },
)}
</article>`;
}

export function controlPage(stand: SwitchPositions): string {
  const { webhooks, tiktok } = stand;
  const shops = stand.shops.map((shop): [string, string] => [shop.handle, shop.name]);
  const pixels = tiktok.pixels.map((pixel): [string, string] => [pixel.code, pixel.name]);
  const send = webhooks.switches;
  const faults = tiktok.faults.map((fault) => `<li>${escapeHtml(fault.says)}</li>`).join('');

  const main = [
    section(
      'Time',
      'Moves Shopify’s and TikTok’s time: webhook retries, merging, the 48 hours. Tock itself keeps the machine’s time.',
      `<p><b>${escapeHtml(stand.now.replace('T', ' ').slice(0, 19))} UTC</b></p><p>`,
      button('1 minute on', 'clock', { seconds: 60 }),
      button('6 minutes on', 'clock', { seconds: 360 }),
      button('1 hour on', 'clock', { seconds: 3_600 }),
      button('1 day on', 'clock', { seconds: 86_400 }),
      button('49 hours on', 'clock', { seconds: 49 * 3_600 }),
      '</p>',
    ),
    section('Shops', '', ...stand.shops.map(shopCard)),
    section(
      'Visitors',
      'They walk through the storefront as a browser would, with the real web pixel; you can go shopping yourself too.',
      form(
        'visitors/walk',
        [
          choose('Shop', 'shop', shops),
          choose('Until', 'until', [
            ['order', 'they have bought'],
            ['checkout', 'the checkout'],
            ['cart', 'the cart'],
            ['product', 'the product'],
          ]),
          choose('Consent', 'consent', ['accepted', 'declined', 'unasked']),
          tick('They come by the ad', 'ad', true),
          number('How many', 'count', 1, '1'),
        ],
        'Send them',
      ),
    ),
    section(
      'Orders',
      'Orders of every kind that no browser placed here.',
      form(
        'order/place',
        [
          choose('Shop', 'shop', shops),
          choose('Kind', 'kind', orderKinds, 'plain'),
          number('How many', 'count', 1, '1'),
        ],
        'Place',
      ),
      form(
        'order/change',
        [
          choose('Shop', 'shop', shops),
          text('Order', 'order', '', 'newest'),
          choose('Change', 'what', ['pay', 'cancel', 'delete', 'add', 'refund', 'fulfil']),
        ],
        'Change',
      ),
      form('order/set', [tick('New ids have 18 digits', 'bigIds', stand.orders.bigIds)], 'Set'),
    ),
    section(
      'Webhooks',
      `${webhooks.sent} made: ${webhooks.delivered} delivered, ${webhooks.waiting} waiting, ${webhooks.lost} lost, ${webhooks.givenUp} given up.`,
      form(
        'webhooks/set',
        [
          number('Late by seconds', 'delaySeconds', send.delayMs / 1_000),
          number('Further copies of each', 'duplicates', send.duplicates, '1'),
          number('Out of order by up to seconds', 'disorderSeconds', send.disorderMs / 1_000),
          number('Share that gets lost (0 to 1)', 'lossRate', send.lossRate),
          text(
            'Topics that get lost',
            'lostTopics',
            send.lostTopics.join(', '),
            'orders/create, orders/paid',
          ),
          choose('Signature', 'signature', ['right', 'wrong', 'missing'], send.signature),
          choose('Signed with the secret', 'signWith', ['current', 'previous'], send.signWith),
          tick('Hold everything back', 'held', send.held),
        ],
        'Set',
      ),
      '<p>',
      button('Calm again', 'webhooks/calm'),
      ...shops.map(([handle, name]) =>
        button(`Send the newest order of ${name} again`, 'webhooks/resend', { shop: handle }),
      ),
      '</p>',
    ),
    section(
      'TikTok’s Events API',
      '',
      faults ? `<p>Armed now:</p><ul>${faults}</ul>` : '<p>TikTok is well.</p>',
      '<p>',
      button('TikTok is well', 'tiktok/well'),
      button('Failing for a minute', 'tiktok/faults', { kind: 'code', code: 51008, seconds: 60 }),
      button('502 pages for a minute', 'tiktok/faults', { kind: 'html', status: 502, seconds: 60 }),
      button('Every second request fails', 'tiktok/faults', {
        kind: 'code',
        code: 50000,
        rate: 0.5,
        seconds: 60,
      }),
      button('One answer gets lost', 'tiktok/faults', {
        kind: 'reset',
        moment: 'after-reading',
        taken: true,
        times: 1,
      }),
      '</p>',
      form(
        'tiktok/faults',
        [
          choose('Fault', 'kind', ['code', 'html', 'slow-first-byte', 'slow-body', 'reset', 'half-open']),
          number('Code', 'code', 40100, '1'),
          number('HTTP status', 'status', 200, '1'),
          number('Slow by milliseconds', 'ms', 20_000, '1'),
          choose('Cut', 'moment', ['after-reading', 'at-once', 'within-the-answer']),
          tick('The events are taken all the same', 'taken', false),
          number('Share of requests (0 to 1)', 'rate', 1),
          number('Times', 'times', '', '1'),
          number('Seconds', 'seconds', 60, '1'),
          choose('Pixel', 'pixel', [['', 'all'], ...pixels]),
        ],
        'Arm',
      ),
      form(
        'tiktok/set',
        [
          choose(
            'HTTP status of errors',
            'statusStyle',
            [
              ['ok', '200 with the code'],
              ['documented', '401 for limits and tokens'],
              ['bad-request', '400'],
            ],
            tiktok.statusStyle,
          ),
          tick('Report what TikTok would ignore', 'strict', tiktok.strict),
          number('Requests a second', 'perSecond', tiktok.limits.perSecond, '1'),
          number('Requests a minute', 'perMinute', tiktok.limits.perMinute, '1'),
          number('Requests a day', 'perDay', tiktok.limits.perDay, '1'),
        ],
        'Set',
      ),
      '<p>',
      button('Forget everything that arrived', 'tiktok/clear', {}, 'risky'),
      '</p>',
    ),
    section(
      'Pixels and their tokens',
      'What TikTok’s Events Manager would give you to paste into Tock.',
      ...tiktok.pixels.map(
        (pixel) => `<article>
<h3>${escapeHtml(pixel.name)}${pixel.active ? '' : ' (deactivated)'}</h3>
<dl><dt>Pixel code</dt><dd>${escapeHtml(pixel.code)}</dd><dt>Access token</dt><dd>${escapeHtml(pixel.token)}</dd></dl>
<p>${button(pixel.active ? 'Deactivate' : 'Activate', 'tiktok/pixels/active', { pixel: pixel.code, active: !pixel.active })}
${button('Revoke the token', 'tiktok/tokens/revoke', { pixel: pixel.code }, 'risky')}
${button('New token', 'tiktok/tokens/renew', { pixel: pixel.code })}</p>
</article>`,
      ),
      form(
        'tiktok/pixels/add',
        [choose('Shop', 'shop', shops), text('Name', 'name', 'Another pixel')],
        'Add a pixel',
      ),
    ),
    section(
      'A second sender',
      'Another app that reports to the same TikTok pixel, under ids of its own: everything counts twice.',
      ...stand.shops.map((shop) =>
        form(
          'tiktok/second-sender',
          [
            choose(
              shop.name,
              'kind',
              [
                ['none', 'none'],
                ['tiktok-app', 'TikTok’s own Shopify app'],
                ['other-app', 'another app’s pixel in the theme'],
              ],
              tiktok.secondSenders[shop.handle]?.kind ?? 'none',
            ),
          ],
          'Set',
          { shop: shop.handle },
        ),
      ),
    ),
    section(
      'Web pixels',
      'How Shopify’s pixel manager runs them.',
      form(
        'pixels/set',
        [
          number('Start late by milliseconds', 'startDelayMs', stand.pixels.startDelayMs, '1'),
          number(
            'checkout_started comes this often',
            'checkoutStartedTimes',
            stand.pixels.checkoutStartedTimes,
            '1',
          ),
          choose(
            'Form of the order id',
            'orderIdForm',
            ['plain', 'gid', 'order-identity'],
            stand.pixels.orderIdForm,
          ),
        ],
        'Set',
      ),
    ),
  ];
  return page('Control', 'Every switch of the sandbox’s Shopify and TikTok.', main.join('\n'));
}
