/** The command line: what it answers to people and programs, and how it fails. */
import { afterAll, beforeAll, expect, test } from 'vitest';

import { commands, runCommand } from '../../../app/cli.ts';
import { shopProfile, testDatabase, testKeys, type TestDatabase } from '../../support/database.ts';
import { createKeyring } from '../../../app/base/crypto.ts';
import { createLog } from '../../../app/base/log.ts';
import { openStore } from '../../../app/store/store.ts';
import { manualClock } from '../../support/clock.ts';
import { localTime } from '../../../app/record/day.ts';

const TOKEN = '3f1c9be7a6d24b0f8c5e1a2b3c4d5e6f70819203';

let database: TestDatabase;
const env = (): Record<string, string> => ({
  NODE_ENV: 'test',
  DATABASE_URL: database.url,
  // Nobody listens there: what needs Shopify must say so and keep the rest.
  SANDBOX_URL: 'http://127.0.0.1:9',
  TOCK_ENCRYPTION_KEYS: testKeys.first,
});

beforeAll(async () => {
  database = await testDatabase();
  const store = await openStore({
    databaseUrl: database.url,
    dataDir: '.data',
    clock: manualClock(),
    log: createLog({ level: 'silent' }),
    keyring: createKeyring(testKeys.first),
  });
  await store.installs.install(shopProfile());
  await store.close();
});
afterAll(() => database.close());

async function tock(line: string, stdin = '', change: Record<string, string | undefined> = {}) {
  let out = '';
  let err = '';
  const code = await runCommand(line.split(' ').filter(Boolean), {
    out: (text) => (out += text),
    err: (text) => (err += text),
    stdin: () => Promise.resolve(stdin),
    env: { ...env(), ...change },
  });
  return { code, out, err };
}

test('without a command it lists them all', async () => {
  const { code, out } = await tock('');
  expect(code).toBe(0);
  for (const { name, summary } of commands) {
    expect(out).toContain(name);
    expect(out).toContain(summary);
  }
});

test.each(commands.map(({ name }) => name))(
  '%s has a help text that names each of its options',
  async (name) => {
    const { code, out, err } = await tock(`${name} --help`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const command = commands.find((one) => one.name === name);
    for (const option of Object.keys(command?.options ?? {})) expect(out).toContain(`--${option}`);
  },
);

test.each([
  ['dance', 2, /no command "dance"/],
  ['shop', 2, /no command "shop"/],
  ['shop add', 2, /Usage: .* shop add DOMAIN/],
  ['shop add evil.example', 2, /no shop domain/],
  ['shop list --colour', 2, /--colour/],
  ['pixel list', 2, /--shop is missing/],
  ['pixel list --shop nobody.myshopify.com', 1, /has not installed Tock/],
  ['pixel add --shop birch.myshopify.com --code C4A1B2C3D4E5F6G7H8I9', 2, /--token-stdin/],
  ['pixel add --shop birch.myshopify.com --code short --token-stdin', 1, /code: .*capital/],
  [
    'pixel add --shop birch.myshopify.com --code C4A1B2C3D4E5F6G7H8I9 --token-stdin --active-from 2020-01-01T00:00',
    1,
    /activeFrom: At most 7 days back/,
  ],
  ['deliveries --shop birch.myshopify.com --status lost', 2, /waiting, sent, skipped, error/],
  ['backfill --shop birch.myshopify.com', 1, /Shopify could not be asked/],
  ['backfill --shop birch.myshopify.com --send --stop', 2, /exclude each other/],
  ['replay --shop birch.myshopify.com --order 1 --pixel C4A1B2C3D4E5F6G7H8I9', 1, /has no pixel/],
  ['ledger --shop birch.myshopify.com --from 2026-02-31 --to 2026-03-01', 2, /--from is a day such as/],
  ['shop export --shop birch.myshopify.com', 2, /--to is missing/],
])('%s: one line and exit code %i', async (line, expected, words) => {
  const { code, out, err } = await tock(line, TOKEN);
  expect(code).toBe(expected);
  expect(out).toBe('');
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toMatch(words);
});

test('a pixel is added with its token from standard input, and the token is never printed', async () => {
  const start = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000);
  const added = await tock(
    'pixel add --shop birch.myshopify.com --code C4A1B2C3D4E5F6G7H8I9 --name Main --token-stdin --json --active-from ' +
      localTime(start, 'Europe/Berlin').slice(0, 16),
    `${TOKEN}\n`,
  );
  expect(added.code, added.err).toBe(0);
  const pixel: unknown = JSON.parse(added.out);
  expect(pixel).toMatchObject({
    code: 'C4A1B2C3D4E5F6G7H8I9',
    name: 'Main',
    state: 'active',
    tokenLast4: TOKEN.slice(-4),
    activeFrom: start.toISOString(),
  });
  expect(pixel).toHaveProperty('warning', expect.stringContaining('Shopify'));

  const listed = await tock('pixel list --shop birch');
  expect(listed.out).toContain('C4A1B2C3D4E5F6G7H8I9');
  for (const { out, err } of [added, listed]) expect(out + err).not.toContain(TOKEN);

  const again = await tock('pixel add --shop birch --code C4A1B2C3D4E5F6G7H8I9 --token-stdin', TOKEN);
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining('already connected') });
});

