/** The ledger: a calendar of days, the full sum of a period with a way into each part, and the check of the seals. */
import {
  json,
  type ActionFunctionArgs,
  type LinksFunction,
  type LoaderFunctionArgs,
  type TypedResponse,
} from '@remix-run/node';
import {
  Form,
  useFetcher,
  useLoaderData,
  useNavigate,
  useNavigation,
  type ShouldRevalidateFunctionArgs,
} from '@remix-run/react';
import {
  Banner,
  BlockStack,
  Box,
  Button,
  Card,
  FormLayout,
  InlineStack,
  InlineGrid,
  Link,
  List,
  Page,
  Text,
  TextField,
} from '@shopify/polaris';
import { ExportIcon, PrintIcon } from '@shopify/polaris-icons';
import { useState } from 'react';

import { useDownload } from '../ui/download.ts';
import { askedPeriod, monthBeside } from '../ui/ledger-period.ts';
import ledgerStyles from '../ui/ledger.css?url';
import { LedgerCalendar } from '../ui/LedgerCalendar.tsx';
import { ClosesBadge, LedgerSum } from '../ui/LedgerSum.tsx';
import { comparedWords, firstClosingWords, LEDGER_TEXT, recordedWords } from '../ui/texts-ledger.ts';
import { tooOften } from '../ui/texts.ts';
import { momentWords } from '../ui/words-for.ts';
import {
  calendarOf,
  changeWords,
  checkWords,
  dayWords,
  monthWords,
  periodWords,
  sumWords,
  type CheckWords,
} from '../ui/words-for-ledger.ts';

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: ledgerStyles }];

export async function loader({ context, request }: LoaderFunctionArgs) {
  const { shop, staff, store } = await context.house.requireShop(request);
  const { bookkeeping } = context.house;
  const words = { timeZone: shop.timeZone, locale: staff.locale };
  const asked = askedPeriod(new URL(request.url).searchParams, context.house.today(shop));
  const month = askedPeriod(new URLSearchParams({ month: asked.month }), '9999-12-31');
  const [inMonth, told, pixels, comparison, backfill] = await Promise.all([
    bookkeeping.told(store.id, month.from, month.to),
    bookkeeping.told(store.id, asked.from, asked.to),
    store.pixels.list({ removed: true }),
    bookkeeping.comparison(store.id),
    bookkeeping.backfill.progress(store.id),
  ]);
  if (!told || !inMonth) throw new Response('The ledger is not here.', { status: 404 });
  const named = pixels.map(({ id, name, code, removedAt }) => ({
    id,
    name,
    code,
    removed: removedAt !== null,
  }));
  const recorded = told.days.flatMap(({ recordedOn }) => recordedOn ?? []).sort((a, b) => +b - +a)[0];
  return {
    asked,
    month: {
      title: monthWords(asked.month, staff.locale),
      weeks: calendarOf(inMonth, asked.month, staff.locale),
      earlier: asked.month > told.firstDay.slice(0, 7) ? monthBeside(asked.month, -1) : null,
      later: asked.month < told.today.slice(0, 7) ? monthBeside(asked.month, 1) : null,
    },
    today: told.today,
    title: periodWords(asked, staff.locale),
    closes: told.closes,
    sums: sumWords(told.sums, named, asked, staff.locale),
    changes: changeWords(told, named, words),
    recorded: recorded ? recordedWords(momentWords(recorded, words)) : null,
    head: told.head,
    firstClosing:
      told.head === null
        ? firstClosingWords(dayWords(told.firstDay, staff.locale), dayWords(told.nextClosing, staff.locale))
        : null,
    compared: comparedWords(
      comparison?.checkedAt ? momentWords(comparison.checkedAt, words) : null,
      comparison?.trouble ?? null,
    ),
    backfill: backfill?.state ?? null,
  };
}

/** Checking changes nothing. */
export async function action({
  context,
  request,
}: ActionFunctionArgs): Promise<CheckWords | TypedResponse<{ tooOften: string }>> {
  const { staff, store } = await context.house.requireShop(request);
  const wait = context.house.presses.wait(store.id, 'seals');
  if (wait !== null) return json({ tooOften: tooOften(wait) }, 429);
  const check = await context.house.bookkeeping.check(store.id);
  if (!check) throw new Response('The ledger is not here.', { status: 404 });
  return checkWords(check, staff.locale);
}

