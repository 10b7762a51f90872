/** The admin's side of App Bridge: draws what the framed app tells and answers what it asks. */

import {
  isBridgeMessage,
  type BarButton,
  type BridgeCalls,
  type BridgeCommand,
  type BridgeMessage,
  type BridgeNotice,
  type ScopesDetail,
} from './protocol.ts';

interface ShellPage {
  appOrigin: string;
  /** `/admin/store/<handle>/apps/tock` */
  base: string;
  /** `/admin/store/<handle>/bridge` */
  bridge: string;
}

function demand<T extends Element>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${id}`);
  return element;
}

const page: ShellPage = JSON.parse(demand('shell-page', HTMLScriptElement).textContent ?? '{}');
const frame = demand('app-frame', HTMLIFrameElement);
const menu = demand('app-menu', HTMLElement);
const actions = demand('app-actions', HTMLElement);
const saveBar = demand('save-bar', HTMLElement);
const saveButtons = demand('save-buttons', HTMLElement);
const toastPlace = demand('toasts', HTMLElement);
const progress = demand('progress', HTMLElement);
const scopesDialog = demand('scopes-dialog', HTMLDialogElement);
const leaveDialog = demand('leave-dialog', HTMLDialogElement);

function post(message: BridgeMessage) {
  frame.contentWindow?.postMessage(message, page.appOrigin);
}

function command(order: BridgeCommand) {
  post({ bridge: 'command', command: order });
}

function barButton(
  bar: 'title' | 'saveBar',
  { label, primary, critical, disabled }: BarButton,
  index: number,
) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.disabled = disabled;
  button.className = `button ${primary ? 'primary' : ''} ${critical ? 'critical' : ''}`;
  button.addEventListener('click', () => command({ name: 'press', bar, index }));
  return button;
}

let place = page.base;
let home = '/';

function drawPlace(path: string, title: string) {
  const url = new URL(path, page.appOrigin);
  for (const name of [
    'embedded',
    'hmac',
    'host',
    'id_token',
    'locale',
    'session',
    'shop',
    'timestamp',
    'shopify-reload',
  ]) {
    url.searchParams.delete(name);
  }
  if (url.pathname.startsWith('/auth/')) return;
  place = url.pathname === '/' ? page.base : page.base + url.pathname;
  history.replaceState(null, '', place + url.search);
  document.title = `${title || 'Tock'} · Admin sandbox`;
  for (const link of menu.querySelectorAll('a')) {
    const own = link.dataset.href ?? '';
    if (url.pathname === own || url.pathname.startsWith(`${own}/`)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function drawToast(toast: Extract<BridgeNotice, { name: 'toast' }>) {
  const box = document.createElement('div');
  box.className = toast.error ? 'toast error' : 'toast';
  box.id = toast.id;
  box.setAttribute('role', toast.error ? 'alert' : 'status');
  box.append(toast.text);
  if (toast.action) {
    const action = Object.assign(document.createElement('button'), {
      type: 'button',
      textContent: toast.action,
    });
    action.addEventListener('click', () => command({ name: 'toastAction', id: toast.id }));
    box.append(action);
  }
  const gone = () => {
    if (!box.isConnected) return;
    box.remove();
    command({ name: 'toastGone', id: toast.id });
  };
  const close = Object.assign(document.createElement('button'), { type: 'button', textContent: '\u00d7' });
  close.setAttribute('aria-label', 'Dismiss');
  close.addEventListener('click', gone);
  box.append(close);
  toastPlace.append(box);
  window.setTimeout(gone, toast.duration);
}

function draw(notice: BridgeNotice) {
  switch (notice.name) {
    case 'place':
      return drawPlace(notice.path, notice.title);
    case 'menu':
      home = notice.items.find((item) => item.home)?.href ?? '/';
      menu.replaceChildren(
        ...notice.items
          .filter((item) => !item.home)
          .map(({ label, href }) => {
            const link = document.createElement('a');
            link.href = page.base + href;
            link.dataset.href = href;
            link.textContent = label;
            link.addEventListener('click', (event) => {
              event.preventDefault();
              command({ name: 'navigate', href });
            });
            return link;
          }),
      );
      return drawPlace(place.slice(page.base.length) || '/', document.title.replace(/ · Admin sandbox$/, ''));
    case 'title':
      return actions.replaceChildren(
        ...notice.buttons.map((button, index) => barButton('title', button, index)),
      );
    case 'saveBar':
      saveButtons.replaceChildren(
        ...notice.buttons.map((button, index) => barButton('saveBar', button, index)),
      );
      saveBar.hidden = !notice.visible;
      return;
    case 'toast':
      return drawToast(notice);
    case 'hideToast':
      return document.getElementById(notice.id)?.remove();
    case 'loading':
      progress.hidden = !notice.on;
  }
}

async function bridge(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${page.bridge}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const value: Record<string, unknown> = await answer.json();
  if (!answer.ok) throw new Error(String(value.error));
  return value;
}

function decision(dialog: HTMLDialogElement): Promise<boolean> {
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
    dialog.showModal();
  });
}

async function requestScopes(scopes: string[]) {
  const detail = await scopesDetail('query', []);
  if (scopes.every((scope) => detail.granted.includes(scope))) return { result: 'granted-all', detail };
  const undeclared = scopes.filter(
    (scope) => !detail.optional.includes(scope) && !detail.required.includes(scope),
  );
  if (undeclared.length > 0) throw new Error(`Not declared as optional scopes: ${undeclared.join(', ')}`);
  demand('scopes-list', HTMLElement).replaceChildren(
    ...scopes.map((scope) => Object.assign(document.createElement('li'), { textContent: scope })),
  );
  if (!(await decision(scopesDialog))) return { result: 'declined-all', detail };
  return { result: 'granted-all', detail: await scopesDetail('grant', scopes) };
}

async function scopesDetail(action: 'query' | 'grant' | 'revoke', scopes: string[]): Promise<ScopesDetail> {
  const { granted, required, optional } = await bridge('scopes', { action, scopes });
  const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  return { granted: texts(granted), required: texts(required), optional: texts(optional) };
}

const answers: { [N in keyof BridgeCalls]: (asks: string[]) => Promise<unknown> } = {
  idToken: async () => (await bridge('session-token', {})).token,
  user: () => bridge('user', {}),
  extensions: async () => (await bridge('extensions', {})).extensions,
  scopesQuery: () => scopesDetail('query', []),
  scopesRequest: requestScopes,
  scopesRevoke: async (scopes) => ({ detail: await scopesDetail('revoke', scopes) }),
  leave: () => decision(leaveDialog),
};

window.addEventListener('message', ({ origin, source, data }: MessageEvent<unknown>) => {
  if (origin !== page.appOrigin || source !== frame.contentWindow || !isBridgeMessage(data)) return;
  if (data.bridge === 'notice') draw(data.notice);
  if (data.bridge !== 'call') return;
  const { id, name, asks } = data;
  answers[name](Array.isArray(asks) ? asks.map(String) : []).then(
    (value) => post({ bridge: 'answer', id, ok: true, value }),
    (error: unknown) =>
      post({
        bridge: 'answer',
        id,
        ok: false,
        value: error instanceof Error ? error.message : String(error),
      }),
  );
});

demand('app-home', HTMLAnchorElement).addEventListener('click', (event) => {
  event.preventDefault();
  command({ name: 'navigate', href: home });
});

// Only now, so that nothing the app says is missed.
frame.src = frame.dataset.src ?? 'about:blank';
