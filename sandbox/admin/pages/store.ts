/** The admin's own pages: home, orders, apps, settings, theme editor. */

import { escapeHtml } from '../../http.ts';
import type { SandboxOrder, SandboxShop, SandboxStaff, World } from '../../world.ts';
import { readDeployedApp } from '../app-files.ts';
import { compressed } from '../installation.ts';
import { act, adminPage, card } from './layout.ts';
import { orderActions } from './order-actions.ts';

type Viewer = [world: World, shop: SandboxShop, staff: SandboxStaff];

export function homePage(...[world, shop, staff]: Viewer): string {
  const store = `/admin/store/${shop.handle}`;
  const content = `<h1>${escapeHtml(shop.name)}</h1>
${card(
  'This is a sandbox',
  `<p>An invented store. Nothing here reaches Shopify or TikTok, and no real person is in it.</p>
   <p class="row"><a class="button primary" href="${store}/apps/tock">${shop.install.installed ? 'Open' : 'Install'} ${escapeHtml(world.app.name)}</a>
   <a class="button" href="${escapeHtml(world.storefrontUrl(shop))}/" target="_blank" rel="noreferrer">Visit the store</a>
   <a class="button" href="/events-manager">TikTok Events Manager</a> <a class="button" href="/control">Sandbox controls</a></p>`,
)}
${card(
  'The store',
  `<table><tbody><tr><th scope="row">Address</th><td><code>${escapeHtml(shop.domain)}</code></td></tr>
   <tr><th scope="row">Currency</th><td>${escapeHtml(shop.currency)}</td></tr>
   <tr><th scope="row">Time zone</th><td>${escapeHtml(shop.timeZone)}</td></tr>
   <tr><th scope="row">Country</th><td>${escapeHtml(shop.country)}</td></tr>
   <tr><th scope="row">Plan</th><td>${escapeHtml(shop.plan)}</td></tr>
   <tr><th scope="row">Products</th><td>${shop.products.length}</td></tr>
   <tr><th scope="row">Orders</th><td>${shop.orders.filter(({ deletedAt }) => deletedAt === null).length}</td></tr></tbody></table>`,
)}`;
  return adminPage({ world, shop, staff, title: shop.name, place: 'home', content });
}

const statusLook: Record<string, string> = { paid: 'good', pending: 'warn', refunded: 'bad', voided: 'bad' };

export function ordersPage(...[world, shop, staff]: Viewer): string {
  const store = `/admin/store/${shop.handle}`;
  const shown = shop.orders
    .filter(({ deletedAt }) => deletedAt === null)
    .slice(-100)
    .reverse();
  const time = new Intl.DateTimeFormat('en', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: shop.timeZone,
  });
  const actions = (order: SandboxOrder) =>
    Object.entries(orderActions)
      .filter(([, { fits }]) => fits(order))
      .map(([name, { label }]) => act(`${store}/orders/${order.id}`, label, { action: name }))
      .join('');
  const rows = shown
    .map(
      (
        order,
      ) => `<tr><td><strong>${escapeHtml(order.name)}</strong></td><td>${escapeHtml(time.format(new Date(order.processedAt)))}</td>
<td>${escapeHtml(order.email ?? order.phone ?? 'No contact')}</td><td>${escapeHtml(order.sourceName)}</td>
<td><span class="tag ${statusLook[order.financialStatus] ?? ''}">${escapeHtml(order.financialStatus.replaceAll('_', ' '))}</span>${order.cancelledAt ? ' <span class="tag bad">cancelled</span>' : ''}${order.test ? ' <span class="tag">test</span>' : ''}</td>
<td>${escapeHtml(order.currentTotal)} ${escapeHtml(order.currency)}</td><td><div class="row">${actions(order)}</div></td></tr>`,
    )
    .join('');
  const content = `<h1>Orders</h1>
<section class="card">${
    rows
      ? `<div class="scroll"><table><thead><tr><th>Order</th><th>Placed</th><th>Customer</th><th>Channel</th><th>Payment</th><th>Total</th><th>Change it</th></tr></thead><tbody>${rows}</tbody></table></div>`
      : `<p>No orders yet. <a href="${escapeHtml(world.storefrontUrl(shop))}/" target="_blank" rel="noreferrer">Buy something in the store</a>, or make orders on the <a href="/control">controls page</a>.</p>`
  }</section>`;
  return adminPage({ world, shop, staff, title: 'Orders', place: 'orders', content });
}

