/** The page that holds the app: its frame, and what App Bridge lets the admin draw around it. */

import { createHmac } from 'node:crypto';
import { escapeHtml, scriptJson } from '../../http.ts';
import { worldMemory, type SandboxShop, type SandboxStaff, type World } from '../../world.ts';
import { mintSessionToken } from '../session-token.ts';
import { adminPage } from './layout.ts';

export function hostParameter(shop: SandboxShop): string {
  return Buffer.from(`admin.shopify.com/store/${shop.handle}`).toString('base64').replace(/=+$/, '');
}

export function sessionIdOf(staff: SandboxStaff): string {
  return `5a4db0c5-0000-4000-8000-${staff.id.slice(-12).padStart(12, '0')}`;
}

/** `addressToken: 'ended'` opens the app as a tab does that slept for a while; App Bridge's own tokens are always fresh. */
export const appFrameSwitches = worldMemory((): { addressToken: 'fresh' | 'ended' } => ({
  addressToken: 'fresh',
}));

export function sessionTokenFor(
  world: World,
  shop: SandboxShop,
  staff: SandboxStaff,
  lifetime?: number,
): string {
  return mintSessionToken({
    ...(lifetime === undefined ? {} : { lifetime }),
    domain: shop.domain,
    apiKey: world.app.apiKey,
    secret: world.app.apiSecret,
    userId: staff.id,
    sid: sessionIdOf(staff),
    jti: world.random.uuid(),
  });
}

/** The app's address as the admin opens it: its own path and query, and what Shopify adds and signs. */
export function appAddress(
  world: World,
  shop: SandboxShop,
  staff: SandboxStaff,
  path: string,
  query: URLSearchParams,
): string {
  const address = new URL(path.replace(/^\/*/, '/'), `${world.app.url}/`);
  const parameters = new URLSearchParams(query);
  parameters.set('embedded', '1');
  parameters.set('host', hostParameter(shop));
  const ended = appFrameSwitches(world).addressToken === 'ended';
  parameters.set('id_token', sessionTokenFor(world, shop, staff, ended ? -120 : undefined));
  parameters.set('locale', staff.locale);
  parameters.set('session', sessionIdOf(staff).replaceAll('-', ''));
  parameters.set('shop', shop.domain);
  parameters.set('timestamp', String(Math.floor(Date.now() / 1000)));
  parameters.sort();
  const signed = [...parameters].map(([name, value]) => `${name}=${value}`).join('&');
  parameters.set('hmac', createHmac('sha256', world.app.apiSecret).update(signed).digest('hex'));
  address.search = parameters.toString();
  return address.href;
}

export function appFramePage(
  world: World,
  shop: SandboxShop,
  staff: SandboxStaff,
  path: string,
  query: URLSearchParams,
): string {
  const store = `/admin/store/${shop.handle}`;
  const page = {
    appOrigin: new URL(world.app.url).origin,
    base: `${store}/apps/tock`,
    bridge: `${store}/bridge`,
  };
  const content = `
<div class="titlebar"><strong><span class="dot" aria-hidden="true"></span>${escapeHtml(world.app.name)}</strong><span class="space"></span><span id="app-actions" class="row"></span></div>
<div id="save-bar" role="region" aria-label="Unsaved changes" hidden><span>Unsaved changes</span><span class="space"></span><span id="save-buttons"></span></div>
<div id="progress" role="progressbar" aria-label="Loading" hidden></div>
<iframe id="app-frame" title="${escapeHtml(world.app.name)}" data-src="${escapeHtml(appAddress(world, shop, staff, path, query))}" allow="clipboard-write"></iframe>
<div id="toasts"></div>
<dialog id="scopes-dialog"><form method="dialog"><h2>${escapeHtml(world.app.name)} asks for more permissions</h2><p class="soft">It wants to:</p><ul id="scopes-list"></ul><div class="row"><button class="button" value="no">Cancel</button><button class="button primary" value="yes">Allow</button></div></form></dialog>
<dialog id="leave-dialog"><form method="dialog"><h2>Leave page with unsaved changes?</h2><p>Leaving this page discards all changes that were not saved.</p><div class="row"><button class="button" value="no">Stay</button><button class="button critical" value="yes">Leave page</button></div></form></dialog>
<script type="application/json" id="shell-page">${scriptJson(page)}</script>
<script src="/admin/shell.js"></script>`;
  return adminPage({ world, shop, staff, title: world.app.name, place: 'app', content, full: true });
}

export function installPage(
  world: World,
  shop: SandboxShop,
  staff: SandboxStaff,
  scopes: readonly string[],
): string {
  const store = `/admin/store/${shop.handle}`;
  const list = scopes.map((scope) => `<li><code>${escapeHtml(scope)}</code></li>`).join('');
  const content = `<h1>Install ${escapeHtml(world.app.name)}</h1>
<section class="card"><p>You are about to install <strong>${escapeHtml(world.app.name)}</strong> on <strong>${escapeHtml(shop.name)}</strong>. It will be able to:</p><ul>${list}</ul>
<div class="row"><form method="post" action="${store}/apps/tock/install" class="act"><button class="button primary">Install</button></form><a class="button" href="${store}/apps">Cancel</a></div></section>`;
  return adminPage({ world, shop, staff, title: `Install ${world.app.name}`, place: 'apps', content });
}