test('keys are rotated, and the old one is no longer needed', async () => {
  const both = { TOCK_ENCRYPTION_KEYS: `${testKeys.second},${testKeys.first}` };
  const rotated = await tock('keys rotate --json', '', both);
  expect(rotated.code, rotated.err).toBe(0);
  expect(JSON.parse(rotated.out)).toMatchObject({ key: 'second', retired: ['first'] });
  const old = await tock('shop list');
  expect(old.code).toBe(1);
  expect(old.err).toContain('"second"');
  expect((await tock('shop list --json', '', { TOCK_ENCRYPTION_KEYS: testKeys.second })).code).toBe(0);
  await tock('keys rotate', '', { TOCK_ENCRYPTION_KEYS: `${testKeys.first},${testKeys.second}` });
});

test('deliveries of a shop without any', async () => {
  expect(await tock('deliveries --shop birch --json')).toEqual({ code: 0, out: '[]\n', err: '' });
});

test('doctor exits with 1 when something needs attention, and says what', async () => {
  const { code, out } = await tock('doctor --json');
  expect(code).toBe(1);
  const found: unknown = JSON.parse(out);
  expect(found).toMatchObject({ ok: false });
  expect(out).toContain('the web pixel is off');
});

test('an environment that is not complete is one line', async () => {
  const { code, err } = await tock('shop list', '', { SANDBOX_URL: undefined });
  expect(code).toBe(1);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toContain('SHOPIFY_API_KEY');
});

test('settings go out as a file and come in again: shown first, changed only when asked', async () => {
  const { out: file } = await tock('settings export --shop birch.myshopify.com');
  const changed = JSON.parse(file);
  expect(changed).toMatchObject({ kind: 'tock settings', shop: { holdSeconds: 60 } });
  changed.shop.holdSeconds = 20;
  const line = 'settings import --shop birch.myshopify.com';
  const shown = await tock(line, JSON.stringify(changed));
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out).toContain('Wait for the visit: 60 seconds -> 20 seconds');
  expect(JSON.parse((await tock('settings export --shop birch.myshopify.com')).out)).toEqual(
    JSON.parse(file),
  );
  const done = await tock(`${line} --apply --json`, JSON.stringify(changed));
  expect([done.code, JSON.parse(done.out)]).toMatchObject([0, { applied: true }]);
  expect(JSON.parse((await tock('settings export --shop birch.myshopify.com')).out)).toEqual(changed);
  expect((await tock(line, JSON.stringify(changed))).out).toContain('Nothing would change.');
  changed.shop.holdSeconds = 'soon';
  expect(await tock(`${line} --apply`, JSON.stringify(changed))).toMatchObject({
    code: 1,
    err: expect.stringContaining('shop.holdSeconds'),
  });
});
