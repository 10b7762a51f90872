/** Stand-in for Shopify's App Bridge: the `shopify` global, the authenticated fetch and the `ui-*` elements, in the framed app. */

import {
  isBridgeMessage,
  type BarButton,
  type BridgeCalls,
  type BridgeCommand,
  type BridgeMessage,
  type BridgeNotice,
  type MenuItem,
} from './protocol.ts';

const ownScript = document.currentScript;
const adminOrigin = ownScript instanceof HTMLScriptElement ? new URL(ownScript.src).origin : '';
const framed = window.parent !== window;

/** Read again on every page, as the address loses them when the app navigates by itself. */
function kept(name: string): string {
  const given = new URLSearchParams(location.search).get(name);
  try {
    if (given) sessionStorage.setItem(`app-bridge:${name}`, given);
    return given ?? sessionStorage.getItem(`app-bridge:${name}`) ?? '';
  } catch {
    return given ?? '';
  }
}

const apiKey =
  ownScript?.getAttribute('data-api-key') ??
  document.querySelector('meta[name="shopify-api-key"]')?.getAttribute('content') ??
  '';
if (!apiKey) throw new Error('App Bridge: the meta tag shopify-api-key is missing');

const config = {
  apiKey,
  host: kept('host'),
  shop: kept('shop'),
  locale: kept('locale') || 'en',
  debug: {},
  disabledFeatures: [],
};

// --- Talking to the admin around us ---------------------------------------------------------------------------------

function post(message: BridgeMessage) {
  if (framed) window.parent.postMessage(message, adminOrigin);
}

function tell(notice: BridgeNotice) {
  post({ bridge: 'notice', notice });
}

let lastCall = 0;
const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

function ask<N extends keyof BridgeCalls>(name: N, asks: BridgeCalls[N]['asks']): Promise<unknown> {
  if (!framed) return Promise.reject(new Error(`App Bridge: ${name} needs the Shopify admin around the app`));
  const id = ++lastCall;
  return new Promise((resolve, reject) => {
    open.set(id, { resolve, reject });
    post({ bridge: 'call', id, name, asks });
  });
}

window.addEventListener('message', ({ origin, source, data }: MessageEvent<unknown>) => {
  if (origin !== adminOrigin || source !== window.parent || !isBridgeMessage(data)) return;
  if (data.bridge === 'answer') {
    const call = open.get(data.id);
    open.delete(data.id);
    if (data.ok) call?.resolve(data.value);
    else call?.reject(new Error(String(data.value)));
  } else if (data.bridge === 'command') {
    obey(data.command);
  }
});

// --- Session tokens -------------------------------------------------------------------------------------------------

const idToken = async () => String(await ask('idToken', null));

/** The page between two: fetches a token and goes where the app wanted to go. */
const reloadTo = new URLSearchParams(location.search).get('shopify-reload');
if (reloadTo) {
  void idToken().then((token) => {
    const target = new URL(reloadTo, location.href);
    target.searchParams.set('id_token', token);
    location.replace(target.href);
  });
}

const plainFetch = window.fetch.bind(window);

function isOurs(url: URL): boolean {
  return url.origin === location.origin || url.hostname.endsWith(`.${location.hostname}`);
}

window.fetch = async (input, init) => {
  const request = new Request(input, init);
  if (!framed || !isOurs(new URL(request.url)) || request.headers.has('authorization')) {
    return plainFetch(request);
  }
  const withToken = async () => {
    const attempt = request.clone();
    attempt.headers.set('Authorization', `Bearer ${await idToken()}`);
    attempt.headers.set('X-Requested-With', 'XMLHttpRequest');
    return plainFetch(attempt);
  };
  const answer = await withToken();
  const stale =
    answer.status === 401 && answer.headers.get('X-Shopify-Retry-Invalid-Session-Request') === '1';
  const final = stale ? await withToken() : answer;
  const reauthorize = final.headers.get('X-Shopify-API-Request-Failure-Reauthorize-Url');
  if (reauthorize) window.open(new URL(reauthorize, location.href).href, '_top');
  return final;
};

// --- Navigation -----------------------------------------------------------------------------------------------------

let appNavigates = false;
const addListener = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, listener, options) {
  if (type === 'shopify:navigate') appNavigates = true;
  addListener.call(this, type, listener, options);
};

function tellPlace() {
  tell({ name: 'place', path: location.pathname + location.search, title: document.title });
}

