/** `doctor --live` against the sandbox: what it asks, what it says when something does not hold, what it never does. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { runCommand } from '../../../app/cli.ts';
import { liveLooks } from '../../../app/cli/live-looks.ts';
import { shopifyChecks } from '../../../app/shopify/live-checks.ts';
import { tiktokChecks } from '../../../app/tiktok/live-checks.ts';
import { placeOrder } from '../../../sandbox/orders/changes.ts';
import { draftOfKind } from '../../../sandbox/orders/kinds.ts';
import { pixelsOfShop, revokeToken, tiktokOf } from '../../../sandbox/tiktok/business.ts';
import { openApp, type OpenApp } from '../server/open-app.ts';

let app: OpenApp;
let folder: string;

beforeAll(async () => {
  app = await openApp();
  folder = await mkdtemp(join(tmpdir(), 'tock-live-'));
  const installed = await app.page('/app');
  expect(installed.status).toBe(200);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const business = () => tiktokOf(app.sandbox.world);
function mainPixel() {
  const [pixel] = pixelsOfShop(business(), 'northwind');
  if (!pixel) throw new Error('The seed makes a pixel.');
  return pixel;
}

async function tock(args: string[], stdin = '') {
  let out = '';
  let err = '';
  const code = await runCommand(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    stdin: () => Promise.resolve(stdin),
    env: {
      NODE_ENV: 'test',
      SANDBOX_URL: app.sandbox.url,
      DATABASE_URL: app.house.config.databaseUrl,
      SHOPIFY_APP_URL: app.house.config.shopify.appUrl,
      DATA_DIR: folder,
    },
  });
  return { code, out, err };
}

const live = (...more: string[]) => tock(['doctor', '--live', '--shop', 'northwind', ...more]);

interface Answered {
  ok: boolean;
  report: string;
  checks: { id: string; finding: { outcome: string; saw: string } }[];
}

/** The outcome by the assumption's name. */
function outcomes(out: string): Record<string, string> {
  const { checks }: Answered = JSON.parse(out);
  return Object.fromEntries(checks.map(({ id, finding }) => [id, finding.outcome]));
}

const everyCheck = [...shopifyChecks, ...tiktokChecks].map(({ id }) => id);

test('without a pixel, a test code or an order it says what is missing and sends TikTok nothing', async () => {
  const { code, out, err } = await live('--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const found = outcomes(out);
  expect(Object.keys(found).sort()).toEqual([...everyCheck].sort());
  for (const { id } of tiktokChecks) expect(found[id]).toBe('not_asked');
  expect(found['storefront-cart-attributes']).toBe('not_asked');
  expect(business().requests).toEqual([]);
});

test('every assumption that a program can check holds at the sandbox, and the report is dated and whole', async () => {
  const { world } = app.sandbox;
  const shop = app.shop();
  const draft = draftOfKind(world, shop, 'plain');
  placeOrder(world, shop, {
    ...draft,
    noteAttributes: [...(draft.noteAttributes ?? []), { name: '_tock_consent', value: '1111.1795255200' }],
  });
  const pixel = mainPixel();
  const added = await tock(
    ['pixel', 'add', '--shop', 'northwind', '--code', pixel.code, '--token-stdin', '--browser-leg'],
    pixel.token,
  );
  expect(added.code, added.err).toBe(0);

  const { code, out, err } = await live('--test-code', 'TEST12345', '--json');
  const answered: Answered = JSON.parse(out);
  expect(answered.checks.filter(({ finding }) => finding.outcome !== 'held')).toEqual([]);
  expect({ code, err }).toEqual({ code: 0, err: '' });

  const day = app.clock.now().toISOString().slice(0, 10);
  expect(answered.report).toBe(join(folder, `live-northwind-${day}.md`));
  const report = await readFile(answered.report, 'utf8');
  expect(report).toContain(`# Live check of northwind.myshopify.com, ${day}`);
  for (const id of everyCheck) expect(report).toContain(`| ${id} | `);
  for (const { id, look } of liveLooks) expect(report).toContain(`- [ ] ${id}: ${look}`);
  // A report is handed around.
  for (const secret of [pixel.token, 'tock-sandbox-secret', shop.orders[0]?.email ?? '-'])
    expect(report + out).not.toContain(secret);
});

test('nothing that it sends counts as a conversion', () => {
  expect(business().requests.length).toBeGreaterThan(15);
  expect(business().conversions.size).toBe(0);
  expect(business().tests.length).toBeGreaterThan(3);
});

test('for people it prints a line for each, and where the report is', async () => {
  const file = join(folder, 'mine.md');
  const { out } = await live('--test-code', 'TEST12345', '--report', file);
  for (const id of everyCheck) expect(out).toMatch(new RegExp(`^ok {4}${id}: `, 'm'));
  expect(out).toContain(file);
});

test('what does not hold is named, in the report too, and the command exits with 1', async () => {
  revokeToken(business(), mainPixel());
  const { code, out } = await live('--test-code', 'TEST12345', '--json');
  expect(code).toBe(1);
  const found = outcomes(out);
  expect(found['tiktok-test-event']).toBe('not_held');
  expect(found['tiktok-foreign-pixel']).toBe('not_held');
  // A token that is refused is refused.
  expect(found['tiktok-error-status']).toBe('held');
  expect(found['admin-scopes']).toBe('held');
  const { report }: Answered = JSON.parse(out);
  expect(await readFile(report, 'utf8')).toMatch(
    /tiktok-test-event \|.*\*\*does not hold\*\* \| HTTP 200, code 4010/,
  );
});

test('a store that took scopes back, or whose web pixel is refused, does not hold', async () => {
  const { install } = app.shop();
  const before = install.grantedScopes;
  install.grantedScopes = before.filter((scope) => !scope.endsWith('_pixels'));
  const { code, out } = await live('--json');
  install.grantedScopes = before;
  expect(code).toBe(1);
  expect(outcomes(out)).toMatchObject({
    'admin-scopes': 'not_held',
    'storefront-pixel-settings': 'not_held',
  });
});

test('a TikTok that cannot be reached is no refutation', async () => {
  business().switches.faults.push({
    id: 1,
    what: { kind: 'html', status: 502, taken: false },
    pixel: undefined,
    rate: 1,
    times: undefined,
    until: undefined,
  });
  const { code, out } = await live('--test-code', 'TEST12345', '--json');
  business().switches.faults.length = 0;
  expect(code).toBe(0);
  const found = outcomes(out);
  for (const { id } of tiktokChecks) if (id !== 'tiktok-slash') expect(found[id]).toBe('not_asked');
});

test.each([
  [['--shop', 'nobody'], 1, /has not installed/],
  [[], 2, /--shop is missing/],
  [['--shop', 'northwind', '--pixel', 'C0'], 1, /no pixel C0/],
  [['--shop', 'northwind', '--report', '/dev/null/report.md'], 1, /cannot be written/],
])('called with %j: one line and exit code %i', async (args, expected, words) => {
  const { code, out, err } = await tock(['doctor', '--live', ...args]);
  expect({ code, out }).toEqual({ code: expected, out: '' });
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toMatch(words);
});
