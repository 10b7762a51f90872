/** `ledger`, `ledger verify`, `replay` and `rebuild`: what became of every order, and the proof of it. */
import { readDay } from '../conversion/calendar.ts';
import { formatMinor } from './money.ts';
import type { PixelSum } from '../ledger/sum.ts';
import type { ReplayFilter } from '../store/replays.ts';
import { CommandError, optional, required, table, type Call, type Command } from './command.ts';
import { requireShopOption } from './shops.ts';

function day(call: Call, option: string): string {
  const written = required(call, option);
  const read = readDay(written);
  if (read === null) throw new CommandError(`--${option} is a day such as 2026-11-20.`, 2);
  return read;
}

function period(call: Call): { from: string; to: string } {
  const days = { from: day(call, 'from'), to: day(call, 'to') };
  if (days.from > days.to) throw new CommandError('--from is after --to.', 2);
  return days;
}

/** JSON has no integers of any length: money in minor units becomes text. */
export const spoken = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)),
  );

export const ledger: Command = {
  name: 'ledger',
  usage: '--shop D --from DAY --to DAY [--compare]',
  summary: 'Shows what became of every order of some days, as a sum that closes to zero.',
  help: [
    '--shop D    the shop, such as birch.myshopify.com',
    '--from DAY  the first day, in the shop’s time zone, such as 2026-11-01',
    '--to DAY    the last day',
    '--compare   first asks Shopify for everything that changed',
    'Exit code 1: something is unexplained.',
  ],
  options: {
    shop: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    compare: { type: 'boolean' },
  },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const { from, to } = period(call);
    const { house, shop } = await requireShopOption(call);
    const lines: string[] = [];
    if (call.values['compare'] === true) {
      const compared = await house.bookkeeping.compare(shop.id);
      lines.push(
        compared.trouble === null
          ? `Shopify named ${compared.listed} orders; ${compared.found} of them no webhook had brought.`
          : `The comparison with Shopify could not be finished: ${compared.trouble}.`,
      );
    }
    const read = await house.bookkeeping.period(shop.id, from, to);
    if (!read) throw new CommandError(`${shop.domain} has no ledger.`);
    const names = new Map(
      (await house.store.shop(shop.id).pixels.list({ removed: true })).map(({ id, code }) => [id, code]),
    );
    for (const sum of read.sums) lines.push('', ...sumLines(sum, names.get(sum.pixelId) ?? sum.pixelId));
    if (read.sums.length === 0) lines.push('There are no orders in these days.');
    lines.push('', read.closes ? 'It closes to zero.' : 'It does NOT close to zero.');
    for (const { day: of, closes, recordedOn } of read.days) {
      if (!closes) lines.push(`${of} does not close.`);
      if (recordedOn) lines.push(`${of}: as recorded on ${recordedOn.toISOString().slice(0, 10)}.`);
    }
    if (read.head !== null) lines.push(`Head of the statements: ${read.head}`);
    return { lines, json: spoken({ shop: shop.domain, ...read }), failed: !read.closes };
  },
};

function sumLines(sum: PixelSum, pixel: string): string[] {
  const row = (what: string, { count, minor }: { count: number; minor: bigint }): string[] => [
    what,
    String(count),
    formatMinor(minor, sum.currency),
  ];
  return table(
    [`pixel ${pixel}`, 'orders', 'money'],
    [
      row('orders in Shopify', {
        count: sum.orders.count - sum.gone.count,
        minor: sum.orders.minor - sum.gone.minor,
      }),
      row('gone in Shopify', sum.gone),
      row('sent', sum.sent),
      row('skipped', sum.skipped),
      row('error', sum.error),
      row('waiting', sum.waiting),
      ...sum.parts
        .filter(({ state }) => state !== 'sent')
        .map((part) => row(`  ${part.state}: ${part.reason}`, part)),
      row('unexplained', sum.unexplained),
      ['edited since', '', formatMinor(sum.editedMinor, sum.currency)],
    ],
  );
}

export const ledgerVerify: Command = {
  name: 'ledger verify',
  usage: '--shop D',
  summary:
    'Checks the chain of closed days, the daily totals against the rows, and names the day that is broken.',
  help: ['--shop D    the shop, such as birch.myshopify.com', 'Exit code 1: something is wrong.'],
  options: { shop: { type: 'string' } },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const { house, shop } = await requireShopOption(call);
    const check = await house.bookkeeping.check(shop.id);
    if (!check) throw new CommandError(`${shop.domain} has no ledger.`);
    const lines = [
      `${check.statements} closed days; head ${check.head ?? 'none yet'}.`,
      ...(check.fault === null
        ? []
        : [
            `The statement of ${check.fault.day} (number ${check.fault.number}) is broken: ${FAULTS[check.fault.why]}`,
          ]),
      ...check.totals.map(
        (fault) =>
          `${fault.day}: the total of ${fault.event} ${fault.state} ${fault.reason} is ${fault.total} (${fault.totalMinor}), the rows say ${fault.rows} (${fault.rowsMinor}).`,
      ),
      ...check.changed.map((changed) => `${changed} says something else than its statements.`),
      ...check.pending.map(
        (pending) => `${pending} changed since it was closed; the next statement books it.`,
      ),
      check.sound ? 'All is sound.' : 'Something is wrong.',
    ];
    return {
      lines,
      json: spoken({ shop: shop.domain, ...check }),
      failed: !check.sound,
    };
  },
};

const FAULTS = {
  content: 'its content does not match its hash.',
  previous: 'it does not follow the one before it.',
  number: 'one before it is missing.',
} as const;

