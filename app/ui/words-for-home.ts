/** Home in words: one line for how it stands, one thing to do, and the set-up list. */
import { MATCH_KEYS } from '../conversion/readiness.ts';
import type { Cause } from '../alerts/choice.ts';
import type { Overview, Stuck } from '../overview.ts';
import type { InstalledShop } from '../store/installs.ts';
import type { Pixel } from '../store/pixels.ts';
import { countWords, orderCount, percentWords } from './count-words.ts';
import { CHART_PARTS, type ChartDay, type ChartWords } from './OrdersChart.tsx';
import type { CoverageWords } from './MatchCoverage.tsx';
import type { OrderNumbers } from './NumbersCard.tsx';
import type { SetupStep } from './SetupList.tsx';
import { HOME_TEXT, type HomeState } from './texts-home.ts';
import { MATCH_KEY_WORDS } from './texts-log.ts';
import { momentWords, moneyWords, type ShopWords } from './words-for.ts';

type Numbers = Overview['today'];

interface Standing {
  state: HomeState;
  line: string;
  /** The one thing to do. */
  next: { text: string; to: string } | null;
  /** The alert that says the same, and need not say it again. */
  says: Cause | null;
}

type Seen = Pick<Overview, 'ever' | 'check'> & {
  pixels: readonly (Pick<Pixel, 'name' | 'state' | 'testEventCode'> & { id: string })[];
};

const { lines, next } = HOME_TEXT;

/** What is worst comes first. */
export function standing(
  { pixels, today, ever, check }: Seen & { today: Pick<Numbers, 'error'> },
  shop: Pick<InstalledShop, 'webPixelId' | 'reconnectSince'>,
): Standing {
  const is = (state: HomeState, line: string, to: Standing['next'], says: Cause | null = null): Standing => ({
    state,
    line,
    next: to,
    says,
  });
  const [first] = pixels;
  if (!first) return is('disconnected', lines.none, { text: next.connect, to: '/app/pixels/new' });
  const at = (text: string, { id }: { id: string }): Standing['next'] => ({ text, to: `/app/pixels/${id}` });
  if (pixels.every(({ state }) => state === 'disconnected'))
    return is('disconnected', lines.disconnected, at(next.enterToken, first));
  const refused = pixels.find(({ state }) => state === 'token_refused');
  if (refused)
    return is('token_refused', lines.refused(refused.name), at(next.token, refused), 'token_refused');
  const forbidden = pixels.find(({ state }) => state === 'no_permission');
  if (forbidden)
    return is(
      'needs_attention',
      lines.permission(forbidden.name),
      at(next.token, forbidden),
      'token_refused',
    );
  if (check?.findings.some(({ countsTwice }) => countsTwice))
    return is('needs_attention', lines.twice, { text: next.twice, to: '/app/storefront' });
  if (today.error > 0)
    return is(
      'needs_attention',
      lines.errors(today.error),
      { text: next.errors, to: '/app/log?state=error' },
      'errors',
    );
  if (shop.reconnectSince !== null) return is('needs_attention', lines.reconnect, null);
  if (pixels.every(({ state }) => state === 'paused'))
    return is('paused', lines.paused, at(next.resume, first));
  const apart = pixels.find(({ state }) => state === 'disconnected');
  if (apart) return is('needs_attention', lines.apart(apart.name), at(next.enterToken, apart));
  if (shop.webPixelId === null)
    return is('needs_attention', lines.webPixel, { text: next.webPixel, to: '/app/storefront' });
  const testing = pixels.find(({ testEventCode }) => testEventCode !== null);
  if (testing) return is('test', lines.test, at(next.test, testing));
  if (!ever.real) return is('waiting', lines.waiting, { text: next.order, to: '/app/log' });
  return is('active', lines.active, null);
}

export function numberWords(numbers: Numbers, currency: string, locale: string): OrderNumbers {
  return {
    orders: countWords(numbers.orders, locale),
    sent: countWords(numbers.sent, locale),
    skipped: countWords(numbers.skipped, locale),
    waiting: countWords(numbers.waiting, locale),
    refused: countWords(numbers.error, locale),
    value: moneyWords(numbers.sentMinor, currency, locale) ?? '–',
  };
}

