/** Settings and their history over HTTP: what staff save, what the history then says, and who may do what. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openApp, type OpenApp, type Who } from './open-app.ts';

let app: OpenApp;
let pixelId: string;

const own = () => app.house.store.shop(app.shop().id);
const current = async () => (await app.house.settingsOf(own())).value;

/** A form of a page as the page sends it; answers the action's JSON. */
async function send(route: string, path: string, form: Record<string, string>, who?: Who) {
  const response = await app.fetchAs(
    `${path}?_data=${encodeURIComponent(`routes/${route}`)}`,
    { method: 'POST', body: new URLSearchParams(form) },
    who,
  );
  return { status: response.status, answer: await bodyOf(response) };
}

async function load(route: string, path: string, who?: Who) {
  const join = path.includes('?') ? '&' : '?';
  const response = await app.fetchAs(`${path}${join}_data=${encodeURIComponent(`routes/${route}`)}`, {}, who);
  return { status: response.status, answer: await bodyOf(response) };
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

beforeAll(async () => {
  app = await openApp();
  for (const shop of ['northwind', 'fjord']) expect((await app.page('/app', { shop })).status).toBe(200);
  const outcome = await app.house
    .pixelsOf(own())
    .add({ code: 'C4A1B2C3D4E5F6G7H8I9', token: 'a'.repeat(40), name: 'Main' }, 'test');
  if (!outcome.ok) throw new Error('The pixel was not added.');
  pixelId = outcome.pixel.id;
});
afterAll(() => app.close());

const salesDraft = async (change: object) =>
  JSON.stringify({ ...(await app.house.settingsPages(own()).sales()).settings, ...change });
const saveSales = async (change: object, who?: Who) =>
  send('app.settings._index', '/app/settings', { intent: 'save', draft: await salesDraft(change) }, who);

it('saves when a sale counts, and the history says who changed what from what to what', async () => {
  const saved = await saveSales(
    {
      purchaseMoment: 'paid',
      holdSeconds: 30,
      consent: { withoutEvidence: 'skip', saleOptOut: 'skip' },
      saleNames: { [pixelId]: 'Purchase' },
    },
    { staff: 1 },
  );
  expect(saved).toMatchObject({ status: 200, answer: { done: 'saved', errors: {} } });
  const { shop, pixels } = await current();
  expect(shop).toMatchObject({ purchaseMoment: 'paid', holdSeconds: 30, clickWindowDays: 28 });
  expect(pixels[pixelId]?.events.order).toEqual({ on: true, name: 'Purchase' });

  const { answer } = await load('app.audit', '/app/audit?kind=settings');
  const person = app.shop().staff[1];
  expect(answer).toMatchObject({
    entries: [
      {
        who: `${person?.firstName} ${person?.lastName}`,
        what: 'Changed settings',
        target: 'sales and consent',
        changes: [
          {
            label: 'Count a purchase',
            before: 'When the order is placed (default)',
            after: 'When the order is paid',
          },
          { label: 'Wait for the visit', before: '60 seconds', after: '30 seconds' },
          { label: 'When nobody recorded the buyer’s choice', after: 'Never send' },
          { label: 'When a buyer opted out of the sale of their data', after: 'Do not send' },
          { label: 'Main: Order', before: 'Sent as CompletePayment', after: 'Sent as Purchase' },
        ],
      },
      {},
      {},
    ],
    next: null,
  });
});

it('keeps what cannot be beside its field and saves nothing of it', async () => {
  const before = await current();
  const saved = await saveSales({
    holdSeconds: 'soon',
    clickWindowDays: 91,
    purchaseMoment: 'placed',
    saleNames: { [pixelId]: 'complete payment' },
  });
  expect(saved.answer).toMatchObject({
    done: null,
    errors: {
      holdSeconds: 'A whole number of seconds from 0 to 240.',
      clickWindowDays: 'A whole number of days from 1 to 90.',
      [`saleNames.${pixelId}`]: expect.stringContaining('CompletePayment'),
    },
  });
  expect(await current()).toEqual(before);
});

it('undoes a change of the sales settings alone', async () => {
  const { answer } = await saveSales({ holdSeconds: 45 });
  const undo = (answer as { undo: number }).undo;
  const pages = app.house.settingsPages(own());
  const { sources, rules } = await pages.sources();
  await pages.save(
    { page: 'sources' },
    JSON.stringify({ sources: { ...sources, pos: 'allow' }, rules }),
    'test',
  );
  const undone = await send('app.settings._index', '/app/settings', {
    intent: 'undo',
    version: String(undo),
  });
  expect(undone.answer).toMatchObject({ done: 'undone' });
  expect((await current()).shop).toMatchObject({ holdSeconds: 30, sources: { pos: 'allow' } });
});

describe('the history', () => {
  it('is read in pages by key, newest first, each entry once', async () => {
    for (let n = 0; n < 30; n += 1)
      await own().audit.add({
        actor: 'Tock',
        action: 'ledger.replay',
        target: `#${n}`,
        before: null,
        after: null,
      });
    const seen: string[] = [];
    for (let before = ''; ;) {
      const { answer } = await load('app.audit', `/app/audit?kind=ledger${before && `&before=${before}`}`);
      const { entries, next } = answer as { entries: { target: string; who: string }[]; next: string | null };
      seen.push(...entries.map(({ target }) => target));
      if (next === null) break;
      before = next;
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => `#${29 - n}`));
  });

  it('shows a store its own entries only, and no secret', async () => {
    const theirs = await load('app.audit', '/app/audit', { shop: 'fjord' });
    expect(JSON.stringify(theirs.answer)).not.toMatch(/Main|C4A1B2C3D4E5F6G7H8I9|#29/);
    const ours = JSON.stringify((await load('app.audit', '/app/audit?kind=pixels')).answer);
    expect(ours).toContain('Added a pixel');
    expect(ours).not.toContain('a'.repeat(40));
  });

  it.each(['before=x', 'before=-1', 'kind=nothing', 'before=99999999999999999999999'])(
    'answers %s with a page',
    async (query) => {
      expect((await load('app.audit', `/app/audit?${query}`)).status).toBe(200);
    },
  );
});

describe('what only the account owner may do', () => {
  const end = (form: Record<string, string>, who?: Who) =>
    send('app.settings.store', '/app/settings/store', form, who);
  const domain = () => app.shop().domain;
  const pixel = () => own().pixels.get(pixelId);
  const rowsOf = async (shop: string) => {
    const { rows } = await app.house.store.database.pool.query<{ table_name: string }>(
      `SELECT table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE table_schema = 'public' AND column_name = 'shop_id' AND table_type = 'BASE TABLE' ORDER BY 1`,
    );
    const counts: Record<string, number> = {};
    for (const { table_name: table } of rows) {
      const [found] = await app.house.store.database.rows<{ n: string }>(
        `SELECT count(*) AS n FROM ${table} WHERE shop_id = $1`,
        [app.shop(shop).id],
      );
      if (Number(found?.n) > 0) counts[table] = Number(found?.n);
    }
    return counts;
  };

  it.each(['disconnect', 'reset', 'erase'])('refuses other staff "%s" and says why', async (intent) => {
    const before = [await current(), await pixel(), await rowsOf('northwind')];
    const refused = await end({ intent, typed: domain() }, { staff: 1 });
    expect(refused.answer).toMatchObject({ ended: null, problem: 'owner' });
    await app.house.runPrivacy();
    expect([await current(), await pixel(), await rowsOf('northwind')]).toEqual(before);
    expect((await load('app.settings.store', '/app/settings/store', { staff: 1 })).answer).toMatchObject({
      owner: false,
    });
  });

  it('lets other staff change a pixel’s name, but not its token', async () => {
    const edit = (form: Record<string, string>, who?: Who) =>
      send('app.pixels.$id', `/app/pixels/${pixelId}`, { intent: 'save', unchecked: 'yes', ...form }, who);
    const before = await own().pixels.token(pixelId);
    const refused = await edit({ name: 'Main', token: 'b'.repeat(40) }, { staff: 1 });
    expect(refused.answer).toMatchObject({ errors: { token: expect.stringContaining('account owner') } });
    expect(await own().pixels.token(pixelId)).toBe(before);
    expect((await edit({ name: 'Renamed' }, { staff: 1 })).answer).toMatchObject({ done: 'Pixel saved' });
    expect((await edit({ name: 'Main', token: 'c'.repeat(40) })).answer).toMatchObject({ errors: {} });
    expect(await own().pixels.token(pixelId)).toBe('c'.repeat(40));
  });

  it('disconnects: tokens are gone, nothing is sent, and a new token lets it go on', async () => {
    expect((await end({ intent: 'disconnect' })).answer).toMatchObject({ ended: 'disconnect' });
    expect(await pixel()).toMatchObject({ state: 'disconnected', tokenLast4: '' });
    expect(await own().pixels.token(pixelId)).toBe('');
    const resumed = await app.house.pixelsOf(own()).resume(pixelId, 'test');
    expect(resumed).toMatchObject({ ok: false });
    const { answer } = await load('app.audit', '/app/audit?kind=pixels');
    expect(answer).toMatchObject({
      entries: [
        {
          what: 'Disconnected a pixel from TikTok',
          changes: [
            { label: 'Access token ends in', before: 'cccc', after: 'None' },
            { label: 'State', before: 'Active', after: 'Disconnected' },
          ],
        },
        {},
        {},
        {},
      ],
    });
    const again = await send('app.pixels.$id', `/app/pixels/${pixelId}`, {
      intent: 'save',
      unchecked: 'yes',
      name: 'Main',
      token: 'd'.repeat(40),
    });
    expect(again.answer).toMatchObject({ done: 'Pixel saved' });
    expect(await pixel()).toMatchObject({ state: 'active', tokenLast4: 'dddd' });
  });

  it('resets every setting in one version, and undoes it', async () => {
    const before = await current();
    const { version } = await app.house.settingsOf(own());
    const { answer } = await end({ intent: 'reset' });
    expect(answer).toMatchObject({ ended: 'reset', undo: version });
    expect((await current()).shop).toMatchObject({
      purchaseMoment: 'placed',
      holdSeconds: 60,
      country: before.shop.country,
    });
    expect((await current()).pixels[pixelId]?.events.order?.name).toBe('CompletePayment');
    expect((await app.house.settingsOf(own())).version).toBe(version + 1);
    const undone = await end({ intent: 'undo', version: String(version) });
    expect(undone.answer).toMatchObject({ done: 'undone' });
    expect(await current()).toEqual(before);
  });

  it('erases only what is confirmed by name, then everything of this store and nothing of another', async () => {
    const theirs = await rowsOf('fjord');
    expect((await end({ intent: 'erase', typed: 'northwind' })).answer).toMatchObject({ problem: 'typed' });
    expect(await app.house.runPrivacy()).toBe(0);
    expect((await end({ intent: 'erase', typed: ` ${domain().toUpperCase()} ` })).answer).toMatchObject({
      ended: 'erase',
    });
    expect(await own().pixels.token(pixelId)).toBe('');
    expect(await app.house.runPrivacy()).toBe(1);
    expect(await rowsOf('northwind')).toEqual({ settings_versions: 1, audit_entries: 1 });
    expect(await rowsOf('fjord')).toEqual(theirs);
    const { shop, pixels } = await current();
    expect([shop.holdSeconds, pixels]).toEqual([60, {}]);
    const owner = app.shop().staff[0];
    expect((await load('app.audit', '/app/audit')).answer).toMatchObject({
      entries: [{ what: 'Erased all data of the store', who: `${owner?.firstName} ${owner?.lastName}` }],
    });
    const [request] = await app.house.store.database.rows(
      `SELECT asked_by, done_at IS NOT NULL AS done FROM privacy_requests WHERE topic = 'shop/erase'`,
    );
    expect(request).toEqual({ asked_by: null, done: true });
    // The store goes on: what is in force is the new version, and a pixel can be added again.
    const fresh = await app.house
      .pixelsOf(own())
      .add({ code: 'C4A1B2C3D4E5F6G7H8I9', token: 'e'.repeat(40), name: 'Again' }, 'test');
    expect(fresh).toMatchObject({ ok: true });
    expect((await app.house.shops.byDomain(domain()))?.version.settings.holdSeconds).toBe(60);
  });
});

it('lets the account owner alone shorten how long data is kept, within its bounds, and anybody lengthen it', async () => {
  const keep = (form: Record<string, string>, who?: Who) =>
    send('app.settings.data', '/app/settings/data', form, who);
  const choice = async () => {
    const { pageDays, orderMonths } = await app.house.keepOf(own().id);
    return { pageDays, orderMonths };
  };
  expect((await keep({ pageDays: '7', orderMonths: '1.5' })).answer).toMatchObject({
    done: null,
    errors: { orderMonths: expect.stringContaining('whole number') },
  });
  expect((await keep({ pageDays: '20', orderMonths: '13' })).answer).toMatchObject({ done: 'saved' });
  expect((await load('app.audit', '/app/audit?kind=settings')).answer).toMatchObject({
    entries: [{ changes: [{ label: 'Days that page events are kept', before: '30', after: '20' }] }, {}],
  });
  const less = await keep({ pageDays: '19', orderMonths: '12' }, { staff: 1 });
  expect(less.answer).toMatchObject({
    done: null,
    errors: {
      pageDays: expect.stringContaining('Only the account owner'),
      orderMonths: expect.stringContaining('Only the account owner'),
    },
  });
  expect(await choice()).toEqual({ pageDays: 20, orderMonths: 13 });
  expect((await keep({ pageDays: '25', orderMonths: '13' }, { staff: 1 })).answer).toMatchObject({
    done: 'saved',
  });
  expect(await choice()).toEqual({ pageDays: 25, orderMonths: 13 });
});

describe('settings as a file', () => {
  const carry = (form: Record<string, string>, shop?: string) =>
    send('app.settings.carry', '/app/settings/carry', form, shop === undefined ? {} : { shop });
  const fileOf = async (shop?: string) =>
    (
      (await load('app.settings.carry', '/app/settings/carry', shop === undefined ? {} : { shop }))
        .answer as { file: string }
    ).file;
  const theirs = () => app.house.store.shop(app.shop('fjord').id);
  const versionOf = async () => (await app.house.settingsOf(theirs())).version;

  it('is carried to another store: shown first, then one version, in the history, and undone', async () => {
    await saveSales({ purchaseMoment: 'paid', holdSeconds: 15 });
    const pages = app.house.settingsPages(own());
    const { sources } = await pages.sources();
    const rule = { id: 'ws', on: true, action: 'block', field: 'tag', operator: 'is', values: ['Wholesale'] };
    await pages.save({ page: 'sources' }, JSON.stringify({ sources, rules: [rule] }), 'test');
    const added = await app.house
      .pixelsOf(theirs())
      .add({ code: 'C9A9B9C9D9E9F9G9H9I9', token: 'f'.repeat(40), name: 'Nordic' }, 'test');
    if (!added.ok) throw new Error('no pixel');
    const file = await fileOf();
    expect(file).not.toMatch(/e{40}|f{40}|tokenLast4|myshopify|"country"|"host"/);

    const before = await app.house.settingsOf(theirs());
    const { answer } = await carry({ intent: 'look', file }, 'fjord');
    expect(answer).toMatchObject({
      changes: [
        { label: 'Count a purchase', after: 'When the order is paid' },
        { label: 'Wait for the visit', before: '60 seconds', after: '15 seconds' },
        { label: 'Rule', before: null, after: '1. Keep back: Order tag is Wholesale' },
      ],
      notes: [],
      refused: [],
    });
    expect(await app.house.settingsOf(theirs())).toEqual(before);
    const { version } = answer as { version: number };
    const applied = await carry({ intent: 'apply', file, version: String(version) }, 'fjord');
    expect(applied.answer).toMatchObject({ done: 'saved', undo: version });
    const now = await app.house.settingsOf(theirs());
    expect([now.version, now.value.shop.holdSeconds, now.value.shop.country]).toEqual([
      version + 1,
      15,
      before.value.shop.country,
    ]);
    const [entry] = await theirs().audit.list({ limit: 1 });
    expect(entry).toMatchObject({ action: 'settings.imported', target: 'all settings' });
    expect((await carry({ intent: 'undo', version: String(version) }, 'fjord')).answer).toMatchObject({
      done: 'undone',
    });
    expect((await app.house.settingsOf(theirs())).value).toEqual(before.value);
  });

  it('is not applied over what was changed after it was looked at', async () => {
    const file = await fileOf();
    const before = await versionOf();
    const late = await carry({ intent: 'apply', file, version: String(before - 1) }, 'fjord');
    expect(late.answer).toMatchObject({ done: null, errors: { '': expect.stringContaining('meanwhile') } });
    expect(await versionOf()).toBe(before);
  });

  it('names every field that cannot be, and changes nothing', async () => {
    const file = JSON.parse(await fileOf());
    file.shop.holdSeconds = 999;
    file.shop.consent.withoutEvidence = 'whatever';
    file.shop.accessToken = 'secret';
    file.pixels[0].settings.events.order.name = 'complete payment';
    file.pixels[0].settings.contentId = { kind: 'template', template: '{x}' };
    const before = await versionOf();
    const { answer } = await carry({ intent: 'look', file: JSON.stringify(file) }, 'fjord');
    expect(answer).toMatchObject({ changes: null });
    const { refused } = answer as { refused: { field: string; message: string }[] };
    expect(Object.fromEntries(refused.map(({ field, message }) => [field, message]))).toEqual({
      'shop.holdSeconds': 'A whole number of seconds from 0 to 240.',
      'shop.consent.withoutEvidence': 'Tock does not know this value, or it is missing.',
      shop: 'Tock knows no setting called "accessToken" here.',
      'pixels.1.settings.events.order.name': expect.stringContaining('CompletePayment'),
      'pixels.1.settings.contentId.template': expect.stringContaining('{x} is not known'),
    });
    const applied = await carry(
      { intent: 'apply', file: JSON.stringify(file), version: String(before) },
      'fjord',
    );
    expect(applied.answer).toMatchObject({ done: null });
    expect(await versionOf()).toBe(before);
  });

  it.each([
    ['', 'cannot be read as JSON'],
    ['[]', 'no settings file of Tock'],
    ['{"kind":"tock settings","format":2}', 'newer Tock'],
    ['{"kind":"tock settings","format":1,"shop":{}}', 'part of this settings file is missing'],
    ['{"kind":"tock settings","format":1,"shop":{},"pixels":[7]}', 'no code or no name'],
    [`{"__proto__":{"kind":"tock settings"}}`, 'no settings file of Tock'],
  ])('refuses %j in words', async (file, words) => {
    expect((await carry({ intent: 'look', file })).answer).toMatchObject({
      changes: null,
      refused: [{ field: '', message: expect.stringContaining(words) }],
    });
  });
});
