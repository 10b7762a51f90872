/**
 * `npm run gallery [-- --readme] [-- --only PAGE] [-- --state NAME]`: pictures of every page of the admin in every state,
 * for a desk and for a phone, into `gallery/`; with --readme only those of the README, into `docs/pictures/`.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Frame } from 'playwright-core';
import { DESK, openAdmin, PHONE, type Admin } from '../test/browser/admin.ts';
import { lengthen } from '../test/browser/long-texts.ts';
import { ADMIN_PAGES, type AdminPage } from '../test/support/admin-pages.ts';
import { openAdminWorld, type AdminWorld } from '../test/support/admin-world.ts';
import { openPlace } from '../test/support/app-processes.ts';
import { openBrowser } from '../test/support/browser.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'gallery');
const README = join(ROOT, 'docs/pictures');
/** Enough for the calendar, the chart and every comparison of thirty days. */
const DAYS = 31;
/** More than any list shows at once. */
const MANY_ROWS = 20_000;
/** Page and picture. */
const README_PAGES = [
  ['home', 'home'],
  ['log', 'log'],
  ['event-sent', 'event'],
  ['ledger', 'ledger'],
  ['pixel-new', 'pixel'],
] as const;
/** A picture taller than this tells nothing more. */
const TALLEST = 4_000;

interface State {
  name: string;
  /** What it changes in the world, for all states after it too. */
  begin?: () => void | Promise<void>;
  show: (page: AdminPage) => Promise<Frame>;
  end?: () => void | Promise<void>;
}

function statesOf(admin: Admin, world: AdminWorld): State[] {
  const show = (page: AdminPage): Promise<Frame> => admin.show(page);
  return [
    { name: 'month', show },
    { name: 'test-mode', show, begin: () => world.tryOut(true), end: () => world.tryOut(false) },
    { name: 'alert-open', show, begin: () => world.alarm(true), end: () => world.alarm(false) },
    { name: 'nothing-yet', show: (page) => admin.show(page, world.fresh) },
    {
      name: 'longer-texts',
      async show(page) {
        const frame = await admin.show(page);
        await admin.quiet();
        await lengthen(frame);
        return frame;
      },
    },
    { name: 'session-ended', show: (page) => admin.showLate(page) },
    {
      name: 'shopify-down',
      show,
      begin: () => world.shopifyFails(true),
      end: () => world.shopifyFails(false),
    },
    { name: 'other-senders', show, begin: () => world.findSenders() },
    {
      name: 'connected-and-empty',
      show: (page) => admin.show(page, world.fresh),
      begin: () => world.connectFresh(),
    },
    { name: 'many-rows', show, begin: () => world.addRows(MANY_ROWS) },
    { name: 'token-refused', show, begin: () => world.refuseToken() },
    { name: 'disconnected', show, begin: () => world.disconnect() },
  ];
}

/** The whole page: the window grows until nothing has to be scrolled. */
async function picture(admin: Admin, frame: Frame, window: typeof DESK, file: string): Promise<void> {
  await admin.tab.setViewportSize(window);
  const hidden = await frame.evaluate(
    () => document.documentElement.scrollHeight - document.documentElement.clientHeight,
  );
  await admin.tab.setViewportSize({
    ...window,
    height: Math.min(TALLEST, window.height + Math.max(0, hidden)),
  });
  await admin.tab.screenshot({ path: file, animations: 'disabled' });
}

async function takeAll(admin: Admin, states: readonly State[], pages: readonly AdminPage[]): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  const shown: string[] = [];
  for (const state of states) {
    mkdirSync(join(FOLDER, state.name), { recursive: true });
    await state.begin?.();
    for (const page of pages) {
      await admin.tab.setViewportSize(DESK);
      const frame = await state.show(page);
      await admin.quiet();
      for (const window of [DESK, PHONE]) {
        const file = join(state.name, `${page.name}-${window.width}.png`);
        await picture(admin, frame, window, join(FOLDER, file));
        shown.push(file);
      }
    }
    await state.end?.();
    console.log(`${state.name}: ${pages.length} pages`);
  }
  writeFileSync(join(FOLDER, 'index.html'), sheet(shown));
  for (const fault of admin.faults) console.error(fault);
  console.log(`${shown.length} pictures in ${FOLDER}; open index.html there.`);
}

const sheet = (files: readonly string[]): string =>
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Tock’s pages</title>' +
  '<style>body{font:14px system-ui;background:#eee;display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}img{height:420px;border:1px solid #ccc}</style>' +
  files
    .map(
      (file) =>
        `<figure><figcaption>${file}</figcaption><a href="${file}"><img src="${file}" alt="" loading="lazy"></a></figure>`,
    )
    .join('');

/** The README's: what a newcomer should see of Tock before running it. */
async function takeReadme(admin: Admin, world: AdminWorld): Promise<void> {
  const { tab } = admin;
  const take = (name: string) =>
    tab.screenshot({ path: join(README, `${name}.png`), animations: 'disabled' });
  await tab.setViewportSize(DESK);
  for (const [page, name] of README_PAGES) {
    const listed = ADMIN_PAGES.find((one) => one.name === page);
    if (!listed) throw new Error(`There is no page ${page}.`);
    const frame = await admin.show(listed);
    const list = frame.getByRole('button', { name: 'Put this list away' });
    if (await list.isVisible()) await list.click();
    await admin.quiet();
    await take(name);
  }
  await tab.goto(`${world.app.sandbox.url}/events-manager`);
  await tab.waitForLoadState('networkidle');
  await take('events-manager');
  console.log(`The README’s pictures are in ${README}.`);
}

const { values } = parseArgs({
  options: {
    readme: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    state: { type: 'string', multiple: true },
  },
});
const pages = ADMIN_PAGES.filter(({ name }) => values.only === undefined || values.only.includes(name));
const place = await openPlace();
const world = await openAdminWorld({
  database: { url: place.databaseUrl, close: () => place.remove() },
  days: DAYS,
});
const browser = await openBrowser();
try {
  const admin = await openAdmin(world, browser);
  const states = statesOf(admin, world).filter(
    ({ name }) => values.state === undefined || values.state.includes(name),
  );
  await (values.readme ? takeReadme(admin, world) : takeAll(admin, states, pages));
} finally {
  await browser.close();
  await world.close();
}
