/** Alerts over a real database and a real SMTP conversation: told once, told again when over, kept when nobody answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Alerts } from '../../../app/alerts/alerts.ts';
import { defaultAlertSettings } from '../../../app/alerts/choice.ts';
import { createLog } from '../../../app/base/log.ts';
import { createMailer, type Mailer } from '../../../app/base/mail.ts';
import { createOutbound, type Outbound } from '../../../app/base/outbound.ts';
import { ALERT_WORDS } from '../../../app/ui/texts-alerts.ts';
import { createWatching, type WatchingNeeds } from '../../../app/watching.ts';
import { testFlow, webOrder, type Flow } from '../../support/flow.ts';
import { fakeSmtp, type FakeSmtp } from '../../support/smtp.ts';

type Posted = { url: string; body: string };

let flow: Flow & { close(): Promise<void> };
let smtp: FakeSmtp;
let mailer: Mailer;
let alerts: Alerts;
const posted: Posted[] = [];
const lines: string[] = [];
let webhookStatus = 200;

const outbound: Outbound = {
  call(url, options) {
    posted.push({ url, body: options?.body ?? '' });
    return Promise.resolve({ kind: 'answered', status: webhookStatus, url, text: 'ok', cut: false });
  },
};
/** No day was closed unless a test says so. */
let period: Awaited<ReturnType<WatchingNeeds['bookkeeping']['period']>> = null;

const watching = (change: Partial<WatchingNeeds> = {}): Alerts =>
  createWatching({
    store: flow.store,
    keyring: flow.keyring,
    bookkeeping: { period: () => Promise.resolve(period) },
    words: ALERT_WORDS,
    mailer,
    outbound,
    clock: flow.clock,
    log: createLog({ level: 'debug', write: (line) => void lines.push(line), clock: flow.clock }),
    ...change,
  });

const WEBHOOK = 'https://hooks.slack.com/services/T000/B000/secretkey1234';
const draft = (change: object = {}, settings: object = {}) =>
  JSON.stringify({
    settings: { ...defaultAlertSettings(), ...settings },
    emails: ['ops@birch.example', 'nia@birch.example'],
    webhook: WEBHOOK,
    ...change,
  });
const choose = async (text: string) => {
  const saved = await alerts.change(flow.shop.id, text, 'Nia (7)');
  expect(saved).toEqual({ ok: true });
};
const setState = (state: 'active' | 'token_refused') =>
  flow.store.shop(flow.shop.id).pixels.change(flow.pixel.id, { state }, 'Tock');
const waiting = () =>
  flow.rows<{ channel: string; tries: number }>('SELECT channel, tries FROM alert_messages');

beforeAll(async () => {
  [flow, smtp] = await Promise.all([testFlow(), fakeSmtp()]);
  mailer = createMailer({ smtpUrl: smtp.url, from: 'Tock <tock@tock.example>' });
  alerts = watching();
});
afterAll(async () => {
  mailer.close();
  await smtp.close();
  await flow.close();
});
beforeEach(() => {
  smtp.mails.length = 0;
  posted.length = 0;
});

it('tells of a refused token once, by mail and webhook, and once more when it is over', async () => {
  await choose(draft());
  await alerts.watch();
  expect(smtp.mails).toEqual([]);

  await setState('token_refused');
  await Promise.all([alerts.watch(), alerts.watch()]);
  await alerts.watch();
  expect(smtp.mails.map(({ to, from }) => [from, to])).toEqual([
    ['tock@tock.example', ['ops@birch.example', 'nia@birch.example']],
  ]);
  expect(smtp.mails[0]?.subject).toBe(`[Tock] ${flow.shop.domain}: TikTok refuses the access token`);
  expect(smtp.mails[0]?.raw).toContain('What to do: The account owner makes a new token');
  expect(posted.map(({ url }) => url)).toEqual([WEBHOOK]);
  expect(JSON.parse(posted[0]?.body ?? '')).toEqual({ text: expect.stringContaining('refuses the token') });
  expect((await alerts.open(flow.shop.id)).map(({ cause }) => cause)).toEqual(['token_refused']);

  await setState('active');
  await alerts.watch();
  await alerts.watch();
  expect(smtp.mails.map(({ subject }) => subject.split(': ').slice(1).join(': '))).toEqual([
    'TikTok refuses the access token',
    'over: TikTok refuses a token',
  ]);
  expect(posted).toHaveLength(2);
  expect(await alerts.open(flow.shop.id)).toEqual([]);
  expect(await waiting()).toEqual([]);
});

