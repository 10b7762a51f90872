/** The log: what became of every event, newest first, with the way to each one's record. */
import type { LoaderFunctionArgs } from '@remix-run/node';
import { Form, useLoaderData, useNavigate, useRevalidator, useSearchParams } from '@remix-run/react';
import {
  BlockStack,
  Box,
  Button,
  Card,
  EmptyState,
  InlineStack,
  Page,
  Pagination,
  Tabs,
  TextField,
} from '@shopify/polaris';
import { useEffect, useState } from 'react';

import { LogTable } from '../ui/LogTable.tsx';
import { logRow } from '../ui/words-for.ts';

const STATES = [undefined, 'waiting', 'sent', 'skipped', 'error'] as const;
const TABS = ['All', 'Waiting', 'Sent', 'Skipped', 'Refused'];
const PAGE = 50;
/** The first page follows what happens; further pages stand still, so that nobody loses their place. */
const REFRESH_MS = 5_000;

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const search = new URL(request.url).searchParams;
  const order = search.get('order')?.trim() || undefined;
  const [pixels, page] = await Promise.all([
    store.pixels.list({ removed: true }),
    context.house.logOf(store.id).page({
      filter: { state: STATES.find((state) => state === search.get('state')), order },
      after: search.get('after'),
      limit: PAGE,
    }),
  ]);
  const names = new Map(pixels.map((pixel) => [pixel.id, pixel.name]));
  const words = { timeZone: shop.timeZone, locale: staff.locale };
  return {
    rows: page.entries.map((entry) => logRow(entry, names.get(entry.pixelId) ?? entry.pixelId, words)),
    next: page.next,
    connected: pixels.some((pixel) => pixel.removedAt === null),
  };
}

export default function Log() {
  const { rows, next, connected } = useLoaderData<typeof loader>();
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const revalidator = useRevalidator();
  const first = !search.has('after');
  const selected = Math.max(
    0,
    STATES.findIndex((state) => state === (search.get('state') ?? undefined)),
  );

  useEffect(() => {
    if (!first) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && revalidator.state === 'idle') revalidator.revalidate();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [first, revalidator]);

  function choose(index: number) {
    const state = STATES[index];
    setSearch((now) => {
      now.delete('after');
      if (state) now.set('state', state);
      else now.delete('state');
      return now;
    });
  }

  const filtered = selected > 0 || search.has('order');
  return (
    <Page title="Log" fullWidth>
      <Card padding="0">
        <Tabs
          tabs={TABS.map((content) => ({ id: content, content }))}
          selected={selected}
          onSelect={choose}
        />
        <Box padding="300" paddingBlockStart="0">
          <OrderSearch key={search.get('order') ?? ''} />
        </Box>
        {rows.length > 0 ? (
          <LogTable rows={rows} />
        ) : (
          <Empty filtered={filtered} connected={connected} onConnect={() => navigate('/app/pixels/new')} />
        )}
        {next !== null || !first ? (
          <Box padding="300">
            <InlineStack align="center">
              <Pagination
                hasPrevious={!first}
                onPrevious={() => navigate(-1)}
                hasNext={next !== null}
                onNext={() =>
                  setSearch((now) => {
                    now.set('after', next ?? '');
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

function OrderSearch() {
  const [search] = useSearchParams();
  const [order, setOrder] = useState(search.get('order') ?? '');
  const state = search.get('state');
  return (
    <Form method="get" role="search">
      {state ? <input type="hidden" name="state" value={state} /> : null}
      <TextField
        label="Find an order"
        labelHidden
        name="order"
        value={order}
        onChange={setOrder}
        placeholder="Order number, such as 1001"
        autoComplete="off"
        connectedRight={<Button submit>Find</Button>}
      />
    </Form>
  );
}

function Empty({
  filtered,
  connected,
  onConnect,
}: {
  filtered: boolean;
  connected: boolean;
  onConnect: () => void;
}) {
  if (filtered)
    return (
      <EmptyState heading="Nothing like this" image="">
        <p>No event fits. Look under All, or for another order number.</p>
      </EmptyState>
    );
  if (!connected)
    return (
      <EmptyState
        heading="Connect a pixel first"
        action={{ content: 'Add pixel', onAction: onConnect }}
        image=""
      >
        <p>Every event of your store will be listed here, with what became of it.</p>
      </EmptyState>
    );
  return (
    <EmptyState heading="Waiting for the first event" image="">
      <BlockStack gap="100">
        <p>Visit your store or place a test order. Events show up here within seconds.</p>
      </BlockStack>
    </EmptyState>
  );
}
