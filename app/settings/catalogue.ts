/** Holds the ids of a TikTok catalogue against those that Tock sends, and names the setting that fits best. */
import { contentIdOf } from '../conversion/browser.ts';
import type { ContentIdOptions, Identified } from '../conversion/browser.ts';
import type { ContentIdSettings } from '../conversion/settings.ts';

export interface CatalogueRead {
  ids: ReadonlySet<string>;
  /** The column that was taken for the ids; null for a plain list. */
  column: string | null;
  /** There was more than is looked at. */
  cut: boolean;
}

const MOST_IDS = 100_000;
const LONGEST_ID = 200;
/** How feeds name the column that TikTok matches events by; the first that is there counts. */
const COLUMNS = [
  'sku_id',
  'sku id',
  'content_id',
  'content id',
  'id',
  'g:id',
  'variant id',
  'product_id',
  'sku',
];

/** A plain list, a CSV or TSV file with a heading, or an XML feed. */
export function readCatalogue(text: string): CatalogueRead {
  const plain = text.replace(/^\uFEFF/, '');
  if (/^\s*</.test(plain)) return fromXml(plain);
  const lines = plain.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  const heading = lines[0] ?? '';
  const separator = ['\t', ';', ','].find((mark) => heading.includes(mark));
  const cells = (line: string): string[] => (separator === undefined ? [line] : cellsOf(line, separator));
  const names = cells(heading).map((name) => name.trim().toLowerCase());
  const column = COLUMNS.find((name) => names.includes(name));
  if (column !== undefined) {
    const place = names.indexOf(column);
    return collected(
      lines.slice(1).map((line) => cells(line)[place] ?? ''),
      column,
    );
  }
  return collected(
    lines.flatMap((line) => line.split(/[\t;, ]+/)),
    null,
  );
}

function fromXml(text: string): CatalogueRead {
  const found = [
    ...text.matchAll(/<(?:g:)?(?:id|sku_id)>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,300}?)\s*(?:\]\]>)?\s*</g),
  ];
  return collected(
    found.map((match) => match[1] ?? ''),
    'id',
  );
}

function collected(values: readonly string[], column: string | null): CatalogueRead {
  const ids = new Set<string>();
  for (const value of values) {
    if (ids.size >= MOST_IDS) return { ids, column, cut: true };
    const id = value.trim().replace(/^"(.*)"$/, '$1');
    if (id !== '' && id.length <= LONGEST_ID) ids.add(id);
  }
  return { ids, column, cut: false };
}

/** Quoted cells may hold the separator, and a doubled quote for a quote; line breaks inside cells are not read. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const mark = line.charAt(at);
    if (quoted && mark === '"' && line.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (mark === '"') quoted = !quoted;
    else if (mark === separator && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += mark;
  }
  cells.push(cell);
  return cells;
}

export interface CatalogueMatch {
  setting: ContentIdSettings;
  matched: number;
  /** What Tock would send and the catalogue does not have, up to five. */
  missing: string[];
}

export interface CatalogueResult {
  ids: number;
  column: string | null;
  cut: boolean;
  /** Different things that were bought lately. */
  items: number;
  current: CatalogueMatch;
  /** A setting that matches more, if there is one. */
  better: CatalogueMatch | null;
  /** Up to five ids as the catalogue has them, to compare by eye. */
  catalogueLooksLike: string[];
}

export function matchCatalogue(
  read: CatalogueRead,
  items: readonly Identified[],
  current: ContentIdSettings,
  country: string,
): CatalogueResult {
  const matchOf = (setting: ContentIdSettings): CatalogueMatch => match(read.ids, items, setting, country);
  const now = matchOf(current);
  let better: CatalogueMatch | null = null;
  for (const setting of candidates(read.ids, country)) {
    const found = matchOf(setting);
    if (found.matched > (better ?? now).matched) better = found;
  }
  return {
    ids: read.ids.size,
    column: read.column,
    cut: read.cut,
    items: items.length,
    current: now,
    better,
    catalogueLooksLike: [...read.ids].slice(0, 5),
  };
}

function match(
  ids: ReadonlySet<string>,
  items: readonly Identified[],
  setting: ContentIdSettings,
  country: string,
): CatalogueMatch {
  const options: ContentIdOptions = { kind: setting.kind, country };
  if (setting.template !== undefined) options.template = setting.template;
  const missing: string[] = [];
  let matched = 0;
  for (const item of items) {
    const id = contentIdOf(item, options);
    if (id !== undefined && ids.has(id)) matched += 1;
    else if (id !== undefined && missing.length < 5 && !missing.includes(id)) missing.push(id);
  }
  return { setting, matched, missing };
}

/** The simple kinds first: of two that match as many the simpler one is proposed. */
function candidates(ids: ReadonlySet<string>, country: string): ContentIdSettings[] {
  const templates = new Set<string>();
  for (const id of [...ids].slice(0, 200)) {
    const found = /^([\w.-]*?)(\d{5,})(?:[_-](\d{5,}))?$/.exec(id);
    if (!found) continue;
    const [, lead = '', , second] = found;
    const joint = id.charAt(id.length - (second?.length ?? 0) - 1);
    const beginning = withCountry(lead, country);
    for (const name of second === undefined ? ['{variant}', '{product}'] : [`{product}${joint}{variant}`])
      if (beginning !== '' || second !== undefined) templates.add(`${beginning}${name}`);
    if (templates.size > 20) break;
  }
  return [
    { kind: 'variant' },
    { kind: 'product' },
    { kind: 'sku' },
    ...[...templates].map((template) => ({ kind: 'template' as const, template })),
  ];
}

function withCountry(lead: string, country: string): string {
  if (country === '') return lead;
  return lead.replace(new RegExp(`(^|[_-])${country}(?=[_-])`), '$1{country}');
}
