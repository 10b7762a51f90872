/**
 * Every page of the admin, in one list. The gallery, the tests of every page, the tests of strangers at every route and
 * the measurement of the admin work from it: a new page is one line here, and a route that is missing fails a test.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** What addresses are made of. */
export interface Places {
  pixelId: string;
  /** Event ids of orders, by how they ended. */
  sent: string;
  skipped: string;
}

export interface AdminPage {
  /** The picture's file name, and the page's name in tests. */
  name: string;
  /** The route's file, without its ending. */
  route: string;
  path: (at: Places) => string;
  /** What its forms say they intend; empty where the page has none. */
  intents: readonly string[];
}

function page(
  name: string,
  route: string,
  path: AdminPage['path'] | string,
  ...intents: string[]
): AdminPage {
  return { name, route, path: typeof path === 'string' ? () => path : path, intents };
}

export const ADMIN_PAGES: readonly AdminPage[] = [
  page('home', 'app._index', '/app', 'dismiss', 'sharing'),
  page('pixels', 'app.pixels._index', '/app/pixels'),
  page('pixel-new', 'app.pixels.new', '/app/pixels/new', 'save'),
  page(
    'pixel',
    'app.pixels.$id',
    ({ pixelId }) => `/app/pixels/${pixelId}`,
    ...['save', 'test', 'pause', 'resume', 'remove'],
  ),
  page('events', 'app.events', '/app/events', 'save', 'undo'),
  page('sources', 'app.sources', '/app/sources', 'look', 'save', 'undo'),
  page('values', 'app.values', '/app/values', 'look', 'catalogue', 'save', 'undo'),
  page('storefront', 'app.storefront', '/app/storefront', 'check', 'connect', 'save', 'undo'),
  page('log', 'app.log._index', '/app/log', 'find'),
  page(
    'event-sent',
    'app.log.$pixelId.$eventId',
    ({ pixelId, sent }) => `/app/log/${pixelId}/${sent}`,
    ...['plan', 'resend'],
  ),
  page(
    'event-skipped',
    'app.log.$pixelId.$eventId',
    ({ pixelId, skipped }) => `/app/log/${pixelId}/${skipped}`,
    ...['plan', 'resend'],
  ),
  page('ledger', 'app.ledger._index', '/app/ledger', 'check'),
  page('ledger-part', 'app.ledger.orders', '/app/ledger/orders?part=outside'),
  page('ledger-sheet', 'app.ledger.print', '/app/ledger/print'),
  page('backfill', 'app.ledger.backfill', '/app/ledger/backfill', 'look', 'begin', 'stop', 'resume'),
  page('settings', 'app.settings._index', '/app/settings', 'save', 'undo'),
  page('settings-alerts', 'app.settings.alerts', '/app/settings/alerts', 'save', 'test', 'undo'),
  page('settings-carry', 'app.settings.carry', '/app/settings/carry', 'look', 'apply', 'undo'),
  page('settings-data', 'app.settings.data', '/app/settings/data', 'save', 'undo'),
  page('settings-store', 'app.settings.store', '/app/settings/store', 'disconnect', 'reset', 'erase', 'undo'),
  page('audit', 'app.audit', '/app/audit'),
  page('guides', 'app.guides._index', '/app/guides'),
  page('guide', 'app.guides.$slug', '/app/guides/turn-off-tiktok-data-sharing', 'check'),
];

/** Routes that answer with a file and show nothing. */
export const ADMIN_FILES: readonly AdminPage[] = [
  page('log-csv', 'app.log.csv', '/app/log/csv', 'download'),
  page('ledger-csv', 'app.ledger.csv', '/app/ledger/csv'),
];

const ROUTES = new URL('../../app/routes/', import.meta.url);

/** The app's routes as they lie in the folder: whether they read anything, and whether forms are sent to them. */
export function adminRoutes(): { route: string; loads: boolean; acts: boolean }[] {
  const exports = (code: string, name: string): boolean =>
    new RegExp(`^export (async )?(function|const) ${name}\\b`, 'm').test(code);
  return readdirSync(ROUTES)
    .filter((file) => file.startsWith('app.') && file !== 'app.tsx')
    .map((file) => {
      const code = readFileSync(new URL(file, ROUTES), 'utf8');
      return {
        route: file.replace(/\.tsx?$/, ''),
        loads: exports(code, 'loader'),
        acts: exports(code, 'action'),
      };
    });
}

/** What belongs to one store has an id in its address, and is not there for another. */
export const isOwn = ({ route }: AdminPage): boolean => /\$\w*id/i.test(route);
