/** The part of the pixel manager that lives in the page: consent, publishing, and the workers in which pixels run. */

import {
  consentCookie,
  consentOf,
  hasChosen,
  hasRefused,
  mayRun,
  readChoice,
  writeChoice,
  type Choice,
  type Consent,
} from '../consent.ts';
import { domEvents, limitedEvents, reaches, standardEvents } from '../event-names.ts';
import type { BrowserCall, FromWorker, PageData, PixelConfig, ToWorker } from '../page-data.ts';
import { redacted } from '../redact.ts';

interface ConsentRequest {
  analytics?: boolean;
  marketing?: boolean;
  preferences?: boolean;
  sale_of_data?: boolean;
}

interface PublishedEvent {
  id: string;
  clientId: string;
  name: string;
  seq: number;
  timestamp: string;
  type: 'standard' | 'custom' | 'dom';
  context?: unknown;
  data?: Record<string, unknown>;
  customData?: unknown;
}

type QueuedPublish = [string, unknown?];
interface Feature {
  name: string;
  version?: string;
}
type LoadFeatures = (features: Feature[], done?: (error?: Error) => void) => void;

interface ShopifyGlobal {
  loadFeatures: LoadFeatures & { queue?: Parameters<LoadFeatures>[] };
  analytics: {
    publish(name: string, data?: unknown): boolean;
    replayQueue?: QueuedPublish[];
    visitor?(visitor: unknown, options?: unknown): boolean;
  };
  customerPrivacy?: ReturnType<typeof customerPrivacyApi>;
}

/** What tests and curious people can look at. */
export interface PixelManagerView {
  published: PublishedEvent[];
  delivered: { pixel: string; event: PublishedEvent }[];
  /** What pixels have subscribed to on this page. */
  subscribed: string[];
  failures: string[];
  consent(): Consent;
  clockOffsetMs: number;
  publishStandard(name: string, data: Record<string, unknown>): void;
}

declare global {
  interface Window {
    pixelManager: PixelManagerView;
    sandboxClockOffsetMs?: number;
  }
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}

const page = readPageData();
const clockOffsetMs = window.sandboxClockOffsetMs ?? 0;
const published: PublishedEvent[] = [];
const failures: string[] = [];
const delivered: PixelManagerView['delivered'] = [];
const subscribed: string[] = [];
/** The page's own clock may already be shifted; this is the sandbox's time either way. */
const now = () => new Date();

function readPageData(): PageData {
  const element = document.getElementById('web-pixels-page');
  const data: PageData = JSON.parse(element?.textContent ?? '{}');
  return data;
}

/* Consent ------------------------------------------------------------------------------------------------------ */

function cookieValue(name: string): string | undefined {
  return document.cookie
    .split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

let choice: Choice = readChoice(cookieValue(consentCookie));
const signalled = () => navigator.globalPrivacyControl === true;
const consent = () => consentOf(page.region, choice, signalled());

function customerPrivacyBooleans() {
  const allowed = consent();
  return {
    analyticsProcessingAllowed: allowed.analytics,
    marketingAllowed: allowed.marketing,
    preferencesProcessingAllowed: allowed.preferences,
    saleOfDataAllowed: allowed.saleOfData,
  };
}

function setConsent(asked: ConsentRequest, done?: (error?: Error) => void) {
  choice = {
    analytics: asked.analytics ?? choice.analytics,
    marketing: asked.marketing ?? choice.marketing,
    preferences: asked.preferences ?? choice.preferences,
    saleOfData: asked.sale_of_data ?? choice.saleOfData,
  };
  document.cookie = `${consentCookie}=${writeChoice(choice)}; path=/; max-age=31536000; samesite=lax`;
  const allowed = consent();
  // Shopify answers once its server has kept the choice; listeners hear of it after the caller returned.
  setTimeout(() => {
    document.dispatchEvent(
      new CustomEvent('visitorConsentCollected', {
        detail: {
          analyticsAllowed: allowed.analytics,
          marketingAllowed: allowed.marketing,
          preferencesAllowed: allowed.preferences,
          saleOfDataAllowed: allowed.saleOfData,
        },
      }),
    );
    for (const pixel of runners) pixel.consentChanged();
    done?.();
  }, 0);
}

function customerPrivacyApi() {
  const said = (answer: boolean | null) => (answer === null ? '' : answer ? 'yes' : 'no');
  return {
    analyticsProcessingAllowed: () => consent().analytics,
    marketingAllowed: () => consent().marketing,
    preferencesProcessingAllowed: () => consent().preferences,
    saleOfDataAllowed: () => consent().saleOfData,
    userCanBeTracked: () => consent().analytics && consent().marketing,
    saleOfDataRegion: () => page.region.dataSaleOptOutRequired,
    shouldShowBanner: () => page.banner && page.region.consentRequired && !hasChosen(choice),
    getRegion: () => page.region.countryCode + (page.region.regionCode ?? ''),
    currentVisitorConsent: () => ({
      analytics: said(choice.analytics),
      marketing: said(choice.marketing),
      preferences: said(choice.preferences),
      sale_of_data: said(choice.saleOfData),
      ...(signalled() ? { gpc: '1' } : {}),
    }),
    setTrackingConsent: (asked: ConsentRequest, done?: (error?: Error) => void) => setConsent(asked, done),
  };
}

/* Publishing --------------------------------------------------------------------------------------------------- */

let seq = 0;

/** `sh-f77a78f1-C1D8-4ED4-9C9B-0D352CF6F3BF`: the first group small, the others large. */
function newEventId(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  const text = hex.join('');
  const groups = [text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)];
  return `sh-${text.slice(0, 8)}-${groups.join('-').toUpperCase()}`;
}

