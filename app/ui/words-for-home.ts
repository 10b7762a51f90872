/** Home in words: one line for how it stands, one thing to do, and the set-up list. */
import { MATCH_KEYS } from '../conversion/readiness.ts';
import type { Overview, Stuck } from '../overview.ts';
import type { InstalledShop } from '../store/installs.ts';
import type { ChartDay } from './OrdersChart.tsx';
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
}

const { lines, next } = HOME_TEXT;

/** What is worst comes first. */
export function standing(
  { pixels, today, ever, check }: Pick<Overview, 'pixels' | 'today' | 'ever' | 'check'>,
  shop: Pick<InstalledShop, 'webPixelId' | 'reconnectSince'>,
): Standing {
  const [first] = pixels;
  if (!first)
    return {
      state: 'disconnected',
      line: lines.disconnected,
      next: { text: next.connect, to: '/app/pixels/new' },
    };
  const refused = pixels.find(({ state }) => state !== 'active' && state !== 'paused');
  if (refused) {
    const { state, name, id } = refused;
    const line =
      state === 'token_refused' ? lines.refused : state === 'no_permission' ? lines.permission : lines.apart;
    return {
      state:
        state === 'token_refused'
          ? 'token_refused'
          : state === 'no_permission'
            ? 'needs_attention'
            : 'disconnected',
      line: line(name),
      next: { text: next.token, to: `/app/pixels/${id}` },
    };
  }
  const attention = (line: string, to: Standing['next']): Standing => ({
    state: 'needs_attention',
    line,
    next: to,
  });
  if (check?.findings.some(({ countsTwice }) => countsTwice))
    return attention(lines.twice, { text: next.twice, to: '/app/storefront' });
  if (today.error > 0)
    return attention(lines.errors(today.error), { text: next.errors, to: '/app/log?state=error' });
  if (shop.reconnectSince !== null) return attention(lines.reconnect, null);
  if (pixels.every(({ state }) => state === 'paused'))
    return {
      state: 'paused',
      line: lines.paused,
      next: { text: next.resume, to: `/app/pixels/${first.id}` },
    };
  if (shop.webPixelId === null)
    return attention(lines.webPixel, { text: next.webPixel, to: '/app/storefront' });
  const testing = pixels.find(({ testEventCode }) => testEventCode !== null);
  if (testing)
    return { state: 'test', line: lines.test, next: { text: next.test, to: `/app/pixels/${testing.id}` } };
  if (!ever.real)
    return { state: 'waiting', line: lines.waiting, next: { text: next.order, to: '/app/log' } };
  return { state: 'active', line: lines.active, next: null };
}

export const countWords = (count: number, locale: string): string =>
  new Intl.NumberFormat(locale).format(count);

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

export function chartWords(
  { days }: Pick<Overview, 'days'>,
  locale: string,
): { days: ChartDay[]; summary: string } {
  const label = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' });
  const sent = days.reduce((sum, day) => sum + day.sent, 0);
  const most = Math.max(0, ...days.map(({ orders }) => orders));
  return {
    days: days.map((day) => ({
      label: label.format(new Date(`${day.day}T00:00:00Z`)),
      sent: day.sent,
      waiting: day.waiting,
      skipped: day.skipped,
      refused: day.error,
    })),
    summary: HOME_TEXT.chartSummary(days.length, countWords(sent, locale), countWords(most, locale)),
  };
}

export function coverageWords({ match }: Pick<Overview, 'match'>, locale: string): CoverageWords | null {
  if (match.orders === 0) return null;
  return {
    text: HOME_TEXT.matchText(countWords(match.orders, locale)),
    keys: MATCH_KEYS.map((key) => ({
      name: MATCH_KEY_WORDS[key],
      percent: Math.round(((match.with[key] ?? 0) / match.orders) * 100),
    })),
  };
}

export const orderCount = (count: number, locale: string): string =>
  `${countWords(count, locale)} ${count === 1 ? 'order' : 'orders'}`;

/** What waits for a token: how much, how long it is of use, and what no longer is. Empty where nothing waits. */
export function stuckWords(stuck: Stuck, currency: string, shop: ShopWords): string[] {
  const { locale } = shop;
  const more = stuck.whole ? '' : '+';
  const sentences: string[] = [];
  if (stuck.orders > 0) {
    const value = `${moneyWords(stuck.valueMinor, currency, locale) ?? ''}${more}`;
    sentences.push(HOME_TEXT.stuck.text(`${orderCount(stuck.orders, locale)}${more}`, value));
  }
  if (stuck.until) sentences.push(HOME_TEXT.stuck.until(momentWords(stuck.until, shop)));
  if (stuck.late > 0) sentences.push(HOME_TEXT.stuck.late(orderCount(stuck.late, locale)));
  return sentences;
}

export function setupSteps(
  { pixels, ever, check, marks }: Pick<Overview, 'pixels' | 'ever' | 'check' | 'marks'>,
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
    { key: 'webPixel', done: shop.webPixelId !== null, title: words.webPixel, text: words.webPixelText },
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
  ];
}
