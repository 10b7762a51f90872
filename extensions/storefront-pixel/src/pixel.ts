/** The web pixel as a whole: listens to the events that matter and tells Tock's server, as far as the visitor allows. */
import { captured, type ShopifyEvent } from './capture.ts';
import { createClicks } from './clicks.ts';
import { consentOf, mayTrack, type CustomerPrivacy } from './consent.ts';
import { createEchoes } from './echo.ts';
import { createOtherScripts } from './other-scripts.ts';
import { pageMemory, type Browser } from './page-memory.ts';
import { quietly } from './patience.ts';
import { createQueue } from './queue.ts';
import { createSender } from './sender.ts';
import { readSettings } from './settings.ts';

/** The part of Shopify's pixel API that is used here. */
export interface PixelApi {
  settings: Record<string, unknown>;
  analytics: { subscribe(name: string, callback: (event: ShopifyEvent) => void): unknown };
  customerPrivacy: {
    subscribe(
      name: 'visitorConsentCollected',
      callback: (event: { customerPrivacy: CustomerPrivacy }) => void,
    ): unknown;
  };
  browser: Browser;
  init: {
    customerPrivacy?: CustomerPrivacy;
    context?: { document?: { location?: { href?: string }; referrer?: string } };
  };
}

/** Events that arrive before the word of consent does are held in memory only, and not more of them than this. */
const MOST_HELD = 40;
/** A client's page can be told an event twice when the sandbox starts late; its id is remembered for this many. */
const MOST_SEEN = 200;

export function startPixel(api: PixelApi): void {
  quietly(() => start(api));
}

function start(api: PixelApi): void {
  const settings = readSettings(api.settings);
  if (settings === undefined) return;
  const { key, endpoint, options } = settings;

  const now = () => Date.now();
  const memory = pageMemory(api.browser);
  const clicks = createClicks(memory);
  const echoes = createEchoes({ options, memory, now });
  const others = createOtherScripts({ memory, ours: options.echo.map(({ code }) => code), now });
  const queue = createQueue(memory.local, Math.random().toString(36).slice(2, 10));
  const sender = createSender({ endpoint, key, queue, now });

  let consent = consentOf(api.init.customerPrivacy);
  let held: ShopifyEvent[] = [];
  const seen = new Set<string>();
  /** Events are taken one after the other, so that a click is kept before the next event asks for it. */
  let turn: Promise<void> = Promise.resolve();
  let begun = false;

  function receive(event: ShopifyEvent): void {
    if (seen.has(event.id)) return;
    if (!mayTrack(consent)) {
      if (held.length < MOST_HELD) held.push(event);
      return;
    }
    if (seen.size >= MOST_SEEN) seen.clear();
    seen.add(event.id);
    turn = turn.then(() => take(event)).catch(() => undefined);
  }

  async function take(shopifyEvent: ShopifyEvent): Promise<void> {
    const capture = captured(shopifyEvent);
    if (capture === undefined) return;
    const { event } = capture;
    const consentThen = consent;
    const [echoed, click, ttp, tiktok] = await Promise.all([
      echoes.leave({ id: event.id, name: event.name, at: event.at, url: event.page.url, draft: event.draft }),
      clicks.for(event.page, event.at),
      memory.cookie('_ttp'),
      others.look(),
    ]);
    if (!mayTrack(consent)) return;
    queue.add({
      client: capture.client,
      consent: consentThen,
      ...(capture.language === undefined ? {} : { language: capture.language }),
      ...(click === undefined ? {} : { click }),
      ...(ttp === undefined ? {} : { ttp }),
      ...(tiktok === undefined ? {} : { tiktok }),
      event: echoed.length === 0 ? event : { ...event, echoed },
    });
    sender.send(leavesThePage(event.name));
  }

  /**
   * Once, as soon as it may: keeps the click that led to this page, whether or not an event of the page is wanted,
   * and takes over what earlier pages could not send.
   */
  function begin(): void {
    if (begun) return;
    begun = true;
    const { location, referrer } = api.init.context?.document ?? {};
    const page = { url: location?.href ?? '', ...(referrer ? { referrer } : {}) };
    turn = turn
      .then(() => clicks.for(page, new Date(now()).toISOString()))
      .then(
        () => undefined,
        () => undefined,
      );
    quietly(async () => {
      if ((await queue.takeOver(now())) > 0) sender.send(false);
    });
  }

  function consentChanged(reported: CustomerPrivacy): void {
    const before = consent;
    consent = consentOf(reported);
    if (mayTrack(consent)) {
      sender.resume();
      const waiting = held;
      held = [];
      begin();
      waiting.forEach(receive);
    } else if (mayTrack(before)) {
      // Withdrawn: nothing more goes out, and nothing that was kept stays.
      held = [];
      sender.stop();
      turn = turn
        .then(() => Promise.all([queue.clear(), clicks.forget(), echoes.forget(), others.forget()]))
        .then(
          () => undefined,
          () => undefined,
        );
    } else {
      held = [];
    }
  }

  api.customerPrivacy.subscribe('visitorConsentCollected', (event) =>
    quietly(() => consentChanged(event.customerPrivacy)),
  );
  for (const name of options.events) {
    api.analytics.subscribe(name, (event) => quietly(() => receive(event)));
  }
  if (mayTrack(consent)) begin();
  // Withdrawn while no pixel was listening: what an earlier page kept goes now.
  else quietly(() => Promise.all([queue.clear(), clicks.forget(), others.forget()]));
}

/** At these steps the visitor is about to leave the page, and the worker with it. */
function leavesThePage(name: string): boolean {
  return /^checkout_|^payment_info_submitted$|^product_added_to_cart$/.test(name);
}