function locationOf({ hash, host, hostname, href, origin, pathname, port, protocol, search }: Location) {
  return { hash, host, hostname, href, origin, pathname, port, protocol, search };
}

function contextNow() {
  return {
    document: {
      characterSet: document.characterSet,
      location: locationOf(document.location),
      referrer: document.referrer,
      title: document.title,
    },
    navigator: {
      cookieEnabled: navigator.cookieEnabled,
      language: navigator.language,
      languages: [...navigator.languages],
      userAgent: navigator.userAgent,
    },
    window: {
      innerHeight,
      innerWidth,
      outerHeight,
      outerWidth,
      pageXOffset: scrollX,
      pageYOffset: scrollY,
      location: locationOf(location),
      origin,
      screen: { height: screen.height, width: screen.width },
      screenX,
      screenY,
      scrollX,
      scrollY,
    },
  };
}

function publish(event: Pick<PublishedEvent, 'name' | 'type' | 'context' | 'data' | 'customData'>) {
  const whole: PublishedEvent = {
    id: newEventId(),
    clientId: page.clientId,
    seq,
    timestamp: now().toISOString(),
    ...event,
  };
  seq += 1;
  published.push(whole);
  for (const pixel of runners) pixel.offer(whole);
}

function publishStandard(name: string, data: Record<string, unknown>) {
  publish({ name, type: 'standard', context: contextNow(), data });
}

function publishCustom(name: string, customData: unknown): boolean {
  if (standardEvents.includes(name) || domEvents.includes(name)) return false;
  publish({ name, type: 'custom', context: contextNow(), customData: customData ?? null });
  return true;
}

/* Pixels in their workers -------------------------------------------------------------------------------------- */

