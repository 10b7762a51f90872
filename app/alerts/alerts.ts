/** Looks at each shop, tells what is new of it by mail or webhook, and keeps what staff chose to be told. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Mailer, MailTrouble } from '../base/mail.ts';
import type { Outbound, OutboundAnswer } from '../base/outbound.ts';
import { createRateLimit } from '../base/rate.ts';
import { canonicalJson } from '../conversion/canonical.ts';
import type { ShopId } from '../conversion/facts.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { AlertChannel, AlertRows, DueMessage, NewMessage } from '../store/alerts.ts';
import {
  CAUSES,
  defaultAlertSettings,
  readAlertDraft,
  readAlertSettings,
  readAlertTargets,
  shownWebhook,
  type AlertSettings,
  type AlertTargets,
  type Cause,
} from './choice.ts';
import {
  FAST_CAUSES,
  judgeFast,
  judgeSlow,
  newsOf,
  SLOW_CAUSES,
  type AlertFigures,
  type Figures,
  type Finding,
  type OpenAlert,
  type SlowFigures,
} from './judge.ts';

interface WatchedShop {
  readonly id: ShopId;
  readonly domain: string;
  readonly timeZone: string;
}

/** A day of the ledger, as far as a closing line tells of it. */
export interface ClosedDay {
  readonly day: string;
  readonly closedAt: Date;
  readonly closes: boolean;
  readonly orders: number;
  readonly sent: number;
  readonly skipped: number;
  readonly error: number;
  readonly waiting: number;
}

/** Why neither a mail server nor a webhook's address took a message. */
export type NotTaken = MailTrouble | Extract<OutboundAnswer, { kind: 'refused' | 'failed' }>['why'];

/** Every word of a message; the catalogue has them. */
export interface AlertWords {
  opened(shop: string, cause: Cause, figures: AlertFigures): Message;
  cleared(shop: string, cause: Cause): Message;
  closing(shop: string, days: readonly ClosedDay[], head: string): Message;
  test(shop: string): Message;
  /** Why a message did not go out. */
  readonly problems: {
    readonly noMail: string;
    readonly tooSoon: string;
    refused: (why: NotTaken) => string;
    answered: (status: number) => string;
  };
}

interface Message {
  readonly subject: string;
  readonly text: string;
}