for (const change of ['pushState', 'replaceState'] as const) {
  const original = history[change].bind(history);
  history[change] = (data: unknown, unused: string, url?: string | URL | null) => {
    original(data, unused, url);
    tellPlace();
  };
}
window.addEventListener('popstate', tellPlace);

function navigate(href: string) {
  const link = [...document.querySelectorAll('ui-nav-menu a, s-app-nav [href]')].find(
    (candidate) => candidate.getAttribute('href') === href,
  );
  const origin =
    link ?? document.body.appendChild(Object.assign(document.createElement('a'), { href, hidden: true }));
  origin.dispatchEvent(new CustomEvent('shopify:navigate', { bubbles: true, cancelable: true }));
  if (!link) origin.remove();
  if (!appNavigates) location.assign(href);
}

// --- Bars and menus that the admin draws ----------------------------------------------------------------------------

function buttonsOf(bar: Element): HTMLElement[] {
  return [...bar.querySelectorAll<HTMLElement>('button, a')].filter(
    (one) => one.closest('ui-save-bar, ui-title-bar') === bar,
  );
}

function drawn(button: HTMLElement): BarButton {
  const has = (name: string) => button.hasAttribute(name) && button.getAttribute(name) !== 'false';
  return {
    label: button.textContent?.trim() || (button.getAttribute('variant') === 'primary' ? 'Save' : 'Discard'),
    primary: button.getAttribute('variant') === 'primary',
    critical: button.getAttribute('tone') === 'critical',
    disabled: has('disabled') || has('loading'),
  };
}

/** The admin draws what these elements hold; they themselves take no room. */
abstract class DrawnByAdmin extends HTMLElement {
  #watch = new MutationObserver(() => this.tellAdmin());

  connectedCallback() {
    this.style.display = 'none';
    this.#watch.observe(this, { subtree: true, childList: true, characterData: true, attributes: true });
    // Children come after the element itself.
    queueMicrotask(() => this.tellAdmin());
  }

  disconnectedCallback() {
    this.#watch.disconnect();
    this.gone();
  }

  abstract tellAdmin(): void;
  abstract gone(): void;
}

class NavMenu extends DrawnByAdmin {
  tellAdmin() {
    const items: MenuItem[] = [...this.querySelectorAll('a, s-link')].map((link) => ({
      label: link.textContent?.trim() ?? '',
      href: link.getAttribute('href') ?? '/',
      home: link.getAttribute('rel') === 'home',
    }));
    tell({ name: 'menu', items });
  }
  gone() {
    tell({ name: 'menu', items: [] });
  }
}

class TitleBar extends DrawnByAdmin {
  static get observedAttributes() {
    return ['title'];
  }
  attributeChangedCallback() {
    if (this.isConnected) this.tellAdmin();
  }
  tellAdmin() {
    if (this.closest('ui-modal')) return;
    const buttons = buttonsOf(this).map(drawn);
    tell({ name: 'title', title: this.getAttribute('title') ?? document.title, buttons });
  }
  gone() {
    tell({ name: 'title', title: null, buttons: [] });
  }
}

class SaveBar extends DrawnByAdmin {
  showing = false;
  #set(visible: boolean) {
    if (this.showing === visible) return Promise.resolve();
    this.showing = visible;
    this.tellAdmin();
    this.dispatchEvent(new CustomEvent(visible ? 'show' : 'hide'));
    return Promise.resolve();
  }
  show() {
    return this.#set(true);
  }
  hide() {
    return this.#set(false);
  }
  toggle() {
    return this.#set(!this.showing);
  }
  tellAdmin() {
    if (this.showing || shownSaveBar === this) {
      shownSaveBar = this.showing ? this : null;
      tell({ name: 'saveBar', visible: this.showing, buttons: buttonsOf(this).map(drawn) });
    }
  }
  gone() {
    void this.hide();
  }
}
let shownSaveBar: SaveBar | null = null;

class Modal extends HTMLElement {
  showing = false;
  #dialog: HTMLDialogElement | null = null;
  #body = document.createElement('div');
  #heading = document.createElement('h2');
  #foot = document.createElement('footer');