function runPixel(config: PixelConfig) {
  let buffer: PublishedEvent[] = [];
  let begun = false;
  let port: MessagePort | undefined;
  const wanted = new Set<string>();

  const sharing = (event: PublishedEvent) => {
    switch (config.dataSharing) {
      case 'PAUSED':
      case 'OPTIMIZED_PAUSE_ALL_EVENTS':
        return false;
      case 'OPTIMIZED_ALLOW_LIMITED_EVENTS':
        return limitedEvents.includes(event.name);
      case 'ALWAYS_ON':
      case 'OPTIMIZED_ALLOW_ALL_EVENTS':
        return true;
    }
  };
  const allowed = () => mayRun(config.purposes, consent());
  const post = (message: ToWorker) => port?.postMessage(message);

  function seen(event: PublishedEvent): Record<string, unknown> {
    const { data } = event;
    return { ...event, ...(data ? { data: redacted(data, config.approvals) } : {}) };
  }

  function flush() {
    if (!port || !allowed()) return;
    for (const event of buffer.splice(0)) {
      post({ kind: 'event', event: seen(event) });
      delivered.push({ pixel: config.id, event });
    }
  }

  function begin() {
    if (begun) return flush();
    begun = true;
    setTimeout(openWorker, config.startDelayMs);
  }

  function openWorker() {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.setAttribute('aria-hidden', 'true');
    frame.tabIndex = -1;
    frame.style.display = 'none';
    frame.name = `web-pixel-sandbox-APP-${config.id}-STRICT`;
    frame.src = config.frameUrl;
    frame.addEventListener('load', () => {
      const channel = new MessageChannel();
      channel.port1.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
      frame.contentWindow?.postMessage('pixel', '*', [channel.port2]);
      port = channel.port1;
      post({
        kind: 'start',
        settings: config.settings,
        pixelInfo: {
          runtimeContext: 'STRICT',
          type: 'APP',
          extensionId: config.id,
          apiClientId: config.apiClientId,
          surface: page.surface,
        },
        clockOffsetMs,
        init: {
          context: contextNow(),
          data: redacted(page.init, config.approvals),
          customerPrivacy: customerPrivacyBooleans(),
        },
      });
      flush();
    });
    document.documentElement.append(frame);
  }

  function hear(message: FromWorker) {
    switch (message.kind) {
      case 'registered':
        return;
      case 'subscribed':
        wanted.add(message.name);
        subscribed.push(message.name);
        return;
      case 'failed':
        failures.push(message.message);
        navigator.sendBeacon(
          '/web-pixels/failure',
          JSON.stringify({ pixel: config.id, message: message.message }),
        );
        return;
      case 'call':
        try {
          post({ kind: 'answer', call: message.call, value: answerCall(message.target, message.args) });
        } catch (error) {
          post({ kind: 'refusal', call: message.call, message: String(error) });
        }
    }
  }

  return {
    wants: (event: { name: string; type: string }) => [...wanted].some((name) => reaches(name, event)),
    offer(event: PublishedEvent) {
      if (!sharing(event)) return;
      if (allowed()) {
        buffer.push(event);
        begin();
      } else if (!hasRefused(choice) && event.type !== 'dom') {
        // Not decided yet: kept for this page, in case the visitor says yes.
        buffer.push(event);
      }
    },
    consentChanged() {
      const payload = { customerPrivacy: customerPrivacyBooleans() };
      post({ kind: 'consent', name: 'visitorConsentCollected', payload });
      if (allowed()) {
        if (buffer.length > 0 || begun) begin();
      } else {
        buffer = [];
      }
    },
  };
}

function answerCall(target: BrowserCall, args: string[]): unknown {
  const [first = '', second] = args;
  switch (target) {
    case 'cookie.get':
      return args.length === 0 ? document.cookie : (cookieValue(first) ?? '');
    case 'cookie.set':
      document.cookie = second === undefined ? first : `${first}=${second}`;
      return document.cookie;
    case 'sendBeacon':
      return navigator.sendBeacon(first, second);
    default: {
      const [area, method] = target.split('.');
      const storage = area === 'localStorage' ? window.localStorage : window.sessionStorage;
      switch (method) {
        case 'getItem':
          return storage.getItem(first);
        case 'setItem':
          return storage.setItem(first, second ?? 'undefined');
        case 'removeItem':
          return storage.removeItem(first);
        case 'clear':
          return storage.clear();
        case 'key':
          return storage.key(Number(first));
        default:
          return storage.length;
      }
    }
  }
}

const runners = page.pixels.map(runPixel);

/* What the page itself does ------------------------------------------------------------------------------------ */

interface AjaxItem {
  variant_id: number;
  product_id: number;
  quantity: number;
  price: number;
  product_title: string;
  variant_title: string | null;
  sku: string;
  vendor: string;
  product_type: string;
  url: string;
  image: string | null;
}

/** The cart API counts in hundredths, whatever the currency. */
function cartLine(item: AjaxItem, quantity: number, currencyCode: string) {
  const price = item.price / 100;
  return {
    cost: { totalAmount: { amount: Math.round(item.price * quantity) / 100, currencyCode } },
    merchandise: {
      id: String(item.variant_id),
      image: { src: item.image },
      price: { amount: price, currencyCode },
      product: {
        id: String(item.product_id),
        title: item.product_title,
        type: item.product_type,
        untranslatedTitle: item.product_title,
        url: item.url,
        vendor: item.vendor,
      },
      sku: item.sku,
      title: item.variant_title,
      untranslatedTitle: item.variant_title,
    },
    quantity,
  };
}

interface AjaxCart {
  currency?: string;
  items?: AjaxItem[];
  items_removed?: AjaxItem[];
  items_added?: AjaxItem[];
}