export interface AlertNeeds {
  readonly rows: AlertRows;
  shops(): Promise<readonly WatchedShop[]>;
  figures(shop: WatchedShop, settings: AlertSettings): Promise<Figures>;
  slowFigures(shop: WatchedShop): Promise<SlowFigures>;
  /** Days that were closed after a moment, and the head of the chain. */
  closedSince(shop: WatchedShop, since: Date): Promise<{ days: readonly ClosedDay[]; head: string | null }>;
  /** Into the audit log. */
  noteTest(shopId: ShopId, entry: AuditEntry): Promise<void>;
  readonly words: AlertWords;
  /** Absent: this server sends no mail. */
  readonly mailer: Mailer | null;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AlertChoice {
  readonly settings: AlertSettings;
  readonly emails: readonly string[];
  /** Host and last characters; the address itself is never shown. */
  readonly webhook: string | null;
  /** Whether this server can send mail at all. */
  readonly mail: boolean;
}

export type AlertsSaved =
  { readonly ok: true } | { readonly ok: false; readonly errors: Record<string, string> };

/** By channel; null where there is no address. */
export type AlertTest = Record<AlertChannel, { readonly ok: boolean; readonly message: string } | null>;

export interface Alerts {
  open(shopId: ShopId): Promise<OpenAlert[]>;
  choice(shopId: ShopId): Promise<AlertChoice>;
  change(shopId: ShopId, draft: string, actor: string): Promise<AlertsSaved>;
  /** Sends at once and says how it went. */
  test(shop: WatchedShop, actor: string): Promise<AlertTest>;
  /** Every few minutes: what is cheap to see; then whatever message is due goes out. */
  watch(): Promise<void>;
  /** Every hour: what takes longer to read, and the ledger's closing lines. */
  watchSlow(): Promise<void>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const AT_ONCE = 100;
const LEASE_MS = 2 * 60_000;
/** Two minutes, four, eight, … about four hours in all; then the message is given up and logged. */
const MOST_TRIES = 8;
/** Test alerts go to whatever address was typed: nobody's mailbox is to be filled through this server. */
const TEST_EVERY_SECONDS = 60;
/** Closing lines come in the morning of the store. */
const CLOSING_HOUR = 8;

export function createAlerts(needs: AlertNeeds): Alerts {
  const { rows, words, mailer, outbound, clock, log } = needs;
  const tests = createRateLimit({ clock, perSecond: 1 / TEST_EVERY_SECONDS, burst: 1 });

  async function chosen(shopId: ShopId): Promise<{
    settings: AlertSettings;
    targets: AlertTargets;
    closedUntil: Date | null;
  }> {
    const stored = await rows.choice(shopId);
    if (!stored)
      return { settings: defaultAlertSettings(), targets: { emails: [], webhook: null }, closedUntil: null };
    return {
      settings: readAlertSettings(stored.settings),
      targets: readAlertTargets(stored.targets),
      closedUntil: stored.closedUntil,
    };
  }

  async function openOf(shopId: ShopId): Promise<OpenAlert[]> {
    return (await rows.open(shopId)).flatMap(({ cause, openedAt, figures }) => {
      const known = CAUSES.find((one) => one === cause);
      return known ? [{ cause: known, openedAt, figures: figuresIn(figures) }] : [];
    });
  }

  /** The same message once for each way that the shop chose. */
  function messages({ emails, webhook }: AlertTargets, message: Message): NewMessage[] {
    return [
      ...(emails.length > 0 && mailer ? [{ channel: 'email' as const, ...message }] : []),
      ...(webhook === null ? [] : [{ channel: 'webhook' as const, ...message }]),
    ];
  }

  async function tell(
    shop: WatchedShop,
    findings: readonly Finding[],
    judged: readonly Cause[],
    open: readonly OpenAlert[],
    { settings, targets }: { settings: AlertSettings; targets: AlertTargets },
  ): Promise<void> {
    const news = newsOf(open, findings, judged, settings);
    if (news.opened.length + news.cleared.length + news.dropped.length === 0) return;
    await rows.book(shop.id, clock.now(), {
      opened: news.opened.map(({ cause, figures }) => ({
        cause,
        figures: JSON.stringify(figures),
        messages: messages(targets, words.opened(shop.domain, cause, figures)),
      })),
      ended: [
        ...news.cleared.map(({ cause }) => ({
          cause,
          messages: messages(targets, words.cleared(shop.domain, cause)),
        })),
        ...news.dropped.map(({ cause }) => ({ cause, messages: [] })),
      ],
    });
    log.info('alerts changed', {
      shop: shop.domain,
      opened: news.opened.map(({ cause }) => cause),
      cleared: news.cleared.map(({ cause }) => cause),
    });
  }

  async function closingLines(
    shop: WatchedShop,
    { settings, targets, closedUntil }: Awaited<ReturnType<typeof chosen>>,
  ): Promise<void> {
    if (settings.closing === 'off' || closedUntil === null) return;
    const now = clock.now();
    const every = settings.closing === 'daily' ? DAY : 7 * DAY;
    // Half a day less, so that a morning's message does not move on by the hour it was late.
    if (now.getTime() - closedUntil.getTime() < every - DAY / 2 || hourOf(now, shop.timeZone) < CLOSING_HOUR)
      return;
    const { days, head } = await needs.closedSince(shop, closedUntil);
    if (days.length === 0 || head === null) return;
    await rows.bookClosing(
      shop.id,
      { before: closedUntil, now },
      messages(targets, words.closing(shop.domain, days, head)),
    );
  }

  /** One shop's trouble is not another's. */
  async function forEachShop(work: (shop: WatchedShop) => Promise<void>): Promise<void> {
    for (const shop of await needs.shops())
      await work(shop).catch((error: unknown) =>
        log.error('a shop could not be watched', { shop: shop.domain, error }),
      );
  }

  async function send(
    channel: AlertChannel,
    targets: AlertTargets,
    message: Message,
  ): Promise<string | null> {
    if (channel === 'email') {
      if (!mailer) return words.problems.noMail;
      const sent = await mailer.send({ to: targets.emails, ...message });
      if (sent.ok) return null;
      log.warn('the mail server did not take a message', { why: sent.why, code: sent.code });
      return words.problems.refused(sent.why);
    }
    const answer = await outbound.call(targets.webhook ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: `${message.subject}\n\n${message.text}` }),
    });
    switch (answer.kind) {
      case 'answered':
        return answer.status >= 200 && answer.status < 300 ? null : words.problems.answered(answer.status);
      case 'refused':
      case 'failed':
        return words.problems.refused(answer.why);
    }
  }

  async function sendOne(message: DueMessage): Promise<void> {
    const { targets } = await chosen(message.shopId);
    const gone = message.channel === 'email' ? targets.emails.length === 0 : targets.webhook === null;
    const trouble = gone ? null : await send(message.channel, targets, message);
    if (trouble === null) return rows.done(message.id);
    const last = message.tries >= MOST_TRIES;
    log.warn(last ? 'an alert was given up' : 'an alert could not be sent yet', {
      shop: message.shopId,
      channel: message.channel,
      tries: message.tries,
      trouble,
    });
    if (last) return rows.done(message.id);
    return rows.again(message.id, new Date(clock.now().getTime() + 2 ** message.tries * 60_000));
  }

  async function sendDue(): Promise<void> {
    const now = clock.now();
    const due = await rows.claim(now, new Date(now.getTime() + LEASE_MS), AT_ONCE);
    await Promise.all(due.map(sendOne));
  }

  return {
    open: openOf,
    async choice(shopId) {
      const { settings, targets } = await chosen(shopId);
      return {
        settings,
        emails: targets.emails,
        webhook: shownWebhook(targets.webhook),
        mail: mailer !== null,
      };
    },
    async change(shopId, text, actor) {
      const read = readAlertDraft(text);
      if (!read.ok) return read;
      const before = await chosen(shopId);
      const { settings, emails, webhook } = read.draft;
      const targets: AlertTargets = {
        emails,
        webhook: webhook === undefined ? before.targets.webhook : webhook,
      };
      const same =
        canonicalJson({ ...before.targets, ...before.settings }) ===
        canonicalJson({ ...targets, ...settings });
      if (!same)
        await rows.saveChoice(
          shopId,
          {
            settings: JSON.stringify(settings),
            targets: JSON.stringify(targets),
            // Whoever asks for closing lines gets those from now on.
            closedUntil: before.settings.closing === 'off' ? clock.now() : before.closedUntil,
          },
          clock.now(),
          {
            actor,
            action: 'alerts.changed',
            target: '',
            before: spoken(before.settings, before.targets),
            after: spoken(settings, targets),
          },
        );
      return { ok: true };
    },
    async test(shop, actor) {
      const tooSoon = !tests.take(shop.id).ok;
      const { targets } = await chosen(shop.id);
      const message = words.test(shop.domain);
      const one = async (channel: AlertChannel, there: boolean) => {
        if (!there) return null;
        if (tooSoon) return { ok: false, message: words.problems.tooSoon };
        const trouble = await send(channel, targets, message);
        return { ok: trouble === null, message: trouble ?? '' };
      };
      const [email, webhook] = await Promise.all([
        one('email', targets.emails.length > 0),
        one('webhook', targets.webhook !== null),
      ]);
      if (tooSoon) return { email, webhook };
      await needs.noteTest(shop.id, {
        actor,
        action: 'alerts.tested',
        target: '',
        before: null,
        after: JSON.stringify({ email: outcomeOf(email), webhook: outcomeOf(webhook) }),
      });
      return { email, webhook };
    },
    async watch() {
      await forEachShop(async (shop) => {
        const [choice, open] = await Promise.all([chosen(shop.id), openOf(shop.id)]);
        const findings = judgeFast(await needs.figures(shop, choice.settings), choice.settings, open);
        await tell(shop, findings, FAST_CAUSES, open, choice);
      });
      await sendDue();
    },
    async watchSlow() {
      await forEachShop(async (shop) => {
        const [choice, open] = await Promise.all([chosen(shop.id), openOf(shop.id)]);
        const findings = judgeSlow(await needs.slowFigures(shop), choice.settings, open);
        await tell(shop, findings, SLOW_CAUSES, open, choice);
        await closingLines(shop, choice);
      });
      await sendDue();
    },
  };
}

/** What the audit log keeps: no address of a person, no key of a channel. */
function spoken(settings: AlertSettings, { emails, webhook }: AlertTargets): string {
  const { causes, ...thresholds } = settings;
  return JSON.stringify({
    causes: CAUSES.filter((cause) => causes[cause]),
    ...thresholds,
    emails: emails.length,
    webhook: shownWebhook(webhook),
  });
}

function figuresIn(text: string): AlertFigures {
  const value: unknown = JSON.parse(text);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number] =>
      ['string', 'number'].includes(typeof entry[1]),
    ),
  );
}

function hourOf(at: Date, timeZone: string): number {
  return Number(new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(at));
}

const outcomeOf = (sent: AlertTest[AlertChannel]): string =>
  sent === null ? 'no address' : sent.ok ? 'sent' : 'not sent';
