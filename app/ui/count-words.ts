/** Numbers as the reader's own locale writes them, and how many orders there are. */

export const countWords = (count: number, locale: string): string =>
  new Intl.NumberFormat(locale).format(count);

/** "97%". Rounded down, so that only what is whole says 100. */
export const percentWords = (part: number, of: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'percent' }).format(
    of === 0 ? 0 : Math.floor((part * 100) / of) / 100,
  );

/** "1,204 orders". */
export const orderCount = (count: number, locale: string): string =>
  `${countWords(count, locale)} ${count === 1 ? 'order' : 'orders'}`;
