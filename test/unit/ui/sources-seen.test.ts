/** Sources that orders came from: each by a name that staff know, with what Shopify calls it beside, so that nobody guesses. */
import { AppProvider } from '@shopify/polaris';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { SourcesSeen } from '../../../app/ui/SourcesSeen.tsx';
import { SOURCES_TEXT, sourceWords } from '../../../app/ui/texts-settings.ts';

const NAMES = [
  ['web', '580111', '', 'Online Store'],
  ['pos', '129785', '', 'Point of Sale'],
  ['shopify_draft_order', '1354745', '', 'Draft orders'],
  ['subscription_contract_checkout_one', '294517', '', 'Subscriptions'],
  ['6712272', '', '', 'TikTok Shop'],
  ['TikTok_US', '', '', 'TikTok Shop'],
  ['tiktok', '4383523', 'tiktok', 'TikTok Shop'],
  ['web', '580111', 'wholesale_portal', 'wholesale_portal'],
  ['3890849', '', '', 'An app or connector (number 3890849)'],
  ['', '771', '', 'An app (number 771)'],
  ['', '', '', 'Not told by Shopify'],
] as const;

it.each(NAMES)(
  'source_name "%s", app_id "%s", channel "%s" is read as %s',
  (sourceName, appId, channel, name) => {
    expect(sourceWords({ sourceName, appId, channel })).toBe(name);
  },
);

/** The rows as they are read, one after the other, without their buttons. */
function rowsOf(sources: Parameters<typeof SourcesSeen>[0]['sources']): string[] {
  const list = createElement(SourcesSeen, { sources, onRule: () => undefined });
  const html = renderToStaticMarkup(createElement(AppProvider, { i18n: {} }, list));
  const text = html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  const [, rows = ''] = text.split(SOURCES_TEXT.sourcesIntro);
  return rows
    .split(SOURCES_TEXT.makeRule)
    .map((row) => row.trim())
    .filter((row) => row !== '');
}

it('shows the readable name with every hidden value beside it, and offers a rule for what has one', () => {
  const seen = { text: '5 orders, $990.20', kept: 'all' } as const;
  const hidden = { sourceName: 'tiktok', appId: '4383523', channel: 'tiktok' };
  expect(
    rowsOf([
      { name: 'TikTok Shop', ...hidden, ...seen },
      { name: 'Not told by Shopify', sourceName: '', appId: '', channel: '', ...seen, kept: 'none' },
    ]),
  ).toEqual([
    'TikTok Shop Kept back source_name tiktok app_id 4383523 channel tiktok 5 orders, $990.20',
    'Not told by Shopify Sent 5 orders, $990.20',
  ]);
});
