/** Every word around the guides; the guides themselves are in guides.ts. */

export const GUIDES_TEXT = {
  title: 'Guides',
  intro: 'Short answers, step by step.',
  first: 'Start here',
  check: 'Check my storefront',
  lastChecked: 'Last checked',
  neverChecked: 'Not checked yet. It takes a few seconds.',
  notWhole: 'Not everything could be read',
  nothingFound: 'No other sender found',
  nothingFoundText:
    'In the pages that every visitor gets, only Tock sends to TikTok. What apps send from their own servers cannot be seen from here: compare the numbers in Events Manager tomorrow.',
} as const;
