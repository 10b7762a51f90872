import { describe, expect, it } from 'vitest';
import { findingsOf, type Finding } from '../../../app/radar/findings.ts';
import { sendersIn, type OwnPixel } from '../../../app/radar/page.ts';
import { checkWords } from '../../../app/ui/texts-radar.ts';

const OURS = 'CTOCK0NORTHLIGHT0001';
const THEIRS = 'C9SOMEBODYELSES00001';
const own: OwnPixel = {
  webPixelId: '77',
  endpoint: 'https://tock.example/intake/storefront',
  codes: [OURS],
};

function listed(...pixels: object[]): string {
  return `<script>window.setup = {"shopId":1,webPixelsConfigList: ${JSON.stringify(pixels)},"other":[1]};</script>`;
}

const tiktokApp = (code: string) => ({
  id: '1404796950',
  configuration: JSON.stringify({ pixelCode: code }),
  apiClientId: 4383523,
  note: 'a ] in a text closes nothing',
});
const SNIPPET = `!function(w,d,t){w.TiktokAnalyticsObject=t;var r="https://analytics.tiktok.com/i18n/pixel/events.js";
  ttq.load('${THEIRS}');ttq.page();}(window,document,'ttq');`;

describe('a storefront page shows', () => {
  it.each([
    ['nothing', '<p>ttq is a word in a description</p>', []],
    ['our own pixel by its id', listed({ id: '77', configuration: `{"options":"${OURS}"}` }), []],
    [
      'our own pixel by its address',
      listed({ id: 9, configuration: `{"endpoint":"${own.endpoint}","o":"${OURS}"}` }),
      [],
    ],
    [
      'our own embed',
      `<script type="application/json" id="tock-embed">{"eventsJs":"https://analytics.tiktok.com/i18n/pixel/events.js"}</script>`,
      [],
    ],
    [
      'another app’s pixel that is not TikTok’s',
      listed({ id: '5', apiClientId: 2329312, configuration: '{"pixel_id":"C123"}' }),
      [],
    ],
    ['TikTok’s own app', listed(tiktokApp(THEIRS)), [['tiktok_app', THEIRS, '4383523']]],
    [
      'TikTok’s own app without a code',
      listed({ id: '5', apiClientId: '4383523', configuration: '{}' }),
      [['tiktok_app', null, '4383523']],
    ],
    [
      'another app with our code',
      listed({ id: '5', apiClientId: 123, configuration: JSON.stringify({ codes: [OURS] }) }),
      [['pixel_app', OURS, '123']],
    ],
    [
      'another app that speaks of TikTok',
      listed({ id: '5', apiClientId: 123, configuration: JSON.stringify({ tiktok_pixels: [THEIRS] }) }),
      [['pixel_app', THEIRS, '123']],
    ],
    ['the usual snippet in the theme, once', `<script>${SNIPPET}</script>`, [['theme', THEIRS, null]]],
    [
      'the script alone, whose pixel is somewhere else',
      `<script src="https://analytics.us.tiktok.com/i18n/pixel/events.js"></script>`,
      [['theme', null, null]],
    ],
    [
      'the script with its pixel in the address',
      `<script src="https://analytics.tiktok.com/i18n/pixel/events.js?sdkid=${OURS}&lib=ttq"></script>`,
      [['theme', OURS, null]],
    ],
    [
      'another app’s embed, by name',
      `<!-- BEGIN app block: shopify://apps/multi-pixels/blocks/app-embed/0a1b --><script>${SNIPPET}</script><!-- END app block -->`,
      [['app_embed', THEIRS, 'multi-pixels']],
    ],
    ['a list that is broken off', `webPixelsConfigList: [{"apiClientId":4383523,"configuration":"{`, []],
  ])('%s', (_case, html, expected) => {
    expect(sendersIn(html, own).map(({ kind, pixelCode, app }) => [kind, pixelCode, app])).toEqual(expected);
  });
});

describe('a finding', () => {
  const now = new Date('2026-11-21T10:00:00.000Z');
  const url = 'https://shop.example/';
  const place = { timeZone: 'Europe/Berlin', locale: 'en-GB' };
  const seen = (html: string) => sendersIn(html, own).map((sender) => ({ sender, url }));
  const ours = { all: own.codes, loaded: [] as string[] };
  const inVisits = (...told: [string, number][]) => ({
    url,
    from: '2026-11-18',
    visits: 40,
    seen: told.map(([code, visits]) => ({ code, visits })),
  });
  const wordsOf = (findings: Finding[]) =>
    checkWords({ checkedAt: now.toISOString(), state: 'read', status: null, pages: [url], findings }, place)
      .findings;

  it('says whether it feeds the same pixel, what shows it and how to switch it off; the worse first', () => {
    const findings = findingsOf(
      [...seen(listed(tiktokApp(THEIRS))), ...seen(`<script>ttq.load("${OURS}")</script>`)],
      inVisits(),
      ours,
      [],
      now,
    );
    expect(findings.map(({ kind, countsTwice }) => [kind, countsTwice])).toEqual([
      ['theme', true],
      ['tiktok_app', false],
    ]);
    for (const finding of findings) expect(finding.evidence.url).toBe(url);
    expect(findings[0]?.evidence.text).toContain('ttq.load');
    const words = wordsOf(findings);
    for (const { steps, evidence } of words)
      expect([steps.length > 1, evidence]).toEqual([true, `Seen at ${url} as:`]);
    expect(words.map(({ piece }) => piece)).toEqual(findings.map(({ evidence }) => evidence.text));
    expect(words[0]?.meaning).toContain('twice');
  });

  it('keeps the time when it was first seen, and is one however many pages show it', () => {
    const html = listed(tiktokApp(OURS));
    const first = findingsOf(seen(html), inVisits(), ours, [], now);
    const later = new Date(now.getTime() + 86_400_000);
    const second = findingsOf([...seen(html), ...seen(html)], inVisits(), ours, first, later);
    expect(second).toEqual(first);
    expect(findingsOf([], inVisits(), ours, first, later)).toEqual([]);
  });

  it('comes from visits where no page shows the sender, with how many of how many', () => {
    const findings = findingsOf([], inVisits([OURS, 12], [THEIRS, 3]), ours, [], now);
    expect(findings.map(({ kind, pixelCode, countsTwice }) => [kind, pixelCode, countsTwice])).toEqual([
      ['visits', OURS, true],
      ['visits', THEIRS, false],
    ]);
    const [words] = wordsOf(findings);
    expect(words?.evidence).toContain(
      `Seen in 12 of 40 visits since 18 Nov 2026: TikTok’s script left its cookie ttcsid_${OURS}, and Tock did not load it.`,
    );
    expect([words?.piece, words?.closing]).toEqual([null, expect.stringContaining('goes away by itself')]);
  });

  it.each([
    ['two visits may be anybody’s', [], inVisits([OURS, 2]), ours],
    ['Tock loads the script itself', [], inVisits([OURS, 30]), { all: [OURS], loaded: [OURS] }],
  ])('does not come from visits where %s', (_why, senders, visits, codes) => {
    expect(findingsOf(senders, visits, codes, [], now)).toEqual([]);
  });

  it('comes from the page alone where both show it', () => {
    const findings = findingsOf(seen(listed(tiktokApp(OURS))), inVisits([OURS, 30]), ours, [], now);
    expect(findings.map(({ kind }) => kind)).toEqual(['tiktok_app']);
  });
});
