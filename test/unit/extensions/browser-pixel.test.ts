import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { themeCheckRun } from '@shopify/theme-check-node';
import { Liquid } from 'liquidjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildExtensions } from '../../../extensions/build.ts';
import { isOfThisPage } from '../../../extensions/browser-pixel/src/echo.ts';

const root = fileURLToPath(new URL('../../../extensions/browser-pixel', import.meta.url));
let script: string;

beforeAll(async () => {
  script = await readFile((await buildExtensions()).browserPixel, 'utf8');
});

describe("the theme embed's script", () => {
  it('is at most 3 kB gzipped', () => {
    expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(3 * 1024);
  });
});

describe('the theme app extension', () => {
  it("passes Shopify's theme check", async () => {
    const { offenses, theme } = await themeCheckRun(root, 'theme-check:theme-app-extension');
    expect(theme.map(({ uri }) => uri.split('/').at(-1))).toContain('browser-pixel.liquid');
    expect(offenses.map(({ check, message, uri }) => `${check}: ${message} (${uri})`)).toEqual([]);
  });

  it('draws nothing and loads nothing until the app has said what to load', async () => {
    expect((await rendered({ app: { metafields: {} } })).trim()).toBe('');
  });

  it('prints the configuration and the cart as JSON that nothing in them can leave', async () => {
    const embed = {
      v: 1,
      pixels: [{ code: 'C</script><script>alert(1)' }],
      eventsJs: 'https://a.example/e.js',
    };
    const html = await rendered({
      app: { metafields: { tock: { embed: { value: embed } } } },
      cart: { item_count: 2, attributes: { _tock_consent: '1111.1763719200' } },
    });
    const json =
      /<script type="application\/json" id="tock-embed">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual({
      config: embed,
      cart: { items: 2, consent: '1111.1763719200', click: '' },
    });
    expect(html).toMatch(/<script src="[^"]*tock-embed\.js" async><\/script>/);
  });

  it.each([
    ['nobody is signed in', true, null, undefined],
    ['the app does not allow it', false, { email: 'jo@example.com' }, undefined],
    [
      'somebody is signed in, in hashes only',
      true,
      { email: ' Jo@Example.com ', phone: '+493012345678' },
      { v: 1, email: sha256('jo@example.com'), phone: sha256('+493012345678') },
    ],
    ['what Shopify knows of them is no contact', true, { email: '', phone: '030 1234' }, { v: 1 }],
  ])('says who it is when %s', async (_case, identify, customer, expected) => {
    const embed = { v: 1, pixels: [], eventsJs: 'https://a.example/e.js', cartClick: true, identify };
    const html = await rendered({ app: { metafields: { tock: { embed: { value: embed } } } }, customer });
    const json = /<script type="application\/json" id="tock-embed">([\s\S]*?)<\/script>/.exec(html)?.[1];
    expect((JSON.parse(json ?? '{}') as { person?: object }).person).toEqual(expected);
    expect(html.toLowerCase()).not.toContain('jo@example.com');
    expect(html).not.toContain('12345678');
  });
});

describe('an echo belongs to this page', () => {
  const since = Date.parse('2026-11-21T10:00:00.000Z');
  it.each([
    ['when it happened after the page began', '2026-11-21T10:00:00.000Z', 0, true],
    ['not when it happened before', '2026-11-21T09:59:59.999Z', 0, false],
    ['until it is four minutes old', '2026-11-21T10:00:00.000Z', 239_999, true],
    ['not when it is four minutes old', '2026-11-21T10:00:00.000Z', 240_000, false],
    ['not when its time cannot be read', 'yesterday', 0, false],
  ])('%s', (_case, at, later, expected) => {
    expect(isOfThisPage({ at }, since, since + later)).toBe(expected);
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The block as Shopify's renderer prints it: its JSON filter escapes what could end a script. */
async function rendered(scope: object): Promise<string> {
  const liquid = new Liquid();
  liquid.registerFilter('asset_url', (name: string) => `https://cdn.example/extensions/${name}`);
  liquid.registerFilter('json', (value: unknown) => JSON.stringify(value ?? null).replaceAll('<', '\\u003c'));
  liquid.registerFilter('sha256', (text: unknown) => sha256(String(text)));
  liquid.registerTag('schema', {
    parse(_token, rest) {
      while (rest.length > 0) {
        const next = rest.shift();
        if (next?.getText() === '{% endschema %}') return;
      }
    },
    render: () => '',
  });
  const block = await readFile(`${root}/blocks/browser-pixel.liquid`, 'utf8');
  return String(await liquid.parseAndRender(block, scope));
}
