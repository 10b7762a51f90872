/** The frame of every page of the sandbox's admin: top bar with stores and staff, side bar, content. */

import { escapeHtml } from '../../http.ts';
import type { SandboxShop, SandboxStaff, World } from '../../world.ts';

export interface LayoutInput {
  world: World;
  shop: SandboxShop;
  staff: SandboxStaff;
  title: string;
  /** Which entry of the side bar is shown as the current one. */
  place: 'home' | 'orders' | 'apps' | 'app' | 'themes' | 'settings';
  content: string;
  /** Fills the window's height with no margin: the app's frame and the theme editor. */
  full?: boolean;
  head?: string;
}

const roleWords = { owner: 'Store owner', staff: 'Staff', collaborator: 'Collaborator' };

function initials(text: string): string {
  return text
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
}

function switcher(id: string, label: string, sub: string, entries: string): string {
  return `<details class="switcher" id="${id}"><summary><span class="badge" aria-hidden="true">${escapeHtml(initials(label))}</span>
    <span class="who"><strong>${escapeHtml(label)}</strong><small>${escapeHtml(sub)}</small></span></summary><div class="drop">${entries}</div></details>`;
}

export function adminPage({
  world,
  shop,
  staff,
  title,
  place,
  content,
  full = false,
  head = '',
}: LayoutInput): string {
  const base = `/admin/store/${shop.handle}`;
  const { install } = shop;
  const entry = (at: LayoutInput['place'], href: string, label: string, more = '') =>
    `<li><a href="${href}"${place === at ? ' aria-current="page"' : ''}${more}>${label}</a></li>`;
  const stores = [...world.shops.values()]
    .map(
      (other) =>
        `<a href="/admin/store/${other.handle}${place === 'app' ? '/apps/tock' : ''}"${other === shop ? ' aria-current="true"' : ''}>${escapeHtml(other.name)}<small>${escapeHtml(other.domain)}</small></a>`,
    )
    .join('');
  const people = shop.staff
    .map(
      (person) =>
        `<form method="post" action="${base}/staff"><input type="hidden" name="back" value="${place === 'app' ? `${base}/apps/tock` : base}"><button name="staff" value="${person.id}"${person === staff ? ' aria-current="true"' : ''}>${escapeHtml(person.firstName)}<small>${roleWords[person.role]}</small></button></form>`,
    )
    .join('');
  const name = `${staff.firstName} ${staff.lastName}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)} · Admin sandbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/admin/admin.css">
${head}
</head>
<body class="${full ? 'full' : ''}">
<header class="top">
  <a class="brand" href="${base}">Admin <em>sandbox</em></a>
  ${switcher('stores', shop.name, shop.domain, stores)}
  <span class="space"></span>
  ${switcher('people', name, roleWords[staff.role], people)}
</header>
<nav class="side" aria-label="Admin">
  <ul>
    ${entry('home', base, 'Home')}
    ${entry('orders', `${base}/orders`, 'Orders')}
    ${entry('themes', `${base}/themes/current/editor`, 'Online store')}
    ${entry('apps', `${base}/apps`, 'Apps')}
    ${
      install.installed
        ? `<li class="app">${`<a id="app-home" href="${base}/apps/tock"${place === 'app' ? ' aria-current="page"' : ''}><span class="dot" aria-hidden="true"></span>${escapeHtml(world.app.name)}</a>`}<div id="app-menu" class="sub"></div></li>`
        : ''
    }
  </ul>
  <ul class="low">${entry('settings', `${base}/settings`, 'Settings')}<li class="away"><a href="${escapeHtml(world.storefrontUrl(shop))}/" target="_blank" rel="noreferrer">Visit the store</a></li></ul>
</nav>
<main>${content}</main>
</body>
</html>`;
}

export function card(heading: string, body: string): string {
  return `<section class="card"><h2>${escapeHtml(heading)}</h2>${body}</section>`;
}

/** A one-button form. */
export function act(action: string, label: string, fields: Record<string, string> = {}, look = ''): string {
  const hidden = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  return `<form method="post" action="${escapeHtml(action)}" class="act">${hidden}<button class="button ${look}">${escapeHtml(label)}</button></form>`;
}