it('keeps a message that nobody takes, tries again later, and sends each way only what it still owes', async () => {
  await setState('token_refused');
  smtp.refuse('451 come back later');
  await alerts.watch();
  expect([smtp.mails.length, posted.length]).toEqual([0, 1]);
  expect(await waiting()).toEqual([{ channel: 'email', tries: 1 }]);
  await alerts.watch();
  expect(await waiting()).toEqual([{ channel: 'email', tries: 1 }]);
  smtp.refuse(null);
  flow.clock.advance(2 * 60_000);
  await alerts.watch();
  expect([smtp.mails.length, posted.length]).toEqual([1, 1]);
  expect(await waiting()).toEqual([]);
  await setState('active');
  await alerts.watch();
});

it('gives a message up after eight tries, and says so in the log', async () => {
  webhookStatus = 410;
  await setState('token_refused');
  for (let n = 0; n < 10; n += 1) {
    await alerts.watch();
    flow.clock.advance(5 * 3_600_000);
  }
  expect(posted).toHaveLength(8);
  expect(await waiting()).toEqual([]);
  expect(lines.join('\n')).toContain('an alert was given up');
  webhookStatus = 200;
  await setState('active');
  await alerts.watch();
});

it('sees an order that waits while TikTok takes nothing, and that it went', async () => {
  flow.tiktok.reply((_request, _req, res) => void res.writeHead(503).end('{}'));
  const now = flow.clock.now().toISOString();
  await flow.webhook('orders/create', webOrder({ created_at: now, processed_at: now, updated_at: now }));
  flow.clock.advance(5 * 60_000);
  await flow.delivery.runDue();
  await alerts.watch();
  expect(await alerts.open(flow.shop.id)).toEqual([]);
  flow.clock.advance(2 * 3_600_000);
  await alerts.watch();
  expect(await alerts.open(flow.shop.id)).toMatchObject([
    { cause: 'silence', figures: { orders: 1, hours: 2 } },
  ]);
  await flow.store.database.run('DELETE FROM queue WHERE shop_id = $1', [flow.shop.id]);
  await alerts.watch();
  expect(await alerts.open(flow.shop.id)).toEqual([]);
});

describe('figures out of the rows', () => {
  it('sees that refusals rose, and that only the comparison finds orders', async () => {
    // What was told before is no longer lately.
    flow.clock.advance(6 * 3_600_000);
    const today = flow.clock.now().toISOString().slice(0, 10);
    await flow.store.database.run(
      `INSERT INTO daily_totals (shop_id, pixel_id, day, event, state, reason, source, currency, count, value_minor)
       VALUES ($1, $2, $3::date, 'order', 'error', 'x', 'web', 'EUR', 7, 0), ($1, $2, $3::date, 'order', 'sent', 'accepted', 'web', 'EUR', 13, 0)`,
      [flow.shop.id, flow.pixel.id, today],
    );
    await flow.store.database.run(
      `INSERT INTO orders (shop_id, order_id, name, created_at, processed_at, updated_at, received_at, day, revision,
         source, currency, total_minor, email_keys, webhook_ids, event_ids)
       SELECT $1, 2000000 + n, '#' || n, $2, $2, $2, $2, $3::date, 1, 'reconciled', 'EUR', 1, '{}', '{}', '{}'
       FROM generate_series(1, 3) n`,
      [flow.shop.id, flow.clock.now(), today],
    );
    await alerts.watch();
    expect(await alerts.open(flow.shop.id)).toMatchObject([
      { cause: 'errors', figures: { errors: 7, all: 20, percent: 35 } },
      { cause: 'missed', figures: { orders: 3 } },
    ]);
    await flow.store.database.run('DELETE FROM daily_totals WHERE shop_id = $1', [flow.shop.id]);
    await flow.store.database.run('DELETE FROM orders WHERE shop_id = $1 AND order_id > 2000000', [
      flow.shop.id,
    ]);
    await alerts.watch();
    expect(await alerts.open(flow.shop.id)).toEqual([]);
  });

  it('sees that the share of orders with an ad click fell', async () => {
    const now = flow.clock.now();
    const at = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
    const add = (first: number, orders: number, clicks: number, when: Date) =>
      flow.store.database.run(
        `INSERT INTO order_deliveries (shop_id, pixel_id, order_id, event, event_id, occurred_at, received_at, day, source,
           state, reason, settled_at, revision, settings_version, match_keys, request_ids)
         SELECT $1, $2, $3::bigint + n, 'order', 'order-' || ($3::bigint + n), $5::timestamptz, $5::timestamptz, $5::date, 'web', 'sent', 'accepted', $5::timestamptz, 1, 1,
           CASE WHEN n <= $4::int THEN 3 ELSE 2 END, '{}'
         FROM generate_series(1, $6::int) n`,
        [flow.shop.id, flow.pixel.id, first, clicks, when, orders],
      );
    await add(3_000_000, 200, 80, at(48));
    await add(3_100_000, 40, 4, at(2));
    await alerts.watchSlow();
    expect(await alerts.open(flow.shop.id)).toMatchObject([
      { cause: 'clicks_dropped', figures: { now: 10, usual: 40, orders: 40 } },
    ]);
    await add(3_200_000, 40, 40, at(1));
    await alerts.watchSlow();
    expect(await alerts.open(flow.shop.id)).toEqual([]);
  });
});

