/** What the pages Events, Order sources, Values and Settings do for one shop: show, look ahead, save, bring back. */
import type { Clock } from '../base/clock.ts';
import { addDays } from '../conversion/calendar.ts';
import type { Identified } from '../conversion/browser.ts';
import type { OrderFacts, PixelId } from '../conversion/facts.ts';
import { defaultPixelSettings } from '../conversion/settings.ts';
import type { PixelSettings, ShopSettings, ShopSettingsVersion } from '../conversion/settings.ts';
import { judgeSource } from '../conversion/sources.ts';
import { shopDay } from '../record/day.ts';
import { openOrderFacts } from '../record/revision.ts';
import type { RecentOrders } from '../store/preview.ts';
import type { DailyTotalRow } from '../store/totals.ts';
import { closedErrors, closedSources, type ClosedSources, type SourceAccess } from './access.ts';
import { matchCatalogue, readCatalogue, type CatalogueResult } from './catalogue.ts';
import { exportSettings, readImport, type Imported, type ImportRead } from './carry.ts';
import { countEvents, type EventCount } from './events.ts';
import { countSources, type SourcesPreview } from './preview.ts';
import type { PixelNews } from './pixels.ts';
import {
  readDraft,
  restoreSection,
  salesOf,
  saveSection,
  type DraftErrors,
  type RestoreOutcome,
  type SalesSettings,
  type Section,
  type SectionRows,
} from './sections.ts';
import { valuesExample, type ValuesExample } from './values.ts';
import { currentSettings } from './versions.ts';

interface PagePixel {
  readonly id: PixelId;
  readonly code: string;
  readonly name: string;
}

export interface SettingsPagesNeeds {
  settings: SectionRows;
  pixels: { list(): Promise<readonly PagePixel[]> };
  orders: RecentOrders;
  access: SourceAccess;
  /** Both days included. */
  totals(from: string, to: string): Promise<readonly DailyTotalRow[]>;
  timeZone(): Promise<string>;
  clock: Clock;
  news: PixelNews;
}

export interface PixelPage {
  pixels: readonly PagePixel[];
  pixel: PagePixel;
  settings: PixelSettings;
  shop: ShopSettings;
}

export interface SalesPage {
  pixels: readonly PagePixel[];
  settings: SalesSettings;
}

export interface ImportLook extends Omit<Imported, 'draft'> {
  /** The version that it was held against. */
  readonly version: number;
  readonly before: ShopSettingsVersion;
  readonly pixels: readonly PagePixel[];
}

export type Saved =
  | {
      readonly ok: true;
      /** The version that can be brought back; null when nothing changed. */
      readonly undo: number | null;
      /** What the storefront could not be told, in words; the settings are saved. */
      readonly warning?: string;
    }
  | { readonly ok: false; readonly errors: DraftErrors };

export type Looked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: DraftErrors };

export interface SourcesLook extends SourcesPreview {
  /** False when a shop has more orders than one look takes in: the newest were counted. */
  whole: boolean;
}

export interface ValuesLook {
  /** Null while no order is known. */
  example: ValuesExample | null;
  /** The latest orders, to choose the example from. */
  orders: { id: string; name: string }[];
}

export interface SettingsPages {
  /** Null when the shop has no pixel. Without an id, or with one that is not there, the first pixel is meant. */
  pixelPage(pixelId: string | null): Promise<PixelPage | null>;
  /** Of the last 30 days. */
  eventCounts(pixelId: PixelId): Promise<Record<string, EventCount>>;
  sources(): Promise<ShopSettings>;
  /** What the order sources could ask if the store gave access. */
  closedSources(): Promise<ClosedSources>;
  sales(): Promise<SalesPage>;
  /** A draft against what is stored, over the last 30 and 90 days. */
  lookAtSources(draft: string): Promise<Looked<SourcesLook>>;
  lookAtValues(pixel: PagePixel, draft: string, orderId: string | null): Promise<Looked<ValuesLook>>;
  /** Nothing of the list is stored. */
  testCatalogue(pixel: PagePixel, draft: string, list: string): Promise<Looked<CatalogueResult>>;
  /** A file without secrets. */
  exportAll(): Promise<string>;
  lookAtImport(text: string): Promise<ImportLook | Extract<ImportRead, { ok: false }>>;
  /** Only while the settings are still those that the difference was shown against. */
  applyImport(
    text: string,
    seen: number,
    actor: string,
  ): Promise<Saved | { readonly ok: false; readonly problem: 'changed_meanwhile' }>;
  save(section: Section, draft: string, actor: string): Promise<Saved>;
  restore(section: Section, version: number, actor: string): Promise<RestoreOutcome>;
}