export const adminStyles = `
* { box-sizing: border-box }
:root { --ink: #303030; --soft: #616161; --line: #e3e3e3; --ground: #f1f1f1; --paper: #fff; --dark: #1f2326; --focus: #2463eb }
html, body { margin: 0; height: 100% }
body { font: 14px/1.45 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink); background: var(--ground);
  display: grid; grid-template: 52px 1fr / 232px 1fr; grid-template-areas: "top top" "side main" }
a { color: #1c4f9c }
a:focus-visible, button:focus-visible, summary:focus-visible, input:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px }
[hidden] { display: none !important }
.top { grid-area: top; display: flex; align-items: center; gap: 12px; padding: 0 12px; background: var(--dark); color: #e8eaeb; position: sticky; top: 0; z-index: 5 }
.brand { color: #fff; text-decoration: none; font-weight: 650; padding: 6px 8px; border-radius: 8px; white-space: nowrap }
.brand em { font-style: normal; font-weight: 450; color: #aeb4b9 }
.space { flex: 1 }
.switcher { position: relative }
.switcher summary { display: flex; gap: 8px; align-items: center; list-style: none; cursor: pointer; padding: 4px 8px; border-radius: 10px }
.switcher summary::-webkit-details-marker { display: none }
.switcher summary:hover { background: #33393d }
.badge { width: 28px; height: 28px; border-radius: 8px; display: grid; place-items: center; font-size: 11px; font-weight: 650; background: #4b6b5f; color: #fff }
#people .badge { background: #6a5a86 }
.who { display: grid; line-height: 1.2 }
.who small, .drop small { color: #aeb4b9; font-size: 11px; display: block }
.drop { position: absolute; right: 0; top: calc(100% + 6px); min-width: 230px; background: var(--paper); color: var(--ink); border-radius: 12px; padding: 6px; box-shadow: 0 12px 40px rgb(0 0 0 / .25); z-index: 10 }
#stores .drop { left: 0; right: auto }
.drop a, .drop button { display: block; width: 100%; text-align: left; font: inherit; color: inherit; text-decoration: none; border: 0; background: none; padding: 8px 10px; border-radius: 8px; cursor: pointer }
.drop a:hover, .drop button:hover { background: #f3f3f3 }
.drop [aria-current] { background: #ececec; font-weight: 600 }
.drop small { color: var(--soft); font-weight: 400 }
.side { grid-area: side; background: #e9e9e9; padding: 12px 8px; display: flex; flex-direction: column; overflow: auto }
.side ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 2px }
.side .low { margin-top: auto; padding-top: 12px }
.side a { display: flex; gap: 8px; align-items: center; padding: 6px 10px; border-radius: 8px; color: var(--ink); text-decoration: none; font-weight: 500 }
.side a:hover { background: #f4f4f4 }
.side a[aria-current] { background: var(--paper); font-weight: 600 }
.side .app { margin-top: 12px; border-top: 1px solid #d6d6d6; padding-top: 12px }
.dot { width: 16px; height: 16px; border-radius: 5px; background: linear-gradient(135deg, #21c7bd 50%, #f0386b 50%) }
.sub { display: grid; gap: 2px; padding-left: 24px }
.sub a { font-weight: 450; color: var(--soft) }
main { grid-area: main; padding: 24px 20px 60px; overflow: auto; width: 100%; max-width: 1040px; justify-self: center }
.full main { padding: 0; max-width: none; overflow: hidden; display: grid; grid-template-rows: auto 1fr; position: relative }
h1 { font-size: 20px; font-weight: 650; margin: 0 0 16px }
h2 { font-size: 14px; font-weight: 650; margin: 0 0 8px }
p { margin: 0 0 8px }
.card { background: var(--paper); border-radius: 12px; padding: 16px; margin-bottom: 16px; box-shadow: 0 1px 0 rgb(0 0 0 / .07), inset 0 0 0 1px rgb(0 0 0 / .06) }
.card p:last-child { margin-bottom: 0 }
.soft { color: var(--soft) }
.row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap }
.between { justify-content: space-between }
.act { display: inline }
.button { font: inherit; font-weight: 550; font-size: 13px; padding: 6px 12px; border-radius: 8px; border: 1px solid #c9c9c9; background: var(--paper); color: var(--ink); cursor: pointer; text-decoration: none; display: inline-block; min-height: 32px }
.button:hover { background: #fafafa }
.button:disabled { color: #a8a8a8; cursor: default }
.primary { background: #303030; border-color: #303030; color: #fff }
.primary:hover { background: #1a1a1a }
.critical { background: #b3261e; border-color: #b3261e; color: #fff }
.critical:hover { background: #8f1d17 }
.tag { display: inline-block; border-radius: 999px; padding: 1px 9px; font-size: 12px; font-weight: 550; background: #ececec; color: #4a4a4a }
.tag.good { background: #d5f2dd; color: #14532d }
.tag.warn { background: #ffe8c2; color: #6b4400 }
.tag.bad { background: #fddcd9; color: #7f1d1d }
code { font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; background: #f3f3f3; padding: 1px 5px; border-radius: 5px; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 550; color: var(--soft); font-size: 12px }
th, td { padding: 8px 8px 8px 0; border-bottom: 1px solid var(--line); vertical-align: middle }
tr:last-child > * { border-bottom: 0 }
td .button { font-size: 12px; padding: 2px 8px; min-height: 26px }
.scroll { overflow-x: auto }
fieldset { border: 0; padding: 0; margin: 0 0 12px; display: grid; gap: 6px }
legend { font-weight: 550; margin-bottom: 6px; padding: 0 }
.check { display: flex; gap: 8px; align-items: baseline }
.titlebar { display: flex; align-items: center; gap: 8px; min-height: 44px; padding: 6px 16px; background: var(--paper); border-bottom: 1px solid var(--line) }
.titlebar strong { display: flex; gap: 8px; align-items: center; font-weight: 600 }
.titlebar .space { flex: 1 }
#app-frame { border: 0; width: 100%; height: 100%; background: var(--ground) }
#save-bar { position: absolute; inset: 0 0 auto 0; z-index: 4; min-height: 52px; background: #1f2326; color: #fff; display: flex; align-items: center; gap: 8px; padding: 8px 16px }
#save-bar .space { flex: 1 }
#save-bar .button { background: #3a4045; border-color: #3a4045; color: #fff }
#save-bar .button.primary { background: #fff; border-color: #fff; color: #1f2326; order: 2 }
#save-bar #save-buttons { display: flex; gap: 8px }
#toasts { position: fixed; bottom: 24px; left: 50%; transform: translateX(-50%); display: grid; gap: 8px; z-index: 20; width: max-content; max-width: calc(100vw - 32px) }
.toast { background: #1f2326; color: #fff; border-radius: 10px; padding: 10px 12px 10px 16px; display: flex; gap: 12px; align-items: center; box-shadow: 0 8px 30px rgb(0 0 0 / .3) }
.toast.error { background: #8e1f1a }
.toast button { font: inherit; border: 0; background: none; color: #d3e2ff; cursor: pointer; padding: 2px 6px }
#progress { position: absolute; inset: 0 0 auto 0; height: 3px; z-index: 6; background: linear-gradient(90deg, transparent, #21c7bd, transparent); background-size: 50% 100%; animation: slide 1.2s linear infinite }
@keyframes slide { from { background-position: -60% 0 } to { background-position: 160% 0 } }
dialog { border: 0; border-radius: 12px; padding: 20px; width: min(440px, calc(100vw - 32px)); color: var(--ink); box-shadow: 0 20px 60px rgb(0 0 0 / .3) }
dialog::backdrop { background: rgb(0 0 0 / .45) }
dialog .row { justify-content: flex-end; margin-top: 16px }
.editor { display: grid; grid-template-columns: 320px 1fr; min-height: 0 }
.editor aside { background: var(--paper); border-right: 1px solid var(--line); padding: 16px; overflow: auto }
.editor iframe { border: 0; width: 100%; height: 100%; background: #fff }
.embed { border: 1px solid var(--line); border-radius: 10px; padding: 12px; display: flex; gap: 12px; align-items: center; justify-content: space-between }
.toggle { appearance: none; width: 38px; height: 22px; border-radius: 999px; background: #b5b5b5; position: relative; cursor: pointer; margin: 0; flex: none; transition: background .12s }
.toggle::after { content: ""; position: absolute; width: 16px; height: 16px; border-radius: 50%; background: #fff; left: 3px; top: 3px; transition: left .12s }
.toggle:checked { background: #303030 }
.toggle:checked::after { left: 19px }
@media (prefers-reduced-motion: reduce) { *, *::after { transition: none !important; animation: none !important } }
@media (max-width: 760px) {
  body { grid-template: auto auto 1fr / minmax(0, 1fr); grid-template-areas: "top" "side" "main" }
  body.full { height: 100dvh }
  .brand { display: none }
  .who small { display: none }
  .who strong { max-width: 30vw; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
  .side { flex-flow: row wrap; padding: 4px 8px; gap: 2px; min-width: 0; overflow: hidden }
  .side ul { display: contents }
  .side a { white-space: nowrap; padding: 6px 8px }
  .side .away { display: none }
  .side .app { order: 1; flex-basis: 100%; min-width: 0; max-width: 100%; margin: 2px 0 0; padding: 4px 0 0; display: flex; overflow-x: auto; scrollbar-width: none }
  .sub { display: flex; padding: 0 }
  main { padding: 16px 12px 48px }
  .editor { grid-template-columns: 1fr; grid-template-rows: auto 1fr }
  .editor aside { border-right: 0; border-bottom: 1px solid var(--line) }
}
`;