it('prints the head of the chain with the days that were closed, once, in the morning', async () => {
  await choose(draft({}, { closing: 'daily' }));
  const head = 'c0ffee'.repeat(8);
  const sum = { count: 4, minor: 100n };
  const nothing = { count: 0, minor: 0n };
  flow.clock.set(new Date('2026-12-02T09:30:00Z'));
  period = {
    from: '',
    to: '',
    head,
    closes: true,
    sums: [],
    days: [
      {
        day: '2026-11-28',
        closes: true,
        recordedOn: null,
        statement: { number: 3, closedAt: flow.clock.now(), hash: head, shopify: 'asked' },
        sums: [
          {
            pixelId: flow.pixel.id,
            currency: 'EUR',
            orders: sum,
            sent: { count: 3, minor: 75n },
            skipped: { count: 1, minor: 25n },
            gone: nothing,
            error: nothing,
            waiting: nothing,
            unexplained: nothing,
            editedMinor: 0n,
            parts: [],
          },
        ],
      },
    ],
  };
  await alerts.watchSlow();
  await alerts.watchSlow();
  expect(smtp.mails.map(({ subject }) => subject)).toEqual([
    `[Tock] ${flow.shop.domain}: 1 day of the ledger closed to zero`,
  ]);
  const text = smtp.mails[0]?.raw.replace(/=\n/g, '').replace(/=3D/g, '=') ?? '';
  expect(text).toContain(`Head of the chain: ${head}`);
  expect(text).toContain(
    '2026-11-28: 4 to account for = 3 sent + 1 kept back + 0 refused + 0 waiting. Adds up.',
  );
  period = null;
});

