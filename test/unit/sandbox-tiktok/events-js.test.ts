/** The stand-in for events.js, run in a page that is as small as it can be. */

import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { describe, expect } from 'vitest';
import { rule } from '../../support/rule.ts';

const source = readFileSync(new URL('../../../sandbox/tiktok/page/events.js', import.meta.url), 'utf8');

interface Hit {
  event: string;
  event_id?: string;
  limited_data_use: boolean;
  context: { ad: { callback?: string }; pixel: { code: string }; user: Record<string, string | undefined> };
}

/** TikTok's base snippet, as published, without the script element that it adds. */
const snippet = `
var ttq = window.ttq = window.ttq || [];
ttq.methods = ["page","track","identify","instances","debug","on","off","once","ready","alias","group","enableCookie","disableCookie","holdConsent","revokeConsent","grantConsent"];
ttq.setAndDefer = function (o, m) { o[m] = function () { o.push([m].concat(Array.prototype.slice.call(arguments, 0))) } };
for (var i = 0; i < ttq.methods.length; i++) ttq.setAndDefer(ttq, ttq.methods[i]);
ttq.instance = function (id) { var o = ttq._i[id] || []; for (var n = 0; n < ttq.methods.length; n++) ttq.setAndDefer(o, ttq.methods[n]); return o };
ttq.load = function (id, opts) { ttq._i = ttq._i || {}; ttq._i[id] = []; ttq._i[id]._u = 'u'; ttq._t = ttq._t || {}; ttq._t[id] = 1; ttq._o = ttq._o || {}; ttq._o[id] = opts || {} };
`;

function openPage(search = '') {
  class HTMLScriptElement {
    src = 'http://sandbox.localhost/tiktok/i18n/pixel/events.js?sdkid=A&lib=ttq';
  }
  const cookies = new Map<string, string>();
  const kept = new Map<string, string>();
  const hits: Hit[] = [];
  const page: Record<string, unknown> = {
    HTMLScriptElement,
    URL,
    URLSearchParams,
    TextEncoder,
    crypto,
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    },
    location: { href: `http://shop.localhost/${search}`, search },
    document: {
      currentScript: new HTMLScriptElement(),
      referrer: '',
      get cookie() {
        return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      },
      set cookie(text: string) {
        const [name = '', value = ''] = (text.split(';')[0] ?? '').split('=');
        cookies.set(name, value);
      },
    },
    fetch: (address: string, options: { body: string }) => {
      expect(address).toBe('http://sandbox.localhost/tiktok/api/v2/pixel');
      hits.push(JSON.parse(options.body));
      return Promise.resolve();
    },
  };
  page.window = page;
  const context = createContext(page);
  const run = (code: string) => void runInContext(code, context);
  run(snippet);
  return { run, load: () => run(source), hits, cookies };
}

const fact = 'tiktok.md §5';

describe('events.js', () => {
  rule('what waits in the array goes out once the script is there', { fact, mark: 'verified' }, async () => {
    const page = openPage('?ttclid=E.C.P.abc');
    page.run(
      `ttq.load('A'); ttq.page(); ttq.instance('A').track('AddToCart', { value: 3 }, { event_id: 'one' })`,
    );
    expect(page.hits).toEqual([]);
    page.load();
    await expect.poll(() => page.hits.map(({ event }) => event).sort()).toEqual(['AddToCart', 'Pageview']);
    expect(page.hits.find(({ event }) => event === 'AddToCart')).toMatchObject({
      event_id: 'one',
      context: { ad: { callback: 'E.C.P.abc' }, pixel: { code: 'A' } },
    });
  });
  rule('it sets _ttp and sends it along', { fact, mark: 'verified' }, async () => {
    const page = openPage();
    page.run(`ttq.load('A'); ttq.page()`);
    page.load();
    await expect.poll(() => page.hits.length).toBe(1);
    expect(page.cookies.get('_ttp')).toMatch(/^\w{20,}\.tt\.1$/);
    expect(page.hits[0]?.context.user.ttp).toBe(page.cookies.get('_ttp'));
  });
  rule('ttq.track means every pixel, ttq.instance one', { fact, mark: 'verified' }, async () => {
    const page = openPage();
    page.run(`ttq.load('A'); ttq.load('B', { limited_data_use: true })`);
    page.load();
    page.run(
      `ttq.track('Search', {}, { event_id: 'all' }); ttq.instance('B').track('Contact', {}, { event_id: 'b' })`,
    );
    await expect
      .poll(() => page.hits.map((hit) => `${hit.context.pixel.code} ${hit.event_id} ${hit.limited_data_use}`))
      .toEqual(['A all false', 'B all true', 'B b true']);
  });
  rule('identify hashes what is raw', { fact: 'tiktok.md §3', mark: 'verified' }, async () => {
    const page = openPage();
    page.run(`ttq.load('A')`);
    page.load();
    page.run(`ttq.identify({ email: ' Test@TEST.com ' }); ttq.track('Contact')`);
    await expect.poll(() => page.hits.length).toBe(1);
    expect(page.hits[0]?.context.user.sha256_email).toBe(
      'f660ab912ec121d1b1e928a0bb4bc61b15f5ad44d5efdc4e1c92a25e99b8e44a',
    );
  });
  rule(
    'held events wait for consent, revoked ones never go',
    { fact, mark: 'assumed', assumption: 'tiktok-consent-calls' },
    async () => {
      const page = openPage();
      page.run(`ttq.holdConsent(); ttq.load('A'); ttq.page()`);
      page.load();
      page.run(`ttq.track('Contact')`);
      expect(page.cookies.size).toBe(0);
      page.run(`ttq.grantConsent()`);
      await expect.poll(() => page.hits.map(({ event }) => event)).toEqual(['Pageview', 'Contact']);
      page.run(`ttq.revokeConsent(); ttq.track('Search'); ttq.grantConsent(); ttq.track('Download')`);
      await expect
        .poll(() => page.hits.map(({ event }) => event))
        .toEqual(['Pageview', 'Contact', 'Download']);
    },
  );
  rule(
    'a second pixel may bring the script again',
    { fact, mark: 'assumed', assumption: 'tiktok-script-twice' },
    async () => {
      const page = openPage();
      page.run(`ttq.load('A'); ttq.page()`);
      page.load();
      page.run(`${snippet} ttq.load('B'); ttq.instance('B').track('Contact')`);
      page.load();
      await expect
        .poll(() => page.hits.map((hit) => `${hit.context.pixel.code} ${hit.event}`))
        .toEqual(['A Pageview', 'B Contact']);
    },
  );
});