export function appsPage(...[world, shop, staff]: Viewer): string {
  const store = `/admin/store/${shop.handle}`;
  const { install } = shop;
  const scopes = (list: readonly string[]) =>
    list.map((scope) => `<code>${escapeHtml(scope)}</code>`).join(' ') || 'none';
  const state = install.installed
    ? '<span class="tag good">Installed</span>'
    : `<span class="tag">${install.uninstalledAt ? 'Uninstalled' : 'Not installed'}</span>`;
  const deployed = readDeployedApp();
  const wanted = [...deployed.scopes, ...deployed.optionalScopes];
  const boxes = wanted
    .map(
      (scope) =>
        `<label class="check"><input type="checkbox" name="scope" value="${escapeHtml(scope)}"${install.grantedScopes.includes(scope) ? ' checked' : ''}> <span><code>${escapeHtml(scope)}</code>${deployed.scopes.includes(scope) ? '' : ' <span class="soft">optional</span>'}</span></label>`,
    )
    .join('');
  const content = `<h1>Apps</h1>
<section class="card"><div class="row between"><div class="row"><span class="dot" aria-hidden="true"></span><strong>${escapeHtml(world.app.name)}</strong> ${state}</div>
<div class="row">${
    install.installed
      ? `<a class="button primary" href="${store}/apps/tock">Open</a>${act(`${store}/apps/tock/uninstall`, 'Uninstall', {}, 'critical')}`
      : `<a class="button primary" href="${store}/apps/tock">${install.uninstalledAt ? 'Reinstall' : 'Install'}</a>`
  }</div></div></section>
${
  install.installed
    ? card(
        'Permissions',
        `<p class="soft">Now granted: ${scopes(compressed(install.grantedScopes))}</p>
<form method="post" action="${store}/apps/tock/scopes"><fieldset><legend>Change what is granted, as a new version of the app or a merchant would</legend>${boxes}</fieldset><button class="button">Change and tell the app</button></form>`,
      )
    : ''
}
${card(
  'Not in the sandbox',
  '<p>The App Store, billing and other apps. A second sender to TikTok can be switched on at the <a href="/control">controls page</a>.</p>',
)}`;
  return adminPage({ world, shop, staff, title: 'Apps', place: 'apps', content });
}

export function settingsPage(...[world, shop, staff]: Viewer): string {
  const store = `/admin/store/${shop.handle}`;
  const approval = shop.protectedData;
  const box = (name: keyof typeof approval, label: string) =>
    `<label class="check"><input type="checkbox" name="${name}" value="1"${approval[name] ? ' checked' : ''}> ${escapeHtml(label)}</label>`;
  const people = shop.customers
    .map(
      (
        customer,
      ) => `<tr><td>${escapeHtml(customer.firstName)} ${escapeHtml(customer.lastName)}</td><td>${escapeHtml(customer.email ?? customer.phone ?? '')}</td>
<td><div class="row">${act(`${store}/settings/privacy`, 'Request data', { customer: customer.id, action: 'request' })}${act(`${store}/settings/privacy`, 'Erase now', { customer: customer.id, action: 'erase' }, 'critical')}</div></td></tr>`,
    )
    .join('');
  const content = `<h1>Settings</h1>
${card(
  'Protected customer data',
  `<p class="soft">What Shopify approved ${escapeHtml(world.app.name)} for. What is not approved arrives empty in webhooks, GraphQL and pixels.</p>
<form method="post" action="${store}/settings/protected-data"><fieldset>${box('customerData', 'Customer data at all (level 1)')}${box('name', 'Names')}${box('email', 'Email addresses')}${box('phone', 'Phone numbers')}${box('address', 'Addresses')}</fieldset><button class="button primary">Save</button></form>`,
)}
${card(
  'Test notification',
  `<p class="soft">A sample order, as Shopify sends one to try a webhook out. It must not become a conversion.</p>${act(`${store}/settings/test-webhook`, 'Send orders/create')}`,
)}
${card('Customer privacy', `<div class="scroll"><table><tbody>${people}</tbody></table></div>`)}`;
  return adminPage({ world, shop, staff, title: 'Settings', place: 'settings', content });
}

/** `asked` is set when the app's deep link brought the merchant here: the switch is on, but not saved. */
export function themeEditorPage(...[world, shop, staff, asked]: [...Viewer, asked: boolean]): string {
  const { embed } = readDeployedApp();
  const store = `/admin/store/${shop.handle}`;
  const on = shop.embedEnabled || asked;
  const switcher = !shop.install.installed
    ? `<p>No installed app brings an embed. <a href="${store}/apps">See the apps</a>.</p>`
    : embed
      ? `<form method="post" action="${store}/themes/current/editor" id="embeds">
<div class="embed"><label for="embed-switch"><strong>${escapeHtml(embed.name)}</strong><br><span class="soft">${escapeHtml(world.app.name)}</span></label>
<input class="toggle" type="checkbox" role="switch" id="embed-switch" name="enabled" value="1"${on ? ' checked' : ''}></div>
<p class="row" style="margin-top:12px"><button class="button primary" id="editor-save">Save</button><span class="soft" id="editor-state">${asked && !shop.embedEnabled ? 'Not saved yet' : 'Saved'}</span></p></form>
<script>document.getElementById('embed-switch').addEventListener('change', () => { document.getElementById('editor-state').textContent = 'Not saved yet' })</script>`
      : '<p>The app has no theme app embed.</p>';
  const content = `<div class="titlebar"><strong>${escapeHtml(shop.themes[0]?.name ?? 'Theme')}</strong><span class="tag good">Live</span><span class="space"></span><a class="button" href="${store}">Leave the editor</a></div>
<div class="editor"><aside><h2>App embeds</h2>${switcher}</aside><iframe title="Preview" src="${escapeHtml(world.storefrontUrl(shop))}/"></iframe></div>`;
  return adminPage({ world, shop, staff, title: 'Theme editor', place: 'themes', content, full: true });
}
