/** A real Chromium for tests: the one from npm where there is one, else an installed Chrome; it reaches loopback and nothing else. */

import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';

/** Shopify's library turns away headless browsers, so this one says what an ordinary Chrome says. */
export const ordinaryUserAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

export interface TestBrowser {
  browser: Browser;
  /** A fresh visitor: own cookies and storage, only loopback in reach. */
  visitor(options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

const installed = [
  '/usr/bin/google-chrome',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** What the package needs to run without a display. Its other arguments (no web security, one process) would change
 *  what is tested: a sandboxed frame would no longer say `Origin: null`. */
const packagedArgs = [
  '--no-sandbox',
  '--disable-setuid-sandbox',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--disable-gpu',
];
/** Nothing listens at port 1, and loopback goes past a proxy anyway: so the rest of the world is out of reach, without a
 *  word between browser and test for every request, which watching them would cost (and the browser's cache with it). */
const loopbackOnly = '--proxy-server=127.0.0.1:1';
const quietArgs = [
  '--disable-background-networking',
  '--disable-domain-reliability',
  '--no-pings',
  loopbackOnly,
];

async function executable(): Promise<{ path: string; args: string[] }> {
  if (platform() === 'linux' && arch() === 'x64') {
    const { default: packaged } = await import('@sparticuz/chromium');
    return { path: await packaged.executablePath(), args: packagedArgs };
  }
  const path = [process.env.CHROME_PATH ?? '', ...installed].find(
    (candidate) => candidate && existsSync(candidate),
  );
  if (!path) {
    throw new Error('No Chrome was found. Install Google Chrome, or name its program in CHROME_PATH.');
  }
  return { path, args: [] };
}

/** One for a test file; close it in `afterAll`. `backForwardCache` leaves on what Playwright switches off. */
export async function openBrowser({ backForwardCache = false } = {}): Promise<TestBrowser> {
  const { path, args } = await executable();
  const browser = await chromium.launch({
    executablePath: path,
    args: [...args, ...quietArgs],
    headless: true,
    ...(backForwardCache ? { ignoreDefaultArgs: ['--disable-back-forward-cache'] } : {}),
  });
  return {
    browser,
    visitor(options = {}) {
      return browser.newContext({
        userAgent: ordinaryUserAgent,
        viewport: { width: 1280, height: 900 },
        locale: 'en-US',
        ...options,
      });
    },
    async close() {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await browser.close();
    },
  };
}