/** The page's own answer to a form is HTML: then there is nothing to read. */
async function readCart(response: Response): Promise<AjaxCart> {
  if (!response.headers.get('content-type')?.includes('json')) return {};
  const cart: AjaxCart = await response.json();
  return cart;
}

/** Shopify notices cart requests whoever makes them: the theme, another app, or the console. */
function watchCart() {
  const original = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const response = await original(input, init);
    const address = new URL(input instanceof Request ? input.url : String(input), location.href);
    if (response.ok && address.origin === location.origin) {
      const path = address.pathname.replace(/\.js$/, '');
      if (path === '/cart/add' || path === '/cart/change' || path === '/cart/update') {
        const cart = await readCart(response.clone());
        const currency = cart.currency ?? 'USD';
        for (const item of cart.items_added ?? []) {
          publishStandard('product_added_to_cart', { cartLine: cartLine(item, item.quantity, currency) });
        }
        for (const item of cart.items_removed ?? []) {
          publishStandard('product_removed_from_cart', { cartLine: cartLine(item, item.quantity, currency) });
        }
      }
    }
    return response;
  };
}

function inputElement(element: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement) {
  return {
    id: element.id || null,
    name: element.name || null,
    tagName: element.tagName,
    type: element.type,
    value: element.value,
  };
}

function isInput(target: EventTarget | null): target is HTMLInputElement {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}

function watchDom() {
  const dom = (name: string, data: () => Record<string, unknown>) => {
    if (runners.some((pixel) => pixel.wants({ name, type: 'dom' })))
      publish({ name, type: 'dom', data: data() });
  };
  document.addEventListener(
    'click',
    (event) => {
      const { target } = event;
      if (!(target instanceof Element)) return;
      dom('clicked', () => ({
        clientX: event.clientX,
        clientY: event.clientY,
        movementX: event.movementX,
        movementY: event.movementY,
        offsetX: event.offsetX,
        offsetY: event.offsetY,
        pageX: event.pageX,
        pageY: event.pageY,
        screenX: event.screenX,
        screenY: event.screenY,
        element: {
          href: target.getAttribute('href'),
          id: target.id || null,
          name: target.getAttribute('name'),
          tagName: target.tagName,
          type: target.getAttribute('type'),
          value: target.getAttribute('value'),
        },
      }));
    },
    true,
  );
  document.addEventListener(
    'submit',
    ({ target }) => {
      if (!(target instanceof HTMLFormElement)) return;
      dom('form_submitted', () => ({
        element: {
          action: target.action,
          id: target.id || null,
          elements: [...target.elements].filter(isInput).map(inputElement),
        },
      }));
    },
    true,
  );
  const inputs = { focusin: 'input_focused', focusout: 'input_blurred', change: 'input_changed' };
  for (const [type, name] of Object.entries(inputs)) {
    document.addEventListener(
      type,
      ({ target }) => {
        if (isInput(target)) dom(name, () => ({ element: inputElement(target) }));
      },
      true,
    );
  }
}

function publishOnce(key: string, run: () => void) {
  const mark = `sandbox:published:${key}`;
  if (localStorage.getItem(mark) !== null) return;
  localStorage.setItem(mark, now().toISOString());
  run();
}

function takeOver() {
  // The head's inline script has put it there.
  const Shopify: ShopifyGlobal = Reflect.get<object, string>(window, 'Shopify');
  const loadFeatures: LoadFeatures = (features, done) => {
    // As on a real page the feature arrives later than the call returns.
    setTimeout(() => {
      const unknown = features.find(({ name }) => name !== 'consent-tracking-api');
      if (unknown) return done?.(new Error(`There is no feature ${unknown.name}`));
      Shopify.customerPrivacy ??= customerPrivacyApi();
      done?.();
    }, 0);
  };
  const early = Shopify.loadFeatures.queue ?? [];
  Shopify.loadFeatures = loadFeatures;
  for (const asked of early) loadFeatures(...asked);

  const queued = Shopify.analytics.replayQueue ?? [];
  Shopify.analytics.publish = (name, data) => publishCustom(name, data);
  Shopify.analytics.visitor = () => true;
  window.pixelManager = {
    published,
    delivered,
    subscribed,
    failures,
    consent,
    clockOffsetMs,
    publishStandard,
  };

  watchCart();
  watchDom();
  for (const { name, data, once } of page.events) {
    if (once === undefined) publishStandard(name, data);
    else publishOnce(once, () => publishStandard(name, data));
  }
  for (const [name, data] of queued) publishCustom(name, data);
}

takeOver();
