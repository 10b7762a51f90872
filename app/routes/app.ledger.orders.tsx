/** The orders behind each part of the ledger's sum, counted by the same days. */
import type { LinksFunction, LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigate, useSearchParams } from '@remix-run/react';
import { BlockStack, Box, Button, Card, InlineStack, Link, Page, Text } from '@shopify/polaris';

import { orderEventId } from '../conversion/event-id.ts';
import { askedPeriod } from '../ui/ledger-period.ts';
import ledgerStyles from '../ui/ledger.css?url';
import { LEDGER_TEXT, PART_TEXT, PARTS_PAGE_TEXT } from '../ui/texts-ledger.ts';
import { shortReason } from '../ui/texts.ts';
import { moneyWords } from '../ui/words-for.ts';
import { dayWords, periodWords } from '../ui/words-for-ledger.ts';

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: ledgerStyles }];

const PARTS = ['orders', 'sent', 'skipped', 'error', 'waiting', 'gone', 'outside', 'unexplained'] as const;
const PAGE = 50;

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const search = new URL(request.url).searchParams;
  const part = PARTS.find((known) => known === search.get('part'));
  if (!part) throw new Response('There is no such part.', { status: 404 });
  const asked = askedPeriod(search, context.house.today(shop));
  const pixel = await store.pixels.get(search.get('pixel') ?? '');
  const after = search.get('after');
  const reason = search.get('reason');
  const found = await context.house.bookkeeping.ordersOfPart(
    store.id,
    {
      of: part,
      reason,
      from: asked.from,
      to: asked.to,
      pixelId: pixel?.id ?? null,
      currency: search.get('currency'),
    },
    after !== null && /^\d{1,18}$/.test(after) ? after : null,
    PAGE + 1,
  );
  const shown = found.slice(0, PAGE);
  return {
    part,
    back: `/app/ledger?${new URLSearchParams({ from: asked.from, to: asked.to }).toString()}`,
    title: `${reason === null ? '' : `${shortReason(reason)} · `}${periodWords(asked, staff.locale)}`,
    orders: shown.map(({ orderId, name, day, minor, currency, outcome }) => ({
      id: orderId,
      name: name ?? orderId,
      day: dayWords(day, staff.locale),
      money: moneyWords(minor, currency, staff.locale) ?? '–',
      log: pixel && outcome ? `/app/log/${pixel.id}/${orderEventId(orderId)}` : null,
    })),
    next: found.length > PAGE ? (shown.at(-1)?.orderId ?? null) : null,
  };
}

export default function PartOrders() {
  const { part, back, title, orders, next } = useLoaderData<typeof loader>();
  const navigate = useNavigate();
  const [, setSearch] = useSearchParams();
  const text = PART_TEXT[part];
  return (
    <Page
      title={text.title}
      subtitle={title}
      backAction={{ content: LEDGER_TEXT.back, onAction: () => navigate(back) }}
    >
      <Card>
        <BlockStack gap="300">
          <Text as="p">{text.text}</Text>
          {orders.length === 0 ? (
            <Text as="p" tone="subdued">
              {PARTS_PAGE_TEXT.none}
            </Text>
          ) : (
            <table className="ledger-sum">
              <thead>
                <tr>
                  <th scope="col">{PARTS_PAGE_TEXT.order}</th>
                  <th scope="col">{LEDGER_TEXT.day}</th>
                  <th scope="col">{LEDGER_TEXT.money}</th>
                </tr>
              </thead>
              <tbody>
                {orders.map((order) => (
                  <tr key={order.id}>
                    <th scope="row">
                      {/* Its story in the log; else Shopify's own page of it, which an order that is gone has not. */}
                      {order.log !== null ? (
                        <Link url={order.log}>{order.name}</Link>
                      ) : part === 'gone' ? (
                        order.name
                      ) : (
                        <a href={`shopify://admin/orders/${order.id}`} target="_top">
                          {order.name}
                        </a>
                      )}
                    </th>
                    <td>{order.day}</td>
                    <td>{order.money}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {next === null ? null : (
            <InlineStack align="center">
              <Button
                onClick={() =>
                  setSearch((now) => {
                    now.set('after', next);
                    return now;
                  })
                }
              >
                {PARTS_PAGE_TEXT.more}
              </Button>
            </InlineStack>
          )}
        </BlockStack>
      </Card>
      <Box paddingBlockEnd="400" />
    </Page>
  );
}