  /** React fills this element. */
  get content() {
    return this.#body;
  }
  connectedCallback() {
    this.style.display = 'none';
  }
  disconnectedCallback() {
    this.#dialog?.remove();
    this.#dialog = null;
  }
  #open() {
    const dialog = document.createElement('dialog');
    dialog.className = 'app-bridge-modal';
    dialog.dataset.variant = this.getAttribute('variant') ?? 'base';
    const close = Object.assign(document.createElement('button'), { textContent: '\u00d7', type: 'button' });
    close.setAttribute('aria-label', 'Close');
    close.addEventListener('click', () => void this.hide());
    const head = document.createElement('header');
    head.append(this.#heading, close);
    const bar = this.querySelector('ui-title-bar');
    this.#heading.textContent = bar?.getAttribute('title') ?? '';
    dialog.setAttribute('aria-label', this.#heading.textContent || 'Dialog');
    this.#foot.replaceChildren(
      ...(bar ? buttonsOf(bar) : []).map((source) => {
        const { label, primary, critical, disabled } = drawn(source);
        const button = Object.assign(document.createElement('button'), {
          textContent: label,
          type: 'button',
          disabled,
        });
        button.className = `${primary ? 'primary' : ''} ${critical ? 'critical' : ''}`;
        button.addEventListener('click', () => source.click());
        return button;
      }),
    );
    // Without React the children themselves are the content.
    const own = [...this.children].filter(
      (child) => !child.matches('ui-title-bar, ui-save-bar') && child.childNodes.length > 0,
    );
    this.#body.append(...own.map((child) => child.cloneNode(true)));
    dialog.append(head, this.#body, this.#foot);
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      void this.hide();
    });
    document.body.append(dialog);
    dialog.showModal();
    this.#dialog = dialog;
  }
  show() {
    if (!this.showing) {
      this.showing = true;
      this.#open();
      this.dispatchEvent(new CustomEvent('show'));
    }
    return Promise.resolve();
  }
  hide() {
    if (this.showing) {
      this.showing = false;
      this.#dialog?.remove();
      this.#dialog = null;
      this.dispatchEvent(new CustomEvent('hide'));
    }
    return Promise.resolve();
  }
  toggle() {
    return this.showing ? this.hide() : this.show();
  }
}

customElements.define('ui-nav-menu', NavMenu);
customElements.define('s-app-nav', class extends NavMenu {});
customElements.define('ui-title-bar', TitleBar);
customElements.define('ui-save-bar', SaveBar);
customElements.define('ui-modal', Modal);