const PERIODS = [30, 90];
const LONGEST = 90;
/** A shop with more in 90 days sees the newest of them, and the page says so. About a second of work. */
const MOST_ORDERS = 20_000;
/** Among so many newest orders the example is chosen. */
const CHOICE = 5;
const MOST_ITEMS = 2_000;

export function createSettingsPages(needs: SettingsPagesNeeds): SettingsPages {
  const { settings, pixels, orders, clock, news } = needs;
  const current = async (): Promise<ShopSettingsVersion> => (await currentSettings(settings)).value;

  /** The first day of the last so many days, today included. */
  function firstDay(days: number, timeZone: string): string {
    return addDays(shopDay(clock.now(), timeZone), 1 - days);
  }

  async function* recent(): AsyncGenerator<{ orderId: string; day: string; facts: OrderFacts }, void> {
    const from = firstDay(LONGEST, await needs.timeZone());
    let taken = 0;
    for await (const page of orders.since(from)) {
      for (const { orderId, day, facts } of page) {
        if (taken === MOST_ORDERS) return;
        taken += 1;
        yield { orderId, day, facts: openOrderFacts(facts) };
      }
    }
  }

  async function save(section: Section, draft: string, actor: string, action?: string): Promise<Saved> {
    const closed = await accessErrors(section, draft);
    if (Object.keys(closed).length > 0) return { ok: false, errors: closed };
    const saved = await saveSection(settings, section, draft, actor, action);
    if (!saved.ok || saved.undo === null) return saved;
    news.changed();
    const warning = concernsStorefront(section) ? await news.tellStorefront() : undefined;
    return { ...saved, ...(warning === undefined ? {} : { warning }) };
  }

  async function draftOf(pixel: PagePixel, draft: string) {
    const read = readDraft(await current(), { page: 'values', pixel: pixel.id, code: pixel.code }, draft);
    if (!read.ok) return read;
    return {
      ok: true as const,
      shop: read.settings.shop,
      pixel: read.settings.pixels[pixel.id] ?? defaultPixelSettings(),
    };
  }

  /** Rules that Shopify would not answer are not saved. What was granted a moment ago may not be known here yet. */
  async function accessErrors(section: Section, draft: string): Promise<DraftErrors> {
    if (section.page !== 'sources' && section.page !== 'all') return {};
    const before = await current();
    const read = readDraft(before, section, draft);
    if (!read.ok) return {};
    const errorsWith = (granted: readonly string[]): DraftErrors =>
      closedErrors(closedSources(granted), before.shop, read.settings.shop);
    const errors = errorsWith(await needs.access.granted());
    return Object.keys(errors).length === 0 ? errors : errorsWith(await needs.access.look());
  }

  return {
    async pixelPage(pixelId) {
      const [list, version] = await Promise.all([pixels.list(), current()]);
      const pixel = list.find(({ id }) => id === pixelId) ?? list[0];
      if (!pixel) return null;
      return {
        pixels: list.map(({ id, code, name }) => ({ id, code, name })),
        pixel: { id: pixel.id, code: pixel.code, name: pixel.name },
        settings: version.pixels[pixel.id] ?? defaultPixelSettings(),
        shop: version.shop,
      };
    },
    async eventCounts(pixelId) {
      const timeZone = await needs.timeZone();
      return countEvents(await needs.totals(firstDay(30, timeZone), shopDay(clock.now(), timeZone)), pixelId);
    },
    closedSources: async () => closedSources(await needs.access.granted()),
    sources: async () => (await current()).shop,
    async sales() {
      const [list, version] = await Promise.all([pixels.list(), current()]);
      return {
        pixels: list.map(({ id, code, name }) => ({ id, code, name })),
        settings: salesOf(version),
      };
    },
    async lookAtSources(draft) {
      const before = await current();
      const read = readDraft(before, { page: 'sources' }, draft);
      if (!read.ok) return read;
      const timeZone = await needs.timeZone();
      const counting = countSources(
        before.shop,
        read.settings.shop,
        PERIODS.map((days) => ({ days, from: firstDay(days, timeZone) })),
      );
      for await (const order of recent()) counting.add(order);
      const result = counting.result();
      return { ok: true, value: { ...result, whole: result.lookedAt < MOST_ORDERS } };
    },
    async lookAtValues(pixel, draft, orderId) {
      const read = await draftOf(pixel, draft);
      if (!read.ok) return read;
      const choice: OrderFacts[] = [];
      for await (const { facts } of recent()) {
        // An order that never goes to TikTok would be no example.
        if (judgeSource(facts, read.shop).side === 'allow') choice.push(facts);
        if (choice.length === CHOICE) break;
      }
      const facts = choice.find((order) => order.orderId === orderId) ?? choice[0];
      return {
        ok: true,
        value: {
          example: facts ? valuesExample(facts, read.shop, read.pixel) : null,
          orders: choice.map((order) => ({ id: order.orderId, name: order.name })),
        },
      };
    },
    async testCatalogue(pixel, draft, list) {
      const read = await draftOf(pixel, draft);
      if (!read.ok) return read;
      const items = new Map<string, Identified>();
      for await (const { facts } of recent()) {
        for (const { variant, product, sku, giftCard } of facts.items) {
          if (giftCard || (variant === undefined && product === undefined && sku === undefined)) continue;
          items.set(`${variant ?? ''} ${product ?? ''} ${sku ?? ''}`, {
            ...(variant === undefined ? {} : { variant }),
            ...(product === undefined ? {} : { product }),
            ...(sku === undefined ? {} : { sku }),
          });
        }
        if (items.size >= MOST_ITEMS) break;
      }
      const found = readCatalogue(list);
      if (found.ids.size === 0)
        return { ok: false, errors: { list: 'There are no ids in this. Paste one id in each line.' } };
      return {
        ok: true,
        value: matchCatalogue(found, [...items.values()], read.pixel.contentId, read.shop.country),
      };
    },
    async exportAll() {
      const [list, version] = await Promise.all([pixels.list(), current()]);
      return exportSettings(version, list);
    },
    async lookAtImport(text) {
      const [list, { version, value }] = await Promise.all([pixels.list(), currentSettings(settings)]);
      const read = readImport(text, value, list);
      if (!read.ok) return read;
      const { draft, ...looked } = read;
      const closed = Object.entries(await accessErrors({ page: 'all' }, draft));
      if (closed.length > 0)
        return { ok: false, errors: closed.map(([path, message]) => ({ field: `shop.${path}`, message })) };
      return { ...looked, version, before: value, pixels: list };
    },
    async applyImport(text, seen, actor) {
      const [list, { version, value }] = await Promise.all([pixels.list(), currentSettings(settings)]);
      if (version !== seen) return { ok: false, problem: 'changed_meanwhile' };
      const read = readImport(text, value, list);
      if (!read.ok)
        return {
          ok: false,
          errors: Object.fromEntries(read.errors.map(({ field, message }) => [field, message])),
        };
      return save({ page: 'all' }, read.draft, actor, 'settings.imported');
    },
    save: (section, draft, actor) => save(section, draft, actor),
    async restore(section, version, actor) {
      const outcome = await restoreSection(settings, section, version, actor);
      if (outcome.ok) {
        news.changed();
        if (concernsStorefront(section)) await news.tellStorefront();
      }
      return outcome;
    },
  };
}

/** Where orders come from and when a sale counts is no business of the storefront. */
const concernsStorefront = ({ page }: Section): boolean => page !== 'sources' && page !== 'sales';
