/** Pieces of the control pages: buttons and forms that name a command, and fields that show where a switch stands. */

import { escapeHtml } from '../http.ts';

/** A button that runs a command with fixed arguments. */
export function button(
  label: string,
  command: string,
  given: Record<string, unknown> = {},
  kind = '',
): string {
  return `<button type="button" class="${kind}" data-command="${escapeHtml(command)}" data-given="${escapeHtml(
    JSON.stringify(given),
  )}">${escapeHtml(label)}</button>`;
}

/** A form whose fields are the command's arguments. */
export function form(
  command: string,
  fields: string[],
  submit: string,
  given: Record<string, unknown> = {},
): string {
  return `<form data-command="${escapeHtml(command)}" data-given="${escapeHtml(JSON.stringify(given))}">
${fields.join('\n')}
<button>${escapeHtml(submit)}</button>
</form>`;
}

export function choose(
  label: string,
  name: string,
  options: readonly (string | [value: string, shown: string])[],
  chosen = '',
): string {
  const items = options.map((option) => {
    const [value, shown] = typeof option === 'string' ? [option, option] : option;
    return `<option value="${escapeHtml(value)}"${value === chosen ? ' selected' : ''}>${escapeHtml(shown)}</option>`;
  });
  return `<label>${escapeHtml(label)}<select name="${escapeHtml(name)}">${items.join('')}</select></label>`;
}

export function number(label: string, name: string, value: number | '', step = 'any'): string {
  return `<label>${escapeHtml(label)}<input type="number" min="0" step="${step}" name="${escapeHtml(name)}" value="${value}"></label>`;
}

export function text(label: string, name: string, value: string, hint = ''): string {
  return `<label>${escapeHtml(label)}<input name="${escapeHtml(name)}" value="${escapeHtml(value)}" placeholder="${escapeHtml(hint)}"></label>`;
}

export function tick(label: string, name: string, on: boolean): string {
  return `<label class="tick"><input type="checkbox" name="${escapeHtml(name)}"${on ? ' checked' : ''}>${escapeHtml(label)}</label>`;
}

export function link(href: string, shown: string): string {
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener">${escapeHtml(shown)}</a>`;
}

export function section(title: string, hint: string, ...content: string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>${hint ? `<p class="hint">${escapeHtml(hint)}</p>` : ''}${content.join('\n')}</section>`;
}

export function page(title: string, lead: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} (sandbox)</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/control/page.css">
</head>
<body>
<header>
<div><h1>${escapeHtml(title)}</h1><p>${escapeHtml(lead)}</p></div>
<nav><a href="/story">Try this</a><a href="/control">Control</a><a href="/events-manager">Events Manager</a></nav>
</header>
<main>${main}</main>
<div id="says" role="status" aria-live="polite"></div>
<script src="/control/page.js"></script>
</body>
</html>`;
}
