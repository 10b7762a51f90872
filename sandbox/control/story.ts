/** "Try this": a guided way through what Tock does, each step with its buttons, what to expect and where to look. */

import { escapeHtml } from '../http.ts';
import { button, link, page } from './form.ts';
import type { SwitchPositions } from './switchboard.ts';

interface Step {
  title: string;
  why: string;
  do: string[];
  expect: string;
  look: string[];
}

type ShopPosition = SwitchPositions['shops'][number];

function steps(free: ShopPosition, strict: ShopPosition): Step[] {
  const events = link('/events-manager', 'Events Manager');
  const log = (shop: ShopPosition) => link(shop.links.admin, `Tock in the admin of ${shop.name}`);
  return [
    {
      title: 'Click the ad and buy something',
      why: 'The click id of the ad has to travel from the first page to the order, through cart and checkout.',
      do: [
        `${link('/ads', 'Open the ads')}, click one of ${escapeHtml(free.name)}, put the product into the cart and buy it.`,
        `Or in short: ${button('A visitor clicks the ad and buys', 'visitors/walk', { shop: free.handle })}`,
      ],
      expect:
        'A few seconds after the order one Purchase is counted, with the click id of the ad, the email as a hash, and the right value. Its event id is “order-” and the long id of the order at Shopify, not the short number that the customer sees.',
      look: [events, log(free)],
    },
    {
      title: 'Refuse consent',
      why: `Where ${strict.name} sells, visitors are asked first. Whoever says no must not be reported.`,
      do: [
        `${link(strict.links.storefront, `Open ${strict.name}`)}, decline in the banner (“Ablehnen”), and buy something.`,
        `Or in short: ${button('A visitor declines and buys', 'visitors/walk', { shop: strict.handle, consent: 'declined' })}`,
      ],
      expect:
        'Nothing arrives at TikTok. Tock lists the order as skipped and names the reason, so that it is explained and not missing.',
      look: [log(strict), events],
    },
    {
      title: 'Break TikTok for a minute',
      why: 'Outages happen. Nothing may be lost, and nothing may be sent twice.',
      do: [
        button('TikTok fails for a minute', 'tiktok/faults', { kind: 'code', code: 51008, seconds: 60 }),
        button('Three visitors buy', 'visitors/walk', { shop: free.handle, count: 3 }),
        button('TikTok is well again', 'tiktok/well'),
      ],
      expect:
        'At first the requests are refused and Tock lists the orders as waiting for their next try. When TikTok is back, each is counted once.',
      look: [events, log(free)],
    },
    {
      title: 'Lose an answer of TikTok',
      why: 'The worst case: TikTok took the events, but its answer never came. Were they counted or not?',
      do: [
        button('The next answer gets lost', 'tiktok/faults', {
          kind: 'reset',
          moment: 'after-reading',
          taken: true,
          times: 1,
        }),
        button('A visitor buys', 'visitors/walk', { shop: free.handle }),
      ],
      expect:
        'Tock sends what was in it again, under the same event ids. The Events Manager shows each event once, with one discarded copy and the reason.',
      look: [events, log(free)],
    },
    {
      title: 'Send the order twice',
      why: 'Shopify delivers webhooks at least once, which means sometimes twice.',
      do: [
        button('A visitor buys', 'visitors/walk', { shop: free.handle }),
        button('Send its webhooks three times more', 'webhooks/resend', { shop: free.handle, times: 3 }),
      ],
      expect: 'Still one conversion, and not even a discarded copy at TikTok: Tock knows the order already.',
      look: [events, log(free)],
    },
    {
      title: 'Lose a webhook',
      why: 'Shopify does not guarantee that a webhook comes. Some come hours later, some never.',
      do: [
        button('A visitor buys, and the webhooks get lost', 'order/lose', { shop: free.handle }),
        button('Let them come after all', 'webhooks/resend', { shop: free.handle }),
      ],
      expect:
        'After the first button Shopify has an order that Tock has not heard of. After the second it is there, and counted once.',
      look: [log(free), events],
    },
  ];
}

export function storyPage(stand: SwitchPositions): string {
  const strict = stand.shops.find((shop) => shop.country === 'DE') ?? stand.shops[0];
  const free = stand.shops.find((shop) => shop !== strict) ?? strict;
  if (!strict || !free) return page('Try this', 'There is no shop.', '');
  const shown = steps(free, strict).map(
    (step) => `<li data-step>
<h2>${escapeHtml(step.title)}</h2>
<p class="hint">${escapeHtml(step.why)}</p>
<dl>
<dt>Do</dt><dd>${step.do.map((one) => `<p>${one}</p>`).join('')}<p class="outcome" role="status"></p></dd>
<dt>Expect</dt><dd>${escapeHtml(step.expect)}</dd>
<dt>Look</dt><dd>${step.look.join(' · ')}</dd>
</dl>
</li>`,
  );
  return page(
    'Try this',
    'Six things that go wrong in real stores, and what Tock does then.',
    `<ol class="story">${shown.join('\n')}</ol>`,
  );
}
