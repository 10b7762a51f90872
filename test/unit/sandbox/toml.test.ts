/** The sandbox reads the TOML that Shopify's tools read, and says where it cannot. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readDeployedApp, readSubscriptions } from '../../../sandbox/admin/app-files.ts';
import { parseToml } from '../../../sandbox/admin/toml.ts';

test('tables, arrays of tables, dotted keys, lists over lines and inline tables', () => {
  const read = parseToml(`
# a comment
name = "Tock" # another
[a.b]
"quoted key" = 'single'
list = [
  "one", # with a comment
  "two",
]
inline = { x = 1, y = true }
[[rows]]
n = 1_000
[[rows]]
n = -2.5
[rows.inner]
deep.er = "yes"
`);
  expect(read).toEqual({
    name: 'Tock',
    a: { b: { 'quoted key': 'single', list: ['one', 'two'], inline: { x: 1, y: true } } },
    rows: [{ n: 1000 }, { n: -2.5, inner: { deep: { er: 'yes' } } }],
  });
});

test.each([
  ['a value that is missing', 'a = \nb = 1', 'Line 1'],
  ['a key that comes twice', 'a = 1\na = 2', 'Line 2'],
  ['a list that does not end', 'a = [1,', 'Line 1'],
  ['something behind a value', 'a = 1 b = 2', 'Line 1'],
])('%s is refused with its line', (_name, text, line) => {
  expect(() => parseToml(text)).toThrow(line);
});

test('the project’s own files are read: scopes, subscriptions, pixel settings, embed', () => {
  const app = readDeployedApp();
  expect(app.scopes).toEqual(expect.arrayContaining(['read_orders', 'write_pixels', 'read_customer_events']));
  expect(app.webhookVersion).toBe('2026-10');
  expect(app.subscriptions.filter(({ compliance }) => compliance).map(({ topic }) => topic)).toEqual([
    'customers/data_request',
    'customers/redact',
    'shop/redact',
  ]);
  expect(app.pixelSettings.map(({ name }) => name)).toEqual(['key', 'endpoint', 'options']);
  const blocks = readdirSync(new URL('../../../extensions/browser-pixel/blocks/', import.meta.url));
  expect(blocks).toContain(`${app.embed?.block}.liquid`);
});

test('one topic at one address twice is an error, as it is for Shopify', () => {
  const row = '[[webhooks.subscriptions]]\ntopics = ["orders/create"]\nuri = "/a"\n';
  expect(() => readSubscriptions(parseToml(row + row))).toThrow('orders/create');
  expect(readSubscriptions(parseToml(row))).toHaveLength(1);
});

test('every subscription file of the project parses', () => {
  const files = [
    'shopify.app.toml',
    'extensions/storefront-pixel/shopify.extension.toml',
    'extensions/browser-pixel/shopify.extension.toml',
  ];
  for (const file of files) {
    expect(
      Object.keys(parseToml(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8'))),
    ).not.toEqual([]);
  }
});
