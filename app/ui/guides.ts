/** The guides, written once: the app shows them and `docs/guides/` is written from them (`npm run guides`). */
import type { Drawing } from './guide-drawings.ts';

/**
 * In texts `**word**` is what stands on the screen, and `[words](guide:slug)` or `[words](page:path)` leads to another
 * guide or to a page of the app.
 */
export type GuidePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'steps'; readonly steps: readonly string[] }
  | { readonly kind: 'points'; readonly points: readonly string[] }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'drawing'; readonly drawing: Drawing; readonly alt: string }
  /** Looks at the storefront for other senders, where the app can. */
  | { readonly kind: 'check' };

export interface Guide {
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  readonly parts: readonly GuidePart[];
}

const text = (said: string): GuidePart => ({ kind: 'text', text: said });
const heading = (said: string): GuidePart => ({ kind: 'heading', text: said });
const steps = (...list: string[]): GuidePart => ({ kind: 'steps', steps: list });
const points = (...list: string[]): GuidePart => ({ kind: 'points', points: list });
const note = (said: string): GuidePart => ({ kind: 'note', text: said });
const drawing = (name: Drawing, alt: string): GuidePart => ({ kind: 'drawing', drawing: name, alt });

export const GUIDES: readonly Guide[] = [
  {
    slug: 'turn-off-tiktok-data-sharing',
    title: 'Disable TikTok’s own data sharing in Shopify',
    summary: 'One sender for each pixel. Two senders count every order twice.',
    parts: [
      text(
        'TikTok’s own Shopify app can send your orders too. It gives them other event ids than Tock, so TikTok cannot see that they are the same and counts each order twice. Campaigns then look twice as good as they are, and spend accordingly.',
      ),
      drawing(
        'two-senders',
        'Your store’s orders reach the same pixel by two ways, TikTok’s own app and Tock, and one order is counted two times.',
      ),
      heading('When to do it'),
      text(
        'Do it on the day you start with Tock, in this order, and nothing is missed or doubled: connect your pixel in Tock with a test event code, see a test event arrive, switch TikTok’s data sharing off, then take the test event code out of Tock.',
      ),
      heading('Switch data sharing off in TikTok’s app'),
      steps(
        'In your Shopify admin open **Apps**, then **TikTok**. If you do not have this app, go on with “Look for other pixels” below.',
        'Open **Settings**, then **Data sharing** (some versions say **Customer data sharing** or **Pixel**).',
        'Switch data sharing **off** and save. **Standard** is not off: Standard, Enhanced and Maximum all send to your pixel.',
        'If there is no switch, choose **Disconnect** beside the pixel. Your ad account, catalog and TikTok Shop stay connected.',
      ),
      drawing(
        'data-sharing-off',
        'In the Shopify admin: first the TikTok app, second its Settings, third the switch for data sharing, which is off.',
      ),
      note(
        'Do not uninstall TikTok’s app if you use its catalog or TikTok Shop. Only the data sharing has to go.',
      ),
      heading('Look for other pixels'),
      steps(
        'In your Shopify admin open **Settings**, then **Customer events**.',
        'Under **App pixels**, disconnect **TikTok** if it is listed as connected, and any other app that sends to the same pixel. Leave **Tock** connected.',
        'Under **Custom pixels**, look for one that contains “ttq” and disconnect it.',
        'Open **Online Store**, **Themes**, **Customize**, **App embeds**, and switch off TikTok embeds of other apps.',
      ),
      drawing(
        'app-pixels',
        'In Shopify’s settings: first Customer events, second App pixels, third Disconnect beside TikTok. Tock stays connected.',
      ),
      heading('Check'),
      text(
        'Tock reads your storefront as a visitor would and tells which senders to TikTok it sees. It cannot see what an app sends from its own servers, so also look at Events Manager the next day.',
      ),
      { kind: 'check' },
      steps(
        'The next day, open your pixel in TikTok Events Manager and choose **Complete payment** (or **Purchase**).',
        'Compare the number with the orders that Tock’s [Home](page:) shows as sent for that day. The same number: done. About twice as many: something else still sends; see [Orders count twice](guide:duplicates).',
      ),
    ],
  },
  {
    slug: 'find-your-pixel-code',
    title: 'Find your pixel code',
    summary: '20 characters from TikTok Events Manager.',
    parts: [
      steps(
        'Open TikTok Ads Manager and choose the ad account that your ads run in.',
        'Open **Tools**, then **Events** (or **Events Manager**), and choose **Web events** or **Data sources**.',
        'The code stands under the pixel’s name. Copy it with the copy sign beside it.',
        'Paste it in Tock under [Pixels](page:/pixels), **Add pixel**.',
      ),
      drawing(
        'pixel-code',
        'In Events Manager the pixel code stands under the pixel’s name: 20 capital letters and digits.',
      ),
      points(
        '**Pixel code** and **Pixel ID** are the same thing.',
        'It has exactly 20 characters: capital letters and digits. Capitals matter.',
        'The long number at the top of Ads Manager is the ad account’s id, not the pixel’s.',
        'No pixel in the list? You are in another ad account or Business Center, or your role may not see it: [Give the right role](guide:give-the-right-role).',
      ),
    ],
  },
  {
    slug: 'create-an-access-token',
    title: 'Create the access token',
    summary: 'The key that lets Tock send to your pixel.',
    parts: [
      steps(
        'In TikTok Events Manager open your pixel and choose **Settings**.',
        'Go to **Events API** and choose **Generate access token**.',
        'Copy the whole token at once: TikTok may not show it again.',
        'Paste it in Tock under [Pixels](page:/pixels).',
      ),
      points(
        'Treat it like a password: do not send it by email or chat. Tock stores it encrypted and shows its last four characters only.',
        'No button? Only an admin or operator of the ad account can make tokens: [Give the right role](guide:give-the-right-role).',
        'A new token for the same pixel may end the old one. Replace it in Tock at once; events wait meanwhile and nothing is lost.',
        'You will find other instructions that start with a developer app. You do not need one.',
      ),
    ],
  },
  {
    slug: 'give-the-right-role',
    title: 'Give the right role',
    summary: 'TikTok says “No permission to operate pixel code”.',
    parts: [
      text(
        'A token can do what the person who made it can do. TikTok takes events only from tokens made by an admin or operator of the ad account that owns the pixel.',
      ),
      steps(
        'In TikTok Business Center open **Assets**, then **Advertiser accounts**, and choose the account that owns the pixel.',
        'Under **Members**, add the person who makes the token, as **Admin** or **Operator**. **Analyst** is not enough.',
        'Also under **Assets**, then **Pixels**, check that the pixel is shared with that ad account.',
        'That person now [creates a new token](guide:create-an-access-token). A token made before the change keeps its old rights.',
      ),
      note(
        'Working with an agency? Let somebody of the store make the token. Then it does not end with the contract.',
      ),
    ],
  },
  {
    slug: 'test-events',
    title: 'Send test events',
    summary: 'See an order arrive at TikTok without counting it.',
    parts: [
      steps(
        'In Events Manager open your pixel, then **Test events**. Copy the code; it looks like TEST12345.',
        'In Tock open [Pixels](page:/pixels), choose the pixel, paste the code into **Test event code** and save. A badge **Test mode** shows as long as it is there.',
        'Place an order in your store. It shows in the [Log](page:/log) within seconds and in TikTok’s test tab about a minute later.',
        'Take the code out of Tock again and save. Only then orders count.',
      ),
      points(
        'In test mode nothing counts: no campaign learns from it.',
        'Orders paid with Shopify’s test gateway are kept back by default. You can let them through under [Order sources](page:/sources) while you test.',
        'TikTok may change the code from one visit of the tab to the next. Copy it anew if nothing arrives.',
      ),
    ],
  },
  {
    slug: 'poor-match-quality',
    title: 'Raise the match quality',
    summary: 'Help TikTok recognise who bought.',
    parts: [
      text(
        'TikTok matches an order to a person by the keys that come with it. The ad click counts most, then email and phone, then the rest. In the log, each event shows which keys it had.',
      ),
      points(
        '**Ad click** missing: the buyer did not come from an ad, came on another device, or a redirect cut the address. Test with an ad’s own link and see that “ttclid” is still in the address of the page where you land.',
        '**Email** missing: let your checkout ask for it (Settings, Checkout, contact method). Some point-of-sale and draft orders have none.',
        '**Phone** missing: most stores do not ask. Only ask if you need it.',
        '**IP address and browser** missing: the order was not placed in a browser, or no visit could be joined to it.',
        '**TikTok cookie** missing: it comes only with TikTok’s script in the page, which Tock’s app embed loads if you switch it on.',
        'Consent refused: nothing about this person goes out, and nothing should. See [Consent](guide:consent).',
      ),
      note('TikTok’s score follows a few days behind. Judge changes after a week.'),
    ],
  },
  {
    slug: 'duplicates',
    title: 'Orders count twice',
    summary: 'Find the second sender.',
    parts: [
      text(
        'Tock gives an order the same event id in the browser and on the server, so TikTok keeps one. Twice as many purchases as orders mean that something else sends to the same pixel.',
      ),
      { kind: 'check' },
      steps(
        'Switch off what the check finds. The usual one is TikTok’s own app: [Disable TikTok’s own data sharing](guide:turn-off-tiktok-data-sharing).',
        'In Shopify open **Settings**, **Customer events**: look for other TikTok pixels under **App pixels** and **Custom pixels**.',
        'If you use Google Tag Manager or another server-side tool, look there for TikTok tags.',
        'In Events Manager look at the event’s details: copies from Tock have ids that begin with “order-”.',
        'Two pixels in Tock that feed campaigns of one account also count an order once each. Optimise on one of them.',
      ),
    ],
  },
  {
    slug: 'move-from-another-app',
    title: 'Move from another app',
    summary: 'Without a gap and without counting twice.',
    parts: [
      steps(
        'Keep the other app running. Connect the same pixel in Tock with a [test event code](guide:test-events). Nothing that Tock sends counts yet.',
        'Place an order and see it arrive in TikTok’s test tab.',
        'Choose a quiet moment. Switch the other app’s TikTok sending off, for browser and server.',
        'At once take the test event code out of Tock. From now on Tock counts.',
        'The next day compare Events Manager with Tock’s [Home](page:). See [Orders count twice](guide:duplicates) if it shows too many.',
      ),
      points(
        'Tock never sends an order from before its pixel’s start, so the past is not sent again. The start is the moment when you add the pixel; on the [pixel’s page](page:/pixels) you can move it to the minute in which you switch the other app off.',
        'Use the same pixel as before: its learning stays.',
        'Uninstall the other app a few days later, when the numbers are right.',
      ),
    ],
  },
  {
    slug: 'tiktok-shop-orders',
    title: 'TikTok Shop orders',
    summary: 'TikTok knows them already.',
    parts: [
      text(
        'Orders from TikTok Shop come into Shopify too. TikTok has counted them already; sent once more through the pixel they count twice. So Tock keeps them back, and says so in the log.',
      ),
      steps(
        'Open [Order sources](page:/sources).',
        'Leave **TikTok Shop** on “keep back”. Below you see how many such orders there were and three examples.',
        'Does one of your TikTok Shop orders still go out? Another connector may write another source. The list of sources on that page shows its name: make a rule from it.',
      ),
    ],
  },
  {
    slug: 'consent',
    title: 'Consent',
    summary: 'What Tock sends when a visitor says yes, no, or nothing.',
    parts: [
      points(
        '**Yes** to marketing: the order goes to TikTok with everything that helps to match it.',
        '**No**: it is not sent. The log says that the visitor said no.',
        '**No sale of data** (for example in California): it goes with limited data use, or not at all where the address is not known.',
        '**No answer known**: the buyer’s region decides. Where the law asks for consent first, it is not sent; elsewhere it is.',
      ),
      steps(
        'In Shopify open **Settings**, **Customer privacy**, and set up the cookie banner for the regions you sell to.',
        'If you use another banner, choose one that tells Shopify the visitor’s choice (Customer Privacy API). Tock reads that choice, no other.',
        'Switch on Tock’s app embed: it writes the choice to the cart, so that the order proves it even when scripts are blocked.',
        'Name TikTok in your privacy policy.',
      ),
      note('This is how Tock works, not legal advice.'),
    ],
  },
];

export const guideBySlug = (slug: string): Guide | undefined => GUIDES.find((guide) => guide.slug === slug);

/** A text in its pieces: plain words, words as on the screen, and links. */
export type Piece =
  | { readonly kind: 'plain' | 'screen'; readonly text: string }
  | { readonly kind: 'guide' | 'page'; readonly text: string; readonly to: string };

export function piecesOf(said: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of said.matchAll(/\*\*(.+?)\*\*|\[(.+?)\]\((guide|page):([a-z/-]*)\)/g)) {
    if (found.index > from) pieces.push({ kind: 'plain', text: said.slice(from, found.index) });
    const [whole, screen, label, kind, to] = found;
    if (screen !== undefined) pieces.push({ kind: 'screen', text: screen });
    else pieces.push({ kind: kind === 'guide' ? 'guide' : 'page', text: label ?? '', to: to ?? '' });
    from = found.index + whole.length;
  }
  if (from < said.length) pieces.push({ kind: 'plain', text: said.slice(from) });
  return pieces;
}