export function chartWords({ days }: Pick<Overview, 'days'>, locale: string): ChartWords {
  const label = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' });
  const sent = days.reduce((sum, day) => sum + day.sent, 0);
  const most = Math.max(0, ...days.map(({ orders }) => orders));
  const drawn = days.map((day): ChartDay => ({
    label: label.format(new Date(`${day.day}T00:00:00Z`)),
    sent: day.sent,
    waiting: day.waiting,
    skipped: day.skipped,
    refused: day.error,
  }));
  return {
    days: drawn,
    most: countWords(most, locale),
    rows: drawn.map((day) => [day.label, ...CHART_PARTS.map((part) => countWords(day[part], locale))]),
    summary: HOME_TEXT.chartSummary(days.length, countWords(sent, locale), countWords(most, locale)),
  };
}

export function coverageWords({ match }: Pick<Overview, 'match'>, locale: string): CoverageWords | null {
  if (match.orders === 0) return null;
  return {
    text: HOME_TEXT.matchText(countWords(match.orders, locale)),
    keys: MATCH_KEYS.map((key) => {
      const there = match.with[key] ?? 0;
      return {
        name: MATCH_KEY_WORDS[key],
        percent: Math.floor((there / match.orders) * 100),
        text: percentWords(there, match.orders, locale),
      };
    }),
  };
}

/** What waits for a token or for the end of a pause: how much, how long it is of use, and what no longer is. Empty where nothing waits. */
export function stuckWords(stuck: Stuck, state: Pixel['state'], currency: string, shop: ShopWords): string[] {
  const { locale } = shop;
  const more = stuck.whole ? '' : '+';
  const one = stuck.whole && stuck.orders === 1;
  const sentences: string[] = [];
  if (stuck.orders > 0) {
    const value = `${moneyWords(stuck.valueMinor, currency, locale) ?? ''}${more}`;
    sentences.push(
      HOME_TEXT.stuck.text(`${orderCount(stuck.orders, locale)}${more}`, one, value, state === 'paused'),
    );
  }
  if (stuck.until) sentences.push(HOME_TEXT.stuck.until(momentWords(stuck.until, shop), one));
  if (stuck.late > 0) sentences.push(HOME_TEXT.stuck.late(orderCount(stuck.late, locale)));
  return sentences;
}

export function setupSteps(
  { pixels, ever, check, marks, backfillOpen }: Seen & Pick<Overview, 'marks' | 'backfillOpen'>,
  shop: Pick<InstalledShop, 'webPixelId'>,
): SetupStep[] {
  const words = HOME_TEXT.setup;
  const [first] = pixels;
  const looked = check?.state === 'read';
  const sharing = check?.findings.some(({ kind }) => kind === 'tiktok_app') ?? false;
  return [
    {
      key: 'pixel',
      done: first !== undefined,
      title: words.connect,
      text: words.connectText,
      to: '/app/pixels/new',
    },
    {
      key: 'webPixel',
      done: shop.webPixelId !== null,
      title: words.webPixel,
      text: words.webPixelText,
      to: '/app/storefront',
    },
    { key: 'embed', done: false, title: words.embed, text: words.embedText, to: '/app/storefront' },
    {
      key: 'sharing',
      done: !sharing && (looked || marks.has('data_sharing_off')),
      title: words.sharing,
      text: words.sharingText,
      to: '/app/guides/turn-off-tiktok-data-sharing',
      // What the storefront shows outweighs what anybody ticks.
      tick: looked ? null : marks.has('data_sharing_off'),
    },
    {
      key: 'test',
      done: ever.test || marks.has('test_event_seen'),
      title: words.test,
      text: words.testText,
      to: first ? `/app/pixels/${first.id}` : '/app/guides/test-events',
    },
    { key: 'order', done: ever.real, title: words.order, text: words.orderText, to: '/app/log' },
    // What waits at no pixel cannot be sent: the offer comes once there is one.
    ...(backfillOpen && first
      ? [
          {
            key: 'backfill',
            done: false,
            optional: true,
            title: words.backfill,
            text: words.backfillText,
            to: '/app/ledger/backfill',
          },
        ]
      : []),
  ];
}
