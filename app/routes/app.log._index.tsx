/** The log: what became of every event, newest first, with the way to each one's record. */
import type { ActionFunctionArgs, LinksFunction, LoaderFunctionArgs } from '@remix-run/node';
import {
  useFetcher,
  useLoaderData,
  useNavigate,
  useSearchParams,
  type ShouldRevalidateFunction,
} from '@remix-run/react';
import {
  Banner,
  Box,
  Button,
  Card,
  EmptyState,
  InlineStack,
  Page,
  Pagination,
  Tabs,
  Text,
} from '@shopify/polaris';
import { useEffect, useState } from 'react';

import type { Found } from '../delivery/shop-log.ts';
import { textOf } from '../ui/answer-settings.ts';
import { useDownload } from '../ui/download.ts';
import { LogFilters, type LogChoice } from '../ui/LogFilters.tsx';
import { LogTable, type LogRow } from '../ui/LogTable.tsx';
import logTableStyles from '../ui/log-table.css?url';
import { freshWords, LOG_TEXT } from '../ui/texts-log.ts';
import { shortReason } from '../ui/texts.ts';
import { useLiveRows } from '../ui/use-live-rows.ts';
import { logRow, zoneName } from '../ui/words-for.ts';

const STATES = ['', 'waiting', 'sent', 'skipped', 'error'] as const;
const FILTERS = ['state', 'reason', 'pixel', 'kind', 'order', 'event', 'from', 'to'] as const;
const PAGE = 50;
/** The first page follows what happens; further pages stand still, so that nobody loses their place. */
const REFRESH_MS = 5_000;
/** Polaris draws the tabs only once it has measured them; their room is kept free until then. */
const TABS_HEIGHT = '44px';
/** Typing pauses this long before it is searched for. */
const TYPING_MS = 250;

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: logTableStyles }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const search = new URL(request.url).searchParams;
  const log = context.house.logOf(shop);
  const none: Awaited<ReturnType<typeof context.house.reasonsSeen>> = [];
  const question = Object.fromEntries(FILTERS.map((name) => [name, search.get(name)]));
  // A look for news needs no choices.
  const [pixels, page, reasons] = await Promise.all([
    store.pixels.list({ removed: true }),
    log.page(question, search.get('after'), PAGE),
    search.has('live') ? none : context.house.reasonsSeen(shop),
  ]);
  const names = new Map(pixels.map((pixel) => [pixel.id, pixel.name]));
  const words = { timeZone: shop.timeZone, locale: staff.locale };
  return {
    rows: page.entries.map((entry) => logRow(entry, names.get(entry.pixelId) ?? entry.pixelId, words)),
    next: page.next,
    connected: pixels.some(({ removedAt }) => removedAt === null),
    pixels: pixels.map(({ id, name }) => ({ value: id, label: name })),
    reasons,
    today: context.house.today(shop),
    zone: zoneName(words),
  };
}

/** What was typed into the search: an email address among it, which is why it comes as a form. */
export async function action({ context, request }: ActionFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const form = await request.formData();
  const question = Object.fromEntries(
    (['state', 'reason', 'pixel', 'from', 'to'] as const).map((name) => [name, textOf(form, name)]),
  );
  const [pixels, found] = await Promise.all([
    store.pixels.list({ removed: true }),
    context.house.logOf(shop).find(textOf(form, 'text').trim().slice(0, 320), question, PAGE),
  ]);
  const names = new Map(pixels.map((pixel) => [pixel.id, pixel.name]));
  const words = { timeZone: shop.timeZone, locale: staff.locale };
  return {
    by: found.by,
    rows: found.entries.map((entry) => logRow(entry, names.get(entry.pixelId) ?? entry.pixelId, words)),
  };
}

