/** The admin with the app in its frame, in one browser tab: goes from page to page and tells what it hears of trouble. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Frame, Page, Request } from 'playwright-core';
import type { AdminPage } from '../support/admin-pages.ts';
import type { AdminWorld } from '../support/admin-world.ts';
import type { TestBrowser } from '../support/browser.ts';
import { appFrameSwitches } from '../../sandbox/admin/pages/app-frame.ts';
import type { SandboxShop } from '../../sandbox/world.ts';

export const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Longer than a page waits before it asks for what a draft would do. */
const QUIET_MS = 600;

export interface Admin {
  readonly tab: Page;
  /** Errors of scripts and of the console, oldest first; empty for as long as all is well. */
  readonly faults: string[];
  /** The page once it is awake: shown, and answering to clicks. */
  show(page: AdminPage, shop?: SandboxShop): Promise<Frame>;
  /** As it comes up under an address whose session token has ended, which App Bridge then renews. */
  showLate(page: AdminPage, shop?: SandboxShop): Promise<Frame>;
  /** The same, by its address within the app. */
  open(path: string, shop?: SandboxShop): Promise<Frame>;
  /** The frame of the app as it is now. */
  frame(): Frame;
  /** Until everything that the page asks for by itself is there. */
  quiet(): Promise<void>;
}

export async function openAdmin(world: AdminWorld, browser: TestBrowser): Promise<Admin> {
  const { app } = world;
  const context = await browser.visitor({ viewport: DESK, reducedMotion: 'reduce' });
  const tab = await context.newPage();
  const faults: string[] = [];
  tab.on('pageerror', (error) => faults.push(String(error)));
  tab.on('console', (message) => {
    // The browser itself tells every refused request, which the app answers for.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });

  const asked = new Set<Request>();
  let lastAsked = 0;
  tab.on('request', (request) => {
    asked.add(request);
    lastAsked = Date.now();
  });
  tab.on('requestfinished', (request) => asked.delete(request));
  tab.on('requestfailed', (request) => asked.delete(request));

  function frame(): Frame {
    const found = tab.frames().find((one) => one.url().startsWith(app.url));
    if (!found) throw new Error('The app is not in the admin.');
    return found;
  }

  async function open(path: string, shop = world.filled): Promise<Frame> {
    await tab.goto(`${app.sandbox.url}/admin/store/${shop.handle}/apps/tock${path}`, {
      waitUntil: 'domcontentloaded',
    });
    return awake(tab, frame);
  }

  return {
    tab,
    faults,
    open,
    frame,
    async quiet() {
      while (asked.size > 0 || Date.now() - lastAsked < QUIET_MS) await wait(QUIET_MS / 6);
    },
    show: (page, shop) => open(page.path(world.at), shop),
    async showLate(page, shop = world.filled) {
      const switches = appFrameSwitches(app.sandbox.world);
      switches.addressToken = 'ended';
      try {
        return await open(page.path(world.at), shop);
      } finally {
        switches.addressToken = 'fresh';
      }
    },
  };
}

/** React has taken the page over: its marks are on the heading. */
async function awake(tab: Page, frame: () => Frame): Promise<Frame> {
  const heading = tab.frameLocator('#app-frame').locator('h1').first();
  await heading.waitFor().catch(async (error: unknown) => {
    const seen = await Promise.all(
      tab.frames().map(async (one) => `${one.url()}: ${(await one.content()).slice(0, 2_000)}`),
    );
    throw new Error(`The page did not come up. ${seen.join('\n')}`, { cause: error });
  });
  const found = frame();
  await found.waitForFunction(() => {
    const title = document.querySelector('h1');
    return title !== null && Object.keys(title).some((name) => name.startsWith('__reactFiber'));
  });
  return found;
}
