/** What is an alert and what is not, from figures alone; and that each is news once. */
import { describe, expect, test } from 'vitest';

import { defaultAlertSettings, type Cause } from '../../../app/alerts/choice.ts';
import {
  FAST_CAUSES,
  judgeFast,
  judgeSlow,
  newsOf,
  type Figures,
  type OpenAlert,
  type SlowFigures,
} from '../../../app/alerts/judge.ts';

const settings = defaultAlertSettings();
const calm: Figures = {
  refused: [],
  outcomes: { sent: 1000, errors: 0 },
  overdue: { orders: 0, tookAny: true },
  arrived: { byWebhook: 10, byComparison: 0 },
};
const quiet: SlowFigures = {
  clicks: { recent: { orders: 100, withClick: 40 }, usual: { orders: 1000, withClick: 400 } },
  ledger: { unclosed: [], unbalanced: [] },
};
const open = (cause: Cause, figures: OpenAlert['figures'] = {}): OpenAlert[] => [
  { cause, figures, openedAt: new Date(0) },
];
const outcomes = (errors: number, sent: number) => ({ outcomes: { errors, sent } });

test('a shop where all is well has no alert', () => {
  expect([...judgeFast(calm, settings, []), ...judgeSlow(quiet, settings, [])]).toEqual([]);
});

test.each<[string, Partial<Figures>, OpenAlert[], Cause[]]>([
  ['a refused token', { refused: [{ code: 'C1', name: 'Main' }] }, [], ['token_refused']],
  ['4 errors of 4 are too few', outcomes(4, 0), [], []],
  ['5 errors of 100 are five percent', outcomes(5, 95), [], ['errors']],
  ['49 errors of 1000 are below it', outcomes(49, 951), [], []],
  ['49 of 1000 stay open once they are', outcomes(49, 951), open('errors'), ['errors']],
  ['24 of 1000 clear it', outcomes(24, 976), open('errors'), []],
  ['nothing sent and nothing refused is no rate', outcomes(0, 0), [], []],
  ['an overdue order while TikTok takes none', { overdue: { orders: 1, tookAny: false } }, [], ['silence']],
  ['an overdue order while TikTok takes others', { overdue: { orders: 9, tookAny: true } }, [], []],
  ['silence without orders', { overdue: { orders: 0, tookAny: false } }, [], []],
  ['orders that only the comparison found', { arrived: { byWebhook: 0, byComparison: 3 } }, [], ['missed']],
  ['two such orders may be chance', { arrived: { byWebhook: 0, byComparison: 2 } }, [], []],
  ['one webhook shows that they work', { arrived: { byWebhook: 1, byComparison: 9 } }, [], []],
])('%s', (_name, change, before, expected) => {
  expect(judgeFast({ ...calm, ...change }, settings, before).map(({ cause }) => cause)).toEqual(expected);
});

const clicks = (recent: [number, number], usual: [number, number]): SlowFigures => ({
  ...quiet,
  clicks: {
    recent: { orders: recent[0], withClick: recent[1] },
    usual: { orders: usual[0], withClick: usual[1] },
  },
});

test.each<[string, SlowFigures, OpenAlert[], Cause[]]>([
  ['half of the usual share', clicks([100, 20], [1000, 400]), [], ['clicks_dropped']],
  ['a little more than half', clicks([100, 21], [1000, 400]), [], []],
  ['too few orders now', clicks([29, 0], [1000, 400]), [], []],
  ['too few orders before', clicks([100, 0], [99, 40]), [], []],
  ['so few clicks before that none are no sign', clicks([100, 0], [1000, 99]), [], []],
  ['never any clicks', clicks([100, 0], [1000, 0]), [], []],
  [
    'what was usual when it opened stays the measure',
    clicks([100, 10], [1000, 100]),
    open('clicks_dropped', { usual: 40 }),
    ['clicks_dropped'],
  ],
  [
    'a share near the old one clears it',
    clicks([100, 31], [1000, 100]),
    open('clicks_dropped', { usual: 40 }),
    [],
  ],
  [
    'a night with few orders clears nothing',
    clicks([2, 2], [1000, 100]),
    open('clicks_dropped', { usual: 40 }),
    ['clicks_dropped'],
  ],
  [
    'a day that is not closed',
    { ...quiet, ledger: { unclosed: ['2026-11-01'], unbalanced: [] } },
    [],
    ['not_closed'],
  ],
  [
    'a day that does not add up',
    { ...quiet, ledger: { unclosed: [], unbalanced: ['2026-11-01'] } },
    [],
    ['not_closed'],
  ],
])('%s', (_name, figures, before, expected) => {
  expect(judgeSlow(figures, settings, before).map(({ cause }) => cause)).toEqual(expected);
});

test('says how many days do not close, since when, and each once', () => {
  const ledger = { unclosed: ['2026-11-03', '2026-11-02'], unbalanced: ['2026-11-03'] };
  expect(judgeSlow({ ...quiet, ledger }, settings, [])).toEqual([
    { cause: 'not_closed', figures: { days: 2, first: '2026-11-02', unbalanced: 1 } },
  ]);
});

describe('news', () => {
  const [refused] = judgeFast({ ...calm, refused: [{ code: 'C1', name: 'C1' }] }, settings, []);
  const findings = refused ? [refused] : [];
  test('what is found for the first time, and nothing of what is open', () => {
    expect(newsOf([], findings, FAST_CAUSES, settings).opened).toEqual(findings);
    expect(newsOf(open('token_refused'), findings, FAST_CAUSES, settings)).toEqual({
      opened: [],
      cleared: [],
      dropped: [],
    });
  });
  test('what is over, but not what nobody looked at', () => {
    const both = [...open('token_refused'), ...open('not_closed')];
    const news = newsOf(both, [], FAST_CAUSES, settings);
    expect(news.cleared.map(({ cause }) => cause)).toEqual(['token_refused']);
  });
  test('a cause that is switched off ends without a word', () => {
    const off = { ...settings, causes: { ...settings.causes, token_refused: false } };
    expect(judgeFast({ ...calm, refused: [{ code: 'C1', name: 'C1' }] }, off, [])).toEqual([]);
    const news = newsOf(open('token_refused'), [], FAST_CAUSES, off);
    expect([news.cleared, news.dropped.length]).toEqual([[], 1]);
  });
});