export const shouldRevalidate = ({ formMethod, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) =>
  formMethod === 'POST' ? false : defaultShouldRevalidate;

export default function Ledger() {
  const { asked, month, sums, ...told } = useLoaderData<typeof loader>();
  const navigate = useNavigate();
  const download = useDownload();
  const days = new URLSearchParams({ from: asked.from, to: asked.to }).toString();
  return (
    <Page
      title={LEDGER_TEXT.title}
      subtitle={LEDGER_TEXT.intro}
      secondaryActions={[
        {
          content: LEDGER_TEXT.download,
          icon: ExportIcon,
          loading: download.loading,
          onAction: () =>
            download.start(`/app/ledger/csv?${days}`, `tock-ledger-${asked.from}-${asked.to}.csv`),
        },
        {
          content: LEDGER_TEXT.print,
          icon: PrintIcon,
          onAction: () => navigate(`/app/ledger/print?${days}`),
        },
      ]}
    >
      <BlockStack gap="400">
        {download.problem ? <Banner tone="critical" title={download.problem} /> : null}
        {told.firstClosing ? (
          <Banner tone="info" title={LEDGER_TEXT.noHead}>
            <p>{told.firstClosing}</p>
          </Banner>
        ) : null}
        {/* Fixed columns: Polaris' Layout gives the first section the whole width until the second is there. */}
        <InlineGrid columns={{ xs: 1, md: ['oneThird', 'twoThirds'] }} gap="400" alignItems="start">
          <BlockStack gap="400">
            <LedgerCalendar {...month} month={asked.month} shown={asked} />
            <PeriodForm key={`${asked.from} ${asked.to}`} asked={asked} today={told.today} />
          </BlockStack>
          <BlockStack gap="400">
            <Card>
              <BlockStack gap="400">
                <InlineStack align="space-between" blockAlign="center" gap="200">
                  <Text as="h2" variant="headingMd">
                    {told.title}
                  </Text>
                  {sums.length > 1 ? <ClosesBadge closes={told.closes} /> : null}
                </InlineStack>
                {sums.length === 0 ? (
                  <Text as="p" tone="subdued">
                    {LEDGER_TEXT.noOrders}
                  </Text>
                ) : (
                  sums.map((sum) => <LedgerSum key={sum.key} sum={sum} />)
                )}
                {[told.recorded, told.compared].map((text) =>
                  text === null ? null : (
                    <Text key={text} as="p" variant="bodySm" tone="subdued">
                      {text}
                    </Text>
                  ),
                )}
              </BlockStack>
            </Card>
            {told.changes.length > 0 ? <Changes changes={told.changes} /> : null}
            <Check head={told.head} />
            <Card>
              <BlockStack gap="200">
                <Text as="h2" variant="headingMd">
                  {LEDGER_TEXT.before}
                </Text>
                <Text as="p">{LEDGER_TEXT.beforeIntro}</Text>
                <InlineStack>
                  <Link url="/app/ledger/backfill">{LEDGER_TEXT.beforeOpen}</Link>
                </InlineStack>
              </BlockStack>
            </Card>
          </BlockStack>
        </InlineGrid>
        <Box paddingBlockEnd="400" />
      </BlockStack>
    </Page>
  );
}

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>;

function PeriodForm({ asked, today }: Pick<Loaded, 'asked' | 'today'>) {
  const [days, setDays] = useState({ from: asked.from, to: asked.to });
  const busy = useNavigation().state !== 'idle';
  return (
    <Card>
      <Form method="get" preventScrollReset>
        <FormLayout>
          <Text as="h2" variant="headingMd">
            {LEDGER_TEXT.period}
          </Text>
          {(['from', 'to'] as const).map((end) => (
            <TextField
              key={end}
              type="date"
              name={end}
              label={LEDGER_TEXT[end]}
              value={days[end]}
              max={today}
              onChange={(day) => setDays((now) => ({ ...now, [end]: day }))}
              error={asked.problems[end] ?? false}
              autoComplete="off"
            />
          ))}
          <Button submit loading={busy}>
            {LEDGER_TEXT.show}
          </Button>
        </FormLayout>
      </Form>
    </Card>
  );
}

function Changes({ changes }: Pick<Loaded, 'changes'>) {
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {LEDGER_TEXT.changes}
        </Text>
        <Text as="p" tone="subdued">
          {LEDGER_TEXT.changesIntro}
        </Text>
        <table className="ledger-sum">
          <thead>
            <tr>
              <th scope="col">{LEDGER_TEXT.change}</th>
              <th scope="col">{LEDGER_TEXT.orders}</th>
              <th scope="col">{LEDGER_TEXT.money}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.key}>
                <th scope="row">
                  {change.change}
                  <Text as="p" variant="bodySm" tone="subdued">
                    {`${change.day} · ${LEDGER_TEXT.bookedIn} ${change.bookedIn}`}
                  </Text>
                </th>
                <td>{change.orders}</td>
                <td>{change.money}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </BlockStack>
    </Card>
  );
}

function Check({ head }: Pick<Loaded, 'head'>) {
  const fetcher = useFetcher<typeof action>();
  const checking = fetcher.state !== 'idle';
  const said = checking ? undefined : fetcher.data;
  const checked = said && 'sound' in said ? said : undefined;
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {LEDGER_TEXT.check}
        </Text>
        <Text as="p">{LEDGER_TEXT.checkIntro}</Text>
        <div aria-live="polite">
          {said && 'tooOften' in said ? <Text as="p">{said.tooOften}</Text> : null}
          {checked ? (
            <Banner
              tone={checked.sound ? 'success' : 'critical'}
              title={checked.sound ? LEDGER_TEXT.sound : LEDGER_TEXT.broken}
            >
              <BlockStack gap="200">
                <p>{checked.text}</p>
                {checked.points.length > 0 ? (
                  <List>
                    {checked.points.map((point) => (
                      <List.Item key={point}>{point}</List.Item>
                    ))}
                  </List>
                ) : null}
                {checked.sound ? null : <p>{LEDGER_TEXT.brokenNext}</p>}
              </BlockStack>
            </Banner>
          ) : null}
        </div>
        <InlineStack>
          <Button
            loading={checking}
            onClick={() => void fetcher.submit(null, { method: 'post', action: '/app/ledger?index' })}
          >
            {LEDGER_TEXT.checkNow}
          </Button>
        </InlineStack>
        {head === null ? null : (
          <BlockStack gap="100">
            <Text as="h3" variant="headingSm">
              {LEDGER_TEXT.head}
            </Text>
            <p className="ledger-seal">{head}</p>
            <Text as="p" variant="bodySm" tone="subdued">
              {LEDGER_TEXT.headIntro}
            </Text>
          </BlockStack>
        )}
      </BlockStack>
    </Card>
  );
}