/** Searching changes nothing. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formMethod, defaultShouldRevalidate }) =>
  formMethod === 'POST' ? false : defaultShouldRevalidate;

export default function Log() {
  const data = useLoaderData<typeof loader>();
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const file = useDownload();
  const first = !search.has('after');
  const given = search.get('order') ?? search.get('event') ?? '';
  const [text, setText] = useState(given);
  const found = useFound(text, given, search, (by) =>
    setSearch(
      (now) => {
        now.delete('after');
        now.set(by, text.trim());
        return now;
      },
      { replace: true },
    ),
  );
  const live = useNews(search, first && found === null);
  const { rows, fresh, showFresh } = useLiveRows(data.rows, live);

  function change(changes: Record<string, string>) {
    setSearch((now) => {
      now.delete('after');
      for (const [name, value] of Object.entries(changes)) {
        if (value) now.set(name, value);
        else now.delete(name);
      }
      return now;
    });
  }
  function type(next: string) {
    setText(next);
    // What is typed goes by form only; what stood in the address was an order or an event, and no longer counts.
    if (given) change({ order: '', event: '' });
  }

  const choice: LogChoice = {
    reason: search.get('reason') ?? '',
    pixel: search.get('pixel') ?? '',
    from: search.get('from') ?? '',
    to: search.get('to') ?? '',
  };
  const shown = found?.rows ?? rows;
  const filtered = text !== '' || FILTERS.some((name) => search.has(name));

  function exportCsv() {
    const form = new URLSearchParams({ text });
    for (const name of FILTERS) if (search.has(name)) form.set(name, search.get(name) ?? '');
    file.start('/app/log/csv', `tock-log-${data.today}.csv`, form);
  }

  return (
    <Page
      title={LOG_TEXT.title}
      fullWidth
      secondaryActions={[
        {
          content: LOG_TEXT.export,
          onAction: exportCsv,
          loading: file.loading,
          disabled: shown.length === 0,
        },
      ]}
    >
      {file.problem ? (
        <Box paddingBlockEnd="400">
          <Banner tone="critical" title={file.problem} />
        </Box>
      ) : null}
      <Card padding="0">
        <Box minHeight={TABS_HEIGHT}>
          <Tabs
            tabs={LOG_TEXT.tabs.map((content) => ({ id: content, content }))}
            selected={Math.max(
              0,
              STATES.findIndex((state) => state === search.get('state')),
            )}
            onSelect={(index) => change({ state: STATES[index] ?? '', reason: '' })}
          />
        </Box>
        <div className="tock-log-filters">
          <LogFilters
            text={text}
            onText={type}
            searching={found?.searching ?? false}
            choice={choice}
            onChoice={(changes) => change({ ...changes })}
            reasons={data.reasons
              .filter(({ state }) => !search.get('state') || state === search.get('state'))
              .map(({ reason }) => ({ value: reason, label: shortReason(reason) }))}
            pixels={data.pixels}
            today={data.today}
          />
        </div>
        <Fresh count={found ? 0 : fresh} onShow={showFresh} />
        {found?.by === 'email' && shown.length > 0 ? (
          <Box padding="300" paddingBlockEnd="0">
            <Text as="p" tone="subdued">
              {LOG_TEXT.ofBuyer}
            </Text>
          </Box>
        ) : null}
        {shown.length > 0 ? (
          <LogTable rows={shown} zone={data.zone} />
        ) : found?.searching ? null : (
          <Box paddingInline="400">
            <Empty
              unfinished={found?.by === 'unfinished'}
              filtered={filtered}
              connected={data.connected}
              onConnect={() => navigate('/app/pixels/new')}
            />
          </Box>
        )}
        {!found && (data.next !== null || !first) ? (
          <Box padding="300">
            <InlineStack align="center">
              <Pagination
                hasPrevious={!first}
                onPrevious={() => (opened() ? change({}) : navigate(-1))}
                hasNext={data.next !== null}
                onNext={() =>
                  setSearch((now) => {
                    now.set('after', data.next ?? '');
                    return now;
                  })
                }
              />
            </InlineStack>
          </Box>
        ) : null}
      </Card>
    </Page>
  );
}

/** This page is the first that was opened: there is nothing to go back to. */
function opened(): boolean {
  const state: unknown = window.history.state;
  return typeof state !== 'object' || state === null || !('idx' in state) || state.idx === 0;
}

interface Typed {
  by: Found['by'] | null;
  rows: LogRow[];
  searching: boolean;
}

/** What was typed is looked up by form. Only what turned out to be an order or an event may stand in the address. */
function useFound(
  text: string,
  given: string,
  search: URLSearchParams,
  remember: (by: 'order' | 'event') => void,
): Typed | null {
  const fetcher = useFetcher<typeof action>();
  const wanted = text.trim();
  const asks = wanted !== '' && wanted !== given;
  const filters = new URLSearchParams(search);
  for (const name of ['order', 'event', 'after']) filters.delete(name);
  const filterText = filters.toString();

  useEffect(() => {
    if (!asks) return undefined;
    const timer = setTimeout(() => {
      const form = new URLSearchParams(filterText);
      form.set('text', wanted);
      fetcher.submit(form, { method: 'post', action: '/app/log?index' });
    }, TYPING_MS);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the fetcher is another object in every render
  }, [asks, wanted, filterText]);

  const { data } = fetcher;
  useEffect(() => {
    if (asks && (data?.by === 'order' || data?.by === 'event')) remember(data.by);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new answer is something to remember
  }, [data]);

  if (!asks) return null;
  return { by: data?.by ?? null, rows: data?.rows ?? [], searching: fetcher.state !== 'idle' || !data };
}

/** The first page again every few seconds, while it is looked at. */
function useNews(search: URLSearchParams, follow: boolean): LogRow[] | undefined {
  const fetcher = useFetcher<typeof loader>();
  const query = search.toString();
  useEffect(() => {
    if (!follow) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && fetcher.state === 'idle')
        fetcher.load(`/app/log?index&live=1&${query}`);
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [follow, query, fetcher]);
  return fetcher.data?.rows;
}

/** Lies over the table, so that its coming moves nothing. */
function Fresh({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div
      aria-live="polite"
      style={{ position: 'sticky', top: 8, height: 0, zIndex: 30, textAlign: 'center', overflow: 'visible' }}
    >
      {count > 0 ? <Button onClick={onShow}>{freshWords(count)}</Button> : null}
    </div>
  );
}

function Empty({
  unfinished,
  filtered,
  connected,
  onConnect,
}: {
  unfinished: boolean;
  filtered: boolean;
  connected: boolean;
  onConnect: () => void;
}) {
  if (unfinished)
    return (
      <EmptyState heading={LOG_TEXT.unfinished} image="">
        <p>{LOG_TEXT.unfinishedText}</p>
      </EmptyState>
    );
  if (filtered)
    return (
      <EmptyState heading={LOG_TEXT.nothing} image="">
        <p>{LOG_TEXT.nothingText}</p>
      </EmptyState>
    );
  if (!connected)
    return (
      <EmptyState
        heading={LOG_TEXT.connect}
        action={{ content: LOG_TEXT.addPixel, onAction: onConnect }}
        image=""
      >
        <p>{LOG_TEXT.connectText}</p>
      </EmptyState>
    );
  return (
    <EmptyState heading={LOG_TEXT.waitingFirst} image="">
      <p>{LOG_TEXT.waitingFirstText}</p>
    </EmptyState>
  );
}
