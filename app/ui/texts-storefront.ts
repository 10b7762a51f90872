/** The words of the page Storefront: what runs in the shop's pages, what the merchant chooses, and what that means. */

export const STOREFRONT_TEXT = {
  title: 'Storefront',
  intro: 'What Tock does in your store’s pages, and what you choose of it.',

  webPixel: 'Web pixel',
  webPixelText:
    'Tells Tock what visitors look at and buy, on every page and at checkout, as far as each visitor allows. Tock switches it on and keeps it up to date by itself. Shopify runs it apart from your theme, so it cannot slow your pages or break them.',
  webPixelStates: {
    on: { badge: 'On', text: 'Shopify has it with your newest settings.' },
    outdated: {
      badge: 'Not up to date',
      text: 'Shopify still has older settings. Connect it again to give it the newest.',
    },
    missing: {
      badge: 'Off',
      text: 'Shopify does not have it. Orders still arrive, but without the visits that led to them.',
    },
    unknown: { badge: 'Not known', text: 'Shopify did not say.' },
  },
  heard: (events: string) => `${events} events of visits since yesterday.`,
  nothingHeard: 'No visit heard since yesterday. It starts with the next visitor who allows it.',
  connect: 'Connect again',
  connected: 'Web pixel connected',

  embed: 'App embed in your theme',
  embedText:
    'Adds TikTok’s own script to your pages for the pixels that also send from the visitor’s browser. It is loaded only after the visitor’s consent and never holds a page up.',
  embedFor: 'What it brings',
  embedBrings: [
    'TikTok’s cookie, which helps to match visitors with accounts.',
    'A second copy of each event, with the same id, so TikTok counts it once.',
    'TikTok’s Event Builder and Pixel Helper find the pixel.',
    'Your orders carry the visitor’s consent and ad click even where no script runs at checkout.',
  ],
  embedAgainst: 'Why you may leave it off',
  embedCosts: [
    'TikTok’s script is a download more for each visitor, and it sets cookies.',
    'Shopify’s Built for Shopify rules want ads apps to track with a web pixel. Tock does: every event and every order is sent without the embed too.',
    'Checkout does not need it and never gets it.',
  ],
  embedStates: {
    active: { badge: 'On', text: 'It is on in your live theme.' },
    available: {
      badge: 'Off',
      text: 'Open the theme editor: the switch is set already, press Save there.',
    },
    unavailable: { badge: 'Not possible', text: 'Your live theme does not take app embeds.' },
    unknown: { badge: 'Not known', text: 'Shopify did not say. Look under App embeds in the theme editor.' },
    asking: { badge: 'Asking Shopify', text: 'One moment.' },
  },
  openEditor: 'Open theme editor',
  seeEditor: 'See it in the theme editor',

  choices: 'What the embed does',
  choicesText: 'For visitors who allow marketing. Without the embed nothing of this happens.',
  cartClick: 'Keep the ad click with the cart',
  cartClickHelp:
    'Notes the TikTok click in a hidden cart attribute, so an order has it even after an express checkout. You see it in the order as _tock_click.',
  identify: 'Tell TikTok’s script who is signed in',
  identifyHelp:
    'Passes the hashed email and phone number of signed-in customers, so TikTok can match the browser’s events. The addresses themselves never leave Shopify. Not for visitors who opted out of the sale of their data.',

  others: 'Other senders',
  othersText:
    'If another app or your theme sends to the same pixel, TikTok counts everything twice. Tock looks once a day at the pages every visitor gets, and at what visitors’ browsers show.',
} as const;

export type WebPixelWord = keyof typeof STOREFRONT_TEXT.webPixelStates;
export type EmbedWord = keyof typeof STOREFRONT_TEXT.embedStates;
