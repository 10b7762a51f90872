/** Turns an example order and a catalogue test into what staff read. */
import type { ValuesLook } from '../settings/pages.ts';
import type { CatalogueResult } from '../settings/catalogue.ts';
import type { ContentIdSettings } from '../conversion/settings.ts';
import { betterWords, idsRead, matchWords, PART_WORDS, settingWords, VALUES_TEXT } from './texts-settings.ts';
import { amountWords } from './words-for-sources.ts';

export interface ValuesWords {
  orders: { id: string; name: string }[];
  example: {
    id: string;
    name: string;
    parts: { name: string; amount: string }[];
    value: string | null;
    note: string | null;
    contents: { id: string; text: string }[];
    contentType: string | null;
  } | null;
}

export function valuesWords({ example, orders }: ValuesLook, locale: string): ValuesWords {
  if (!example) return { orders, example: null };
  const { properties, currency } = example;
  return {
    orders,
    example: {
      id: example.orderId,
      name: example.name,
      parts: example.parts
        .filter(({ part, none }) => !none || part === 'total')
        .map(({ part, amount }) => ({
          name: PART_WORDS[part] ?? part,
          amount: amountWords(amount, currency, locale),
        })),
      value:
        example.value === null ? null : amountWords(example.value, properties.currency ?? currency, locale),
      note:
        example.note === 'converted'
          ? VALUES_TEXT.converted
          : example.note === 'unlisted'
            ? VALUES_TEXT.unlistedNote
            : null,
      contents: (properties.contents ?? []).map((content) => ({
        id: content.content_id ?? '–',
        text: [
          content.content_name ?? '',
          `${content.quantity} ×`,
          content.price === undefined
            ? ''
            : amountWords(String(content.price), properties.currency ?? currency, locale),
        ]
          .filter((part) => part !== '')
          .join(' '),
      })),
      contentType: properties.content_type ?? null,
    },
  };
}

export interface CatalogueWords {
  read: string;
  cut: boolean;
  matched: string;
  state: 'all' | 'some' | 'none' | 'nothing_to_compare';
  missing: string[];
  looksLike: string[];
  better: { text: string; setting: ContentIdSettings } | null;
}

export function catalogueWords(result: CatalogueResult, locale: string): CatalogueWords {
  const { current, better, items } = result;
  return {
    read: idsRead(result.ids, result.column, locale),
    cut: result.cut,
    matched: matchWords(current.matched, items, locale),
    state:
      items === 0
        ? 'nothing_to_compare'
        : current.matched === items
          ? 'all'
          : current.matched === 0
            ? 'none'
            : 'some',
    missing: current.missing,
    looksLike: result.catalogueLooksLike,
    better: better && {
      text: betterWords(settingWords(better.setting), better.matched, items, locale),
      setting: better.setting,
    },
  };
}