// A sheet and not an element: the app's pages hydrate the whole document, where one more node in the head is a mismatch.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
ui-nav-menu, s-app-nav, ui-title-bar, ui-save-bar, ui-modal { display: none }
.app-bridge-modal { border: 0; border-radius: 12px; padding: 0; width: min(620px, calc(100vw - 32px)); max-height: calc(100vh - 64px); box-shadow: 0 20px 60px rgb(0 0 0 / .28); font: 14px/1.4 Inter, system-ui, sans-serif; color: #303030 }
.app-bridge-modal[data-variant=small] { width: min(380px, calc(100vw - 32px)) }
.app-bridge-modal[data-variant=large], .app-bridge-modal[data-variant=max] { width: min(980px, calc(100vw - 32px)) }
.app-bridge-modal::backdrop { background: rgb(0 0 0 / .45) }
.app-bridge-modal > header { display: flex; justify-content: space-between; align-items: center; padding: 12px 16px; background: #f3f3f3; border-bottom: 1px solid #e3e3e3 }
.app-bridge-modal > header h2 { font-size: 14px; font-weight: 650; margin: 0 }
.app-bridge-modal > header button { border: 0; background: none; font-size: 20px; line-height: 1; cursor: pointer; padding: 4px 8px; border-radius: 8px }
.app-bridge-modal > footer { display: flex; flex-direction: row-reverse; gap: 8px; padding: 12px 16px; border-top: 1px solid #e3e3e3 }
.app-bridge-modal > footer:empty { display: none }
.app-bridge-modal > footer button { font: inherit; font-weight: 550; padding: 6px 12px; border-radius: 8px; border: 1px solid #c9c9c9; background: #fff; cursor: pointer }
.app-bridge-modal > footer .primary { background: #303030; border-color: #303030; color: #fff }
.app-bridge-modal > footer .critical { background: #b3261e; border-color: #b3261e; color: #fff }
`);
document.adoptedStyleSheets.push(sheet);

/** `<form data-save-bar>` shows the save bar by itself once something in it was changed. */
const formBars = new WeakMap<HTMLFormElement, SaveBar>();
function barOfForm(target: EventTarget | null): SaveBar | null {
  const form = target instanceof Element ? target.closest<HTMLFormElement>('form[data-save-bar]') : null;
  if (!form) return null;
  const known = formBars.get(form);
  if (known) return known;
  const bar = new SaveBar();
  const save = Object.assign(document.createElement('button'), { textContent: 'Save' });
  save.setAttribute('variant', 'primary');
  save.addEventListener('click', () => form.requestSubmit());
  const discard = Object.assign(document.createElement('button'), { textContent: 'Discard' });
  discard.addEventListener('click', () => form.reset());
  bar.append(save, discard);
  document.body.append(bar);
  formBars.set(form, bar);
  form.addEventListener('reset', () => void bar.hide());
  form.addEventListener('submit', () => void bar.hide());
  return bar;
}
document.addEventListener('input', ({ target }) => void barOfForm(target)?.show());
document.addEventListener('change', ({ target }) => void barOfForm(target)?.show());

// --- Commands of the admin ------------------------------------------------------------------------------------------

interface ToastOptions {
  duration?: number;
  isError?: boolean;
  action?: string;
  onAction?: () => void;
  onDismiss?: () => void;
}
const toasts = new Map<string, ToastOptions>();
let lastToast = 0;

function obey(command: BridgeCommand) {
  if (command.name === 'navigate') {
    navigate(command.href);
  } else if (command.name === 'press') {
    const bar = command.bar === 'saveBar' ? shownSaveBar : document.querySelector('ui-title-bar');
    if (bar) buttonsOf(bar)[command.index]?.click();
  } else if (command.name === 'toastAction') {
    toasts.get(command.id)?.onAction?.();
  } else {
    toasts.get(command.id)?.onDismiss?.();
    toasts.delete(command.id);
  }
}

function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`App Bridge: there is no such element: ${id}`);
  return element;
}

const notHere = (name: string) => () => Promise.reject(new Error(`The sandbox's App Bridge has no ${name}`));

Object.assign(window, {
  shopify: {
    config,
    origin: adminOrigin,
    ready: Promise.resolve(),
    environment: { mobile: false, embedded: framed, pos: false, intent: false },
    idToken,
    user: () => ask('user', null),
    loading: (on = true) => tell({ name: 'loading', on }),
    toast: {
      show(text: string, options: ToastOptions = {}) {
        const id = `toast-${++lastToast}`;
        toasts.set(id, options);
        const { duration = 5000, isError = false, action = null } = options;
        tell({ name: 'toast', id, text, error: isError, action, duration });
        return id;
      },
      hide: (id: string) => tell({ name: 'hideToast', id }),
    },
    modal: {
      show: (id: string) => byId(id, Modal).show(),
      hide: (id: string) => byId(id, Modal).hide(),
      toggle: (id: string) => byId(id, Modal).toggle(),
    },
    saveBar: {
      show: (id: string) => byId(id, SaveBar).show(),
      hide: (id: string) => byId(id, SaveBar).hide(),
      toggle: (id: string) => byId(id, SaveBar).toggle(),
      async leaveConfirmation() {
        if (shownSaveBar && !(await ask('leave', null))) await new Promise(() => undefined);
      },
    },
    scopes: {
      query: () => ask('scopesQuery', null),
      request: (scopes: string[]) => ask('scopesRequest', scopes),
      revoke: (scopes: string[]) => ask('scopesRevoke', scopes),
    },
    app: { extensions: () => ask('extensions', null) },
    webVitals: { onReport: () => Promise.resolve() },
    support: { registerHandler: () => undefined },
    resourcePicker: notHere('resourcePicker'),
    picker: notHere('picker'),
    reviews: { request: notHere('reviews') },
    intents: { invoke: notHere('intents') },
  },
});

// Links that leave the frame: `shopify://admin/…` and the like are for the admin around us.
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const href = link?.getAttribute('href');
  if (!href?.startsWith('shopify://admin')) return;
  event.preventDefault();
  window.open(
    `${adminOrigin}/admin/store/${config.shop.replace('.myshopify.com', '')}${href.slice('shopify://admin'.length)}`,
    '_top',
  );
});

new MutationObserver(tellPlace).observe(document.head, {
  subtree: true,
  childList: true,
  characterData: true,
});
tellPlace();
