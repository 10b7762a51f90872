/** Turns open alerts and the outcome of a test into what staff read. */
import type { AlertTest } from '../alerts/alerts.ts';
import type { OpenAlert } from '../alerts/judge.ts';
import { ALERTS_TEXT, CAUSE_WORDS } from './texts-alerts.ts';
import { momentWords, type ShopWords } from './words-for.ts';

export interface AlertRow {
  cause: string;
  title: string;
  text: string;
  next: string;
  to: string;
  since: string;
}

export function alertRows(open: readonly OpenAlert[], shop: ShopWords): AlertRow[] {
  return open.map(({ cause, figures, openedAt }) => {
    const { title, text, next, to } = CAUSE_WORDS[cause];
    return {
      cause,
      title: title(figures),
      text: text(figures),
      next,
      to,
      since: ALERTS_TEXT.since(momentWords(openedAt, shop)),
    };
  });
}

export function testWords({ email, webhook }: AlertTest): { ok: boolean; lines: string[] } {
  const lines = [...line(ALERTS_TEXT.channelEmail, email), ...line(ALERTS_TEXT.channelWebhook, webhook)];
  const outcomes = [email, webhook].filter((outcome) => outcome !== null);
  return {
    ok: outcomes.length > 0 && outcomes.every(({ ok }) => ok),
    lines: lines.length > 0 ? lines : [ALERTS_TEXT.noAddress],
  };
}

function line(channel: string, outcome: AlertTest['email']): string[] {
  if (outcome === null) return [];
  return [outcome.ok ? ALERTS_TEXT.testOk(channel) : ALERTS_TEXT.testBad(channel, outcome.message)];
}
