/** A period of the ledger as a sheet of paper: shop, days, time zone, sums, and the seal of the newest closed day. */
import type { LinksFunction, LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigate } from '@remix-run/react';
import { BlockStack, Card, Page, Text } from '@shopify/polaris';
import { PrintIcon } from '@shopify/polaris-icons';

import { askedPeriod } from '../ui/ledger-period.ts';
import ledgerStyles from '../ui/ledger.css?url';
import { LedgerSum } from '../ui/LedgerSum.tsx';
import { LEDGER_TEXT, MARK_WORDS, printedWords, recordedWords, zoneWords } from '../ui/texts-ledger.ts';
import { momentWords } from '../ui/words-for.ts';
import { dayLines, periodWords, sumWords } from '../ui/words-for-ledger.ts';

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: ledgerStyles }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const { bookkeeping, clock } = context.house;
  const words = { timeZone: shop.timeZone, locale: staff.locale };
  const asked = askedPeriod(new URL(request.url).searchParams, context.house.today(shop));
  const [told, pixels] = await Promise.all([
    bookkeeping.told(store.id, asked.from, asked.to),
    store.pixels.list({ removed: true }),
  ]);
  if (!told) throw new Response('The ledger is not here.', { status: 404 });
  const named = pixels.map(({ id, name, code, removedAt }) => ({
    id,
    name,
    code,
    removed: removedAt !== null,
  }));
  const recorded = told.days.flatMap(({ recordedOn }) => recordedOn ?? []).sort((a, b) => +b - +a)[0];
  return {
    back: `/app/ledger?${new URLSearchParams({ from: asked.from, to: asked.to }).toString()}`,
    shop: `${shop.name} (${shop.domain})`,
    title: periodWords(asked, staff.locale),
    zone: zoneWords(told.timeZone),
    printed: printedWords(momentWords(clock.now(), words)),
    sums: sumWords(told.sums, named, asked, staff.locale),
    days: dayLines(told, staff.locale),
    recorded: recorded ? recordedWords(momentWords(recorded, words)) : null,
    head: told.head,
  };
}

export default function Sheet() {
  const { back, shop, title, zone, printed, sums, days, recorded, head } = useLoaderData<typeof loader>();
  const navigate = useNavigate();
  return (
    <Page
      title={LEDGER_TEXT.print}
      backAction={{ content: LEDGER_TEXT.back, onAction: () => navigate(back) }}
      primaryAction={{ content: LEDGER_TEXT.printNow, icon: PrintIcon, onAction: () => window.print() }}
    >
      <Card>
        <div className="ledger-sheet">
          <BlockStack gap="500">
            <BlockStack gap="100">
              <Text as="h2" variant="headingLg">
                {`${LEDGER_TEXT.title}: ${shop}`}
              </Text>
              <Text as="p" variant="headingMd">
                {title}
              </Text>
              <Text as="p" tone="subdued">{`${zone} · ${printed}`}</Text>
            </BlockStack>
            <section>
              <Text as="h3" variant="headingSm">
                {LEDGER_TEXT.head}
              </Text>
              <p className="ledger-seal">{head ?? LEDGER_TEXT.noHead}</p>
            </section>
            {sums.length === 0 ? <Text as="p">{LEDGER_TEXT.noOrders}</Text> : null}
            {sums.map((sum) => (
              <section key={sum.key}>
                <LedgerSum sum={sum} />
              </section>
            ))}
            {days.length === 0 ? null : (
              <table className="ledger-sum">
                <caption className="ledger-wide">
                  <Text as="span" variant="headingSm">
                    {LEDGER_TEXT.calendar}
                  </Text>
                </caption>
                <thead>
                  <tr>
                    <th scope="col">{LEDGER_TEXT.day}</th>
                    <th scope="col">{LEDGER_TEXT.orders}</th>
                    <th scope="col">{LEDGER_TEXT.state}</th>
                  </tr>
                </thead>
                <tbody>
                  {days.map((day) => (
                    <tr key={day.day}>
                      <th scope="row">
                        {day.day}
                        {day.seal === null ? null : <p className="ledger-seal">{day.seal}</p>}
                      </th>
                      <td>{day.orders}</td>
                      <td>{MARK_WORDS[day.mark]}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            {recorded === null ? null : <Text as="p">{recorded}</Text>}
          </BlockStack>
        </div>
      </Card>
    </Page>
  );
}