describe('the choice', () => {
  it('keeps addresses sealed and out of the history and the log, and never shows the webhook again', async () => {
    await choose(draft());
    expect(await alerts.choice(flow.shop.id)).toMatchObject({
      emails: ['ops@birch.example', 'nia@birch.example'],
      webhook: 'hooks.slack.com/…1234',
      mail: true,
    });
    expect(await flow.everything()).not.toMatch(/birch\.example"|ops@|secretkey/);
    expect(lines.join('\n')).not.toMatch(/ops@|secretkey/);
    const [entry] = await flow.store.shop(flow.shop.id).audit.list({ limit: 1, actions: ['alerts.'] });
    expect(JSON.parse(entry?.after ?? '')).toMatchObject({ emails: 2, webhook: 'hooks.slack.com/…1234' });
  });

  it('keeps the webhook when it is not typed again, and forgets it when it is taken away', async () => {
    const { webhook: _unchanged, ...rest } = JSON.parse(draft({}, { errorPercent: 7 }));
    await choose(JSON.stringify(rest));
    expect(await alerts.choice(flow.shop.id)).toMatchObject({
      webhook: 'hooks.slack.com/…1234',
      settings: { errorPercent: 7 },
    });
    await choose(draft({ webhook: null }));
    expect((await alerts.choice(flow.shop.id)).webhook).toBeNull();
  });

  it.each<[string, object, object, string]>([
    ['two addresses in one', { emails: ['a@b.example,c@d.example'] }, {}, 'emails.0'],
    ['a line break in an address', { emails: ['a@b.example\nBcc: c@d.example'] }, {}, 'emails.0'],
    ['eleven addresses', { emails: Array.from({ length: 11 }, (_, n) => `a${n}@b.example`) }, {}, 'emails'],
    ['a webhook without https', { webhook: 'http://hooks.example/x' }, {}, 'webhook'],
    ['a webhook with a password', { webhook: 'https://me:pw@hooks.example/x' }, {}, 'webhook'],
    ['a rate of nothing', {}, { errorPercent: 0 }, 'settings.errorPercent'],
    ['half an hour', {}, { silenceHours: 0.5 }, 'settings.silenceHours'],
    ['a text for a number', {}, { clickDropPercent: 'much' }, 'settings.clickDropPercent'],
  ])('refuses %s beside its field', async (_name, change, settings, field) => {
    const before = await alerts.choice(flow.shop.id);
    const saved = await alerts.change(flow.shop.id, draft(change, settings), 'Nia (7)');
    expect(saved.ok ? [] : Object.keys(saved.errors)).toEqual([field]);
    expect(await alerts.choice(flow.shop.id)).toEqual(before);
  });
});

describe('a test alert', () => {
  it('arrives, and says so by channel', async () => {
    await choose(draft());
    expect(await alerts.test(flow.shop, 'Nia (7)')).toEqual({
      email: { ok: true, message: '' },
      webhook: { ok: true, message: '' },
    });
    expect(smtp.mails.map(({ subject }) => subject)).toEqual([`[Tock] ${flow.shop.domain}: a test alert`]);
  });

  it('goes out once a minute, so that nobody’s mailbox is filled through this server', async () => {
    await choose(draft());
    const flooded = watching();
    const pressed = await Promise.all(Array.from({ length: 5 }, () => flooded.test(flow.shop, 'Nia (7)')));
    expect(pressed.filter(({ email }) => email?.ok)).toHaveLength(1);
    expect([smtp.mails.length, posted.length]).toEqual([1, 1]);
    flow.clock.advance(60_000);
    expect(await flooded.test(flow.shop, 'Nia (7)')).toMatchObject({ email: { ok: true } });
  });

  it.each([
    ['535 5.7.8 user=tock-mailer@relay.internal wrong', /one of the addresses/, 'EENVELOPE 535'],
    ['550 5.1.1 <ops@birch.example> unknown at mx7.internal', /one of the addresses/, 'EENVELOPE 550'],
    ['451 4.7.1 10.0.0.7 greylisted by mx7.internal', /in a few minutes/, 'EENVELOPE 451'],
  ])(
    'that the mail server answers with “%s” is told in our words, and its own go nowhere',
    async (line, says, code) => {
      await choose(draft({ webhook: null }));
      smtp.refuse(line);
      lines.length = 0;
      const { email } = await watching().test(flow.shop, 'Nia (7)');
      smtp.refuse(null);
      expect(email).toEqual({ ok: false, message: expect.stringMatching(says) as unknown });
      const told = `${email?.message} ${lines.join(' ')}`;
      expect(told).toContain(code);
      expect(told).not.toMatch(/internal|birch\.example|tock-mailer|10\.0\.0\.7/);
    },
  );

  it('says which of the operator’s settings stands in the way, and nothing of its user name', async () => {
    await choose(draft({ webhook: null }));
    const to = async (smtpUrl: string) => {
      const wrong = createMailer({ smtpUrl, from: 'Tock <tock@tock.example>' });
      const { email } = await watching({ mailer: wrong }).test(flow.shop, 'Nia (7)');
      wrong.close();
      return email?.message;
    };
    lines.length = 0;
    const { port } = new URL(smtp.url);
    expect(await to('smtp://127.0.0.1:1')).toMatch(/did not answer/);
    expect(await to(`smtp://tock-mailer:secret-word@127.0.0.1:${port}`)).toMatch(/user name or password/);
    expect(lines.join(' ')).toMatch(/ESOCKET.*EAUTH/s);
    expect(lines.join(' ')).not.toMatch(/tock-mailer|secret-word|127\.0\.0\.1/);
  });

  it('goes to no address inside, whatever staff typed', async () => {
    for (const webhook of ['https://127.0.0.1/x', 'https://metadata.example/latest', 'https://[::1]/']) {
      const guarded = watching({
        outbound: createOutbound({ resolve: () => Promise.resolve(['169.254.169.254']) }),
      });
      await choose(draft({ webhook }));
      expect((await guarded.test(flow.shop, 'Nia (7)')).webhook).toEqual({
        ok: false,
        message: 'It was not taken: the address is not on the public internet.',
      });
    }
  });

  it('says that a server without mail sends none', async () => {
    const deaf = watching({ mailer: null });
    expect((await deaf.test(flow.shop, 'Nia (7)')).email).toMatchObject({ ok: false });
    expect((await deaf.choice(flow.shop.id)).mail).toBe(false);
  });
});

it('holds no person in any message', async () => {
  const [order] = [webOrder()];
  const texts = [...smtp.mails.map(({ raw }) => raw), ...posted.map(({ body }) => body)].join('\n');
  expect(texts).not.toContain(String(order?.['email']));
});
