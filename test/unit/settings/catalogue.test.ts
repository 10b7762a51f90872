/** Ids of a catalogue, however they are handed in, and the setting that makes Tock's ids the same. */
import { expect, it } from 'vitest';
import { matchCatalogue, readCatalogue } from '../../../app/settings/catalogue.ts';

const ids = (text: string) => [...readCatalogue(text).ids];

it.each([
  ['one in each line', '41327142600817\n41327142600818\n'],
  ['separated by commas and blanks', '41327142600817, 41327142600818'],
  ['with a byte order mark and Windows line ends', '\uFEFF41327142600817\r\n41327142600818\r\n'],
  ['a CSV with TikTok’s heading', 'sku_id,title\n41327142600817,"Board, long"\n41327142600818,Cap\n'],
  ['a CSV whose ids come second', 'title,id\n"A ""big"" one, red",41327142600817\nCap,41327142600818\n'],
  ['a CSV with semicolons', 'sku_id;title\n"41327142600817";Board\n41327142600818;Cap\n'],
  ['a TSV', 'title\tsku_id\nBoard\t41327142600817\nCap\t41327142600818\n'],
  [
    'an XML feed',
    '<?xml version="1.0"?><rss><item><g:id>41327142600817</g:id></item><item><g:id><![CDATA[41327142600818]]></g:id></item></rss>',
  ],
])('reads ids: %s', (_name, text) => {
  expect(ids(text)).toEqual(['41327142600817', '41327142600818']);
});

it('reads no more than it may and says so', () => {
  const read = readCatalogue(Array.from({ length: 100_001 }, (_, place) => `id-${place}`).join('\n'));
  expect(read.ids.size).toBe(100_000);
  expect(read.cut).toBe(true);
  expect(ids('')).toEqual([]);
});

it('stays quick with text that was made to be slow', () => {
  const started = process.cpuUsage();
  readCatalogue(`<${'<g:id>'.repeat(50_000)}`);
  readCatalogue(`sku_id,${'"'.repeat(300_000)}`);
  expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
});

const ITEMS = [
  { variant: '41327142600817', product: '7012345678901', sku: 'BOARD-L' },
  { variant: '41327142600818', product: '7012345678902', sku: 'CAP' },
];

it.each([
  ['the variant ids', '41327142600817\n41327142600818', { kind: 'variant' }],
  ['the product ids', '7012345678901\n7012345678902', { kind: 'product' }],
  ['the SKUs', 'BOARD-L\nCAP', { kind: 'sku' }],
  [
    'Shopify’s form with a country',
    'shopify_DE_7012345678901_41327142600817\nshopify_DE_7012345678902_41327142600818',
    { kind: 'template', template: 'shopify_{country}_{product}_{variant}' },
  ],
  [
    'a form of another country',
    'shopify_US_7012345678901_41327142600817\nshopify_US_7012345678902_41327142600818',
    { kind: 'template', template: 'shopify_US_{product}_{variant}' },
  ],
  [
    'a form with a word in front',
    'item-41327142600817\nitem-41327142600818',
    { kind: 'template', template: 'item-{variant}' },
  ],
] as const)('proposes the setting for %s', (_name, text, wanted) => {
  const current = wanted.kind === 'variant' ? ({ kind: 'sku' } as const) : ({ kind: 'variant' } as const);
  const result = matchCatalogue(readCatalogue(text), ITEMS, current, 'DE');
  expect(result.current.matched).toBe(0);
  expect(result.better).toEqual({ setting: wanted, matched: 2, missing: [] });
});

it('proposes nothing where the current setting matches, or where nothing would', () => {
  const fits = matchCatalogue(readCatalogue('BOARD-L\nCAP\nMORE'), ITEMS, { kind: 'sku' }, 'DE');
  expect(fits).toMatchObject({ current: { matched: 2, missing: [] }, better: null, items: 2, ids: 3 });
  const strange = matchCatalogue(readCatalogue('x1\nx2'), ITEMS, { kind: 'sku' }, 'DE');
  expect(strange).toMatchObject({
    current: { matched: 0, missing: ['BOARD-L', 'CAP'] },
    better: null,
    catalogueLooksLike: ['x1', 'x2'],
  });
});