export const replay: Command = {
  name: 'replay',
  usage:
    '--shop D (--order ID | --from DAY --to DAY) [--pixel C] [--state S] [--reason R] [--bytes] [--send] [--even-if-twice]',
  summary: 'Shows what would be sent again and what would differ; with --send, sends it.',
  help: [
    '--shop D         the shop, such as birch.myshopify.com',
    '--order ID       one order, by its numeric id or its name such as #1017; several with commas',
    '--from, --to     the shop’s days of the orders',
    '--pixel C        only this pixel, by its code',
    '--state S        only those that are sent, skipped or error',
    '--reason R       only those with this reason, such as before_active',
    '--bytes          prints each payload as it would be sent, byte for byte',
    '--send           in truth; without it nothing is changed',
    '--even-if-twice  also those that TikTok may count a second time',
  ],
  options: {
    shop: { type: 'string' },
    order: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    state: { type: 'string' },
    reason: { type: 'string' },
    pixel: { type: 'string' },
    bytes: { type: 'boolean' },
    send: { type: 'boolean' },
    'even-if-twice': { type: 'boolean' },
  },
  positionals: { min: 0, max: 0 },
  async run(call) {
    const order = optional(call, 'order');
    const state = optional(call, 'state');
    const reason = optional(call, 'reason');
    if (state !== undefined && state !== 'sent' && state !== 'skipped' && state !== 'error')
      throw new CommandError('--state is one of sent, skipped, error.', 2);
    const { house, shop } = await requireShopOption(call);
    const code = optional(call, 'pixel');
    const pixel = (await house.store.shop(shop.id).pixels.list()).find((known) => known.code === code);
    if (code !== undefined && !pixel) throw new CommandError(`${shop.domain} has no pixel ${code}.`);
    const filter: ReplayFilter = {
      ...(order === undefined ? period(call) : { orders: order.split(',').map((one) => one.trim()) }),
      ...(state === undefined ? {} : { state }),
      ...(reason === undefined ? {} : { reason }),
      ...(pixel ? { pixelId: pixel.id } : {}),
    };
    const plan = await house.bookkeeping.planReplay(shop.id, filter);
    if (!plan) throw new CommandError(`${shop.domain} has not installed Tock.`);
    const lines = plan.planned.flatMap((planned) => [
      `${planned.order.orderName} ${planned.order.state} (${planned.order.reason}) at ${planned.order.pixelCode ?? planned.order.pixelId}: ${REFUSALS[planned.refusal ?? planned.verdict.kind]}`,
      ...planned.differences.map(
        ({ path, before, after }) => `    ${path}: ${before ?? 'absent'} -> ${after ?? 'absent'}`,
      ),
      ...(planned.differences.length > 0 && planned.settings.before !== planned.settings.now
        ? [`    settings: version ${planned.settings.before} then, ${planned.settings.now} now`]
        : []),
      ...(call.values['bytes'] === true && planned.verdict.kind === 'send' ? [planned.verdict.bytes] : []),
    ]);
    if (plan.planned.length === 0) lines.push('There is nothing like that.');
    if (plan.more) lines.push('There are more; narrow the choice to see them.');
    if (call.values['send'] !== true)
      return {
        lines: [...lines, 'Nothing was sent. Add --send to do it.'],
        json: spoken({ dryRun: true, ...plan }),
      };
    const done = await house.bookkeeping.replay(shop.id, plan.planned, {
      actor: 'command line',
      evenIfTwice: call.values['even-if-twice'] === true,
      filter,
    });
    return {
      lines: [
        ...lines,
        `${done.queued} orders go out again, ${done.refused} were left alone, ${done.changed} changed meanwhile.`,
      ],
      json: spoken({ dryRun: false, ...done }),
    };
  },
};

const REFUSALS = {
  send: 'goes out again.',
  wait: 'goes into the queue and waits.',
  skip: 'would be kept back again.',
  skipped: 'today’s rules keep it back; left alone.',
  too_old: 'is too old for TikTok; left alone.',
  counts: 'TikTok took it and would count it twice; left alone unless --even-if-twice.',
  may_count: 'may have reached TikTok, which could count it twice; left alone unless --even-if-twice.',
} as const;

export const rebuild: Command = {
  name: 'rebuild',
  usage: '--check --shop D --from DAY --to DAY',
  summary: 'Makes the payloads of some days again and compares their hashes with what was sent.',
  help: [
    '--check          compares and changes nothing; there is no other way yet',
    '--shop D         the shop, such as birch.myshopify.com',
    '--from, --to     the shop’s days',
    'Exit code 1: something differs.',
  ],
  options: {
    check: { type: 'boolean' },
    shop: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
  },
  positionals: { min: 0, max: 0 },
  async run(call) {
    if (call.values['check'] !== true) throw new CommandError('Say --check. See --help.', 2);
    const days = period(call);
    const { house, shop } = await requireShopOption(call);
    const check = await house.bookkeeping.rebuild(shop.id, days);
    const gone = Object.entries(check.impossible).filter(([, count]) => count > 0);
    return {
      lines: [
        `${check.same} payloads are byte for byte what was sent, ${check.differs} differ.`,
        ...gone.map(([why, count]) => `${count} cannot be made again (${why}).`),
        ...check.examples.map(
          ({ day: of, eventId, pixelId }) => `differs: ${of} ${eventId} at pixel ${pixelId}`,
        ),
      ],
      json: { shop: shop.domain, ...check },
      failed: check.differs > 0,
    };
  },
};
